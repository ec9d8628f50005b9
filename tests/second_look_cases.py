"""A scanned note of which OCR was unsure of some values, and its picture; both made without OCR and without fonts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from extractor.config import Settings
from extractor.document.layout import Box, Cell, Document, Grid, Line, Page, Word
from extractor.document.results import Record
from extractor.pipeline import process
from schemas.fields import Form, printed
from schemas.spec import spec_of
from tests.fault_server import Faults, Server, Step, running

POINT = 2  # pixels a point
WIDE, HIGH = 320, 160  # points: a page has four inches, or its file's resolution is not believed
ROW = 24.0


class Note(Form):
    """A delivery note."""

    titles: ClassVar[tuple[str, ...]] = ("Delivery Note",)

    customer: str | None = printed("Customer", key=True)
    number: str | None = printed("Number")
    total: str | None = printed("Total")


NOTE = spec_of(Note, "note")
PRINTED = {"Customer": "Larkfield School", "Number": "4711", "Total": "23.50"}


def document(unsure: dict[str, float], printed: dict[str, str] = PRINTED) -> Document:
    """The note as OCR read it: a title, and a row for each label; `unsure` says how sure the OCR is of which value."""
    title = Line(1, 1, "Delivery Note", Box(20, 10, 120, 22), (Word(0, "Delivery Note", Box(20, 10, 120, 22), 1.0),))
    cells: list[Cell] = []
    for row, (label, text) in enumerate(printed.items()):
        for col, (part, sure) in enumerate(((label, 1.0), (text, unsure.get(label, 1.0)))):
            x, y = 20 + 120 * col, 40 + ROW * row
            word = Word(0, part, Box(x + 4, y + 5, x + 4 + 6 * len(part), y + 17), sure)
            cells.append(Cell(1, 1, row, col, part, box=Box(x, y, x + 120, y + ROW), words=(word,)))
    page = Page(1, (title, Grid(1, 1, tuple(cells))), WIDE, HIGH, "ocr")
    return Document("note.png", "e" * 64, (page,), exact=False)


def picture(folder: Path, printed: dict[str, str] = PRINTED) -> Path:
    """The page of the note as a PNG."""
    image = np.full((HIGH * POINT, WIDE * POINT, 3), 250, np.uint8)
    for row, pair in enumerate(printed.items()):
        for col, text in enumerate(pair):
            x, y = 20 + 120 * col, 40 + ROW * row
            corners = (int(x * POINT), int(y * POINT)), (int((x + 120) * POINT), int((y + ROW) * POINT))
            cv2.rectangle(image, *corners, (40, 40, 40), 2)
            place = int((x + 4) * POINT), int((y + 16) * POINT)
            cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 30, 30), 2, cv2.LINE_AA)
    path = folder / "note.png"
    data = cv2.imencode(".png", image)[1].tobytes()
    # 144 dots an inch: a pHYs chunk in pixels a metre, which OpenCV does not write
    from PIL import Image

    path.write_bytes(data)
    with Image.open(path) as opened:
        opened.save(path, dpi=(72 * POINT, 72 * POINT))
    return path


def answered(*texts: str) -> Step:
    """An answer with a text for each picture."""
    told = [{"picture": n, "text": text} for n, text in enumerate(texts, 1)]
    return Step(answer=json.dumps({"pictures": told}))


class Looked:
    """What came of a second look: the record, its findings by path, the requests that the server saw."""

    def __init__(self, record: Record, server: Server) -> None:
        self.record = record
        self.requests = [r for r in server.faults.requests if "image_url" in str(r["messages"])]
        self.messages = {f.path: f.message for f in record.findings if f.kind == "low_confidence"}

    def readers(self, path: str) -> tuple[str, ...]:
        """Who has confirmed a value."""
        return self.record.evidence[path][0].confirmed_by


def settings(server: Server, **more: Any) -> Settings:
    """Rules read, the vision model is asked, no second OCR."""
    own = {"vision_model": "v", "base_url": server.url, "answer_mode": "json_schema", "second_reader": "off",
           "call_attempts": 2, "call_timeout": 2.0}  # fmt: skip
    return Settings.model_validate({**own, **more})


def look(folder: Path, unsure: dict[str, float], step: Step = Step(), **more: Any) -> Looked:  # noqa: B008  # frozen
    """The note read by rules and looked at by a model that answers so to pictures, and in order to all else."""

    def respond(request: dict[str, Any]) -> Step:
        return step if "image_url" in str(request["messages"]) else Step()

    with running(Faults(respond=respond)) as server:
        own = settings(server, **more)
        result = process(document(unsure), own, (NOTE,), "rules", picture(folder))
        return Looked(result.records[0], server)
