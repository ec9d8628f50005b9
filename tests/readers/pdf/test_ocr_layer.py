"""The text layer of a searchable scan beside the own OCR."""

from __future__ import annotations

from extractor.document.layout import UPRIGHT, Box, Cell, Grid, Line, Page, Turn, Word
from extractor.document.results import LOW_CONFIDENCE
from extractor.readers.pdf.ocr_layer import confirmed
from extractor.readers.pdf.page_content import Fill, Sheet
from extractor.readers.pdf.page_kinds import kind_of
from extractor.tables.words import Token


def word(text: str, x: float, y: float, confidence: float) -> Word:
    return Word(0, text, Box(x, y, x + 10 * len(text), y + 10), confidence)


def chars(text: str, x: float, y: float) -> list[Token]:
    return [Token(char, x + 10 * n, y, x + 10 * n + 10, y + 10, n) for n, char in enumerate(text)]


def page(*words: Word, turned: Turn = UPRIGHT) -> Page:
    first, *rest = words
    lines = [Line(1, n, w.text, w.box, (w,)) for n, w in enumerate(rest, start=1)]
    grid = Grid(1, 1, (Cell(1, 1, 0, 0, first.text, box=first.box, words=(first,)),))
    return Page(1, (grid, *lines), 600, 800, "ocr", turned)


def confidences(found: Page) -> list[float | None]:
    return [w.confidence for unit in found.units() for w in unit.words]


def test_what_both_read_alike_is_sure_and_what_they_read_otherwise_is_in_doubt() -> None:
    read = page(word("绿化养护项目", 50, 50, 0.9), word("735218", 50, 100, 0.99), word("alone", 300, 300, 0.5))
    layer = [*chars("绿化养护项目", 51, 50), *chars("735213", 50, 101)]
    found = confirmed(read, layer, Sheet(1, 600, 800))
    sure, doubted, alone = confidences(found.page)
    assert sure is not None and sure >= LOW_CONFIDENCE
    assert doubted is not None and doubted < LOW_CONFIDENCE
    assert alone == 0.5
    assert found.agreement == 0.5


def test_spaces_and_widths_are_no_difference() -> None:
    read = page(word("（2025） Total", 50, 50, 0.8))
    found = confirmed(read, chars("(2025)Total", 50, 50), Sheet(1, 600, 800))
    assert found.agreement == 1


def test_a_layer_that_agrees_with_little_says_nothing() -> None:
    read = page(word("绿化养护项目", 50, 50, 0.95), word("12", 50, 100, 0.95))
    found = confirmed(read, [*chars("口口口口口口", 50, 50), *chars("12", 50, 100)], Sheet(1, 600, 800))
    assert confidences(found.page) == [0.95, 0.95]


def test_a_layer_is_compared_where_the_page_is_shown() -> None:
    """The OCR read the page a quarter turned."""
    read = page(word("绿化养护", 50, 50, 0.9), turned=Turn(1))
    shown = Sheet(1, 600, 800)
    upright = [Token(char, 50, 740 - 10 * n, 60, 750 - 10 * n, n) for n, char in enumerate("绿化养护")]
    assert confirmed(read, upright, shown).agreement == 1


def scan(hidden: str, seen: str) -> Sheet:
    sheet = Sheet(1, 600, 800)
    sheet.images = [Box(0, 0, 600, 800)]
    sheet.fills = [Fill(1, sheet.images[0], None)]
    sheet.tokens = chars(seen, 10, 10)
    sheet.hidden = [("drawn invisibly", token) for token in chars(hidden, 10, 50)]
    return sheet


def test_a_stamp_on_a_searchable_scan_does_not_make_it_digital() -> None:
    stamp = "Downloaded on 12 March 2026"
    assert kind_of(scan("text of a page " * 10, stamp)) == "layer"
    assert kind_of(scan("", "page 7")) == "scan"
    assert kind_of(scan("", "a page of text on a picture " * 10)) == "text"


def test_a_scan_in_strips_is_a_scan() -> None:
    sheet = scan("", "")
    sheet.images = [Box(0, 200 * n, 600, 200 * n + 200) for n in range(4)]
    assert kind_of(sheet) == "scan"
