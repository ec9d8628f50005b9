"""The built-in engine on forms whose values are known: what it reads wrong it never reads in silence."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.scoring.gold import GoldForm
from eval.scoring.predictions import prediction
from eval.scoring.verdicts import ERRORS, form_verdicts
from extractor.document.results import Record
from extractor.engines import rules
from schemas.spec import SchemaSpec
from schemas.values import parse_indicator
from schemas.vocabulary import OWNERSHIP
from tests.form_cases import (
    EVALUATION,
    EVALUATION_TITLE,
    INDICATOR_HEADER,
    PROJECT,
    PROJECT_TITLE,
    form_of,
    forms_of,
    project_form,
    result_of,
)

NAMES = (
    "巡护河段", "清理垃圾", "沿河村庄保洁覆盖率", "水面漂浮物清理及时率", "群众投诉办结率", "河道管护长效机制",
    "宣传活动", "亲水平台维护", "沿岸居民生活环境改善程度", "巡护人员持证上岗率",
)  # fmt: skip
TARGETS = ("≥30.00(公里)", "=100.00(%)", "提升", "≤3.00(天)", "≥95%", "年底前完成", "=1200.00(个)", "健全")
UPPER = {upper for upper, _ in OWNERSHIP}
PAIRS = [(upper, lower) for upper, lowers in OWNERSHIP for lower in lowers if lower not in UPPER]


class Row(NamedTuple):
    """An indicator row as it is known."""

    level1: str
    level2: str
    level3: str
    target: str


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows in the order of their labels, each with a name of its own."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7, unique=True))
    pairs = sorted(draw(st.lists(st.sampled_from(PAIRS), min_size=len(names), max_size=len(names))), key=PAIRS.index)
    targets = draw(st.lists(st.sampled_from(TARGETS), min_size=len(names), max_size=len(names)))
    return [Row(a, b, c, d) for (a, b), c, d in zip(pairs, names, targets, strict=True)]


def whole(rows: list[Row]) -> list[str]:
    """Every cell of every row."""
    return ["\t".join(("绩效指标", *row)) for row in rows]


def spans(rows: list[Row]) -> list[tuple[str, str]]:
    """The labels as they are printed: nothing where the row above has the same."""
    out, before = [], ("", "")
    for row in rows:
        here = (row.level1, row.level2)
        out.append(("" if here[0] == before[0] else here[0], "" if here == before else here[1]))
        before = here
    return out


def merged(rows: list[Row]) -> list[str]:
    """Empty cells below a spanning label."""
    return ["\t".join(("", a, b, row.level3, row.target)) for row, (a, b) in zip(rows, spans(rows), strict=True)]


def lost(rows: list[Row]) -> list[str]:
    """Rows that lost the columns below a spanning label."""
    return ["\t".join(c for c in (a, b, r.level3, r.target) if c) for r, (a, b) in zip(rows, spans(rows), strict=True)]


def stack(label: str, size: int) -> list[str]:
    return [label[n : n + size] for n in range(0, len(label), size)]


def printed_lines(rows: list[Row]) -> list[str]:
    """Page text: labels in stacks, the row on a line."""
    out: list[str] = []
    for row, (a, b) in zip(rows, spans(rows), strict=True):
        out += [*stack(a, 2), *stack(b, 2), f"{row.level3} {row.target}"]
    return out


def wrapped_lines(rows: list[Row]) -> list[str]:
    """Page text in narrow columns: long names wrapped, the target behind the last piece."""
    out: list[str] = []
    for row, (a, b) in zip(rows, spans(rows), strict=True):
        *names, last = stack(row.level3, 6)
        out += [*stack(a, 2), *stack(b, 2), *names, f"{last} {row.target}"]
    return out


def values(rows: list[Row]) -> list[dict[str, Any]]:
    return [{**row._asdict(), "target": parse_indicator(row.target).model_dump()} for row in rows]


def silent(record: Record, spec: SchemaSpec, known: dict[str, Any]) -> list[str]:
    """The errors in the fields that are known which no finding covers."""
    said = prediction(record.to_json())
    gold = GoldForm(0, spec, MappingProxyType({**record.values, **known}))
    leaves = form_verdicts(gold, said).leaves
    return [f"{x.verdict} {x.path or x.gold_path}: {x.value}" for x in leaves if x.verdict in ERRORS and x.settled]


def right(record: Record, known: dict[str, Any]) -> bool:
    return all(record.values[name] == value for name, value in known.items())


Shape = Callable[[list[Row]], list[str]]
SHAPES: dict[str, Shape] = {"whole": whole, "merged": merged, "lost": lost}
PAGE_SHAPES: dict[str, Shape] = {"lines": printed_lines, "wrapped": wrapped_lines}
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def project_record(rows: list[Row], shape: Shape) -> Record:
    return result_of(project_form(rows=shape(rows))).records[0]


def page_record(rows: list[Row], shape: Shape, blank: bool) -> Record:
    head = [
        PROJECT_TITLE,
        "(2031年度)",
        "项目名称 河湖巡护经费",
        "一级",
        "指标",
        "二级",
        "指标",
        "三级指标 年度(/项目)指标值",
    ]
    text = ("\n\n" if blank else "\n").join([*head, *shape(rows)])
    return result_of(text + "\n").records[0]


@pytest.mark.parametrize("shape", [whole, merged])
@SLOW
@given(rows=tables())
def test_tabbed_rows_are_read_right(shape: Shape, rows: list[Row]) -> None:
    record = project_record(rows, shape)
    assert right(record, {"indicators": values(rows)}) or not record.settled
    assert silent(record, PROJECT, {"indicators": values(rows)}) == []


@SLOW
@given(rows=tables())
def test_rows_that_lost_columns_are_never_wrong_in_silence(rows: list[Row]) -> None:
    assert silent(project_record(rows, lost), PROJECT, {"indicators": values(rows)}) == []


@pytest.mark.parametrize("shape", PAGE_SHAPES.values(), ids=PAGE_SHAPES)
@pytest.mark.parametrize("blank", [False, True], ids=["dense", "blank"])
@SLOW
@given(rows=tables())
def test_page_text_is_never_wrong_in_silence(shape: Shape, blank: bool, rows: list[Row]) -> None:
    assert silent(page_record(rows, shape, blank), PROJECT, {"indicators": values(rows)}) == []


@SLOW
@given(rows=tables(), at=st.integers(0, 30), shape=st.sampled_from([*SHAPES.values()]))
def test_a_cell_that_was_dropped_is_never_an_error_in_silence(rows: list[Row], at: int, shape: Shape) -> None:
    texts = shape(rows)
    row = at % len(texts)
    cells = texts[row].split("\t")
    gone = cells[-1]
    texts[row] = "\t".join([*cells[:-1], ""])
    known = values(rows)
    if gone == rows[row].target:
        known[row]["target"] = None
    record = result_of(project_form(rows=texts)).records[0]
    assert silent(record, PROJECT, {"indicators": known}) == []


TWICE = [
    Row("产出指标", "时效指标", "巡护河段", "≥30.00(公里)"),
    Row("产出指标", "成本指标", "清理垃圾", "≤5.00(万元)"),
    Row("产出指标", "成本指标", "宣传活动", "≤3.00(万元)"),
    Row("满意度指标", "满意度指标", "群众投诉办结率", "≥95%"),
]
"""Labels that stand at both levels."""


@pytest.mark.parametrize("shape", [whole, merged])
def test_a_label_of_both_levels_is_read_by_its_column(shape: Shape) -> None:
    assert right(project_record(TWICE, shape), {"indicators": values(TWICE)})


@pytest.mark.parametrize("rows", [TWICE[:3], TWICE], ids=["three", "four"])
def test_a_label_of_both_levels_is_never_wrong_in_silence(rows: list[Row]) -> None:
    known = {"indicators": values(rows)}
    assert silent(project_record(rows, lost), PROJECT, known) == []
    assert silent(page_record(rows, printed_lines, False), PROJECT, known) == []


SCORE = st.tuples(st.sampled_from(["5.00", "10.00", "20"]), st.sampled_from(["4.50", "9.84", "0"]))
SCORES = st.lists(SCORE, min_size=7, max_size=7)


def actual(row: Row) -> str:
    return row.target.lstrip("≥≤=")


def evaluation_text(rows: list[Row], scores: list[tuple[str, str]], gap: str) -> str:
    header = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
    head = [EVALUATION_TITLE, "(2031年度)", gap.join(("项目名称", "河湖巡护经费")), gap.join(header)]
    lines = [gap.join((*row, actual(row), *score)) for row, score in zip(rows, scores, strict=False)]
    return "\n".join([*head, *lines]) + "\n"


@pytest.mark.parametrize("gap", ["\t", " "], ids=["tabs", "spaces"])
@SLOW
@given(rows=tables(), scores=SCORES)
def test_scored_rows_are_never_wrong_in_silence(gap: str, rows: list[Row], scores: list[tuple[str, str]]) -> None:
    record = result_of(evaluation_text(rows, scores, gap)).records[0]
    known = [
        {
            **row,
            "actual": parse_indicator(r.target.lstrip("≥≤=")).model_dump(),
            "weight": w,
            "score": s,
            "deviation": None,
        }
        for row, r, (w, s) in zip(values(rows), rows, scores, strict=False)
    ]
    assert silent(record, EVALUATION, {"indicators": known}) == []


def test_an_answer_names_its_labels_and_its_null_marks() -> None:
    (form,) = forms_of(project_form(rows=["绩效指标\t产出指标\t数量指标\t巡护河段\t-"]))
    (answer,) = rules.extract([form])
    units = {(r.page, u.id): u.text for r in form.rows for u in r.units}
    printed = [units[p.page, p.unit][p.start : p.end] for p in answer.labels]
    assert {"项目名称", "三级指标", "绩效指标"} <= set(printed)
    assert [units[p.page, p.unit][p.start : p.end] for p in answer.nulls] == ["-"]


def test_there_is_one_answer_a_form_in_order() -> None:
    forms = forms_of(project_form("甲渠清淤") + project_form("乙渠清淤"))
    answers = rules.extract(forms)
    assert [next(c.text for c in a.candidates if c.path == "project_name") for a in answers] == ["甲渠清淤", "乙渠清淤"]
    assert rules.extract([]) == []


def test_rows_without_any_label_are_no_values() -> None:
    (answer,) = rules.extract([form_of("甲\t乙\n丙\t丁\n")])
    assert answer.candidates == ()


def test_the_indicator_header_alone_needs_no_form_around() -> None:
    (answer,) = rules.extract([form_of(INDICATOR_HEADER + "\n绩效指标\t产出指标\t数量指标\t巡护河段\t≥30.00(公里)\n")])
    assert {c.path.rpartition(".")[2] for c in answer.candidates} == {"level1", "level2", "level3", "target"}
