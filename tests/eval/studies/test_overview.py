"""The overview reads groups of documents and gives a row for each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eval.studies import overview, seeds


def test_the_committed_groups_are_there() -> None:
    for group in overview.committed():
        assert group.gold.is_dir() and all(path.exists() for path in group.documents), group.name


def test_made_documents_are_read_and_scored(tmp_path: Path) -> None:
    (group,) = overview.made(77001, 2, ["md"], tmp_path / "made")
    name, files, found, f1, settled, silent, rate = overview.row(group.name, overview.scored(group, tmp_path / "run"))
    assert (name, files, silent) == ("made: md", 2, 0)
    assert str(found).endswith("/ 0 / 0")
    assert all(share is not None for share in (f1, settled, rate))


def test_a_used_seed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds.claim, "__defaults__", (tmp_path / "seeds.toml",))
    seeds.claim(5, overview.STUDY, "a test", date.today())
    assert overview.main(["--seed", "5", "--claim", "once more"]) == 2
