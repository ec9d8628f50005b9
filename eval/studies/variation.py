"""Many distinct documents from a few texts: names and figures changed by a seed, the layout kept.

`python -m eval.studies.variation SRC... --count 10000 --seed 1 --out DIR`. Characters that no schema's labels use are
exchanged for one another (so names, goals and indicators differ, and every line keeps its length); amounts are scaled,
so that sums and shares still hold; counts in targets and actual values get another first digit; years are moved.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

from eval.synth.seeds import seeded
from extractor.errors import CallError, DocumentError, ExtractorError
from extractor.readers.encoding import decode
from schemas import builtin, load
from schemas.spec import FieldSpec

STRUCTURE = "一二三四五六七八九十任务说明第年月日元万亿"
"""Characters that number, date or head a text in its own right."""

_AMOUNT = re.compile(r"(?<!\S)(?:\d{1,3}(?:,\d{3})+|\d+)\.\d\d(?!\S)")
_CUT = re.compile(r"\d,\d{1,3}\.?\d?(?!\S)|(?<!\S)\d+\.\d?(?!\S)")
_SPENT = re.compile(r"(?m)((?:[\d,]+\.\d\d[ \t]+){3})(?=(?:-|—|/|\d+\.\d\d)[ \t]+\d+\.\d\d)")
_COUNTED = re.compile(r"(?<![\d.,])([1-9])(\d*(?:\.\d+)?)(?=[(（](?![%％]))")
_YEAR = re.compile(r"(?<![\d,.])20[12]\d(?![\d,.])")
_FACTORS = tuple(Decimal(f) for f in ("1.1", "1.2", "1.3", "0.9", "0.8", "0.7", "1.5", "2", "3", "0.5", "4", "7", "11"))


@dataclass(frozen=True, slots=True)
class Source:
    """A text with what can be changed in it."""

    name: str
    text: str
    letters: str


def read(path: Path) -> Source:
    """A source text, in an encoding that the reader knows. CallError: it cannot be read."""
    try:
        text = decode(path.read_bytes()).text
    except (OSError, DocumentError) as error:
        raise CallError(f"{path}: cannot be read as text: {error}") from error
    kept = protected()
    letters = sorted({char for char in text if "\u4e00" <= char <= "\u9fff" and char not in kept})
    return Source(path.stem, text, "".join(letters))


@cache
def protected() -> frozenset[str]:
    """Every character of a printed label, a title or a closed vocabulary: these never change."""
    words = [title for spec in builtin() for title in spec.titles]
    words += [word for spec in builtin() for field in spec.fields for word in _declared(field)]
    return frozenset("".join(words) + STRUCTURE)


def _declared(field: FieldSpec) -> Iterator[str]:
    here = field.printed
    yield from (*here.labels, *here.column, *here.vocabulary, *here.suffix_of)
    for child in field.children:
        yield from _declared(child)


def vary(source: Source, seed: int, number: int) -> str:
    """The `number`-th variation of a text; the same three arguments give the same text."""
    rng = seeded("variation", seed, number)
    others = list(source.letters)
    rng.shuffle(others)
    text = source.text.translate(str.maketrans(source.letters, "".join(others)))
    text = "".join(_scaled(form, rng) for form in forms_of(text))
    turn = rng.randrange(9)
    text = _COUNTED.sub(lambda m: str((int(m[1]) - 1 + turn) % 9 + 1) + m[2], text)
    shift = rng.randint(-4, 4)
    return _YEAR.sub(lambda m: str(min(max(int(m[0]) + shift, 2010), 2029)), text)


def forms_of(text: str) -> list[str]:
    """The text cut before every line that holds a form's title."""
    cuts = [m.start() for m in re.finditer(rf"(?m)^.*(?:{'|'.join(map(re.escape, _titles()))})", text)]
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@cache
def _titles() -> tuple[str, ...]:
    return tuple(title for spec in builtin() for title in spec.titles)


def _scaled(form: str, rng: Random) -> str:
    """The form with every amount multiplied by one factor; left alone where not all of them can be told."""
    places = _amounts(form)
    numbers = [Decimal(form[a:b].replace(",", "")) for a, b in places]
    fit = [f for f in _FACTORS if all(n * f * 100 == int(n * f * 100) for n in numbers)]
    factor = rng.choice(fit)
    out, done = [], 0
    for (start, end), number in zip(places, numbers, strict=True):
        shown = f"{number * factor:,.2f}" if "," in form[start:end] else f"{number * factor:.2f}"
        out += [form[done:start], shown]
        done = end
    return "".join((*out, form[done:]))


def _amounts(form: str) -> list[tuple[int, int]]:
    """Where a form's amounts stand: all lone numbers with cents, in an evaluation the first three of its four rows."""
    spent = list(_SPENT.finditer(form))
    if _CUT.search(form) or (_points(form) and len(spent) != 4):
        return []
    if not _points(form):
        return [m.span() for m in _AMOUNT.finditer(form)]
    return [(m.start() + n.start(), m.start() + n.end()) for m in spent for n in _AMOUNT.finditer(m[1])]


def _points(form: str) -> bool:
    """Whether the form has weights and scores, which must not change."""
    return any(title in form for title in load("self_evaluation").titles)


def write(sources: Sequence[Source], count: int, seed: int, out: Path) -> None:
    """`count` variations, the sources in turn, as `NAME-00042.txt`."""
    out.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        source = sources[number % len(sources)]
        (out / f"{source.name}-{number:05d}.txt").write_text(vary(source, seed, number), encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Write the variations; exit status 2 where a source cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.variation", description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path, help="text files, or folders of them")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    files = [f for path in args.sources for f in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    try:
        if not files:
            raise CallError(f"no .txt file in {', '.join(map(str, args.sources))}")
        write([read(f) for f in files], args.count, args.seed, args.out)
    except ExtractorError as error:
        print(f"eval.studies.variation: {error}", file=sys.stderr)
        return 2
    print(f"{args.count} documents in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
