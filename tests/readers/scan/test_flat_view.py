"""Which way is up: lines of text, and stacks of upright characters that an OCR reads as well on their side."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.config import Settings
from extractor.document.layout import Box
from extractor.readers.scan import flat_view, ocr
from extractor.readers.scan.box_text import is_tall

PAPER = np.full((900, 900, 3), 255, np.uint8)
LINES = [Box(300, 40 * n, 540, 40 * n + 40) for n in range(6)]
STACKS = [Box(40 * n, 300, 40 * n + 40, 540) for n in range(6)]


def turns(monkeypatch: pytest.MonkeyPatch, boxes: list[Box], **surely: tuple[float, float, float, float]) -> int:
    """The turn that is found where `lines` and `stacks` are read so surely after 0 to 3 quarter turns."""

    def readings(image: object, sample: list[Box], quarters: int, settings: Settings) -> dict[Box, ocr.Chars]:
        scores = [surely["stacks" if is_tall(box) else "lines"][quarters] for box in sample]
        return {box: (ocr.Char("一", 0.0, 1.0, score),) for box, score in zip(sample, scores, strict=True)}

    monkeypatch.setattr(flat_view, "_readings", readings)
    return flat_view._quarters(PAPER, boxes, Settings()).quarters


def test_a_page_of_lines_is_upright_or_upside_down(monkeypatch: pytest.MonkeyPatch) -> None:
    assert turns(monkeypatch, LINES, lines=(0.9, 0.2, 0.4, 0.95)) == 0
    assert turns(monkeypatch, LINES, lines=(0.4, 0.2, 0.9, 0.95)) == 2


STOOD = {"stacks": (0.5, 0.4, 0.4, 0.99)}  # a stack is read as a line on its side


@pytest.mark.parametrize(("lines", "quarters"), [(1, 3), (2, 0)])
def test_lines_tell_that_a_page_full_of_stacks_is_upright(
    monkeypatch: pytest.MonkeyPatch, lines: int, quarters: int
) -> None:
    assert turns(monkeypatch, STACKS + LINES[:lines], lines=(0.95, 0.3, 0.4, 0.7), **STOOD) == quarters


def test_a_page_full_of_stacks_may_be_upside_down(monkeypatch: pytest.MonkeyPatch) -> None:
    assert turns(monkeypatch, STACKS + LINES[:2], lines=(0.4, 0.3, 0.95, 0.7), **STOOD) == 2


@pytest.mark.parametrize(("tall", "quarters"), [(2, 0), (3, 1)])
def test_a_page_on_its_side_is_one_of_many_tall_pieces(
    monkeypatch: pytest.MonkeyPatch, tall: int, quarters: int
) -> None:
    lying = {"stacks": (0.4, 0.99, 0.4, 0.4), "lines": (0.5, 0.4, 0.4, 0.4)}
    assert turns(monkeypatch, STACKS[:tall] + LINES[:2], **lying) == quarters


def test_what_nobody_reads_counts_as_read_badly() -> None:
    assert flat_view._score(()) == 0.0
