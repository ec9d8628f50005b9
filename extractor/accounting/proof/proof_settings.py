"""The thresholds of the proofs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Lengths are in characters once white space is dropped."""

    shortest_label_inside: int = 4
    """A label of the schema inside of a value: shorter ones (内容, 单位) are words of the language as well."""
    longest_unknown_label: int = 14
    """What stands before a colon counts as an unknown label up to this length; longer ones are sentences."""
    shortest_running_head: int = 6
    """A line that stands in the document again counts as a running head from this length on: shorter ones are cells."""
    shortest_wrapped_label: int = 4
    """A label at the start of a later line of a text: shorter ones are words of the language as well."""


LIMITS = Limits()
