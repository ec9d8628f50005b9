"""A doubt about a part of a page: which values of a record it is about."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.accounting.doubted_places import doubted_places
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Box, Note
from extractor.document.results import Place, Span

VALUES: dict[str, Any] = {
    "name": "步道",
    "total": "7",
    "leader": None,
    "funds": {"own": None, "state": "3"},
    "items": [{}, {}],
}


def at(box: Box, page: int = 1) -> tuple[Span, ...]:
    return (Span(Place(page, "T1R0C0", 0, 1), "x", box),)


EVIDENCE = {
    "name": at(Box(100, 100, 200, 110)),
    "total": at(Box(300, 100, 400, 110)),
    "funds.state": at(Box(100, 100, 200, 110), page=2),
    "items[0].name": at(Box(100, 300, 200, 310)),
    "items[0].target": at(Box(300, 300, 400, 310)),
    "items[1].name": at(Box(100, 330, 200, 340)),
}
EMPTY = {"leader", "funds.own"}


def doubted(box: Box | None, *, rows: bool = False) -> set[str]:
    found = doubted_places([Note(FindingKind.BROKEN_LINES, 1, "gaps", box, rows)], EVIDENCE, VALUES)
    assert {(f.kind, f.about, f.message) for f in found} <= {("broken_lines", "reading", "page 1: gaps")}
    return {f.path for f in found}


@pytest.mark.parametrize(
    ("box", "rows", "paths"),
    [
        (Box(90, 95, 250, 120), False, {"name"}),
        (Box(90, 295, 250, 320), False, {"items[0]"}),  # a value of the row may be lost in another's cell
        (Box(90, 295, 250, 345), True, {"items"}),  # a row may be lost
        (
            Box(420, 280, 500, 290),
            False,
            {"items"},
        ),  # beside the rows: their header, or a row that is lost
        (Box(420, 600, 500, 620), False, set()),
    ],
)
def test_a_doubt_is_about_what_stands_in_its_place_and_about_what_is_empty(
    box: Box, rows: bool, paths: set[str]
) -> None:
    assert doubted(box, rows=rows) == paths | EMPTY


def test_a_doubt_about_a_whole_page_is_none_about_a_place() -> None:
    assert doubted(None) == set()
