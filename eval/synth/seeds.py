"""Random numbers that can be repeated: each purpose has its own, so that one change does not move all others."""

from __future__ import annotations

from random import Random


def seeded(purpose: str, *seeds: int) -> Random:
    """The random numbers of a purpose and a seed, the same on every machine."""
    return Random(" ".join((purpose, *map(str, seeds))))  # noqa: S311 - made to be repeated, not to be secret
