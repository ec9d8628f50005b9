"""The figures of scored documents: with their intervals, by name for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from eval.reports import figure_tables
from eval.reports.figure_tables import Percent, Value, percent
from eval.scoring import calibration, evidence_places, metrics, statistics
from eval.scoring.metrics import Counts
from eval.scoring.scores import DocumentScore, Mistake, Score, total
from eval.scoring.statistics import Array, Interval

COVERAGES = (0.8, 0.9, 0.95, 0.99)
CALIBRATIONS = {"ece": calibration.expected_calibration_error, "brier": calibration.brier}

Triple = tuple[int, int, int]
"""Right values, false positives, false negatives; or a share written so that its F1 is that share."""


def hits(score: DocumentScore) -> Triple:
    """What F1 is made of."""
    c = score.counts
    return c.right, c.false_positives, c.false_negatives


def silence(score: DocumentScore) -> Triple:
    """Settled values without and with an error."""
    c = score.counts
    bad = c.silent + c.vanished
    return c.settled + c.vanished - bad, bad, bad


def counts_array(scores: Sequence[DocumentScore], of: Callable[[DocumentScore], Triple]) -> Array:
    """The counts of each gold document; its readings, if several, are summed."""
    documents: dict[str, Array] = {}
    for score in scores:
        documents[score.gold] = documents.get(score.gold, np.zeros(3)) + np.array(of(score), dtype=float)
    return np.array(list(documents.values())).reshape(-1, 3)


def documents_of(scores: Sequence[DocumentScore]) -> int:
    """How many gold documents were scored, however often each was read."""
    return len({score.gold for score in scores})


def f1_interval(scores: Sequence[DocumentScore], seed: int = 0) -> Interval:
    """The interval of F1, by documents."""
    return statistics.f1_interval(counts_array(scores, hits), seed=seed)


def silent_interval(scores: Sequence[DocumentScore], seed: int = 0) -> Interval:
    """The interval of the silent error rate, by documents: an upper bound where none was seen."""
    counts = counts_array(scores, silence)
    if not counts[:, 1].any():
        return Interval(0.0, statistics.upper_bound_of_none(statistics.effective(len(counts), counts[:, 0].sum())))
    right = statistics.f1_interval(counts, seed=seed)
    return Interval(1.0 - right.high, 1.0 - right.low)


def headline(scores: Sequence[DocumentScore]) -> list[tuple[str, Value]]:
    """The main figures, by name."""
    whole = total(scores)
    return [*_values(scores, whole), *_forms_and_rows(whole), *_trust(scores, whole), *_cost(whole)]


def _values(scores: Sequence[DocumentScore], whole: Score) -> list[tuple[str, Value]]:
    c = whole.counts
    return [
        ("F1", with_interval(c.f1, f1_interval(scores))),
        ("precision", percent(c.precision)),
        ("recall", percent(c.recall)),
        ("F1, values exactly as they stand", percent(c.raw_f1)),
        ("values: right / wrong / omitted / invented", _slashes(c.right, c.wrong, c.omitted, c.invented)),
        ("empty on both sides (in no share)", c.empty),
    ]


def _forms_and_rows(whole: Score) -> list[tuple[str, Value]]:
    forms, rows = whole.forms, whole.rows
    share = metrics.ratio(forms.perfect, forms.gold)
    perfect = with_interval(share, statistics.wilson(forms.perfect, forms.gold))
    return [
        ("forms: found / missing / extra", _slashes(forms.found, forms.missing, forms.extra)),
        ("records perfect", f"{forms.perfect} of {forms.gold}: {perfect}"),
        ("rows: found / omitted / invented", _slashes(rows.found, rows.omitted, rows.invented)),
        (
            "rows: precision / recall / perfect",
            _slashes(*map(_short, (rows.precision, rows.recall, rows.perfect_rate))),
        ),
        ("rows in gold's order", percent(rows.order)),
        *_tables(whole),
    ]


def _tables(whole: Score) -> list[tuple[str, Value]]:
    t = whole.tables
    if not t.gold:
        return []
    f1 = metrics.f1(t.right, t.false_positives, t.false_negatives)
    return [("tables beside the forms: found / F1 of their cells", f"{t.found} of {t.gold} / {_short(f1)}")]


def _trust(scores: Sequence[DocumentScore], whole: Score) -> list[tuple[str, Value]]:
    c, forms = whole.counts, whole.forms
    judged = calibration.judged(whole.doubted)
    kept = [calibration.accuracy_at(judged, coverage) for coverage in COVERAGES]
    calm = calibration.judged({one: n for one, n in whole.doubted.items() if one.settled})
    return [
        ("silent error rate", with_interval(c.silent_rate, silent_interval(scores))),
        ("silent errors: values / of vanished forms", _slashes(c.silent, c.vanished)),
        ("settled values", percent(c.settled_share)),
        ("settled records", f"{forms.settled} of {forms.gold}"),
        ("false alarms: right values not settled", c.false_alarms),
        ("false alarms: reading findings on no error", f"{whole.idle_findings} of {whole.findings}"),
        (f"right values, the {_coverages()} % least doubtful", _slashes(*map(_short, kept))),
        ("area under risk against coverage", percent(calibration.area(judged))),
        (
            "AUROC of doubt: all values / settled ones",
            _slashes(*(_four(calibration.auroc(v)) for v in (judged, calm))),
        ),
        ("doubt: calibration error / Brier score", _slashes(*(_four(f(judged)) for f in CALIBRATIONS.values()))),
        *_claims(whole),
        *_planted(whole),
        *_grounded(whole),
    ]


def _coverages() -> str:
    return " / ".join(f"{100 * coverage:g}" for coverage in COVERAGES)


def _four(figure: float | None) -> str:
    return figure_tables.spelled(None) if figure is None else f"{figure:.4f}"


def _planted(whole: Score) -> list[tuple[str, Value]]:
    errors, found = whole.planted
    return [("planted errors of the source with their finding", f"{found} of {errors}")] if errors else []


def _grounded(whole: Score) -> list[tuple[str, Value]]:
    values, words, pages = whole.grounded
    if not values:
        return []
    shares = _slashes(*(_short(evidence_places.f1(hits)) for hits in (words, pages)))
    return [(f"evidence at the gold's place, {values} values: word F1 / page F1", shares)]


def _claims(whole: Score) -> list[tuple[str, Value]]:
    claims = whole.claims
    if claims is None:
        return []
    read, gold = metrics.ratio(claims.absent, claims.values), metrics.ratio(claims.gold_absent, claims.gold_values)
    return [("values that do not stand in the source / gold's own", _slashes(_short(read), _short(gold)))]


def _cost(whole: Score) -> list[tuple[str, Value]]:
    forms = whole.forms.gold
    out: list[tuple[str, Value]] = [
        ("edits per form to correct all", metrics.ratio(whole.edits, forms)),
        ("unread pieces of text (residue)", whole.residue),
    ]
    out += [(f"{name} per form", metrics.ratio(n, forms)) for name, n in sorted(whole.usage.items())]
    if whole.seconds is not None:
        seconds = metrics.ratio(whole.seconds, forms)
        out.append(("seconds per form", None if seconds is None else f"{seconds:.4f}"))
    return out


def with_interval(share: float | None, interval: Interval) -> str:
    """`98.50 % (96.10 – 99.40)`, at the 95 % level; digits enough that ends that differ look different."""
    if share is None:
        return figure_tables.spelled(None)
    for digits in (2, 3, 4, 6):
        low, middle, high = (f"{100 * x:.{digits}f}" for x in (interval.low, share, interval.high))
        if low != high:
            break
    return f"{middle} % ({low} – {high})"


def _slashes(*figures: object) -> str:
    return " / ".join(str(figure) for figure in figures)


def _short(share: float | None) -> str:
    return figure_tables.spelled(percent(share))


def alike(whole: Score, field: str) -> Percent | None:
    """The mean of 1 − CER of a field of long text."""
    similar, n = whole.likeness.get(field, (0.0, 0))
    return percent(metrics.ratio(similar, n))


def summary(scores: Sequence[DocumentScore], *, timed: bool = True) -> dict[str, Any]:
    """All figures as JSON: shares are parts of 1, null where there is nothing to share. Seconds only if `timed`."""
    whole = total(scores)
    tags = dict.fromkeys(tag for score in scores for tag in score.shape)
    return {
        "all": figures(scores, timed=timed),
        "by_schema": {key[0]: counts_json(c) for key, c in metrics.by(whole.cube, "schema").items()},
        "by_document": [document_json(score, timed=timed) for score in scores],
        "by_shape": {tag: counts_json(total(s for s in scores if tag in s.shape).counts) for tag in tags},
        "by_field": [
            {"schema": schema, "field": field, **counts_json(c), "likeness": alike(whole, field)}
            for (schema, field), c in metrics.by(whole.cube, "schema", "field").items()
        ],
        "errors": [mistake_json(score.document, mistake) for score in scores for mistake in score.mistakes],
    }


def document_json(score: DocumentScore, *, timed: bool = True) -> dict[str, Any]:
    """The figures of one document."""
    header = {"document": score.document, "gold": score.gold, "shape": list(score.shape), "reason": score.reason}
    return {**header, **_plain_figures(total([score]), timed)}


def figures(scores: Sequence[DocumentScore], *, timed: bool = True) -> dict[str, Any]:
    """The figures of several documents, with intervals."""
    whole = total(scores)
    judged = calibration.judged(whole.doubted)
    return {
        "documents": documents_of(scores),
        **_plain_figures(whole, timed),
        "intervals": {
            "f1": f1_interval(scores),
            "records_perfect": statistics.wilson(whole.forms.perfect, whole.forms.gold),
            "silent_rate": silent_interval(scores),
        },
        "calibration": {
            "accuracy_at": {str(c): calibration.accuracy_at(judged, c) for c in COVERAGES},
            "area": calibration.area(judged),
            "auroc": calibration.auroc(judged),
            **{name: figure(judged) for name, figure in CALIBRATIONS.items()},
            "curve": calibration.curve(judged),
        },
    }


def _plain_figures(whole: Score, timed: bool) -> dict[str, Any]:
    forms, rows = whole.forms, whole.rows
    seconds = {"seconds": whole.seconds} if timed else {}
    return {
        **counts_json(whole.counts),
        "forms": {"gold": forms.gold, "found": forms.found, "missing": forms.missing, "extra": forms.extra},
        "records_perfect": forms.perfect,
        "records_settled": forms.settled,
        "rows": {
            "found": rows.found,
            "omitted": rows.omitted,
            "invented": rows.invented,
            "perfect": rows.perfect,
            "precision": rows.precision,
            "recall": rows.recall,
            "perfect_rate": rows.perfect_rate,
            "order": rows.order,
        },
        "tables": whole.tables._asdict(),
        "planted": whole.planted._asdict(),
        "grounding": grounding_json(whole),
        "findings": {"reading": whole.findings, "false_alarms": whole.idle_findings},
        "edits": whole.edits,
        "edits_per_form": metrics.ratio(whole.edits, forms.gold),
        "residue": whole.residue,
        "usage": dict(whole.usage),
        "source": None if whole.claims is None else whole.claims._asdict(),
        **seconds,
    }


def grounding_json(whole: Score) -> dict[str, Any] | None:
    """Word F1 and page F1 of the evidence, where gold has places."""
    values, words, pages = whole.grounded
    if not values:
        return None
    return {"values": values, "word_f1": evidence_places.f1(words), "page_f1": evidence_places.f1(pages)}


def counts_json(c: Counts) -> dict[str, Any]:
    """Counts and the shares that follow from them."""
    return {
        "f1": c.f1,
        "precision": c.precision,
        "recall": c.recall,
        "raw_f1": c.raw_f1,
        "right": c.right,
        "wrong": c.wrong,
        "omitted": c.omitted,
        "invented": c.invented,
        "empty": c.empty,
        "silent_rate": c.silent_rate,
        "silent": c.silent,
        "vanished": c.vanished,
        "settled": c.settled,
        "settled_share": c.settled_share,
        "false_alarms": c.false_alarms,
    }


def mistake_json(document: str, mistake: Mistake) -> dict[str, Any]:
    """One error, with the source's place where the record has evidence of the value."""
    leaf = mistake.leaf
    return {
        "document": document,
        "schema": mistake.schema,
        "form": mistake.form,
        "record": mistake.record,
        "path": leaf.path,
        "gold_path": leaf.gold_path,
        "field": leaf.field,
        "verdict": leaf.verdict,
        "settled": leaf.settled,
        "gold": leaf.gold,
        "value": leaf.value,
        "likeness": leaf.likeness,
        "place": _place(mistake.evidence),
    }


def _place(evidence: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = ("page", "line", "cell", "start", "end", "text")
    return [{name: span[name] for name in names if name in span} for span in evidence]
