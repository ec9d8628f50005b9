"""OCR engines: boxes of text on an image, and what characters stand in them, with confidence.

`rapidocr` carries its models in its wheel; `tesseract` is the program of that name.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.config import Settings
from extractor.document.layout import Box
from extractor.errors import DocumentError, MissingPackage
from extractor.readers.scan.pixels import inked_part, resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

    Quad = NDArray[np.float32]

LANGUAGES = {"zh": "chi_sim+eng", "en": "eng"}
TESSERACT_SECONDS = 120.0
DETECTION_DOTS = 120.0  # per inch; text is found at this resolution
LONGEST = 2000  # pixels; the longer side of a picture on which text is found
NARROWEST = 96  # pixels; a line of text is padded to this width, at a height of 48


class Char(NamedTuple):
    """A character of a piece of text: its place from 0 to 1 across the piece, and its confidence."""

    text: str
    start: float
    end: float
    confidence: float
    middle: float = 0.0


Chars = tuple[Char, ...]
Families = dict[int, tuple[int, ...]]


def threads(settings: Settings) -> int:
    """Threads of one engine: all cores shared by the workers."""
    cores = os.cpu_count() or 1
    return max(1, cores // (settings.workers or cores))


DEVICES = {"cuda": "CUDAExecutionProvider", "dml": "DmlExecutionProvider"}
"""The provider of onnxruntime that computes on a GPU, by the name of the device, the best first."""


def device(wanted: str, offered: Collection[str]) -> str:
    """The device to compute on, of the providers that are offered. MissingPackage: the wanted one is not among them."""
    if wanted == "auto":
        return next((name for name, provider in DEVICES.items() if provider in offered), "cpu")
    if wanted != "cpu" and DEVICES[wanted] not in offered:
        package = {"cuda": "onnxruntime-gpu", "dml": "onnxruntime-directml"}[wanted]
        raise MissingPackage(
            f'ocr_device = "{wanted}", and onnxruntime offers {", ".join(offered)}:'
            f' pip install {package} in the place of onnxruntime, or set ocr_device = "cpu"'
        )
    return wanted


def _engine(settings: Settings) -> Any:
    """The engine for the threads and the device of the settings."""
    return _rapid(threads(settings), settings.ocr_device)


@lru_cache(maxsize=1)
def _rapid(thread_count: int, wanted: str) -> Any:
    """RapidOCR with its models loaded. MissingPackage: it is not installed, or has not the wanted device."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise MissingPackage(
            "a page is a scan, and RapidOCR is not installed: pip install 'extractor[ocr]', or set ocr = \"off\""
        ) from error
    import numpy as np
    from onnxruntime import get_available_providers  # type: ignore[import-untyped]  # it has no types

    found = device(wanted, get_available_providers())
    # The classifier of directions turned a lone 9 into a 6; pages are turned as wholes instead.
    engine = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "EngineConfig.onnxruntime.intra_op_num_threads": thread_count,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **{f"EngineConfig.onnxruntime.use_{name}": name == found for name in DEVICES},
        }
    )
    blank = np.full((48, 320, 3), 255, np.uint8)
    engine(blank, use_det=False, use_cls=False, use_rec=True)  # loads the recogniser
    engine(blank, use_det=True, use_cls=False, use_rec=False)  # loads the detector
    detector: Any = engine.text_det
    detector.limit_type, detector.limit_side_len = "max", LONGEST  # pictures are scaled before
    recogniser: Any = engine.text_rec
    # Line by line, without padding to the widest of a batch and to 320 pixels: half the CPU, the same text.
    recogniser.rec_batch_num, recogniser.rec_image_shape = 1, [3, 48, NARROWEST]
    decoder = recogniser.postprocess_op
    recogniser.postprocess_op = partial(_decoded, decoder, families(decoder.character))
    return engine


def _decoded(decoder: Any, alike: Families, scores: NDArray[np.float32], words: bool = False, **shape: Any) -> Any:
    """What RapidOCR's decoder makes of the scores (line, step, character)."""
    steps = scores.argmax(axis=2)
    sure = certainty(scores, steps, alike)
    return decoder.decode(steps, sure, words, shape["wh_ratio_list"], shape["max_wh_ratio"], remove_duplicate=True)


def families(characters: Sequence[str]) -> Families:
    """The places of characters that differ in width or the like alone, such as `(` and `（`, by each of them."""
    places: dict[str, list[int]] = {}
    for n, character in enumerate(characters):
        places.setdefault(unicodedata.normalize("NFKC", character), []).append(n)
    return {n: tuple(alike) for alike in places.values() if len(alike) > 1 for n in alike}


