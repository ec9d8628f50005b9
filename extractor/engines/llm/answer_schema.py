"""The compact answer: what a model is asked to fill in, derived from a schema, and read back into leaves.

Values are printed strings, with the number of the printed row in front where that is needed (`[8] text`); long texts
are places only; a row is an array of strings that begins with the numbers of its printed rows (`12-14`), and an empty
item of a spanning column means "same as above".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from extractor.engines.llm.prompting import as_row, labels_key, row_items
from extractor.forms.tokens import NULLS
from schemas.spec import FieldSpec, SchemaSpec
from schemas.values import fold

Steps = tuple[int | str, ...]
_NUMBER = re.compile(r"\d{1,6}")


class Leaf(NamedTuple):
    """One value as it was answered: path, field, text (with numbers of rows, where it has them), its row's numbers.

    `key` is the printed name of a map's value. `meaning` is the value that the text means, `reasons` are further words
    that say so (each with the number of its row).
    """

    path: str
    spec: FieldSpec
    text: str
    at: str = ""
    key: str = ""
    meaning: str | None = None
    reasons: tuple[str, ...] = ()


class Compact(BaseModel):
    """The base of all answers: unknown fields are refused, and the JSON schema says no more than it must."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)
    shape: ClassVar[dict[str, Any]] = {}

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        """The schema as it is sent."""
        return json.loads(json.dumps(cls.shape))  # type: ignore[no-any-return]  # a copy: whoever gets it may change it


@cache
def answer_model(schema: SchemaSpec) -> type[Compact]:
    """The model of an answer about one chunk of a form."""
    key = labels_key(schema)
    labels: dict[str, Any] = {"labels": (dict[str, str | None] | None, Field(None, alias=key))} if key else {}
    model = _model("form", schema.fields, **labels)
    shape = _object(schema.fields)
    if key:
        shape["properties"][key] = {"type": "object", "additionalProperties": STRING}
    model.shape = {"title": "form", "description": "The values of the form.", **shape}
    return model


def quoted_labels(schema: SchemaSpec, values: dict[str, Any]) -> dict[str, str]:
    """By the path of a field, under which printed words an answer says that it found its values."""
    told = {name.replace("[]", ""): text for name, text in (values.get(labels_key(schema)) or {}).items()}
    names = {spec.path.replace("[]", ""): spec.path for spec in schema.leaves()}
    return {path: told[name].strip() for name, path in names.items() if isinstance(told.get(name), str)}


def _model(name: str, fields: tuple[FieldSpec, ...], **more: Any) -> type[Compact]:
    # By alias: a field may be named like something that every model has (`copy`), or begin with an underscore.
    parts: dict[str, Any] = {f"field_{n}": (_type(f), Field(None, alias=f.name)) for n, f in enumerate(fields)}
    return create_model(name, __base__=Compact, **parts, **more)


def _type(spec: FieldSpec) -> Any:
    """The type of one field: a string, an array of them, a row, rows, or a part with fields of its own."""
    if as_row(spec):
        row = Annotated[list[str | None], AfterValidator(_of_length(len(row_items(spec)) + 1))]
        return list[row] | None if are_rows(spec) else row | None
    if spec.structure == "texts":
        return list[str] | None
    if spec.structure == "scalar":
        return str | None
    part = _model(spec.name, spec.children, **({"at": (str, "")} if spec.structure == "rows" else {}))
    return list[part] | None if spec.structure == "rows" else part | None  # type: ignore[valid-type]  # made above


def _of_length(length: int) -> Any:
    def check(row: list[str | None]) -> list[str | None]:
        if len(row) != length:
            raise ValueError(f"this row has {len(row)} items, it must have {length}")
        return row

    return check


STRING: dict[str, Any] = {"type": "string"}


