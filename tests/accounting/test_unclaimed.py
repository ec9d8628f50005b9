"""What stands outside of every form: tables become records, lines are listed with what they look like."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Block, Document, Note, Page
from extractor.document.results import Record
from tests.form_cases import grid, lines, paged, project_form, result_of

LEVELS = grid(["站点", "水位", "流量"], ["上桥", "3.20", "15.00"], ["下桥", "", "14.10"])


def tables(what: str | Document) -> list[Record]:
    return [r for r in result_of(what).records if r.schema == "table"]


def unclaimed(what: str | Document) -> list[tuple[str, str]]:
    return [(u.text, u.kind) for u in result_of(what).unclaimed]


def test_a_table_is_a_record_with_title_header_and_rows() -> None:
    (record,) = tables(paged([*lines("河道水位表"), LEVELS]))
    assert (record.form, record.settled) == (0, True)
    assert record.values == {
        "title": "河道水位表",
        "header": ["站点", "水位", "流量"],
        "rows": [["上桥", "3.20", "15.00"], ["下桥", None, "14.10"]],
    }


def test_each_cell_of_a_table_has_its_evidence() -> None:
    (record,) = tables(paged([*lines("河道水位表"), LEVELS]))
    texts = {path: spans[0].text for path, spans in record.evidence.items()}
    assert texts["rows[1][2]"] == "14.10"
    assert texts["header[0]"] == "站点"
    assert texts["title"] == "河道水位表"
    assert "rows[1][1]" not in texts


def test_a_sentence_above_a_table_is_no_title() -> None:
    read = paged([*lines("下表为各站水位。"), LEVELS])
    assert [r.values["title"] for r in tables(read)] == [None]
    assert unclaimed(read) == [("下表为各站水位。", "text")]


def test_tables_before_a_form_are_numbered_behind_it() -> None:
    text = "附表1 水位\n站点\t水位\n上桥\t3.20\n\n\n附表2 流量\n站点\t流量\n上桥\t15.00\n\n\n"
    records = result_of(text + project_form()).records
    assert [(r.form, r.schema) for r in records] == [(0, "project_target"), (1, "table"), (2, "table")]


def test_tables_are_numbered_on_behind_the_forms() -> None:
    records = result_of(
        project_form() + "\n\n\n水位\n站点\t水位\n上桥\t3.20\n\n\n流量\n站点\t流量\n上桥\t15.00\n"
    ).records
    assert [(r.form, r.schema) for r in records] == [(0, "project_target"), (1, "table"), (2, "table")]
    assert [r.values["title"] for r in records[1:]] == ["水位", "流量"]


def test_a_table_without_any_text_is_nothing() -> None:
    assert tables(paged([grid(["", ""], ["", " "])])) == []


@pytest.mark.parametrize("line", ["本县共有三条河道。", "上桥    15.00", "修复 3 处，清理 2 处", "上桥"])
def test_a_sentence_is_no_row_of_a_table(line: str) -> None:
    assert unclaimed(line + "\n") == [(line, "text")]


@pytest.mark.parametrize("line", ["上桥  3.20  15.00", "培训考核  ≥95.00  20.00"])
def test_a_line_shaped_like_a_row_is_called_a_table(line: str) -> None:
    assert unclaimed(line + "\n") == [(line, "table")]


@pytest.mark.parametrize("line", ["上桥 3.20 15.00", "考核合格率 ≥95.00(%) 97.20(%) 20.00 20.00"])
def test_a_row_of_page_text_is_called_a_table(line: str) -> None:
    assert unclaimed(line + "\n") == [(line, "table")]


def test_a_row_of_figures_outside_of_every_form_unsettles_its_document() -> None:
    assert result_of("概况说明。\n" + project_form()).settled
    assert not result_of("上桥  3.20  15.00\n" + project_form()).settled


def test_furniture_is_listed_apart() -> None:
    result = result_of("甲说明。\n第1页\n")
    assert unclaimed("甲说明。\n第1页\n") == [("甲说明。", "text")]
    assert [f.text for f in result.furniture] == ["第1页"]


def test_every_line_outside_is_listed_once_and_in_order() -> None:
    texts = [f"第{n}段说明文字。" for n in range(20)]
    assert [text for text, _ in unclaimed("\n".join(texts))] == texts


@pytest.mark.parametrize(
    ("first", "settled"),
    [
        (["站点", "水位", "流量"], True),
        (["站点", "", "流量"], True),
        (["上桥", "3.20", "15.00"], False),
        (["占比", "35%", "65%"], False),
        (["河道水位表", "", ""], False),
    ],
)
def test_a_first_row_that_looks_like_no_header_is_in_doubt(first: list[str], settled: bool) -> None:
    (record,) = tables(paged([grid(first, ["中桥", "2.10", "9.00"], ["下桥", "2.90", "14.10"])]))
    assert record.settled is settled
    assert [(f.path, f.about, f.kind) for f in record.findings] == (
        [] if settled else [("header", "reading", "no_header")]
    )


def test_a_table_without_ruling_lines_is_in_doubt_though_no_schema_claims_it() -> None:
    read = paged([LEVELS])
    doubted = replace(read, notes=(Note(FindingKind.UNRULED_DOUBT, 1, "columns told from gaps"),))
    assert [r.settled for r in tables(read)] == [True]
    assert [(r.settled, r.findings[0].kind) for r in tables(doubted)] == [(False, "unruled_doubt")]


def test_a_text_alone_in_a_table_is_a_line() -> None:
    read = paged([grid(["附件2", "", ""])])
    assert (tables(read), unclaimed(read)) == ([], [("附件2", "text")])


def scanned(*pages: list[Block], reader: str = "ocr") -> Document:
    """A document of pages of 400 by 600 points."""
    own = (Page(n, tuple(blocks), 400.0, 600.0, reader) for n, blocks in enumerate(pages, 1))
    return Document("case.pdf", "0" * 64, tuple(own), exact=reader != "ocr")


@pytest.mark.parametrize(("reader", "page", "doubted"), [("ocr", 2, True), ("pdf", 2, False), ("ocr", 3, False)])
def test_a_scanned_list_before_a_table_overleaf_that_no_form_claims_is_in_doubt(
    reader: str, page: int, doubted: bool
) -> None:
    """Its lines may be lost, so that it is as wide as no other."""
    form = grid(
        ["项目名称", "河湖巡护", "", ""],
        ["主管部门", "水务局", "", ""],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "巡护里程", "≥12"],
    )
    other = replace(LEVELS, page=page, cells=tuple(replace(cell, page=page) for cell in LEVELS.cells))
    between: list[list[Block]] = [[] for _ in range(2, page)]
    read = scanned(
        [*lines("项目支出绩效目标申报表"), form], *between, [*lines("水位", page=page), other], reader=reader
    )
    record = next(r for r in result_of(read).records if r.schema == "project_target")
    doubts = [found.path for found in record.findings if found.kind == FindingKind.GOES_ON]
    assert doubts == (["indicators"] if doubted else [])
