"""What a careful person needs: a key decides what was shown, nothing moves, and what was decided is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, finding
from tests.review.browser import ReviewPage, browser, served
from tests.review.runs import evaluation, make_run
from tests.review.test_page import decisions, summary

ROW = "indicators[1]"
DOCUMENTS = {"a.txt": evaluation("水闸养护"), "b.txt": evaluation("河道巡查")}
PRESS_ON_SIGHT = """
() => new Promise((done) => {
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  new MutationObserver((_, watch) => {
    if (!document.body.matches(".held:not(.busy)")) return;
    watch.disconnect();
    press();
    done();
  }).observe(document.body, { attributes: true });
  press();
})
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def of_rows(result: DocumentResult) -> DocumentResult:
    """A row and a value in it are in doubt, a long text with another reading, and the form as one."""
    doubts = (
        finding(FindingKind.ROW_INCOMPLETE, ROW, "no score stands in this row"),
        finding(FindingKind.COLUMN_UNCLEAR, f"{ROW}.weight", "it could stand in another column"),
        finding(FindingKind.TWO_READERS, "indicators[2].level3", "read otherwise", others=("巡查次次数3",)),
    )
    one = finding(FindingKind.FORM_UNCLEAR, "", "form 0: what it is known by (project_name) is in doubt")
    records = tuple(replace(r, findings=doubts) for r in result.records)
    return replace(result, unclaimed=(), findings=(one,), records=records)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "out", DOCUMENTS, change=of_rows)


def opened(chromium: Any, address: str, order: str = "document") -> ReviewPage:
    page = ReviewPage(chromium, address)
    page.page.select_option("#order", order)
    page.ready()
    return page


