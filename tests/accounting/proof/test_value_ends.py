"""A value ends where another begins: labels and cells inside of it put it in doubt, and what may be lost in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import schemas
from extractor.accounting.proof import examine, printed_labels, value_ends
from extractor.accounting.proof.proof_settings import LIMITS, Limits
from extractor.document.layout import Cell, Document, Grid, Line, Page
from extractor.document.results import Answer, Candidate, Form, Place
from extractor.forms.regions import cut

TITLE = "财政项目支出绩效自评表"


def form_of(*lines: str) -> Form:
    page = Page(1, tuple(Line(1, n, text) for n, text in enumerate((TITLE, "项目名称 水库修缮", *lines), 1)))
    (form,) = cut(Document("d.txt", "0" * 64, (page,)), [schemas.load("self_evaluation")]).forms
    return form


def paths(form: Form, *candidates: Candidate, heads: frozenset[str] = frozenset()) -> set[str]:
    return {f.path for f in examine(form, Answer(candidates), heads).findings}


def value(path: str, *places: tuple[int, int, int], text: str = "x") -> Candidate:
    return Candidate(path, text, tuple(Place(1, f"L{line}", start, end) for line, start, end in places))


def test_a_label_inside_of_a_value_puts_both_fields_in_doubt() -> None:
    form = form_of("主管部门 云河县水利局 实施单位 云河县水库所")
    found = paths(form, value("supervising_department", (3, 5, 11), (3, 12, 16), (3, 17, 23)))
    assert {"supervising_department", "implementing_unit"} <= found


def test_a_value_between_its_labels_is_proven() -> None:
    form = form_of("主管部门 云河县水利局 实施单位 云河县水库所")
    both = (value("supervising_department", (3, 5, 11)), value("implementing_unit", (3, 17, 23)))
    assert paths(form, *both) == set()


def test_an_unknown_label_inside_of_a_value_is_a_doubt() -> None:
    form = form_of("主管部门 云河县水利局 经办人员:王某")
    assert "supervising_department" in paths(form, value("supervising_department", (3, 5, 11), (3, 12, 18)))
    assert paths(form, value("supervising_department", (3, 5, 11))) == set()


def test_a_label_with_a_note_or_a_number_is_a_label_all_the_same() -> None:
    form = form_of("主管部门 云河县水利局", "(二)实施单位(必填) 云河县水库所")
    found = paths(form, value("supervising_department", (3, 5, 11), (4, 0, 11)))
    assert "supervising_department" in found


def test_a_figure_inside_of_a_text_of_a_row_may_be_another_row() -> None:
    form = form_of("一级指标 二级指标 三级指标 年度指标值", "产出指标 数量指标 修缮长度  3.00  验收")
    assert {"indicators[0]", "indicators"} <= paths(form, value("indicators[0].level3", (4, 10, 14), (4, 16, 20)))


def test_a_mark_that_parts_cells_at_the_edge_of_a_value_is_a_doubt() -> None:
    form = form_of("主管部门 | 云河县水利局")
    assert "supervising_department" in paths(form, value("supervising_department", (3, 5, 13), text="|云河县水利局"))


def test_a_label_that_begins_a_later_line_of_a_text_may_end_it() -> None:
    form = form_of("预期目标 修缮水库", "实施单位 云河县水库所")
    assert {"expected_goal", "implementing_unit"} <= paths(form, value("expected_goal", (3, 5, 9), (4, 0, 11)))


def test_the_head_of_a_page_inside_of_a_value_is_a_doubt() -> None:
    form = form_of("预期目标 修缮水库", "云河县项目汇编", "全部完工")
    text = value("expected_goal", (3, 5, 9), (4, 0, 7), (5, 0, 4))
    assert paths(form, text) == set()
    assert "expected_goal" in paths(form, text, heads=frozenset({"云河县项目汇编"}))


def test_what_is_lost_inside_of_other_values_is_in_doubt_as_well() -> None:
    form = form_of("主管部门 云河县水利局 经办人员:王某")
    found = paths(form, value("supervising_department", (3, 5, 11), (3, 12, 18)))
    assert "rating" in found and "project_name" not in found


@pytest.mark.parametrize("factor", [0.6, 1.6])
@pytest.mark.parametrize("name", Limits.__dataclass_fields__)
def test_every_limit_is_held(name: str, factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    before = doubts()
    changed = replace(LIMITS, **{name: round(getattr(LIMITS, name) * factor)})
    for module in (value_ends, printed_labels):
        monkeypatch.setattr(module, "LIMITS", changed)
    assert doubts() != before


def doubts() -> list[set[str]]:
    """What is in doubt of values at the edges of the limits."""
    inside = form_of("主管部门 云河县水利局 总分 实施单位 云河县水库所")
    lines = ("主管部门 云河县 本单位的经办人员和他的联系电话号码:王某", "实施单位 云河县 经办人员和他的电话号:某")
    unknown = form_of(*lines)
    wrapped = form_of("预期目标 修缮水库", "总分(上年) 三", "实施单位(上年) 三")
    heads = form_of("预期目标 修缮水", "云河县汇编", "云河县项目的汇编", "云河县项目汇编完工")
    return [
        paths(inside, value("supervising_department", (3, 5, 11), (3, 12, 14))),
        paths(inside, value("supervising_department", (3, 5, 11), (3, 15, 19))),
        paths(unknown, value("supervising_department", (3, 5, 8), (3, 9, 29))),
        paths(unknown, value("implementing_unit", (4, 5, 8), (4, 9, 20))),
        paths(wrapped, value("expected_goal", (3, 5, 9), (4, 0, 6))),
        paths(wrapped, value("expected_goal", (3, 5, 9), (5, 0, 8))),
        paths(heads, value("expected_goal", (3, 5, 8), (4, 0, 5)), heads=frozenset({"云河县汇编"})),
        paths(heads, value("expected_goal", (3, 5, 8), (5, 0, 8)), heads=frozenset({"云河县项目的汇编"})),
    ]


def test_what_stands_behind_a_figure_and_its_unit_is_another_cell() -> None:
    form = form_of("一级指标 二级指标 三级指标 年度指标值", "产出指标 数量指标 修缮长度 ≥3.00(公里) 延续项目")
    assert {"indicators", "indicators[0].target"} <= paths(
        form, value("indicators[0].target", (4, 15, 24), (4, 25, 29))
    )
    assert "indicators[0].target" not in paths(form, value("indicators[0].target", (4, 15, 24)))


def test_a_value_of_several_cells_may_hold_a_label_that_no_field_knows() -> None:
    cells = tuple(Cell(1, 1, 0, n, text) for n, text in enumerate(("主管部门", "云河县水利局", "经办人", "王某")))
    blocks = (Line(1, 1, TITLE), Line(1, 2, "项目名称 水库修缮"), Grid(1, 1, cells))
    document = Document("d.txt", "0" * 64, (Page(1, blocks),))
    (form,) = cut(document, [schemas.load("self_evaluation")]).forms
    whole = Candidate("supervising_department", "x", (Place(1, "T1R0C1", 0, 6), Place(1, "T1R0C2", 0, 3)))
    assert "supervising_department" in paths(form, whole)
    assert "supervising_department" not in paths(form, replace(whole, places=whole.places[:1]))


def test_a_section_number_at_the_end_of_a_value_may_be_the_next_labels() -> None:
    form = form_of("主管部门 云河县水利局 3. 经办单位 水库所")
    assert "supervising_department" in paths(form, value("supervising_department", (3, 5, 11), (3, 12, 14)))


def test_a_text_that_holds_a_label_of_a_lists_rows_may_have_swallowed_the_list() -> None:
    rows = (("预期目标", "修缮水库"), ("产出指标", "数量指标"))
    cells = tuple(Cell(1, 1, n, m, text) for n, row in enumerate(rows) for m, text in enumerate(row))
    blocks = (Line(1, 1, TITLE), Line(1, 2, "项目名称 水库修缮"), Grid(1, 1, cells, ragged=True))
    document = Document("d.txt", "0" * 64, (Page(1, blocks),))
    (form,) = cut(document, [schemas.load("self_evaluation")]).forms
    whole = Candidate("expected_goal", "x", tuple(Place(1, f"T1R{n}C{m}", 0, 4) for n, m in ((0, 1), (1, 0), (1, 1))))
    assert {"expected_goal", "indicators"} <= paths(form, whole)
    assert "indicators" not in paths(form, replace(whole, places=whole.places[:1]))


@pytest.mark.parametrize(("text", "glued"), [("100.00(%)10.00", True), ("95%≥90", True), ("100.00(%)", False)])
def test_two_quantities_without_a_gap_are_two_cells(text: str, glued: bool) -> None:
    form = form_of("一级指标 二级指标 三级指标 年度指标值", f"产出指标 数量指标 修缮长度 {text}")
    found = paths(form, value("indicators[0].target", (4, 15, 15 + len(text)), text=text))
    assert ({"indicators[0].target", "indicators"} <= found) == glued


def test_two_cells_in_what_a_row_is_known_by_put_its_list_in_doubt() -> None:
    cells = (Cell(1, 1, 0, 0, "产出指标"), Cell(1, 1, 0, 1, "修缮长度"), Cell(1, 1, 0, 2, "三公里"))
    page = Page(1, (Line(1, 1, TITLE), Line(1, 2, "项目名称 水库修缮"), Grid(1, 1, cells)))
    (form,) = cut(Document("d.txt", "0" * 64, (page,)), [schemas.load("self_evaluation")]).forms
    both = Candidate("indicators[0].level3", "修缮长度三公里", (Place(1, "T1R0C1", 0, 4), Place(1, "T1R0C2", 0, 3)))
    assert {"indicators[0]", "indicators"} <= paths(form, both)
    one = Candidate("indicators[0].level3", "修缮长度", (Place(1, "T1R0C1", 0, 4),))
    assert not {"indicators[0]", "indicators"} & paths(form, one)


@pytest.mark.parametrize(
    ("line", "doubted"),
    [
        ("主管部门 云河县水利局 经办机构 云河县水库所", True),
        ("主管部门 云河县 水利局", False),
        ("主管部门 云河县水利局 经办机构：云河县水库所", True),
    ],
)
def test_words_that_white_parts_in_a_line_may_be_a_label_with_its_value(line: str, doubted: bool) -> None:
    found = paths(form_of(line), value("supervising_department", (3, 5, len(line))))
    assert ("supervising_department" in found) == doubted


def test_a_text_that_begins_with_a_label_is_in_doubt() -> None:
    labels = printed_labels.labels_in(form_of("年度总体目标"))
    schema = schemas.load("self_evaluation")
    glued, own = (Candidate("expected_goal", text, ()) for text in ("实际完成情况巡护河道。", "巡护河道。"))
    assert list(value_ends.ends_lacking(labels, schema, glued))
    assert not list(value_ends.ends_lacking(labels, schema, own))


def test_an_amount_at_the_end_of_a_text_of_a_list_is_a_cell() -> None:
    form = form_of("一级指标 二级指标 三级指标", "产出指标 数量指标 巡护河道 1,200.00")
    name = value("indicators[0].level3", (4, 10, 14), (4, 15, 23))
    found = [lack.message for lack in value_ends.ends_lacking(printed_labels.labels_in(form), form.schema, name)]
    assert any("'1,200.00' inside of it" in message for message in found)
