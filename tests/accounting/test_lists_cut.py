"""A scanned list that ends its page is in doubt where the page behind it has what may be a row of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.accounting.unclaimed import lists_cut
from extractor.document.results import Record, Row
from extractor.forms.regions import rows_of
from tests.form_cases import EVALUATION, form_of, grid, lines, paged


def doubted(overleaf: str, reader: str = "ocr") -> set[str]:
    """The paths in doubt where this line stands on the next page, outside of every form."""
    table = grid(["三级指标", "年度指标值", "实际完成值"], ["线路整理数量", "3处", "3处"])
    read = paged([table], lines(overleaf, page=2))
    document = replace(read, pages=tuple(replace(page, reader=reader) for page in read.pages))
    record = Record("case", "0" * 64, 0, EVALUATION.name, {}, {}, (), (), "rules")
    rows: list[Row] = [row for row in rows_of(document) if row.page == 2]
    (out,) = lists_cut(document, [form_of(paged([table]), EVALUATION)], [record], rows)
    return {found.path for found in out.findings}


@pytest.mark.parametrize(
    ("overleaf", "paths"),
    [
        ("满意度指标   参与人员满意度   较满意", {"indicators"}),
        ("填报人：   日期", set()),
        ("本表一式两份。", set()),
    ],
)
def test_a_line_in_columns_overleaf_may_be_a_row_that_lost_its_walls(overleaf: str, paths: set[str]) -> None:
    assert doubted(overleaf) == paths
    assert doubted(overleaf, "text") == set()
