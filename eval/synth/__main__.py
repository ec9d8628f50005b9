"""`python -m eval.synth --seed 7 --count 10 --format pdf --out DIR`: writes documents and their gold files."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from eval.synth.content import FORM_TYPES, MAKERS, Options
from eval.synth.degrade import LEVELS, Damage
from eval.synth.formats import FORMATS, Case, case
from extractor.errors import ExtractorError


def main(argv: list[str] | None = None) -> int:
    """Make the documents; exit status 2 for a wrong call or a missing package."""
    args = _arguments(argv)
    options = Options(
        types=args.types,
        forms=args.forms,
        rows=args.rows,
        errors=args.errors,
        mixed=args.mixed,
    )
    damage = Damage(level=args.level, turn=args.turn, gaps=args.gaps, stains=args.stains)
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for seed in range(args.seed, args.seed + args.count):
            write(case(seed, args.format, options, damage), args.out)
    except ExtractorError as error:
        print(f"eval.synth: {error}", file=sys.stderr)
        return 2
    print(f"{args.count} documents in {args.out}")
    return 0


def write(made: Case, out: Path) -> None:
    """The document and, beside it, `NAME.gold.json`."""
    (out / made.name).write_bytes(made.data)
    stem = made.name.rsplit(".", 1)[0]
    text = json.dumps(made.gold, ensure_ascii=False, indent=1)
    (out / f"{stem}.gold.json").write_text(text + "\n", encoding="utf-8")


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    out = int(low), int(high or low)
    if not 1 <= out[0] <= out[1]:
        raise ValueError(text)
    return out


def _types(text: str) -> tuple[str, ...]:
    asked = tuple(text.split(","))
    unknown = [name for name in asked if name not in MAKERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no form type {', '.join(unknown)}; there are: {', '.join(MAKERS)}")
    return asked


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.synth", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first document's seed; the next ones count up")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--format", choices=FORMATS, default="ocr")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--types", type=_types, default=FORM_TYPES, help="form types, with commas (and: table)")
    parser.add_argument("--forms", type=_range, default=(1, 5), help="forms in a document, from-to")
    parser.add_argument("--rows", type=_range, default=(3, 60), help="indicator rows in a form, from-to")
    parser.add_argument("--errors", type=float, default=0.05, help="the rate of planted source errors")
    parser.add_argument("--mixed", action="store_true", help="forms of several types in one document")
    parser.add_argument("--level", type=int, choices=sorted(LEVELS), default=0, help="scans: the level of damage")
    parser.add_argument("--turn", type=int, choices=(0, 90, 180, 270), default=0, help="scans: pages turned clockwise")
    parser.add_argument("--gaps", action="store_true", help="scans: gaps in ruling lines")
    parser.add_argument("--stains", action="store_true", help="scans: stains and specks")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
