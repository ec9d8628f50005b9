"""Text objects of which pdfium gives no character, and what the second reader reads at their place.

pdfium drops a text object that is not wide, as one of a single character is whose font is neither embedded nor on
the machine. Many such objects hold a space, so where a glyph is sure to be known they are let be.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

from extractor.readers.pdf.page_content import Gap, Sheet
from extractor.readers.pdf.pdfium import raw
from extractor.tables.words import Token

# Families that pdfium carries glyphs for itself.
BUILT_IN = ("times", "arial", "helvetica", "courier", "symbol", "zapfdingbats")
NARROW = 0.01  # points; pdfium drops objects that are narrower
NEAR = 1.0  # points by which two readers may put the same character apart


def gaps_of(sheet: Sheet, seen: set[int], origin: Callable[[int], tuple[float, float]]) -> list[Gap]:
    """The text objects of a sheet that may hold characters that were not read."""
    unread = (h for h in sheet.styles.keys() - seen if not _is_wide(h) and not has_glyphs(raw().text_font(h)))
    out = [Gap(handle, *origin(handle)) for handle in unread]
    return sorted(out, key=lambda gap: sheet.styles[gap.handle].z)


def _is_wide(handle: int) -> bool:
    bounds = (ctypes.c_float * 4)()
    at = ctypes.addressof(bounds)
    return bool(raw().bounds(handle, at, at + 4, at + 8, at + 12)) and bounds[2] - bounds[0] > NARROW


def has_glyphs(font: int) -> bool:
    """Whether pdfium has the glyphs of a font on any machine."""
    lib = raw()
    if lib.font_embedded(font) == 1:
        return True
    name = ctypes.create_string_buffer(128)
    lib.font_name(font, ctypes.addressof(name), len(name))
    return name.value.decode("latin-1").lower().replace(" ", "").startswith(BUILT_IN)


def fill_gaps(sheet: Sheet, others: Sequence[Token]) -> None:
    """Put the characters that the second reader has at the gaps of a sheet in their place among its characters."""
    read: dict[str, list[Token]] = {}
    for token in (*sheet.tokens, *(token for _, token in sheet.hidden)):
        read.setdefault(token.text, []).append(token)
    starts = {n: gap for gap in sheet.gaps for n, token in enumerate(others) if _begins_at(token, gap)}
    sheet.lost += len(sheet.gaps) - len({gap.handle for gap in starts.values()})
    found: list[Token] = []
    for start, gap in starts.items():
        style = sheet.styles[gap.handle]
        if style.mode in (3, 7):
            continue
        end = start + 1
        while (
            end < len(others)
            and end not in starts
            and not any(_is_same(others[end], t) for t in read.get(others[end].text, ()))
        ):
            end += 1
        sheet.sizes[style.z] = others[start].bottom - others[start].top
        baseline = None if others[start].turn else gap.y
        found += [t._replace(run=style.z, order=n, baseline=baseline) for n, t in enumerate(others[start:end])]
    sheet.gaps = []
    if found:
        tokens = sorted([*sheet.tokens, *found], key=lambda token: (token.run, token.order))
        sheet.tokens = [token._replace(order=n) for n, token in enumerate(tokens)]


def unlike(sheet: Sheet, others: Sequence[Token]) -> int:
    """How many characters of fonts that cannot be drawn here another reader does not have at their place."""
    read: dict[str, list[Token]] = {}
    for token in others:
        read.setdefault(token.text, []).append(token)
    mine = [t for t in sheet.tokens if t.run in sheet.undrawn and not t.text.isspace()]
    return sum(not any(_is_same(token, other) for other in read.get(token.text, ())) for token in mine)


def _is_same(one: Token, other: Token) -> bool:
    """Whether two readers mean the same printed character: they give it boxes that differ a little."""
    near = 0.5 * min(max(one.x1 - one.x0, 2.0), max(one.bottom - one.top, 2.0))
    return (
        abs(one.x0 + one.x1 - other.x0 - other.x1) < 2 * near
        and abs(one.top + one.bottom - other.top - other.bottom) < 2 * near
    )


def _begins_at(token: Token, gap: Gap) -> bool:
    """Whether a character is written from the origin of a text object."""
    start = {0: token.x0, 1: token.top, 2: token.x1, 3: token.bottom}.get(token.turn, token.x0)
    if token.turn % 2:
        return abs(start - gap.y) < NEAR and token.x0 - NEAR <= gap.x <= token.x1 + NEAR
    return abs(start - gap.x) < NEAR and token.top - NEAR <= gap.y <= token.bottom + NEAR
