"""Whether a text layer says what its page shows: maps that are missing or lie, glyphs unlike their characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.geometry import Rulings
from extractor.readers.pdf import text_check
from extractor.readers.pdf.font_mapping import FontMapping, to_unicode
from extractor.readers.pdf.glyph_shapes import Glyph, fits, is_common, is_implausible
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.reader import read
from extractor.readers.pdf.text_check import samples, verdict_of
from extractor.readers.pdf.unread_objects import unlike
from extractor.tables.words import Token
from tests.readers.pdf.test_characters import mapping, raw_pdf
from tests.readers.pdf.test_reader import grids, lines

ROWS = [["Region", "Budget", "Spent"], ["North", "1,200.00", "1,100.00"], ["South", "800.50", "812.75"]]
VERA = Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf"
Change = Callable[[int], int]


def embedded(path: Path, change: Change | None = None, *, mapped: bool = True) -> Path:
    """A table in an embedded font; `change` gives other characters in its map than those that it shows."""
    pdfmetrics.registerFont(TTFont("Checked", VERA, asciiReadable=True))
    canvas = Canvas(str(path), pageCompression=0)
    canvas.setFont("Checked", 10)
    canvas.drawString(60, 720, "Spending of the regions in the financial year 2026")
    for row, words in enumerate(ROWS):
        for col, word in enumerate(words):
            canvas.drawString(65 + 90 * col, 686 - 20 * row, word)
    for y in range(640, 701, 20):
        canvas.line(60, y, 330, y)
    for x in range(60, 331, 90):
        canvas.line(x, 640, x, 700)
    canvas.save()
    data = path.read_bytes()
    if change is not None:
        other = change
        data = re.sub(rb"(<..>) <(....)>", lambda m: b"%s <%04X>" % (m[1], other(int(m[2], 16))), data)
    if not mapped:
        data = re.sub(rb"/ToUnicode (?=\d)", b"/XoUnicode ", data)
    path.write_bytes(data)
    return path


def next_character(code: int) -> int:
    return code + 1 if 0x21 <= code <= 0x7E else code


def next_digit(code: int) -> int:
    return 0x30 + (code - 0x30 + 1) % 10 if 0x30 <= code <= 0x39 else code


def seventh_letter(code: int) -> int:
    return 0x61 + (code - 0x61 + 7) % 26 if 0x61 <= code <= 0x7A else code


LIES = [next_character, next_digit, seventh_letter]


@pytest.mark.parametrize("lie", LIES)
def test_a_map_that_lies_is_a_doubt_where_no_ocr_can_compare_it(tmp_path: Path, lie: Change) -> None:
    found = read(embedded(tmp_path / "a.pdf", lie), "a.pdf", Settings(ocr="off"))
    assert [note.kind for note in found.notes] == [FindingKind.TEXT_DOUBT]


def test_a_font_without_a_map_is_a_doubt_where_no_ocr_can_compare_it(tmp_path: Path) -> None:
    found = read(embedded(tmp_path / "a.pdf", mapped=False), "a.pdf", Settings(ocr="off"))
    assert [note.kind for note in found.notes] == [FindingKind.TEXT_DOUBT]


def test_a_map_that_says_what_is_shown_needs_no_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_check, "_read", lambda *_: pytest.fail("the page was read by OCR"))
    found = read(embedded(tmp_path / "a.pdf"), "a.pdf", Settings())
    assert found.notes == ()
    assert [c.text for c in grids(found)[0].cells] == [word for row in ROWS for word in row]


def test_a_page_whose_map_lies_is_read_by_ocr(tmp_path: Path) -> None:
    found = read(embedded(tmp_path / "a.pdf", next_digit), "a.pdf", Settings())
    assert [page.reader for page in found.pages] == ["ocr"]
    assert [c.text for c in grids(found)[0].cells] == [word for row in ROWS for word in row]
    (note,) = found.notes
    assert note.kind == FindingKind.TEXT_LAYER and "contradicts" in note.message


def test_a_font_without_a_map_whose_text_is_right_stays_digital(tmp_path: Path) -> None:
    found = read(embedded(tmp_path / "a.pdf", mapped=False), "a.pdf", Settings())
    assert [page.reader for page in found.pages] == ["pdfium"]
    assert found.notes == ()
    assert lines(found) == ["Spending of the regions in the financial year 2026"]


@pytest.mark.parametrize(
    ("font", "why"),
    [
        (b"/Subtype/Type1/BaseFont/A/Encoding/WinAnsiEncoding", ""),
        (b"/Subtype/Type1/BaseFont/A/Encoding<</Differences[65/A/B/C/D]>>", ""),
        (b"/Subtype/Type1/BaseFont/A/Encoding<</Differences[65/g1/g2/g3/D]>>", "made-up names"),
        (b"/Subtype/Type1/BaseFont/A/Encoding<</Differences[65/A/B/C/D]>>/ToUnicode 5 0 R", ""),
        (b"/Subtype/Type1/BaseFont/A/Encoding<</Differences[65/B/C/D/A]>>/ToUnicode 5 0 R", "contradicts"),
        (b"/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 5 0 R", ""),
        (b"/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<<>>]", "says nowhere"),
        (
            b"/Subtype/Type0/BaseFont/A/Encoding/UniGB-UCS2-H/DescendantFonts"
            b"[<</CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)>>>>]",
            "",
        ),
    ],
)
def test_which_fonts_say_what_their_glyphs_are(tmp_path: Path, font: bytes, why: str) -> None:
    path = raw_pdf(
        tmp_path / "a.pdf", b"", mapping(b"<41><44><0041>"), b"<</Type/Font%s>>" % font, resources=b"/Font<</F 6 0 R>>"
    )
    found = FontMapping(path, None).doubtful(0)
    assert (list(found.values()) == []) if not why else (why in found["A"])


def test_a_map_of_characters_ranges_and_lists() -> None:
    data = (
        b"2 beginbfchar <01> <0041> <02> <00660069> endbfchar\n"
        b"2 beginbfrange <03> <05> <0061> <06> <07> [<4E00> <4E8C>] endbfrange"
    )
    assert to_unicode(data) == {1: "A", 2: "fi", 3: "a", 4: "b", 5: "c", 6: "一", 7: "二"}


GOOD = (
    [Glyph(c, 0.72, 0.0, 0.6) for c in "ABDE"]
    + [Glyph(c, 0.54, 0.01, 0.5) for c in "aceo"]
    + [Glyph("p", 0.54, 0.2, 0.5)]
)


def test_glyphs_fit_their_characters() -> None:
    assert all(fits(glyph) for glyph in GOOD)
    wrong = ("p", 0.72, 0.0), ("a", 0.72, 0.0), ("B", 0.54, 0.2), (".", 0.72, 0.0), ("项", 0.2, 0.0)
    assert not any(fits(Glyph(char, rise, drop, 0.3)) for char, rise, drop in wrong)


def test_glyphs_are_implausible_where_many_do_not_fit() -> None:
    assert not is_implausible(GOOD)
    assert is_implausible([*GOOD, Glyph("g", 0.7, 0.0, 0.5), Glyph("y", 0.7, 0.0, 0.5)])
    assert not is_implausible([*GOOD, Glyph("g", 0.7, 0.0, 0.5)])


def test_rare_ideographs_are_implausible_unless_they_are_one_name() -> None:
    common, rare = "项目名称主管部门实施单位", "齄鼗黻麈鹱鳐"
    assert all(is_common(char) for char in common) and not any(is_common(char) for char in rare)
    assert not is_implausible([Glyph(c, 0.8, 0.1, 0.9) for c in common + rare[0] * 12])
    assert is_implausible([Glyph(c, 0.8, 0.1, 0.9) for c in common + rare])


def test_samples_are_the_longest_words_and_numbers_of_the_font() -> None:
    sheet = Sheet(1, 600, 800)
    for run, word in enumerate(("Spending", "ab", "1,200.00", "Привет", "other"), start=1):
        sheet.fonts[run] = "B" if word == "other" else "A"
        sheet.tokens += [
            Token(char, 50 + 6 * n, 20 * run, 56 + 6 * n, 20 * run + 10, 0, 0, None, run, 20 * run + 8)
            for n, char in enumerate(word)
        ]
    assert [sample.text for sample in samples(sheet, "A")] == ["Spending", "1,200.00"]


def test_what_an_ocr_agrees_with_is_trusted_doubted_or_false() -> None:
    assert verdict_of(LIMITS.alike, "why") == (False, "")
    assert not verdict_of(LIMITS.alike - 0.01, "why").is_false
    assert verdict_of(LIMITS.alike - 0.01, "why").reason
    assert verdict_of(LIMITS.unlike - 0.01, "why").is_false


def test_characters_of_a_font_that_cannot_be_drawn_are_compared_by_two_readers() -> None:
    sheet = Sheet(1, 600, 800, rulings=Rulings([], []))
    sheet.undrawn = {1}
    sheet.tokens = [Token(c, 50 + 10 * n, 50, 60 + 10 * n, 60, n, 0, None, 1) for n, c in enumerate("是无优")]
    others = [t._replace(x0=t.x0 + 1, x1=t.x1 + 1) for t in sheet.tokens]
    assert unlike(sheet, others) == 0
    assert unlike(sheet, [*others[:2], others[2]._replace(text="良")]) == 1
    assert unlike(sheet, []) == 3
