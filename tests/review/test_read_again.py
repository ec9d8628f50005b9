"""A place on the picture is read again: by a box that the mouse draws, and by OCR where it was not sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import schemas
from extractor import pipeline, readers
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Box
from extractor.document.results import DocumentResult, finding
from extractor.ledger import decision_log
from tests.paths import SAMPLES
from tests.review.browser import ReviewPage, browser, served
from tests.review.runs import evaluation, kept, make_run

SAMPLE = SAMPLES / "formats" / "lanxi-footbridge-2024-self-evaluation.pdf"
WEIGHT = "indicators[0].weight"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def one_doubt(result: DocumentResult) -> DocumentResult:
    """One value of the first row is in doubt."""
    doubt = finding(FindingKind.COLUMN_UNCLEAR, "indicators[0].actual", "it could stand in the column beside it")
    return replace(result, findings=(), records=tuple(replace(r, findings=(doubt,)) for r in result.records))


def test_a_box_that_is_drawn_is_read_and_becomes_the_value(chromium: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "out", {SAMPLE.name: SAMPLE.read_bytes()}, change=one_doubt)
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        current = page.page.locator('#sheet rect[data-path="indicators[0].weight"]').first
        current.scroll_into_view_if_needed()
        printed, place = page.shown(WEIGHT), current.bounding_box()
        assert printed and place
        page.page.mouse.move(place["x"] - 2, place["y"] - 2)
        page.page.mouse.down()
        page.page.mouse.move(place["x"] + place["width"] + 2, place["y"] + place["height"] + 2, steps=8)
        assert page.page.locator("#sheet rect.drawn").count() == 1, "the box is shown while it is drawn"
        page.page.mouse.up()
        page.page.wait_for_selector(".editor")
        assert page.page.input_value(".editor") == printed
        page.page.keyboard.press("Enter")
        page.page.wait_for_selector(".editor", state="detached")
        page.ready()
        assert page.errors == []
    (made,) = [d for about in decision_log.in_folder(run, "review").values() for d in about]
    assert (made.action, made.path, made.to["text"]) == ("set", "indicators[0].actual", printed)


def test_a_place_without_text_says_so(chromium: Any, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="OCR is not installed")
    run = make_run(tmp_path / "out", {SAMPLE.name: SAMPLE.read_bytes()}, change=one_doubt)
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.page.eval_on_selector("#sheet", "sheet => sheet.scrollTo(0, 0)")
        frame = page.page.locator("#sheet .paper").bounding_box()
        page.page.mouse.move(frame["x"] + 5, frame["y"] + 5)
        page.page.mouse.down()
        page.page.mouse.move(frame["x"] + 30, frame["y"] + 25, steps=4)
        page.page.mouse.up()
        page.page.wait_for_selector("#message:not(:empty)")
        page.ready()
        assert "no text was found in the box" in page.message()


def test_ocr_that_was_not_sure_reads_once_more_and_a_key_takes_it(chromium: Any, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="OCR is not installed")
    from PIL import Image, ImageDraw, ImageFont

    file = tmp_path / "scan.png"
    image = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(image).text((300, 200), "12.50", fill="black", font=ImageFont.load_default(size=48))
    image.save(file, dpi=(72, 72))  # a point is a pixel
    box = Box(295.0, 195.0, 440.0, 255.0)
    text = tmp_path / "a.txt"
    text.write_text(evaluation("水闸养护"), encoding="utf-8")
    read = pipeline.process_file(text, file.name, Settings(), schemas.builtin(), "rules")

    def misread(record: Any) -> Any:
        (span,) = record.evidence[WEIGHT]
        doubt = finding(FindingKind.LOW_CONFIDENCE, WEIGHT, "the scan is unclear here (0.61): 10.00")
        evidence = {WEIGHT: (replace(span, box=box, confidence=0.61),)}
        return replace(record, sha256=readers.sha256(file), findings=(doubt,), evidence=evidence)

    sha256 = readers.sha256(file)
    by_hand = replace(
        read, sha256=sha256, findings=(), unclaimed=(), pages=1, records=tuple(misread(r) for r in read.records)
    )
    run = kept(tmp_path / "out", file, by_hand)
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        again = page.page.wait_for_selector("#doubt .suggestions button:has-text('12.50')")
        page.press(again.query_selector("kbd").inner_text())
        assert page.errors == []
    (made,) = [d for about in decision_log.in_folder(run, "review").values() for d in about]
    assert (made.action, made.path, made.to) == ("set", WEIGHT, "12.50")
