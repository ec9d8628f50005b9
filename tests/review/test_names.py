"""What the page calls things: forms and rows from 1, fields by their printed label, cells by row and column."""

from __future__ import annotations

import pytest

import schemas
from extractor.accounting import value_tree
from extractor.review import names

SPEC = schemas.load("self_evaluation")


@pytest.mark.parametrize(
    ("form", "name"), [(0, "form 1"), (4, "form 5"), (-1, "beside its forms"), (-2, "added form 1")]
)
def test_forms_count_from_one(form: int, name: str) -> None:
    assert names.form_name(form) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "the whole form"),
        ("project_name", "project_name · 项目名称"),
        ("indicators[9].weight", "indicators · 绩效指标, row 10, weight · 分值"),
        ("indicators[9]", "indicators · 绩效指标, row 10"),
        ("unknown[0][2]", "unknown, row 1, column 3"),
    ],
)
def test_paths_are_named_by_printed_labels_and_rows_from_one(path: str, name: str) -> None:
    assert names.path_name(SPEC, path) == name


def test_rows_are_counted_as_the_form_shows_them() -> None:
    tree = value_tree.tree({"rows": [{"a": "1"}, {"a": "2"}, {"a": "3"}]})
    assert names.row_numbers(tree, "rows[2].a") == (3,)
    value_tree.delete(tree, "rows[0]")
    value_tree.insert(tree, "rows[+k]", {"a": "4"}, "1")
    assert names.row_numbers(tree, "rows[1].a") == (1,)
    assert names.row_numbers(tree, "rows[+k].a") == (2,)
    assert names.row_numbers(tree, "rows[2].a") == (3,)


def test_messages_name_forms_rows_and_cells_as_the_page_does() -> None:
    assert names.in_words("form 0: is it one form?") == "form 1: is it one form?"
    assert names.in_words("page 1: T1R8C0 “a” is unclear") == "page 1: table 1, row 9, column 1 “a” is unclear"
    assert names.in_words("as in indicators[2]") == "as in indicators, row 3"
    assert names.in_words("the platform 0: stays") == "the platform 0: stays"
