"""PDF files, page by page: digital text by pypdfium2, by pdfminer where that reads a page better, scans by OCR."""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Block, Document, Note, Page, Turn
from extractor.errors import DocumentError, MissingPackage
from extractor.readers.file_hash import sha256
from extractor.readers.pdf.characters import finish, read_sheet
from extractor.readers.pdf.font_mapping import FontMapping
from extractor.readers.pdf.form_fields import opened_page
from extractor.readers.pdf.form_objects import overfull_pages
from extractor.readers.pdf.glyph_shapes import is_implausible
from extractor.readers.pdf.ocr_layer import confirmed
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.page_kinds import LAYER, kind_of
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.pdfminer_page import miner_sheet, open_miner
from extractor.readers.pdf.text_check import Verdict, few_of, likeness, samples, verdict_of
from extractor.readers.pdf.text_layer import (
    bad_share,
    is_doubtful,
)
from extractor.readers.pdf.unread_objects import fill_gaps, unlike
from extractor.tables.page_tables import blocks_of, drawn_blocks
from extractor.tables.proved_columns import Going
from extractor.tables.words import Token

MEND = "it was not opened; print it to a new PDF with another program"
NO_PAGE = "none of its pages can be read; open it in a viewer and save it again"
SHOWN = 80  # characters of hidden text in a note
CATALOG = re.compile(rb"\b(\d+ \d+) obj(?:(?!endobj).)*?/Type\s*/Catalog", re.S)


def read(path: Path, name: str, settings: Settings) -> Document:
    """The PDF as a document. DocumentError: encrypted, damaged, without pages, or over a limit."""

    with opened(path, settings) as pdf:
        _count(len(pdf) if pdf is not None else 1, settings)
        reader = Reader(path, pdf, settings, overfull=overfull_pages(path, password_of(settings)))
        collecting = gc.isenabled()
        # Pages are many small values without cycles, over which the collector would go again and again.
        gc.disable()
        try:
            pages = reader.pages()
        finally:
            reader.close()
            if collecting:
                gc.enable()
    if not pages:
        raise DocumentError("the file has no pages: open it in a viewer and save it again")
    if all(page.reader == "unread" for page in pages):
        said = f"page 1: {reader.notes[-len(pages)].message}" if reader.overfull else f"damaged: {NO_PAGE}"
        raise DocumentError(said)
    exact = all(p.reader != "ocr" for p in pages)
    return Document(name, sha256(path), tuple(pages), exact, tuple(reader.notes), reader.ocr_seconds)


def _count(pages: int, settings: Settings) -> None:
    if pages > settings.max_pages:
        over = f"{pages} pages are more than the limit of {settings.max_pages}"
        raise DocumentError(f"{over}; split the file or raise max_pages")


def password_of(settings: Settings) -> str | None:
    """The password as text."""
    return settings.password.get_secret_value() if settings.password else None


