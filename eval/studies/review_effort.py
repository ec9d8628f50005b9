"""What a review costs: `python -m eval.studies.review_effort` reviews the samples on the page, answered from gold.

The samples are read by the rules engine, the page is served, and a program decides through the page's own HTTP
interface as a person would who sees what is printed (the gold): it accepts what is right, takes another reading where
one of the keys 1 to 9 offers the right text, types the rest, and accepts each form as a whole when nothing in it is in
doubt. Counted: decisions, keys (a text that is typed counts as two: the key that opens the field, and Enter; its
characters apart), and at the end whether the gold that the page wrote equals the hand-made one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.labelling import as_reading, problems_of
from eval.reports.figure_tables import Table, show
from eval.scoring.gold import Gold, load_all
from eval.scoring.predictions import load as load_run
from eval.scoring.predictions import matching, names_of
from eval.scoring.verdicts import ERRORS, FormVerdicts, Leaf, document_verdicts
from eval.studies.review_client import Change, PageClient
from extractor.accounting.value_tree import holds

SAMPLES = Path(__file__).parents[1] / "samples"
GOLD = Path(__file__).parents[1] / "gold"
PARTS = (".text", ".operator", ".value", ".unit")
"""The leaves of scoring that are one value on the page."""
Key = tuple[str, int]


@dataclass
class Effort:
    """What was done: doubts met, those that were right as read (one key each), keys, characters typed, decisions."""

    doubts: int = 0
    right: int = 0
    keys: int = 0
    characters: int = 0
    keys_of_doubts: int = 0
    actions: Counter[str] = field(default_factory=Counter)

    @property
    def each(self) -> float:
        """Keys for each doubt."""
        return self.keys_of_doubts / max(1, self.doubts)


class Reviewer:
    """Knows what is printed, by document and form, and answers what the page shows."""

    def __init__(self, client: PageClient, verdicts: Mapping[Key, FormVerdicts]) -> None:
        self.client, self.verdicts = client, verdicts
        self.effort = Effort()
        self.done: set[tuple[str, int, str]] = set()

    def review(self) -> None:
        """Decides all that is in doubt, then each form as a whole."""
        self.client.next(order="document")
        while self.client.doubt is not None:
            self.effort.doubts += 1
            self._decide(str(self.client.doubt["path"]))
        self.effort.keys_of_doubts = self.effort.keys
        for key in self.verdicts:
            self.client.open(*key, "")
            changes = self._changes(key, "")
            if changes:
                self._count(changes, "", ())
                self._send(changes, stay=True)
                self.effort.actions["not in doubt, seen with the whole form"] += len(changes)
            self.effort.keys += 1  # f
            self._send([{"action": "accept", "path": ""}])

    def _decide(self, path: str) -> None:
        doubt = self.client.doubt or {}
        changes = self._changes((doubt["sha256"], doubt["form"]), path)
        if not changes:
            self.effort.right += 1
        self._count(changes, path, [offered["text"] for offered in self.client.record["suggestions"]])
        if [change["path"] for change in changes] != [path]:
            changes.append({"action": "accept", "path": path})
            self.effort.keys += 1  # Enter
        self._send(changes)

    def _changes(self, key: Key, path: str) -> list[Change]:
        """What is still to be changed at and below a path, so that the form says what is printed."""
        verdicts = self.verdicts.get(key)
        needed = changes_of(verdicts) if verdicts is not None else ()
        found = [c for c in needed if holds(path, c["path"]) and (*key, c["path"]) not in self.done]
        self.done.update((*key, change["path"]) for change in found)
        return found

    def _count(self, changes: Sequence[Change], path: str, offered: Sequence[str]) -> None:
        """The keys that these changes take on the page."""
        for change in changes:
            at, text = change["path"], change.get("text")
            keys = 0 if at == path else 1  # an arrow
            if change["action"] != "set" or text is None:
                keys += 1  # d, i, n
            elif at == path and text in offered:
                keys += 1  # 1 to 9
                self.effort.actions["taken from the other readings"] += 1
            else:
                keys += 2  # e, Enter
                self.effort.characters += len(text)
                self.effort.actions["typed"] += 1
            self.effort.keys += keys

    def _send(self, changes: Sequence[Change], stay: bool = False) -> None:
        self.effort.actions.update(str(change["action"]) for change in changes)
        self.client.decide(changes, stay=stay, order="document")


def changes_of(verdicts: FormVerdicts) -> Iterator[Change]:
    """All that is not as it is printed: rows that are none, values, rows that are missing."""
    gone = _invented(verdicts)
    yield from ({"action": "delete", "path": row} for row in gone)
    for at, wanted in _wanted(verdicts):
        if not any(holds(row, at) for row in gone):
            yield {"action": "set", "path": at, "text": wanted}
    for number, (name, after, cells) in enumerate(_omitted(verdicts)):
        row = f"{name}[+row{number}]"
        yield {"action": "insert", "path": row, "after": after}
        yield from ({"action": "set", "path": f"{row}.{c}" if c else row, "text": t} for c, t in cells.items())


def _wanted(verdicts: FormVerdicts) -> Iterator[tuple[str, str | None]]:
    """The paths of values that are not right, with the printed text; leaves of one value once."""
    out: dict[str, str | None] = {}
    for leaf in verdicts.leaves:
        if leaf.verdict in ERRORS and "[]" not in leaf.path and "[]" not in leaf.gold_path:
            out.setdefault(_value_path(leaf.path), None)
    for leaf in verdicts.leaves:
        at = _value_path(leaf.path)
        if at in out and (at == leaf.path or leaf.path.endswith(".text")):
            out[at] = _text(leaf.gold)
    yield from out.items()


def _value_path(path: str) -> str:
    return next((path.removesuffix(part) for part in PARTS if path.endswith(part)), path)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _invented(verdicts: FormVerdicts) -> list[str]:
    return [f"{row.field}[{row.record}]" for row in verdicts.rows if row.outcome == "invented"]


def _omitted(verdicts: FormVerdicts) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """The list of each row that the record lacks, the row above it, and its cells."""
    kept = {(row.field, row.gold): row.record for row in verdicts.rows if row.gold is not None}
    for row in verdicts.rows:
        if row.outcome == "omitted" and row.gold is not None:
            above = next(
                (kept[row.field, n] for n in range(row.gold - 1, -1, -1) if kept.get((row.field, n)) is not None), None
            )
            prefix = f"{row.field}[{row.gold}]"
            own = [leaf for leaf in verdicts.leaves if holds(prefix, leaf.gold_path)]
            yield row.field, "" if above is None else str(above), dict(_cells(own, prefix))


def _cells(leaves: Sequence[Leaf], prefix: str) -> Iterator[tuple[str, str | None]]:
    for leaf in leaves:
        column = leaf.gold_path[len(prefix) :].lstrip(".")
        at = _value_path(column)
        if leaf.gold is not None and (at == column or column.endswith(".text")):
            yield at, _text(leaf.gold)


def verdicts_of(golds: Sequence[Gold], out: Path) -> dict[Key, FormVerdicts]:
    """The verdicts on each form of a run that gold has, by the hash of its document and its number."""
    run = load_run(out)
    names = names_of(run)
    hashes = {}
    with (out / "documents.jsonl").open(encoding="utf-8") as lines:
        hashes = {line["document"]: line["sha256"] for line in map(json.loads, lines)}
    found: dict[Key, FormVerdicts] = {}
    for gold in golds:
        for name in matching(gold.document, names):
            for verdicts in document_verdicts(gold, run[name]):
                if verdicts.record is not None:
                    found[hashes[name], verdicts.record] = verdicts
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads, reviews, compares; ends with status 1 where the gold of the page is not the hand-made one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, nargs="+", default=sorted(SAMPLES.glob("*.*")))
    parser.add_argument("--gold", type=Path, nargs="+", default=sorted(GOLD.glob("*.json")))
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        out, made = Path(scratch) / "out", Path(scratch) / "gold"
        command = [sys.executable, "-m", "extractor"]
        read = [*command, "run", *map(str, chosen.samples), "--out", str(out), "--engine", "rules"]
        subprocess.run(read, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # our own
        golds = load_all(chosen.gold)
        effort = reviewed(out, made, verdicts_of(golds, out))
        written = load_all([made], drafts=True)
        different = list(_differences(golds, written))
        problems = [p for gold in written for p in problems_of(gold.path, [path.parent for path in chosen.samples])]
    _print(effort, len(golds), len(written), different, problems)
    return 1 if different or len(golds) != len(written) else 0


def reviewed(out: Path, made: Path, verdicts: Mapping[Key, FormVerdicts]) -> Effort:
    """Reviews a run on its page; the gold is written into `made`."""
    call = [sys.executable, "-m", "extractor", "review", str(out), "--no-browser", "--gold", str(made)]
    server = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603  # our own
    try:
        address = server.stdout.readline().strip() if server.stdout else ""
        reviewer = Reviewer(PageClient(address, "program"), verdicts)
        reviewer.review()
    finally:
        server.terminate()
        server.communicate(timeout=300)
    return reviewer.effort


def _differences(golds: Sequence[Gold], written: Sequence[Gold]) -> Iterator[str]:
    """Where the gold of the page and the hand-made gold of the same document differ, by the scorer."""
    by_name = {gold.document: gold for gold in written}
    for gold in golds:
        other = by_name.get(gold.document)
        if other is None:
            yield f"{gold.document}: no gold was written"
            continue
        for form in document_verdicts(gold, as_reading(other)):
            yield from (f"{gold.document}: {form.outcome}" for _ in range(form.outcome != "found"))
            yield from (
                f"{gold.document}: {leaf.path}: {leaf.value!r}, not {leaf.gold!r}"
                for leaf in form.leaves
                if leaf.verdict in ERRORS
            )


def _print(effort: Effort, golds: int, written: int, different: Sequence[str], problems: Sequence[Any]) -> None:
    rows = (
        ("doubts; of them right as read", f"{effort.doubts}; {effort.right}"),
        ("keys until nothing is in doubt; for each doubt", f"{effort.keys_of_doubts}; {effort.each:.2f}"),
        ("keys in all, with each form accepted as a whole", f"{effort.keys}"),
        ("characters typed", f"{effort.characters}"),
        *((name, f"{count}") for name, count in sorted(effort.actions.items())),
        ("gold: hand-made; written by the page", f"{golds}; {written}"),
        ("values that differ from the hand-made gold", f"{len(different)}"),
        ("problems of `gold check`", f"{len(problems)}"),
    )
    show([Table("Review of the samples", ("what", "figure"), rows)])
    for line in [*different[:20], *map(str, problems[:10])]:
        print(line)


if __name__ == "__main__":
    raise SystemExit(main())
