"""What a second reader's agreement is worth: `python -m eval.studies.second_reader --seed 1 --forms 10 --level 4`.

Damaged scans of `eval.studies.damage` are read by OCR. Every printed line of a value is read again from its picture by
Tesseract, and with `--vision N` so many lines that the OCR is unsure of by the vision model of the settings. By kind of
text: how many lines another reader reads the same, and how many of the first readings are wrong among those that agree
and among those that differ. A reading is right where its value is, or where gold has its text somewhere in the
document: a text that is read rightly and put into the wrong field is no fault of a reader.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

from eval.reports.figure_tables import Table, Value, percent, show
from eval.scoring.gold import Gold, load_all
from eval.scoring.predictions import readings as predictions
from eval.scoring.verdicts import document_verdicts
from eval.studies import seeds
from eval.studies.damage.levels import LEVELS
from extractor import pipeline, readers
from extractor.accounting.doubtful_lines import Doubt, LineKey, Units, confirming, doubts, lines_of
from extractor.accounting.line_readings import TextKind
from extractor.config import Settings
from extractor.document.results import DocumentResult, Record
from extractor.errors import ExtractorError, MissingPackage
from extractor.readers.scan import second_ocr
from extractor.runs.run import load_schemas
from extractor.second_look import VISION, Cut, cut_lines, seen
from schemas.values import fold


class Judged(NamedTuple):
    """A line as the first reader has it: its kind, whether it is sure of it, whether it is right; who reads the same.

    `agree` has a truth value for each further reader that was asked.
    """

    text: str
    kind: TextKind
    sure: bool
    right: bool
    agree: Mapping[str, bool]


class Asked(NamedTuple):
    """A line of a document's record, with what is known of it before anybody else reads it."""

    doubt: Doubt
    sure: bool
    right: bool


class Sheet(NamedTuple):
    """A document's lines: what is known of them, their pictures, what further readers gave."""

    sha256: str
    asked: list[Asked]
    cuts: dict[LineKey, Cut]
    told: dict[LineKey, dict[str, str]]


def sheet(path: Path, gold: Gold, settings: Settings) -> Sheet:
    """All lines of the values of a document, read again by Tesseract."""
    document = readers.read(path, path.name, settings)
    off = settings.model_copy(update={"second_reader": "off", "vision_model": None})
    result = pipeline.process(document, off, load_schemas(()), "rules", path)
    units = {(unit.page, unit.id): unit for unit in document.units()}
    asked = list(_asked(result, gold, units))
    cuts = cut_lines(document, path, [one.doubt for one in asked], settings)
    texts = second_ocr.read_lines([cut.clean for cut in cuts.values()], settings)
    told = {key: {second_ocr.NAME: text} for key, text in zip(cuts, texts, strict=True)}
    return Sheet(document.sha256, [one for one in asked if one.doubt.key in cuts], cuts, told)


def shown_to_model(sheets: Sequence[Sheet], settings: Settings, count: int, chance: random.Random) -> None:
    """Adds what the vision model reads in `count` of the lines that are in doubt, drawn by lot, in as few calls."""
    unsure = {(n, a.doubt.key): None for n, one in enumerate(sheets) for a in one.asked if not a.sure}
    drawn = sorted(chance.sample(list(unsure), min(count, len(unsure))))
    every = settings.model_copy(update={"vision_calls": max(1, len(drawn))})
    looked = seen([sheets[n].cuts[key] for n, key in drawn], every, "")
    for (n, key), sight in zip(drawn, looked.sights, strict=True):
        sheets[n].told[key][VISION] = sight.text


def _judged(one: Asked, told: Mapping[LineKey, Mapping[str, str]]) -> Judged:
    same = confirming(one.doubt, told)
    agree = {name: name in same for name in told[one.doubt.key]}
    text = one.doubt.line.text[one.doubt.start : one.doubt.end]
    return Judged(text, one.doubt.kind, one.sure, one.right, agree)


def _asked(result: DocumentResult, gold: Gold, units: Units) -> Iterator[Asked]:
    """The printed lines of all values of the records that gold has too; each line of a field once."""
    lines = [record.to_json() for record in result.records]
    (reading,) = predictions(lines, [result.to_json()]).values()
    printed = gold_text(gold)
    for verdicts in document_verdicts(gold, reading):
        if verdicts.record is None or verdicts.outcome != "found":
            continue
        record = _record(result.records, reading.records[verdicts.record].form)
        right = {leaf.path for leaf in verdicts.leaves if leaf.verdict == "right"}
        unsure = {(d.path, d.key) for d in doubts(record, units)}
        for path, spans in record.evidence.items():
            for doubt in (d for span in spans for d in lines_of(path, span, units)):
                is_right = path in right or _bare(doubt.line.text[doubt.start : doubt.end]) in printed
                yield Asked(doubt, (path, doubt.key) not in unsure, is_right)


