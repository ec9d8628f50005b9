"""Real folders: order, names, links, hidden files, what cannot be read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import CallError
from extractor.ledger.store import Input
from extractor.runs import discovery
from extractor.runs.discovery import Known
from tests.rights import without_rights


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(*paths: Path, out: Path = Path("absent"), max_bytes: int = 1_000) -> list[Input]:
    discovery.check(paths, out)
    return listed(paths, out, max_bytes)


def listed(paths: Sequence[Path], out: Path, max_bytes: int = 1_000) -> list[Input]:
    items: list[Input] = []
    known = Known(lambda name: any(i.name == name for i in items), lambda path: any(i.path == path for i in items))
    for item in discovery.inputs(paths, out, max_bytes, known):
        items.append(item)  # noqa: PERF402  # it must be known before the next is asked for
    return items


def names(*paths: Path, out: Path = Path("absent")) -> list[str]:
    return [item.name for item in found(*paths, out=out)]


def test_folders_are_walked_in_order_and_names_are_relative(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.pdf", "a.txt", "c/d.txt"):
        write(tmp_path / "docs" / name)
    assert names(tmp_path / "docs") == ["a/b/c.pdf", "a/z.txt", "a.txt", "b.txt", "c/d.txt"]
    assert names(tmp_path / "docs/c", tmp_path / "docs/a.txt") == ["d.txt", "a.txt"]


def test_an_input_carries_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "text")
    assert found(path) == [Input("a.txt", path, 4, hashlib.sha256(b"text").hexdigest(), None)]


def test_hidden_files_companions_and_the_results_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", ".hidden", ".git/x.txt", "~$a.docx", "a.gold.json", "out/records.jsonl"):
        write(tmp_path / name)
    assert names(tmp_path, out=tmp_path / "out") == ["a.txt"]
    assert names(tmp_path / ".hidden") == [".hidden"], "who names it wants it"


def test_equal_names_of_two_arguments_stay_distinct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x/a.txt", "y/a.txt", "z/a.txt", "y/sub/b.txt"):
        write(Path(name))
    assert names(Path("x"), Path("y"), Path("z/a.txt")) == ["a.txt", "y/a.txt", "sub/b.txt", "z/a.txt"]
    assert names(Path("x/a.txt"), Path("y/a.txt")) == ["a.txt", "y/a.txt"]


def test_a_name_that_is_taken_even_so_gets_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x/a.txt", "x/y/a.txt", "y/a.txt"):
        write(Path(name), name)
    assert names(Path("x"), Path("y")) == ["a.txt", "y/a.txt", "y/a.txt (2)"]


def test_a_file_that_is_named_twice_is_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("docs/a.txt"))
    assert names(Path("docs"), Path("docs/a.txt"), Path("./docs/../docs/a.txt"), tmp_path / "docs") == ["a.txt"]


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt")
    write(tmp_path / "elsewhere/b.txt")
    (docs / "self").symlink_to(docs)
    (docs / "up").symlink_to(tmp_path)
    (docs / "link.txt").symlink_to(docs / "a.txt")
    (docs / "broken.txt").symlink_to(docs / "absent")
    (docs / "loop").symlink_to(docs / "loop")
    items = {item.name: item.reason for item in found(docs)}
    assert str(items.pop("loop")).startswith("cannot be opened: ")
    assert items == {
        "a.txt": None,
        "broken.txt": "cannot be opened: no such file or directory",
        "link.txt": None,
        "up/elsewhere/b.txt": None,
    }


def test_what_is_no_document_says_why(tmp_path: Path) -> None:
    write(tmp_path / "big.txt", "x" * 1_001)
    os.mkfifo(tmp_path / "pipe")
    reasons = {item.name: (item.sha256, item.reason) for item in found(tmp_path)}
    assert reasons == {
        "big.txt": (None, "1,001 bytes are more than the 1,000 that setting max_bytes allows"),
        "pipe": (None, "not a regular file"),
    }


def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt")
    write(docs / "closed.txt").chmod(0)
    write(docs / "closed/b.txt")
    (docs / "closed").chmod(0)
    with without_rights(tmp_path):
        items = found(docs)
    (docs / "closed").chmod(0o755)
    assert {item.name: item.reason for item in items} == {
        "a.txt": None,
        "closed": "a folder that cannot be listed: no permission",
        "closed.txt": "cannot be opened: permission denied",
    }


def test_a_folder_that_may_not_be_read_is_the_calls_fault(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "a.txt")
    docs.chmod(0)
    with without_rights(tmp_path), pytest.raises(CallError, match="cannot be listed: permission denied"):
        found(docs)
    docs.chmod(0o755)


def test_names_that_are_no_utf8_are_shown_by_a_replacement(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xd6\xd0.txt")
    path.write_bytes(b"x")
    (item,) = found(tmp_path)
    assert (item.name, item.path) == ("��.txt", path)


@pytest.mark.parametrize(
    ("path", "says"), [("absent", "no such file or directory"), ("empty", "no documents in "), (".", "output folder")]
)
def test_a_call_without_documents_is_refused(tmp_path: Path, path: str, says: str) -> None:
    (tmp_path / "empty/sub").mkdir(parents=True)
    write(tmp_path / "empty/.hidden")
    with pytest.raises(CallError, match=says):
        found(tmp_path / path, out=tmp_path)


PARTS = st.lists(st.sampled_from(["a", "b", "a.txt", "b.txt"]), min_size=1, max_size=3).map("/".join)


@given(st.lists(PARTS, min_size=1, max_size=8), st.lists(PARTS, min_size=1, max_size=4))
def test_every_file_has_one_name_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, files: list[str], arguments: list[str]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for name in files:
        path = root / name
        if not path.exists() and not any(p.is_file() for p in path.parents):
            write(path)
    paths = [root / a for a in arguments if (root / a).exists()] or [root]
    items = listed(paths, root / "out")
    real = {p for a in paths for p in ([a] if a.is_file() else a.rglob("*")) if p.is_file()}
    assert sorted(item.path for item in items) == sorted(real)
    assert len({item.name for item in items}) == len(items)
    assert [i.name for i in listed(paths, root / "out")] == [i.name for i in items]
