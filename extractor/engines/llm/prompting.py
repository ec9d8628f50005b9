"""Prompts: load a template, fill it in, hash it.

A template is a text file in `prompts/`, `NAME.LANGUAGE.VERSION.txt`, with `{{variable}}` where something goes in.
A variable that is missing, or that the template does not have, is an error.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple, get_args

from extractor.config import Settings, Version
from extractor.document.results import AskedRows, Chunk
from extractor.errors import ConfigError
from extractor.forms.line_labels import label_key
from extractor.forms.token_counts import tokens_in
from schemas.spec import FieldSpec, SchemaSpec, every

VERSION: str = Settings.model_fields["prompt_version"].default
VERSIONS: tuple[str, ...] = get_args(Version)
LANGUAGES = ("zh", "en")
RULES = ("rule.once", "rule.parts", "rule.pairs", "rule.derived", "rule.meanings", "rule.labels")
TEMPLATES = ("extract.system", "extract.user", "found", "correct", "again", "words", *RULES)
FIRST_RULE = 9
LABELS = "labels"
SHOWN_LABELS = 3
SHOWN_WORDS = 6

SHOWN_MEMBERS = 20
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_BRACKETS = re.compile(r"\\.|[()]")
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
    return Prompt(system_text(chunk.schema, language, version), "\n".join(user))


@cache
def system_text(schema: SchemaSpec, language: str, version: str = VERSION) -> str:
    """The rules and the schema's fields. Of the rules that only some schemas need, those that this one needs."""
    said = "".join(f"\n{n}. {rule}" for n, rule in enumerate(_rules(schema, language, version), FIRST_RULE))
    fields = fields_text(schema, language, version)
    return render("extract.system", language, version, fields=fields, rules=said)


def _rules(schema: SchemaSpec, language: str, version: str) -> Iterator[str]:
    fields = [*every(schema.fields)]
    if schema.accounts == "asked" and any(map(as_row, fields)):
        yield template("rule.once", language, version)
    if any(spec.structure == "rows" and not as_row(spec) for spec in fields):
        yield template("rule.parts", language, version)
    if any(spec.pairs for spec in fields):
        yield template("rule.pairs", language, version)
    if any(spec.derived for spec in fields):
        yield template("rule.derived", language, version)
    if asks_meanings(schema):
        yield template("rule.meanings", language, version)
    if key := labels_key(schema):
        yield render("rule.labels", language, version, key=key)


@cache
def asks_meanings(schema: SchemaSpec) -> bool:
    """Whether an answer may say what printed words mean: some field wants its value otherwise than it is printed."""
    return any(spec.interpreted for spec in every(schema.fields))


def labels_key(schema: SchemaSpec) -> str:
    """Under which name an answer tells the printed labels of its values; "" where a schema knows all its labels."""
    if schema.accounts == "all":
        return ""
    name = LABELS
    while schema.field(name) is not None:
        name += "_"
    return name


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
        if spec.pairs:
            continue
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
    return flat and (spec.pairs or spec.structure == "rows" or all(c.printed.column for c in spec.children))


def row_items(spec: FieldSpec) -> tuple[str, ...]:
    """The names of a row's items: of a map, a printed name and its value."""
    return ("key", "value") if spec.pairs else tuple(child.name for child in spec.children)


def _marks(spec: FieldSpec, say: dict[str, str], same: str | None = None) -> str:
    marks = []
    if spec.wanted is not None and spec.wanted.is_boolean:
        marks.append(say["truth"])
    elif spec.interpreted and spec.kind == "integer":
        marks.append(say["whole"])
    elif spec.kind in say:  # a text has no word
        marks.append(say[spec.kind])
    if as_row(spec):
        items = f"{say['same']} {same}" if same else ", ".join(["at", *row_items(spec)])
        many = spec.pairs or spec.structure == "rows"
        marks.append(f"{say['rows'] if many else say['row']} [{items}]")
    elif spec.structure != "scalar":
        marks.extend({"rows": [say["parts"]], "texts": [say["several"]]}.get(spec.structure, []))
    given = {"pairs": spec.pairs, "long": spec.printed.long, "spans": spec.printed.spans, "derived": spec.derived}
    marks.extend(say[name] for name, is_so in given.items() if is_so)
    return f" ({', '.join(marks)})" if marks else ""


def _where(spec: FieldSpec, say: dict[str, str]) -> str:
    here = spec.printed
    parts = []
    if spec.derived:
        parts.append(spec.derived)
    elif labels := _distinct(here.labels, spec.name):
        parts.append(_listed(labels, SHOWN_LABELS))
    if columns := _distinct(here.column, spec.name):
        parts.append(f"{say['column']} {_listed(columns, SHOWN_LABELS)}")
    if here.suffix_of:
        parts.append(f"{say['behind']} {_listed(here.suffix_of, SHOWN_LABELS)}")
    if spec.wanted is not None and spec.wanted.members:
        parts.append(f"{say['choice']} {_listed(spec.wanted.members, SHOWN_MEMBERS)}")
    elif here.vocabulary:
        parts.append(f"{say['one_of']} {_listed(here.vocabulary, SHOWN_WORDS)}")
    if here.pattern:
        parts.append(_pattern(here.pattern, say))
    if here.alone:
        parts.append(say["alone"])
    if spec.description:
        parts.append(spec.description)
    return say["colon"] + "; ".join(parts) if parts else ""


def _pattern(pattern: str, say: dict[str, str]) -> str:
    """A pattern, and what of it is the value where it captures a part."""
    whole = f"{say['looks']} /{pattern}/"
    captured = _captured(pattern)
    return f"{whole}{say['only']} /{captured}/" if captured else whole


def _captured(pattern: str) -> str:
    """The first part of a pattern that is captured; "" where none is."""
    begin = _GROUP.search(pattern)
    if begin is None:
        return ""
    depth = 1
    for bracket in _BRACKETS.finditer(pattern, begin.end()):
        depth += {"(": 1, ")": -1}.get(bracket[0], 0)
        if not depth:
            return pattern[begin.end() : bracket.start()]
    return ""


def _distinct(labels: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Labels without those that are another one, or the field's name, in other letters."""
    first = {label_key(label): label for label in reversed(labels)}
    return tuple(label for key, label in reversed(first.items()) if key != label_key(name))


def _listed(texts: tuple[str, ...], most: int) -> str:
    return " | ".join(texts[:most]) + (" …" if len(texts) > most else "")
