"""The second reader of a PDF page: pdfminer through pdfplumber, for pages that pypdfium2 does not understand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from extractor.document.geometry import Rulings, Segment, turn
from extractor.document.layout import Box
from extractor.errors import DocumentError
from extractor.readers.pdf.characters import printed
from extractor.readers.pdf.hidden_text import OFF_PAGE
from extractor.readers.pdf.page_content import Sheet
from extractor.tables.words import Token

UNMAPPED = re.compile(r"\(cid:\d+\)")


def open_miner(path: Path, password: str | None) -> Any:
    """The pdfplumber document, to be closed. DocumentError: pdfminer cannot read it either."""
    import pdfplumber

    try:
        pdf = pdfplumber.open(path, password=password or "")
        len(pdf.pages)
        return pdf
    except Exception as error:  # pdfminer raises whatever its parser meets
        raise DocumentError("damaged or no PDF: open it in a viewer and save it again") from error


def miner_sheet(pdf: Any, index: int, first: Sheet | None) -> Sheet:
    """One page read by pdfminer; what the first reader found out about it (lines, hidden text, turn) is kept."""
    page = pdf.pages[index]
    try:
        sheet = Sheet(index + 1, float(page.width), float(page.height), reader="pdfminer")
        if first is not None:
            _inherit(sheet, first)
        else:
            sheet.rulings = _rulings(page)
        hidden = {(t.text, round((t.x0 + t.x1) / 4), round((t.top + t.bottom) / 4)) for _, t in sheet.hidden}
        for order, char in enumerate(page.chars):
            _add(sheet, page, char, order, hidden)
    finally:
        page.close()
    return sheet


def _inherit(sheet: Sheet, first: Sheet) -> None:
    sheet.width, sheet.height, sheet.turned = first.width, first.height, first.turned
    sheet.rulings, sheet.fills, sheet.images, sheet.shades = first.rulings, first.fills, first.images, first.shades
    sheet.paths, sheet.hidden = first.paths, [item for item in first.hidden if item[0] != OFF_PAGE]


def _add(sheet: Sheet, page: Any, char: dict[str, Any], order: int, hidden: set[tuple[str, int, int]]) -> None:
    left, top = page.bbox[0], page.bbox[1]
    box = Box(char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top)
    box = turn(box, sheet.turned, float(page.width), float(page.height))
    text = "".join(printed(ord(c)) for c in char["text"])
    if UNMAPPED.fullmatch(text) or "\ufffd" in text:
        sheet.bad += 1
        text = "\ufffd"
    elif not text or any(ord(c) < 32 for c in text):
        return
    if (text, round((box.x0 + box.x1) / 4), round((box.top + box.bottom) / 4)) in hidden:
        return
    token = Token(text, *box, order, (_direction(char) + sheet.turned) % 4)
    middle = ((box.x0 + box.x1) / 2, (box.top + box.bottom) / 2)
    if 0 <= middle[0] <= sheet.width and 0 <= middle[1] <= sheet.height:
        sheet.tokens.append(token)
    else:
        sheet.hidden.append((OFF_PAGE, token))


def _direction(char: dict[str, Any]) -> int:
    """The direction of a character as displayed, in quarter turns clockwise."""
    a, b, *_ = char["matrix"]
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 3 if b > 0 else 1


def _rulings(page: Any) -> Rulings:
    left, top = page.bbox[0], page.bbox[1]
    edges = page.edges
    return Rulings(
        [Segment(e["top"] - top, e["x0"] - left, e["x1"] - left) for e in edges if e["orientation"] == "h"],
        [Segment(e["x0"] - left, e["top"] - top, e["bottom"] - top) for e in edges if e["orientation"] == "v"],
    )
