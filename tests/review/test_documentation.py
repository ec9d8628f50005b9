"""The picture of the page in the documentation is made by this test: `EXTRACTOR_GOLDEN=1` writes it anew."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, finding
from tests.paths import ROOT, SAMPLES
from tests.review.browser import ReviewPage, browser, served
from tests.review.runs import make_run

PICTURE = ROOT / "docs" / "review-page.png"
SAMPLE = SAMPLES / "formats" / "lanxi-footbridge-2024-self-evaluation.pdf"
SIZE = (1280, 800)


def one_doubt(result: DocumentResult) -> DocumentResult:
    """One value of the first row is in doubt."""
    doubt = finding(FindingKind.COLUMN_UNCLEAR, "indicators[0].actual", "it could stand in the column beside it")
    return replace(result, findings=(), records=tuple(replace(r, findings=(doubt,)) for r in result.records))


def size_of(picture: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    return make_run(folder / "out", {SAMPLE.name: SAMPLE.read_bytes()}, change=one_doubt)


def test_the_page_looks_as_the_documentation_shows_it(run: Path) -> None:
    with browser() as chromium, served(run) as server:
        page = ReviewPage(chromium, server.address, width=SIZE[0], height=SIZE[1])
        page.page.wait_for_selector("#sheet svg.boxes rect.current")
        boxes = page.page.locator("#sheet svg.boxes rect").count()
        assert boxes > 20
        current = page.page.locator("rect.current").bounding_box()
        assert 0 < current["x"] < SIZE[0] / 2 and 0 < current["y"] < SIZE[1]
        chosen = page.page.locator("#form .chosen").bounding_box()
        assert chosen["x"] > SIZE[0] / 2 and chosen["y"] + chosen["height"] <= SIZE[1]
        picture = page.page.screenshot()
        page.page.click("#sheet svg.boxes rect >> nth=0")  # a place chooses its value
        page.ready()
        assert page.page.locator("#form .chosen").get_attribute("data-path") != "indicators[0].actual"
        assert page.errors == []
    if os.environ.get("EXTRACTOR_GOLDEN"):
        PICTURE.write_bytes(picture)
    assert size_of(picture) == size_of(PICTURE.read_bytes()) == SIZE