def _record(records: Sequence[Record], form: int) -> Record:
    return next(record for record in records if record.form == form)


def gold_text(gold: Gold) -> str:
    """All that gold says is printed in a document, in one text: values, and labels of its schemas."""
    said = [text for form in gold.forms for text in _texts(form.values)]
    for form in gold.forms:
        said += form.schema.titles
        for leaf in form.schema.leaves():
            said += (*leaf.printed.labels, *leaf.printed.column, *leaf.printed.vocabulary)
    return "\n".join(_bare(text) for text in said)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Iterable):
        for part in value:
            yield from _texts(part)


def _bare(text: str) -> str:
    return fold(text).replace(",", "")


def rows(lines: Sequence[Judged], reader: str) -> Iterator[tuple[Value, ...]]:
    """The table's rows of one reader: each kind of text, those that the OCR is sure of apart from the others."""
    kinds: tuple[TextKind, ...] = get_args(TextKind)
    for sure, name in ((False, "unsure"), (True, "sure")):
        for kind in (*kinds, None):
            own = [n for n in lines if n.sure == sure and kind in (n.kind, None) and reader in n.agree]
            same, other = [n for n in own if n.agree[reader]], [n for n in own if not n.agree[reader]]
            if own:
                wrong = [sum(not n.right for n in part) for part in (same, other)]
                share = percent(len(same) / len(own))
                yield reader, name, kind or "all", len(own), len(same), share, wrong[0], len(other), wrong[1]


COLUMNS = (
    "reader",
    "the OCR is",
    "text",
    "lines",
    "agree",
    "share",
    "errors among them",
    "differ",
    "errors among them ",
)


def tables(lines: Sequence[Judged], name: str) -> list[Table]:
    """The table of a level."""
    readers_ = dict.fromkeys(reader for line in lines for reader in line.agree)
    return [Table(f"Second readers, {name}", COLUMNS, tuple(row for one in readers_ for row in rows(lines, one)))]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.studies.second_reader", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="stands for a block of 1000 documents' seeds")
    parser.add_argument("--forms", type=int, default=10)
    parser.add_argument("--level", choices=list(LEVELS), required=True)
    parser.add_argument("--vision", type=int, default=0, help="so many doubtful lines for the vision model")
    parser.add_argument("--config", type=Path, help="a settings file")
    parser.add_argument("--errors", action="store_true", help="list the first readings that are wrong")
    parser.add_argument("--claim", metavar="PURPOSE", help="the seed must be fresh, and is entered as used for this")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit status 2 for a used seed or a missing program."""
    args = _arguments(arguments)
    try:
        if args.claim:
            seeds.claim(args.seed, f"damage {args.level}", args.claim, datetime.now(UTC).date())
        lines = measure(args)
    except ExtractorError as error:
        print(f"eval.studies.second_reader: {error}", file=sys.stderr)
        return 2
    show(tables(lines, f"level {args.level}, seed {args.seed}, {args.forms} forms"))
    for line in lines if args.errors else ():
        if not line.right:
            print("sure" if line.sure else "unsure", line.kind, repr(line.text), dict(line.agree))
    return 0


def measure(args: argparse.Namespace) -> list[Judged]:
    """The lines of all documents of a level and seed. MissingPackage: a program is missing."""
    if second_ocr.program() is None:
        raise MissingPackage(f"there is no second reader: {second_ocr.INSTALL}")
    try:
        from eval.studies.damage.documents import make_documents
    except ImportError as error:
        raise MissingPackage(f"damage needs the extra `ocr` (OpenCV, Pillow): {error}") from error
    settings = Settings.load(args.config)
    if args.vision and settings.vision_model is None:
        raise MissingPackage("--vision needs the setting vision_model")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        made = make_documents(args.level, args.seed, args.forms, out)
        gold = {one.document: one for one in load_all([out / "documents"])}
        sheets = [sheet(out / "documents" / one.name, gold[one.name], settings) for one in made]
    if args.vision:
        shown_to_model(sheets, settings, args.vision, random.Random(args.seed))  # noqa: S311  # a sample, no secret
    return [_judged(line, one.told) for one in sheets for line in one.asked]


if __name__ == "__main__":
    sys.exit(main())
