"""The English samples answered by an honest reader, from gold: one call a form, whatever the schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schemas
from eval.scoring.gold import load
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import score_run
from extractor import readers
from extractor.config import Settings
from extractor.engines.llm.prompting import labels_key
from extractor.forms.regions import cut
from extractor.runs import run
from tests.english_forms import GOLD, NAMES, SAMPLES, gold_of, schema_of
from tests.fault_server import Faults, Step, running
from tests.gold_answers import answer


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_are_not_sent_back(name: str, tmp_path: Path) -> None:
    spec = schemas.load(schema_of(name))
    document = readers.read(SAMPLES / name, name, Settings(language="en"))
    (form,) = cut(document, [spec]).forms
    told = answer(form, gold_of(name))
    assert labels_key(spec) == "labels"
    with running(Faults(respond=lambda request: Step(answer=json.dumps(told)))) as server:
        own = Settings.model_validate({"model": "m", "base_url": server.url, "prompt_language": "en", "language": "en"})
        run.run(run.Plan((SAMPLES / name,), tmp_path, own, (spec.name,), "llm"))
        asked = [
            json.dumps(r["messages"][-1], ensure_ascii=False) for r in server.faults.requests if len(r["messages"]) > 2
        ]
    assert not asked, asked[0].replace("\\\\n", "\n")
    (score,) = score_run([load(GOLD / f"{Path(name).stem}.gold.json")], load_run(tmp_path))
    assert score.counts.silent == 0, score.mistakes
    assert score.counts.f1 is not None
    assert score.counts.f1 >= 0.97, score.mistakes
