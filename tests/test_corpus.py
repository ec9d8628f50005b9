"""The real documents, where they are at hand: `EXTRACTOR_SHARED`, or `../shared` beside the repository."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from eval.scoring.metrics import covers
from eval.scoring.scores import DocumentScore, total
from extractor.document.results import Record
from tests.paths import SHARED
from tests.scored import read_folder, scores_of, silent_errors

CORPUS = SHARED / "corpus"
SCHEMAS = {"project_target": 20, "self_evaluation": 9, "department_target": 1}

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared corpus is not here; EXTRACTOR_SHARED names the folder that holds it"
)


def records() -> list[Record]:
    return [r for d in read_folder(CORPUS, "*.txt") for r in d.records if r.schema != "table"]


@cache
def scores() -> list[DocumentScore]:
    return scores_of(read_folder(CORPUS, "*.txt"), CORPUS)


def test_every_document_is_read() -> None:
    assert [d.status for d in read_folder(CORPUS, "*.txt")] == ["done"] * 5


def test_all_thirty_forms_are_found_and_none_extra() -> None:
    assert Counter(r.schema for r in records()) == SCHEMAS
    forms = total(scores()).forms
    assert (forms.found, forms.missing, forms.extra) == (13, 0, 0)


def test_what_gold_knows_is_read_right() -> None:
    f1 = total(scores()).counts.f1
    assert f1 is not None
    assert f1 >= 0.99


def test_no_error_is_silent() -> None:
    assert silent_errors(scores()) == []
    assert total(scores()).counts.silent_rate == 0


def test_no_row_is_lost_or_invented() -> None:
    rows = total(scores()).rows
    assert (rows.omitted, rows.invented) == (0, 0)


def test_most_values_are_settled() -> None:
    values = settled = 0
    for record in records():
        flags = [f.path for f in record.findings if f.about == "reading"]
        values += len(record.evidence)
        settled += sum(not any(covers(flag, path) for flag in flags) for path in record.evidence)
    assert settled >= 0.97 * values


def test_most_records_are_settled() -> None:
    assert sum(r.settled for r in records()) >= 18


def test_nothing_shaped_like_a_row_stands_outside_of_the_forms() -> None:
    lost = [(d.name, u.text) for d in read_folder(CORPUS, "*.txt") for u in d.unclaimed if u.kind == "table"]
    assert lost == []


def test_every_value_points_at_its_place() -> None:
    for record in records():
        assert all(record.evidence.values())
        assert {f.kind for f in record.findings} & {"no_evidence", "evidence_differs", "shared_evidence"} == set()
