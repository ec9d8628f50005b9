from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from eval.bench.bench import bench
from eval.bench.bench import code_hash as real_code_hash
from eval.bench.config import arms, load
from eval.bench.text_damage import DAMAGES, damaged
from extractor.errors import CallError, ConfigError
from extractor.runs.run import load_schemas
from tests.eval_cases import evaluation_row, gold_file, self_evaluation
from tests.paths import ROOT

SAMPLES = ("baisha-transport-2026-targets", "shiqiao-2023-self-evaluation-ocr")
RESULTS = ("manifest.json", "verdicts.jsonl", "scores.jsonl", "summary.json", "report.html", "report.md", "report.csv")

ARMS = """
[[arms]]
name = "plain"
engine = "rules"

[[arms]]
name = "small chunks"
engine = "rules"
token_budget = 500
"""


@pytest.fixture(autouse=True)
def _pinned_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code under test may be edited while the tests run; what a change of it does is tested by itself."""
    monkeypatch.setattr("eval.bench.bench.code_hash", lambda: "pinned")


def config(folder: Path, damage: str = '["none", "misread"]', more: str = ARMS) -> Path:
    gold = [str(ROOT / "eval" / "gold" / f"{name}.gold.json") for name in SAMPLES]
    path = folder / "bench.toml"
    path.write_text(
        f"""
name = "Two arms"
out = "out"
seed = 5

