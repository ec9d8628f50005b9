"""The formats that documents are printed in: name → renderer and file suffix."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from eval.synth.content import Content, Form, Options, make
from eval.synth.degrade import Damage
from eval.synth.excel import xlsx
from eval.synth.gold import gold
from eval.synth.html import html, markdown
from eval.synth.ocr_text import ocr_text
from eval.synth.page_text import page_text
from eval.synth.pdf import pdf, unruled_pdf
from eval.synth.planted import plant
from eval.synth.rendered import Rendered, Renderer
from eval.synth.scans import mixed_pdf, png, scanned_pdf, tiff
from eval.synth.seeds import seeded
from eval.synth.word import docx
from extractor.errors import CallError


class Format(NamedTuple):
    """How a format is printed, and the suffix of its files."""

    render: Renderer
    suffix: str


class ScanFormat(NamedTuple):
    """How a scan is made at a damage, and the suffix of its files."""

    render: Callable[[Content, Random, Damage], Rendered]
    suffix: str


class Case(NamedTuple):
    """A document with its gold: the file's name, its bytes, the gold file's JSON."""

    name: str
    data: bytes
    gold: dict[str, Any]


DIGITAL: dict[str, Format] = {
    "ocr": Format(ocr_text, ".txt"),
    "page": Format(page_text, ".txt"),
    "html": Format(html, ".html"),
    "md": Format(markdown, ".md"),
    "docx": Format(docx, ".docx"),
    "xlsx": Format(xlsx, ".xlsx"),
    "pdf": Format(pdf, ".pdf"),
    "pdf-unruled": Format(unruled_pdf, ".pdf"),
}
SCANS: dict[str, ScanFormat] = {
    "scan": ScanFormat(scanned_pdf, ".pdf"),
    "mixed": ScanFormat(mixed_pdf, ".pdf"),
    "tiff": ScanFormat(tiff, ".tiff"),
    "png": ScanFormat(png, ".png"),
}
FORMATS = (*DIGITAL, *SCANS)


def case(seed: int, format_: str, options: Options | None = None, damage: Damage | None = None) -> Case:
    """The document of a seed in a format, with its gold; the same arguments give the same bytes.

    The content depends on the seed and the options alone; `damage` counts for scans. Raises `CallError` for an
    unknown format, `MissingPackage` where a font or a package is not there.
    """
    options, damage = options or Options(), damage or Damage()
    content = with_errors(make(seed, options), options.errors)
    rng = seeded(format_, seed)
    if format_ in SCANS:
        name = f"synth-{format_}{damage.tag}-{seed}{SCANS[format_].suffix}"
        rendered = SCANS[format_].render(content, rng, damage)
    elif format_ in DIGITAL:
        name = f"synth-{format_}-{seed}{DIGITAL[format_].suffix}"
        rendered = DIGITAL[format_].render(content, rng)
    else:
        raise CallError(f"no format named {format_!r}; there are: {', '.join(FORMATS)}")
    return Case(name, rendered.data, gold(name, content.title, rendered.forms, rendered.places))


def with_errors(content: Content, rate: float) -> Content:
    """The document with source errors planted at a rate for each kind that a form can have."""
    rng = seeded("errors", content.seed)
    forms: tuple[Form, ...] = tuple(plant(form, rate, rng) for form in content.forms)
    return Content(content.name, content.seed, content.title, content.style, forms)
