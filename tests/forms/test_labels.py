"""Labels are found whole, glued to a value, cut into stacks, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.document.layout import Block, Document, Line
from extractor.forms.labels import label_index, spot, stacked_word, unasked, unglue
from extractor.forms.line_labels import label_key
from extractor.forms.regions import rows_of
from extractor.forms.tokens import Token, tokenize
from schemas.spec import SchemaSpec
from tests.form_cases import DEPARTMENT, EVALUATION, PROJECT, document, grid, lines, paged


def tokens_of(what: str | Document, spec: SchemaSpec = PROJECT) -> list[Token]:
    read = document(what) if isinstance(what, str) else what
    return unglue(tokenize(rows_of(read)), label_index(spec))


def found(what: str | Document, spec: SchemaSpec = PROJECT) -> list[tuple[str, str]]:
    """Each label as printed, with the path of the first field that it may stand for."""
    tokens = tokens_of(what, spec)
    hits = spot(tokens, label_index(spec))
    return [
        ("".join(t.fold for t in tokens[h.first : h.last + 1]), h.targets[0].field.path)
        for _, h in sorted(hits.items())
        if h.targets
    ]


def test_a_label_is_found_in_a_line_and_in_a_cell() -> None:
    assert found("项目名称 河湖巡护经费") == [("项目名称", "project_name")]
    assert found(paged([grid(["项目 名称", "河湖巡护经费"])])) == [("项目名称", "project_name")]


@pytest.mark.parametrize("mark", ["¹", "①", "[1]", "［2］", " *", "※", "⏎①", "（注1）"])
def test_the_mark_of_a_footnote_behind_a_label_is_part_of_it(mark: str) -> None:
    cells = paged([grid([f"项目名称{mark}".replace("⏎", "\n"), "河湖巡护经费"])])
    (label, value) = tokens_of(cells)
    assert [path for _, path in found(cells)] == ["project_name"]
    assert label.end == len(label.unit.text)
    assert value.text == "河湖巡护经费"


@pytest.mark.parametrize("text", ["项目名称：①", "年度资金申请总额：[1]"])
def test_the_mark_of_a_footnote_behind_a_colon_is_no_value(text: str) -> None:
    assert len(tokens_of(paged([grid([text, "20.00"])]))) == 2


def test_what_looks_like_the_mark_of_a_footnote_behind_a_value_stays(text: str = "河湖巡护①") -> None:
    assert [t.fold for t in tokens_of(paged([grid(["项目名称", text])]))] == ["项目名称", "河湖巡护①"]


def test_a_label_may_have_lost_the_bracket_at_its_end() -> None:
    """An OCR of a stack passes over the last sign."""
    assert found(paged([grid(["项目\n资金\n（万\n元", "5.00"])]))[0][1].startswith("funding")


@pytest.mark.parametrize("text", ["主管部门：水务局", "主管部门:水务局", "主管部门﹕水务局", "主管部门： 水务局"])
def test_a_value_glued_to_its_label_is_cut_off(text: str) -> None:
    tokens = tokens_of(text)
    assert [t.text.rstrip("：:﹕") for t in tokens] == ["主管部门", "水务局"]
    assert found(text) == [(tokens[0].fold, "supervising_department")]


def test_a_label_whose_own_text_has_a_colon_stays_whole() -> None:
    assert found("其中：财政资金 5.00") == [("其中:财政资金", "funding.project_fiscal")]


def test_a_colon_in_a_value_is_no_cut() -> None:
    assert [t.text for t in tokens_of("比例：3:1")] == ["比例：3:1"]


def test_a_label_cut_into_a_stack_is_one_label() -> None:
    assert ("绩效指标", "indicators") in found("绩效\n指标")
    assert found("一级\n指标\n二级\n指标\n三级指标") == [
        ("一级指标", "indicators[].level1"),
        ("二级指标", "indicators[].level2"),
        ("三级指标", "indicators[].level3"),
    ]


def test_the_longest_label_wins() -> None:
    assert found("项目资金总额 5.00") == [("项目资金总额", "funding.project_total")]
    assert found("项目资金（万元）", EVALUATION)[0][0] == "项目资金(万元)"


def test_cells_are_never_joined_to_one_label() -> None:
    assert found(paged([grid(["项目", "名称"])])) == []


def test_a_label_inside_a_sentence_is_no_label() -> None:
    assert found("本单位的项目名称由主管部门核定。") == []


def test_a_label_may_stand_for_several_fields() -> None:
    tokens = tokens_of("其他资金")
    (hit,) = spot(tokens, label_index(PROJECT)).values()
    assert {t.field.path for t in hit.targets} == {"funding.project_other", "funding.annual_other"}


def test_a_unit_in_brackets_belongs_to_its_label() -> None:
    tokens = tokens_of("项目资金(万元)")
    (hit,) = spot(tokens, label_index(PROJECT)).values()
    assert {(t.field.path, t.unit) for t in hit.targets} >= {("funding.currency_unit", "万元")}


def test_a_merged_cell_written_out_once_a_column_is_one_label() -> None:
    tokens = tokens_of(paged([grid(["项目名称", "项目名称", "河湖巡护经费"])]))
    (hit,) = spot(tokens, label_index(PROJECT)).values()
    assert (hit.first, hit.last) == (0, 1)


def test_words_of_a_spanning_vocabulary_are_read_from_stacks() -> None:
    tokens = tokens_of(paged(lines("满意", "度指", "标", "居民满意度")))
    assert stacked_word(tokens, 0, label_index(PROJECT)) == (2, "满意度指标")
    assert stacked_word(tokens, 3, label_index(PROJECT)) is None


def test_two_spanning_labels_in_one_cell_are_cut_apart() -> None:
    assert [t.text for t in tokens_of(paged([grid(["产出指标 数量指标", "河段"])]))] == ["产出指标", "数量指标", "河段"]


@pytest.mark.parametrize("spec", [PROJECT, EVALUATION, DEPARTMENT])
def test_every_label_of_a_schema_is_found_where_it_stands_alone(spec: SchemaSpec) -> None:
    index = label_index(spec)
    for key in index.labels:
        tokens = tokens_of(paged([grid([key, "甲"])]), spec)
        assert 0 in spot(tokens, index), key


def test_label_keys_ignore_white_space_width_and_colons() -> None:
    assert label_key("其中： 财政资金") == label_key("其中:财政资金：") == "其中财政资金"


def test_a_label_is_known_by_an_ocr_s_reading_of_its_marks() -> None:
    """A colon becomes a dot at half height; the mark behind a section's number is lost."""
    assert label_key("其中·财政资金") == label_key("其中：财政资金")
    assert found(paged([grid(["二 项目资金（万元）", "9.00"])])) == [("二项目资金(万元)", "funding")]
    assert found(paged([grid(["三河项目", "9.00"])])) == []
    assert found(paged([grid(["项目资金元", "9.00"])])) == [("项目资金元", "funding")]
    assert found("项目资金元 9.00") == []
    assert found(paged([grid(["元", "9.00"])])) == []


