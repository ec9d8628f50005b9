"""Tables of figures, and the ways to write them: terminal, plain text, Markdown, CSV."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from markupsafe import Markup

from extractor.errors import CallError

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A title, column heads, and rows; the first column is left-aligned, the others are figures.

    `spare` are columns that a terminal which is too narrow leaves out, the first one first.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    spare: tuple[str, ...] = ()


class Percent(float):
    """A share of 1 that is written as a percentage."""


def percent(share: float | None) -> Percent | None:
    """The share, to be written as a percentage."""
    return None if share is None else Percent(share)


def spelled(value: Value) -> str:
    """A cell as people read it: percentages with two decimals, `–` for what there is none of."""
    if value is None:
        return "–"
    if isinstance(value, Percent):
        return f"{100 * value:.2f} %"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def plain(table: Table) -> str:
    """The table as aligned text."""
    grid = [table.columns, *(tuple(spelled(value) for value in row) for row in table.rows)]
    widths = [max(width_of(row[k]) for row in grid) for k in range(len(table.columns))]
    lines = ["  ".join(_padded(text, widths[k], k) for k, text in enumerate(row)).rstrip() for row in grid]
    return "\n".join([table.title, *lines, ""])


def width_of(text: str) -> int:
    """The columns that a text takes on a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int, column: int) -> str:
    blank = " " * (width - width_of(text))
    return text + blank if column == 0 else blank + text


def markdown(table: Table) -> str:
    """The table as Markdown."""
    head = "| " + " | ".join(table.columns) + " |"
    rule = "| --- |" + " ---: |" * (len(table.columns) - 1)
    body = ["| " + " | ".join(spelled(v).replace("|", "\\|") for v in row) + " |" for row in table.rows]
    return "\n".join([f"### {table.title}", "", head, rule, *body, ""])


def comma_separated(table: Table) -> str:
    """The table as CSV: raw figures, shares as parts of 1, nothing for what there is none of."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", *table.columns])
    for row in table.rows:
        writer.writerow([table.title, *("" if v is None else float(v) if isinstance(v, float) else v for v in row)])
    return out.getvalue()


def html(table: Table) -> Markup:
    """The table as HTML, without its title."""
    head = Markup().join(Markup("<th>{}</th>").format(name) for name in table.columns)
    rows = (Markup().join(Markup("<td>{}</td>").format(spelled(value)) for value in row) for row in table.rows)
    body = Markup().join(Markup("<tr>{}</tr>").format(row) for row in rows)
    whole = Markup('<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>')
    return whole.format(head, body)


WRITERS: dict[str, Callable[[Table], str]] = {".txt": plain, ".md": markdown, ".csv": comma_separated}


def written(tables: Iterable[Table], path: Path) -> str:
    """Tables as a file of this suffix holds them; raises `CallError` for a suffix that is not known."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise CallError(
            f"{path}: tables are written to {', '.join(WRITERS)}, not {path.suffix or 'a file of no suffix'}"
        )
    return "\n".join(writer(table) for table in tables)


def show(tables: Iterable[Table], file: TextIO | None = None) -> None:
    """Prints tables: drawn by rich on a terminal, aligned text elsewhere."""
    out = file or sys.stdout
    for table in tables:
        if out.isatty():
            _drawn(table, out)
        else:
            print(plain(table), file=out)


def fitted(table: Table, width: int) -> Table:
    """The table without as many of its spare columns as do not fit into so many characters."""
    spare = list(table.spare)
    while spare and _needed(table) > width:
        at = table.columns.index(spare.pop(0))
        rows = tuple(row[:at] + row[at + 1 :] for row in table.rows)
        table = Table(table.title, table.columns[:at] + table.columns[at + 1 :], rows)
    return table


def _needed(table: Table) -> int:
    grid = [table.columns, *(tuple(spelled(value) for value in row) for row in table.rows)]
    return sum(max(width_of(row[k]) for row in grid) + 3 for k in range(len(table.columns))) + 1


def _drawn(table: Table, file: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape as unmarked
    from rich.table import Table as Drawn

    table = fitted(table, Console(file=file).width)
    drawn = Drawn(title=table.title, title_justify="left", box=box.SIMPLE_HEAD)
    for k, name in enumerate(table.columns):
        drawn.add_column(name, justify="left" if k == 0 else "right", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(unmarked(spelled(value)) for value in row))
    Console(file=file).print(drawn)


def pairs(title: str, figures: Sequence[tuple[str, Value]]) -> Table:
    """A table of names and figures."""
    return Table(title, ("figure", "value"), tuple(figures))
