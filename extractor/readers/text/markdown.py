"""Markdown, as OCR services write it: pipe tables, HTML tables, headings and paragraphs, page markers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Document, Note, Page
from extractor.readers.detect import RULE, TABLE_TAG
from extractor.readers.html import reader as html
from extractor.readers.page_blocks import Blocks
from extractor.readers.text import text_rows
from extractor.readers.text.markdown_inline import has_markup, plain
from extractor.readers.text_file import Loaded

PIPED = re.compile(r"[ \t]*\|.*\|[ \t]*")
PIPE = re.compile(r"(?<!\\)((?:\\\\)*)\|")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*[\w+-]*[ \t]*")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+|$)")
CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
UNDERLINE = re.compile(r" {0,3}={2,}[ \t]*")
BREAK = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
PREFIX = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*(?:[-*+][ \t]+(?=\S))?")

# A page starts only where the text says so: a comment, the ruler that some converters write, a forced page break.
PAGE = re.compile(
    r"[ \t]*(?:<!--\s*(?:page|第)\s*[:#]?\s*(?P<comment>\d{1,6})\b[^>]{0,40}-->"
    r"|<!--\s*page[ _-]?break\s*-->"
    r"|\{(?P<ruler>\d{1,6})\}-{16,}"
    r"|<div[^<>]*page-break-(?:after|before)\s*:\s*always[^<>]*>\s*(?:</div>)?"
    r"|\\(?:newpage|pagebreak))[ \t]*",
    re.I,
)


class Part(NamedTuple):
    """The lines of one page, the physical number of the first of them, and the page's number."""

    lines: list[str]
    number: int


def document(loaded: Loaded, name: str) -> Document:
    """A Markdown text as pages of lines and grids."""
    read = [_page(part) for part in parts(loaded.text)]
    notes = tuple(note for page in read for note in page.notes)
    return Document(name, loaded.sha256, tuple(page.page for page in read), notes=(*loaded.notes, *notes))


def parts(text: str) -> list[Part]:
    """The pages of a text, cut at form feeds and page markers; numbers are the markers' own where they go up."""
    found: list[Part] = []
    lines: list[str] = []
    number = 1
    for sheet in text.split("\f"):
        for line in (*text_rows.physical_lines(sheet), None):
            marker = PAGE.fullmatch(line) if line is not None else None
            if line is not None and marker is None:
                lines.append(line)
                continue
            stated = _stated(marker)
            if stated == number and not found:
                lines.append("")  # what stands before the mark of the first page is on that page
                continue
            if any(map(str.strip, lines)):
                found.append(Part(lines, number))
                number += 1
            lines = []
            number = stated if stated >= number else number
    return found


def _stated(marker: re.Match[str] | None) -> int:
    """The page number that a marker states; rulers count from 0."""
    if marker is None:
        return 0
    if marker["ruler"]:
        return int(marker["ruler"]) + 1
    return int(marker["comment"] or 0)


class Ends(NamedTuple):
    """The last lines of a page on which an HTML table or a comment is closed: one that opens later never is."""

    table: int
    comment: int


class Read(NamedTuple):
    """A page and the remarks on it."""

    page: Page
    notes: tuple[Note, ...]


def _page(part: Part) -> Read:
    blocks = Blocks(part.number)
    notes: list[Note] = []
    at = 0
    ends = Ends(_last(part.lines, "</t"), _last(part.lines, "-->"))
    while at < len(part.lines):
        at = _block(part.lines, at, ends, blocks, notes)
    return Read(blocks.finished("markdown"), tuple(notes))


def _last(lines: Sequence[str], what: str) -> int:
    return max((number for number, line in enumerate(lines) if what in line.lower()), default=-1)


def _block(lines: Sequence[str], at: int, ends: Ends, blocks: Blocks, notes: list[Note]) -> int:
    """Adds the block that starts at a line, and gives the line after it."""
    line = lines[at]
    if "<" in line:
        html_end = _html_table_end(lines, at, ends.table)
        if html_end:
            notes += _add_html(lines, at, html_end, blocks)
            return html_end
        if "<!--" in line and at <= ends.comment:
            return _add_comment(lines, at, blocks, notes)
    if FENCE.fullmatch(line):
        return _add_fence(lines, at, blocks)
    if "|" in line:
        end = _pipe_table_end(lines, at)
        if end:
            _add_pipe_table(lines[at:end], blocks)
            return end
    if "\t" in line.strip():
        end = _tab_rows_end(lines, at)
        text_rows.add(lines[at:end], blocks, at + 1)
        return end
    previous = lines[at - 1] if at else ""
    if not _is_ruler(line, previous):
        blocks.line(line_text(line), at + 1)
    return at + 1


