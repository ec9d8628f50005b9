"""Labels in a row of their own, with their values right below them, in forms that are accounted for whole."""

from __future__ import annotations

from typing import Any

from tests.form_cases import PROJECT_TITLE, lines, paged, record_of, spanned


def values(*cells: tuple[int, int, str, int, int]) -> dict[str, Any]:
    head = ((0, 0, "项目名称", 1, 2), (0, 2, "河湖巡护经费", 1, 4))
    record = record_of(paged([*lines(PROJECT_TITLE), spanned(*head, *cells)]))
    return {name: value for name, value in record.values.items() if isinstance(value, str)}


def test_values_below_their_labels_are_read() -> None:
    below = ((1, 0, "主管部门", 1, 3), (1, 3, "实施单位", 1, 3), (2, 0, "水务局", 1, 3), (2, 3, "河道所", 1, 3))
    assert values(*below) == {
        "project_name": "河湖巡护经费", "supervising_department": "水务局", "implementing_unit": "河道所",
    }  # fmt: skip


def test_a_cell_that_is_wider_or_narrower_than_the_label_above_is_none_of_its_values() -> None:
    below = (
        (1, 0, "主管部门", 1, 2),
        (1, 2, "", 1, 1),
        (1, 3, "实施单位", 1, 3),
        (2, 0, "水务局", 1, 3),
        (2, 3, "所", 1, 3),
    )
    assert "supervising_department" not in values(*below)


def test_labels_whose_values_are_blank_take_none_from_the_row_below() -> None:
    below = (
        (1, 0, "主管部门", 1, 3),
        (1, 3, "实施单位", 1, 3),
        (2, 0, "计划开始日期", 1, 3),
        (2, 3, "2031-01-02", 1, 3),
    )
    found = values(*below)
    assert found.get("supervising_department") is None
    assert found.get("implementing_unit") is None
