"""The English samples with the relayed answers of `cassettes/samples-en.jsonl`: what a reader of prompts gets right."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.scoring.gold import load
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, score_run
from extractor.config import Settings
from extractor.runs import run
from tests.english_forms import GOLD, NAMES, SAMPLES, schema_of
from tests.paths import ROOT

RECORDING = ROOT / "cassettes" / "samples-en.jsonl"


def read(name: str, out: Path) -> DocumentScore:
    played = Settings.model_validate(
        {"model": "relayed", "replay": RECORDING, "language": "en", "prompt_language": "en"}
    )
    run.run(run.Plan((SAMPLES / name,), out, played, (schema_of(name),), "llm"))
    (score,) = score_run([load(GOLD / f"{Path(name).stem}.gold.json")], load_run(out))
    return score


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_reader_reads_the_english_sample(name: str, tmp_path: Path) -> None:
    score = read(name, tmp_path)
    assert score.counts.silent == 0, score.mistakes
    assert score.counts.f1 is not None
    assert score.counts.f1 >= 0.97, score.mistakes
