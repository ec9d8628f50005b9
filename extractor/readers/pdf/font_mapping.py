"""Which fonts of a page do not say for certain which characters their glyphs are.

A font says it by a ToUnicode map, by glyph names that are known, or by a character collection. A map that
contradicts the names of the same font is no certainty either. The dictionaries are read by pdfminer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from extractor.readers.pdf.pdf_settings import LIMITS

COLLECTIONS = ("GB1", "CNS1", "Japan1", "Korea1", "KR")
STANDARD = ("WinAnsiEncoding", "MacRomanEncoding", "StandardEncoding", "MacExpertEncoding")
SYMBOLIC = 4  # a font's flag: its characters are outside of the Latin ones
SUBSET = re.compile(r"^[A-Z]{6}\+")
DEPTH = 3  # of forms within forms whose fonts are looked for


class FontMapping:
    """The fonts of a file, looked up page by page; each font is judged once."""

    def __init__(self, path: Path, password: str | None) -> None:
        self._path, self._password = path, password
        self._pages: Iterator[Any] | None = None
        self._read: list[Any] = []
        self._known: dict[int, str] = {}

    def doubtful(self, index: int) -> dict[str, str]:
        """The base names of a page's fonts whose characters are not certain, and why; empty: none, or not known."""
        try:
            page = self._page(index)
            return self._of(page.resources, 0) if page is not None else {}
        except Exception:
            # pdfminer raises whatever its parser meets; then the fonts are judged by their text alone.
            return {}

    def _page(self, index: int) -> Any:
        if self._pages is None:
            self._pages = _pages(self._path.read_bytes(), self._password)
        while len(self._read) <= index:
            page = next(self._pages, None)
            if page is None:
                return None
            self._read.append(page)
        return self._read[index]

    def _of(self, resources: Any, depth: int) -> dict[str, str]:
        from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1

        out: dict[str, str] = {}
        found = resolve1(resources) or {}
        for reference in (resolve1(found.get("Font")) or {}).values():
            key = reference.objid if isinstance(reference, PDFObjRef) else id(reference)
            font = resolve1(reference)
            if isinstance(font, dict):
                if key not in self._known:
                    self._known[key] = why_doubtful(font)
                if self._known[key]:
                    out[base_name(name_of(font.get("BaseFont")))] = self._known[key]
        for reference in (resolve1(found.get("XObject")) or {}).values() if depth < DEPTH else ():
            form = resolve1(reference)
            if isinstance(form, PDFStream) and name_of(form.get("Subtype")) == "Form":
                out |= self._of(form.get("Resources"), depth + 1)
        return out


def _pages(data: bytes, password: str | None) -> Iterator[Any]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    return PDFPage.create_pages(PDFDocument(PDFParser(BytesIO(data)), password or ""))


def base_name(name: str) -> str:
    """The name of a font without the mark of its subset (`ABCDEF+`), which some programs give and some do not."""
    return SUBSET.sub("", name)


def name_of(value: Any) -> str:
    """The name that a PDF object is, if it is one."""
    from pdfminer.pdftypes import resolve1

    name = getattr(resolve1(value), "name", "")
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def why_doubtful(font: Mapping[str, Any]) -> str:
    """Why the characters of a font are not certain; empty where they are."""
    from pdfminer.pdftypes import PDFStream, resolve1

    mapped = isinstance(resolve1(font.get("ToUnicode")), PDFStream)
    if name_of(font.get("Subtype")) == "Type0":
        return "" if mapped or _has_collection(font) else "a font says nowhere which characters its glyphs are"
    names = _names(font)
    if mapped:
        return "a font's map contradicts its glyph names" if _contradicts(font, names) else ""
    if names is None:
        return "" if _is_plain(font) else "a font says nowhere which characters its glyphs are"
    unknown = sum(not _unicode_of(name) for name in names.values())
    return "a font's glyphs have made-up names" if unknown > LIMITS.unknown_names * len(names) else ""


def _has_collection(font: Mapping[str, Any]) -> bool:
    """Whether the codes of a composite font are those of a known character collection."""
    from pdfminer.pdftypes import resolve1

    below = resolve1((resolve1(font.get("DescendantFonts")) or [{}])[0]) or {}
    info = resolve1(below.get("CIDSystemInfo")) or {}
    ordering = resolve1(info.get("Ordering")) or b""
    return (ordering.decode("latin-1") if isinstance(ordering, bytes) else str(ordering)) in COLLECTIONS