def aside(*rows: Sequence[str] | str) -> list[str]:
    """What a project form prints and its record does not hold; a text is a line, a list of texts a row of cells."""
    blocks: list[Block] = []
    for n, row in enumerate(rows, 1):
        blocks.extend([Line(1, n, row)] if isinstance(row, str) else [grid(row, number=n)])
    tokens = tokens_of(paged(blocks))
    return [tokens[p].text for p in unasked(tokens, spot(tokens, label_index(PROJECT)), label_index(PROJECT))]


def test_what_forms_print_and_records_do_not_hold_is_told_with_its_value() -> None:
    assert aside("填报单位：云桥县水务局（盖章） 填报日期：2031年1月2日", ["项目名称", "河湖巡护经费"]) == [
        "填报单位：", "云桥县水务局（盖章）", "填报日期：", "2031年1月2日",
    ]  # fmt: skip
    assert aside(["一、项目基本情况"], ["项目名称", "河湖巡护经费"]) == ["一、项目基本情况"]
    assert aside(["项目名称", "河湖巡护经费", "联系人", "丁一"]) == ["联系人", "丁一"]
    assert aside(["项目名称", "河湖巡护经费"], "填表人：丁一") == ["填表人：", "丁一"]


def test_behind_a_label_that_is_not_asked_for_only_its_own_cell_is_told() -> None:
    assert aside(["负责人", "丁一", "备案编号", "31-07"]) == ["负责人", "丁一"]
    assert aside(["负责人", "项目名称", "河湖巡护经费"]) == ["负责人"]
    assert aside(["负责人", "", "备案编号", "31-07"]) == ["负责人"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((["产出指标", "数量指标", "联系人", "≥3人"],), id="a row of a list"),
        pytest.param((["巡护河段", "联系人"],), id="behind a text"),
        pytest.param((["一级指标", "二级指标", "三级指标", "联系人"],), id="a header"),
        pytest.param(("项目名称 河湖巡护经费", "联系人：丁一", "主管部门 云桥县水务局"), id="a line among others"),
        pytest.param(("联系人 丁一", "项目名称 河湖巡护经费"), id="a line without a colon"),
    ],
)
def test_a_label_that_may_be_text_is_not_put_aside(rows: tuple[Sequence[str] | str, ...]) -> None:
    assert aside(*rows) == []


