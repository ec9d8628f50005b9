"""Which stricter rule of settling the gold supports: a table, and the file that `run --settle` reads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from pathlib import Path

from eval.reports import figure_tables
from eval.reports.figure_tables import Table, Value, percent
from eval.scoring import metrics, risk_control
from eval.scoring.risk_control import Kept, Supported
from eval.scoring.scores import DocumentScore
from extractor.accounting.settling_rule import SettlingRule
from extractor.errors import CallError


def offer(scores: Sequence[DocumentScore], risk: Fraction, file: Path | None) -> int:
    """Prints what the gold supports at a risk and writes the rule; status 1, and no file, where it supports none."""
    found = risk_control.supported(scores, risk)
    figure_tables.show([_table(found, risk)])
    trouble = _trouble(found, risk)
    if trouble:
        print(f"No rule of settling at a risk of {_spelled(risk)}: {trouble}")
        return 1
    if file is not None:
        _write(file, SettlingRule(threshold=found.threshold, risk=float(risk), documents=found.documents))
        print(f"{file}: use it with `extractor run --settle {file}`, same engine and schemas, documents of this kind")
    return 0


def _trouble(found: Supported, risk: Fraction) -> str:
    """Why there is no rule; empty where there is one."""
    if found.lacking:
        return (
            f"{found.documents} documents have gold and {found.documents + found.lacking} are needed, even without any"
            f" error: label {found.lacking} more, or ask for at least"
            f" {_spelled(Fraction(risk_control.WORST, found.documents + 1))}"
        )
    if found.threshold is None:
        return (
            f"with nothing settled at all the bound is {_spelled(found.bound)}: forms vanished without a finding, or"
            " the least doubtful values are wrong; look at the errors first"
        )
    return ""


def _spelled(share: Fraction | float) -> str:
    """`0.1 %`, rounded up to two digits that count: a share that is asked for so is large enough."""
    percents = Decimal(str(float(share))) * 100
    return f"{Context(prec=2, rounding=ROUND_CEILING).plus(percents).normalize():f} %"


def _table(found: Supported, risk: Fraction) -> Table:
    rows: list[tuple[str, Value]] = [
        ("documents with gold", found.documents),
        ("documents needed at this risk, without any error", risk_control.needed(risk)),
        *_kept("built-in settling", found.unruled, found.unruled_bound),
    ]
    if found.threshold is not None:
        rows += [("threshold of doubt", f"{found.threshold:g}"), *_kept("under the rule", found.kept, found.bound)]
    return figure_tables.pairs(f"Rule of settling at a risk of {_spelled(risk)}", rows)


def _kept(name: str, kept: Kept, bound: float) -> list[tuple[str, Value]]:
    share = metrics.ratio(kept.silent, kept.settled)
    return [
        (f"{name}: settled values / silent errors", f"{kept.settled} / {kept.silent}"),
        (f"{name}: silent errors of settled values", percent(share)),
        (f"{name}: bound on a further document's", percent(bound)),
    ]


def _write(file: Path, rule: SettlingRule) -> None:
    try:
        file.write_text(rule.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CallError(f"{file}: cannot be written: {error.strerror or error}") from error
