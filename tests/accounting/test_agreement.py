"""Two readings side by side: what both give alike is agreed, wherever they differ a finding says so."""

from __future__ import annotations

import pytest

import schemas
from extractor.accounting.agreement import agreement
from extractor.accounting.value_paths import doubted
from extractor.document.results import Answer, Candidate, Place
from schemas.spec import SchemaSpec

SPEC: SchemaSpec = schemas.load("self_evaluation")


def value(path: str, text: str, line: int, start: int = 0) -> Candidate:
    return Candidate(path, text, (Place(1, f"L{line}", start, start + len(text)),))


def row(number: int, line: int, name: str, target: str, weight: str = "10.00") -> list[Candidate]:
    base = f"indicators[{number}]"
    return [
        value(f"{base}.level3", name, line),
        value(f"{base}.target", target, line, 20),
        value(f"{base}.weight", weight, line, 40),
    ]


FIRST = [*row(0, 1, "修缮长度", "≥3.00(公里)"), *row(1, 2, "验收合格率", "=100.00(%)", "20.00")]


def findings(first: list[Candidate], second: list[Candidate]) -> set[str]:
    return {f.path for f in agreement(SPEC, Answer(tuple(first)), Answer(tuple(second))).findings}


def test_two_readings_that_are_alike_agree_on_every_value() -> None:
    spaced = [*FIRST[:1], value("indicators[0].target", "≥3.00（公里）", 1, 20), *FIRST[2:]]
    held = agreement(SPEC, Answer(tuple(FIRST)), Answer(tuple(spaced)))
    assert held.agreed == {c.path for c in FIRST}
    assert held.findings == ()


def test_rows_are_the_same_where_they_stand_whatever_their_number() -> None:
    moved = [*row(0, 2, "验收合格率", "=100.00(%)", "20.00"), *row(1, 1, "修缮长度", "≥3.00(公里)")]
    assert findings(FIRST, moved) == set()


def test_a_value_that_differs_is_in_doubt_and_no_other() -> None:
    assert findings(FIRST, [*FIRST[:-1], value("indicators[1].weight", "10.00", 1, 40)]) == {"indicators[1].weight"}


def test_a_value_that_the_first_lacks_is_in_doubt() -> None:
    assert findings(FIRST[:-1], FIRST) == {"indicators[1].weight"}


def test_a_row_that_only_one_has_is_a_finding_on_the_list_or_on_the_row() -> None:
    assert findings(FIRST[:3], FIRST) == {"indicators"}
    assert findings(FIRST, FIRST[:3]) == {"indicators[1]"}


def test_a_row_known_by_another_name_is_in_doubt_as_a_whole() -> None:
    longer = [value("indicators[1].level3", "验收合格率高", 2), *FIRST[4:]]
    assert findings([*FIRST[:3], *longer], FIRST) == {"indicators[1]"}


def test_rows_whose_names_are_exchanged_put_the_list_in_doubt() -> None:
    first = [value("indicators[0].level3", "验收合格率", 2), *FIRST[1:3]]
    second = [value("indicators[1].level3", "修缮长度", 1), *FIRST[4:]]
    assert "indicators" in findings([*first, *second], FIRST)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("indicators[2].level3", "indicators[2]"),
        ("indicators[2].target", "indicators[2].target"),
        ("project_name", "project_name"),
    ],
)
def test_the_key_of_a_row_stands_for_the_row(path: str, wanted: str) -> None:
    assert doubted(SPEC, path) == wanted
