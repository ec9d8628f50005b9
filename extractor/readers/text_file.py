"""Text files of any kind: their bytes become text, before anybody asks what the text is."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from extractor.document.layout import Note
from extractor.errors import DocumentError
from extractor.readers.encoding import clean, decode

HEAD = 4096
XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.I)
HTML_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)


class Loaded(NamedTuple):
    """A text file's content, without characters that print nothing, with its hash and remarks on its encoding."""

    text: str
    sha256: str
    notes: tuple[Note, ...]


def load(path: Path) -> Loaded:
    """The text of a file. DocumentError: it is in no encoding known, or white."""
    data = path.read_bytes()
    decoded = decode(data, declared_encoding(data[:HEAD]))
    cleaned = clean(decoded.text)
    if not cleaned.text or cleaned.text.isspace():
        raise DocumentError("the file holds nothing but white space; check that it was saved, or leave it out")
    return Loaded(cleaned.text, hashlib.sha256(data).hexdigest(), (*decoded.notes, *cleaned.notes))


def declared_encoding(head: bytes) -> str | None:
    """The encoding that an XML declaration or a page's `<meta charset>` names."""
    named = XML_ENCODING.match(head) or (HTML_CHARSET.search(head) if head.lstrip().startswith(b"<") else None)
    return named[1].decode("ascii") if named else None
