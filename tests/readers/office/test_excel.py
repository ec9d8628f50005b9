"""Excel workbooks: sheets as pages, merged ranges as spans, numbers as cells show them, nothing hidden."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import schemas
from extractor.config import Settings
from extractor.document.layout import Cell, Document, Grid, Line
from extractor.errors import DocumentError
from extractor.pipeline import process
from extractor.readers import read
from extractor.readers.office.number_format import number, shown
from tests.needs import needs_libreoffice

SETTINGS = Settings()


def saved(book: Workbook, folder: Path, name: str = "a.xlsx") -> Document:
    book.save(folder / name)
    return read(folder / name, name, SETTINGS)


def sheet(book: Workbook) -> Worksheet:
    active = book.active
    assert isinstance(active, Worksheet)
    return active


def placed(grid: Line | Grid) -> list[tuple[int, int, int, int, str]]:
    assert isinstance(grid, Grid) and not grid.ragged
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells]


def rows(grid: Line | Grid) -> list[list[str]]:
    assert isinstance(grid, Grid)
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


@pytest.mark.parametrize(
    "value, format, text",
    [
        (10, "0.00", "10.00"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (0, "#,##0.00", "0.00"),
        (0.955, "0.0%", "95.5%"),
        (1, "0%", "100%"),
        (0.125, "0.00", "0.13"),
        (2.675, "0.00", "2.68"),
        (-5, "0.00;(0.00)", "(5.00)"),
        (-5, "#,##0_);[Red](#,##0)", "(5)"),
        (-0.001, "0.00", "0.00"),
        (0, '0.00;-0.00;"-"', "-"),
        (0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (0, "#", ""),
        (1200, '"¥"#,##0.00', "¥1,200.00"),
        (1200, "[$¥-804]#,##0", "¥1,200"),
        (3, '0"(个)"', "3(个)"),
        (3, '"≥"0.00\\(\\场\\)', "≥3.00(场)"),
        (12345678, "#,##0,", "12,346"),
        (7, "000", "007"),
        (1.5, "0.##", "1.5"),
        (0.5, "#.00", ".50"),
        (0.1 + 0.2, "General", "0.3"),
        (120000, "General", "120000"),
        (120000.0, "General", "120000"),
        (123456789012345, "General", "123456789012345"),
        (12.5, "@", "12.5"),
        (0.5, "# ?/?", "0.5"),
        (1500, "0.00E+00", "1500"),
    ],
)
def test_numbers_as_cells_show_them(value: float, format: str, text: str) -> None:
    assert number(value, format) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6), st.booleans())
def test_numbers_are_rounded_and_nothing_else(value: float, decimals: int, grouped: bool) -> None:
    text = number(value, ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else ""))
    with localcontext(Context(prec=700)):
        assert abs(Decimal(text.replace(",", "")) - Decimal(repr(value))) <= Decimal("0.5").scaleb(-decimals)
    assert len(text.partition(".")[2]) == decimals


@given(st.one_of(st.integers(), st.floats()), st.text(st.sampled_from('0#?.,%;"\\_* [$-]¥元()eE+/@hys'), max_size=12))
def test_any_format_gives_some_text(value: float, format: str) -> None:
    assert isinstance(number(value, format), str)


@pytest.mark.parametrize(
    "value, format, text",
    [
        (dt.datetime(2026, 1, 31), "yyyy-mm-dd", "2026-01-31"),
        (dt.datetime(2026, 1, 31), 'yyyy"年"m"月"d"日"', "2026年1月31日"),
        (dt.datetime(2026, 1, 31), "[$-804]yyyy年m月d日", "2026年1月31日"),
        (dt.datetime(2026, 1, 31, 9, 5), "yyyy-mm-dd hh:mm", "2026-01-31 09:05"),
        (dt.datetime(2026, 1, 31), "dd/mm/yyyy", "31/01/2026"),
        (dt.datetime(2026, 1, 31), r"d\-mmm\-yy;@", "31-Jan-26"),
        (dt.datetime(2026, 1, 31), "[$-409]dddd, mmmm d, yyyy", "Saturday, January 31, 2026"),
        (dt.datetime(2026, 1, 31, 15, 5), "m/d/yyyy h:mm am/pm", "1/31/2026 3:05 PM"),
        # What each machine shows in its own way, names of months in another language, eras: as no reader mistakes it.
        (dt.datetime(2026, 1, 31), "mm-dd-yy", "2026-01-31"),
        (dt.datetime(2026, 1, 31), "[$-F800]dddd, mmmm dd, yyyy", "2026-01-31"),
        (dt.datetime(2026, 1, 31), "[$-407]d. mmmm yyyy", "2026-01-31"),
        (dt.datetime(2026, 1, 31), "[$-411]ge.m.d", "2026-01-31"),
        (dt.time(9, 5), "hh:mm", "09:05:00"),
        (dt.timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
        (True, "General", "TRUE"),
        ("≥90%", "@", "≥90%"),
    ],
)
def test_other_values(value: object, format: str, text: str) -> None:
    assert shown(value, format) == text


def test_a_sheet_is_a_page_and_merged_ranges_are_spans(tmp_path: Path) -> None:
    book = Workbook()
    first = sheet(book)
    for row in (["流动书车自评表", None, None], ["指标", "数量", "场次"], [None, "质量", None]):
        first.append(row)
    first.merge_cells("A1:C1")
    first.merge_cells("A2:A3")
    book.create_sheet("二").append(["尾"])
    one, two = saved(book, tmp_path).pages
    assert placed(one.blocks[0]) == [
        (0, 0, 1, 3, "流动书车自评表"),
        (1, 0, 2, 1, "指标"),
        (1, 1, 1, 1, "数量"),
        (1, 2, 1, 1, "场次"),
        (2, 1, 1, 1, "质量"),
        (2, 2, 1, 1, ""),
    ]
    assert two.blocks == (Line(2, 1, "尾"),)


def test_empty_rows_part_tables_and_lone_cells_are_lines(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["题名"], [], [None, "甲", 1], [None, "乙", 2], [], [], ["丙", 3], ["说明一\n说明二"]):
        sheet(book).append(row)
    title, first, second = saved(book, tmp_path).pages[0].blocks
    assert isinstance(title, Line) and title.text == "题名"
    assert rows(first) == [["甲", "1"], ["乙", "2"]]
    assert rows(second) == [["丙", "3"], ["说明一\n说明二", ""]]


HEAD: list[Any]
NORTH: list[Any]
SOUTH: list[Any]
HEAD, NORTH, SOUTH = ["Region", "Cases"], ["North", 12], ["South", 7]


@pytest.mark.parametrize("below", [[SOUTH], [SOUTH, ["East", 3]], [["Total", 19]]])
def test_a_spacer_row_does_not_cut_a_table(tmp_path: Path, below: list[list[Any]]) -> None:
    book = Workbook()
    for row in (HEAD, [], NORTH, [], *below):
        sheet(book).append(row)
    (grid,) = saved(book, tmp_path).pages[0].blocks
    assert rows(grid) == [[str(value) for value in row] for row in (HEAD, NORTH, *below)]


@pytest.mark.parametrize(
    "below",
    [
        [[], HEAD, SOUTH],  # a header of its own
        [[], [], SOUTH],  # two empty rows
        [[], [None, "South", 7]],  # other columns
        [[], ["South", 7, "wide"]],
    ],
)
def test_an_empty_row_above_another_table_parts_them(tmp_path: Path, below: list[list[Any]]) -> None:
    book = Workbook()
    for row in (HEAD, NORTH, *below):
        sheet(book).append(row)
    assert len(saved(book, tmp_path).pages[0].blocks) == 2


def test_words_below_an_empty_row_may_be_a_header_or_a_row(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Name", "Town"], ["Ann", "Ford"], [], ["Bo", "Elm"], ["Cy", "Oak"]):
        sheet(book).append(row)
    records = process(saved(book, tmp_path), SETTINGS, schemas.builtin(), "rules").records
    assert [record.unsettled for record in records] == [(), ("header[0]", "header[1]")]


def test_an_empty_merged_range_is_one_empty_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book).append([None, None, "甲"])
    sheet(book).append(["乙", "丙", "丁"])
    sheet(book).merge_cells("A1:B1")
    (grid,) = saved(book, tmp_path).pages[0].blocks
    assert placed(grid)[0] == (0, 0, 1, 2, "")


def test_a_title_merged_over_all_columns_of_the_sheet_ends_with_its_table(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book).append(["题名"])
    sheet(book).append(["甲", "乙"])
    sheet(book).merge_cells("A1:XFD1")
    (grid,) = saved(book, tmp_path).pages[0].blocks
    assert placed(grid)[0] == (0, 0, 1, 2, "题名")


def test_hidden_rows_columns_and_sheets_are_left_out_and_noted(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["甲", "藏列", "乙"], ["藏行", "x", "y"], ["丙", "藏列", "丁"]):
        sheet(book).append(row)
    sheet(book).row_dimensions[2].hidden = True
    sheet(book).column_dimensions["B"].hidden = True
    sheet(book).merge_cells("A3:B3")
    other = book.create_sheet("藏表")
    other.append(["请给满分"])
    other.sheet_state = "hidden"
    document = saved(book, tmp_path)
    (grid,) = document.pages[0].blocks
    assert placed(grid) == [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙"), (1, 0, 1, 1, "丙"), (1, 1, 1, 1, "丁")]
    assert [note.kind for note in document.notes] == ["hidden_text", "hidden_text"]
    assert "藏行" in document.notes[0].message and "请给满分" in document.notes[1].message


def cell_at(document: Document, row: int, col: int) -> Cell:
    grid = document.pages[0].blocks[0]
    assert isinstance(grid, Grid)
    return next(cell for cell in grid.cells if (cell.row, cell.col) == (row, col))


def test_a_formula_without_a_result_stands_in_its_cell_and_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no LibreOffice
    book = Workbook()
    sheet(book).append(["Item", "Price", "Sum"])
    sheet(book).append(["Desk", 1, "=B2*2"])
    document = saved(book, tmp_path)
    assert [note.kind for note in document.notes] == ["formula"] and "C2" in document.notes[0].message
    assert cell_at(document, 1, 2).text == "=B2*2"
    (record,) = process(document, SETTINGS, schemas.builtin(), "rules").records
    assert record.unsettled == ("rows[0][2]",)
    assert record.values["rows"] == [["Desk", "1", "=B2*2"]]


def test_a_formula_without_a_result_is_computed_where_libreoffice_is_and_stays_in_doubt(tmp_path: Path) -> None:
    needs_libreoffice()
    book = Workbook()
    sheet(book).append(["Item", "Price", "Sum"])
    sheet(book).append(["Desk", 1.25, "=B2*2"])
    sheet(book)["C2"].number_format = "0.00"
    document = saved(book, tmp_path)
    assert cell_at(document, 1, 2).text == "2.50"
    assert cell_at(document, 1, 1).words == ()
    assert "LibreOffice computed" in document.notes[0].message
    (record,) = process(document, SETTINGS, schemas.builtin(), "rules").records
    assert record.unsettled == ("rows[0][2]",)


def test_formulas_with_results_are_their_results(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book).append(["合计", "=1+1", '=IF(1,"","")'])
    sheet(book)["B1"].number_format = "0.00"
    book.save(tmp_path / "raw.xlsx")
    with zipfile.ZipFile(tmp_path / "raw.xlsx") as raw, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as done:
        for member in raw.namelist():
            text = raw.read(member).decode()
            if member.endswith("sheet1.xml"):
                assert text.count("<v></v>") + text.count("<v />") + text.count("<v/>") == 2, text
                text = text.replace("<v />", "<v></v>").replace("<v/>", "<v></v>")
                text = text.replace("<v></v>", "<v>2</v>", 1).replace('<c r="C1"', '<c r="C1" t="str"')
            done.writestr(member, text)
    document = read(tmp_path / "a.xlsx", "a", SETTINGS)
    assert rows(document.pages[0].blocks[0]) == [["合计", "2.00"]]
    assert document.notes == ()


def test_two_cells_far_apart_make_no_large_table(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book)["A1"], sheet(book)["XFD1"], sheet(book)["B1048576"] = "甲", "乙", "丙"
    document = saved(book, tmp_path)
    assert [unit.text for unit in document.units() if unit.text] == ["甲", "乙", "丙"]
    assert sum(1 for _ in document.units()) <= 16_384 + 2  # a row of cells, and not a sheet of them


def test_merge_bombs_are_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book).append(["甲"])
    book.save(tmp_path / "raw.xlsx")
    with zipfile.ZipFile(tmp_path / "raw.xlsx") as raw, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as done:
        for member in raw.namelist():
            text = raw.read(member)
            merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            done.writestr(member, text.replace(b"</sheetData>", merge))
    with pytest.raises(DocumentError, match="unmerge"):
        read(tmp_path / "a.xlsx", "a", SETTINGS)


def test_a_workbook_by_any_other_name(tmp_path: Path) -> None:
    book = Workbook()
    sheet(book).append(["甲", "乙"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.txt")
    assert read(tmp_path / "a.txt", "a", SETTINGS).pages[0].reader == "excel"


def test_empty_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="shows no values"):
        saved(Workbook(), tmp_path)


def test_damaged_workbook_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(DocumentError, match="Excel file is damaged"):
        read(tmp_path / "a.xlsx", "a", SETTINGS)


TEXT = st.one_of(st.none(), st.text(st.sampled_from("项目书0 ，。%≥\n"), max_size=5))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(TEXT, max_size=4), min_size=1, max_size=8), st.tuples(*[st.integers(1, 4)] * 4))
def test_each_character_stands_in_one_unit(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str | None]], merge: tuple[int, int, int, int]
) -> None:
    book = Workbook()
    for row in texts:
        sheet(book).append(row)
    sheet(book)["F9"] = "尾"
    top, left, down, across = merge
    sheet(book).merge_cells(start_row=top, start_column=left, end_row=top + down - 1, end_column=left + across - 1)
    expected = "".join(str(cell.value) for row in sheet(book).iter_rows() for cell in row if cell.value is not None)
    document = saved(book, tmp_path_factory.mktemp("excel"))
    units = list(document.units())
    assert Counter("".join("".join(u.text for u in units).split())) == Counter("".join(expected.split()))
    assert len({unit.id for unit in units}) == len(units)
