"""Candidates become a record's values: typed, every field there, nothing lost without a finding."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.accounting.assembly import Assembled, assemble
from extractor.document.results import Candidate
from schemas.spec import SchemaSpec
from tests.form_cases import DEPARTMENT, EVALUATION, PROJECT


def built(*pairs: tuple[str, str], schema: SchemaSpec = PROJECT) -> Assembled:
    return assemble(schema, [Candidate(path, text, ()) for path, text in pairs])


def kinds(assembled: Assembled) -> list[tuple[str, str]]:
    return [(f.kind, f.path) for f in assembled.findings]


@pytest.mark.parametrize("schema", [PROJECT, EVALUATION, DEPARTMENT])
def test_without_candidates_every_field_is_there_and_empty(schema: SchemaSpec) -> None:
    assembled = built(schema=schema)
    assert set(assembled.values) == set(schema.model.model_fields)
    assert assembled.findings == ()
    assert leaves(assembled.values) == {None} or leaves(assembled.values) == set()


def leaves(value: Any) -> set[Any]:
    if isinstance(value, dict):
        return set().union(*map(leaves, value.values()))
    return set() if value == [] else {value}


def test_printed_text_becomes_typed() -> None:
    values = built(
        ("year", "2031"),
        ("start_date", "2031年1月5日"),
        ("funding.annual_total", "1,200.50"),
        ("project_name", "河湖巡护"),
    ).values
    assert values["year"] == 2031
    assert values["start_date"] == "2031-01-05"
    assert values["funding"]["annual_total"] == "1200.50"
    assert values["project_name"] == "河湖巡护"


def test_an_indicator_value_is_taken_apart() -> None:
    values = built(("indicators[0].target", "≥30.00(公里)")).values
    assert values["indicators"][0]["target"] == {
        "text": "≥30.00(公里)", "operator": "≥", "value": "30.00", "unit": "公里",
    }  # fmt: skip


def test_rows_come_in_any_order_and_those_between_are_empty() -> None:
    values = built(("indicators[2].level3", "丙"), ("indicators[0].level3", "甲")).values
    assert [row["level3"] for row in values["indicators"]] == ["甲", None, "丙"]
    assert all(set(row) == {"level1", "level2", "level3", "target"} for row in values["indicators"])


def test_texts_of_a_list_stand_in_order() -> None:
    assert built(("duties[0]", "1.甲"), ("duties[1]", "2.乙"), schema=DEPARTMENT).values["duties"] == ["1.甲", "2.乙"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("funding.annual_total", "十二万"), ("start_date", "年底前"), ("year", "今年"), ("start_date", "2031-13-01")],
)
def test_text_that_is_not_of_its_kind_is_null_and_a_finding(path: str, text: str) -> None:
    assembled = built((path, text))
    assert kinds(assembled) == [("unreadable", path)]
    assert [f.about for f in assembled.findings] == ["reading"]
    assert leaves(assembled.values) == {None}


def test_two_readings_of_one_field_keep_the_first_and_say_so() -> None:
    assembled = built(("project_name", "甲渠清淤"), ("project_name", "乙渠清淤"))
    assert assembled.values["project_name"] == "甲渠清淤"
    assert kinds(assembled) == [("two_readings", "project_name")]
    assert "甲渠清淤" in assembled.findings[0].message
    assert "乙渠清淤" in assembled.findings[0].message


@pytest.mark.parametrize(
    "path", ["nothing", "funding.nothing", "indicators[0].nothing", "indicators[0].target.nothing"]
)
def test_a_field_that_the_schema_lacks_is_a_finding_and_no_error(path: str) -> None:
    assembled = built((path, "甲"))
    assert [f.kind for f in assembled.findings] == ["no_such_field"]
    assert path in assembled.findings[0].message


@pytest.mark.parametrize(
    ("path", "inside"), [("budget", "budget.total"), ("key_tasks", "key_tasks[0].name"), ("duties", "duties[0]")]
)
def test_a_candidate_for_what_holds_values_is_a_finding_and_no_error(path: str, inside: str) -> None:
    assembled = built((path, "5"), (inside, "5"), schema=DEPARTMENT)
    assert value_at(assembled.values, inside) == "5"
    assert assembled.findings != ()


def test_a_candidate_for_a_whole_row_is_a_finding_and_no_error() -> None:
    assembled = built(("indicators[0]", "甲"), ("indicators[0].level3", "甲"))
    assert assembled.values["indicators"][0]["level3"] == "甲"
    assert [f.kind for f in assembled.findings] == ["no_such_field"]


def test_a_word_outside_of_a_closed_vocabulary_is_kept_and_remarked() -> None:
    assembled = built(("rating", "合格"), schema=EVALUATION)
    assert assembled.values["rating"] == "合格"
    assert [(f.kind, f.about) for f in assembled.findings] == [("unusual", "source")]


def test_a_usual_word_is_no_finding_with_white_space_or_without() -> None:
    assembled = built(("indicators[0].level1", "产出 \n指标"), ("indicators[0].level2", "数量指标"))
    assert assembled.findings == ()
    assert assembled.values["indicators"][0]["level1"] == "产出指标"


def test_what_is_assembled_validates() -> None:
    assembled = built(("indicators[0].target", "≥95%"), ("funding.currency_unit", "万元"))
    assert PROJECT.model.model_validate(assembled.values).model_dump() == assembled.values


PATHS = st.sampled_from([f.path.replace("[]", "[{}]") for s in (PROJECT,) for f in s.leaves()])


@given(
    st.lists(st.tuples(PATHS, st.integers(0, 4), st.text("12.-年月甲≥%()（ ", min_size=1, max_size=12)), max_size=12)
)
def test_whatever_an_engine_says_the_values_validate_and_nothing_vanishes(said: list[tuple[str, int, str]]) -> None:
    candidates = [Candidate(path.format(number), text, ()) for path, number, text in said]
    assembled = assemble(PROJECT, candidates)
    PROJECT.model.model_validate(assembled.values)
    named = {f.path for f in assembled.findings}
    for candidate in candidates:
        assert candidate.path in named or value_at(assembled.values, candidate.path) is not None


def value_at(values: Any, path: str) -> Any:
    for step in path.replace("]", "").replace("[", ".").split("."):
        values = values[int(step)] if step.isdigit() else values[step]
    return values
