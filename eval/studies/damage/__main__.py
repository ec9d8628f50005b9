"""`python -m eval.studies.damage --seed 7 --forms 8 --level 3 --out DIR`: scans damaged by other tools, and measured.

Needs LibreOffice, Chromium, poppler, Ghostscript and a Chinese font. `--measure` reads the documents with the rule
engine and scores them. `--claim PURPOSE` refuses a seed that was used before, and enters it in `used_seeds.toml`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.studies import seeds
from eval.studies.damage.levels import LEVELS
from extractor.errors import ExtractorError, MissingPackage


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the documents, measures if asked; exit status 2 for a used seed or a missing program."""
    args = _arguments(arguments)
    try:
        if args.claim:
            today = datetime.now(UTC).date()
            seeds.claim(args.seed, f"damage {args.level}", args.claim, today)
        _make(args)
    except ExtractorError as error:
        print(f"eval.studies.damage: {error}", file=sys.stderr)
        return 2
    return 0


def _make(args: argparse.Namespace) -> None:
    try:
        from eval.studies.damage import documents, measure
    except ImportError as error:
        raise MissingPackage(f"damage needs the extra `ocr` (OpenCV, Pillow): {error}") from error
    made = documents.make_documents(args.level, args.seed, args.forms, args.out, augraphy=args.augraphy)
    pages = sum(one.pages for one in made)
    print(f"level {args.level}, seed {args.seed}: {len(made)} documents, {pages} pages in {args.out / 'documents'}")
    if not args.measure:
        return
    cost = measure.read(args.out / "documents", args.out / "run", pages)
    scores = measure.scored(args.out / "documents", args.out / "run")
    figures = measure.figures(scores, cost)
    measure.written({"level": args.level, "seed": args.seed, **figures}, args.out / "figures.json")
    for name, value in figures.items():
        print(f"{name}: {value}")
    print(*measure.by_document(scores), sep="\n")


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1000:
        raise argparse.ArgumentTypeError("1 to 1000 forms")
    return count


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.studies.damage", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="stands for a block of 1000 documents' seeds")
    parser.add_argument("--forms", type=_count, default=8)
    parser.add_argument("--level", choices=list(LEVELS), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--augraphy", action="store_true", help="augraphy's effects on the print as well")
    parser.add_argument("--measure", action="store_true", help="read the documents and score them")
    parser.add_argument("--claim", metavar="PURPOSE", help="the seed must be fresh, and is entered as used for this")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
