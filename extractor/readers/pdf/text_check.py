"""Whether the characters of a font are those that its page shows: a few of its words, read by OCR from the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from extractor.config import Settings
from extractor.document.geometry import union
from extractor.document.layout import Box
from extractor.readers.pdf.ocr_layer import plain
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.pdf_settings import LIMITS
from extractor.tables.words import Token

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

# What the OCR reads: Latin letters, digits, usual signs, ideographs, kana.
READABLE = re.compile("[\x21-\x7e\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]")


class Sample(NamedTuple):
    """A few characters of one line and font, and where they stand in the reading frame."""

    text: str
    box: Box


class Verdict(NamedTuple):
    """What comparing a font's words with the picture says: that its text is another, or why it is in doubt."""

    is_false: bool
    reason: str


def verdict_of(alike: float, why: str) -> Verdict:
    """The verdict on a font of whose characters an OCR has so many."""
    if alike >= LIMITS.alike:
        return Verdict(False, "")
    share = f"an OCR of some words agrees with {alike:.0%} of their characters"
    return Verdict(alike < LIMITS.unlike, f"{why}, and {share}")


def few_of(sheet: Sheet, font: str) -> bool:
    """Whether a page has too few characters of a font to lose a text by it, such as the bullets of a list."""
    count = sum(sheet.fonts.get(t.run) == font and not t.text.isspace() for t in sheet.tokens)
    return count < LIMITS.few


def samples(sheet: Sheet, font: str) -> list[Sample]:
    """Some words of a font that an OCR can read, the longest first."""
    tokens = [t for t in sheet.tokens if t.baseline is not None and sheet.fonts.get(t.run) == font]
    found = [_sample(line) for line in _stretches(tokens)]
    wide = [s for s in found if len(s.text) >= LIMITS.sample_least and len(READABLE.findall(s.text)) == len(s.text)]
    longest = sorted(wide, key=lambda sample: -len(sample.text))
    numbers = [sample for sample in longest if _is_number(sample.text)]
    words = [sample for sample in longest if not _is_number(sample.text)]
    return [*words[: LIMITS.sample_words], *numbers[: LIMITS.sample_words]]


def _is_number(text: str) -> bool:
    return sum(char.isdigit() for char in text) * 2 >= len(text)


def _stretches(tokens: Iterable[Token]) -> list[list[Token]]:
    """Characters that stand beside each other on one line, in the order of the file."""
    out: list[list[Token]] = []
    for token in tokens:
        last = out[-1][-1] if out else None
        near = (
            last is not None and last.baseline == token.baseline and -1 < token.x0 - last.x1 < token.bottom - token.top
        )
        if near and len(out[-1]) < LIMITS.sample_most:
            out[-1].append(token)
        else:
            out.append([token])
    return out


def _sample(line: Sequence[Token]) -> Sample:
    box = union(Box(*token[1:5]) for token in line) or Box(0, 0, 0, 0)
    return Sample(plain("".join(token.text for token in line)), box)


def likeness(found: Sequence[Sample], image: Image, points: float, settings: Settings) -> float:
    """How much of some words the OCR of the page's picture has, too, from 0 to 1: of words or numbers, the lesser."""
    texts = [plain(text) for text in _read(found, image, points, settings)]
    pairs = list(zip((sample.text for sample in found), texts, strict=True))
    numbers = [pair for pair in pairs if _is_number(pair[0])]
    words = [pair for pair in pairs if not _is_number(pair[0])]
    return min(_alike(numbers), _alike(words))


def _alike(pairs: Sequence[tuple[str, str]]) -> float:
    from rapidfuzz import fuzz

    whole = sum(len(text) for text, _ in pairs)
    alike = sum(len(text) * fuzz.ratio(text.casefold(), seen.casefold()) / 100 for text, seen in pairs)
    return alike / whole if whole else 1.0


def _read(found: Sequence[Sample], image: Image, points: float, settings: Settings) -> list[str]:
    from extractor.readers.scan import ocr

    crops = [_crop(image, sample.box, points) for sample in found]
    if settings.ocr == "tesseract":
        return ["".join(word.text for word in ocr.tesseract(crop, settings, 72 / points)) for crop in crops]
    return ["".join(char.text for char in chars) for chars in ocr.recognise(crops, settings)]


def _crop(image: Image, box: Box, points: float) -> Image:
    """The picture of a box with a little white around it."""
    rim = 0.15 * (box.bottom - box.top)
    top, bottom = int(max(box.top - rim, 0) / points), int((box.bottom + rim) / points) + 1
    left, right = int(max(box.x0 - rim, 0) / points), int((box.x1 + rim) / points) + 1
    return image[top:bottom, left:right]
