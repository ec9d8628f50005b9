"""The verdicts of `eval` beside those of an independent scorer, on a corpus that is not part of this repository.

Looked for in `EXTRACTOR_SHARED`, else in `shared` beside the repository. Where the two differ on purpose:

- a text changed in a list of texts (a duty, a note) is one wrong leaf here, one omitted and one invented there;
- a form read by another schema is missing and extra here, found and all omitted there;
- forms are paired by all of their values here, by name and order alone there (one differs where a lost form's neighbour
  has lost its name);
- rows in another order are found here, partly omitted and invented there (its alignment keeps the order);
- rows with no more than a label or a score in common are omitted and invented here, paired and wrong there;
- text that differs in the decimals of a number (`1.0`, `1.00`) is wrong here, right there (amounts: right in both);
- a sign on a zero, or a plus sign, is an error here; a radical printed for its character (`⼾`, `户`) is not.
"""

from __future__ import annotations

import copy
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.scoring.gold import load_all
from eval.scoring.metrics import Counts, Forms, Rows
from eval.scoring.predictions import load
from eval.scoring.scores import score_run, total
from tests.eval_cases import Form, run_folder
from tests.paths import SHARED

CORPUS, SCORER = SHARED / "corpus", SHARED / "tools" / "score.py"

pytestmark = pytest.mark.skipif(
    not (CORPUS.is_dir() and SCORER.is_file()), reason=f"no corpus and scorer in {SHARED}; set EXTRACTOR_SHARED"
)


def gold_records() -> list[Form]:
    """The gold of the corpus as the records of a run that read everything."""
    out = []
    for path in sorted(CORPUS.glob("*.gold.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        for index, form in enumerate(gold["forms"]):
            values = {key: value for key, value in form.items() if key != "form_type"}
            out.append(
                {
                    "document": gold["document"],
                    "form": index,
                    "schema": form["form_type"],
                    "values": values,
                    "findings": [],
                }
            )
    return out


def their_figures(folder: Path) -> dict[str, int]:
    """What the other scorer counts, from its printed lines."""
    command = [sys.executable, str(SCORER), str(folder / "records.jsonl"), str(CORPUS)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    figures: dict[str, int] = {}
    for line in out.splitlines():
        for name, number in re.findall(r"(right|wrong|omitted|invented) (\d+)", line if " F1 " in line[40:46] else ""):
            figures[name] = figures.get(name, 0) + int(number)
    last = re.search(
        r"perfect (\d+) missing (\d+) extra (\d+) rows (\d+) omitted (\d+) invented (\d+) .* silent (\d+)", out
    )
    assert last is not None, out
    names = ("perfect", "missing", "extra", "rows", "rows omitted", "rows invented", "silent")
    return {**figures, **{name: int(number) for name, number in zip(names, last.groups(), strict=True)}}


def our_figures(folder: Path) -> dict[str, int]:
    whole = total(score_run(load_all([CORPUS]), load(folder)))
    c: Counts = whole.counts
    forms: Forms = whole.forms
    rows: Rows = whole.rows
    return {
        "right": c.right,
        "wrong": c.wrong,
        "omitted": c.omitted,
        "invented": c.invented,
        "perfect": forms.perfect,
        "missing": forms.missing,
        "extra": forms.extra,
        "rows": rows.found,
        "rows omitted": rows.omitted,
        "rows invented": rows.invented,
        "silent": c.silent + c.vanished,
    }


def scalar_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every leaf that stands in no list of texts."""
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in scalar_places(v, (*path, k))]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) if isinstance(v, dict) for p in scalar_places(v, (*path, i))]
    return [path]


def put(values: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        values = values[step]
    values[path[-1]] = value


def got(values: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        values = values[step]
    return values


def mutated(records: list[Form], seed: int) -> list[Form]:
    """Records with changed digits and characters, emptied and invented values, lost and doubtful rows, a lost form."""
    random_ = random.Random(seed)  # noqa: S311 - no secret, a seed
    out = copy.deepcopy(records)
    for read in out:
        for path in random_.sample(scalar_places(read["values"]), 6):
            put(read["values"], path, _altered(got(read["values"], path), random_))
        rows = read["values"]["indicators"]
        if len(rows) > 3 and random_.random() < 0.6:  # not both: the other scorer would pair the lost with the new row
            del rows[random_.randrange(len(rows))]
        elif random_.random() < 0.6:
            rows.insert(random_.randrange(len(rows)), _new_row(rows[0]))
        read["unsettled"] = random_.sample(["rating", "indicators", "indicators[1]", "funding", "budget.total"], 2)
        read["findings"] = [{"path": path, "about": "reading"} for path in read["unsettled"]]
    del out[random_.randrange(1, len(out) - 1)]
    return out


def _altered(value: Any, random_: random.Random) -> Any:
    if value is None:
        return "invented"
    if random_.random() < 0.3:
        return None
    return value + 1 if isinstance(value, int) else value[:-1] + ("8" if value[-1] != "8" else "3")


def _new_row(like: Form) -> Form:
    target = {"text": "<41(公里)", "operator": "<", "value": "41", "unit": "公里"}
    row = dict.fromkeys(like, None) | {"level1": "新增类", "level2": "新增项", "level3": "zzz", "target": target}
    return copy.deepcopy(row)


def test_gold_scores_one_in_both(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, gold_records())
    ours = our_figures(folder)
    assert ours == their_figures(folder)
    assert ours["right"] > 1000 and ours["wrong"] + ours["omitted"] + ours["invented"] == 0


@pytest.mark.parametrize("seed", range(12))
def test_mutated_records_have_the_same_verdicts_in_both(tmp_path: Path, seed: int) -> None:
    folder = run_folder(tmp_path, mutated(gold_records(), seed))
    ours = our_figures(folder)
    assert ours == their_figures(folder)
    assert min(ours["wrong"], ours["omitted"], ours["invented"], ours["missing"], ours["silent"]) > 0


def test_a_changed_duty_is_one_wrong_here_and_one_omitted_and_one_invented_there(tmp_path: Path) -> None:
    records = gold_records()
    duties = next(r["values"]["duties"] for r in records if r["values"].get("duties"))
    duties[0] = duties[0][:-1] + "x"
    folder = run_folder(tmp_path, records)
    ours, theirs = our_figures(folder), their_figures(folder)
    assert (ours["wrong"], ours["omitted"], ours["invented"]) == (1, 0, 0)
    assert (theirs["wrong"], theirs["omitted"], theirs["invented"]) == (0, 1, 1)
    assert ours["right"] == theirs["right"]


def test_a_form_read_by_another_schema_is_missing_here_and_found_empty_there(tmp_path: Path) -> None:
    records = gold_records()
    record = next(r for r in records if r["schema"] == "self_evaluation")
    record["schema"] = "project_target"
    folder = run_folder(tmp_path, records)
    ours, theirs = our_figures(folder), their_figures(folder)
    assert (ours["missing"], ours["extra"]) == (1, 1)
    assert ours["omitted"] == theirs["omitted"] > 0
    assert (theirs["invented"], ours["right"]) == (0, theirs["right"])