def test_a_doubt_about_the_document_shows_the_form_and_says_what_enter_affirms(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        assert "a.txt · beside its forms" in page.page.inner_text("#place")
        said = page.page.inner_text("#doubt")
        assert "form 1: what it is known by" in said and "form 0" not in said
        assert "says: each form of the document is one form, and none is missing." in said
        page.choose("#0.project_name")
        assert page.page.inner_text("#sheet mark.current") == "水闸养护"
        page.press("n")
        assert "shown to be looked at" in page.message() and decisions(run) == []
        page.press("Enter")
        assert summary(run) == [("accept", "", None)]
        assert page.page.inner_text("#last") == "accepted: the document"


def test_a_decision_says_what_it_closed_and_a_key_on_sight_does_nothing(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("Enter")
        assert page.title() == ROW
        assert "This closes 1 more: indicators · 绩效指标, row 2, weight · 分值." in page.page.inner_text("#doubt")
        page.page.evaluate(PRESS_ON_SIGHT)
        page.ready()
        assert [(d.action, d.path) for d in decisions(run)] == [("accept", ""), ("accept", ROW)]
        told = page.page.inner_text("#last")
        assert told == "accepted: indicators · 绩效指标, row 2, and with it indicators · 绩效指标, row 2, weight · 分值"
        page.press("Enter")
        assert page.title() != "indicators[2].level3"


def test_a_key_on_sight_of_another_document_does_nothing(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("Enter", "Enter")
        page.page.evaluate(PRESS_ON_SIGHT)
        assert page.page.inner_text("#held") == "Now: b.txt · beside its forms"
        page.ready()
        assert len(decisions(run)) == 3 and "b.txt" in page.page.inner_text("#place")


def test_after_a_decision_elsewhere_the_earliest_doubt_of_the_form_is_shown(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("s")
        assert page.title() == ROW
        page.choose("indicators[2].level3")
        page.press("Enter")
        assert page.title() == ROW, "and not what follows behind it"
        page.choose("rating")
        page.edit("良")
        assert page.title() == ROW


def test_nothing_moves_when_a_value_is_edited_or_the_next_doubt_is_shown(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("s")
        boxes = {s: page.page.locator(s).bounding_box() for s in ("#form", "#actions", "#doubt", "main")}
        cell = page.page.locator(f'#form [data-path="{ROW}.score"]')
        before = cell.bounding_box()
        page.page.dblclick(f'#form [data-path="{ROW}.level3"]')
        page.page.wait_for_selector(".editor")
        assert cell.bounding_box() == before
        page.page.keyboard.press("Escape")
        page.ready()
        page.press("Enter")
        assert {s: page.page.locator(s).bounding_box() for s in boxes} == boxes


def test_a_value_that_is_half_out_of_view_stays_under_the_pointer(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("s")
        pane = page.page.locator("#form").bounding_box()
        page.page.evaluate(
            """() => {
              const form = document.getElementById("form");
              const value = form.querySelector('[data-path="indicators[0].level3"]');
              form.scrollTop += value.getBoundingClientRect().top - form.getBoundingClientRect().top + 12;
            }"""
        )
        cell = page.page.locator('#form [data-path="indicators[0].level3"]').bounding_box()
        page.page.mouse.dblclick(cell["x"] + 20, pane["y"] + 6)
        page.page.wait_for_selector('.editor[aria-label^="new value of level3"]')
        page.page.keyboard.press("Escape")


def test_another_reading_of_a_long_text_is_marked_where_it_differs(chromium: Any, tmp_path: Path) -> None:
    def two(result: DocumentResult) -> DocumentResult:
        doubt = finding(FindingKind.TWO_READERS, "project_name", "read otherwise", others=("水闸日常养护",))
        return replace(
            of_rows(result), findings=(), records=tuple(replace(r, findings=(doubt,)) for r in result.records)
        )

    with served(make_run(tmp_path / "out", {"a.txt": DOCUMENTS["a.txt"]}, change=two)) as server:
        page = ReviewPage(chromium, server.address)
        found = page.page.evaluate(
            """async () => {
              const { difference } = await import("/static/difference.js");
              return [difference("水闸养护。", "水闸日常养护"), difference("a", "a"), difference("", "b")];
            }"""
        )
        assert found[0] == [
            {"kind": "same", "text": "水闸"}, {"kind": "added", "text": "日常"}, {"kind": "same", "text": "养护"},
            {"kind": "missing", "text": "。"},
        ]  # fmt: skip
        assert found[1:] == [[{"kind": "same", "text": "a"}], [{"kind": "added", "text": "b"}]]
        assert page.page.inner_text(".suggestions") == "1 水闸日常养护"


def test_selected_text_of_a_value_is_moved_to_another_field(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("s")
        page.choose("project_name")
        page.page.evaluate(
            """() => {
              const text = document.querySelector('#form [data-path="project_name"]').firstChild;
              getSelection().setBaseAndExtent(text, 2, text, 4);
            }"""
        )
        page.page.keyboard.press("m")
        page.page.wait_for_selector("dialog .targets")
        assert page.page.inner_text("dialog q >> nth=0") == "养护"
        page.page.click('dialog [data-to="rating"]')
        page.page.wait_for_selector("dialog", state="hidden")
        page.ready()
        assert (page.shown("project_name"), page.shown("rating")) == ("水闸", "优养护")


def test_home_and_end_go_to_the_top_of_the_form_and_its_end(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = opened(chromium, server.address)
        page.press("s", "Home")
        first = page.page.get_attribute("#form .value >> nth=0", "data-path")
        assert page.page.get_attribute("#form .chosen", "data-path") == first
        page.press("End")
        assert page.page.get_attribute("#form .chosen", "data-path") != first
        left = page.page.inner_text("#left")
        page.press("Home", "Enter")  # Enter is about the doubt that is shown: it goes back there first
        assert page.page.get_attribute("#form .chosen", "data-path") != first
        assert page.page.inner_text("#left") == left


def test_the_list_is_by_document_and_form_and_fills_a_taller_window(chromium: Any, tmp_path: Path) -> None:
    documents = {f"{n}.txt": evaluation(f"{n}号水闸养护") for n in range(12)}
    with served(make_run(tmp_path / "out", documents, change=of_rows)) as server:
        page = ReviewPage(chromium, server.address)
        page.page.keyboard.press("l")
        page.page.wait_for_selector("dialog .entry")
        headings = page.page.locator("dialog .group").all_inner_texts()
        assert headings[:2] == ["0.txt · beside its forms (1)", "0.txt · form 1 · self_evaluation (3)"]
        page.page.set_viewport_size({"width": 1280, "height": 1600})
        page.page.wait_for_function(
            """() => {
              const view = document.querySelector("dialog .virtual").getBoundingClientRect();
              const entries = [...document.querySelectorAll("dialog .entry")];
              return entries.some((e) => e.getBoundingClientRect().bottom > view.bottom - 40);
            }"""
        )


def test_columns_of_spaced_text_stand_side_by_side_and_say_why_they_are_in_doubt(chromium: Any, tmp_path: Path) -> None:
    rows = "\n\n".join(f"   第{n}座水闸{' ' * 12}{n}00.00{' ' * 10}完好" for n in range(1, 9))
    text = f"   水闸名称{' ' * 12}水位{' ' * 12}状况\n\n{rows}\n"
    with served(make_run(tmp_path / "out", {"a.txt": text})) as server:
        page = ReviewPage(chromium, server.address)
        lefts = page.page.evaluate(
            """() => [...document.querySelectorAll("#sheet .spaced mark")].filter((m) => m.innerText === "完好")
                      .map((m) => Math.round(m.getBoundingClientRect().left))"""
        )
        first = page.page.evaluate(
            """async () => {
              const { apart } = await import("/static/printed.js");
              const found = [{ path: "a", from: 0, to: 2 },
                             { path: "b", from: 1, to: 2 }, { path: "c", from: 3, to: 4 }];
              return apart(found, (path) => path === "b").map((one) => one.path);
            }"""
        )
        assert first == ["b", "c"], "characters that several values have are marked for the current one"
        assert len(lefts) == 8 and len(set(lefts)) == 1
        assert page.errors == []
