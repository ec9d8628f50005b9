"""The formats that documents are printed in: name → renderer and file suffix."""

from __future__ import annotations

from typing import Any, NamedTuple

from eval.synth.content import Content, Form, Options, make
from eval.synth.gold import gold
from eval.synth.html import html, markdown
from eval.synth.ocr_text import ocr_text
from eval.synth.page_text import page_text
from eval.synth.pdf import pdf
from eval.synth.planted import plant
from eval.synth.rendered import Renderer
from eval.synth.seeds import seeded
from extractor.errors import CallError


class Format(NamedTuple):
    """How a format is printed, and the suffix of its files."""

    render: Renderer
    suffix: str


class Case(NamedTuple):
    """A document with its gold: the file's name, its bytes, the gold file's JSON."""

    name: str
    data: bytes
    gold: dict[str, Any]


FORMATS: dict[str, Format] = {
    "ocr": Format(ocr_text, ".txt"),
    "page": Format(page_text, ".txt"),
    "html": Format(html, ".html"),
    "md": Format(markdown, ".md"),
    "pdf": Format(pdf, ".pdf"),
}


def case(seed: int, format_: str, options: Options | None = None) -> Case:
    """The document of a seed in a format, with its gold; the same arguments give the same bytes of text."""
    if format_ not in FORMATS:
        raise CallError(f"no format named {format_!r}; there are: {', '.join(FORMATS)}")
    options = options or Options()
    content = with_errors(make(seed, options, f"synth-{format_}-{seed}"), options.errors)
    rendered = FORMATS[format_].render(content, seeded(format_, seed))
    name = content.name + FORMATS[format_].suffix
    return Case(name, rendered.data, gold(name, content.title, rendered.forms))


def with_errors(content: Content, rate: float) -> Content:
    """The document with source errors planted at a rate for each kind that a form can have."""
    rng = seeded("errors", content.seed)
    forms: tuple[Form, ...] = tuple(plant(form, rate, rng) for form in content.forms)
    return Content(content.name, content.seed, content.title, content.style, forms)
