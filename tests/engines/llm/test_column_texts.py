"""Two long texts of one column of print: where nothing printed parts them, both are in doubt."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from extractor.document.layout import Cell, Line
from extractor.document.results import Form as Region
from extractor.document.results import Row
from extractor.engines.llm.answer_reading import labels_of, read
from extractor.engines.llm.prompting import words
from schemas.fields import Form, printed
from schemas.spec import spec_of


class Plan(Form):
    titles: ClassVar[tuple[str, ...]] = ("绩效计划",)
    whole: str | None = printed(column="总目标", long=True)
    year: str | None = printed(column="年度目标", long=True)
    rating: str | None = printed("等级")


HEADS = "总目标      年度目标"


def doubts(rows: list[Row], **values: Any) -> list[str]:
    form = Region(0, spec_of(Plan, "plan"), tuple(rows))
    found = read(form, values, labels_of(form), words("zh"))
    assert len(found.answer.candidates) == len(values)
    return sorted(f.path for f in found.answer.findings if f.kind == "texts_run_on")


def lines(*texts: str) -> list[Row]:
    return [Row(1, (Line(1, n, text),), number=n) for n, text in enumerate((HEADS, *texts), 1)]


def test_two_texts_that_follow_each_other_with_nothing_between_are_in_doubt() -> None:
    assert doubts(lines("完成河道巡护。", "巡护河道十二公里。"), whole="[2]", year="[3]") == ["whole", "year"]


def test_the_order_of_the_answer_does_not_matter() -> None:
    assert doubts(lines("完成河道巡护。", "巡护河道十二公里。"), whole="[3]", year="[2]") == ["whole", "year"]


def test_a_label_parts_them() -> None:
    rows = lines("完成河道巡护。", "等级", "巡护河道十二公里。")
    assert doubts(rows, whole="[2]", year="[4]") == []


def test_items_that_both_count_from_one_part_them() -> None:
    assert doubts(lines("1、完成河道巡护。", "1、巡护河道十二公里。"), whole="[2]", year="[3]") == []


@pytest.mark.parametrize(("gap", "parted"), [("\t", True), ("    ", True), (" ", True), ("", False)])
def test_a_gap_between_columns_in_a_line_parts_them(gap: str, parted: bool) -> None:
    rows = lines(f"完成河道巡护。{gap}巡护河道十二公里。")
    found = doubts(rows, whole="[2] 完成河道巡护。", year="[2] 巡护河道十二公里。")
    assert found == ([] if parted else ["whole", "year"])


def test_the_wall_of_a_cell_parts_them() -> None:
    cells = (Cell(1, 1, 1, 0, "完成河道巡护。"), Cell(1, 1, 1, 1, "巡护河道十二公里。"))
    heads = (Cell(1, 1, 0, 0, "总目标"), Cell(1, 1, 0, 1, "年度目标"))
    rows = [Row(1, heads, 1, True, number=1), Row(1, cells, 1, True, number=2)]
    assert doubts(rows, whole="完成河道巡护。", year="巡护河道十二公里。") == []


@pytest.mark.parametrize("field", ["whole", "year"])
def test_a_text_alone_is_in_no_doubt(field: str) -> None:
    assert doubts(lines("完成河道巡护。", "巡护河道十二公里。"), **{field: "[2-3]"}) == []