def test_a_cell_is_a_label_with_another_section_s_number_or_none() -> None:
    read = paged([grid(["二、项目资金（万元）"], ["(一)项目名称", "河湖巡护经费"])])
    assert found(read) == [("二、项目资金(万元)", "funding"), ("(一)项目名称", "project_name")]
    assert found(paged([grid(["项目支出", "9.00"])]), DEPARTMENT) == [("项目支出", "budget.project")]
    assert found("项目支出 9.00", DEPARTMENT) == []


def test_below_its_header_a_column_s_label_is_text() -> None:
    read = paged([grid(["项目总目标", "年度总体目标"], ["三年内清理。", "年度目标：全年巡护。"])])
    assert tokens_of(read)[-1].text == "年度目标：全年巡护。"
    assert [t.text for t in tokens_of("年度目标：全年巡护。")] == ["年度目标：", "全年巡护。"]


def test_a_note_below_the_rows_of_a_table_and_the_names_below_it_are_no_values() -> None:
    rows = [["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "巡护河段", "≥30"]]
    read = paged([grid(*rows, ["注：¹含以前年度结转。"], ["填报人：陆青", "联系电话：61234567"])])
    tokens = tokens_of(read)
    index = label_index(PROJECT)
    aside = unasked(tokens, spot(tokens, index), index)
    assert [tokens[p].text for p in aside] == ["注：¹含以前年度结转。", "填报人：", "陆青", "联系电话：", "61234567"]


def test_a_note_between_the_rows_of_a_table_may_be_one_of_them() -> None:
    rows = [
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["注：含以前年度结转。"],
        ["产出指标", "数量指标", "河段", "≥30"],
    ]
    tokens = tokens_of(paged([grid(*rows)]))
    assert unasked(tokens, spot(tokens, label_index(PROJECT)), label_index(PROJECT)) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("部门\n职责\t负责全县河道。\n", True),
        ("部门\n负责人\t林知夏\n", False),
        ("说明\t部门\n职责\t负责全县河道。\n", False),
    ],
)
def test_a_stack_of_lines_may_end_in_the_first_cell_of_the_row_below(text: str, named: bool) -> None:
    """A cell of several lines that a program wrote without quotation marks."""
    assert (("部门职责", "duties") in found(text, DEPARTMENT)) is named
