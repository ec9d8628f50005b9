"""Chunks keep their budget, never split a row, and carry the title and the header that they need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document.results import Form
from extractor.forms.chunks import LINE_END, chunks
from extractor.forms.token_counts import tokens_in
from tests.form_cases import INDICATOR_HEADER, PROJECT_TITLE, forms_of, project_form

ROWS = [f"绩效指标\t产出指标\t数量指标\t巡护第{n}段\t≥{n}.00(公里)" for n in range(1, 61)]


def form(*rows: str) -> Form:
    return forms_of(project_form(rows=rows or ROWS))[0]


def own_lines(text: str) -> list[str]:
    return text.split("\n")


def test_a_small_form_is_one_chunk_with_all_its_units() -> None:
    small = form(*ROWS[:3])
    (chunk,) = chunks(small, 100_000)
    assert chunk.tokens == tokens_in(chunk.text) + LINE_END
    assert PROJECT_TITLE in own_lines(chunk.text)[0]
    assert {u.id for u in chunk.units} >= {u.id for row in small.rows for u in row.units if u.text.strip()}


@pytest.mark.parametrize("budget", [300, 500, 1000, 3000])
def test_chunks_keep_their_budget(budget: int) -> None:
    parts = chunks(form(), budget)
    assert [c.tokens for c in parts if c.tokens > budget] == []


@pytest.mark.parametrize("budget", [1, 200, 500, 1000])
def test_no_row_is_split_or_lost_whatever_the_budget(budget: int) -> None:
    parts = chunks(form(), budget)
    seen = [line for c in parts for line in own_lines(c.text)]
    for n in range(1, 61):
        assert sum(f"巡护第{n}段 ┆ ≥{n}.00(公里)" in line for line in seen) == 1


def test_each_part_carries_the_title_and_the_header_of_its_table() -> None:
    parts = chunks(form(), 500)
    assert len(parts) > 3
    for chunk in parts:
        assert PROJECT_TITLE in own_lines(chunk.text)[0]
    for chunk in parts:
        rows = own_lines(chunk.text)
        if any("巡护第" in line for line in rows):
            header = next(n for n, line in enumerate(rows) if "三级指标" in line)
            assert header < min(n for n, line in enumerate(rows) if "巡护第" in line)


def test_a_row_larger_than_the_budget_stands_whole_in_a_chunk_of_its_own() -> None:
    long = "绩效指标\t产出指标\t数量指标\t" + "巡" * 900 + "\t≥1.00(次)"
    parts = chunks(form(*ROWS[:5], long, *ROWS[5:9]), 400)
    assert sum("巡" * 900 in c.text for c in parts) == 1


def numbers(text: str) -> list[int]:
    return [int(line[1 : line.index("]")]) for line in own_lines(text)]


def test_the_rows_of_a_form_are_numbered_through_its_pages() -> None:
    broken = project_form(rows=ROWS[:2]) + "\f" + "\n".join(ROWS[2:4]) + "\n"
    one, two = forms_of(project_form(rows=ROWS[:1]) + broken)
    (chunk,) = chunks(two, 100_000)
    assert {row.page for row in two.rows} == {1, 2}
    assert numbers(chunk.text) == list(range(1, len(two.title_rows) + len(two.rows) + 1))
    assert one.title_rows[0].number == 1


def test_a_part_shows_the_numbers_of_the_whole_form() -> None:
    (whole,) = chunks(form(), 100_000)
    lines = own_lines(whole.text)
    for part in chunks(form(), 500):
        assert numbers(part.text) == sorted(numbers(part.text))
        assert set(own_lines(part.text)) <= set(lines)


def test_the_header_of_a_later_table_replaces_the_one_before() -> None:
    text = project_form(rows=ROWS[:30])
    last = chunks(forms_of(text)[0], 400)[-1]
    assert sum("三级指标" in line for line in own_lines(last.text)) == 1
    assert not any("项目总目标" in line for line in own_lines(last.text))


def test_chunks_are_the_same_each_time() -> None:
    assert chunks(form(), 500) == chunks(form(), 500)


@given(st.text(max_size=200))
def test_the_estimate_grows_with_the_text(text: str) -> None:
    assert 0 <= tokens_in(text) <= len(text)
    assert tokens_in(text + "巡") >= tokens_in(text)


def test_the_header_line_is_rendered_as_it_is_printed() -> None:
    (chunk,) = chunks(form(*ROWS[:2]), 100_000)
    cells = [c for c in INDICATOR_HEADER.split("\t") if c]
    assert " ┆ ".join(cells) in chunk.text
