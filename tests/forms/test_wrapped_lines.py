"""A line below several values goes on with the one that it stands under."""

from __future__ import annotations

import pytest

from extractor.document.layout import Box, Document, Line, Word
from tests.form_cases import DEPARTMENT_TITLE, PROJECT_TITLE, lines, paged, result_of

SIZE = 12.0


def line(number: int, *texts: tuple[float, str], top: float | None = None) -> Line:
    """A line of texts, each given with where it begins, in characters of one width."""
    words: list[Word] = []
    printed = ""
    top = 20.0 * number if top is None else top
    for x0, text in texts:
        printed += "   " if printed else ""
        words.append(Word(len(printed), text, Box(x0, top, x0 + SIZE * len(text), top + SIZE)))
        printed += text
    return Line(
        1, number, printed, Box(texts[0][0], top, texts[-1][0] + SIZE * len(texts[-1][1]), top + SIZE), tuple(words)
    )


HEAD = ((40, "项目名称"), (100, "流动图书车与书目推"), (240, "项目性质"), (300, "一次性专项"), (440, "项目类别"))


def record(*own: Line, title: str = PROJECT_TITLE) -> Document:
    return paged([*lines(title), *own])


def read(document: Document, path: str) -> object:
    (found,) = result_of(document).records
    return found.values[path]


def doubted(document: Document) -> set[str]:
    (found,) = result_of(document).records
    return set(found.unsettled)


def test_the_last_character_of_a_name_that_wrapped_is_no_value_of_the_label_at_the_line_end() -> None:
    wrapped = record(line(2, *HEAD), line(3, (100, "荐")))
    assert read(wrapped, "project_name") == "流动图书车与书目推荐"
    assert read(wrapped, "project_nature") == "一次性专项"
    assert read(wrapped, "project_category") is None


def test_two_values_that_wrap_in_one_line_are_each_whole() -> None:
    wrapped = record(line(2, *HEAD), line(3, (100, "荐"), (300, "业务费")))
    assert read(wrapped, "project_name") == "流动图书车与书目推荐"
    assert read(wrapped, "project_nature") == "一次性专项业务费"


def test_a_label_that_wrapped_is_one_label() -> None:
    head = line(2, (40, "部门(单位)名称"), (180, "栖浦市渔港站"), (300, "下属预算单"), (440, "2"))
    torn = record(head, line(3, (300, "位个数")), title=DEPARTMENT_TITLE)
    assert read(torn, "department") == "栖浦市渔港站"
    assert read(torn, "subordinate_units") == 2


@pytest.mark.parametrize(
    "below",
    [
        line(3, (40, "荐")),  # below a label
        line(3, (150, "上接第一页的各个项目名称")),  # below several texts
        line(3, (100, "荐"), top=80.0),  # with room for a line between
        Line(1, 3, "荐"),  # nobody knows where it stands
    ],
)
def test_a_value_below_a_line_of_several_is_in_doubt_where_the_page_does_not_say_whose_it_is(below: Line) -> None:
    unsure = record(line(2, *HEAD), below)
    assert read(unsure, "project_name") == "流动图书车与书目推"
    assert {"project_name", "project_category"} <= doubted(unsure)