[[sets]]
name = "samples"
gold = {json.dumps(gold)}
documents = ["{ROOT / "eval" / "samples"}"]
damage = {damage}
{more}
""",
        encoding="utf-8",
    )
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_bench_keeps_all_that_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(config(tmp_path)) == 0
    out = tmp_path / "out"
    assert all((out / name).is_file() for name in RESULTS)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert list(summary["arms"]) == ["plain", "small chunks"] and summary["not_read"] == []
    figures = summary["arms"]["plain"]
    assert set(figures["by_set"]) == {"samples", "samples, misread"}
    assert figures["by_set"]["samples"]["f1"] > figures["by_set"]["samples, misread"]["f1"] > 0
    counted = [v for v in lines(out / "verdicts.jsonl") if v["arm"] == "plain" and v["verdict"] == "right"]
    assert len(counted) == figures["all"]["right"] > 500
    scored = lines(out / "scores.jsonl")
    assert len(scored) == 2 * 2 * 2 and {s["document"] for s in scored} == {f"{name}.txt" for name in SAMPLES}
    assert summary["comparisons"][0]["figure"] == "F1"
    assert "Leaderboard" in capsys.readouterr().out


def test_the_manifest_names_everything_by_hash(tmp_path: Path) -> None:
    bench(config(tmp_path, damage='["none"]'))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["code"]["hash"] == "pinned" and manifest["code"]["version"] and manifest["prompts"]
    assert {len(h) for h in manifest["documents"]["samples"].values()} == {64}
    assert {len(h) for h in manifest["gold"]["samples"].values()} == {64}
    assert manifest["arms"]["plain"]["schemas"]["project_target"]["shape"]
    assert "api_key" not in json.dumps(manifest["arms"]) and manifest["packages"]["numpy"]
    keys = [cell["key"] for cell in manifest["cells"]]
    assert len(set(keys)) == 2 and all(
        (tmp_path / "out" / "predictions" / key / "records.jsonl").is_file() for key in keys
    )


def test_what_is_done_is_not_done_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench(config(tmp_path))
    first = (tmp_path / "out" / "summary.json").read_bytes()
    capsys.readouterr()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("an engine was called")

    monkeypatch.setattr("extractor.runs.run.run", never)
    assert bench(config(tmp_path)) == 0
    assert capsys.readouterr().out.count("done before") == 4
    assert (tmp_path / "out" / "summary.json").read_bytes() == first
    for name in ("summary.json", "verdicts.jsonl"):
        (tmp_path / "out" / name).unlink()
    assert bench(config(tmp_path), rescore=True) == 0
    assert (tmp_path / "out" / "summary.json").read_bytes() == first


def test_other_parameters_are_other_readings(tmp_path: Path) -> None:
    bench(config(tmp_path, damage='["none"]'))
    before = {path.name for path in (tmp_path / "out" / "predictions").iterdir()}
    bench(config(tmp_path, damage='["none"]', more=ARMS.replace("500", "700")))
    after = {path.name for path in (tmp_path / "out" / "predictions").iterdir()}
    assert before < after and len(after - before) == 1


def test_other_code_is_other_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "extractor").mkdir()
    module = tmp_path / "extractor" / "rules.py"
    module.write_text("VERSION = 1\n")
    monkeypatch.setattr("eval.bench.bench.ROOT", tmp_path)
    before = real_code_hash()
    assert real_code_hash() == before
    module.write_text("VERSION = 2\n")
    assert real_code_hash() != before


def test_corrected_gold_is_scored_without_reading_again(tmp_path: Path) -> None:
    form = self_evaluation([evaluation_row("培训场次")])
    gold = gold_file(tmp_path, form)
    (tmp_path / "case.txt").write_text("财政项目支出绩效自评表\n(2031年度)\n项目名称\t河湖巡护经费\n", encoding="utf-8")
    path = tmp_path / "bench.toml"
    path.write_text(f'out = "out"\n[[sets]]\nname = "one"\ngold = ["{gold}"]\n[[arms]]\nengine = "rules"\n')
    bench(path)
    gold_file(tmp_path, {**form, "project_name": "河湖巡查经费"})
    bench(path, rescore=True)
    wrong = [v["path"] for v in lines(tmp_path / "out" / "verdicts.jsonl") if v["gold"] == "河湖巡查经费"]
    assert wrong == ["project_name"]


def test_a_bench_killed_and_gone_on_with_says_the_same(tmp_path: Path) -> None:
    undisturbed, killed = tmp_path / "a", tmp_path / "b"
    for folder in (undisturbed, killed):
        folder.mkdir()
        config(folder)
    bench(undisturbed / "bench.toml")
    pinned = "import pathlib, eval.bench.bench as b; b.code_hash = lambda: 'pinned'"
    code = f"{pinned}; b.bench(pathlib.Path({str(killed)!r}, 'bench.toml'))"
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(lambda: any(killed.glob("out/predictions/*/ledger.sqlite")) or process.poll() is not None)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (killed / "out" / "summary.json").exists()
    assert bench(killed / "bench.toml") == 0
    same = ("summary.json", "verdicts.jsonl")
    assert [(killed / "out" / n).read_bytes() for n in same] == [(undisturbed / "out" / n).read_bytes() for n in same]


def _wait_for(ready: Any) -> None:
    until = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.005)


def test_a_document_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    gold = gold_file(tmp_path, self_evaluation([evaluation_row("培训场次")]))
    (tmp_path / "case.txt").write_bytes(bytes(range(256)) * 40)
    path = tmp_path / "bench.toml"
    path.write_text(f'out = "out"\n[[sets]]\nname = "broken"\ngold = ["{gold}"]\n[[arms]]\nengine = "rules"\n')
    assert bench(path) == 1
    figures = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["arms"]["rules"]["all"]
    assert (figures["f1"], figures["right"], figures["forms"]["missing"], figures["vanished"]) == (0.0, 0, 1, 0)


def test_made_documents_are_a_set_too(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    made = 'synth = { format = "ocr", count = 2, forms = "1-1", rows = "3-5" }'
    path.write_text(f'out = "out"\nseed = 11\n[[sets]]\nname = "made"\n{made}\n[[arms]]\nengine = "rules"\n')
    assert bench(path) == 0
    figures = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["arms"]["rules"]["all"]
    assert figures["documents"] == 2 and figures["forms"]["gold"] == 2


def test_settings_that_list_values_make_an_arm_of_each(tmp_path: Path) -> None:
    listed = 'name = "m"\nengine = "llm"\nmodel = ["one", "two"]\ntemperature = [0.0, 0.5]'
    more = f'[[arms]]\n{listed}\n[[arms]]\nengine = "rules"\n'
    path = config(tmp_path, more=more)
    found = arms(load(path), path)
    assert [arm.name for arm in found] == ["m one 0.0", "m one 0.5", "m two 0.0", "m two 0.5", "rules"]
    assert [(arm.engine, arm.settings.model, arm.settings.temperature) for arm in found][1] == ("llm", "one", 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("out = 3", "sets|out"),
        ("[[sets]", "is not TOML"),
        ('out = "o"\nsets = []\n[[arms]]\nengine = "rules"', "sets"),
        ('out = "o"\n[[sets]]\nname = "s"\n[[arms]]\nengine = "rules"', "needs gold"),
        (
            'out = "o"\n[[sets]]\nname = "s"\ngold = ["g"]\ndamage = ["fire"]\n[[arms]]\nengine = "rules"',
            "no damage named 'fire'",
        ),
        ('out = "o"\n[[sets]]\nname = "s"\ngold = ["g"]\n[[arms]]\nengine = "rules"\ncolour = 1', "colour"),
        ('out = "o"\n[[sets]]\nname = "s"\ngold = ["g"]\n[[arms]]\nengine = "llm"', "needs a model"),
        (
            'out = "o"\n[[sets]]\nname = "s"\ngold = ["g"]\n[[arms]]\nengine = "rules"\n[[arms]]\nengine = "rules"',
            "two arms",
        ),
    ],
)
def test_a_bench_that_says_nonsense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallError, match=message):
        arms(load(path), path)


@pytest.mark.parametrize(("name", "engines"), [("bench", ["rules"]), ("bench-model", ["rules", "llm"])])
def test_the_benches_that_come_with_the_project_can_be_run(name: str, engines: list[str]) -> None:
    path = ROOT / "eval" / f"{name}.toml"
    found = load(path)
    named = arms(found, path)
    assert [arm.engine for arm in named] == engines
    assert all(gold.is_file() for gold in found.sets[0].gold) and found.sets[0].documents[0].is_dir()
    assert all(arm.settings.replay is None or arm.settings.replay.is_file() for arm in named)


REPLAYED = """
[[arms]]
engine = "rules"

