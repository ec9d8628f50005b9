"""`python -m eval.studies.doubt_weights RUN=GOLD ...`: fits the weights of `extractor.accounting.value_doubt`.

Maximum likelihood of right and wrong values (and of lists with and without a missing row), each run counting alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.scoring.calibration import line_of
from eval.scoring.gold import load_all
from eval.scoring.predictions import Prediction, load, matching, names_of
from eval.scoring.verdicts import ERRORS, Leaf, document_verdicts
from extractor.accounting import value_doubt
from extractor.accounting.value_doubt import DoubtWeights

NAMES = tuple(field.name for field in fields(DoubtWeights))
LEAST, MOST = 1e-4, 0.9
"""Bounds of a weight: no sign says nothing, and none says all."""
PRIOR = 2.0
"""Values that each weight is drawn to its present one with: what the runs do not show stays as it is."""

Array = NDArray[np.float64]


class Observed(NamedTuple):
    """The strengths of the signs on each value, whether it is an error, and how much it counts."""

    strengths: Array
    errors: Array
    counts: Array


class _Case(NamedTuple):
    """The strengths of the signs on one value, by weight, and whether it is an error."""

    strengths: Array
    error: bool


def observed(run: Path, gold: Path) -> Observed:
    """The values of a run."""
    reading = load(run)
    cases: list[_Case] = []
    for one in load_all([gold], drafts=True):
        for name in matching(one.document, names_of(reading)):
            document = reading[name]
            records = {record.form: record for record in document.records}
            for form in document_verdicts(one, document):
                if form.record is not None:
                    cases.extend(_values(records[form.record], form.leaves))
    strengths, errors = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
    return Observed(strengths, errors, np.full(len(cases), 1.0 / len(cases)))


def _values(record: Prediction, leaves: Sequence[Leaf]) -> Iterator[_Case]:
    """Each value, and each list, which is an error where a row of it is missing."""
    line = line_of(record)
    nodes = list(value_doubt.parts(record.values))
    own = {path: _strengths(signs) for path, signs in value_doubt.signs(line, nodes).items()}
    whole = {n.path: np.sum([own[path] for path in (*n.above, n.path)], axis=0) for n in nodes}
    lists: dict[str, bool] = {node.path: False for node in nodes if isinstance(node.value, list)}
    for leaf in leaves:
        path, missing, _ = leaf.path.partition("[]")
        path = value_doubt.nearest(path, whole)
        if missing:
            lists[path] = True
        else:
            yield _Case(whole[path], leaf.verdict in ERRORS)
    for path, lacks in lists.items():
        yield _Case(whole[path], lacks)


def _strengths(signs: Sequence[value_doubt.Sign]) -> Array:
    """By weight the sum of strengths: small weights add up, nearly."""
    out = np.zeros(len(NAMES))
    for sign in signs:
        out[NAMES.index(sign.weight)] += sign.strength
    return out


def fitted(runs: Sequence[Observed]) -> DoubtWeights:
    """The weights of greatest likelihood."""
    from scipy.optimize import minimize

    strengths, errors, counts = (np.concatenate(column) for column in zip(*runs, strict=True))
    start = np.log1p(-np.array([getattr(value_doubt.WEIGHTS, name) for name in NAMES]))
    least = PRIOR / sum(len(run.counts) for run in runs) * len(runs)

    def loss(logs: Array) -> float:
        sure = np.clip(strengths @ logs, -30, -1e-9)
        likelihood = np.where(errors > 0, np.log(-np.expm1(sure)), sure)
        return float(-(counts * likelihood).sum() + least * ((np.log(-logs) - np.log(-start)) ** 2).sum())

    bounds = [(np.log1p(-MOST), np.log1p(-LEAST))] * len(NAMES)
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return DoubtWeights(*(float(f"{-np.expm1(log):.2g}") for log in found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.doubt_weights", description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN=GOLD", help="a run's folder, and its gold")
    asked = parser.parse_args(arguments)
    runs = [observed(Path(run), Path(gold)) for run, _, gold in (text.partition("=") for text in asked.runs)]
    weights = fitted(runs)
    for name in NAMES:
        seen = sum(int((run.strengths[:, NAMES.index(name)] > 0).sum()) for run in runs)
        print(f"{name:12}{getattr(weights, name):8}   (now {getattr(value_doubt.WEIGHTS, name)}; {seen} values)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
