"""All damage of a level to one page, in the order in which it happens: print, sheet, copier, scanner or camera."""

from __future__ import annotations

from collections.abc import Sequence

from eval.studies.damage import device_effects as device
from eval.studies.damage import print_effects, sheet_marks, sheet_shape
from eval.studies.damage.handwriting import Word, handwritten
from eval.studies.damage.imaging import Chance, Page
from eval.studies.damage.levels import Level
from eval.studies.damage.sheet_marks import Glyph


def damaged(page: Page, level: Level, chance: Chance, glyph: Glyph, words: Sequence[Word] = ()) -> Page:
    """The page after all that its level does to it; the same page, level and random numbers give the same pixels.

    `words` are the printed words in pixels; handwriting and seals ask for them. Two pages on one sheet are put together
    before (`sheet_shape.beside`), right angles are turned at the end.
    """
    page = _printed(page, level, chance, words)
    page = _on_the_sheet(page, level, chance, glyph, words)
    page = _copied(page, level, chance)
    page = _scanned(page, level, chance) if not level.perspective else _photographed(page, level, chance)
    return sheet_shape.turned(page, level.turn) if level.turn else page


def _printed(page: Page, level: Level, chance: Chance, words: Sequence[Word]) -> Page:
    if level.handwritten:
        page = handwritten(page, words, level.handwritten, chance)
    if level.gaps:
        page = print_effects.with_gaps(page, level.gaps, chance)
    if level.pins:
        page = print_effects.dot_matrix(page, level.dpi, level.pins, chance)
    if level.carbon:
        page = print_effects.carbon_copy(page, level.dpi, chance)
    return print_effects.faded(page, level.fade) if level.fade < 1 else page


def _on_the_sheet(page: Page, level: Level, chance: Chance, glyph: Glyph, words: Sequence[Word]) -> Page:
    if level.seal:
        page = sheet_marks.sealed(page, level.dpi, words, glyph, chance)
    return sheet_marks.marked(page, level.dpi, chance) if level.marks else page


def _copied(page: Page, level: Level, chance: Chance) -> Page:
    """Every generation lies a little askew on the glass."""
    for _ in range(level.copies):
        page = sheet_shape.skewed(page, float(chance.uniform(-level.skew, level.skew)))
        page = device.photocopied(page, level.blur, level.specks, chance)
    if level.streaks:
        page = device.streaked(page, level.streaks, chance)
    return device.with_lost_lines(page, level.lost_lines, chance) if level.lost_lines else page


def _scanned(page: Page, level: Level, chance: Chance) -> Page:
    if not level.copies:
        page = sheet_shape.skewed(page, float(chance.uniform(-level.skew, level.skew)))
    page = device.shadowed(page, level.shadow, chance)
    if not level.copies:
        page = device.blurred(page, level.blur)
    return device.noisy(page, level.noise, chance)


def _photographed(page: Page, level: Level, chance: Chance) -> Page:
    page = sheet_shape.curled(page, level.curl, chance)
    degrees = float(chance.uniform(-level.skew, level.skew))
    page = sheet_shape.photographed(page, degrees, level.perspective, chance)
    page = device.unevenly_lit(page, level.light, chance)
    return device.noisy(device.blurred(page, level.blur), level.noise, chance)