[[arms]]
engine = "llm"
model = "relayed"
replay = "answers.jsonl"
price_prompt = 2.0
price_completion = 8.0
"""


def recorded(folder: Path) -> Path:
    """The recording that comes with the project, below a bench."""
    file = folder / "answers.jsonl"
    file.write_bytes((ROOT / "cassettes" / "samples.jsonl").read_bytes())
    return file


def test_a_model_is_compared_by_its_recorded_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Paths of an arm are relative to the bench; what the answers cost is told by the ledger's prices."""
    recorded(tmp_path)
    assert bench(config(tmp_path, damage='["none"]', more=REPLAYED)) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    used = summary["arms"]["llm relayed"]["all"]["usage"]
    paid = ((used["prompt_tokens"]) * 2.0 + used["completion_tokens"] * 8.0) / 1_000_000
    assert used["money"] == pytest.approx(paid) and paid > 0
    assert {c["figure"] for c in summary["comparisons"]} == {"F1", "settled values that are right"}
    assert "llm relayed − rules" in capsys.readouterr().out


def test_another_recording_is_another_reading(tmp_path: Path) -> None:
    file, path = recorded(tmp_path), config(tmp_path, damage='["none"]', more=REPLAYED)
    bench(path)
    before = {folder.name for folder in (tmp_path / "out" / "predictions").iterdir()}
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    bench(path)
    assert len({folder.name for folder in (tmp_path / "out" / "predictions").iterdir()} - before) == 1


def test_an_arm_that_must_stop_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it read counts nowhere: documents that it never came to are not errors of it."""
    (tmp_path / "answers.jsonl").write_text("", encoding="utf-8")
    path = config(tmp_path, damage='["none"]', more=REPLAYED + ARMS)
    for rescore in (False, True):
        assert bench(path, rescore=rescore) == 1
        printed = capsys.readouterr().out
        assert "llm relayed · samples · 1: not read to the end, and in no figure" in printed
        summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
        assert list(summary["arms"]) == ["rules", "plain", "small chunks"]
        assert [cell["arm"] for cell in summary["not_read"]] == ["llm relayed"]
    assert "holds no answer" not in printed


def test_arms_are_compared_over_what_both_have_read(tmp_path: Path) -> None:
    """A reading that is not finished, of one damage of two, leaves the other damage to compare by."""
    path = config(tmp_path)
    bench(path)
    cells = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["cells"]
    lost = next(cell for cell in cells if (cell["arm"], cell["set"]) == ("plain", "samples, misread"))
    (tmp_path / "out" / "predictions" / lost["key"] / "done.json").unlink()
    assert bench(path, rescore=True) == 1
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    both = summary["arms"]["plain"]["by_set"]["samples"]["f1"]
    assert [(c["a"], c["b"]) for c in summary["comparisons"][:1]] == [(both, both)]


def test_gold_of_a_schema_of_ones_own_is_benched(tmp_path: Path) -> None:
    (tmp_path / "loan.py").write_text(
        "from schemas.fields import Form, printed\n\n\n"
        "class Loan(Form):\n    titles = ('借用登记表',)\n    borrower: str | None = printed('借用单位', key=True)\n",
        encoding="utf-8",
    )
    (tmp_path / "case.md").write_text("# 借用登记表\n\n| 借用单位 | 云桥县文化馆 |\n| --- | --- |\n", encoding="utf-8")
    schema = f"{tmp_path / 'loan.py'}:Loan"
    name = load_schemas([schema])[0].name
    gold = tmp_path / "case.gold.json"
    form = {"form_type": name, "borrower": "云桥县文化馆"}
    gold.write_text(json.dumps({"document": "case.md", "forms": [form]}, ensure_ascii=False), encoding="utf-8")
    path = tmp_path / "bench.toml"
    arm = f'[[arms]]\nengine = "rules"\nschemas = ["{schema}"]\n'
    path.write_text(f'out = "out"\n[[sets]]\nname = "own"\ngold = ["{gold}"]\n{arm}', encoding="utf-8")
    assert bench(path) == 0
    assert (
        json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["arms"]["rules"]["all"]["f1"] == 1
    )


def test_a_bench_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(CallError, match="nothing was run yet"):
        bench(config(tmp_path), rescore=True)


@pytest.mark.parametrize("name", sorted(DAMAGES))
def test_damage_comes_from_the_seed(name: str) -> None:
    text = ("项目名称\t河湖巡护经费\n年度目标\t完成 105 处\n" * 80).encode("gb18030")
    once, again, other = damaged(text, name, 1), damaged(text, name, 1), damaged(text, name, 2)
    assert once == again
    assert (once == text) if name == "none" else (once != other and once.decode("utf-8"))
