"""What a file is: by its first bytes, then by its text, and by its suffix only where the content leaves it open.

This is the one place that decides it. The readers are told, and do not ask again.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal, cast

from extractor.errors import DocumentError

Kind = Literal["pdf", "image", "word", "excel", "office", "html", "markdown", "delimited", "structured", "text"]

MAGIC: dict[bytes, Kind] = {
    b"\x89PNG\r\n\x1a\n": "image",
    b"\xff\xd8\xff": "image",
    b"II*\0": "image",
    b"MM\0*": "image",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "office",
    b"{\\rtf": "office",
}

SUFFIXES: dict[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".xml": "structured",
    ".json": "structured",
    ".jsonl": "structured",
    ".ndjson": "structured",
}

NO_TEXT = {".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"}
"""Suffixes of files that are never plain text: a text of that name is a failed download, or the wrong file."""

# Refused by what they are, since their bytes are no text either.
REFUSED = {
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"7z\xbc\xaf'\x1c": "a 7z archive: unpack it first",
    b"Rar!\x1a\x07": "a RAR archive: unpack it first",
    b"GIF8": "a GIF image: save it as PNG",
    b"BM": "a BMP image: save it as PNG",
    b"%!PS": "a PostScript file: print it to PDF",
}

HEAD = 1024
PDF_START = re.compile(rb"\s*%PDF-|.*?%PDF-\d\.\d[\r\n]", re.S)


def kind_of_bytes(path: Path, head: bytes) -> Kind:
    """The kind of a file by its first bytes; whatever may be text is `text`. DocumentError: a kind that is not read."""
    for magic, found in MAGIC.items():
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if PDF_START.match(head):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        from extractor.readers.office.zip_package import kind_of_package

        return cast(Kind, kind_of_package(path))
    for magic, what in REFUSED.items():
        if head.startswith(magic) and b"\0" in head:
            raise DocumentError(f"this is {what}")
    return "text"


def kind_of_text(text: str, suffix: str) -> Kind:
    """The kind of a text by what stands in it; `suffix` (`.csv`) decides where the text could be several."""
    if is_html(text):
        return "html"
    named = SUFFIXES.get(suffix.lower(), "text")
    if named == "structured" and is_structured(text):
        return "structured"
    if named == "html" and HTML_TAG.search(text) is not None:
        return "html"
    if named == "markdown" or is_markdown(text):
        # a row of bars alone may be a delimited file; a rule below a header is Markdown's
        return "delimited" if named == "delimited" and not has_ruled_table(text) else "markdown"
    if text.lstrip().startswith("<?xml") or _is_json(text):
        return "structured"
    return named if named == "delimited" else "text"


# HTML

HTML_HEAD = 4096
HTML_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
HTML_END = re.compile(r"</html\s*>", re.I)
HTML_TAG = re.compile(r"<(?:html|body|table|tr|td|div|p|br|h\d|span|ul|ol|li|pre|section|article|main)\b", re.I)
"""A tag without which no text is HTML."""


def is_html(text: str) -> bool:
    """Whether a text is an HTML page from beginning to end: Markdown may start with one that holds a single table."""
    if HTML_START.match(text[:HTML_HEAD]) is None:
        return False
    end = HTML_END.search(text)
    return end is None or not text[end.end() :].strip()


# Markdown

RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
PIPED_ROWS = re.compile(r"^[ \t]*\|.*\|[ \t]*\n[ \t]*\|.*\|[ \t]*\n[ \t]*\|.*\|[ \t]*$", re.M)
BARE_ROW = re.compile(r"^[ \t]*[^\s|][^|\n]* \|(?: |$)", re.M)
"""A row whose first cell stands right at the line's start, with bars between cells and none around: no Markdown."""
TABLE_RULE = re.compile(r"^[ \t]*(?:\|[ \t]*:?-+|:?-+:?[ \t]*\|)[ \t|:-]*$", re.M)
TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.I)


def is_markdown(text: str) -> bool:
    """Whether a text holds a Markdown table or an HTML one: what reading it as plain lines would break."""
    if "|" in text and (has_ruled_table(text) or (PIPED_ROWS.search(text) and len(BARE_ROW.findall(text)) < 2)):
        return True
    return "<" in text and any(not match[1] for match in TABLE_TAG.finditer(text))


def has_ruled_table(text: str) -> bool:
    """Whether a Markdown table with the rule below its header stands in a text."""
    for match in TABLE_RULE.finditer(text):
        start = text.rfind("\n", 0, max(0, match.start() - 1)) + 1
        if "|" in text[start : match.start()] and RULE.fullmatch(match.group()):
            return True
    return False


# XML and JSON


def is_structured(text: str) -> bool:
    """Whether a text begins as XML or JSON does: one that is broken further down is still read as that, and doubted."""
    first = text.lstrip()[:1]
    return first in ("<", "{", "[") or _is_json(text)


def _is_json(text: str) -> bool:
    """Whether a text is an object or a list in JSON, or a line of each, whatever its name says."""
    stripped = text.strip()
    if not (stripped.startswith(("{", "[")) and stripped.endswith(("}", "]"))):
        return False
    try:
        json.loads(stripped)
    except ValueError:
        return _is_json_lines(stripped)
    except RecursionError:
        return True  # its reader says that it is nested too deeply
    return True


def _is_json_lines(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False
