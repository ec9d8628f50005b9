"""What a page is: digital text, a scan, or a scan that somebody's OCR laid its text over."""

from __future__ import annotations

from extractor.document.geometry import inside
from extractor.document.layout import Box
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.readers.pdf.text_layer import bad_share, has_ink, is_readable, nonsense, scan_box

# How the text of an OCR lies over or under a scan.
LAYER = ("drawn invisibly", "under a picture", "covered by a picture", "drawn transparently")


def kind_of(sheet: Sheet) -> str:
    """What a page is: `text`, `scan` (to be read by OCR), or `layer` (a scan with a usable text layer)."""
    image = scan_box(sheet)
    if image is not None:
        seen = _seen_inside(sheet, image)
        layer = [token for why, token in sheet.hidden if why in LAYER]
        if seen < max(LIMITS.few, len(layer)):
            sense = nonsense(layer) <= LIMITS.nonsense and bad_share(sheet) <= LIMITS.unreadable
            return "layer" if len(layer) >= LIMITS.few and sense else "scan"
    if sheet.unread_picture and sum(not t.text.isspace() for t in sheet.tokens) < LIMITS.many:
        return "scan"
    if all(t.text.isspace() for t in sheet.tokens):
        return "scan" if has_ink(sheet) else "text"
    return "text" if is_readable(sheet) else "scan"


def _seen_inside(sheet: Sheet, box: Box) -> int:
    """The number of characters that are seen in a box."""
    seen = [t for t in sheet.tokens if not t.text.isspace()]
    return sum(inside((t.x0 + t.x1) / 2, (t.top + t.bottom) / 2, box) for t in seen)
