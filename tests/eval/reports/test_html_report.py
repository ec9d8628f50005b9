"""The report, looked at in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from eval.reports.html_report import RunScores, page
from eval.reports.plots import Bar, Series, axis_start, bars, lines
from eval.scoring.predictions import readings
from eval.scoring.scores import DocumentScore, score_document
from tests.eval_cases import evaluation_row, gold_file, record, self_evaluation
from tests.needs import CHROMIUM, needs_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

NASTY = "</script><script>window.broken = 1</script>@@JS@@ & \"'"


def scores(folder: Path, rating: str, name: str = "case") -> DocumentScore:
    from eval.scoring.gold import load

    form = self_evaluation([evaluation_row("培训场次"), evaluation_row("巡查覆盖率", "88.00")])
    gold = load(gold_file(folder, form, name=name))
    read = record(
        {**form, "rating": rating, "year": 1999, "indicators": form["indicators"][:1]}, 0, f"{name}.txt", "year"
    )
    span = {
        "page": 2,
        "line": 14,
        "start": 3,
        "end": 4,
        "box": None,
        "text": rating,
        "match": "exact",
        "confidence": None,
    }
    read["evidence"] = {"rating": [span]}
    return score_document(gold, readings([read])[f"{name}.txt"])


def report(folder: Path) -> str:
    first = RunScores("first", {"samples": [scores(folder, NASTY)], "damaged": [scores(folder, "差", "other")]})
    second = RunScores("second <b>", {"samples": [scores(folder, "优")], "damaged": [scores(folder, "优", "other")]})
    return page("A report <i>", "of two runs", [first, second])


@pytest.fixture
def browser_page(tmp_path: Path) -> Iterator[Page]:
    needs_browser()
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(report(tmp_path), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page()
        said: list[str] = []
        asked: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        yield opened
        browser.close()
        assert said == [] and asked == [path.as_uri()]


def shown(opened: Page) -> int:
    return opened.locator("#errors tbody tr").count()


def test_the_report_shows_every_error_and_filters_them(browser_page: Page) -> None:
    everything = shown(browser_page)
    assert everything == 2 * (12 + 1 + 1) + 2 * (12 + 1)
    browser_page.select_option("select[name=verdict]", "wrong")
    assert shown(browser_page) == 6
    browser_page.select_option("select[name=field]", "rating")
    assert shown(browser_page) == 2
    browser_page.select_option("select[name=set]", "damaged")
    assert shown(browser_page) == 1
    row = browser_page.locator("#errors tbody tr").first
    cells = row.locator("td").all_inner_texts()
    assert cells[0] == "first" and cells[3:8] == ["rating", "wrong", "settled", "优", "差"]
    assert "page 2, line 14" in cells[8]
    browser_page.click("button[type=reset]")
    expect(browser_page.locator("#errors tbody tr")).to_have_count(everything)
    browser_page.fill("input[name=text]", "巡查覆盖")
    assert shown(browser_page) == 4
    assert browser_page.inner_text("#shown").startswith(f"4 of {everything} errors")
    browser_page.fill("input[name=text]", "nowhere")
    assert shown(browser_page) == 0


def test_a_settled_error_can_be_told_from_a_flagged_one(browser_page: Page) -> None:
    browser_page.select_option("select[name=settled]", "flagged")
    assert set(browser_page.locator("#errors tbody td:nth-child(4)").all_inner_texts()) == {"year"}


def test_text_of_a_document_cannot_break_out(browser_page: Page) -> None:
    assert browser_page.evaluate("window.broken") is None
    browser_page.fill("input[name=text]", "window.broken")
    assert NASTY in browser_page.locator("#errors tbody td:nth-child(8)").first.inner_text()
    assert browser_page.title() == "A report <i>"


def test_the_report_has_plots_and_tables(browser_page: Page) -> None:
    headings = browser_page.locator("h2").all_inner_texts()
    assert headings == [
        "Leaderboard", "F1 by set of documents and damage", "F1 by field, the lowest first", "Verdicts", "Calibration",
        "Documents", "Errors",
    ]  # fmt: skip
    assert browser_page.locator("svg").count() >= 4
    board = browser_page.locator("section").first.locator("tbody tr")
    assert [board.nth(k).locator("td").first.inner_text() for k in range(2)] == ["second <b>", "first"]
    for svg in browser_page.locator("section > svg").all():
        inside = svg.bounding_box()
        assert inside is not None and inside["width"] > 200
        for text in svg.locator("text").all():
            box = text.bounding_box()
            assert box is not None and box["x"] >= inside["x"] - 1
            assert box["x"] + box["width"] <= inside["x"] + inside["width"] + 1, text.inner_text()


def test_the_file_asks_for_nothing(tmp_path: Path) -> None:
    text = report(tmp_path)
    assert "default-src 'none'" in text
    assert not re.findall(r"(?:src|href)\s*=|@import|url\(|fetch\(|XMLHttpRequest", text)


def test_plots_are_well_formed_and_stay_inside() -> None:
    from lxml import etree

    drawn = bars([Bar("a & b", 0.97, 0.9, 0.99, 0), Bar("none", None, None, None, 1)])
    lined = lines([Series("x < y", ((0.0, 0.5, 0.4, 0.6), (1.0, 0.9, None, None)))], ["one", "two"])
    empty = lines([Series("nothing", ())], ())
    for svg in (drawn, lined, empty, bars([])):
        etree.fromstring(svg.encode())


@pytest.mark.parametrize(
    ("shares", "start"), [([0.999], 0.99), ([0.97, 0.99], 0.95), ([0.3], 0.0), ([], 0.0), ([0.5], 0.0)]
)
def test_an_axis_begins_where_differences_can_be_seen(shares: list[float], start: float) -> None:
    assert axis_start(shares) == start
