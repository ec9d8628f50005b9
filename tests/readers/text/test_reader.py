"""Text files: lines exactly as they stand, tab-separated rows as grids, and every character in one unit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.config import Settings
from extractor.document.layout import Document, Grid, Line, Page
from extractor.readers import read
from extractor.readers.text.reader import pages
from tests.paths import DOCUMENTS, SHARED

CORPUS = SHARED / "corpus"
SETTINGS = Settings()

# All that could confuse the reader, but no tags and entities, which are not printed.
TEXT = st.text(
    st.one_of(
        st.sampled_from('\t\t\t\n\n\r\f "\x0b\u2028项目0.-'), st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn"])
    )
)


def page(text: str) -> Page:
    (only,) = pages(text)
    return only


def grid(text: str) -> list[list[str]]:
    (block,) = page(text).blocks
    assert isinstance(block, Grid) and block.ragged
    return rows(block)


def rows(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def black(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def test_lines_keep_their_text_and_their_number() -> None:
    blocks = page("\n\n  流动书车  \n\n\n二〇二六年\n").blocks
    assert blocks == (Line(1, 3, "  流动书车  "), Line(1, 6, "二〇二六年"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert [u.text for u in page(end.join("甲乙丙")).units()] == ["甲", "乙", "丙"]


def test_soft_line_breaks_part_lines_and_stay_in_cells() -> None:
    assert [u.text for u in page("甲\x0b乙\u2028丙").units()] == ["甲", "乙", "丙"]
    assert grid("甲\x0b乙\t丙") == [["甲\n乙", "丙"]]


def test_form_feeds_cut_pages_and_numbers_start_again() -> None:
    first, second, third = pages("甲\n\f乙\n\n丙\f\f\n丁\f\n")[:3]
    assert first.blocks == (Line(1, 1, "甲"),)
    assert second.blocks == (Line(2, 1, "乙"), Line(2, 3, "丙"))
    assert third.blocks == ()
    assert len(pages("甲\f\f\n丁\f\n")) == 3


def test_blank_lines_are_no_page_break() -> None:
    assert len(pages("甲\n\n\n\n\n\n乙")) == 1


def test_tab_lines_are_rows_and_empty_cells_stay() -> None:
    assert grid("名称\t书车\t\t\n\t金额\t1.00\t\n") == [["名称", "书车", "", ""], ["", "金额", "1.00", ""]]


def test_a_blank_line_or_a_plain_line_ends_the_grid() -> None:
    blocks = page("甲\t1\n\n乙\t2\n说明\n丙\t3").blocks
    assert [type(block).__name__ for block in blocks] == ["Grid", "Grid", "Line", "Grid"]
    assert [block.number for block in blocks if isinstance(block, Grid)] == [1, 2, 3]


def test_a_title_with_tabs_behind_it_is_a_row() -> None:
    assert grid("书车申报表\t\t\t\n") == [["书车申报表", "", "", ""]]


def test_an_indented_paragraph_is_lines() -> None:
    assert page("\t本年开展活动。\n\t\t其次。").blocks == (Line(1, 1, "\t本年开展活动。"), Line(1, 2, "\t\t其次。"))


def test_an_indented_row_among_rows_is_a_row() -> None:
    assert grid("\t质量\t好\n\t满意度") == [["", "质量", "好"], ["", "满意度"]]


def test_paragraph_tags_are_dropped_and_paragraphs_are_lines() -> None:
    cells = grid("目标\t<p>一、开展 3 场</p> <p>二、R&amp;D 投入 &lt;5%</p>\t甲<br>乙<br/>丙\t<p></p>\n")
    assert cells == [["目标", "一、开展 3 场\n二、R&D 投入 <5%", "甲\n乙\n丙", ""]]


def test_what_only_looks_like_markup_stays() -> None:
    assert grid("a<b\t<项目>\tAT&T\t&unknown;\t<pre>") == [["a<b", "<项目>", "AT&T", "&unknown;", "<pre>"]]
    assert page("a &lt; b <b>粗</b>").blocks == (Line(1, 1, "a &lt; b <b>粗</b>"),)


def test_a_line_of_paragraphs_loses_its_tags() -> None:
    assert page("<p>一、甲</p> <p>二、乙</p>").blocks == (Line(1, 1, "一、甲 二、乙"),)


def test_cell_over_several_lines() -> None:
    document = read(DOCUMENTS / "cell-over-lines.txt", "cell-over-lines.txt", SETTINGS)
    first, second = (rows(block) for block in document.pages[0].blocks if isinstance(block, Grid))
    assert first == [
        ["年度目标", "一、购置书车 1 辆，\n配齐借还设备。\n二、开展活动。", ""],
        ["指标", "活动场次", "≥24.00(场)"],
    ]
    assert second == [["备注", '第一行"引"\n第二行', "1"], ["合计", "", "2"]]


def test_an_unclosed_paragraph_swallows_nothing() -> None:
    assert grid("甲\t<p>一\n乙\t2\n丙\t3</p>") == [["甲", "一"], ["乙", "2"], ["丙", "3"]]
    assert len(page("甲\t<p>一\n" + "乙\n" * 500).blocks) == 501


def test_a_lone_quotation_mark_swallows_nothing() -> None:
    assert grid('甲\t"一\n乙\t2') == [["甲", '"一'], ["乙", "2"]]
    assert grid('甲\t"四个一"工程\n乙\t"全"') == [["甲", '"四个一"工程'], ["乙", '"全"']]


@given(TEXT)
def test_each_character_stands_in_one_unit(text: str) -> None:
    found = pages(text)
    quoted = black(text)['"'] - sum((black(u.text) for p in found for u in p.units()), Counter[str]())['"']
    units = sum((black(unit.text) for one in found for unit in one.units()), Counter[str]())
    assert quoted >= 0  # the marks around a quoted cell of several lines are the file's
    assert units + Counter({'"': quoted}) == black(text)


@given(TEXT)
def test_ids_are_unique_on_their_page(text: str) -> None:
    for one in pages(text):
        ids = [unit.id for unit in one.units()]
        assert len(ids) == len(set(ids))


@given(
    TEXT.filter(lambda text: text.strip() and not any(c in text for c in "|<")),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_the_file_reads_as_its_text(text: str, encoding: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(text.encode(encoding))
        assert read(path, "a", SETTINGS).pages == pages(text)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_corpus_characters_are_all_there() -> None:
    for path in sorted(CORPUS.glob("*.txt")):
        document = read(path, path.name, SETTINGS)
        given_text = path.read_text(encoding="utf-8").replace("<p>", "").replace("</p>", "")
        assert black("".join(unit.text for unit in document.units())) == black(given_text)
        assert document.notes == ()
        assert _tab_rows(document) == sum("\t" in line for line in path.read_text(encoding="utf-8").splitlines())


def _tab_rows(document: Document) -> int:
    return sum(block.rows for one in document.pages for block in one.blocks if isinstance(block, Grid))


@pytest.mark.parametrize(("line", "kept"), [("─────", 0), (" ├──┼──┤ ", 0), ("─ 项目 ─", 1), ("-----", 1)])
def test_a_ruling_line_that_is_typed_is_no_text(line: str, kept: int) -> None:
    (read,) = pages(f"{line}\n")
    assert len(read.blocks) == kept
