"""Prompts: load a template, fill it in, hash it.

A template is a text file in `prompts/`, `NAME.LANGUAGE.VERSION.txt`, with `{{variable}}` where something goes in.
A variable that is missing, or that the template does not have, is an error.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple, get_args

from extractor.config import Settings, Version
from extractor.document.results import AskedRows, Chunk
from extractor.errors import ConfigError
from extractor.forms.token_counts import tokens_in
from schemas.spec import FieldSpec, SchemaSpec

VERSION: str = Settings.model_fields["prompt_version"].default
VERSIONS: tuple[str, ...] = get_args(Version)
LANGUAGES = ("zh", "en")
TEMPLATES = ("extract.system", "extract.user", "found", "correct", "again", "words")
SHOWN_LABELS = 3
SHOWN_WORDS = 6

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


class Prompt(NamedTuple):
    """What is asked about one chunk: the stable text first, the chunk last."""

    system: str
    user: str

    @property
    def tokens(self) -> int:
        """The estimate of both."""
        return tokens_in(self.system) + tokens_in(self.user)


@cache
def template(name: str, language: str, version: str = VERSION) -> str:
    """The text of a template. Raises `ConfigError` that names what there is."""
    file = resources.files("prompts") / f"{name}.{language}.{version}.txt"
    if not file.is_file():
        there = sorted(f.name for f in resources.files("prompts").iterdir() if f.name.endswith(".txt"))
        raise ConfigError(
            f"no prompt {name!r} in language {language!r}, version {version!r}; there are: {', '.join(there)}"
        )
    return file.read_text(encoding="utf-8").rstrip("\n")


def render(name: str, language: str, version: str = VERSION, **values: str) -> str:
    """A template filled in. What is put in is never looked at for variables."""
    text = template(name, language, version)
    wanted = set(_VARIABLE.findall(text))
    if wanted != set(values):
        wrong = ", ".join(sorted(wanted ^ set(values)))
        raise ConfigError(f"prompt {name}.{language}.{version}: variables missing or unknown: {wrong}")
    return _VARIABLE.sub(lambda m: values[m[1]], text)


def words(language: str, version: str = VERSION) -> dict[str, str]:
    """The small words of a language that code puts into prompts."""
    return dict(line.split("=", 1) for line in template("words", language, version).splitlines())


@cache
def digest(language: str, version: str = VERSION) -> str:
    """The hash of all templates of a language: part of what can change an answer."""
    text = "\n".join(template(name, language, version) for name in TEMPLATES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def prompt(chunk: Chunk, language: str, version: str = VERSION) -> Prompt:
    """The messages for a chunk. The fence is a hash of what it fences: no text can hold its own."""
    shown = chunk.text + (chunk.hint.found if chunk.hint else "")
    fence = hashlib.sha256(shown.encode()).hexdigest()[:8]
    user = [render("extract.user", language, version, fence=fence, chunk=chunk.text)]
    if chunk.hint:
        asked = _asked(chunk.hint.rows, words(language, version))
        user.append(render("found", language, version, fence=fence, found=chunk.hint.found, asked=asked))
    fields = fields_text(chunk.schema, language, version)
    return Prompt(render("extract.system", language, version, fields=fields), "\n".join(user))


def _asked(rows: Sequence[AskedRows], say: dict[str, str]) -> str:
    """Which rows are to be answered, on a line of its own; nothing where all are."""
    parts = []
    for one in rows:
        ends = [say[name].format(at) for name, at in (("after", one.after), ("before", one.before)) if at]
        parts.append(f"{one.field} {say['and'].join(ends)}")
    return f"{say['excerpt']}{'; '.join(parts)}\n" if parts else ""


@cache
def fields_text(schema: SchemaSpec, language: str, version: str = VERSION) -> str:
    """The schema's fields, one a line: name, marks, printed labels, description."""
    return "\n".join(_lines(schema.fields, words(language, version), 0))


def _lines(fields: tuple[FieldSpec, ...], say: dict[str, str], depth: int) -> list[str]:
    out: list[str] = []
    shapes: dict[object, str] = {}
    for spec in fields:
        shape = as_row(spec) and tuple((c.name, c.printed) for c in spec.children)
        text = "  " * depth + spec.name + _marks(spec, say, shapes.get(shape) if shape else None)
        out.append(text + _where(spec, say))
        if shape:
            if shape not in shapes:
                out.extend("  " * (depth + 1) + c.name + _marks(c, say) + _where(c, say) for c in spec.children)
            shapes.setdefault(shape, spec.name)
        elif spec.children:
            out.extend(_lines(spec.children, say, depth + 1))
    return out


def as_row(spec: FieldSpec) -> bool:
    """Whether the field is answered as an array of strings: rows, and groups whose parts stand in columns."""
    flat = bool(spec.children) and all(c.structure == "scalar" for c in spec.children)
    return flat and (spec.structure == "rows" or all(c.printed.column for c in spec.children))


def _marks(spec: FieldSpec, say: dict[str, str], same: str | None = None) -> str:
    marks = []
    if spec.kind in say:  # a text has no word
        marks.append(say[spec.kind])
    if as_row(spec):
        items = f"{say['same']} {same}" if same else ", ".join(["at", *(c.name for c in spec.children)])
        marks.append(f"{say['rows'] if spec.structure == 'rows' else say['row']} [{items}]")
    elif spec.structure in ("rows", "texts"):
        marks.append(say["several"])
    if spec.printed.long:
        marks.append(say["long"])
    if spec.printed.spans:
        marks.append(say["spans"])
    return f" ({', '.join(marks)})" if marks else ""


def _where(spec: FieldSpec, say: dict[str, str]) -> str:
    here = spec.printed
    parts = []
    if here.labels:
        parts.append(_listed(here.labels, SHOWN_LABELS))
    if here.column:
        parts.append(f"{say['column']} {_listed(here.column, SHOWN_LABELS)}")
    if here.suffix_of:
        parts.append(f"{say['behind']} {_listed(here.suffix_of, SHOWN_LABELS)}")
    if here.vocabulary:
        parts.append(f"{say['one_of']} {_listed(here.vocabulary, SHOWN_WORDS)}")
    if here.pattern:
        parts.append(f"{say['looks']} /{here.pattern}/")
    if here.alone:
        parts.append(say["alone"])
    if spec.description:
        parts.append(spec.description)
    return say["colon"] + "; ".join(parts) if parts else ""


def _listed(texts: tuple[str, ...], most: int) -> str:
    return " | ".join(texts[:most]) + (" …" if len(texts) > most else "")