@contextmanager
def opened(path: Path, settings: Settings) -> Iterator[Any]:
    """The open pypdfium2 document, closed afterwards; None when only the second reader may understand the file."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no types

    password = password_of(settings)
    try:
        pdf = pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        reason = _reason(getattr(error, "err_code", None), password)
        if reason:
            raise DocumentError(reason) from error
        pdf = _mended(path, password)
    if pdf is None:
        yield None
        return
    try:
        if pdf.get_formtype() == pypdfium2.raw.FORMTYPE_ACRO_FORM:
            pdf.init_forms()
        yield pdf
    finally:
        pdf.close()


def _mended(path: Path, password: str | None) -> Any:
    """The document of a file that lost its end, with a new one; None when that does not help."""
    import pypdfium2

    data = path.read_bytes()
    catalog = CATALOG.search(data)
    if catalog is None:
        return None
    try:
        return pypdfium2.PdfDocument(data + b"\ntrailer\n<< /Root %s R >>\n%%%%EOF\n" % catalog[1], password=password)
    except pypdfium2.PdfiumError:
        return None


def _reason(code: int | None, password: str | None) -> str:
    """Why a file stays closed to every reader; empty when it is damaged."""
    if code == 4:
        wrong = "encrypted: the given password does not open it"
        return wrong if password else "encrypted: give its password with --password"
    if code == 5:
        return "protected by a security handler that is not supported: save it without protection"
    return ""


@dataclass(slots=True)
class Reader:
    """Reads the pages of one file, each by the first reader that understands it; keeps the notes."""

    path: Path
    pdf: Any
    settings: Settings
    notes: list[Note] = field(default_factory=list)
    ocr_seconds: float = 0.0
    going: Going | None = None
    overfull: dict[int, int] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    mapping: FontMapping = field(init=False)
    _second: Any = None

    def __post_init__(self) -> None:
        self.mapping = FontMapping(self.path, password_of(self.settings))

    def pages(self) -> list[Page]:
        """All pages."""
        if self.pdf is not None:
            return [self.page(index) for index in range(len(self.pdf))]
        count = len(self.second().pages)
        _count(count, self.settings)
        self.notes.append(Note(FindingKind.DAMAGED, 0, "the file is damaged; what is left of it was read"))
        return [self.page(index) for index in range(count)]

    def second(self) -> Any:
        """The file opened by pdfplumber, when first asked for."""
        if self._second is None:
            gc.enable()  # pdfminer's objects refer to each other
            self._second = open_miner(self.path, password_of(self.settings))
        return self._second

    def close(self) -> None:
        """Close what the second reader opened."""
        if self._second is not None:
            self._second.close()

    def page(self, index: int) -> Page:
        """One page."""
        if index in self.overfull:
            message = (
                f"the page draws its form objects within each other, {self.overfull[index]:,} times or more: {MEND}"
            )
            self.notes.append(Note(FindingKind.UNREAD_PAGE, index + 1, message))
            return Page(index + 1, (), reader="unread")
        sheet = self._sheet(index)
        if sheet is None:
            self.notes.append(Note(FindingKind.UNREAD_PAGE, index + 1, "the page is damaged and could not be read"))
            return Page(index + 1, (), reader="unread")
        kind = kind_of(sheet)
        if kind == "scan" and self.pdf is not None:
            return self._scan(index, sheet)
        if kind == "layer":
            return self._layer(index, sheet)
        verdict = self._text_verdict(index, sheet)
        if verdict.is_false:
            return self._scan(index, sheet, f"{verdict.reason}: the page was read by OCR instead of its text")
        if verdict.reason:
            self.notes.append(Note(FindingKind.TEXT_DOUBT, sheet.number, verdict.reason))
        self.notes += notes_of(sheet)
        return self._digital(sheet)

    def _digital(self, sheet: Sheet) -> Page:
        """A page of digital text; a table may go on from the page before."""
        printed = drawn_blocks(sheet.tokens, sheet.rulings, sheet.number, sheet.shades, self.going)
        self.going = printed.going
        return framed(sheet, printed.blocks)

    def _text_verdict(self, index: int, sheet: Sheet) -> Verdict:
        """Whether the text of a page is what it shows, by its fonts; each font of the file is compared once."""
        if self.pdf is None or not sheet.has_embedded:  # other fonts are drawn by what their text is taken for
            return Verdict(False, "")
        doubts = self.mapping.doubtful(index)
        doubts |= {n: "a font's glyphs do not look like its text" for n, g in sheet.glyphs.items() if is_implausible(g)}
        out = Verdict(False, "")
        for font in sorted(doubts.keys() & set(sheet.fonts.values())):
            if font not in self.verdicts:
                self.verdicts[font] = self._compared(index, sheet, font, doubts[font])
            if self.verdicts[font].reason and not out.is_false:
                out = self.verdicts[font]
        return out

    def _compared(self, index: int, sheet: Sheet, font: str, why: str) -> Verdict:
        """Compare some words of a doubtful font with an OCR of the page."""
        found = samples(sheet, font)
        if not found:
            return Verdict(False, "" if few_of(sheet, font) else f"{why}, and no OCR can compare it")
        if self.settings.ocr == "off":
            return Verdict(False, f"{why}, and OCR is off")
        from extractor.readers.scan.pixels import quarter_turned
        from extractor.readers.scan.reader import rendered

        gc.enable()
        try:
            with rendered(self.pdf, index, self.settings) as (image, points):
                alike = likeness(found, quarter_turned(image, sheet.turned), points, self.settings)
        except MissingPackage:
            return Verdict(False, f"{why}, and no OCR is installed that could compare it")
        return verdict_of(alike, why)

    def _sheet(self, index: int) -> Sheet | None:
        first = sheet_of(self.pdf, index) if self.pdf is not None else None
        asks = first is None or first.gaps or first.undrawn or is_doubtful(first)
        other = self._second_sheet(index, first) if asks else None
        if first is None:
            return other
        if first.undrawn:
            first.unlike = unlike(first, other.tokens if other is not None else ())
        if first.gaps:
            fill_gaps(first, other.tokens if other is not None else ())
        finish(first)
        return other if is_doubtful(first) and other is not None and _better(other, first) else first

    def _second_sheet(self, index: int, first: Sheet | None) -> Sheet | None:
        try:
            if self.pdf is not None and len(self.second().pages) != len(self.pdf):
                return None  # the readers disagree which pages there are
            return miner_sheet(self.second(), index, first)
        except Exception:
            # pdfminer raises whatever its parser meets; what the first reader found stands.
            return None

    def _scan(self, index: int, sheet: Sheet, why: str = "") -> Page:
        """A page whose text is a picture, or garbage: by OCR, else as it is with a note."""
        gc.enable()
        if self.settings.ocr == "off":
            self.notes.append(Note(FindingKind.UNREAD_PAGE, sheet.number, "the page is a scan, and OCR is off"))
            return page_of(sheet)
        if why:
            self.notes.append(Note(FindingKind.TEXT_LAYER, sheet.number, why))
        return self._read_by_ocr(index, sheet.number)

    def _read_by_ocr(self, index: int, number: int) -> Page:
        from extractor.readers.scan.reader import read_image, rendered

        started = time.perf_counter()
        with rendered(self.pdf, index, self.settings) as (image, points):
            page, notes = read_image(image, number, points, self.settings)
        self.ocr_seconds += time.perf_counter() - started
        self.notes += notes
        return page

    def _layer(self, index: int, sheet: Sheet) -> Page:
        """A scan that comes with the text of somebody's OCR: a second reader beside the own one."""
        layer = [token for why, token in sheet.hidden if why in LAYER]
        if self.settings.ocr == "off" or self.pdf is None:
            return self._layer_alone(sheet, layer)
        gc.enable()
        page, agreement = confirmed(self._read_by_ocr(index, sheet.number), layer, sheet)
        message = f"the page is a scan, read by OCR; its text layer agrees with {agreement:.0%} of the characters"
        self.notes.append(Note(FindingKind.TEXT_LAYER, sheet.number, message))
        return page

    def _layer_alone(self, sheet: Sheet, layer: Sequence[Token]) -> Page:
        """A scan whose layer is all that can be read of it."""
        sheet.tokens += layer
        sheet.reader = "ocr"
        message = (
            "the page is a scan, and OCR is off: its text is that of the layer in the file, which nothing confirms"
        )
        self.notes.append(Note(FindingKind.TEXT_DOUBT, sheet.number, message))
        return page_of(sheet)


