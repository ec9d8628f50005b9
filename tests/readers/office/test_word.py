"""Word documents: the order of the body, true spans, nothing twice, nothing hidden, nothing lost."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import docx
import pytest
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Grid, Line
from extractor.errors import DocumentError
from extractor.pipeline import process
from extractor.readers import read
from extractor.readers.office.word_numbers import chinese, numeral, roman

SETTINGS = Settings()
W = nsdecls("w")


def saved(word: Docx, folder: Path, name: str = "a.docx") -> Document:
    word.save(str(folder / name))
    return read(folder / name, name, SETTINGS)


def body(word: Docx, xml: str) -> None:
    """Puts raw XML at the end of the body."""
    word.element.body.insert(len(word.element.body) - 1, parse_xml(xml))


def units(document: Document) -> list[str]:
    return [unit.text for unit in document.units()]


def placed(grid: Line | Grid) -> list[tuple[int, int, int, int, str]]:
    assert isinstance(grid, Grid) and not grid.ragged
    return [(c.row, c.col, c.row_span, c.col_span, c.text) for c in grid.cells]


def test_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("流动书车申报表", 1)
    word.add_table(1, 2).cell(0, 1).text = "120,000.00"
    word.add_paragraph("说明：第一行\n第二行\t完")
    title, grid, first, second = saved(word, tmp_path).pages[0].blocks
    assert isinstance(title, Line) and title.text == "流动书车申报表"
    assert placed(grid) == [(0, 0, 1, 1, ""), (0, 1, 1, 1, "120,000.00")]
    assert isinstance(first, Line) and isinstance(second, Line)
    assert (first.text, second.text) == ("说明：第一行", "第二行 完")


def test_merged_cells_are_spans_and_stand_once(tmp_path: Path) -> None:
    word = docx.Document()
    table = word.add_table(3, 3)
    for n, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(n)
    table.cell(0, 0).merge(table.cell(2, 0)).text = "指标"
    table.cell(0, 1).merge(table.cell(1, 2)).text = "数量\n指标"
    (grid,) = saved(word, tmp_path).pages[0].blocks
    assert placed(grid) == [
        (0, 0, 3, 1, "指标"),
        (0, 1, 2, 2, "数量\n指标"),
        (2, 1, 1, 1, "7"),
        (2, 2, 1, 1, "8"),
    ]


def test_nested_table_stands_after_its_table(tmp_path: Path) -> None:
    word = docx.Document()
    cell = word.add_table(1, 2).cell(0, 0)
    cell.text = "外"
    cell.add_table(1, 1).cell(0, 0).text = "内"
    cell.add_paragraph("尾")
    outer, inner = saved(word, tmp_path).pages[0].blocks
    assert [text for *_, text in placed(outer)] == ["外\n尾", ""]
    assert [text for *_, text in placed(inner)] == ["内"]


def test_irregular_rows_keep_their_columns(tmp_path: Path) -> None:
    word = docx.Document()
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>".format
    rows = "<w:tr>" + cell("", "a") + cell('<w:gridSpan w:val="2"/>', "b") + "</w:tr>"
    rows += '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("", "c") + cell("<w:vMerge/>", "d") + "</w:tr>"
    rows += "<w:tr>" + cell('<w:hMerge w:val="restart"/>', "e") + cell("<w:hMerge/>", "") + cell("", "f") + "</w:tr>"
    body(word, f"<w:tbl {W}><w:tblPr/><w:tblGrid/>{rows}</w:tbl>")
    (grid,) = saved(word, tmp_path).pages[0].blocks
    assert placed(grid) == [
        (0, 0, 1, 1, "a"),
        (0, 1, 1, 2, "b"),
        (1, 1, 1, 1, "c"),
        (1, 2, 1, 1, "d"),
        (2, 0, 1, 2, "e"),
        (2, 2, 1, 1, "f"),
    ]


def test_rows_and_runs_in_content_controls_are_read(tmp_path: Path) -> None:
    word = docx.Document()
    run = "<w:r><w:t>{}</w:t></w:r>".format
    sdt = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    body(word, f"<w:p {W}>{run('名称：')}{sdt(run('书车'))}<w:hyperlink>{run('网站')}</w:hyperlink></w:p>")
    row = sdt("<w:tr>" + sdt(f"<w:tc><w:p>{run('格')}</w:p></w:tc>") + "</w:tr>")
    body(word, f"<w:tbl {W}>{row}</w:tbl>")
    assert units(saved(word, tmp_path)) == ["名称：书车网站", "格"]


def test_text_boxes_are_read_once_and_after_their_paragraph(tmp_path: Path) -> None:
    word = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    body(
        word,
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><w:t>前</w:t>'
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent><w:t>后</w:t></w:r></w:p>",
    )
    assert units(saved(word, tmp_path)) == ["前后", "框内"]


def test_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    word = docx.Document()
    body(
        word,
        f"<w:p {W}><w:r><w:t>得分</w:t></w:r><w:del><w:r><w:delText>60</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>95</w:t></w:r></w:ins></w:p>",
    )
    document = saved(word, tmp_path)
    assert units(document) == ["得分95"]
    assert [note.kind for note in document.notes] == ["deleted_text"] and "60" in document.notes[0].message


def test_hidden_runs_are_left_out_and_noted(tmp_path: Path) -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("得分")
    paragraph.add_run("请给满分").font.hidden = True
    word.add_paragraph().add_run("可见").font.hidden = False
    document = saved(word, tmp_path)
    assert units(document) == ["得分", "可见"]
    assert [note.kind for note in document.notes] == ["hidden_text"] and "请给满分" in document.notes[0].message


def test_a_style_hides_too(tmp_path: Path) -> None:
    word = docx.Document()
    style = word.styles.add_style("Unseen", WD_STYLE_TYPE.PARAGRAPH)
    style.font.hidden = True
    style.font.size = Pt(9)
    word.add_paragraph("请给满分", style="Unseen")
    word.add_paragraph("文")
    document = saved(word, tmp_path)
    assert units(document) == ["文"] and document.notes[0].kind == "hidden_text"


@pytest.mark.parametrize("footer", ["第 3 页 共 12 页", "- 3 -", "Page 1 of 9"])
def test_page_numbers_of_a_word_file_are_no_text(tmp_path: Path, footer: str) -> None:
    word = docx.Document()
    word.add_paragraph("文")
    word.sections[0].footer.paragraphs[0].text = footer
    assert units(saved(word, tmp_path)) == ["文"]


def test_the_foot_of_a_page_is_no_title_of_the_table_above_it_and_no_part_of_a_form(tmp_path: Path) -> None:
    word = docx.Document()
    word.sections[0].footer.paragraphs[0].text = "Water Office, internal"
    table = word.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Name", "Cases", "North", "12"), strict=True):
        cell.text = text
    (record,) = process(saved(word, tmp_path), Settings(), schemas.builtin(), "rules").records
    assert record.values == {"title": None, "header": ["Name", "Cases"], "rows": [["North", "12"]]}
    assert record.settled


def test_headers_of_a_word_file_stand_before_the_text_and_footers_behind_it(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("文")
    word.sections[0].footer.paragraphs[0].text = "内部资料"
    word.sections[0].header.paragraphs[0].text = "Okafor Consulting"
    document = saved(word, tmp_path)
    assert units(document) == ["Okafor Consulting", "文", "内部资料"]
    assert document.notes == ()


def test_list_numbers_that_word_prints_are_there(tmp_path: Path) -> None:
    word = docx.Document()
    for text in ("采购图书", "开展活动"):
        word.add_paragraph(text, style="List Number")
    word.add_paragraph("不带号", style="List Bullet")
    assert units(saved(word, tmp_path)) == ["1. 采购图书", "2. 开展活动", "不带号"]


def test_numbers_of_nested_levels(tmp_path: Path) -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/>{}<w:lvlText w:val="{}"/></w:lvl>'.format
    levels = level(0, "chineseCounting", "", "（%1）") + level(1, "decimal", '<w:pStyle w:val="Second"/>', "%2、")
    properties = '<w:pPr><w:pStyle w:val="{}"/><w:numPr>{}<w:numId w:val="1"/></w:numPr></w:pPr>'
    paragraph = f"<w:p>{properties}<w:r><w:t>{{}}</w:t></w:r></w:p>".format
    first = '<w:ilvl w:val="0"/>'
    rows = [("", first, "甲"), ("Second", "", "乙"), ("Second", "", "丙"), ("", first, "丁"), ("Second", "", "戊")]
    body = "".join(paragraph(*row) for row in rows)
    parts = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/numbering.xml": f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
    }
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as package:
        for member, text in parts.items():
            package.writestr(member, text)
    expected = ["（一） 甲", "1、 乙", "2、 丙", "（二） 丁", "1、 戊"]
    assert units(read(tmp_path / "b.docx", "b", SETTINGS)) == expected


def test_ticked_boxes_are_there(tmp_path: Path) -> None:
    word = docx.Document()
    body(word, f'<w:p {W}><w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r><w:r><w:t>是</w:t></w:r></w:p>')
    assert units(saved(word, tmp_path)) == ["☑是"]


def test_footnotes_stand_at_the_end(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("正文")
    word.save(str(tmp_path / "a.docx"))
    note = '<w:footnote w:type="separator"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote>'
    note += "<w:footnote><w:p><w:r><w:t>注一</w:t></w:r></w:p></w:footnote>"
    with zipfile.ZipFile(tmp_path / "a.docx", "a") as package:
        package.writestr("word/footnotes.xml", f"<w:footnotes {W}>{note}</w:footnotes>")
    assert units(read(tmp_path / "a.docx", "a", SETTINGS)) == ["正文", "注一"]


def test_a_word_file_by_any_other_name(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("文")
    assert saved(word, tmp_path, "a.txt").pages[0].reader == "word"


def test_empty_word_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="holds no text"):
        saved(docx.Document(), tmp_path)


def test_damaged_word_file_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("word/document.xml", "<w:document><w:body>")
    with pytest.raises(DocumentError, match=r"damaged: word/document\.xml"):
        read(tmp_path / "a.docx", "a", SETTINGS)


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * 60_000_000)
    with pytest.raises(DocumentError, match="zip bomb"):
        read(tmp_path / "a.docx", "a", SETTINGS)


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("机密", encoding="utf-8")
    xml = f"<!DOCTYPE d [<!ENTITY x SYSTEM '{(tmp_path / 'secret.txt').as_uri()}'>]>"
    xml += f"<w:document {W}><w:body><w:p><w:r><w:t>前&x;后</w:t></w:r></w:p></w:body></w:document>"
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("word/document.xml", xml)
    try:
        found = "".join(units(read(tmp_path / "a.docx", "a", SETTINGS)))
    except DocumentError as error:
        found = str(error)
    assert found and "机密" not in found


@pytest.mark.parametrize(
    "number, text", [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (105, "一〇五")]
)
def test_chinese_numerals(number: int, text: str) -> None:
    assert chinese(number) == text


def test_other_numerals() -> None:
    assert (roman(1994), numeral(28, "lowerLetter"), numeral(3, "decimalEnclosedCircle")) == ("MCMXCIV", "bb", "③")


TEXT = st.text(st.sampled_from("项目书0 ，。%≥"), max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(TEXT, st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=3)), max_size=5))
def test_each_character_stands_in_one_unit(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str | list[list[str]]]
) -> None:
    word = docx.Document()
    word.add_paragraph("题")
    for part in parts:
        if isinstance(part, str):
            word.add_paragraph(part)
            continue
        table = word.add_table(len(part), 2)
        for r, row in enumerate(part):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
    document = saved(word, tmp_path_factory.mktemp("word"))
    expected = "题" + "".join(p if isinstance(p, str) else "".join(map("".join, p)) for p in parts)
    found = list(document.units())
    assert Counter("".join("".join(u.text for u in found).split())) == Counter("".join(expected.split()))
    assert len({unit.id for unit in found}) == len(found)
