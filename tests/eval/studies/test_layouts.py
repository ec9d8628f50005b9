"""Forms laid out at random: repeatable, with gold that the text bears out, every kind of variation really drawn."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eval.scoring import metrics
from eval.scoring.gold import load_all
from eval.scoring.predictions import readings
from eval.scoring.scores import score_run
from eval.studies.layouts.__main__ import main, write
from eval.studies.layouts.cells import Cell, GridLine, blank, label, value
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.drawn import FOLDED, Drawn, documents
from eval.studies.layouts.dropped import note, note_adjacent
from eval.studies.layouts.features import FEATURES, SEPARATORS, draw
from eval.studies.layouts.measure import Aside, Places, aside
from eval.studies.layouts.naming import UNKNOWN, Namer
from eval.studies.layouts.wrapping import wrapped
from eval.synth.wording import make_style
from schemas import SCHEMAS, builtin
from schemas.project_target import ProjectTarget
from schemas.spec import every, generic, spec_of
from schemas.values import fold
from tests.paths import ROOT

SEED = 4100


@cache
def many() -> tuple[Drawn, ...]:
    return tuple(documents(SEED, 900))


def digest(drawn: tuple[Drawn, ...]) -> str:
    parts = [d.text + json.dumps([d.gold, d.manifest()], ensure_ascii=False, sort_keys=True) for d in drawn]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def printed_strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts of gold that must be printed, with their paths."""
    if isinstance(value, dict) and "any_of" in value:
        value = value["any_of"][0]
    if isinstance(value, dict) and {"text", "operator"} <= set(value):
        yield path, value["text"]
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from printed_strings(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from printed_strings(inner, f"{path}[{i}]")
    elif value is not None:
        yield path, str(value)


def bare(text: str) -> str:
    """The text without white space, tags, bars and the commas of numbers."""
    text = re.sub(r"</?(p|tr|td|table)[^>]*>|[|\\]", "", text)
    return re.sub(r"(?<=\d),(?=\d{3})", "", fold(unescape(text)))


def spellings(path: str, text: str) -> set[str]:
    """How a document may print a text of gold: dates in two ways."""
    if path in ("start_date", "end_date"):
        year, month, day = text.split("-")
        return {text, f"{year}年{int(month)}月{int(day)}日"}
    return {bare(text)}


def test_a_seed_gives_the_same_documents_in_every_process() -> None:
    code = (
        "from tests.eval.studies.test_layouts import digest;"
        "from eval.studies.layouts.drawn import documents; print(digest(tuple(documents(9, 60))))"
    )
    env = {**os.environ, "PYTHONHASHSEED": "4", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(tuple(documents(9, 60)))
    assert digest(tuple(documents(10, 60))) != digest(tuple(documents(9, 60)))


def test_every_kind_is_drawn() -> None:
    drawn = {kind for document in many() for kind in document.features}
    assert drawn == {*SEPARATORS, *FEATURES}
    assert {form for d in many() for form in d.manifest()["forms"]} == set(SCHEMAS) & {
        "project_target",
        "self_evaluation",
        "department_target",
    }
    assert any(d.ambiguous for d in many())
    assert any(d.unknown for d in many())


def test_kinds_are_drawn_alone_and_together() -> None:
    sizes = [len(draw(Random(seed))) - 1 for seed in range(400)]  # noqa: S311 - made to be repeated
    assert {0, 1, 4} <= set(sizes)
    assert max(sizes) >= 8


def test_gold_is_valid(tmp_path: Path) -> None:
    drawn = many()[:150]
    written = write(drawn, tmp_path / "made")
    golds = load_all([tmp_path / "made" / "gold"])
    assert len(golds) == written.documents == 150
    assert sum(len(g.forms) for g in golds) == written.forms
    lines = (tmp_path / "made" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["document"] for line in lines] == [d.name for d in drawn]


def test_every_value_of_gold_stands_in_the_text() -> None:
    checked = 0
    for drawn in many():
        if FOLDED & set(drawn.features):
            continue
        text = bare(drawn.text)
        broken = {"running_head", "page_number"} & set(drawn.features) and "sep_page" in drawn.features
        for form in drawn.gold["forms"]:
            for path, held in printed_strings({k: v for k, v in form.items() if k != "form_type"}):
                if not broken:
                    assert any(s in text for s in spellings(path, held)), (drawn.name, path, held)
                    checked += 1
    assert checked > 10_000


def test_every_value_of_gold_stands_in_its_own_cell() -> None:
    for drawn in many():
        for form, cells in zip(drawn.gold["forms"], drawn.cells, strict=True):
            by_path: dict[str, str] = {}
            for cell in cells:
                by_path[cell.path] = by_path.get(cell.path, "") + bare(cell.text)
            for path, held in printed_strings({k: v for k, v in form.items() if k != "form_type"}):
                top = re.sub(r"\[\d+\]$", "", path)
                if path in ("year", "funding.currency_unit", "budget.currency_unit") or top == "notes":
                    pieces = bare(held) if FOLDED & set(drawn.features) else [bare(held)]
                    assert all(piece in bare(drawn.text) for piece in pieces), (drawn.name, path)
                elif re.search(r"level[12]$", path) and path not in by_path:
                    assert bare(held) in set(by_path.values()), (drawn.name, path)  # the label spans more rows
                else:
                    there = by_path.get(path) or by_path[top]
                    assert any(s in there for s in spellings(path, held)), (drawn.name, path, held)


def test_what_is_in_no_column_is_not_in_gold() -> None:
    missing = [d for d in many() if "column_missing" in d.features]
    for drawn in missing:
        names = {n for form in drawn.gold["forms"] for row in form["indicators"] for n in row}
        empty = [n for n in names if all(r[n] is None for f in drawn.gold["forms"] for r in f["indicators"])]
        assert empty, drawn.name
    assert len(missing) > 10


def test_unknown_labels_are_unknown() -> None:
    declared = {
        fold(word)
        for spec in builtin()
        for field in every(spec.fields)
        for word in (*field.printed.labels, *field.printed.column, *field.printed.heading)
    } | {fold(word) for spec in builtin() for word in (*spec.unasked, *spec.titles)}
    assert not {fold(word) for word in UNKNOWN.values()} & declared
    marked = [d for d in many() if d.unknown]
    for drawn in marked:
        assert "unknown_label" in drawn.features
        for place in drawn.unknown:
            path = generic(place["path"])
            word = UNKNOWN.get(path) or UNKNOWN[path.rpartition(".")[0]]
            parts = [w for w in re.split("[:()]", word) if w]
            assert all(bare(part) in bare(drawn.text) for part in parts), (drawn.name, word)


def test_known_labels_are_declared_ones() -> None:
    spec = spec_of(ProjectTarget, "project_target")
    for seed in range(50):
        namer = Namer(Random(seed), spec, frozenset({"label_variant"}), wide=False)  # noqa: S311 - made to be repeated
        for path in ("project_name", "annual_goal", "indicators[].target", "start_date"):
            field = spec.field(path)
            assert field is not None
            assert namer.beside(path) in (field.printed.labels or field.printed.column)


def test_ambiguous_places_are_places_of_gold() -> None:
    for drawn in many():
        for place in drawn.ambiguous:
            at: Any = drawn.gold["forms"][place["form"]]
            for name in re.findall(r"\w+", place["path"]):
                at = at[int(name)] if name.isdigit() else at[name]


def plain_drawing() -> Drawing:
    rng = Random(3)  # noqa: S311 - made to be repeated
    spec = spec_of(ProjectTarget, "project_target")
    return Drawing(rng, rng, frozenset(), Namer(rng, spec, frozenset(), wide=True), make_style(rng), {})


def test_a_value_dropped_before_others_is_ambiguous() -> None:
    cells = (value("30.00", "a.weight"), value("", "a.score"), value("流标", "a.deviation"))
    drawing = plain_drawing()
    note(drawing, GridLine(cells, "indicators"), cells, [1])
    assert drawing.ambiguous == {"a.score", "a.deviation"}


@pytest.mark.parametrize(
    "cells",
    [
        (label("其他资金"), value("", "left"), label("其他资金"), value("0.00", "right")),
        (value("30.00", "weight"), value("", "deviation")),
        (blank(), value("30.00", "weight")),
        (label("目标"), value("", "overall_goal"), Cell("做好", "long", "annual_goal")),
    ],
    ids=["before a label", "at the end", "no value of its own", "a lone goal"],
)
def test_a_blank_that_a_person_can_place_is_not_ambiguous(cells: tuple[Cell, ...]) -> None:
    drawing = plain_drawing()
    note(drawing, GridLine(cells, "funding"), cells, [k for k, cell in enumerate(cells) if not cell.text])
    assert drawing.ambiguous == set()


def test_wrapped_neighbours_are_ambiguous_without_a_sign_between() -> None:
    drawing = plain_drawing()
    note_adjacent(drawing, [(value("巡查影响", "name"), 2), (value("有所提升", "target"), 2)])
    assert drawing.ambiguous == {"name", "target"}
    other = plain_drawing()
    note_adjacent(other, [(value("巡查次数", "name"), 2), (value("≥12.00(次)", "target"), 2)])
    assert other.ambiguous == set()


def test_goals_one_after_the_other_are_ambiguous_unless_numbers_start_again() -> None:
    first = Cell("做好巡查。", "long", "expected_goal")
    both = {"expected_goal", "actual_completion"}
    for second, expected in (("完成巡查。\n资料齐全。", both), ("1.完成。\n2.齐全。", set())):
        drawing = plain_drawing()
        note_adjacent(drawing, [(first, 1), (Cell(second, "long", "actual_completion"), 2)])
        assert drawing.ambiguous == expected


def test_a_cut_name_stands_on_both_pages() -> None:
    cut = [d for d in many() if "page_break_in_row" in d.features and "sep_tab" in d.features]
    assert cut
    for drawn in cut:
        names = [r["level3"] for f in drawn.gold["forms"] for r in f["indicators"] if r["level3"]]
        assert any(name not in drawn.text for name in names), drawn.name


def test_wrapping_keeps_every_character_and_no_number_is_cut() -> None:
    text = "全年完成巡查12345.67次，\n覆盖GIS数据。"
    lines = wrapped(text, 3)
    assert "".join(lines) == text.replace("\n", "")
    assert "12345.67" in lines


def test_measuring_gives_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made"
    assert main(["--seed", "12", "--forms", "6", "--out", str(out), "--measure"]) == 0
    printed = capsys.readouterr().out
    assert "Layouts of seed 12" in printed
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    forms = [len(json.loads(line)["forms"]) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert figures["all"]["forms"]["gold"] == sum(forms) >= 6
    assert figures["all"]["documents"] == len(forms)
    assert figures["all"]["right"] > 0
    by_separator = [figures["features"][name] for name in SEPARATORS]
    assert sum(counts["right"] for counts in by_separator) == figures["all"]["right"]
    assert sum(counts["silent"] for counts in by_separator) == figures["all"]["silent"]
    assert sum(counts["right"] for counts in figures["numbers"].values()) == figures["all"]["right"]
    leaves = [entry for entry in figures["silent"] if entry["record"] >= 0]
    assert len(leaves) == figures["all"]["silent"]
    assert main(["--seed", "12", "--forms", "6", "--out", str(out)]) == 2  # not over what is there


def test_doubted_errors_at_ambiguous_places_are_counted_aside(tmp_path: Path) -> None:
    form = next(d.gold["forms"][0] for d in many() if d.gold["forms"][0]["form_type"] == "project_target")
    gold = tmp_path / "x.gold.json"
    gold.write_text(json.dumps({"document": "x.txt", "title": None, "forms": [form]}), encoding="utf-8")
    values = {k: v for k, v in form.items() if k != "form_type"} | {"annual_goal": "别的", "start_date": None}
    values["indicators"] = [
        row | {"target": row["target"]["any_of"][0] if "any_of" in row["target"] else row["target"]}
        for row in form["indicators"]
    ]
    flag = {"path": "annual_goal", "about": "reading", "kind": "doubt", "message": ""}
    record = {"document": "x.txt", "form": 0, "schema": "project_target", "values": values, "findings": [flag]}
    record["unsettled"] = [flag["path"]]
    scores = score_run(load_all([gold]), readings([record]))
    ambiguous, unknown = frozenset({(0, "annual_goal")}), frozenset({(0, "start_date")})
    left = aside(scores, {"x.txt": Places(ambiguous, unknown)})
    assert (left.ambiguous, left.unknown_nulls) == (1, 1)
    c = scores[0].counts
    assert left.f1 == metrics.f1(c.right, c.false_positives - 1, c.false_negatives - 1)
    assert left.silent_rate == 0 < (c.silent_rate or 0)
    assert aside(scores, {"x.txt": Places(unknown, ambiguous)}) == Aside(0, 0, c.f1, c.silent_rate)
