"""The modes in which a model can be asked for an answer in a given shape, the best first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from extractor.config import Mode

MODES: Final[Mapping[Mode, str]] = MappingProxyType(
    {"tools": "TOOLS", "json_schema": "JSON_SCHEMA", "json": "JSON", "text": "MD_JSON"}
)
"""What `instructor` calls each mode."""
FIRST: Final[Mode] = next(iter(MODES))