def certainty(scores: NDArray[np.float32], steps: NDArray[np.int64], alike: Families) -> NDArray[np.float32]:
    """The confidence in the best character of each step, whatever its width, and at the clearest step of its run.

    RapidOCR takes the score of one form of a character at its first step, where it only begins to stand out: what was
    read without a doubt would look doubtful.
    """
    import numpy as np

    out: NDArray[np.float32] = scores.max(axis=2)
    for character in np.unique(steps):
        if int(character) in alike:
            here = steps == character
            out[here] = scores[here][:, alike[int(character)]].sum(axis=1)
    for line, high in zip(steps, out, strict=True):
        starts = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
        high[:] = np.repeat(np.maximum.reduceat(high, starts), np.diff(np.r_[starts, len(line)]))
    return out


def detect(image: Image, settings: Settings, dots: float) -> list[Quad]:
    """The pieces of text on an image of so many dots per inch: the corners of each in pixels, clockwise.

    Text is found as well on a small picture, for less than half the CPU; what has no ink is left out of it.
    """
    import numpy as np

    scale = min(1.0, DETECTION_DOTS / dots, LONGEST / max(image.shape[:2]))
    small = resized(image, scale)
    part = inked_part(small)
    if part is None:
        return []
    crop = np.ascontiguousarray(small[round(part.top) : round(part.bottom), round(part.x0) : round(part.x1), ::-1])
    found = _engine(settings).text_det(crop).boxes
    if found is None:
        return []
    corner = np.array([part.x0, part.top], np.float32)
    return [(quad.astype(np.float32) + corner) / np.float32(scale) for quad in found]


def boxes_of(quads: Sequence[Quad]) -> list[Box]:
    """The upright boxes around pieces of text."""
    return [Box(float(q[:, 0].min()), float(q[:, 1].min()), float(q[:, 0].max()), float(q[:, 1].max())) for q in quads]


def recognise(crops: Sequence[Image], settings: Settings) -> list[Chars]:
    """The characters on each of several images of one line of text."""
    import numpy as np
    from rapidocr.ch_ppocr_rec import TextRecInput

    if not crops:
        return []
    engine = _engine(settings)
    images = [np.ascontiguousarray(crop[:, :, ::-1]) for crop in crops]
    found = engine.text_rec(TextRecInput(img=images, return_word_box=True))
    return [_chars(text, info) for text, info in zip(found.txts, found.word_results, strict=True)]


def _chars(text: str, info: Any) -> Chars:
    """Characters with their places, from the steps of the recogniser at which they stood out."""
    steps = [column for columns in info.word_cols for column in columns]
    marks = [(c, p) for c, p in zip(text, info.confs, strict=False) if not c.isspace()]
    if not marks or len(marks) != len(steps) or not info.line_txt_len:
        return ()
    middles = [min(1.0, (step + 0.5) / info.line_txt_len) for step in steps]
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(middles)), 1.0]
    out: list[Char] = []
    index = 0
    for char in text:
        if char.isspace():
            if out:
                out.append(Char(" ", out[-1].end, out[-1].end, 1.0))
            continue
        out.append(Char(char, edges[index], edges[index + 1], float(marks[index][1]), middles[index]))
        index += 1
    return tuple(out)


class Printed(NamedTuple):
    """A word that Tesseract read."""

    text: str
    box: Box
    confidence: float


def tesseract(image: Image, settings: Settings, dots: float) -> list[Printed]:
    """The words of a page by Tesseract. MissingPackage: it is not installed. DocumentError: it failed."""
    program = shutil.which("tesseract")
    if program is None:
        raise MissingPackage(
            'ocr = "tesseract", and no program of that name is on the path: install Tesseract with its language data '
            '(Debian: apt install tesseract-ocr tesseract-ocr-chi-sim), or set ocr = "rapidocr"'
        )
    from PIL import Image as Pictures

    data = io.BytesIO()
    Pictures.fromarray(image).save(data, "PNG")
    language = LANGUAGES.get(settings.language, settings.language)
    command = [program, "stdin", "stdout", "--dpi", str(round(dots)), "--psm", "3", "-l", language, "tsv"]
    try:
        ran = subprocess.run(  # noqa: S603 - a program found on the path, no shell
            command, input=data.getvalue(), capture_output=True, timeout=TESSERACT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DocumentError(f"Tesseract took more than {TESSERACT_SECONDS:.0f} s for a page") from None
    if ran.returncode:
        raise DocumentError(f"Tesseract failed: {ran.stderr.decode(errors='replace').strip()[:300]}")
    return _from_tsv(ran.stdout.decode("utf-8", "replace"))


def _from_tsv(text: str) -> list[Printed]:
    out: list[Printed] = []
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("level") == "5" and (row.get("text") or "").strip():
            left, top = float(row["left"]), float(row["top"])
            box = Box(left, top, left + float(row["width"]), top + float(row["height"]))
            out.append(Printed(row["text"].strip(), box, max(0.0, float(row["conf"]) / 100)))
    return out
