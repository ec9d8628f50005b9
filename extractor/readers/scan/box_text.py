"""The characters in boxes of text, as tokens: lines, stacks of upright characters, lines that run up or down."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.document.layout import Box
from extractor.readers.scan import ocr
from extractor.readers.scan.pixels import grey, quarter_turned
from extractor.readers.scan.printed_lines import specks_read, stray_stops
from extractor.readers.scan.unread_ink import unread
from extractor.tables.words import Token, is_cjk

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

UNREAD = 0.5  # the confidence of a character beside which something was not read
Readings = dict[Box, ocr.Chars]
"""What was read in boxes of text of a picture."""
TALL = 1.6  # times as high as wide: a piece of text that runs downwards


def crop_of(image: Image, box: Box, margin: float = 0.0) -> Image | None:
    """The picture of a box; None where it is no wider or higher than a stroke."""
    high, wide = image.shape[:2]
    x0, x1 = max(0, round(box.x0 - margin)), min(wide, round(box.x1 + margin))
    y0, y1 = max(0, round(box.top - margin)), min(high, round(box.bottom + margin))
    return image[y0:y1, x0:x1] if x1 - x0 >= 3 and y1 - y0 >= 3 else None


def read_boxes(
    image: Image,
    boxes: Sequence[Box],
    marks: Image,
    settings: Settings,
    known: Readings | None = None,
    specked: bool = False,
) -> list[Token]:
    """The characters in boxes of text, each with its own box; `known` is what was read of the same picture before.

    `specked`: the page has specks of toner, and a mark that no print has is one of them.
    """
    parts = [(box, crop) for box in boxes if (crop := crop_of(image, box)) is not None]
    read = dict(known or {})
    flat = [(box, crop) for box, crop in parts if not is_tall(box) and box not in read]
    read.update(zip((box for box, _ in flat), ocr.recognise([crop for _, crop in flat], settings), strict=True))
    out: list[Token] = []
    for box, _ in parts:
        if not is_tall(box):
            chars = _doubted(box, read[box], marks)
            out += _tokens(box, _without_specks(chars) if specked else chars, len(out))
    for box, crop in parts:
        if is_tall(box):
            out += _stack(box, crop, settings, len(out), specked)
    return out


def _doubted(box: Box, chars: ocr.Chars, marks: Image) -> ocr.Chars:
    """The characters of a line; those beside ink that none of them accounts for, and stray stops, are in doubt."""
    wide = box.x1 - box.x0
    printed = [n for n, char in enumerate(chars) if char.text != " "]
    places = [box.x0 + chars[n].middle * wide for n in printed]
    doubted = {printed[n] for n in unread(box, places, marks)}
    doubted.update(stray_stops("".join(char.text for char in chars)))
    return tuple(
        char._replace(confidence=min(char.confidence, UNREAD)) if n in doubted else char for n, char in enumerate(chars)
    )


def _without_specks(chars: ocr.Chars) -> ocr.Chars:
    """The characters without the specks among them; what a mark stood before, maybe a bullet, is in doubt."""
    found = specks_read("".join(char.text for char in chars))
    kept = [char for n, char in enumerate(chars) if n not in found]
    if kept and found and found[0] == 0 and chars[0].text != ".":
        kept[0] = kept[0]._replace(confidence=min(kept[0].confidence, UNREAD))
    return tuple(kept)


def is_tall(box: Box) -> bool:
    """Whether a piece of text runs downwards: a stack, or a turned line."""
    return box.bottom - box.top > TALL * (box.x1 - box.x0)


def _tokens(box: Box, chars: ocr.Chars, order: int) -> list[Token]:
    """Characters of a line as tokens; edges between neighbours are shared, so that no space appears between them."""
    wide, size = box.x1 - box.x0, box.bottom - box.top
    out: list[Token] = []
    for char in chars:
        x0, x1 = box.x0 + char.start * wide, box.x0 + char.end * wide
        most = (1.5 if is_cjk(char.text) else 1.0) * size
        if x1 - x0 > most:  # a gap stands beside the character
            x0, x1 = (x0 + x1 - most) / 2, (x0 + x1 + most) / 2
        confidence = None if char.text == " " else round(char.confidence, 4)
        out.append(Token(char.text, x0, box.top, x1, box.bottom, order + len(out), 0, confidence))
    return out


def _stack(box: Box, crop: Image, settings: Settings, order: int, specked: bool) -> list[Token]:
    """A tall piece of text: upright characters below each other, or a line turned by a quarter; the surer counts."""
    pieces = steps(crop)
    strips = [_strip(crop, pieces), quarter_turned(crop, 1), quarter_turned(crop, 3)]
    read = [_without_specks(chars) if specked else chars for chars in ocr.recognise(strips, settings)]
    readings = [[c for c in chars if c.text != " "] for chars in read]
    scores = [fmean(c.confidence for c in chars) if chars else 0.0 for chars in readings]
    best = max(range(3), key=scores.__getitem__)
    marks = readings[best]
    if best == 0 or _alike(readings[0], marks):
        return _stacked(box, marks, pieces, order)
    return _along(box, marks, best, order)


def _alike(one: Sequence[ocr.Char], other: Sequence[ocr.Char]) -> bool:
    """Whether most characters are the same: the OCR reads upright characters in a turned line too."""
    same = sum(a.text == b.text for a, b in zip(one, other, strict=False))
    return 2 * same > max(len(one), len(other))


def _stacked(box: Box, marks: Sequence[ocr.Char], pieces: Sequence[tuple[int, int]], order: int) -> list[Token]:
    """Tokens below each other; as many as there are steps stand on them, else they share the height."""
    out: list[Token] = []
    high = box.bottom - box.top
    for index, char in enumerate(marks):
        if len(marks) == len(pieces):
            y0, y1 = box.top + pieces[index][0], box.top + pieces[index][1]
        else:
            y0, y1 = box.top + high * index / len(marks), box.top + high * (index + 1) / len(marks)
        out.append(Token(char.text, box.x0, y0, box.x1, y1, order + index, 0, round(char.confidence, 4)))
    return out


def _along(box: Box, marks: Sequence[ocr.Char], quarters: int, order: int) -> list[Token]:
    """Tokens of a line that was turned clockwise by a quarter (so it reads upwards) or by three (downwards)."""
    out: list[Token] = []
    high = box.bottom - box.top
    for index, char in enumerate(marks):
        if quarters == 1:
            y0, y1 = box.bottom - char.end * high, box.bottom - char.start * high
        else:
            y0, y1 = box.top + char.start * high, box.top + char.end * high
        direction = 3 if quarters == 1 else 1
        out.append(Token(char.text, box.x0, y0, box.x1, y1, order + index, direction, round(char.confidence, 4)))
    return out


def steps(crop: Image) -> list[tuple[int, int]]:
    """From where to where each character of a stack reaches: cut where rows are white, pieces about as high as wide."""
    shade = grey(crop)
    high, wide = shade.shape
    dark = (shade < (int(shade.max()) + int(shade.min())) / 2).sum(axis=1) > 0.03 * wide
    runs: list[list[int]] = []
    for row in range(high):
        if dark[row]:
            if runs and row - runs[-1][1] <= 0.06 * wide:
                runs[-1][1] = row + 1
            else:
                runs.append([row, row + 1])
    out: list[tuple[int, int]] = []
    for start, end in runs:
        if (
            out
            and not _is_apart(out[-1], (start, end), wide)
            and end - out[-1][0] <= 1.05 * wide
            and (end - start < 0.45 * wide or out[-1][1] - out[-1][0] < 0.45 * wide)
        ):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out or [(0, high)]


def _is_apart(above: tuple[int, int], below: tuple[int, int], wide: int) -> bool:
    """Whether a flat piece is a character of its own, such as 一: its middle is as far off as that of a character."""
    flat = min(above[1] - above[0], below[1] - below[0]) < 0.2 * wide
    return flat and abs(sum(above) - sum(below)) / 2 >= 0.6 * wide


def stack_line(crop: Image) -> Image:
    """The characters of a stack side by side, as a line."""
    return _strip(crop, steps(crop))


def _strip(crop: Image, pieces: Sequence[tuple[int, int]]) -> Image:
    """The pieces of a stack side by side, as a line."""
    import numpy as np

    wide = crop.shape[1]
    side = max(wide, *(end - start for start, end in pieces))
    paper = int(np.median(crop[:2]))
    cells = []
    for start, end in pieces:
        cell = np.full((side + 4, wide + 2, 3), max(paper, 200), np.uint8)
        above = 2 + (side - (end - start)) // 2
        cell[above : above + end - start, 1 : wide + 1] = crop[start:end]
        cells.append(cell)
    out: Image = np.concatenate(cells, axis=1)
    return out
