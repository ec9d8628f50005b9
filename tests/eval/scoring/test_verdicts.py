from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import schemas
from eval.scoring import metrics
from eval.scoring.comparators import canonical
from eval.scoring.gold import Gold, GoldForm
from eval.scoring.predictions import readings
from eval.scoring.scores import DocumentScore, score_document
from tests.eval_cases import (
    NAMES,
    Form,
    department_target,
    evaluation_row,
    evaluation_rows,
    record,
    self_evaluation,
)


def gold_of(*forms: Form) -> Gold:
    loaded = tuple(
        GoldForm(i, schemas.load(f["form_type"]), {k: v for k, v in f.items() if k != "form_type"})
        for i, f in enumerate(forms)
    )
    return Gold(Path("case.gold.json"), "case.txt", None, loaded)


def score(gold: list[Form], records: list[Form], documents: list[Form] | None = None) -> DocumentScore:
    run = readings(records, documents or [])
    return score_document(gold_of(*gold), run.get("case.txt"))


def of_form(gold: Form, read: Form, *flags: str) -> DocumentScore:
    return score([gold], [record(read, 0, "case.txt", *flags)])


@given(evaluation_rows())
def test_gold_against_itself_scores_one(rows: list[Form]) -> None:
    form = self_evaluation(rows)
    got = of_form(form, form)
    assert (got.counts.f1, got.counts.raw_f1, got.counts.errors) == (1.0, 1.0, 0)
    assert got.forms == metrics.Forms(found=1, perfect=1, settled=1)
    assert (got.rows.found, got.rows.perfect, got.rows.in_order) == (len(rows),) * 3
    assert (got.counts.silent_rate, got.counts.settled_share) == (0.0, 1.0)


def every_number(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for k, v in value.items() if k != "form_type" for p in every_number(v, (*path, k))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in every_number(v, (*path, i))]
    return [path] if any(c.isdigit() for c in str(value)) else []


def changed(form: Form, path: tuple[Any, ...], value: Any) -> Form:
    out = copy.deepcopy(form)
    place: Any = out
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return out


def value_at(form: Form, path: tuple[Any, ...]) -> Any:
    place: Any = form
    for step in path:
        place = place[step]
    return place


@given(evaluation_rows(), st.data())
def test_one_changed_digit_is_one_wrong_leaf(rows: list[Form], data: st.DataObject) -> None:
    form = self_evaluation(rows)
    path = data.draw(st.sampled_from(every_number(form)))
    before = value_at(form, path)
    digits = [i for i, c in enumerate(str(before)) if c.isdigit()]
    at = data.draw(st.sampled_from(digits))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != str(before)[at]]))
    after = str(before)[:at] + digit + str(before)[at + 1 :]
    got = of_form(form, changed(form, path, int(after) if isinstance(before, int) else after))
    assert got.counts.wrong == 1 and got.counts.errors == 1
    assert got.counts.f1 is not None and got.counts.f1 < 1
    assert got.forms.perfect == 0


