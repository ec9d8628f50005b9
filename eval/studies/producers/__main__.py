"""`python -m eval.studies.producers --seed N --forms M [--producer NAME] --out DIR [--measure] [--claim PURPOSE]`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from eval.studies import seeds
from eval.studies.producers import making
from eval.studies.producers.registry import PRODUCERS
from extractor.errors import CallError

STUDY = "producers"


def main(arguments: list[str] | None = None) -> int:
    """Make printed forms, or measure what is read of them, or both; returns the exit status."""
    call = _parser().parse_args(arguments)
    if call.seed is None and not call.measure:
        print("name a --seed to print forms, or --measure for forms that are there", file=sys.stderr)
        return 2
    try:
        if call.seed is not None:
            _make(call)
        if call.measure:
            _measure(call.out, call.json)
    except (CallError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.studies.producers", description=__doc__)
    parser.add_argument("--seed", type=int, help="of all that is drawn; without it, only --measure")
    parser.add_argument("--forms", type=int, default=60, help="print at least so many (default: 60)")
    parser.add_argument("--producer", action="append", choices=sorted(PRODUCERS), help="may be repeated (default: all)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for forms, gold and run")
    parser.add_argument("--measure", action="store_true", help="run the rules over the folder and score them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--claim", metavar="PURPOSE", help="enter the seed as used; refused where it is")
    return parser


def _make(call: argparse.Namespace) -> None:
    names, lacks = making.available(call.producer or list(PRODUCERS))
    for name, why in lacks.items():
        print(f"{name} is skipped: {why}")
    if not names:
        raise CallError("no producer can print on this machine")
    if (call.out / making.MANIFEST).exists():
        raise CallError(f"{call.out}: holds printed forms already; give a new folder")
    if call.claim is not None:
        seeds.claim(call.seed, STUDY, call.claim, date.today())
    lines = making.make_folder(call.out, call.seed, call.forms, names)
    kept = [line for line in lines if not line["dropped"]]
    forms = sum(line["forms"] for line in kept)
    print(f"seed {call.seed}: {len(kept)} documents with {forms} forms; {len(lines) - len(kept)} dropped, for what the")
    print(f"manifest says: {call.out / making.MANIFEST}")


def _measure(out: Path, json_file: Path | None) -> None:
    from eval.reports import figure_tables
    from eval.studies.producers import measuring

    lines = measuring.manifest(out)
    scores = measuring.run(out)
    parts = measuring.split(scores, lines)
    figure_tables.show(measuring.tables(parts))
    hardest = measuring.worst(scores, lines, 10)
    for line in hardest:
        features = ", ".join(line["features"])
        print(f"{line['name']}: {line['silent']} silent, {line['errors']} errors; {line['border']}, {features}")
    if json_file is not None:
        written = json.dumps({**parts, "worst": hardest}, ensure_ascii=False, indent=1)
        json_file.write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
