"""Titles of tables are told from running heads by the numbers of the rows below them."""

from __future__ import annotations

import pytest

from extractor.document.layout import Box, Document, Line, Page
from tests.form_cases import grid
from tests.forms.test_page_furniture import texts


@pytest.mark.parametrize(("second", "heads"), [("1", 0), ("11", 2)])
def test_a_line_above_tables_that_are_numbered_anew_is_the_title_of_each(second: str, heads: int) -> None:
    """Above a table that goes on with its numbers it is a running head."""
    pages = []
    for number, first in ((1, "1"), (2, second)):
        line = Line(number, 1, "云桥县水务局资产清单", Box(200, 50, 380, 62))
        pages.append(Page(number, (line, grid(("序号", "名称"), (first, "闸门"), page=number)), 595, 842))
    assert len(texts(Document("a.pdf", "0", tuple(pages), True))) == heads
