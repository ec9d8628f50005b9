"""Candidates to a record's values: printed text becomes typed, every field of the schema is there, empty or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from extractor.accounting.interpretation import Interpreted, interpreted
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, finding
from schemas.conventions import POINT, Convention
from schemas.spec import FieldSpec, SchemaSpec
from schemas.values import fold


class Assembled(NamedTuple):
    """A record's values and what could not become one."""

    values: dict[str, Any]
    findings: tuple[Finding, ...]


def assemble(schema: SchemaSpec, candidates: Sequence[Candidate], convention: Convention = POINT) -> Assembled:
    """The values of a form, as its document writes numbers and dates.

    Text that is not of its field's kind gives null and a finding; text that can be two values the likeliest and one.
    """
    values = _empty(schema.fields)
    findings: list[Finding] = []
    seen: dict[str, str] = {}
    for candidate in candidates:
        spec = schema.field(candidate.path)
        if spec is None or spec.children or (spec.structure == "texts" and not candidate.path.endswith("]")):
            findings.append(finding(FindingKind.NO_SUCH_FIELD, "", f"the schema has no {candidate.path}"))
            continue
        if candidate.path in seen:
            message = f"read as {seen[candidate.path][:40]!r} and as {candidate.text[:40]!r}"
            findings.append(finding(FindingKind.TWO_READINGS, candidate.path, message, others=(candidate.text,)))
            continue
        seen[candidate.path] = candidate.text
        value, trouble = _typed(spec, interpreted(schema, spec, candidate, convention))
        findings.extend(trouble)
        if not _put(values, candidate.path, value, schema):
            findings.append(finding(FindingKind.NO_SUCH_ROW, "", f"{candidate.path} leaves rows out before it"))
    values = _as_wanted(schema.fields, values)
    findings.extend(_validated(schema, values))
    return Assembled(values, tuple(findings))


def _empty(fields: Iterable[FieldSpec]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for spec in fields:
        if spec.structure == "group":
            out[spec.name] = {} if spec.pairs else _empty(spec.children)
        else:
            out[spec.name] = [] if spec.structure in ("rows", "texts") else None
    return out


def _typed(spec: FieldSpec, given: Interpreted) -> tuple[Any, list[Finding]]:
    candidate, doubts = given.candidate, list(given.findings)
    try:
        value, *others = spec.readings(_captured(spec, candidate.text), given.convention)
    except ValueError as error:
        return None, [*doubts, finding(FindingKind.UNREADABLE, candidate.path, str(error))]
    if others:
        which = " or ".join(str(v) for v in (value, *others))
        message = f"{candidate.text[:40]!r} is {which}: the document does not tell; name its locale"
        named = tuple(map(str, others))
        return value, [*doubts, finding(FindingKind.AMBIGUOUS_VALUE, candidate.path, message, others=named)]
    if spec.wanted is not None and (spec.wanted.members or not isinstance(value, str)):
        return value, doubts  # validation says what is no member of the enum
    words = spec.printed.vocabulary
    odd = words and candidate.text not in words and "".join(candidate.text.split()) not in words
    findings = doubts
    if odd:
        message = f"unusual here: {candidate.text[:40]} (usual: {', '.join(words[:8])})"
        findings.append(finding(FindingKind.UNUSUAL, candidate.path, message))
    if spec.printed.spans or words:
        value = _SPACES.sub("", str(value))
    return (value.model_dump() if isinstance(value, BaseModel) else value), findings


_SPACES = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
"""White space that a narrow column brings into a word, and not what stands between two words of a Latin script."""


def _captured(spec: FieldSpec, text: str) -> str:
    """What the field's pattern captures of a text that it describes whole: `2031` of `(2031年度)`."""
    match = re.fullmatch(spec.printed.pattern, fold(text)) if spec.printed.pattern else None
    return match[1] if match and match.re.groups else text


_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")


@lru_cache(maxsize=8192)
def _steps(path: str) -> tuple[tuple[str, int | None], ...]:
    """The steps of a path: a name, and the number of an item of that list."""
    return tuple((m[1], None if m[2] is None else int(m[2])) for m in _STEP.finditer(path))


_GAP = 200
"""So many rows may an answer leave out; a larger index is a mistake, and would only fill the memory."""


def _put(values: dict[str, Any], path: str, value: Any, schema: SchemaSpec) -> bool:
    """Sets a value, with rows up to its own; False where its row lies far behind the last."""
    here: Any = values
    steps = _steps(path)
    walked = ""
    for n, (name, number) in enumerate(steps):
        walked = f"{walked}.{name}" if walked else name
        last = n == len(steps) - 1
        if number is None:
            if last:
                here[name] = value
            else:
                here = here[name]
            continue
        items = here[name]
        if number > len(items) + _GAP:
            return False
        spec = schema.field(walked)
        while len(items) <= number:
            items.append(_empty(spec.children) if spec is not None and spec.children else None)
        if last:
            items[number] = value
        else:
            here = items[number]
        walked += "[]"
    return True


def _as_wanted(fields: Iterable[FieldSpec], values: dict[str, Any]) -> dict[str, Any]:
    """The values with what is empty as a JSON Schema has it: null or an empty list if it admits one, else left out."""
    out: dict[str, Any] = {}
    for spec in fields:
        value = values[spec.name]
        if spec.structure == "group":
            value = value if spec.pairs else _as_wanted(spec.children, value)
        elif spec.structure == "rows":
            value = [_as_wanted(spec.children, row) for row in value]
        if spec.wanted is None or not _is_empty(value):
            out[spec.name] = value
        elif spec.wanted.admits(value) or spec.wanted.admits(None):
            out[spec.name] = value if spec.wanted.admits(value) else None
    return out


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, dict) and all(map(_is_empty, value.values())))


def _validated(schema: SchemaSpec, values: dict[str, Any]) -> list[Finding]:
    """The schema's own word on the values: what it refuses is set to null (or kept, as schemas go), with a finding."""
    out: list[Finding] = []
    for _ in range(1 if schema.keeps else 50):
        try:
            schema.model.model_validate(values)
            return out
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                path = _path(problem["loc"])
                out.append(finding(FindingKind.SCHEMA_REFUSES, path, f"the schema refuses it: {problem['msg']}"))
                if not schema.keeps and not _clear(values, problem["loc"]):
                    return out
    return out


def _path(steps: Sequence[int | str]) -> str:
    out = ""
    for step in steps:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out


def _clear(values: dict[str, Any], steps: Sequence[int | str]) -> bool:
    here: Any = values
    for step in steps[:-1]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return False
    try:
        changed = here[steps[-1]] is not None
        here[steps[-1]] = None
    except (KeyError, IndexError, TypeError):
        return False
    return changed
