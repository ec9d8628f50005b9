"""The generator of documents: what it prints is what its gold says, and it says the same each time."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import load_all
from eval.synth.__main__ import main
from eval.synth.content import FORM_TYPES, Form, Options, make
from eval.synth.formats import FORMATS, case, with_errors
from eval.synth.forms import sheets
from eval.synth.html import html
from eval.synth.ocr_text import ocr_text
from eval.synth.page_text import page_text
from eval.synth.planted import broken, plant
from eval.synth.seeds import seeded
from eval.synth.sheet import Table, slots, split_rows
from eval.synth.wrap import ems, wrap
from schemas import SCHEMAS
from schemas.values import fold, parse_indicator

SEEDS = st.integers(0, 10**6)
TEXTS = ("ocr", "page", "html", "md")
ALL = Options(types=(*FORM_TYPES, "table"), mixed=True)


def leaves(value: Any) -> list[str]:
    """Every printed paragraph of a form's values: indicator values by their text, numbers as they are."""
    if isinstance(value, dict):
        return leaves(value["text"]) if "text" in value else [t for v in value.values() for t in leaves(v)]
    if isinstance(value, list):
        return [t for v in value for t in leaves(v)]
    return [] if value is None else str(value).split("\n")


def squeezed(text: str) -> str:
    return fold(unescape(re.sub(r"</?[a-z][^>]*>", "", text))).replace(",", "")


@given(SEEDS)
def test_every_form_fits_its_schema(seed: int) -> None:
    for form in make(seed, ALL).forms:
        SCHEMAS[form.type].model_validate(form.values)


@given(SEEDS)
def test_without_planted_errors_only_values_that_nobody_fills_in_are_missing(seed: int) -> None:
    for form in make(seed).forms:
        hits = [hit for hit in broken(form) if form.type != "department_target" or hit.kind != "present"]
        assert hits == []


@given(SEEDS)
def test_indicator_values_are_what_the_schema_reads_in_their_text(seed: int) -> None:
    for form in make(seed).forms:
        for row in form.values["indicators"]:
            if row["target"]:
                assert parse_indicator(row["target"]["text"]).model_dump() == row["target"]


@given(SEEDS)
def test_tables_have_no_holes_and_no_overlaps(seed: int) -> None:
    for sheet in sheets(make(seed, ALL)):
        for block in sheet.blocks:
            if isinstance(block, Table):
                assert len(slots(block)) == sum(len(row) for row in block.rows)


@given(SEEDS, st.integers(1, 8))
def test_a_table_split_in_two_holds_each_text_once(seed: int, at: int) -> None:
    tables = [b for s in sheets(make(seed, ALL)) for b in s.blocks if isinstance(b, Table) and len(b.rows) > at]
    for table in tables[:2]:
        parts = (split_rows(table, 0, at), split_rows(table, at, len(table.rows)))
        texts = [cell.text for part in parts for _, _, cell in slots(part) if cell.text]
        assert Counter(texts) == Counter(c.text for _, _, c in slots(table) if c.text)


@given(SEEDS)
def test_planted_errors_are_all_listed(seed: int) -> None:
    for form in make(seed, Options(forms=(1, 2))).forms:
        bad = plant(form, 1.0, seeded("test", seed))
        kinds = {hit.kind for hit in broken(bad)}
        assert {"percent_at_most100"} <= kinds
        assert kinds & {"sums", "share"}


def test_the_rate_of_planted_errors_is_the_rate_asked_for() -> None:
    swapped = total = 0
    for seed in range(300):
        for form in with_errors(make(seed, Options(types=("project_target",))), 0.2).forms:
            total += 1
            swapped += form.values["start_date"] > form.values["end_date"]
    assert 0.15 < swapped / total < 0.25


def test_a_broken_sum_is_found_by_its_total() -> None:
    form = make(3, Options(types=("project_target",), forms=(1, 1))).forms[0]
    form.values["funding"]["annual_total"] = "1.00"
    assert [(hit.path, hit.kind) for hit in broken(form)] == [("funding.annual_total", "sums")]


@pytest.mark.parametrize("format_", ["ocr", "html", "md"])
@given(seed=SEEDS)
def test_what_the_gold_says_is_printed(format_: str, seed: int) -> None:
    made = case(seed, format_, Options(forms=(1, 2), rows=(3, 20)))
    printed = squeezed(made.data.decode())
    for form in made.gold["forms"]:
        missing = [t for t in leaves(form) if squeezed(t) not in printed and t != form["form_type"]]
        assert missing == []


