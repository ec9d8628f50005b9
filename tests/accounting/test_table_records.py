"""Tables that no schema claims: rectangular rows, headers of several rows, what is in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.accounting.table_records import is_data
from extractor.document.layout import Box, Cell, Document, Grid, Line, Page
from extractor.document.results import Record
from tests.form_cases import paged, result_of

Spot = tuple[int, int, str, int, int]
"""Row, column, text, rows and columns that the cell spans."""


def table(*spots: Spot, page: int = 1, number: int = 1) -> Grid:
    return Grid(page, number, tuple(Cell(page, number, r, c, text, high, wide) for r, c, text, high, wide in spots))


def rows(*texts: list[str], first: int = 0) -> list[Spot]:
    return [(first + n, col, text, 1, 1) for n, row in enumerate(texts) for col, text in enumerate(row)]


def record_of(what: Grid | Document) -> Record:
    (record,) = result_of(paged([what]) if isinstance(what, Grid) else what).records
    return record


HEAD = rows(["State", "District", "Cases"])
SPANNED = table(
    *HEAD, (1, 0, "Avon", 2, 1), (1, 1, "Elm", 1, 1), (1, 2, "4", 1, 1), (2, 1, "Birch", 1, 1), (2, 2, "7", 1, 1)
)


def test_a_label_that_runs_down_stands_in_each_of_its_rows_so_that_no_cell_slides_left() -> None:
    record = record_of(SPANNED)
    assert record.values["rows"] == [["Avon", "Elm", "4"], ["Avon", "Birch", "7"]]
    assert record.evidence["rows[1][0]"] == record.evidence["rows[0][0]"]
    assert record.settled


def test_a_cell_that_runs_across_stands_in_its_first_column_and_leaves_the_others_blank() -> None:
    grid = table(*HEAD, *rows(["Avon", "Elm", "4"], first=1), (2, 0, "No data", 1, 2), (2, 2, "-", 1, 1))
    assert record_of(grid).values["rows"][1] == ["No data", None, "-"]


def test_a_cell_that_was_not_read_leaves_its_place_blank() -> None:
    grid = table(*HEAD, (1, 0, "Avon", 1, 1), (1, 2, "4", 1, 1), *rows(["Bray", "Fir", "5"], first=2))
    assert record_of(grid).values["rows"] == [["Avon", None, "4"], ["Bray", "Fir", "5"]]


def test_header_rows_under_a_label_of_several_columns_are_joined() -> None:
    grid = table(
        (0, 0, "Item", 2, 1), (0, 1, "Revenue", 1, 2), *[(1, 1, "2030", 1, 1), (1, 2, "2031", 1, 1)],
        *rows(["Water", "15.00", "16.20"], first=2),
    )  # fmt: skip
    record = record_of(grid)
    assert record.values["header"] == ["Item", "Revenue 2030", "Revenue 2031"]
    assert record.values["rows"] == [["Water", "15.00", "16.20"]]
    assert [span.text for span in record.evidence["header[2]"]] == ["Revenue", "2031"]
    assert record.settled


def test_a_row_of_units_belongs_to_the_header() -> None:
    grid = table(*rows(["Item", "Length", "Cost"], ["", "(km)", "(EUR)"], ["Road", "12", "9.50"]))
    record = record_of(grid)
    assert record.values["header"] == ["Item", "Length (km)", "Cost (EUR)"]
    assert record.values["rows"] == [["Road", "12", "9.50"]]


def test_a_row_of_data_under_a_label_of_several_columns_is_no_header() -> None:
    grid = table((0, 0, "Item", 1, 1), (0, 1, "Range", 1, 2), *rows(["Road", "12", "18"], ["", "9", "11"], first=1))
    assert record_of(grid).values["rows"] == [["Road", "12", "18"], [None, "9", "11"]]


def test_a_row_that_is_one_cell_over_all_columns_is_the_title() -> None:
    grid = table((0, 0, "Cases by district", 1, 3), *rows(["State", "Place", "Cases"], ["Avon", "Elm", "4"], first=1))
    record = record_of(grid)
    assert (record.values["title"], record.values["header"]) == ("Cases by district", ["State", "Place", "Cases"])
    assert record.evidence["title"][0].text == "Cases by district"


@pytest.mark.parametrize(
    "text",
    ["(9)", "—", "2031", "2031年", "15km", "(kg)", "%", "≥30.00(公里)", "1,250.00", "n/a", "95%", "03/05/2031", "$12"],
)
def test_figures_years_units_and_marks_for_nothing_are_data(text: str) -> None:
    assert is_data(text)


@pytest.mark.parametrize("text", ["Cases", "得分区间", "95分(含)以上", "2031 budget", "a(b)", ""])
def test_labels_are_no_data(text: str) -> None:
    assert not is_data(text)


@pytest.mark.parametrize("first", [["State", "(9)", "Cases"], ["State", "—", "Cases"], ["State", "2031", "Cases"]])
def test_a_first_row_that_may_be_data_is_a_doubt(first: list[str]) -> None:
    record = record_of(table(*rows(first, ["Avon", "Elm", "4"])))
    assert [(f.path, f.kind) for f in record.findings] == [("header", "no_header")]
    assert not record.settled


def boxed(grid: Grid, xs: list[float]) -> Grid:
    cells = tuple(
        replace(c, box=Box(xs[c.col], 20.0 * c.row, xs[c.col + c.col_span], 20.0 * (c.row + c.row_span)))
        for c in grid.cells
    )
    return replace(grid, cells=cells)


def test_a_page_on_which_a_column_is_merged_throughout_keeps_the_columns_of_the_page_before() -> None:
    one = boxed(table(*HEAD, *rows(["Avon", "Elm", "4"], first=1)), [50.0, 100.0, 200.0, 300.0])
    two = boxed(table(*rows(["All states", "11"]), page=2), [50.0, 200.0, 300.0])
    pages = tuple(Page(n, (grid,), 400.0, 600.0, "pdf") for n, grid in ((1, one), (2, two)))
    record = record_of(Document("case.pdf", "0" * 64, pages))
    assert record.values["rows"] == [["Avon", "Elm", "4"], ["All states", None, "11"]]


def test_a_header_that_is_printed_again_overleaf_is_no_row() -> None:
    xs = [50.0, 100.0, 200.0, 300.0]
    one = boxed(table(*HEAD, *rows(["Avon", "Elm", "4"], first=1)), xs)
    two = boxed(table(*rows(["State", "District", "Cases"], ["Bray", "Fir", "5"]), page=2), xs)
    pages = tuple(Page(n, (grid,), 400.0, 600.0, "pdf") for n, grid in ((1, one), (2, two)))
    record = record_of(Document("case.pdf", "0" * 64, pages))
    assert record.values["rows"] == [["Avon", "Elm", "4"], ["Bray", "Fir", "5"]]


@pytest.mark.parametrize(("last", "settled"), [(["Bray", "Fir", "5"], True), (["Bray", "5"], False)])
def test_rows_of_separated_texts_are_certain_where_all_have_as_many(last: list[str], settled: bool) -> None:
    grid = replace(table(*HEAD, *rows(["Avon", "Elm", "4"], last, first=1)), ragged=True)
    assert record_of(grid).settled is settled


def cut_table(head: list[str], below: list[str]) -> list[Record]:
    """The records of a table that goes on overleaf under its title, and of its first row there."""
    xs = [50.0, 100.0, 200.0, 300.0]
    one = boxed(table(*rows(head, ["Avon", "Elm", "4"])), xs)
    two = boxed(table(*rows(below, ["Bray", "Fir", "5"]), page=2), xs)
    pages = [
        Page(n, (Line(n, 1, "Cases by district", Box(100.0, 5.0, 200.0, 15.0)), grid), 400.0, 600.0, "pdf")
        for n, grid in ((1, one), (2, replace(two, box=None)))
    ]
    pages[1] = replace(pages[1], blocks=(replace(pages[1].blocks[0], box=Box(100.0, 25.0, 200.0, 35.0)), two))
    return list(result_of(Document("case.pdf", "0" * 64, tuple(pages))).records)


def test_a_table_goes_on_overleaf_under_its_title_printed_again() -> None:
    (record,) = cut_table(["State", "District", "Cases"], ["Bray", "Ash", "9"])
    assert record.values["rows"] == [["Avon", "Elm", "4"], ["Bray", "Ash", "9"], ["Bray", "Fir", "5"]]


def test_a_table_with_the_same_title_and_labels_is_another() -> None:
    records = cut_table(["State", "District", "Cases"], ["State", "District", "Cases"])
    assert [record.values["rows"] for record in records] == [[["Avon", "Elm", "4"]], [["Bray", "Fir", "5"]]]


def test_a_table_overleaf_with_the_same_columns_and_no_header_puts_both_in_doubt() -> None:
    """A line that a schema knows stands between; whether the rows below it go on is not known."""
    one = boxed(table(*HEAD, *rows(["Avon", "Elm", "4"], first=1)), [50.0, 100.0, 200.0, 300.0])
    two = boxed(table(*rows(["Bray", "Fir", "5"]), page=2), [50.0, 100.0, 200.0, 300.0])
    head = Line(2, 1, "General remarks", Box(50.0, 5.0, 200.0, 15.0))
    pages = (Page(1, (one,), 400.0, 600.0, "pdf"), Page(2, (head, two), 400.0, 600.0, "pdf"))
    records = result_of(Document("case.pdf", "0" * 64, pages)).records
    assert [[f.kind for f in record.findings][-1] for record in records] == ["goes_on", "goes_on"]
    assert not any(record.settled for record in records)
