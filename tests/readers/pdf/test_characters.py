"""Characters of digital PDFs as they are printed: spaces, marks, form fields, fonts that are nowhere, bad codes."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import Rulings
from extractor.errors import DocumentError
from extractor.readers.pdf import characters, page_kinds, reader
from extractor.readers.pdf.form_objects import overfull_pages
from extractor.readers.pdf.page_content import Gap, Sheet, Style
from extractor.readers.pdf.pdfium import raw
from extractor.readers.pdf.reader import read
from extractor.readers.pdf.unread_objects import fill_gaps
from extractor.tables.words import Token
from tests.readers.pdf.test_reader import SONG, Draw, both, document, grids, lines, table, text


def raw_pdf(path: Path, content: bytes, *objects: bytes, resources: bytes = b"/Font<</F 4 0 R>>") -> Path:
    """A PDF of one page written by hand: its content, and objects from number 5 on; font F is object 4."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<%s>>>>"
        % (5 + len(objects), resources),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        *objects,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, part)
    table_at = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table_at)
    path.write_bytes(body)
    return path


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def mapping(*ranges: bytes) -> bytes:
    """A ToUnicode map of single bytes."""
    lines = b"\n".join(ranges)
    return stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /X def\n"
        b"1 begincodespacerange <00><FF> endcodespacerange\n"
        b"%d beginbfrange\n%s\nendbfrange endcmap end end" % (len(ranges), lines)
    )


MAPPED = b"/Font<</F 6 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 5 0 R>>"


@pytest.mark.parametrize("code", [b"0009", b"000D", b"00A0"])
def test_a_space_that_its_font_calls_a_tab_parts_words(tmp_path: Path, code: bytes) -> None:
    spaces = mapping(b"<20><20><%s>" % code, b"<21><7E><0021>")
    content = b"BT /F 10 Tf 60 700 Td (62 Long River Blvd) Tj ET"
    path = raw_pdf(tmp_path / "a.pdf", content, spaces, FONT, resources=MAPPED)
    assert lines(read(path, "a.pdf", Settings())) == ["62 Long River Blvd"]


def test_words_of_one_run_set_apart_by_less_than_a_usual_space_are_words(tmp_path: Path) -> None:
    """Typesetting programs draw no spaces but move on, in tight lines by less than a quarter of the type size."""
    content = b"BT /F 10 Tf 60 700 Td [(the)-240(second)-240(half)-240(of)-240(the)-240(year)] TJ ET"
    path = raw_pdf(tmp_path / "a.pdf", content)
    assert lines(read(path, "a.pdf", Settings())) == ["the second half of the year"]


def test_letters_that_are_kerned_are_one_word(tmp_path: Path) -> None:
    content = b"BT /F 10 Tf 60 700 Td [(T)70(able)-20(s)-30(et)] TJ ET"
    path = raw_pdf(tmp_path / "a.pdf", content)
    assert lines(read(path, "a.pdf", Settings())) == ["Tableset"]