def _better(other: Sheet, first: Sheet) -> bool:
    """Whether the second reader read a page clearly better: as many characters, fewer of them unmapped."""
    enough = len(other.tokens) >= 0.8 * len(first.tokens)
    return enough and (
        bad_share(other) < LIMITS.better * bad_share(first) or len(other.tokens) > LIMITS.more * len(first.tokens)
    )


def sheet_of(pdf: Any, index: int) -> Sheet | None:
    """One page read by pypdfium2, None if it can't be; the page is closed at once, else memory grows with the pages."""
    import pypdfium2

    try:
        with opened_page(pdf, index) as opened:
            return read_sheet(opened, index + 1)
    except pypdfium2.PdfiumError:
        return None


def page_of(sheet: Sheet) -> Page:
    """The page of a sheet whose text is an OCR's, or garbage."""
    return framed(sheet, blocks_of(sheet.tokens, sheet.rulings, sheet.number))


def framed(sheet: Sheet, blocks: Sequence[Block]) -> Page:
    """The page of some blocks, and how it was turned to be read."""
    width, height = (sheet.height, sheet.width) if sheet.turned % 2 else (sheet.width, sheet.height)
    return Page(sheet.number, tuple(blocks), width, height, sheet.reader, Turn(sheet.turned))


def notes_of(sheet: Sheet) -> list[Note]:
    """What a person should know of a page: text that is there and not seen, why, and what it says."""
    out: list[Note] = []
    if sheet.lost:
        message = f"{sheet.lost} texts have a font that is neither in the file nor known here, and could not be read"
        out.append(Note(FindingKind.TEXT_DOUBT, sheet.number, message))
    if sheet.unread_picture:
        share = f"{sheet.unread_picture:.0%} of the page"
        message = f"a picture, {share}, seems to show text that the file does not have, and was not read"
        out.append(Note(FindingKind.UNREAD_PAGE, sheet.number, message))
    if sheet.unlike:
        message = (
            f"two readers differ on {sheet.unlike} characters of a font that is neither in the file nor known here"
        )
        out.append(Note(FindingKind.TEXT_DOUBT, sheet.number, message))
    for reason, count in Counter(reason for reason, token in sheet.hidden if not token.text.isspace()).items():
        text = " ".join("".join(token.text for why, token in sheet.hidden if why == reason).split())
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        out.append(
            Note(FindingKind.HIDDEN_TEXT, sheet.number, f"{count} characters are {reason} and were left out: “{shown}”")
        )
    return out
