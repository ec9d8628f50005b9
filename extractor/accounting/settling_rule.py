"""A rule of settling: what is settled without it stays settled only up to a doubt. It can only be stricter.

`extractor eval RUN --gold GOLD --risk 0.1% --json rule.json` writes one, `extractor run --settle rule.json` uses it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from extractor.accounting import value_doubt
from extractor.accounting.value_tree import holds
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Finding, Record, finding
from extractor.errors import CallError


class SettlingRule(BaseModel):
    """The content of a rule file.

    A value that is more doubtful than `threshold` is not settled. `doubt` is the mark of the weights that the
    threshold is about; `risk` the bound that the gold supports it at, `documents` how many documents that rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    doubt: str = value_doubt.MARK
    threshold: float = Field(ge=0, le=1)
    risk: float = Field(gt=0, lt=1)
    documents: int = Field(gt=0)

    @field_validator("doubt")
    @classmethod
    def _known_doubt(cls, mark: str) -> str:
        if mark != value_doubt.MARK:
            raise ValueError(f"this version counts doubt otherwise ({value_doubt.MARK})")
        return mark


def rule_of(path: Path | None) -> SettlingRule | None:
    """The rule of a file, None where none is named. Raises `CallError` that names the file, the key and the remedy."""
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CallError(f"{path}: cannot be read as a rule of settling: {error}; {_REMEDY}") from None
    return _parsed(str(path), text)


_REMEDY = "make one with `extractor eval RUN --gold GOLD --risk 0.1% --json FILE`"


@lru_cache(maxsize=8)
def _parsed(name: str, text: str) -> SettlingRule:
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise CallError(f"{name}: is not JSON: {error}; {_REMEDY}") from None
    if not isinstance(raw, dict):
        raise CallError(f"{name}: a rule of settling is a JSON object; {_REMEDY}")
    try:
        return SettlingRule.model_validate({"version": None, "doubt": None, **raw})
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        given = f"is {raw[key]!r}" if key in raw else "is missing"
        if key in SettlingRule.model_fields:
            raise CallError(f"{name}: {key} {given}: {first['msg'].lower()}; {_REMEDY}") from None
        raise CallError(f"{name}: there is no {key}, only {', '.join(SettlingRule.model_fields)}; remove it") from None


def judged(record: Record, rule: SettlingRule | None) -> Record:
    """The record with a finding on each value, or on what holds values, that the rule unsettles."""
    return record if rule is None else replace(record, findings=(*record.findings, *below(record.to_json(), rule)))


def below(record: Mapping[str, Any], rule: SettlingRule) -> tuple[Finding, ...]:
    """A finding on each path that is more doubtful than the rule allows; none on what is in doubt without the rule."""
    open_paths = {f["path"] for f in record["findings"] if f["about"] == "reading"}
    out: list[Finding] = []
    named: list[str] = []
    for path, doubt in value_doubt.doubts(record).items():  # what holds others comes first
        if doubt <= rule.threshold or any(holds(outer, path) for outer in (*named, *open_paths)):
            continue
        named.append(path)
        message = f"its doubt of {doubt:.{value_doubt.DIGITS}f} is above the threshold of {rule.threshold:g}"
        out.append(finding(FindingKind.BELOW_SETTLING_RULE, path, message))
    return tuple(out)