@given(evaluation_rows(), st.data())
def test_a_changed_operator_unit_or_sign_is_an_error(rows: list[Form], data: st.DataObject) -> None:
    form = self_evaluation(rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    part = data.draw(st.sampled_from(["operator", "unit", "value"]))
    before = rows[at]["target"][part]
    assume(before is not None)
    others = {"operator": "=≥≤><", "unit": ["%", "个", "次", "小时"], "value": [f"-{before}"]}[part]
    after = data.draw(st.sampled_from([o for o in others if o != before]))
    got = of_form(form, changed(form, ("indicators", at, "target", part), after))
    assert Counter(m.leaf.verdict for m in got.mistakes) == {"wrong": 1}
    assert got.mistakes[0].leaf.field == f"indicators[].target.{part}"


@given(evaluation_rows(least=2), st.data())
def test_a_dropped_row_lowers_recall_alone(rows: list[Form], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    got = of_form(self_evaluation(rows), self_evaluation(rows[:at] + rows[at + 1 :]))
    assert got.counts.precision == 1.0
    assert got.counts.recall is not None and got.counts.recall < 1
    assert (got.rows.found, got.rows.omitted, got.rows.invented) == (len(rows) - 1, 1, 0)
    assert {m.leaf.gold_path.split(".")[0] for m in got.mistakes} == {f"indicators[{at}]"}


@given(evaluation_rows(most=6), st.data())
def test_an_added_row_lowers_precision_alone(rows: list[Form], data: st.DataObject) -> None:
    unused = [n for n in NAMES if n not in {r["level3"] for r in rows}]
    at = data.draw(st.integers(0, len(rows)))
    added = evaluation_row(data.draw(st.sampled_from(unused)), "41.00", "<", "公里")
    got = of_form(self_evaluation(rows), self_evaluation([*rows[:at], added, *rows[at:]]))
    assert got.counts.recall == 1.0
    assert got.counts.precision is not None and got.counts.precision < 1
    assert (got.rows.found, got.rows.omitted, got.rows.invented) == (len(rows), 0, 1)
    assert got.edits == 1


@given(evaluation_rows(least=2), st.randoms())
def test_rows_in_another_order_change_the_order_figure_alone(rows: list[Form], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    got = of_form(self_evaluation(rows), self_evaluation(shuffled))
    assert got.counts.f1 == 1.0 and got.rows.perfect == len(rows)
    assert (got.rows.in_order == len(rows)) == (shuffled == rows)


@given(evaluation_rows(), st.integers(0, 3))
def test_scoring_changes_neither_gold_nor_record(rows: list[Form], drop: int) -> None:
    gold, read = gold_of(self_evaluation(rows)), [record(self_evaluation(rows[drop:]))]
    before = copy.deepcopy((dict(gold.forms[0].values), read))
    score_document(gold, readings(read)["case.txt"])
    assert (dict(gold.forms[0].values), read) == before


def test_one_dropped_form_costs_that_form_only() -> None:
    forms = [self_evaluation([evaluation_row(NAMES[i])], f"第{i}号治理项目经费") for i in range(6)]
    got = score(forms, [record(f, i) for i, f in enumerate(forms[:2] + forms[3:])])
    assert got.forms == metrics.Forms(found=5, missing=1, perfect=5, settled=5)
    assert {m.form for m in got.mistakes} == {2}
    assert {m.leaf.verdict for m in got.mistakes} == {"omitted"}
    assert got.counts.vanished == got.counts.omitted > 0


def test_forms_with_the_same_name_are_told_apart_by_their_values() -> None:
    first = self_evaluation([evaluation_row("培训场次", "3.00")], "办公经费")
    second = changed(self_evaluation([evaluation_row("巡查覆盖率", "88.00")], "办公经费"), ("total_score",), "71.00")
    got = score([first, second], [record(second, 0)])
    assert (got.forms.found, got.forms.missing, got.forms.perfect) == (1, 1, 1)
    assert {m.form for m in got.mistakes} == {0}


def test_a_document_that_is_not_in_the_run_counts_as_empty() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    got = score([form], [])
    assert got.forms == metrics.Forms(missing=1)
    assert (got.counts.f1, got.counts.recall, got.counts.right) == (0.0, 0.0, 0)
    assert got.counts.silent_rate == 1.0


def test_a_failed_document_counts_as_empty_but_not_as_silent() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    got = score([form], [], [{"document": "case.txt", "status": "failed", "reason": "truncated"}])
    assert (got.counts.f1, got.counts.vanished, got.counts.silent_rate) == (0.0, 0, None)
    assert got.reason == "truncated"


def test_a_form_missing_beside_unclaimed_table_text_has_not_vanished_in_silence() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    line = {
        "document": "case.txt",
        "status": "done",
        "unclaimed": [{"page": 1, "line": 3, "text": "a", "kind": "table"}],
    }
    assert score([form], [], [line]).counts.vanished == 0
    assert score([form], [], [{**line, "unclaimed": []}]).counts.vanished > 0


def test_records_of_the_schema_table_are_never_extra_forms() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    table = {"document": "case.txt", "form": 1, "schema": "table", "values": {"title": "附表", "rows": [["a", "b"]]}}
    got = score([form], [record(form), table])
    assert got.forms == metrics.Forms(found=1, perfect=1, settled=1)
    assert got.counts.errors == 0


def test_a_table_that_gold_has_is_scored_cell_by_cell() -> None:
    gold = {
        "form_type": "table",
        "title": "附表",
        "header": ["项", "数"],
        "rows": [["甲", "1"], ["乙", "2"], ["丙", None]],
    }
    read = changed(gold, ("rows",), [["甲", "1"], ["乙", "7"], ["丙", None]])
    got = of_form(gold, read)
    assert [(m.leaf.path, m.leaf.verdict) for m in got.mistakes] == [("rows[1][1]", "wrong")]
    assert got.rows.perfect == 2


def test_an_extra_form_is_invented() -> None:
    form, other = self_evaluation([evaluation_row("培训场次")]), department_target(["1、管理档案。"])
    got = score([form], [record(form), record(other, 1)])
    assert (got.forms.found, got.forms.extra, got.forms.perfect) == (1, 1, 1)
    assert got.counts.invented == got.counts.silent > 0
    assert got.counts.recall == 1.0


def test_a_form_read_by_another_schema_is_missing_and_extra() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    target = {**record(form), "schema": "project_target", "values": {"project_name": form["project_name"]}}
    got = score([form], [target])
    assert (got.forms.found, got.forms.missing, got.forms.extra) == (0, 1, 1)


def test_texts_of_a_list_are_aligned_as_rows() -> None:
    duties = ["1、接收进馆档案并整理。", "2、提供查阅利用服务。", "3、指导基层单位归档。", "4、编研地方史料。"]
    got = of_form(department_target(duties), department_target([duties[0], duties[2], duties[3]]))
    assert [(m.leaf.gold_path, m.leaf.verdict) for m in got.mistakes] == [("duties[1]", "omitted")]
    misread = [duties[0], duties[1].replace("查阅", "查间"), duties[2], duties[3]]
    got = of_form(department_target(duties), department_target(misread))
    assert [(m.leaf.path, m.leaf.verdict) for m in got.mistakes] == [("duties[1]", "wrong")]
    alike, texts = got.likeness["duties[]"]
    assert alike == pytest.approx(3 + 10 / 11) and texts == 4


def test_a_reading_finding_unsettles_what_its_path_covers() -> None:
    form = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率", "88.00")])
    wrong = changed(form, ("indicators", 1, "target", "value"), "83.00")
    assert of_form(form, wrong).counts.silent == 1
    for flag in ("indicators[1].target.value", "indicators[1].target", "indicators[1]", "indicators", ""):
        assert of_form(form, wrong, flag).counts.silent == 0, flag
    for flag in ("indicators[0]", "indicators[1].target.unit", "indicators[1].tar", "indicators[11]"):
        assert of_form(form, wrong, flag).counts.silent == 1, flag


def test_a_finding_about_the_source_does_not_unsettle() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    read = record(form)
    read["findings"] = [{"path": "", "about": "source", "kind": "sum", "severity": "warning"}]
    got = score([form], [read])
    assert (got.counts.settled_share, got.forms.settled) == (1.0, 1)


def test_findings_on_right_values_are_false_alarms() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    got = of_form(form, form, "rating", "indicators[0].target")
    assert got.counts.false_alarms == 1 + 4
    assert (got.findings, got.idle_findings) == (2, 2)
    wrong = changed(form, ("rating",), "良")
    assert of_form(form, wrong, "rating", "indicators[0].target").idle_findings == 1


def test_a_finding_on_the_list_is_no_false_alarm_where_a_row_is_missing() -> None:
    form = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率")])
    got = of_form(form, self_evaluation(form["indicators"][:1]), "indicators")
    assert (got.counts.silent, got.idle_findings) == (0, 0)


def test_alternatives_in_gold_are_all_right_and_nothing_else_is() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    gold = changed(form, ("project_name",), {"any_of": ["河湖巡护经费", "河湖巡护专项经费"]})
    for name in ("河湖巡护经费", "河湖巡护专项经费"):
        assert of_form(gold, changed(form, ("project_name",), name)).counts.f1 == 1.0
    assert of_form(gold, changed(form, ("project_name",), "河湖巡护费")).counts.wrong == 1
    assert of_form(gold, changed(form, ("project_name",), None)).counts.omitted == 1


def test_alternatives_of_an_indicator_value_are_not_mixed() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    one = {"text": "≥3(场)", "operator": "≥", "value": "3", "unit": "场"}
    two = {"text": "=30(个)", "operator": "=", "value": "30", "unit": "个"}
    gold = changed(form, ("indicators", 0, "target"), {"any_of": [one, two]})
    for right in (one, two):
        assert of_form(gold, changed(form, ("indicators", 0, "target"), right)).counts.f1 == 1.0
    mixed = {**one, "unit": "个"}
    assert of_form(gold, changed(form, ("indicators", 0, "target"), mixed)).counts.wrong == 1


def test_a_text_where_a_group_or_list_belongs_is_an_error_and_no_crash() -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    for path, value in (
        (("funding",), "11.50"),
        (("indicators",), "none"),
        (("indicators", 0), "row"),
        (("rating",), [1]),
    ):
        got = of_form(form, changed(form, path, value))
        assert got.counts.errors > 0 and got.forms.perfect == 0


@pytest.mark.parametrize(
    ("comparator", "a", "b", "same"),
    [
        ("text", "（一） 甲，乙", "(一)甲,乙", True),
        ("text", "１２%", "12％", True),
        ("text", "甲、乙", "甲,乙", False),
        ("text", "1.0", "1.00", False),
        ("amount", "100.00", "100.0", True),
        ("amount", "100.00", "10000", False),
        ("amount", "95%", "95", False),
        ("amount", "(5)", "-5", False),
        ("amount", "1,5", "15", False),
        ("amount", "-5", "5", False),
        ("amount", "-0.00", "0.00", False),
        ("date", "2031-01-05", "2031-1-5", True),
        ("date", "2031-01-05", "2031-05-01", False),
        ("integer", 12, "12", True),
        ("integer", 1, True, False),
        ("text", "≥95%", "≤95%", False),
    ],
)
def test_what_a_comparator_calls_the_same(comparator: str, a: object, b: object, same: bool) -> None:
    assert (canonical(comparator, a) == canonical(comparator, b)) is same


@pytest.mark.parametrize("value", [None, "", " \n", "　"])
def test_white_space_is_empty(value: object) -> None:
    assert canonical("text", value) is None
