"""The samples read by a model, played from one recorded run: whatever endpoint answered when it was recorded.

Recorded answers say how well the prompt is understood by who answered it; no figure here stands for a named model.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import schemas
from eval.scoring.gold import load
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, score_run, total
from extractor import readers
from extractor.cli import main
from extractor.config import Settings
from extractor.engines import llm
from extractor.forms.chunks import chunks
from extractor.forms.regions import cut
from extractor.pipeline import process
from extractor.runs import run
from tests.cassettes import FOLDER
from tests.fault_server import Faults, Step, running
from tests.llm_model import answers_for, reply
from tests.paths import ROOT

SAMPLES, GOLD = ROOT / "eval" / "samples", ROOT / "eval" / "gold"
NAMES = sorted(p.name for p in SAMPLES.iterdir() if (GOLD / f"{p.stem}.gold.json").is_file())
MISREAD = {
    "qingxi-culture-2025-targets.txt": "a goal text under two headings was split in two by its sense (form 3): 99.44 %"
}
"""The samples that the recorded reader reads below the bar, and why; what is wrong there is flagged."""


def read(name: str, out: Path) -> DocumentScore:
    played = Settings(model="relayed", replay=FOLDER / "samples.jsonl")
    run.run(run.Plan((SAMPLES / name,), out, played, (), "llm"))
    (score,) = score_run([load(GOLD / f"{Path(name).stem}.gold.json")], load_run(out))
    return score


@pytest.mark.parametrize("name", NAMES)
def test_no_error_of_a_recorded_reader_is_silent(name: str, tmp_path: Path) -> None:
    assert read(name, tmp_path).counts.silent == 0


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.xfail(strict=True, reason=MISREAD[n]) if n in MISREAD else ()) for n in NAMES],
)
def test_a_recorded_reader_reads_the_sample(name: str, tmp_path: Path) -> None:
    score = read(name, tmp_path)
    assert score.counts.f1 is not None
    assert score.counts.f1 >= 0.995, score.mistakes


@pytest.mark.parametrize(("engine", "recorded"), [("llm", "samples.jsonl"), ("hybrid", "samples-hybrid.jsonl")])
def test_a_recorded_run_is_replayed_by_the_command_line(engine: str, recorded: str, tmp_path: Path) -> None:
    call = [
        "run",
        *(str(SAMPLES / name) for name in NAMES),
        "--engine",
        engine,
        "--model",
        "relayed",
        "--out",
        str(tmp_path),
    ]
    assert main([*call, "--replay", str(FOLDER / recorded)]) == 0
    scores = score_run([load(path) for path in sorted(GOLD.glob("*.gold.json"))], load_run(tmp_path))
    counts = total(scores).counts
    assert counts.silent == 0
    assert counts.f1 is not None
    assert counts.f1 >= 0.995, [mistake for score in scores for mistake in score.mistakes]


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_in_the_compact_form_says_all_that_a_record_holds(name: str) -> None:
    """What rules read, put into the compact form and back through this engine, is the same record."""
    document = readers.read(SAMPLES / name, name, Settings())
    forms = list(cut(document, schemas.builtin()).forms)
    values = answers_for(forms)
    shown = [(chunk, values[form.index]) for form in forms for chunk in chunks(form, 100_000)]
    with running(Faults(respond=lambda request: Step(answer=reply(request, shown)))) as server:
        own = Settings.model_validate({"model": "m", "base_url": server.url, "token_budget": 100_000})
        with llm.serving(own):
            told = process(document, own, schemas.builtin(), "llm")
    alone = process(document, Settings(), schemas.builtin(), "rules")
    assert [squeezed(r.values) for r in told.records] == [squeezed(r.values) for r in alone.records]


def squeezed(value: object) -> str:
    """A value without white space, which neither form keeps exactly."""
    return "".join(str(value).replace("\\n", "").split())
