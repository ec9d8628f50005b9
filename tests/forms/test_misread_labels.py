"""Labels that an OCR misread are found by their place; what stands elsewhere, or is a value, stays as it is."""

from __future__ import annotations

import pytest

from extractor.document.layout import Cell, Grid, Word
from extractor.forms.form_tokens import form_tokens
from tests.form_cases import EVALUATION, form_of, paged

HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"]


def scanned(*rows: list[str], unsure: str = "") -> Grid:
    """A table that OCR has read; of the cell at `unsure` (row and column) it is less sure."""

    def cell(row: int, col: int, text: str) -> Cell:
        sure = 0.6 if unsure == f"{row},{col}" else 0.99
        return Cell(1, 1, row, col, text, words=(Word(0, text, None, sure),))

    return Grid(1, 1, tuple(cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)))


def folds(grid: Grid) -> list[str]:
    return [token.fold for token in form_tokens(form_of(paged([grid]), EVALUATION)).tokens]


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("二级指标", "二级指标"),
        ("二级指際", "二级指标"),
        ("二组指標", "二组指標"),
        ("级指标", "二级指标"),
        ("河湖巡护", "河湖巡护"),
    ],
)
def test_a_header_with_fewer_than_half_of_its_characters_misread_is_that_header(read: str, found: str) -> None:
    assert folds(scanned([HEADER[0], read, *HEADER[2:]])) == [HEADER[0], found, *HEADER[2:]]


def test_what_few_labels_stand_beside_is_no_header() -> None:
    row = ["一级指标", "二级指際", "河湖", "巡护", "整治"]
    assert folds(scanned(row)) == row


def test_of_two_headers_that_say_the_same_the_less_sure_is_the_one_that_is_missing() -> None:
    twice = [HEADER[0], "三级指标", *HEADER[2:]]
    assert folds(scanned(twice, unsure="0,1")) == HEADER
    assert folds(scanned(twice)) == twice


def test_a_label_in_a_column_of_labels_is_found_and_its_unit_stays_as_it_was_read() -> None:
    def column(*labels: str) -> list[str]:
        return folds(scanned(*([label, str(n)] for n, label in enumerate(labels))))[::2]

    assert column("项自名称", "主管部门", "实施单位") == ["项目名称", "主管部门", "实施单位"]
    assert column("主管部门", "实施单位", "项自资金(万元)")[2] == "项目资金(万元)"
    assert column("主管部门", "实施单位", "项自资金(元1")[2] in ("项目资金(元)", "项目资金(元")
    assert column("主管部门", "实施单位", "项目资金(方元)")[2] == "项目资金(方元)"


def test_a_page_that_no_ocr_read_says_what_it_says() -> None:
    grid = scanned([HEADER[0], "二级指際", *HEADER[2:]])
    exact = Grid(1, 1, tuple(Cell(1, 1, c.row, c.col, c.text) for c in grid.cells))
    assert folds(exact)[1] == "二级指際"
