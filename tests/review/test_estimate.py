"""How long what is left will take: by the median of the last decisions, and not before there are enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.document.decision import REVIEW, Decision
from extractor.ledger import decision_log
from extractor.review.run_records import ENOUGH, estimated
from tests.review.runs import evaluation, make_run


def told(tmp_path: Path, seconds: list[float], left: int = 60) -> float | None:
    """What is told after decisions that took so long, in their order."""
    run = make_run(tmp_path / "out", {"a.txt": evaluation("水闸养护")})
    made = [
        Decision(f"{n}/0", str(n), "ada", f"2031-01-01T00:00:{n:02}", s, "hash", 0, "accept", f"rows[{n}]", REVIEW, "")
        for n, s in enumerate(seconds)
    ]
    with decision_log.opened(run) as ledger:
        decision_log.add(ledger, made)
        return estimated(ledger, REVIEW, left, left).seconds


@pytest.mark.parametrize(("count", "known"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_no_time_is_told_before_there_are_enough_decisions(tmp_path: Path, count: int, known: bool) -> None:
    assert (told(tmp_path, [4.0] * count) is not None) is known


def test_a_pause_and_one_quick_key_change_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, [4.0] * 9 + [900.0, 0.1]) == 240.0


def test_the_last_decisions_count_and_not_those_long_ago(tmp_path: Path) -> None:
    assert told(tmp_path, [40.0] * 40 + [3.0] * decision_log.RECENT) == 180.0
