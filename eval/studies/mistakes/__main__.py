"""`python -m eval.studies.mistakes --engine llm`: how many mistakes of a model count as settled, kind by kind.

Recorded answers are altered, one mistake a form and then at rates per value; the rest of the way is the product's own.
With `--ocr` the text of the documents is altered instead, as OCR misreads it, and `rules` read it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from eval.scoring.statistics import clopper_pearson
from eval.scoring.verdicts import Leaf
from eval.studies.mistakes.answer_mistakes import KINDS, OF_MANY_LEAVES
from eval.studies.mistakes.answer_slots import AlteredAnswer, altered
from eval.studies.mistakes.ocr_mistakes import OCR_KINDS
from eval.studies.mistakes.ocr_trials import ocr_trials
from eval.studies.mistakes.recorded_forms import RecordedForm, recorded_forms
from eval.studies.mistakes.spoiled_values import Effect, Trial, changed_proven, effect, leaves_of
from eval.synth.seeds import seeded

RATES = (0.01, 0.05, 0.20)
RECORDINGS = {"llm": "samples.jsonl", "hybrid": "samples-hybrid.jsonl"}
ENGLISH = "samples-en.jsonl"


class Tally(NamedTuple):
    """Trials added up: harmful ones, those of which all or some values are silent, and the values themselves."""

    harmful: int
    silent: int
    partly: int
    in_settled_records: int
    spoiled: int
    spoiled_silently: int

    @property
    def share(self) -> float:
        """Silent values ÷ spoiled values."""
        return self.spoiled_silently / self.spoiled if self.spoiled else 0.0


def tally(effects: Sequence[Effect]) -> Tally:
    """The harmful ones of some effects added up."""
    harmful = [e for e in effects if e.spoiled]
    silent = sum(e.silent == e.spoiled for e in harmful)
    return Tally(
        len(harmful),
        silent,
        sum(0 < e.silent < e.spoiled for e in harmful),
        sum(e.whole for e in harmful),
        sum(e.spoiled for e in harmful),
        sum(e.silent for e in harmful),
    )


def one_at_a_time(forms: Sequence[RecordedForm], kinds: Sequence[str], tries: int, seed: int) -> Iterator[Trial]:
    """Each kind of mistake in each form, so many times."""
    for recorded in forms:
        if recorded.asked is None:
            continue
        honest = leaves_of(recorded.gold, recorded.conclude(recorded.values))
        for kind in kinds:
            for attempt in range(tries):
                rng = seeded(f"mistake {kind} {recorded.document}", seed, attempt, recorded.form.index)
                answer = _copy(recorded, forms)
                if KINDS[kind](answer, rng):
                    yield _trial(recorded, kind, honest, answer)


def _trial(recorded: RecordedForm, kind: str, honest: Sequence[Leaf], answer: AlteredAnswer) -> Trial:
    record = recorded.conclude(answer.values)
    changed = changed_proven(recorded.alone, record)
    return Trial(recorded.document, kind, effect(honest, recorded.gold, record), changed)


def at_rates(forms: Sequence[RecordedForm], rates: Sequence[float], tries: int, seed: int) -> Iterator[Trial]:
    """Every value mistaken with some probability, by mistakes of any kind that spoils few values."""
    kinds = [kind for kind in KINDS if kind not in OF_MANY_LEAVES]
    for recorded in forms:
        honest = leaves_of(recorded.gold, recorded.conclude(recorded.values))
        for rate in rates:
            for attempt in range(tries):
                rng = seeded(f"rate {rate} {recorded.document}", seed, attempt, recorded.form.index)
                answer = _copy(recorded, forms)
                if recorded.asked is not None:
                    _at_rate(answer, rate, kinds, rng)
                yield _trial(recorded, f"{rate:.0%}", honest, answer)


def _at_rate(answer: AlteredAnswer, rate: float, kinds: Sequence[str], rng: Random) -> None:
    count = len(answer.singles()) + len(answer.cells()) + len(answer.longs())
    wanted = sum(rng.random() < rate for _ in range(count))
    for _ in range(wanted):
        for kind in rng.sample(kinds, len(kinds)):
            if KINDS[kind](answer, rng):
                break


def _copy(recorded: RecordedForm, forms: Sequence[RecordedForm]) -> AlteredAnswer:
    others = [f for f in forms if f.document == recorded.document and f is not recorded]
    texts = (str(f.values.get(name, "")) for f in others for name in ("project_name", "department"))
    return altered(recorded.asked or recorded.form, recorded.values, tuple(texts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.mistakes", description=__doc__)
    parser.add_argument("--engine", choices=tuple(RECORDINGS), default="llm")
    parser.add_argument("--samples", type=Path, default=Path("eval/samples"))
    parser.add_argument("--gold", type=Path, default=Path("eval/gold"))
    parser.add_argument("--recordings", type=Path, default=Path("cassettes"))
    parser.add_argument("--english", action="store_true", help="the English samples, their labels confirmed, with llm")
    parser.add_argument("--ocr", action="store_true", help="mistakes of OCR in the plain texts, read by rules")
    names = (*KINDS, *(name for name in OCR_KINDS if name not in KINDS))
    parser.add_argument("--kind", action="append", choices=names, help="this kind of mistake alone")
    parser.add_argument("--tries", type=int, default=1, help="how often each kind is tried in each form")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-rates", action="store_true", help="one mistake a form only")
    asked = parser.parse_args(arguments)
    if asked.ocr:
        _print_kinds(
            list(ocr_trials(asked.samples, asked.gold, asked.kind or list(OCR_KINDS), asked.tries, asked.seed))
        )
        return 0
    forms = (
        recorded_forms(asked.samples / "en", asked.gold / "en", asked.recordings / ENGLISH, "llm", "en")
        if asked.english
        else recorded_forms(asked.samples, asked.gold, asked.recordings / RECORDINGS[asked.engine], asked.engine)
    )
    print(f"{asked.engine}: {len(forms)} forms, of which a model reads {sum(f.asked is not None for f in forms)}")
    _print_honest(forms)
    trials = list(one_at_a_time(forms, asked.kind or list(KINDS), asked.tries, asked.seed))
    _print_kinds(trials)
    rated = [] if asked.no_rates else list(at_rates(forms, RATES, asked.tries, asked.seed))
    _print_rates(rated)
    if any(form.alone is not None for form in forms):
        changed = [(t.kind, path) for t in (*trials, *rated) for path in t.changed]
        print(f"values that rules had settled and that a mistake changed: {len(changed)} {changed[:5] or ''}")
    return 0


def _print_honest(forms: Sequence[RecordedForm]) -> None:
    leaves = [leaf for f in forms for leaf in leaves_of(f.gold, f.conclude(f.values)) if leaf.verdict != "empty"]
    settled = sum(leaf.settled for leaf in leaves)
    wrong = sum(leaf.verdict != "right" for leaf in leaves)
    print(f"honest answers: {len(leaves)} values, {settled / len(leaves):.2%} settled, {wrong} in error\n")


def _print_kinds(trials: Sequence[Trial]) -> None:
    print(
        f"{'mistake':36}{'harmful':>8}{'silent':>8}{'partly':>8}{'settled records':>17}{'values silent / spoiled':>26}"
    )
    for kind in dict.fromkeys(t.kind for t in trials):
        _print_tally(kind, tally([t.effect for t in trials if t.kind == kind]))
    whole = tally([t.effect for t in trials])
    _print_tally("all", whole)
    low, high = clopper_pearson(whole.spoiled_silently, whole.spoiled)
    print(f"silent of spoiled values: {whole.share:.2%} ({low:.2%} to {high:.2%}, values taken as independent)")
    low, high = clopper_pearson(whole.silent + whole.partly, whole.harmful)
    share = (whole.silent + whole.partly) / max(whole.harmful, 1)
    print(f"harmful mistakes with a silent value: {share:.2%} ({low:.2%} to {high:.2%})\n")


def _print_tally(name: str, t: Tally) -> None:
    values = f"{t.spoiled_silently} / {t.spoiled}"
    print(f"{name:36}{t.harmful:8}{t.silent:8}{t.partly:8}{t.in_settled_records:17}{values:>26}")


def _print_rates(trials: Sequence[Trial]) -> None:
    print(f"{'rate':8}{'values':>8}{'settled':>10}{'spoiled':>9}{'silent':>8}{'silent error rate':>19}")
    for rate in dict.fromkeys(t.kind for t in trials):
        own = [t.effect for t in trials if t.kind == rate]
        values, settled = sum(e.values for e in own), sum(e.settled for e in own)
        spoiled, silent = sum(e.spoiled for e in own), sum(e.silent for e in own)
        share = silent / settled if settled else 0.0
        print(f"{rate:8}{values:8}{settled / values:10.2%}{spoiled:9}{silent:8}{share:19.3%}")


if __name__ == "__main__":
    sys.exit(main())
