"""Thresholds are found in the code, changed one at a time, and put back; a test that holds one kills its mutant."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.studies import mutants
from eval.studies.mutants import is_killed, thresholds
from extractor.errors import CallError

MODULE = '''"""A room."""
LIMIT = 10
_SHARE: float = 0.5
name = 3
NAME = "ten"


class RoomSettings:
    gap: float = 2.0
    """Points."""


class Other:
    gap: float = 2.0
'''


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "limits.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "test_room.py").write_text(
        "from room.limits import LIMIT\n\ndef test_limit() -> None:\n    assert 8 < LIMIT\n", encoding="utf-8"
    )
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    return tmp_path


def test_thresholds_are_numbers_under_names_in_capitals_and_fields_of_settings(tree: Path) -> None:
    assert [(t.name, t.text) for t in thresholds(tree / "room")] == [
        ("LIMIT", "10"), ("_SHARE", "0.5"), ("RoomSettings.gap", "2.0"),
    ]  # fmt: skip


def test_a_mutant_is_killed_where_a_test_holds_the_threshold_and_the_file_is_put_back(tree: Path) -> None:
    tried = mutants.mutants(list(thresholds(tree / "room")))
    killed = {(m.threshold.name, m.factor) for m in tried if is_killed(m, tree, ["test_room.py"])}
    assert killed == {("LIMIT", 0.6)}
    assert (tree / "room" / "limits.py").read_text(encoding="utf-8") == MODULE


def test_tests_that_cannot_run_tell_nothing(tree: Path) -> None:
    (one, *_) = mutants.mutants(list(thresholds(tree / "room")))
    with pytest.raises(CallError, match="nothing is measured"):
        is_killed(one, tree, ["test_absent.py"])
    assert (tree / "room" / "limits.py").read_text(encoding="utf-8") == MODULE


def test_the_tests_named_after_a_module_run_first(tree: Path) -> None:
    (tree / "tests" / "room").mkdir(parents=True)
    for name in ("test_gaps.py", "test_limits.py", "test_limits_of_pages.py"):
        (tree / "tests" / "room" / name).write_text("", encoding="utf-8")
    assert mutants.tests_for(Path("room/limits.py"), ["tests/room"]) == [
        "tests/room/test_limits.py", "tests/room/test_limits_of_pages.py", "tests/room",
    ]  # fmt: skip


def test_every_room_is_there() -> None:
    from tests.paths import ROOT

    for folder, tests in mutants.ROOMS.values():
        assert (ROOT / folder).is_dir() and all((ROOT / test).is_dir() for test in tests)
