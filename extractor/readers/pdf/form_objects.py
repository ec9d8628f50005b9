"""Form objects within form objects: how many objects a page draws once all are unfolded, without opening the page.

pdfium unfolds the form objects of a page when it opens it. A form that draws itself twice, or thirty forms of which
each draws the next one twice, fill the memory. So the pages of such a file are counted before they are opened.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from extractor.readers.pdf.pdf_settings import LIMITS

FORM = re.compile(rb"/Subtype\s*/Form\b")
DRAWN = re.compile(rb"/([^\s/\[\]<>(){}%]+)\s+Do\b")
DICTIONARY = 4096  # bytes before and after the mark of a form, in which its dictionary is looked for
OWN_RESOURCES = re.compile(rb"/Resources\s*<<")

Children = dict[int, Counter[int]]


def overfull_pages(path: Path, password: str | None) -> dict[int, int]:
    """The pages (from 0) that draw more objects than the limit by unfolding forms, and how many at least."""
    if not _nests(path.read_bytes()):
        return {}
    try:
        return _counted(path, password)
    except Exception:
        # pdfminer raises whatever its parser meets; then nothing is known of the forms.
        return {}


def _nests(data: bytes) -> bool:
    """Whether a form of the file may draw forms: its own resources do not rule it out."""
    for found in FORM.finditer(data):
        start = max(data.rfind(b" obj", max(0, found.start() - DICTIONARY), found.start()), 0)
        end = data.find(b"stream", found.end(), found.end() + DICTIONARY)
        dictionary = data[start : end if end > 0 else found.end() + DICTIONARY]
        if dictionary.count(b"/XObject") > 1 or not OWN_RESOURCES.search(dictionary):
            return True
    return False


def _counted(path: Path, password: str | None) -> dict[int, int]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    out: dict[int, int] = {}
    with path.open("rb") as file:
        known: Children = {}
        for index, page in enumerate(PDFPage.create_pages(PDFDocument(PDFParser(file), password or ""))):
            drawn = [objid for objid, _ in _forms(page.resources).values()]
            for objid, stream in _forms(page.resources).values():
                _note_children(objid, stream, page.resources, known)
            count = _unfolded(drawn, known)
            if count > LIMITS.max_objects:
                out[index] = count
    return out


def _forms(resources: Any) -> dict[str, tuple[int, Any]]:
    """The form objects among some resources: their object numbers and streams, by name."""
    from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1

    objects = resolve1(resolve1(resources or {}).get("XObject")) or {}
    out = {}
    for name, reference in objects.items():
        stream = resolve1(reference)
        is_stream = isinstance(reference, PDFObjRef) and isinstance(stream, PDFStream)
        if is_stream and getattr(resolve1(stream.get("Subtype")), "name", "") == "Form":
            out[str(name)] = (reference.objid, stream)
    return out


def _note_children(objid: int, stream: Any, around: Any, known: Children) -> None:
    """Find out which forms a form draws, how often, and so on for those."""
    waiting = [(objid, stream, around)]
    while waiting:
        objid, stream, around = waiting.pop()
        if objid in known:
            continue
        resources = stream.get("Resources") or around
        forms = _forms(resources)
        times = Counter(name.decode("latin-1") for name in DRAWN.findall(stream.get_data())) if forms else Counter()
        known[objid] = Counter()
        for name, (child, inner) in forms.items():
            if times[name]:
                known[objid][child] += times[name]
                waiting.append((child, inner, resources))


def _unfolded(drawn: list[int], known: Children) -> int:
    """How many objects some forms draw, as deep as pdfium goes; it stops when the limit is passed."""
    total, level = 0, Counter(drawn)
    for _ in range(LIMITS.pdfium_depth):
        following: Counter[int] = Counter()
        for objid, times in level.items():
            for child, count in known.get(objid, Counter()).items():
                following[child] += times * count
        total += sum(level.values())
        if not following or total > LIMITS.max_objects:
            break
        level = following
    return total
