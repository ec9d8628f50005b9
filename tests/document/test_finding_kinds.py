"""The registry of finding kinds is whole, is the documentation's source, and is the only place that spells a kind."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from extractor.document.finding_kinds import KINDS, FindingKind, page
from tests.paths import ROOT

SOURCES = sorted(
    path
    for top in ("extractor", "eval", "schemas")
    for path in (ROOT / top).rglob("*.py")
    if path.name != "finding_kinds.py"
)
WORDS = {kind.value for kind in FindingKind if "_" in kind}
"""Kinds of one word (`sums`, `residue`) are words of other meanings too."""


def test_every_kind_has_an_entry_in_plain_sentences() -> None:
    assert set(KINDS) == set(FindingKind)
    for entry in KINDS.values():
        assert entry.meaning.endswith(".") and entry.remedy.endswith(".")


def test_the_page_is_made_from_the_registry() -> None:
    assert (ROOT / "docs" / "finding-kinds.md").read_text(encoding="utf-8") == page(), (
        "run python -m extractor.document.finding_kinds > docs/finding-kinds.md"
    )


def test_a_note_that_may_lose_forms_is_about_the_reading() -> None:
    assert all(entry.about == "reading" for entry in KINDS.values() if entry.may_lose_forms or entry.unsettles_page)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_kinds_are_spelled_in_the_registry_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and text in WORDS] == []
