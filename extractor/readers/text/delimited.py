"""Delimited files (.csv, .tsv): rows as a grid; empty rows part tables, and a file of one column is lines."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note
from extractor.readers.page_blocks import Blocks
from extractor.readers.text.text_rows import LOOK_AHEAD
from extractor.readers.text_file import Loaded

DELIMITERS = ",\t;|"
SAMPLE = 200
QUOTED = re.compile(f'(?:^|(?<=[{DELIMITERS}]))"(?:[^"]|"")*"(?=[{DELIMITERS}]|$)', re.M)
STATED = re.compile(r'"?sep=(.)"?')


class Row(NamedTuple):
    """A row's fields, and the physical line on which it starts."""

    fields: list[str]
    line: int


def document(loaded: Loaded, name: str) -> Document:
    """A delimited text as one page; the delimiter is the one that its lines agree on."""
    lines = loaded.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stated = STATED.fullmatch(lines[0])
    delimiter = stated[1] if stated else guess(lines[:SAMPLE], Path(name).suffix.lower())
    rows = list(_rows(lines[1:] if stated else lines, delimiter, True))
    notes = loaded.notes
    if any(after.line - before.line > LOOK_AHEAD for before, after in pairwise(rows)):
        rows = list(_rows(lines, delimiter, False))
        notes += (Note(FindingKind.QUOTES, 0, "a quotation mark is never closed: all of them were read as text"),)
    blocks = Blocks(1)
    _add(rows, blocks)
    return Document(name, loaded.sha256, (blocks.finished("delimited"),), notes=notes)


def guess(lines: list[str], suffix: str) -> str:
    """The delimiter that most lines hold the same number of; a comma, or a tab for .tsv, where there is none."""
    bare = [line for line in QUOTED.sub("", "\n".join(lines)).split("\n") if line.strip()]
    counts = {mark: Counter(line.count(mark) for line in bare) for mark in DELIMITERS}
    default = "\t" if suffix == ".tsv" else ","
    votes = {mark: sum(n for count, n in found.items() if count) for mark, found in counts.items()}
    agreed = {mark: max((n for count, n in found.items() if count), default=0) for mark, found in counts.items()}
    best = max(DELIMITERS, key=lambda mark: (agreed[mark], votes[mark], mark == default))
    return best if agreed[best] else default


def _rows(lines: list[str], delimiter: str, quotes: bool) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    ended = (line + "\n" for line in lines)
    reader = csv.reader(ended, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE)
    start = 1
    for fields in reader:
        yield Row(fields, start)
        start = reader.line_num + 1
    yield Row([], start)


def _add(rows: list[Row], blocks: Blocks) -> None:
    """Adds the rows up to each empty one as a grid, or as lines where they have one field each."""
    table: list[Row] = []
    for row in rows:
        if any(field.strip() for field in row.fields):
            table.append(row)
            continue
        _add_table(table, blocks)
        table = []
    _add_table(table, blocks)


def _add_table(table: list[Row], blocks: Blocks) -> None:
    widths = {len(row.fields) for row in table}
    if widths == {1}:
        for row in table:
            for offset, line in enumerate(row.fields[0].split("\n")):
                blocks.line(line, row.line + offset)
    elif table:
        blocks.rows([row.fields for row in table], ragged=len(widths) > 1)
