"""Each relation: it holds, it fails with a finding where a person looks, and empty values are no failure."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.accounting.checks import check
from extractor.document.results import Finding
from schemas.fields import Form, Part, printed
from schemas.relations import AtMost, InOrder, Owns, PercentAtMost100, Present, Relation, Share, Sums, SumsTo
from schemas.spec import SchemaSpec, spec_of
from schemas.values import Amount, Day, IndicatorValue
from tests.eval_cases import evaluation_row, indicator_value, self_evaluation
from tests.form_cases import EVALUATION


class Item(Part):
    upper: str | None = printed(column="上级")
    lower: str | None = printed(column="下级")
    limit: Amount | None = printed(column="上限")
    value: Amount | None = printed(column="数值")
    target: IndicatorValue | None = printed(column="目标")


class Group(Part):
    total: Amount | None = printed("合计")


def spec(relation: Relation) -> SchemaSpec:
    class Sheet(Form):
        relations = (relation,)

        total: Amount | None = printed("总计")
        one: Amount | None = printed("甲")
        two: Amount | None = printed("乙")
        start: Day | None = printed("始")
        end: Day | None = printed("终")
        group: Group = printed("组")
        items: list[Item] = printed("项", many=True)

    return spec_of(Sheet, "sheet")


EMPTY: dict[str, Any] = {
    "total": None, "one": None, "two": None, "start": None, "end": None, "group": {"total": None}, "items": [],
}  # fmt: skip


def found(relation: Relation, **values: Any) -> list[Finding]:
    return list(check(spec(relation), {**EMPTY, **values}, "source"))


def item(**values: Any) -> dict[str, Any]:
    return {"upper": None, "lower": None, "limit": None, "value": None, "target": None, **values}


SUMS = Sums("total", ("one", "two"))


@pytest.mark.parametrize(
    ("total", "one", "two"),
    [
        ("3.00", "1.00", "2.00"),
        ("3", "1.00", "2.00"),
        ("3.01", "1.00", "2.00"),
        ("3.00", "3.00", None),
        ("-1", "1", "-2"),
        ("0.3", "0.1", "0.2"),
    ],
)
def test_a_total_is_the_sum_of_the_parts_that_are_printed(total: str, one: str, two: str | None) -> None:
    assert found(SUMS, total=total, one=one, two=two) == []


@pytest.mark.parametrize(("total", "one", "two"), [(None, "1", "2"), ("3", None, None), (None, None, None)])
def test_a_sum_without_a_total_or_without_parts_says_nothing(
    total: str | None, one: str | None, two: str | None
) -> None:
    assert found(SUMS, total=total, one=one, two=two) == []


def test_a_wrong_total_is_a_finding_with_the_figures() -> None:
    (finding,) = found(SUMS, total="3.02", one="1.00", two="2.00")
    assert (finding.path, finding.kind, finding.about, finding.severity) == ("total", "sums", "source", "warning")
    for figure in ("3.02", "3.00", "1.00 + 2.00"):
        assert figure in finding.message


def test_a_sum_may_run_over_rows() -> None:
    relation = Sums("total", ("items[].value", "one"))
    rows = [item(value="1"), item(value=None), item(value="2")]
    assert found(relation, total="7", one="4", items=rows) == []
    assert [f.path for f in found(relation, total="6", one="4", items=rows)] == ["total"]


def test_the_finding_is_about_what_the_caller_says() -> None:
    values = {**EMPTY, "total": "5", "one": "1", "two": "2"}
    assert [f.about for f in check(spec(SUMS), values, "reading")] == ["reading"]


def test_weights_sum_to_one_hundred() -> None:
    relation = SumsTo(("items[].value", "one"))
    assert found(relation, one="10", items=[item(value="60.00"), item(value="30")]) == []
    (finding,) = found(relation, one="10", items=[item(value="60"), item(value="20")])
    assert (finding.path, finding.kind) == ("items", "sums_to")
    assert "90" in finding.message
    assert found(relation) == []


def test_an_excess_that_no_row_explains_is_that_of_a_value() -> None:
    """With too little a row may be missing, with too much one may be there twice; else the rows are all there."""
    relation = SumsTo(("items[].value",))
    twice = found(relation, items=[item(value="60"), item(value="40"), item(value="40")])
    assert [f.path for f in twice] == ["items"]
    odd = found(relation, items=[item(value="60"), item(value="30"), item(value="17")])
    assert [f.path for f in odd] == [f"items[{n}].value" for n in range(3)]
    assert all(f.kind == "sums_to" and "107" in f.message for f in odd)


def test_a_value_is_at_most_its_limit_row_by_row() -> None:
    relation = AtMost("items[].value", "items[].limit")
    rows = [item(value="5", limit="5.00"), item(value="6", limit="5"), item(value="9"), item(limit="1")]
    (finding,) = found(relation, items=rows)
    assert (finding.path, finding.kind) == ("items[1].value", "at_most")
    assert "items[1].limit" in finding.message


@pytest.mark.parametrize(
    ("percent", "part", "whole"), [("90.00", "9", "10"), ("33.3", "1", "3"), ("0.00", "0.00", "0.00"), (None, "1", "2")]
)
def test_a_rate_is_part_by_whole(percent: str | None, part: str, whole: str) -> None:
    assert found(Share("total", "one", "two"), total=percent, one=part, two=whole) == []


def test_a_wrong_rate_is_a_finding() -> None:
    (finding,) = found(Share("total", "one", "two"), total="90.2", one="9", two="10")
    assert (finding.path, finding.kind) == ("total", "share")
    assert "90.00" in finding.message


@pytest.mark.parametrize(("part", "whole"), [(None, "2"), ("1", None), ("1", "0")])
def test_a_rate_of_nothing_is_not_checked(part: str | None, whole: str | None) -> None:
    assert found(Share("total", "one", "two"), total="50", one=part, two=whole) == []


def test_dates_stand_in_order() -> None:
    relation = InOrder("start", "end")
    assert found(relation, start="2031-01-01", end="2031-01-01") == []
    assert found(relation, start="2031-01-01") == found(relation, end="2031-01-01") == []
    (finding,) = found(relation, start="2031-02-01", end="2031-01-31")
    assert (finding.path, finding.kind) == ("end", "in_order")


def test_a_percentage_above_one_hundred_is_odd() -> None:
    rows = [item(target=indicator_value(n, "=", u)) for n, u in (("100.00", "%"), ("1000.00", "%"), ("1000", "个"))]
    rows += [item(target=indicator_value(None)), item()]
    (finding,) = found(PercentAtMost100("items[].target"), items=rows)
    assert (finding.path, finding.kind) == ("items[1].target", "percent_at_most100")
    assert "=1000.00(%)" in finding.message


def test_a_value_must_stand_beside_its_key() -> None:
    relation = Present("items[].value", beside="items[].lower")
    rows = [item(lower="甲", value="0"), item(lower="乙"), item()]
    (finding,) = found(relation, items=rows)
    assert (finding.path, finding.kind) == ("items[1].value", "present")
    assert "乙" in finding.message


def test_a_value_must_stand_in_the_form() -> None:
    assert [f.path for f in found(Present("group.total"))] == ["group.total"]
    assert found(Present("group.total"), group={"total": "1"}) == []


@pytest.mark.parametrize(
    ("upper", "lower", "paths"),
    [
        ("产出", "数量", []),
        ("产出", "满意", ["items[0].lower"]),
        ("其他", "数量", []),
        ("产出", "没有的", []),
        (None, "数量", []),
        ("产出", None, []),
    ],
)
def test_an_upper_label_owns_its_lower_ones(upper: str | None, lower: str | None, paths: list[str]) -> None:
    relation = Owns("items[].upper", "items[].lower", (("产出", ("数量",)), ("满意", ("满意",))))
    assert [f.path for f in found(relation, items=[item(upper=upper, lower=lower)])] == paths


def test_a_missing_group_fails_no_check() -> None:
    values = {**EMPTY, "group": None}
    assert list(check(spec(Sums("group.total", ("one", "two"))), {**values, "one": "1"}, "source")) == []


def evaluation(**changes: Any) -> list[str]:
    rows = [evaluation_row("甲"), evaluation_row("乙")]
    rows[0].update({"weight": "60.00", "score": "60.00"})
    rows[1].update({"weight": "30.00", "score": "26.50"})
    form = self_evaluation(rows)
    del form["form_type"]
    for row in rows:
        row.update(changes.get("rows", {}))
    form.update({k: v for k, v in changes.items() if k != "rows"})
    return sorted(f"{f.kind} {f.path}" for f in check(EVALUATION, form, "source"))


def test_a_form_that_adds_up_has_no_finding() -> None:
    assert evaluation() == []


def test_the_checks_of_a_schema_find_one_changed_digit() -> None:
    assert evaluation(total_score="96.34") == ["sums total_score"]
    assert evaluation(total_weight="90.00") == ["sums total_weight"]
    assert "sums_to indicators" in evaluation(rows={"weight": "20.00", "score": "20.00"})
    assert "percent_at_most100 indicators[0].target" in evaluation(rows={"target": indicator_value("101", "=", "%")})
    assert "present indicators[1].actual" in evaluation(rows={"actual": None})
