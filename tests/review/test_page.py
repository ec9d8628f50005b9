"""The page in a browser: every key, the mouse, undo, two people, a reload, a re-run, a server that is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor.document.decision import Decision
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, finding
from extractor.ledger import decision_log
from tests.review.browser import ReviewPage, browser, served
from tests.review.runs import evaluation, make_run, records

DOUBTS = ("indicators[0].weight", "indicators[1].weight", "indicators[2].weight")
DOCUMENTS = {"a.txt": evaluation("水闸养护"), "b.txt": evaluation("河道巡查")}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "out", DOCUMENTS, change=doubted)


def doubted(result: DocumentResult) -> DocumentResult:
    """An engine that doubts one column of each row, and nothing else."""
    doubts = tuple(finding(FindingKind.COLUMN_UNCLEAR, path, "it could stand in another column") for path in DOUBTS)
    return replace(
        result, unclaimed=(), findings=(), records=tuple(replace(r, findings=doubts) for r in result.records)
    )


def decisions(run: Path) -> list[Decision]:
    return [d for about in decision_log.in_folder(run, "review").values() for d in about]


def summary(run: Path) -> list[tuple[str, str, Any]]:
    return [(d.action, d.path, d.to) for d in decisions(run)]


def test_one_key_accepts_and_shows_the_next_doubt(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        assert page.left() == 6 and page.title().startswith(DOUBTS[0])
        page.press("Enter")
        assert page.left() == 5 and page.title().startswith(DOUBTS[1])
        page.press("Enter", "Enter", "Enter", "Enter", "Enter")
        assert "decided" in page.page.inner_text("#doubt .done")
        assert page.errors == []
        assert "0 decisions are left" in server.stop()
    assert [line["unsettled"] for line in records(run)] == [[], []]
    assert all(d.who == "ada" and d.seconds > 0 and d.read == "10.00" for d in decisions(run))


def test_the_keys_that_change_a_value(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.edit("12.50")
        assert page.title().startswith(DOUBTS[1])
        page.press("n")
        page.press("x")
        assert summary(run) == [("set", DOUBTS[0], "12.50"), ("set", DOUBTS[1], None), ("reject", DOUBTS[2], None)]
        page.edit("twelve")  # is no number
        assert "number" in page.message() and len(summary(run)) == 3
        page.page.keyboard.press("e")
        page.page.wait_for_selector(".editor")
        page.press("Escape")
        assert len(summary(run)) == 3
    values = records(run)[0]["values"]
    assert [row["weight"] for row in values["indicators"]] == ["10.00"] * 3
    assert set(DOUBTS) <= set(records(run)[0]["unsettled"])


def test_undo_takes_back_the_last_decision_and_shows_it_again(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.press("Enter")
        page.edit("11.00")
        page.press("u")
        assert page.title().startswith(DOUBTS[1]) and page.shown(DOUBTS[1]) == "10.00"
        page.press("u")
        assert page.title().startswith(DOUBTS[0]) and page.left() == 6
        page.press("u")
        assert "nothing to take back" in page.message()
    assert decisions(run) == []
    assert len((run / "decisions.jsonl").read_text().splitlines()) == 4


def test_skip_and_back_decide_nothing(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.press("s", "s")
        assert page.title().startswith(DOUBTS[2])
        page.press("p")
        assert page.title().startswith(DOUBTS[1])
        assert page.left() == 6
    assert decisions(run) == []


def test_rows_are_inserted_deleted_split_and_joined(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.choose("indicators[0].level3")
        page.press("i")
        page.page.wait_for_selector("#form tr.inserted")
        inserted = page.page.get_attribute("#form tr.inserted", "data-row")
        page.choose(f"{inserted}.level3")
        page.edit("补种树木")
        page.choose("indicators[2].level3")
        page.press("d")
        page.choose("indicators[0].level3")
        page.press("j")
        page.choose("indicators[1].level3")
        page.page.keyboard.press("t")
        page.page.wait_for_selector("dialog .split")
        page.page.fill('dialog textarea[aria-label$=", upper row"] >> nth=2', "巡查")
        page.page.fill('dialog textarea[aria-label$=", lower row"] >> nth=2', "次数")
        page.page.click("dialog button.primary")
        page.page.wait_for_selector("dialog", state="hidden")
        page.ready()
        rows = page.page.eval_on_selector_all("#form tr[data-row]", "rows => rows.length")
        assert rows == 3 and page.errors == []
        shown = [page.shown(path) for path in ("indicators[0].level3", "indicators[1].level3")]
        assert shown == ["巡查次数1补种树木", "巡查"]
    assert [row["level3"] for row in records(run)[0]["values"]["indicators"]] == [f"巡查次数{n}" for n in (1, 2, 3)]


def test_a_value_is_moved_to_another_field(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.choose("rating")
        page.page.keyboard.press("m")
        page.page.wait_for_selector("dialog .targets")
        page.page.keyboard.type("expected_goal")
        page.page.keyboard.press("Enter")
        page.page.wait_for_selector("dialog", state="hidden")
        page.ready()
        assert (page.shown("expected_goal"), page.shown("rating")) == ("优", "—")
        page.press("u")
        assert (page.shown("expected_goal"), page.shown("rating")) == ("—", "优")


def test_a_form_that_was_missed_is_added_and_filled_in(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.page.keyboard.press("w")
        page.page.click("dialog .targets button:has-text('self_evaluation')")
        page.page.wait_for_selector("dialog", state="hidden")
        page.wait_left(7)
        assert "a.txt · added form 1 · self_evaluation" in page.page.inner_text("#place")
        page.choose("project_name")
        page.edit("渠道清淤")
        page.choose("indicators")
        page.press("e")
        page.page.wait_for_selector("#form tr.inserted")
        page.accept_form()
        page.wait_left(6)
        assert page.errors == []
    assert [d.action for d in decisions(run)][:2] == ["add", "set"]


def test_arrows_and_tab_go_through_a_table(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        chosen = "#form .chosen"
        page.press("ArrowDown")
        assert page.page.get_attribute(chosen, "data-path") == DOUBTS[1]
        page.press("ArrowLeft")
        assert page.page.get_attribute(chosen, "data-path") == "indicators[1].actual"
        page.press("Tab")
        assert page.page.get_attribute(chosen, "data-path") == DOUBTS[1]
        page.press("Enter")
        assert summary(run) == [("accept", DOUBTS[1], None)]


def test_the_whole_form_is_accepted_after_a_look_at_what_that_says(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.page.keyboard.press("f")
        page.page.wait_for_selector("dialog button.primary")
        said = page.page.inner_text("dialog")
        assert (
            "3 doubts are closed" in said
            and "indicators · 绩效指标, row 1, weight · 分值" in said
            and "a.txt · form 1" in said
        )
        page.page.keyboard.press("Escape")
        page.page.wait_for_selector("dialog", state="hidden")
        page.ready()
        assert page.left() == 6
        page.accept_form()
        assert page.left() == 3
        assert page.page.inner_text("#last").startswith("accepted: the whole form, and with it ")
    assert [line["settled"] for line in records(run)] == [True, False]


def test_identical_doubts_are_one_decision_after_a_look(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.page.keyboard.press("a")
        page.page.wait_for_selector("dialog h3")
        assert "6 doubts" in page.page.inner_text("dialog h3 >> nth=0")
        page.page.click("dialog button.primary")
        page.page.wait_for_selector("dialog", state="hidden")
        page.wait_left(0)
        page.ready()
        assert len({d.batch for d in decisions(run)}) == 1 and len(decisions(run)) == 6
        page.press("u")
        page.wait_left(6)
    assert decisions(run) == []


def test_the_mouse_does_it_too(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.page.click("#actions button:has-text('accept')")
        page.wait_left(5)
        page.ready()
        page.page.dblclick(f'#form [data-path="{DOUBTS[1]}"]')
        page.type("14.00")
        page.ready()
        page.page.click("#sheet mark.current")
        page.page.click("#actions button:has-text('undo')")
        page.wait_left(5)
        page.ready()
        page.page.click("#show_list")
        page.page.click("dialog .entry >> nth=3")
        page.ready()
        assert "b.txt" in page.page.inner_text("#place")
        page.page.click("#show_keys")
        assert "accept, and the next doubt" in page.page.inner_text("dialog")
        page.page.click("dialog .close")
        page.page.select_option("#only_document", "b.txt")
        page.ready()
        assert "3 in view" in page.page.inner_text("#left")
        assert page.errors == []


def test_printed_text_that_is_selected_becomes_the_value(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.choose("rating")
        page.page.wait_for_selector('#sheet mark.current[data-path="rating"]')  # the page is drawn anew for it
        mark = page.page.locator('#sheet mark[data-path="project_name"]').first
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        page.page.mouse.move(box["x"] + 1, box["y"] + 5)
        page.page.mouse.down()
        page.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 5, steps=6)
        page.page.mouse.up()
        page.page.wait_for_selector(".editor")
        assert page.page.input_value(".editor") in "水闸养护"
        page.page.keyboard.press("Escape")


def test_a_reload_in_the_middle_loses_nothing(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.press("Enter", "Enter")
        page.page.reload()
        page.ready()
        assert page.left() == 4
    assert len(decisions(run)) == 2


def test_two_people_at_once_have_different_documents(chromium: Any, run: Path) -> None:
    with served(run) as server:
        ada, ben = ReviewPage(chromium, server.address, "ada"), ReviewPage(chromium, server.address, "ben")
        assert "a.txt" in ada.page.inner_text("#place") and "b.txt" in ben.page.inner_text("#place")
        for _ in range(3):
            ada.press("Enter")
            ben.press("Enter")
        ben.press("u")
        assert ben.left() == 1
    by = [(d.who, d.path) for d in decisions(run)]
    assert sorted(by) == [("ada", path) for path in DOUBTS] + [("ben", path) for path in DOUBTS[:2]]


def test_who_looks_at_the_document_of_another_cannot_decide(chromium: Any, run: Path) -> None:
    with served(run) as server:
        ReviewPage(chromium, server.address, "ada")
        ben = ReviewPage(chromium, server.address, "ben")
        ben.page.keyboard.press("l")
        ben.page.click("dialog .entry >> nth=0")
        ben.ready()
        assert "ada is at work" in ben.message()
        ben.press("Enter")
        assert "ada is at work" in ben.message()
    assert decisions(run) == []


def test_a_server_that_is_killed_loses_no_decision(chromium: Any, run: Path) -> None:
    with served(run) as first:
        page = ReviewPage(chromium, first.address)
        page.press("Enter", "Enter")
        first.kill()
        page.page.keyboard.press("Enter")
        page.page.wait_for_selector("#message:not(:empty)")
    assert len(decisions(run)) == 2
    with served(run) as second:
        assert ReviewPage(chromium, second.address).left() == 4
    assert [len(line["unsettled"]) for line in records(run)] == [1, 3]


def corrected(result: DocumentResult) -> DocumentResult:
    """Another engine, which reads the weight of the first row otherwise."""

    result = doubted(result)

    def other(values: dict[str, Any]) -> dict[str, Any]:
        first, *rest = values["indicators"]
        return {**values, "indicators": [{**first, "weight": "16.00"}, *rest]}

    return replace(result, records=tuple(replace(r, values=other(r.values)) for r in result.records))


def test_a_run_in_between_shows_decisions_about_another_reading_as_stale(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        page.press("Enter", "Enter")
        make_run(run, DOCUMENTS, change=corrected)
        assert [line["unsettled"] for line in records(run)] == [[DOUBTS[0], DOUBTS[2]], list(DOUBTS)]
        page.page.wait_for_timeout(2_100)  # the server looks every two seconds
        page.page.reload()
        page.ready()
        page.wait_left(5)
        assert page.title().startswith(DOUBTS[0])
        assert "no longer apply (1)" in page.page.inner_text("#form .stale summary")
        page.press("Enter")
        assert page.left() == 4


def test_an_audit_shows_values_without_what_is_known_and_ends_with_a_bound(chromium: Any, run: Path) -> None:
    with served(run, "--sample", "4", "--seed", "3", command=("audit",)) as server:
        page = ReviewPage(chromium, server.address)
        assert page.left() == 4
        assert page.page.query_selector("#form .doubt, #doubt .finding, #form .residue") is None
        page.press("Enter", "x", "Enter")
        page.press("u", "Enter", "Enter")
        assert page.left() == 0
        server.process.terminate()
        said, _ = server.process.communicate(timeout=120)
    assert "4 values of 2 documents judged, 1 wrong" in said
    (wrong,) = [d for d in decisions(run) if d.action == "reject"]
    assert any(wrong.path in line["unsettled"] for line in records(run))


def test_a_labeller_sees_no_findings_and_writes_gold(chromium: Any, run: Path) -> None:
    gold = run.parent / "labels"
    with served(run, "--by", "ada", "--out", str(gold), command=("gold", "label")) as server:
        page = ReviewPage(chromium, server.address)
        assert page.page.query_selector("#form .doubt, #doubt .finding") is None
        page.choose("rating")
        page.edit("良")
        page.press("f", "f")
        assert page.left() == 0
    assert sorted(path.name for path in gold.iterdir()) == ["a.gold.json", "b.gold.json"]
    assert decisions(run) == []