def _names(font: Mapping[str, Any]) -> dict[int, str] | None:
    """The glyph names that a simple font gives to codes itself; None: it gives none."""
    from pdfminer.pdftypes import resolve1

    encoding = resolve1(font.get("Encoding"))
    if not isinstance(encoding, dict) or not resolve1(encoding.get("Differences")):
        return None
    out: dict[int, str] = {}
    code = 0
    for item in resolve1(encoding["Differences"]):
        if isinstance(item, int):
            code = item
        else:
            out[code] = name_of(item)
            code += 1
    return out


def _is_plain(font: Mapping[str, Any]) -> bool:
    """Whether a simple font without names of its own has the usual ones: a standard encoding, or Latin letters."""
    from pdfminer.pdftypes import resolve1

    encoding = resolve1(font.get("Encoding"))
    base = name_of(encoding.get("BaseEncoding")) if isinstance(encoding, dict) else name_of(encoding)
    descriptor = resolve1(font.get("FontDescriptor")) or {}
    symbolic = bool(int(resolve1(descriptor.get("Flags")) or 0) & SYMBOLIC)
    has_program = any(key in descriptor for key in ("FontFile", "FontFile2", "FontFile3"))
    type_one = "FontFile" in descriptor or "FontFile3" in descriptor  # whose program names its glyphs
    return base in STANDARD or type_one or not (has_program and symbolic)


@lru_cache(maxsize=4096)
def _unicode_of(name: str) -> str:
    from pdfminer.encodingdb import name2unicode

    if name in (".notdef", "space"):
        return " "
    try:
        return name2unicode(name)
    except (KeyError, ValueError):
        return ""


def _contradicts(font: Mapping[str, Any], names: Mapping[int, str] | None) -> bool:
    """Whether a ToUnicode map gives other characters than the glyph names of the same font."""
    from pdfminer.encodingdb import EncodingDB
    from pdfminer.pdftypes import resolve1

    encoding = resolve1(font.get("Encoding"))
    base = name_of(encoding.get("BaseEncoding")) if isinstance(encoding, dict) else name_of(encoding)
    expected = dict(EncodingDB.encodings.get(base, {})) if base in STANDARD else {}
    expected |= {code: _unicode_of(name) for code, name in (names or {}).items()}
    given = to_unicode(resolve1(font["ToUnicode"]).get_data())
    if not expected:
        return _is_half_ascii(given)
    both = [(given[c], expected[c]) for c in given.keys() & expected.keys() if expected[c].strip() and given[c].strip()]
    unlike = sum(_bare(one) != _bare(other) for one, other in both)
    return len(both) >= LIMITS.few_glyphs and unlike > LIMITS.unknown_names * len(both)


def _is_half_ascii(given: Mapping[int, str]) -> bool:
    """Whether the codes of a font without an encoding are those of ASCII for some characters, and not for others."""
    codes = [code for code in given if chr(code).isascii() and chr(code).isalnum() and given[code].strip("\0 ")]
    alike = sum(given[code] == chr(code) for code in codes)
    return len(codes) - alike >= LIMITS.few_glyphs and alike > LIMITS.ascii_codes * len(codes)


def _bare(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text).casefold().strip()


HEX = rb"<\s*([0-9A-Fa-f]+)\s*>"
SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
PAIR = re.compile(HEX + rb"\s*" + HEX)
RANGE = re.compile(HEX + rb"\s*" + HEX + rb"\s*(?:" + HEX + rb"|\[([^\]]*)\])")


def to_unicode(data: bytes) -> dict[int, str]:
    """The characters of codes by a ToUnicode map."""
    out: dict[int, str] = {}
    for section in SECTION.finditer(data):
        if section[1] == b"bfchar":
            out |= {int(code, 16): _text(value) for code, value in PAIR.findall(section[2])}
            continue
        for low, high, first, several in RANGE.findall(section[2]):
            codes = range(int(low, 16), min(int(high, 16), int(low, 16) + 0xFFFF) + 1)
            values = [_text(v) for v in re.findall(HEX, several)] if several else _counted(first, len(codes))
            out |= dict(zip(codes, values, strict=False))
    return out


def _text(value: bytes) -> str:
    return bytes.fromhex(value.decode() + "0" * (len(value) % 2)).decode("utf-16-be", "replace")


def _counted(first: bytes, count: int) -> list[str]:
    """The characters of a range: the last one of the first text counted on."""
    text = _text(first)
    return [text[:-1] + chr(min(ord(text[-1]) + n, 0x10FFFF)) for n in range(count)] if text else []
