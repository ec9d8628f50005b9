"""Values of a list stand under the headers of their columns: unknown columns and missing labels are doubts."""

from __future__ import annotations

from pathlib import Path

from extractor.document.results import Candidate
from tests.accounting.asked_cases import NUMBER, TEXT, rows_of, schema, told
from tests.accounting.proof.test_value_ends import form_of, paths, value

HEADER = "一级指标 二级指标 三级指标 年度指标值"
ROW = "产出指标 数量指标 修缮长度 ≥3.00(公里)"


def row(line: int, *names: str) -> list[Candidate]:
    ends = {"level1": (0, 4, "产出指标"), "level2": (5, 9, "数量指标"), "level3": (10, 14, "修缮长度")}
    ends["target"] = (15, 24, "≥3.00(公里)")
    return [value(f"indicators[0].{n}", (line, *ends[n][:2]), text=ends[n][2]) for n in names]


def test_a_row_under_a_header_of_known_labels_is_proven() -> None:
    assert paths(form_of(HEADER, ROW), *row(4, "level1", "level2", "level3", "target")) == set()


def test_a_column_that_no_field_knows_puts_the_list_in_doubt() -> None:
    form = form_of(f"{HEADER} 指标性质", ROW)
    assert paths(form, *row(4, "level1", "level2", "level3", "target")) == {"indicators"}


def test_a_row_without_a_label_of_its_column_is_in_doubt_there() -> None:
    assert paths(form_of(HEADER, ROW), *row(4, "level1", "level3", "target")) == {"indicators[0].level2"}


def test_a_spanning_label_that_is_none_of_the_words_is_in_doubt() -> None:
    rest = row(4, "level2", "level3", "target")
    assert paths(form_of(HEADER, ROW), value("indicators[0].level1", (4, 0, 4), text="7"), *rest) == {
        "indicators[0].level1"
    }
    noted = value("indicators[0].level1", (4, 0, 4), text="产出指标（50分）")
    assert paths(form_of(HEADER, ROW), noted, *rest) == set()


def test_a_value_that_holds_a_cell_of_the_header_is_in_doubt() -> None:
    form = form_of("预期目标 修缮步道三公里。", f"序号 {HEADER}", ROW)
    text = value("expected_goal", (3, 5, 13), (4, 0, 2))
    assert "expected_goal" in paths(form, text, *row(5, "level1", "level2", "level3", "target"))


def test_a_foreign_line_among_headers_one_a_line_is_a_column_that_no_field_knows() -> None:
    form = form_of(*HEADER.split()[:3], "上年实际值", HEADER.split()[3], ROW)
    assert "indicators" in paths(form, *row(8, "level1", "level2", "level3", "target"))
    known = form_of(*HEADER.split(), ROW)
    assert "indicators" not in paths(known, *row(7, "level1", "level2", "level3", "target"))


def test_a_comparison_at_the_end_of_a_name_may_be_the_target_that_its_row_lacks() -> None:
    form = form_of(HEADER, "产出指标 数量指标 修缮长度≥3.00(公里)")
    levels = row(4, "level1", "level2")
    glued = value("indicators[0].level3", (4, 10, 23), text="修缮长度≥3.00(公里)")
    assert paths(form, *levels, glued) == {"indicators[0]"}
    target = value("indicators[0].target", (4, 14, 23), text="≥3.00(公里)")
    assert "indicators[0]" not in paths(form, *levels, glued, target)
    plain = value("indicators[0].level3", (4, 10, 14), text="修缮长度")
    assert "indicators[0]" not in paths(form, *levels, plain)


def test_a_total_below_the_rows_is_no_header(tmp_path: Path) -> None:
    properties = {"items": rows_of(item=TEXT, total=NUMBER), "subtotal": NUMBER}
    text = "| Rope | 12.50 |\n| --- | --- |\n| Anchor | 8.00 |\n| {} | 20.50 |\n"
    answer = {"items": [["1", "Rope", "12.50"], ["2", "Anchor", "8.00"]], "subtotal": "20.50"}
    for label in ("Total", "Subtotal"):
        record = told(tmp_path, schema(tmp_path, properties), text.format(label), answer)
        assert not any("header" in f.message for f in record.findings)
    header = "| Item | Total |\n| --- | --- |\n| Rope | 12.50 |\n| Anchor | 8.00 |\n| Subtotal | 20.50 |\n"
    read = told(tmp_path, schema(tmp_path, {**properties, "note": TEXT}), header.replace("Item", "Goods"), {
        "items": [["2", "Rope", "12.50"], ["3", "Anchor", "8.00"]], "note": "Goods",
    })  # fmt: skip
    assert any("header" in f.message for f in read.findings if f.path == "note")