def _tab_rows_end(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and "\t" in lines[at].strip():
        at += 1
    return at


def _is_ruler(line: str, previous: str) -> bool:
    """Whether a line is a rule or underlines a heading: marks of Markdown, and no text. `-` and `--` are text."""
    if BREAK.fullmatch(line):
        return True
    return bool(previous.strip()) and UNDERLINE.fullmatch(line) is not None


def line_text(line: str) -> str:
    """A line of a paragraph or heading without its marks."""
    heading = HEADING.match(line)
    if heading:
        line = CLOSING.sub("", line[heading.end() :])
    else:
        prefix = PREFIX.match(line)
        line = line[prefix.end() :] if prefix else line
    return plain(line).replace("\n", " ") if has_markup(line) else line


def _add_fence(lines: Sequence[str], at: int, blocks: Blocks) -> int:
    """Adds fenced text as it stands, tab-separated rows as rows; a fence that is never closed is a line."""
    opening = FENCE.fullmatch(lines[at])
    mark = opening[1] if opening else "```"
    for end in range(at + 1, len(lines)):
        if lines[end].strip().startswith(mark) and not lines[end].strip(" \t`~"):
            text_rows.add(lines[at + 1 : end], blocks, at + 2)
            return end + 1
    blocks.line(lines[at], at + 1)
    return at + 1


def _add_comment(lines: Sequence[str], at: int, blocks: Blocks, notes: list[Note]) -> int:
    """Leaves out comments, which may span lines, with a note where they held words; keeps the text around them."""
    end = _comment_end(lines, at)
    if end is None:
        blocks.line(lines[at], at + 1)
        return at + 1
    text = "\n".join(lines[at : end + 1])
    for comment in re.findall(r"<!--(.*?)-->", text, re.S):
        words = " ".join(comment.split())
        if re.search(r"\w", words):
            notes.append(Note(FindingKind.HIDDEN_TEXT, blocks.page, f"a comment was left out: {words[:80]!r}"))
    for line in re.sub(r"<!--.*?-->", "", text, flags=re.S).split("\n"):
        blocks.line(line_text(line), at + 1)
    return end + 1


def _comment_end(lines: Sequence[str], at: int) -> int | None:
    """The line that closes the comment that opens on a line."""
    _, _, after = lines[at].rpartition("<!--")
    if "-->" in after:
        return at
    near = range(at + 1, min(at + text_rows.LOOK_AHEAD, len(lines)))
    return next((end for end in near if "-->" in lines[end]), None)


def _html_table_end(lines: Sequence[str], at: int, closing: int) -> int:
    """The line after the HTML table that opens on a line (after its last row, if it is never closed); 0: none opens."""
    depth = 0
    for end in range(at, closing + 1):
        for match in TABLE_TAG.finditer(lines[end]) if "<" in lines[end] else ():
            depth = max(0, depth - 1) if match[1] else depth + 1
        if depth == 0:
            return end + 1 if end > at or _opens_table(lines[at]) else 0
    return closing + 1 if depth else 0


def _opens_table(line: str) -> bool:
    return any(not match[1] for match in TABLE_TAG.finditer(line))


def _add_html(lines: Sequence[str], at: int, end: int, blocks: Blocks) -> tuple[Note, ...]:
    """Adds the lines of an HTML table; Markdown before and after it on its first and last line is text."""
    text = "\n".join(lines[at:end])
    tags = list(TABLE_TAG.finditer(text))
    start = next(tag.start() for tag in tags if not tag[1])
    stop = tags[-1].end() if tags[-1][1] else len(text)
    blocks.line(line_text(text[:start]).strip(), at + 1)
    notes = html.add(text[start:stop], blocks, at + 1)
    blocks.line(line_text(text[stop:]).strip(), end)
    return notes


def _pipe_table_end(lines: Sequence[str], at: int) -> int:
    """The line after the pipe table that starts at a line; 0: none does. A table has a ruler, or pipes all around."""
    ruled = at + 1 < len(lines) and _is_table_rule(lines[at + 1])
    end = at + 2 if ruled else at
    while end < len(lines) and (PIPED.fullmatch(lines[end]) or (ruled and PIPE.search(lines[end]))):
        end += 1
    return end if ruled or end - at > 1 else 0


def _is_table_rule(line: str) -> bool:
    return "|" in line and "-" in line and RULE.fullmatch(line) is not None


def _add_pipe_table(lines: Sequence[str], blocks: Blocks) -> None:
    rows = [split_row(line) for line in lines if not _is_table_rule(line)]
    blocks.rows(rows, ragged=len(set(map(len, rows))) > 1)


def split_row(line: str) -> list[str]:
    """The cells of a pipe table's row; an escaped pipe is text."""
    marked = PIPE.sub("\\1\0", line.strip())
    marked = marked.removeprefix("\0").removesuffix("\0")
    return [cell_text(cell.strip()) for cell in marked.split("\0")]


def cell_text(cell: str) -> str:
    """A cell without marks; `<br>` and paragraphs part its lines."""
    cell = text_rows.TAG.sub("\n", cell) if "<" in cell else cell
    lines = (plain(line.strip()) if has_markup(line) else line.strip() for line in cell.split("\n"))
    return "\n".join(line for line in lines if line)