def test_a_code_out_of_unicode_costs_its_character_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged fonts map characters to numbers that are no characters, or to halves of one."""
    lib = raw()
    codes = {ord("b"): 0x110000, ord("d"): 0xD800}
    odd = SimpleNamespace(**vars(lib))
    odd.unicode = lambda page, index: codes.get(lib.unicode(page, index), lib.unicode(page, index))
    monkeypatch.setattr(characters, "raw", lambda: odd)
    monkeypatch.setattr(reader, "is_doubtful", lambda sheet: False)
    monkeypatch.setattr(page_kinds, "is_readable", lambda sheet: True)
    found = lines(document(tmp_path, text(60, 700, "a b c d e", "Helvetica")))
    assert found == ["a � c � e"]


def test_ligatures_are_read_as_their_letters(tmp_path: Path) -> None:
    letters = mapping(b"<21><7A><0021>", b"<7E><7E><FB01>")
    path = raw_pdf(tmp_path / "a.pdf", b"BT /F 10 Tf 60 700 Td (the ~nal o~ce) Tj ET", letters, FONT, resources=MAPPED)
    assert lines(read(path, "a.pdf", Settings()))[0].replace(" ", "") == "thefinalofice"


def scripts(x: float, y: float, *parts: tuple[str, float, float]) -> Draw:
    """Pieces of text one after the other, each with its type size and how far it is raised."""

    def draw(canvas: Canvas) -> None:
        at = x
        for string, size, rise in parts:
            canvas.setFont("Helvetica", size)
            canvas.drawString(at, y + rise, string)
            at += canvas.stringWidth(string, "Helvetica", size)

    return draw


@pytest.mark.parametrize(
    ("parts", "read_as"),
    [
        ([("10", 10, 0), ("4", 6, 4)], "10⁴"),
        ([("5 x 10", 10, 0), ("-3", 6, 4)], "5 x 10⁻³"),
        ([("25 m", 10, 0), ("2", 6, 4)], "25 m²"),
        ([("H", 10, 0), ("2", 6, -2), ("O", 10, 0)], "H₂O"),
        ([("1,250", 10, 0), ("1", 6, 4)], "1,250 ¹"),
        ([("1,210", 10, 0), ("1", 6, 4)], "1,210 ¹"),
        ([("Total", 10, 0), ("12", 6.5, 3)], "Total¹²"),
        ([("Total:", 10, 0), ("1", 8, 5)], "Total:¹"),
        ([("Total:", 10, 0), ("[1]", 6, 6)], "Total:[1]"),
        ([("1,250", 10, 0), ("[1]", 6, 6)], "1,250 [1]"),
        ([("1,250", 10, 0), ("1", 10, 0)], "1,2501"),
        ([("1,250", 10, 0), ("  12", 6, 0)], "1,250 12"),
    ],
)
def test_marks_set_high_or_low_stay_apart_from_numbers(
    tmp_path: Path, parts: list[tuple[str, float, float]], read_as: str
) -> None:
    more = text(60, 650, "The text of this page is set in ten points", "Helvetica")
    assert lines(document(tmp_path, both(scripts(60, 700, *parts), more)))[0] == read_as


def filled(canvas: Canvas) -> None:
    """A form with two texts, a check box that is ticked and one that is not."""
    canvas.setFont("Helvetica", 10)
    for row, label in enumerate(("Applicant", "Amount", "Agree", "Refuse")):
        canvas.drawString(65, 686 - 20 * row, label)
    for y in range(620, 701, 20):
        canvas.line(60, y, 400, y)
    for x in (60, 180, 400):
        canvas.line(x, 620, x, 700)
    form = canvas.acroForm
    form.textfield(name="a", value="Ann Smith", x=182, y=682, width=200, height=16, fontSize=9)
    form.textfield(name="b", value="1,250.00", x=182, y=662, width=200, height=16, fontSize=9)
    form.checkbox(name="c", checked=True, x=182, y=643, size=12)
    form.checkbox(name="d", checked=False, x=182, y=623, size=12)


FILLED = ["Applicant", "Ann Smith", "Amount", "1,250.00", "Agree", "☑", "Refuse", "☐"]


def test_filled_form_fields_are_text_at_their_place(tmp_path: Path) -> None:
    found = document(tmp_path, filled)
    (grid,) = grids(found)
    assert [c.text for c in grid.cells] == FILLED
    assert found.notes == ()


def test_a_form_field_without_an_appearance_shows_its_value(tmp_path: Path) -> None:
    """Programs that fill in forms leave it to the viewer to draw the values."""
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pageCompression=0)
    filled(canvas)
    canvas.save()
    path.write_bytes(re.sub(rb"/AP <<\n/N (?=\d+ 0 R\n>>)", rb"/XX <<\n/N ", path.read_bytes()))
    (grid,) = grids(read(path, "a.pdf", Settings()))
    assert [c.text for c in grid.cells] == FILLED


def one_by_one(x: float, y: float, string: str, pitch: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(SONG, 9)
        for n, char in enumerate(string):
            canvas.drawString(x + pitch * n, y, char)

    return draw


def test_digits_written_one_by_one_at_the_pitch_of_ideographs_are_one_number(tmp_path: Path) -> None:
    draws = [one_by_one(60, 700 - 20 * n, string, 9) for n, string in enumerate(("养护面积一百", "≥1250公顷", "50"))]
    assert lines(document(tmp_path, both(*draws))) == ["养护面积一百", "≥1250公顷", "50"]


def test_single_characters_of_a_font_that_is_nowhere_are_read(tmp_path: Path) -> None:
    """Without fonts on the machine pdfium drops them, and the second reader fills the gaps."""
    rows = [["名称", "等级"], ["步道", "优"], ["长廊", "良"]]
    (grid,) = grids(document(tmp_path, table(rows)))
    assert [c.text for c in grid.cells] == [cell for row in rows for cell in row]


def char(string: str, x: float, y: float, order: int = 0) -> Token:
    return Token(string, x, y, x + 10, y + 10, order)


def sheet_with_gap(*tokens: Token, mode: int = 0) -> Sheet:
    sheet = Sheet(1, 600, 800, rulings=Rulings([], []))
    sheet.tokens, sheet.styles = list(tokens), {7: Style(2, mode, (0, 0, 0, 255))}
    sheet.gaps = [Gap(7, 100.2, 58)]
    return sheet


def test_a_gap_is_filled_with_what_the_second_reader_has_there() -> None:
    first = [char("甲", 50, 50)._replace(run=1), char("乙", 150, 50, 1)._replace(run=3)]
    sheet = sheet_with_gap(*first)
    fill_gaps(sheet, [char("甲", 50.3, 50), char("是", 100, 50, 1), char("乙", 150, 50.2, 2)])
    assert [(t.text, t.order, t.run) for t in sheet.tokens] == [("甲", 0, 1), ("是", 1, 2), ("乙", 2, 3)]
    assert (sheet.lost, sheet.gaps) == (0, [])


def test_a_gap_that_neither_reader_fills_is_a_doubt() -> None:
    sheet = sheet_with_gap(char("甲", 50, 50))
    fill_gaps(sheet, [char("甲", 50, 50)])
    assert sheet.lost == 1
    assert [note.kind for note in reader.notes_of(sheet)] == [FindingKind.TEXT_DOUBT]


def test_a_gap_drawn_invisibly_stays_one() -> None:
    sheet = sheet_with_gap(char("甲", 50, 50), mode=3)
    fill_gaps(sheet, [char("甲", 50, 50), char("是", 100, 50, 1)])
    assert [t.text for t in sheet.tokens] == ["甲"]
    assert sheet.lost == 0


NESTED = b"/Type/XObject/Subtype/Form/BBox[0 0 300 300]"


def test_form_objects_that_draw_themselves_end_with_a_reason(tmp_path: Path) -> None:
    itself = stream(b"/X Do /X Do", NESTED + b"/Resources<</XObject<</X 5 0 R>>>>")
    path = raw_pdf(tmp_path / "a.pdf", b"/X Do", itself, resources=b"/XObject<</X 5 0 R>>")
    with pytest.raises(DocumentError, match="draws its form objects within each other"):
        read(path, "a.pdf", Settings())


def test_form_objects_that_double_at_each_level_end_with_a_reason(tmp_path: Path) -> None:
    levels = [stream(b"/X Do /X Do", NESTED + b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + n)) for n in range(24)]
    last = stream(b"0 0 1 1 re f", NESTED + b"/Resources<<>>")
    path = raw_pdf(tmp_path / "a.pdf", b"/X Do", *levels, last, resources=b"/XObject<</X 5 0 R>>")
    assert list(overfull_pages(path, None)) == [0]
    with pytest.raises(DocumentError, match="draws its form objects within each other"):
        read(path, "a.pdf", Settings())


def test_form_objects_within_each_other_are_read_where_they_are_few(tmp_path: Path) -> None:
    outer = stream(b"/X Do /X Do", NESTED + b"/Resources<</XObject<</X 6 0 R>>>>")
    inner = stream(b"BT /F 10 Tf 60 200 Td (inside) Tj ET", NESTED + b"/Resources<</Font<</F 4 0 R>>>>")
    path = raw_pdf(tmp_path / "a.pdf", b"/X Do", outer, inner, resources=b"/XObject<</X 5 0 R>>")
    assert overfull_pages(path, None) == {}
    assert lines(read(path, "a.pdf", Settings())) == ["inside"]
