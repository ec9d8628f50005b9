"""Decisions are kept in the ledger and line by line beside it: none is lost, none counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.document.decision import Decision
from extractor.errors import CallError
from extractor.ledger import decision_log, store


def made(batch: str, path: str = "year", who: str = "ada", **more: str) -> Decision:
    action = "undo" if more.get("undoes") else "accept"
    return Decision(f"{batch}/0", batch, who, "2031-02-03T04:05:06+00:00", 2.0, "ab", 0, action, path, **more)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with store.writing(tmp_path):
        pass
    return tmp_path


def test_a_batch_that_is_sent_twice_counts_once(folder: Path) -> None:
    with decision_log.opened(folder) as ledger:
        assert decision_log.add(ledger, [made("a")])
        assert not decision_log.add(ledger, [made("a")])
        assert len(decision_log.of_form(ledger, "ab", 0, "review")) == 1


def test_what_was_taken_back_does_not_count_and_stays_in_the_file(folder: Path) -> None:
    with decision_log.opened(folder) as ledger:
        for decision in (made("a"), made("b", "title"), made("c", "", undoes="b")):
            decision_log.add(ledger, [decision])
            decision_log.append(folder, [decision])
        assert [d.batch for d in decision_log.of_form(ledger, "ab", 0, "review")] == ["a"]
        assert [d.batch for d in decision_log.last_batch(ledger, "ada", "review")] == ["a"]
    assert len((folder / decision_log.FILE).read_text().splitlines()) == 3
    assert [d.batch for d in decision_log.in_folder(folder, "review")["ab", 0]] == ["a"]


def test_a_decision_that_a_crash_kept_from_the_file_is_added_to_it(folder: Path) -> None:
    with decision_log.opened(folder) as ledger:
        decision_log.add(ledger, [made("a")])
    (folder / decision_log.FILE).write_text('{"id": "b/0", "bat', encoding="utf-8")
    with decision_log.opened(folder) as ledger:
        assert decision_log.latest(ledger, "ab", 0, "review") == 1
    assert [d.batch for d in decision_log.in_folder(folder, "review")["ab", 0]] == ["a"]


def test_decisions_survive_a_new_ledger_in_the_folder(folder: Path) -> None:
    with decision_log.opened(folder) as ledger:
        decision_log.add(ledger, [made("a")])
        decision_log.append(folder, [made("a")])
    for path in folder.glob("ledger.*"):
        path.unlink()
    with store.writing(folder):
        pass
    with decision_log.opened(folder) as ledger:
        assert [d.batch for d in decision_log.of_form(ledger, "ab", 0, "review")] == ["a"]
    assert len((folder / decision_log.FILE).read_text().splitlines()) == 1


def test_a_document_is_claimed_by_one_session_until_its_time_is_over(folder: Path) -> None:
    with decision_log.opened(folder) as ledger:
        assert decision_log.claim(ledger, "ab", "review", "ada", "s1", now=0) == ""
        assert decision_log.claim(ledger, "ab", "review", "ben", "s2", now=60) == "ada"
        assert decision_log.claimed(ledger, "review", "s2", now=60) == {"ab": "ada"}
        assert decision_log.claim(ledger, "ab", "label:ben", "ben", "s2", now=60) == ""
        assert decision_log.claim(ledger, "ab", "review", "ben", "s2", now=decision_log.CLAIM_SECONDS + 1) == ""
        assert decision_log.claim(ledger, "cd", "review", "ben", "s2", now=200) == ""
        assert decision_log.claimed(ledger, "review", "s1", now=200) == {"cd": "ben"}


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no run is kept here"), decision_log.opened(tmp_path):
        pass
