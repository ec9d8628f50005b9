"""Decisions applied to a record: what is in doubt changes, what was read does not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from extractor.accounting import decided
from extractor.accounting.judged_reading import places, reading_hash
from extractor.document.decision import Decision, from_json

FIRST, SECOND = ("L3", 0, 2), ("L4", 0, 2)


def span(unit: str, start: int, end: int, text: str) -> dict[str, Any]:
    return {"page": 1, "line": int(unit[1:]), "start": start, "end": end, "box": None, "text": text, "match": "exact"}


def record(*unsettled: str, scores: tuple[str | None, ...] = ("10", "20")) -> dict[str, Any]:
    """Two rows; the score of each stands in a line of its own."""
    rows = [{"name": f"row {n}", "score": score} for n, score in enumerate(scores)]
    evidence: dict[str, Any] = {"title": [span("L1", 0, 5, "Title")]}
    for n, score in enumerate(scores):
        evidence[f"rows[{n}].name"] = [span(f"L{n + 3}", 10, 15, f"row {n}")]
        evidence[f"rows[{n}].score"] = [span(f"L{n + 3}", 0, 2, score)] if score else []
    return {
        "document": "a.txt", "sha256": "ab", "form": 0, "schema": "s", "values": {"title": "Title", "rows": rows},
        "evidence": evidence, "findings": [], "residue": [], "settled": not unsettled, "unsettled": list(unsettled),
    }  # fmt: skip


def decision(action: Any, path: str, of: dict[str, Any], **more: Any) -> Decision:
    judged = path.rsplit("[", 1)[0] if action == "insert" else "" if "[+" in path else path
    named = f"{action} {path} {more}"
    return Decision(
        named, named, "a reader", "2031-02-03T04:05:06+00:00", 1.0, "ab", 0, action, path,
        judged=reading_hash(of, judged), evidence=places(of, path), **more,
    )  # fmt: skip


def test_an_accepted_value_is_settled_and_says_why() -> None:
    line = record("rows[0].score", "rows[1].score")
    got = decided.as_read(line, [decision("accept", "rows[0].score", line)])
    assert (got["unsettled"], got["settled"]) == (["rows[1].score"], False)
    assert [s["proof"] for s in got["evidence"]["rows[0].score"]] == ["decided"]
    assert "proof" not in got["evidence"]["rows[1].score"][0]
    assert got["values"] == line["values"]


def test_a_corrected_value_stays_as_read_and_in_doubt_and_is_settled_as_reviewed() -> None:
    line = record()
    before = copy.deepcopy(line)
    made = [decision("set", "rows[1].score", line, read="20", before="20", to="29")]
    as_read = decided.as_read(line, made)
    assert as_read["values"] == before["values"]
    assert as_read["unsettled"] == ["rows[1].score"]
    reviewed = decided.as_reviewed(line, made)
    assert reviewed["values"]["rows"][1]["score"] == "29"
    assert (reviewed["unsettled"], reviewed["reviewed"]) == ([], {"rows[1].score": "corrected"})
    assert line == before


def test_what_holds_others_is_accepted_with_all_of_them() -> None:
    line = record("", "rows[1]", "rows[1].score")
    assert decided.as_read(line, [decision("accept", "rows[1]", line)])["unsettled"] == [""]
    assert decided.as_read(line, [decision("accept", "", line)])["unsettled"] == []


def test_a_wrong_value_whose_right_one_is_unknown_is_in_doubt() -> None:
    line = record()
    made = [decision("reject", "title", line)]
    assert decided.as_read(line, made)["unsettled"] == decided.as_reviewed(line, made)["unsettled"] == ["title"]
    assert decided.as_read(line, [*made, decision("accept", "title", line)])["unsettled"] == []


def test_rows_keep_their_names_while_others_come_and_go() -> None:
    line = record()
    made = [
        decision("insert", "rows[+k]", line, after="0", to={"name": None, "score": None}),
        decision("set", "rows[+k].name", line, to="between"),
        decision("delete", "rows[0]", line),
        decision("set", "rows[1].score", line, read="20", to="21"),
    ]
    reviewed = decided.as_reviewed(line, made)
    assert [(r["name"], r["score"]) for r in reviewed["values"]["rows"]] == [("between", None), ("row 1", "21")]
    assert reviewed["reviewed"] == {"rows[0]": "inserted", "rows[0].name": "corrected", "rows[1].score": "corrected"}
    assert reviewed["deleted"] == ["rows[0]"]
    assert decided.as_read(line, made)["unsettled"] == ["rows", "rows[0]", "rows[1].score"]


def test_a_decision_about_another_reading_is_stale_and_counts_for_nothing() -> None:
    line = record("rows[0].score")
    made = [decision("accept", "rows[0].score", line)]
    other = record("rows[0].score", scores=("16", "20"))
    assert decided.as_read(other, made)["unsettled"] == ["rows[0].score"]
    assert decided.as_reviewed(other, made)["stale"] == ["rows[0].score"]


def test_who_decides_again_about_the_new_reading_ends_a_stale_decision() -> None:
    line, other = record("rows[0].score"), record("rows[0].score", scores=("16", "20"))
    made = [decision("accept", "rows[0].score", line), decision("accept", "rows[0].score", other)]
    assert decided.as_reviewed(other, made)["stale"] == []
    assert decided.as_reviewed(other, made)["unsettled"] == []


def test_a_decision_follows_its_row_to_another_number() -> None:
    line = record("rows[1].score")
    made = [decision("accept", "rows[1].score", line)]
    moved = record("rows[0].score")
    moved["values"]["rows"] = line["values"]["rows"][1:]
    moved["evidence"] = {
        "rows[0].name": line["evidence"]["rows[1].name"],
        "rows[0].score": line["evidence"]["rows[1].score"],
    }
    assert decided.as_read(moved, made)["unsettled"] == []


def test_an_empty_value_that_was_accepted_does_not_settle_the_empty_value_of_another_row() -> None:
    line = record("rows[0].score", scores=(None, "20"))
    made = [decision("accept", "rows[0].score", line)]
    assert decided.as_read(line, made)["unsettled"] == []
    other = record("rows[0].score", scores=(None, "20"))
    other["evidence"]["rows[0].name"] = [span("L9", 10, 15, "row 0")]
    assert decided.as_read(other, made)["unsettled"] == ["rows[0].score"]


def test_a_whole_record_that_has_new_residue_is_in_doubt_again() -> None:
    line = record("")
    made = [decision("accept", "", line)]
    other = {**line, "residue": [{"page": 1, "line": 8, "start": 0, "end": 2, "text": "30"}]}
    assert decided.as_read(other, made)["unsettled"] == [""]


def test_decisions_applied_twice_give_the_same() -> None:
    line = record("", "rows[0].score", "title")
    made = [decision("accept", "rows[0].score", line), decision("set", "title", line, read="Title", to="Other")]
    once = decided.as_read(line, made)
    assert decided.as_read(once, made) == once


def test_a_decision_is_the_same_after_it_was_written_and_read() -> None:
    made = decision("set", "rows[1].score", record(), read="20", before="20", to={"text": "≥20", "value": "20"})
    assert from_json(made.to_json()) == made
    assert made.to_json()["from"] == "20"


@pytest.mark.parametrize(
    "line", [{}, {"id": "a"}, {**decision("accept", "title", record()).to_json(), "action": "run"}]
)
def test_what_is_no_decision_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no decision"):
        from_json(line)
