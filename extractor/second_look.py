"""A second look at what OCR was unsure of: lines cut out of the page, read by others, held against the first reading.

First by Tesseract, where it is installed; what is in doubt after that by a vision model, where one is configured.
Either settles a doubt where it reads the same as the OCR did, and changes no value.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.accounting.doubtful_lines import Doubt, LineKey, confirming, doubts, judged, open_doubts, unsure_lines
from extractor.accounting.line_readings import TextKind, text_kind
from extractor.config import Settings
from extractor.document.layout import Document
from extractor.document.results import Record
from extractor.engines import llm
from extractor.errors import DocumentError
from extractor.readers.scan import second_ocr
from extractor.readers.scan.line_pictures import LinePicture, cut_line, png, without_neighbours
from extractor.readers.scan.printed_lines import PrintedLine
from extractor.readers.scan.straight_pages import StraightPage, straight_pages

if TYPE_CHECKING:
    from extractor.engines.llm.vision import Looked

VISION = "the vision model"
_one_at_a_time = threading.Lock()
"""Pages as pictures take some 100 MB each: of all threads of a run, one has them at a time."""


class Cut(NamedTuple):
    """A line cut out of its page: cleaned for a second OCR, in the file's colours for a model; its kind of text."""

    clean: LinePicture
    coloured: LinePicture
    kind: TextKind


def look_again(document: Document, path: Path, records: Sequence[Record], settings: Settings) -> list[Record]:
    """The records, with the doubts settled that other readers settle. Raises `StopRun` and `DocumentError`."""
    units = {(unit.page, unit.id): unit for unit in document.units()}
    found = [doubts(record, units) for record in records]
    second = second_ocr.reads(settings)
    if not any(found) or not (second or settings.vision_model):
        return list(records)
    cuts = cut_lines(document, path, [doubt for own in found for doubt in own], settings)
    readings: dict[LineKey, dict[str, str]] = {key: {} for key in cuts}
    if second:
        texts = second_ocr.read_lines([one.clean for one in cuts.values()], settings)
        _add(readings, second_ocr.NAME, cuts, texts)
    notes: dict[LineKey, str] = {}
    if settings.vision_model:
        left = list(dict.fromkeys(d.key for own in found for d in open_doubts(own, readings) if d.key in cuts))
        looked = seen([cuts[key] for key in left], settings, document.sha256)
        _add(readings, VISION, left, [sight.text for sight in looked.sights])
        notes = {key: f"{VISION}: {one.reason}" for key, one in zip(left, looked.sights, strict=True) if one.reason}
        first = next((n for n, own in enumerate(found) if any(d.key in left for d in own)), None)
        records = [_charged(record, looked) if n == first else record for n, record in enumerate(records)]
    return [judged(record, own, readings, notes) for record, own in zip(records, found, strict=True)]


class LineReaders(NamedTuple):
    """A line that OCR was unsure of, and the further readers that read it the same; none where it stays in doubt."""

    line: PrintedLine
    readers: tuple[str, ...]


def line_readers(document: Document, path: Path, settings: Settings) -> list[LineReaders]:
    """The lines of scanned pages that OCR was unsure of, whether a value stands there or not, read by a second OCR."""
    scanned = {page.number for page in document.pages if page.reader == "ocr"}
    lines = [line for unit in document.units() if unit.page in scanned for line in unsure_lines(unit)]
    found = [Doubt("", line, 0, len(line.text)) for line in lines]
    readings: dict[LineKey, dict[str, str]] = {}
    if found and second_ocr.reads(settings):
        cuts = cut_lines(document, path, found, settings)
        readings = {key: {} for key in cuts}
        texts = second_ocr.read_lines([one.clean for one in cuts.values()], settings)
        _add(readings, second_ocr.NAME, cuts, texts)
    return [LineReaders(doubt.line, confirming(doubt, readings)) for doubt in found]


def _charged(record: Record, looked: Looked) -> Record:
    """The record with the calls of its document: they are made for all its forms at once, and counted once."""
    spent = {"calls": looked.calls, **{f"{name}_tokens": count for name, count in looked.usage._asdict().items()}}
    usage = {name: record.usage.get(name, 0) + count for name, count in spent.items()}
    return replace(record, usage={**record.usage, **usage})


def _add(readings: dict[LineKey, dict[str, str]], name: str, keys: Iterable[LineKey], texts: Iterable[str]) -> None:
    for key, text in zip(keys, texts, strict=True):
        if text:
            readings[key][name] = text


def seen(cuts: Sequence[Cut], settings: Settings, document: str) -> Looked:
    """What came of each line that the vision model was asked about."""
    from extractor.engines.llm.vision import Crop, Looked

    crops = [Crop(png(one.coloured), one.kind) for one in cuts]
    return llm.look(crops, settings, document) if crops else Looked(())


def cut_lines(document: Document, path: Path, found: Sequence[Doubt], settings: Settings) -> dict[LineKey, Cut]:
    """Lines as pictures, page by page, in the order in which they were found. DocumentError: the file is gone."""
    out: dict[LineKey, Cut] = {}
    try:
        with _one_at_a_time:
            for page in straight_pages(path, document, {doubt.line.page for doubt in found}, settings):
                out.update(_cut_page(page, found))
    except OSError as error:
        raise DocumentError(f"cannot be read again: {error.strerror}; check that it is still there") from error
    return out


def _cut_page(page: StraightPage, found: Sequence[Doubt]) -> Iterator[tuple[LineKey, Cut]]:
    for doubt in found:
        if doubt.line.page == page.page.number:
            clean, coloured = (cut_line(image, page.points, doubt.line) for image in (page.clean, page.image))
            if not clean.is_empty:
                yield doubt.key, Cut(without_neighbours(clean), coloured, text_kind(doubt.line.text))