def _object(fields: tuple[FieldSpec, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": {f.name: _schema(f) for f in fields}, "additionalProperties": False}


def _schema(spec: FieldSpec) -> dict[str, Any]:
    if as_row(spec):
        length = len(row_items(spec)) + 1
        row = {"type": "array", "items": STRING, "minItems": length, "maxItems": length}
        return {"type": "array", "items": row} if are_rows(spec) else row
    if spec.structure == "texts":
        return {"type": "array", "items": STRING}
    if spec.structure == "scalar":
        return STRING
    part = _object(spec.children)
    if spec.structure == "rows":
        part["properties"] = {"at": STRING, **part["properties"]}
        return {"type": "array", "items": part}
    return part


def leaves(schema: SchemaSpec, values: dict[str, Any]) -> list[Leaf]:
    """The values of an answer, in the schema's order, spanning labels repeated in each row that they stand for."""
    return [leaf for given in _leaves(schema.fields, values, "") if (leaf := _with_meaning(given)) is not None]


_ARROW = re.compile(r"\s*(?:=>|⇒)\s*")
_LINE = re.compile(r"\[\d{1,6}(?:-\d{1,6})?\]")


def _with_meaning(leaf: Leaf) -> Leaf | None:
    """A leaf whose words are told from what they mean: `12,50[30] Debit => -12.50`; None where they mean nothing."""
    *words, meaning = _ARROW.split(leaf.text)
    said = " ".join(words).strip()
    if not leaf.spec.interpreted or not words:
        return leaf
    if _none(meaning) or meaning.casefold() == "null":
        return None
    lines = [line.start() for line in _LINE.finditer(said) if said[: line.start()].strip()]
    own, *reasons = (said[start:end].strip() for start, end in pairwise([0, *lines, len(said)]))
    return leaf._replace(text=own, meaning=meaning, reasons=tuple(reasons)) if own else leaf._replace(text=meaning)


def _leaves(fields: tuple[FieldSpec, ...], values: dict[str, Any], parent: str, at: str = "") -> Iterator[Leaf]:
    for spec in fields:
        value, path = values.get(spec.name), f"{parent}.{spec.name}" if parent else spec.name
        if value is None:
            continue
        if spec.pairs:
            yield from _pair_leaves(spec, path, value)
        elif as_row(spec):
            yield from _row_leaves(spec, path, value if spec.structure == "rows" else [value])
        elif spec.structure == "rows":
            for n, row in enumerate(value):
                yield from _leaves(spec.children, row, f"{path}[{n}]", row.get("at") or "")
        elif spec.structure == "group":
            yield from _leaves(spec.children, value, path, at)
        elif spec.structure == "texts":
            yield from (Leaf(f"{path}[{n}]", spec, text, at) for n, text in enumerate(value) if not _none(text))
        elif not _none(value):
            yield Leaf(path, spec, value, at)


def are_rows(spec: FieldSpec) -> bool:
    """Whether a field is answered in any number of rows: a list, or a map."""
    return spec.pairs or spec.structure == "rows"


def _pair_leaves(spec: FieldSpec, path: str, rows: list[list[str | None]]) -> Iterator[Leaf]:
    """The values of a map, each under its printed name; a name that stands there twice is told from the first."""
    seen: dict[str, int] = {}
    for at, key, value in rows:
        name = _NO_STEP.sub(" ", " ".join((key or "").split()).rstrip(":：")).strip()
        if name and not _none(value or ""):
            seen[name] = seen.get(name, 0) + 1
            own = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield Leaf(f"{path}.{own}", spec.children[0], (value or "").strip(), at or "", key or "")


_NO_STEP = re.compile(r"[.\[\]]+")
"""Characters that part the steps of a path: a name has none of them."""


def _row_leaves(spec: FieldSpec, path: str, rows: list[list[str | None]]) -> Iterator[Leaf]:
    above: dict[str, Leaf] = {}
    for n, (at, *items) in enumerate(rows):
        base = f"{path}[{n}]" if spec.structure == "rows" else path
        for child, item in zip(spec.children, items, strict=True):
            path_of_item, text = f"{base}.{child.name}", (item or "").strip()
            if not _none(text):
                above[child.name] = Leaf(path_of_item, child, text, at or "")
                yield above[child.name]
            elif child.printed.spans and child.name in above:
                # Also where the source has lost a label: it is what the nearest label above says.
                yield above[child.name]._replace(path=path_of_item)


def _none(text: str) -> bool:
    """Whether an answered string says that there is nothing: an empty one, or a null mark as it is printed."""
    return not text.strip() or fold(text) in NULLS


def merge(schema: SchemaSpec, values: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """An answer with a correction put in: fields replaced, rows replaced, added or deleted by their numbers."""
    out = dict(values)
    for spec in schema.fields:
        new = change.get(spec.name)
        if new is None:
            continue
        if as_row(spec) and are_rows(spec):
            out[spec.name] = _merge_rows(spec, out.get(spec.name) or [], new)
        elif isinstance(new, dict):
            out[spec.name] = {**(out.get(spec.name) or {}), **{k: v for k, v in new.items() if v is not None}}
        else:
            out[spec.name] = new
    if labels := change.get(key := labels_key(schema)):
        out[key] = {**(out.get(key) or {}), **labels}
    return out


def _merge_rows(
    spec: FieldSpec, rows: list[list[str | None]], changes: list[list[str | None]]
) -> list[list[str | None]]:
    """The n-th change with the same numbers replaces the n-th row that has them."""
    out: list[list[str | None] | None] = [list(row) for row in _spelled_out(spec, rows)]
    ids = [_id(row) for row in rows]
    done: set[int] = set()
    added: list[list[str | None]] = []
    for change in changes:
        same = next((n for n, ident in enumerate(ids) if ident == _id(change) and n not in done), None)
        if same is None:
            added.append(change)
            continue
        done.add(same)
        out[same] = _inherit(spec, change, out[same]) if any(change[1:]) else None
    left = [row for row in out if row is not None]
    for change in added:
        if any(change[1:]):
            behind = sum(order(_id(row)) <= order(_id(change)) for row in left)
            left.insert(behind, _inherit(spec, change, left[behind - 1] if behind else None))
    return left


def _id(row: list[str | None]) -> str:
    return (row[0] or "").strip("[] ")


def _spelled_out(spec: FieldSpec, rows: list[list[str | None]]) -> Iterator[list[str | None]]:
    above: list[str | None] | None = None
    for row in rows:
        above = _inherit(spec, row, above)
        yield above


def _inherit(spec: FieldSpec, row: list[str | None], above: list[str | None] | None) -> list[str | None]:
    """The row with its empty spanning items taken from the row above."""
    if above is None:
        return row
    spans = [False] * len(row) if spec.pairs else [False, *(c.printed.spans for c in spec.children)]
    return [old if spanning and not item else item for spanning, item, old in zip(spans, row, above, strict=True)]


def order(ident: str) -> int:
    """The first number of an id: rows stand in their order."""
    number = _NUMBER.search(ident)
    return int(number[0]) if number else 0


class Salvaged(NamedTuple):
    """What is left of an answer that the model refuses: the values that are in order, and the paths that are not."""

    values: dict[str, Any]
    dropped: tuple[str, ...]


def salvage(model: type[Compact], text: str) -> Salvaged | None:
    """The valid part of an answer, or None where it is no JSON object at all."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):  # the second: nested without an end
        return None
    dropped: list[str] = []
    while isinstance(values, dict):
        try:
            return Salvaged(model.model_validate(values, strict=True).model_dump(exclude_none=True), tuple(dropped))
        except ValidationError as error:
            wrong = {tuple(e["loc"]): _whole(values, tuple(e["loc"])) for e in error.errors(include_url=False)}
            if not all(wrong.values()):
                return None
            dropped.extend(".".join(map(str, loc)) for loc in sorted(wrong, key=_backwards, reverse=True))
            # From the last to the first, so that the positions in a list stay right; each once.
            for place in sorted(set(wrong.values()), key=_backwards, reverse=True):
                _drop(values, place)
    return None


def _whole(values: Any, loc: Steps) -> Steps:
    """What is left out for a fault at `loc`: the row that it is in, else what stands there; () where nothing does."""
    here = values
    for depth, step in enumerate(loc, 1):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return ()
        if isinstance(here, list) and here and as_flat(here):
            return loc[:depth]
    return loc


def _backwards(loc: Steps) -> tuple[tuple[bool, int, str], ...]:
    """Sorts places: numbers by their size, names by their letters."""
    return tuple((isinstance(step, str), 0 if isinstance(step, str) else step, str(step)) for step in loc)


def _drop(values: Any, place: Steps) -> None:
    for step in place[:-1]:
        values = values[step]
    del values[place[-1]]


def as_flat(row: list[Any]) -> bool:
    """Whether a list is one row: an item taken out of it would shift the others."""
    return not any(isinstance(item, (list, dict)) for item in row)


def problems(error: BaseException) -> list[str]:
    """What was wrong with an answer, in words that a model can act on, and without addresses or versions."""
    if isinstance(error, ValidationError):
        return [
            f"{'.'.join(str(s) for s in e['loc']) or 'answer'}: {e['msg']}" for e in error.errors(include_url=False)
        ]
    return [" ".join(str(error).split())[:200] or type(error).__name__]
