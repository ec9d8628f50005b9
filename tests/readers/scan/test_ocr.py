"""The confidence of the OCR: that of a character, whatever its width and wherever in its run it is clearest.

And what the OCR is shown: a small picture is enough to find text.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from extractor.config import Settings
from extractor.document.layout import Box
from extractor.errors import MissingPackage
from extractor.readers.scan import ocr
from extractor.readers.scan.ocr import certainty, families

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

CHARACTERS = ["blank", "（", "(", "甲", "乙"]


def scores(*steps: dict[str, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rows = [[step.get(character, 0.0) for character in CHARACTERS] for step in steps]
    return np.array([rows], dtype=np.float32)


def sure(*steps: dict[str, float]) -> list[float]:
    given = scores(*steps)
    return [float(v) for v in certainty(given, given.argmax(axis=2), families(CHARACTERS))[0]]


def test_characters_that_differ_in_width_alone_are_one_family() -> None:
    assert families(CHARACTERS) == {1: (1, 2), 2: (1, 2)}


def test_the_two_forms_of_a_bracket_share_their_confidence() -> None:
    assert sure({"（": 0.55, "(": 0.44}) == pytest.approx([0.99])


def test_two_characters_that_are_not_alike_do_not() -> None:
    assert sure({"甲": 0.55, "乙": 0.44}) == pytest.approx([0.55])


def test_a_character_is_as_sure_as_at_its_clearest_step() -> None:
    assert sure({"甲": 0.5, "blank": 0.4}, {"甲": 0.98}, {"blank": 1.0}, {"甲": 0.6}) == pytest.approx(
        [0.98, 0.98, 1.0, 0.6]
    )


class Detector:
    """Finds one piece of text over all that it is shown, and keeps the size of that."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def __call__(self, image: Image) -> SimpleNamespace:
        high, wide = image.shape[:2]
        self.seen.append((wide, high))
        return SimpleNamespace(boxes=[np.array([[0, 0], [wide, 0], [wide, high], [0, high]])])


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> Detector:
    found = Detector()
    monkeypatch.setattr(ocr, "_rapid", lambda *_: SimpleNamespace(text_det=found))
    return found


def test_text_is_found_on_a_small_picture_of_what_has_ink(detector: Detector) -> None:
    page = np.full((1200, 2400, 3), 255, np.uint8)
    page[200:300, 600:1200] = 0
    (quad,) = ocr.detect(page, Settings(), 240)
    assert detector.seen == [(332, 82)]  # half as large, with a rim
    assert ocr.boxes_of([quad]) == [Box(568, 168, 1232, 332)]


def test_nothing_is_looked_for_on_a_blank_page(detector: Detector) -> None:
    assert ocr.detect(np.full((1200, 2400, 3), 255, np.uint8), Settings(), 240) == []
    assert detector.seen == []


CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.mark.parametrize(
    ("wanted", "offered", "taken"),
    [
        ("auto", [CPU], "cpu"),
        ("auto", [CUDA, CPU], "cuda"),
        ("auto", ["DmlExecutionProvider", CPU], "dml"),
        ("cpu", [CUDA, CPU], "cpu"),
        ("cuda", [CUDA, CPU], "cuda"),
    ],
)
def test_a_gpu_is_taken_where_onnxruntime_offers_one(wanted: str, offered: list[str], taken: str) -> None:
    assert ocr.device(wanted, offered) == taken


def test_a_gpu_that_is_not_offered_is_refused() -> None:
    with pytest.raises(MissingPackage, match="pip install onnxruntime-gpu"):
        ocr.device("cuda", [CPU])