@given(SEEDS)
def test_page_text_prints_every_character_of_the_values(seed: int) -> None:
    content = make(seed, Options(forms=(1, 1), rows=(3, 20)))
    made = page_text(content, seeded("test", seed))
    printed = Counter(squeezed(made.data.decode()))
    wanted: Counter[str] = Counter()
    for sheet in sheets(content):
        for block in sheet.blocks:
            texts = [c.text for row in block.rows for c in row] if isinstance(block, Table) else [block.text]
            wanted.update(squeezed("".join(texts)))
    assert wanted - printed == Counter()


@given(SEEDS)
def test_labels_lost_in_ocr_text_are_those_above(seed: int) -> None:
    content = make(seed, Options(types=("project_target",), forms=(1, 3)))
    made = ocr_text(content, seeded("test", seed))
    for before, after in zip(content.forms, made.forms, strict=True):
        for i, (old, new) in enumerate(zip(before.values["indicators"], after.values["indicators"], strict=True)):
            assert old["level3"] == new["level3"]
            if old["level1"] != new["level1"]:
                assert new["level1"] == after.values["indicators"][i - 1]["level1"]


def test_some_ocr_texts_lose_labels_and_targets() -> None:
    lost: Counter[str] = Counter()
    for seed in range(60):
        content = make(seed)
        made = ocr_text(content, seeded("test", seed))
        for before, after in zip(content.forms, made.forms, strict=True):
            for old, new in zip(before.values["indicators"], after.values["indicators"], strict=True):
                lost.update(name for name in old if old[name] != new[name])
    assert lost["level1"] and lost["level2"] and lost["target"]
    assert not set(lost) - {"level1", "level2", "target"}


def test_html_has_true_spans() -> None:
    made = html(make(5, Options(types=("self_evaluation",), forms=(1, 1))), seeded("test", 1)).data.decode()
    assert 'rowspan="5"' in made
    assert 'colspan="7"' in made


@given(st.text(alphabet="数量指标abc123，。（）(). ", min_size=1, max_size=80), st.floats(2, 40))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: float) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(ems(line) <= width + 2 for line in lines)


@pytest.mark.parametrize("format_", sorted(set(FORMATS) & set(TEXTS)))
def test_the_same_seed_gives_the_same_bytes(format_: str) -> None:
    assert case(11, format_) == case(11, format_)
    assert case(11, format_).data != case(12, format_).data


@pytest.mark.parametrize("format_", TEXTS)
def test_the_command_writes_documents_and_gold_that_eval_accepts(format_: str, tmp_path: Path) -> None:
    assert main(["--seed", "4", "--count", "3", "--format", format_, "--out", str(tmp_path)]) == 0
    golds = sorted(tmp_path.glob("*.gold.json"))
    assert [g.name for g in golds] == [f"synth-{format_}-{seed}.gold.json" for seed in (4, 5, 6)]
    for path in golds:
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert (tmp_path / raw["document"]).is_file()
        assert all({"form", "path", "kind"} == set(hit) for hit in raw["planted"])


def test_forms_and_rows_are_as_many_as_asked_for() -> None:
    made = make(2, Options(types=("project_target",), forms=(30, 30), rows=(3, 60)))
    assert len(made.forms) == 30
    sizes = [len(f.values["indicators"]) for s in range(80) for f in make(s, Options(types=FORM_TYPES[:2])).forms]
    assert min(sizes) >= 3
    assert 30 < max(sizes) <= 60


def test_weights_sum_to_a_hundred() -> None:
    forms: list[Form] = [f for s in range(60) for f in make(s, Options(types=("self_evaluation",))).forms]
    for form in forms:
        total = sum(Decimal(row["weight"]) for row in form.values["indicators"])
        assert total + Decimal(form.values["funding"]["total"]["weight"]) == 100


def test_the_gold_of_a_format_is_validated(tmp_path: Path) -> None:
    assert main(["--seed", "1", "--count", "2", "--format", "ocr", "--out", str(tmp_path), "--mixed"]) == 0
    assert len(load_all([tmp_path])) == 2
