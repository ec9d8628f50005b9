"""`python -m eval.studies.layouts --seed N --forms M --out DIR [--measure] [--claim PURPOSE]`.

Writes to DIR: `documents/`, `gold/`, `manifest.jsonl`; with `--measure` also `read/` (the run) and `figures.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from eval.studies import seeds
from eval.studies.layouts.drawn import Drawn, documents
from eval.studies.layouts.measure import measure
from extractor.errors import CallError, ExtractorError

STUDY = "layouts"


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the documents, and measures them where that is asked; exit status 2 where it cannot be done."""
    call = _arguments(arguments)
    try:
        if call.claim is not None:
            seeds.claim(call.seed, STUDY, call.claim, date.today())
        written = write(documents(call.seed, call.forms), call.out)
        print(f"{written.documents} documents with {written.forms} forms in {call.out}")
        if call.measure:
            measure(call.out, call.seed)
    except ExtractorError as error:
        print(f"eval.studies.layouts: {error}", file=sys.stderr)
        return 2
    return 0


class Written(NamedTuple):
    """How many documents and forms were written."""

    documents: int
    forms: int


def write(drawn: Iterable[Drawn], out: Path) -> Written:
    """Writes documents, gold and manifest; raises `CallError` where the folder holds something already."""
    if out.is_dir() and any(out.iterdir()):
        raise CallError(f"{out}: is not empty; give a new folder")
    for name in ("documents", "gold"):
        (out / name).mkdir(parents=True)
    count = forms = 0
    with (out / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for made in drawn:
            (out / "documents" / made.name).write_text(made.text, encoding="utf-8")
            gold = json.dumps(made.gold, ensure_ascii=False, indent=1) + "\n"
            (out / "gold" / made.name.replace(".txt", ".gold.json")).write_text(gold, encoding="utf-8")
            manifest.write(json.dumps(made.manifest(), ensure_ascii=False) + "\n")
            count, forms = count + 1, forms + len(made.gold["forms"])
    return Written(count, forms)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m eval.studies.layouts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True, help="the same seed gives the same documents")
    parser.add_argument("--forms", type=int, default=300, help="forms at least (default: 300)")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is not there yet, or empty")
    parser.add_argument("--measure", action="store_true", help="read the documents with `rules` and score them")
    parser.add_argument("--claim", metavar="PURPOSE", help="write the seed down as used; a used one is refused")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
