"""What Enter says: of a value, an empty one, a row, a list, a form, a document, and what it closes besides."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.accounting.decided import review
from extractor.accounting.settled import DOCUMENT
from extractor.review.affirmed import affirmed
from extractor.review.doubts import of_record
from extractor.review.service import Opened

TARGET = {"text": "≥1(次)", "operator": "≥", "value": "1", "unit": "次"}
VALUES = {"name": "Pear", "rows": [{"a": "1", "b": None}, {"a": None, "b": TARGET}]}


def opened(form: int = 0, residue: int = 0, values: dict[str, Any] | None = None) -> Opened:
    left = [{"page": 1, "line": 1, "start": 0, "end": 1, "text": "x"}] * residue
    record = {
        "sha256": "h", "document": "a.txt", "form": form, "schema": "s", "values": VALUES if values is None else values,
        "evidence": {}, "findings": [], "residue": left, "unsettled": ["", "rows[0]", "rows[0].a", "rows[1].a"],
    }  # fmt: skip
    return Opened(record, (), review(record, ()))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("name", "the value is right as it was read"),
        ("rows[0].b", "nothing is printed for it"),
        ("rows[1].b", "the value is right as it was read"),
        ("rows[1]", "it is right as it stands, its empty values too"),
        ("rows", "the list has these 2 rows and no other"),
        ("", "the whole form: 5 values, and that none of the 2 texts left over belongs to it"),
    ],
)
def test_accepting_a_path_says(path: str, text: str) -> None:
    assert affirmed(opened(residue=2), path, []).text == text


def test_a_form_without_texts_left_over_names_none() -> None:
    assert affirmed(opened(), "", []).text == "the whole form: 5 values"


@pytest.mark.parametrize(("residue", "says_so"), [(0, False), (1, True)])
def test_accepting_a_document_says_that_no_form_is_missing(residue: int, says_so: bool) -> None:
    text = affirmed(opened(DOCUMENT, residue, {}), "", []).text
    assert "none is missing" in text and ("nothing accounts for" in text) is says_so


@pytest.mark.parametrize(("path", "closes"), [("rows[0]", ["rows[0].a"]), ("rows[0].a", []), ("name", [])])
def test_the_doubts_inside_are_closed_with_it(path: str, closes: list[str]) -> None:
    doubts = of_record(opened().record, 0, ())
    assert [d.path for d in affirmed(opened(), path, doubts).closes] == closes
