"""One table of the built-in engine over all kinds of documents: `python -m eval.studies.overview --seed N`.

The committed samples, documents of authors who had not seen the code (`eval/strangers`), texts of other places where a
folder of them is given (`--texts`, with `NAME.gold.json` beside each), made documents of every digital format, made
scans (`--scans`), tables of real PDFs (`--tables`, as `real_tables` takes them).
Run it on two states of the code with one seed, and put the tables side by side.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from eval.reports.figure_tables import Table, Value, percent, show
from eval.scoring.gold import load_all
from eval.scoring.predictions import load as load_run
from eval.scoring.scores import DocumentScore, score_run, total
from eval.studies import seeds
from eval.synth.__main__ import write
from eval.synth.content import Options
from eval.synth.degrade import Damage
from eval.synth.formats import DIGITAL, SCANS, case
from extractor.config import Settings
from extractor.errors import ExtractorError
from extractor.runs import run
from schemas import BY_TITLE, SCHEMAS

STUDY = "overview"
EVAL = Path(__file__).parents[1]
COLUMNS = ("documents", "files", "found / missing / extra", "F1", "settled", "silent", "silent error rate")
SMALL = Options(forms=(1, 3), rows=(3, 20))
"""Made documents are small: the formats are compared here, not their sizes."""


class Group(NamedTuple):
    """Documents of one kind: files or folders, their gold, and the schemas that are named for them."""

    name: str
    documents: tuple[Path, ...]
    gold: Path
    schemas: tuple[str, ...] = ()


def committed() -> Iterator[Group]:
    """The samples of the repository, and the sets of strangers that the built-in schemas read."""
    top = tuple(sorted(path for path in (EVAL / "samples").iterdir() if path.is_file()))
    yield Group("samples: Chinese texts", top, EVAL / "gold")
    yield Group("samples: PDF, scan, Word, Excel", (EVAL / "samples" / "formats",), EVAL / "gold" / "formats")
    named = tuple(name for name in SCHEMAS if name not in BY_TITLE)
    yield Group("samples: English", (EVAL / "samples" / "en",), EVAL / "gold" / "en", named)
    for folder in sorted((EVAL / "strangers").glob("chinese-*")):
        yield Group(f"strangers: {folder.name}", (folder,), folder)


def made(seed: int, count: int, formats: Sequence[str], folder: Path) -> Iterator[Group]:
    """`count` documents of each format, made from one seed."""
    for name in formats if count else ():
        out = folder / name
        out.mkdir(parents=True)
        for one in range(seed, seed + count):
            write(case(one, name, SMALL, Damage(level=1)), out)
        yield Group(f"made: {name}", (out,), out)


def scored(group: Group, out: Path) -> list[DocumentScore]:
    """The documents of a group read by `rules` and held against their gold; gold of other documents is left out."""
    run.run(run.Plan(group.documents, out, Settings(), group.schemas, "rules"))
    found = load_run(out)
    stems = {Path(name).stem for name in found}
    golds = [gold for gold in load_all([group.gold]) if Path(gold.document).stem in stems]
    return list(score_run(golds, found))


def row(name: str, scores: Sequence[DocumentScore]) -> tuple[Value, ...]:
    """A group as a row of the table."""
    whole = total(scores)
    counts, forms = whole.counts, whole.forms
    found = f"{forms.found} / {forms.missing} / {forms.extra}"
    silent = counts.silent + counts.vanished
    return (
        name,
        len(scores),
        found,
        percent(counts.f1),
        percent(counts.settled_share),
        silent,
        percent(counts.silent_rate),
    )


def tables_of(folder: Path) -> tuple[Value, ...]:
    """The tables of real PDFs as a row: F1 of their cells."""
    from eval.studies import real_tables

    measured = real_tables.measure(folder)
    return ("tables of real PDFs, cells", len(measured), None, percent(real_tables.total(measured, "own").cells.f1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads all groups and prints the table; exit status 2 where something is missing."""
    call = _arguments(arguments)
    try:
        if call.claim is not None:
            seeds.claim(call.seed, STUDY, call.claim, date.today())
        with tempfile.TemporaryDirectory() as scratch:
            rows = list(_rows(call, Path(scratch)))
    except ExtractorError as error:
        print(f"eval.studies.overview: {error}", file=sys.stderr)
        return 2
    if call.json is not None:
        call.json.write_text(json.dumps([[str(value) for value in one] for one in rows], indent=1) + "\n", "utf-8")
    show([Table(f"All kinds of documents, made ones of seed {call.seed}", COLUMNS, tuple(rows))])
    return 0


def _rows(call: argparse.Namespace, scratch: Path) -> Iterator[tuple[Value, ...]]:
    formats = [*DIGITAL, *(SCANS if call.scans else ())]
    groups = [*committed(), *([Group("texts of other places", (call.texts,), call.texts)] if call.texts else [])]
    groups += made(call.seed, call.count, formats, scratch / "made")
    for number, group in enumerate(groups):
        yield row(group.name, scored(group, scratch / f"run-{number}"))
    if call.tables is not None:
        yield tables_of(call.tables)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m eval.studies.overview", description=__doc__, formatter_class=raw)
    parser.add_argument("--seed", type=int, required=True, help="of the made documents; the next ones count up")
    parser.add_argument("--count", type=int, default=10, help="made documents of each format (default: 10; 0: none)")
    parser.add_argument("--texts", type=Path, metavar="FOLDER", help="texts with gold beside them")
    parser.add_argument("--scans", action="store_true", help="made scans too: they take minutes")
    parser.add_argument("--tables", type=Path, metavar="FOLDER", help="PDFs with the gold of ICDAR-2013")
    parser.add_argument("--claim", metavar="PURPOSE", help="write the seed down as used; a used one is refused")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
