"""Gold files: loaded, validated against their schemas, never changed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

import schemas
from eval.scoring import gold_places
from eval.scoring.field_tree import most_choices, plain
from eval.scoring.gold_places import Places
from extractor.errors import CallError
from schemas.spec import SchemaSpec

HEADER = frozenset(
    {"document", "title", "forms", "shape", "labelled", "draft", "doubts", "tables", "planted", "places"}
)
"""The names that a gold file may hold beside its forms."""


@dataclass(frozen=True, slots=True)
class GoldForm:
    """One form as a careful person reads it; a leaf may be `{"any_of": [...]}`."""

    index: int
    schema: SchemaSpec
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold file.

    `shape` are tags of the document's kind; `labelled` says by whom (a role), when, and whether two labels agreed;
    `tables` are what stands beside the forms, scored apart from them; `planted` are errors of the source that must
    become findings.
    `places` say for each form where its values are printed; a form that is not placed has none.
    """

    path: Path
    document: str
    title: str | None
    forms: tuple[GoldForm, ...]
    shape: tuple[str, ...] = ()
    labelled: Mapping[str, Any] = field(default_factory=dict)
    draft: bool = False
    tables: tuple[GoldForm, ...] = ()
    planted: tuple[Mapping[str, Any], ...] = ()
    places: tuple[Places, ...] = ()


def load_all(
    paths: Iterable[Path], *, drafts: bool = False, extra: Mapping[str, SchemaSpec] = MappingProxyType({})
) -> tuple[Gold, ...]:
    """The gold of files and folders (`*.gold.json`), in order of their names; `CallError` names what is wrong.

    Drafts are refused unless `drafts`; `extra` are schemas beside the built-in ones, by name.
    """
    found = tuple(gold for path in paths for gold in _of(path, extra))
    for gold in found:
        if gold.draft and not drafts:
            raise CallError(f"{gold.path}: is a draft that nobody has checked; check it, or allow drafts")
    return found


def _of(path: Path, extra: Mapping[str, SchemaSpec]) -> Iterator[Gold]:
    """The gold of a file or a folder; a folder may have the layout of a public set."""
    from eval.scoring import public_sets

    found = public_sets.read(path)
    if found is None:
        yield from (load(file, extra) for file in gold_files([path]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield from public_sets.golds(found, Path(scratch))


def gold_files(paths: Iterable[Path]) -> list[Path]:
    """The gold files that files and folders name; a folder without any is an error."""
    out: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.gold.json")) if path.is_dir() else [path]
        if not inside:
            raise CallError(f"{path}: no *.gold.json in this folder")
        out += inside
    return list(dict.fromkeys(out))


def load(path: Path, extra: Mapping[str, SchemaSpec] = MappingProxyType({})) -> Gold:
    """One gold file; raises `CallError` that names file, form and field where it cannot be used."""
    raw = _read(path)
    document, forms = raw.get("document"), raw.get("forms")
    if not isinstance(document, str) or not document:
        raise CallError(f'{path}: "document" must name the source file')
    if not isinstance(forms, list):
        raise CallError(f'{path}: "forms" must be a list')
    loaded = tuple(_form(path, index, form, extra) for index, form in enumerate(forms))
    shape = raw.get("shape") or ()
    tags = (shape,) if isinstance(shape, str) else tuple(shape)
    labelled, draft = raw.get("labelled") or {}, bool(raw.get("draft"))
    beside = tuple(_form(path, i, {"form_type": "table", **t}, extra) for i, t in enumerate(raw.get("tables") or ()))
    planted, places = tuple(raw.get("planted") or ()), _places(path, raw.get("places"), loaded)
    return Gold(path, document, raw.get("title"), loaded, tags, labelled, draft, beside, planted, places)


def _places(path: Path, raw: Any, forms: tuple[GoldForm, ...]) -> tuple[Places, ...]:
    """The places of each form, as the file lists them; `CallError` names form and path of one that is wrong."""
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) != len(forms):
        raise CallError(f'{path}: "places" must be a list with an object (or null) for each of the {len(forms)} forms')
    for form, own in zip(forms, raw, strict=True):
        trouble = next(gold_places.problems({} if own is None else own, dict(form.values)), None)
        if trouble:
            raise CallError(f"{path}: form {form.index}: places: {trouble}; correct the gold file")
    return tuple(own or {} for own in raw)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CallError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise CallError(f"{path}: is not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise CallError(f"{path}: a gold file is a JSON object with document, title and forms")
    return raw


def _form(path: Path, index: int, form: object, extra: Mapping[str, SchemaSpec]) -> GoldForm:
    if not isinstance(form, dict):
        raise CallError(f"{path}: form {index} is not an object")
    name = form.get("form_type")
    spec = _schema(path, index, name, extra)
    values = {key: value for key, value in form.items() if key != "form_type"}
    for choice in range(most_choices(values)):
        _validate(path, index, spec, plain(values, choice))
    return GoldForm(index, spec, MappingProxyType(values))


def _schema(path: Path, index: int, name: object, extra: Mapping[str, SchemaSpec]) -> SchemaSpec:
    if name in extra:
        return extra[str(name)]
    try:
        return schemas.load(str(name))
    except LookupError as error:
        raise CallError(f"{path}: form {index}: form_type: {error}") from error


def _validate(path: Path, index: int, spec: SchemaSpec, values: dict[str, Any]) -> None:
    try:
        spec.model.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(f"{_where(p['loc'])}: {p['msg']}" for p in error.errors()[:5])
        raise CallError(f"{path}: form {index} ({spec.name}): {problems}; correct the gold file") from error


def _where(location: tuple[int | str, ...]) -> str:
    out = ""
    for part in location:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else part
    return out or "the form"
