"""Whether the text layer of a page can be read: measured on its characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.document.geometry import area, covered, union
from extractor.document.layout import Box
from extractor.readers.pdf.hidden_text import OFF_PAGE
from extractor.readers.pdf.page_content import Sheet, covers_page
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

# Controls, currency, modifiers, spacing accents, private use, what no language writes much of.
ODD = re.compile(r"[\\^`{|}~\x7f-\xbf\u02b0-\u036f\u20a0-\u20cf\ue000-\uf8ff\ufffd]")


def bad_share(sheet: Sheet) -> float:
    """The share of characters without a meaning in Unicode."""
    if not sheet.bad:
        return 0.0
    marks = sum(not t.text.isspace() for t in sheet.tokens) + len(sheet.hidden)
    return min(1.0, sheet.bad / max(1, marks))


def is_doubtful(sheet: Sheet) -> bool:
    """Whether the second reader should be asked: unmapped characters, many off the page, objects not understood."""
    off = sum(reason == OFF_PAGE for reason, _ in sheet.hidden)
    many = off > LIMITS.off_page * (len(sheet.tokens) + off) and off > LIMITS.few
    return bad_share(sheet) > LIMITS.doubtful or many or bool(sheet.problems)


def is_readable(sheet: Sheet) -> bool:
    """Whether the characters make sense: mapped, and of kinds that languages use."""
    return bad_share(sheet) <= LIMITS.unreadable and nonsense(sheet.tokens) <= LIMITS.nonsense


def nonsense(tokens: Sequence[Token]) -> float:
    """The share of signs that text hardly uses: controls, currency and modifier signs, accented letters in disorder."""
    marks = "".join([t[0] for t in tokens])
    return len(ODD.findall(marks)) / len(marks) if len(marks) >= LIMITS.few else 0.0


def scan_box(sheet: Sheet) -> Box | None:
    """The picture that covers the page, if the page is a scan; a scan may be cut into strips."""
    whole = next((box for box in sheet.images if covers_page(sheet, box)), None)
    if whole is not None or len(sheet.images) < 2:
        return whole
    page = Box(0, 0, sheet.width, sheet.height)
    strips = [box for box in sheet.images if box.x1 - box.x0 >= LIMITS.covers_page * sheet.width]
    all_of_them = union(strips)
    painted = sum(area(box) * covered(box, page) for box in strips)
    enough = all_of_them is not None and painted >= LIMITS.covers_page * area(page)
    return all_of_them if enough else None


def has_ink(sheet: Sheet) -> bool:
    """Whether a page without text shows something: pictures of some size, or many paths (letters drawn as shapes)."""
    page = Box(0, 0, sheet.width, sheet.height)
    shown = sum(area(box) * covered(box, page) for box in sheet.images)
    return shown > LIMITS.picture_share * area(page) or sheet.paths > LIMITS.drawn_paths
