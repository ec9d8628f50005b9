"""Many distinct documents from a few texts: names and figures changed by a seed, the layout kept.

`python -m eval.variation SRC... --count 10000 --seed 1 --out DIR`. Characters that no schema's labels use are
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
from pathlib import Path
from random import Random

from eval.synth.seeds import seeded
from extractor.errors import CallError, ExtractorError
from schemas import builtin
from schemas.spec import FieldSpec

STRUCTURE = "一二三四五六七八九十任务说明第年月日元万亿"
"""Characters that number, date or head a text in its own right."""

_MONEY = re.compile(r"(?<![\d.,(（])\d{1,3}(?:,\d{3})+\.\d\d(?![\d(（%])")
_SPENT = re.compile(r"(?m)^(\D*[:：拨款金 \t]*)((?:[\d,]+\.\d\d[ \t]+){3})(?=(?:-|—|/|\d+\.\d\d)[ \t]+\d+\.\d\d)")
_BUDGET = re.compile(r"((?:预算总额[^\d\n]{0,9}|财政拨款|基本支出|项目支出|其他资金)[\t ]+)(\d+\.\d\d)(?![\d%])")
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
    """A source text, in UTF-8, UTF-16 (with its mark) or GB18030."""
    try:
        data = path.read_bytes()
        text = data.decode(_encoding(data))
    except (OSError, UnicodeDecodeError) as error:
        raise CallError(f"{path}: cannot be read as text in UTF-8, UTF-16 or GB18030: {error}") from error
    kept = protected()
    letters = sorted({char for char in text if "\u4e00" <= char <= "\u9fff" and char not in kept})
    return Source(path.stem, text, "".join(letters))


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


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
    factor = _factor(text, rng)
    text = _MONEY.sub(lambda m: _scaled(m[0], factor), text)
    text = _SPENT.sub(lambda m: m[1] + re.sub(r"\d+\.\d\d", lambda n: _scaled(n[0], factor), m[2]), text)
    text = _BUDGET.sub(lambda m: m[1] + _scaled(m[2], factor), text)
    turn = rng.randrange(9)
    text = _COUNTED.sub(lambda m: str((int(m[1]) - 1 + turn) % 9 + 1) + m[2], text)
    shift = rng.randint(-4, 4)
    return _YEAR.sub(lambda m: str(min(max(int(m[0]) + shift, 2010), 2029)), text)


def _factor(text: str, rng: Random) -> Decimal:
    """A factor that keeps every amount exact to two decimals."""
    plain = [m[0] for m in _MONEY.finditer(text)] + [m[2] for m in _BUDGET.finditer(text)]
    plain += [n for m in _SPENT.finditer(text) for n in m[2].split()]
    amounts = [Decimal(a.replace(",", "")) for a in plain]
    fit = [f for f in _FACTORS if all(a * f * 100 == int(a * f * 100) for a in amounts)]
    return rng.choice(fit)


def _scaled(text: str, factor: Decimal) -> str:
    number = Decimal(text.replace(",", "")) * factor
    return f"{number:,.2f}" if "," in text else f"{number:.2f}"


def write(sources: Sequence[Source], count: int, seed: int, out: Path) -> None:
    """`count` variations, the sources in turn, as `NAME-00042.txt`."""
    out.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        source = sources[number % len(sources)]
        (out / f"{source.name}-{number:05d}.txt").write_text(vary(source, seed, number), encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Write the variations; exit status 2 where a source cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m eval.variation", description=__doc__)
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
        print(f"eval.variation: {error}", file=sys.stderr)
        return 2
    print(f"{args.count} documents in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
