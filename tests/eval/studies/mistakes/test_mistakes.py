"""Mistakes in recorded answers: each kind changes an answer, and none of what it spoils counts as settled."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from eval.studies.mistakes.__main__ import main, one_at_a_time, tally
from eval.studies.mistakes.answer_mistakes import KINDS
from eval.studies.mistakes.answer_slots import altered
from eval.studies.mistakes.ocr_mistakes import OCR_KINDS
from eval.studies.mistakes.recorded_forms import RecordedForm, recorded_forms
from eval.studies.mistakes.spoiled_values import Effect, changed_proven, effect, leaves_of
from eval.synth.seeds import seeded
from extractor.accounting.value_tree import holds
from tests.paths import ROOT

GOLD = ROOT / "eval" / "gold" / "nanpu-culture-2023-report.gold.json"


@cache
def forms(engine: str = "llm") -> tuple[RecordedForm, ...]:
    recording = {"llm": "samples.jsonl", "hybrid": "samples-hybrid.jsonl"}[engine]
    return tuple(recorded_forms(ROOT / "eval" / "samples", GOLD, ROOT / "cassettes" / recording, engine))


def test_there_are_as_many_kinds_as_the_study_promises() -> None:
    assert len(KINDS) >= 25
    assert all((kind.__doc__ or "").endswith(".") for kind in KINDS.values())


def test_the_honest_answer_spoils_nothing() -> None:
    one = forms()[0]
    record = one.conclude(one.values)
    found = effect(leaves_of(one.gold, record), one.gold, record)
    assert (found.spoiled, found.silent) == (0, 0)
    assert found.settled > 0


def test_a_mistake_leaves_the_recorded_answer_as_it_is() -> None:
    one = forms()[0]
    before = repr(one.values)
    answer = altered(one.form, one.values)
    assert KINDS["row_dropped"](answer, seeded("test", 1))
    assert repr(one.values) == before != repr(answer.values)


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_value_that_a_mistake_spoils_is_settled(kind: str) -> None:
    own = [t.effect for t in one_at_a_time(forms(), [kind], 1, 7)]
    assert tally(own).spoiled_silently == 0


def test_a_tally_counts_what_is_silent_as_a_whole_and_in_part() -> None:
    counted = tally([Effect(2, 2, 9, 10, True), Effect(3, 1, 8, 10, False), Effect(0, 0, 10, 10, True)])
    assert (counted.harmful, counted.silent, counted.partly, counted.in_settled_records) == (2, 1, 1, 1)
    assert counted.share == 3 / 5


def test_the_study_prints_its_figures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call = ["--gold", str(GOLD), "--samples", str(ROOT / "eval" / "samples"), "--recordings", str(ROOT / "cassettes")]
    assert main([*call, "--kind", "row_dropped"]) == 0
    shown = capsys.readouterr().out
    assert "row_dropped" in shown and "silent error rate" in shown


def test_a_value_that_rules_had_settled_and_that_is_gone_is_told() -> None:
    one = next(f for f in forms("hybrid"))
    alone = one.alone or one.conclude(one.values)
    assert changed_proven(alone, alone) == ()
    path = next(p for p in alone.evidence if not any(holds(outer, p) for outer in alone.unsettled))
    span = replace(alone.evidence[path][0], place=alone.evidence[path][0].place._replace(start=999, end=1000))
    moved = replace(alone, evidence={**alone.evidence, path: (span,)})
    assert changed_proven(alone, moved) == (path,)
    assert changed_proven(None, moved) == ()


LINES = ["名称\t数量\t目标", "巡护未完成\t8.50\t≥13%", "清理\t-3\t25"]


@pytest.mark.parametrize("kind", list(OCR_KINDS))
def test_a_mistake_of_ocr_alters_the_lines_in_one_place(kind: str) -> None:
    lines = list(LINES)
    assert OCR_KINDS[kind](lines, seeded("ocr", 3))
    assert lines != LINES
    unaltered = sum(line in LINES for line in lines)
    assert unaltered >= len(LINES) - 2
    assert not OCR_KINDS[kind]([], seeded("ocr", 3))


def test_mistakes_of_ocr_are_measured_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["--gold", str(GOLD), "--samples", str(ROOT / "eval" / "samples"), "--ocr", "--kind", "digit_misread"]
    assert main(call) == 0
    shown = capsys.readouterr().out
    assert "digit_misread" in shown and "silent of spoiled values" in shown
