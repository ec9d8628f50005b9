"""Whether the text layer of a page can be read: measured on its characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.document.geometry import area, covered
from extractor.document.layout import Box
from extractor.readers.pdf.page_content import Sheet, covers_page
from extractor.tables.words import Token

DOUBTFUL = 0.02  # the share of unmapped characters from which the second reader is asked
UNREADABLE = 0.15  # the share from which a text layer is of no use
NONSENSE = 0.35  # the share of odd signs that no language has
# Controls, currency, modifiers, spacing accents, private use, what no language writes much of.
ODD = re.compile(r"[\\^`{|}~\x7f-\xbf\u02b0-\u036f\u20a0-\u20cf\ue000-\uf8ff\ufffd]")
FEW = 20  # a page with fewer characters than this says little about its text layer


def bad_share(sheet: Sheet) -> float:
    """The share of characters without a meaning in Unicode."""
    if not sheet.bad:
        return 0.0
    marks = sum(not t.text.isspace() for t in sheet.tokens) + len(sheet.hidden)
    return min(1.0, sheet.bad / max(1, marks))


def is_doubtful(sheet: Sheet) -> bool:
    """Whether the second reader should be asked: unmapped characters, many off the page, objects not understood."""
    off = sum(reason == "off the page" for reason, _ in sheet.hidden)
    many = off > 0.2 * (len(sheet.tokens) + off) and off > FEW
    return bad_share(sheet) > DOUBTFUL or many or bool(sheet.problems)


def is_readable(sheet: Sheet) -> bool:
    """Whether the characters make sense: mapped, and of kinds that languages use."""
    return bad_share(sheet) <= UNREADABLE and nonsense(sheet.tokens) <= NONSENSE


def nonsense(tokens: Sequence[Token]) -> float:
    """The share of signs that text hardly uses: controls, currency and modifier signs, accented letters in disorder."""
    marks = "".join([t[0] for t in tokens])
    return len(ODD.findall(marks)) / len(marks) if len(marks) >= FEW else 0.0


def scan_box(sheet: Sheet) -> Box | None:
    """The picture that covers the page, if the page is a scan."""
    return next((box for box in sheet.images if covers_page(sheet, box)), None)


def has_ink(sheet: Sheet) -> bool:
    """Whether a page without text shows something: pictures of some size, or many paths (letters drawn as shapes)."""
    page = Box(0, 0, sheet.width, sheet.height)
    shown = sum(area(box) * covered(box, page) for box in sheet.images)
    return shown > 0.02 * area(page) or sheet.paths > 50
