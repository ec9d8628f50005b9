"""The zones of a form as data: the tokens behind each label and under each header."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from extractor.engines.rules.header_columns import Column, Foreign
from extractor.forms.labels import Hit
from schemas.spec import FieldSpec

BucketKind = Literal["value", "columns", "list", "matrix", "row", "loose", "foreign"]


@dataclass(slots=True)
class Bucket:
    """Tokens that stand behind a label or under a header. `fields` are those that share a row's label.

    `beside` counts the cells behind a value's own in its row: an even number is labels and values of others.
    `lines` counts the lines that a value goes on over, below the one that it begins in.
    """

    kind: BucketKind
    fields: tuple[FieldSpec, ...] = ()
    columns: tuple[Column, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    label: int = -1
    unit: str = ""
    tokens: list[int] = field(default_factory=list)
    doubtful: str = ""
    beside: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Zones:
    """The buckets in reading order, and the hits that were read as labels."""

    buckets: tuple[Bucket, ...]
    labels: tuple[Hit, ...]
    units: tuple[tuple[FieldSpec, Hit, str], ...]
    stray: tuple[str, ...] = ()
    """Lists and matrices of which a column's label stands apart from their header, and long texts that took it."""
    cut: tuple[tuple[str, str], ...] = ()
    """Long texts that end before a label that the schema does not know, with that label."""
