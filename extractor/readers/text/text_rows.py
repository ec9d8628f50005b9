"""Plain lines and tab-separated rows: physical lines become `Line`s, runs of rows become ragged `Grid`s."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.readers.page_blocks import Blocks

DRAWN = re.compile(r"[\s\u2500-\u257f]*[\u2500-\u257f][\s\u2500-\u257f]*")
"""A line of box-drawing characters alone: a ruling line that is typed, and no text."""
LOOK_AHEAD = 200
LONGEST_ROW = 2000
SOFT_BREAKS = "\x0b\x85\u2028\u2029"
SOFT_BREAK = re.compile(f"[{SOFT_BREAKS}]")
NOT_PLAIN = re.compile(f"[<&\n{SOFT_BREAKS}]")
OPEN = re.compile(r"<p(?:\s[^<>]*)?>", re.IGNORECASE)
TAG = re.compile(r"</?p(?:\s[^<>]*)?>|<br\s*/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


class Row(NamedTuple):
    """One row of tab-separated text, which may span several physical lines, and the line after it."""

    text: str
    next: int


def physical_lines(text: str) -> list[str]:
    """The lines of a page: cut at `\\n`, `\\r\\n`, `\\r`, and at soft line breaks, except in a tab-separated row."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not any(char in text for char in SOFT_BREAKS):
        return lines
    return [part for line in lines for part in ([line] if "\t" in line else SOFT_BREAK.split(line))]


def add(lines: Sequence[str], blocks: Blocks, first: int = 1) -> None:
    """Adds `lines` to the page; `lines[0]` is its physical line number `first`."""
    at, count = 0, len(lines)
    while at < count:
        line = lines[at]
        if "\t" in line:
            at = _add_run(lines, at, blocks, first)
        else:
            if line and not DRAWN.fullmatch(line):
                blocks.line(_line_text(line) if "<" in line else line, first + at)
            at += 1


def _add_run(lines: Sequence[str], start: int, blocks: Blocks, first: int) -> int:
    """Adds consecutive tab lines as one grid; lines that are merely indented with tabs stay lines."""
    rows: list[str] = []
    at = start
    while at < len(lines) and "\t" in lines[at]:
        row = _whole_row(lines, at)
        rows.append(row.text)
        at = row.next
    if all(map(_indented, rows)):
        for number, line in enumerate(lines[start:at], first + start):
            blocks.line(_line_text(line) if "<" in line else line, number)
    else:
        blocks.rows([_cells(row) for row in rows], ragged=True)
    return at


def _indented(row: str) -> bool:
    """Whether a row has no columns: text after leading tabs only, or no text at all."""
    return "\t" not in row.lstrip() and "\n" not in row


def _whole_row(lines: Sequence[str], at: int) -> Row:
    """The row that starts at a line, with the lines on which its open paragraph or quotation goes on."""
    text, after = lines[at], at + 1
    while after - at < LONGEST_ROW:
        last = text.rsplit("\t", 1)[-1]
        closed = _paragraph_end(lines, after) if _open_paragraph(last) else _quote_end(lines, after, last)
        if closed is None:
            break
        text = "\n".join((text, *lines[after : closed + 1]))
        after = closed + 1
    return Row(_unquoted(text) if "\n" in text else text, after)


def _open_paragraph(cell: str) -> bool:
    low = cell.lower()
    return "<p" in low and len(OPEN.findall(cell)) > low.count("</p>")


def _paragraph_end(lines: Sequence[str], after: int) -> int | None:
    """The line that closes the paragraph, where nothing before it opens another or starts a column."""
    for at in range(after, min(after + LOOK_AHEAD, len(lines))):
        before, closed, _ = lines[at].lower().partition("</p>")
        if "\t" in before or OPEN.search(before):
            return None
        if closed:
            return at
    return None


def _quote_end(lines: Sequence[str], after: int, cell: str) -> int | None:
    """The line that closes a quoted cell, if the row's last cell starts with a quotation mark and has no second one."""
    if not cell.startswith('"') or cell.count('"') % 2 == 0:
        return None
    for at in range(after, min(after + LOOK_AHEAD, len(lines))):
        before, tab, _ = lines[at].partition("\t")
        if before.count('"') % 2:
            return at if before.endswith('"') else None
        if tab:
            return None
    return None


def _unquoted(row: str) -> str:
    """The row without the quotation marks around cells of several lines, which are the file's and not the page's."""
    return "\t".join(
        part[1:-1].replace('""', '"') if "\n" in part and len(part) > 1 and part[0] == part[-1] == '"' else part
        for part in row.split("\t")
    )


def _cells(row: str) -> list[str]:
    cells = row.split("\t")
    return list(map(cell_text, cells)) if NOT_PLAIN.search(row) else cells


def cell_text(text: str) -> str:
    """A cell without paragraph and line break tags: its paragraphs are lines; entities are decoded."""
    if "<" in text:
        text = TAG.sub("\n", text)
    if "&" in text:
        text = decoded_entities(text)
    if "\n" in text or not text.isprintable():
        text = SOFT_BREAK.sub("\n", text)
    if "\n" in text:
        text = "\n".join(part.strip() for part in text.split("\n") if part and not part.isspace())
    return text


def _line_text(line: str) -> str:
    """A line without paragraph tags; a line that has none stays as it stands."""
    return cell_text(line).replace("\n", " ") if TAG.search(line) else line


def decoded_entities(text: str) -> str:
    """The text with `&lt;`, `&#35;` and the like decoded; an ampersand without its semicolon is itself."""
    return ENTITY.sub(lambda match: html.unescape(match.group()), text)
