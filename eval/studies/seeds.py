"""The seeds that were used for a claim, one committed list for all studies: a seed proves something only once."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

from extractor.errors import CallError

USED = Path(__file__).with_name("used_seeds.toml")


class Used(NamedTuple):
    """A seed that was used: in which study, on which day, what for."""

    seed: int
    study: str
    date: str
    purpose: str


def used(path: Path = USED) -> tuple[Used, ...]:
    """All seeds of the list, in the order in which they were used."""
    if not path.is_file():
        return ()
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("used", [])
    return tuple(Used(int(e["seed"]), str(e["study"]), str(e["date"]), str(e["purpose"])) for e in entries)


def claim(seed: int, study: str, purpose: str, day: date, path: Path = USED) -> None:
    """Appends the seed to the list; raises `CallError` where the study has used it before, or no purpose is given."""
    if not purpose.strip():
        raise CallError("a claim needs a purpose: say in a few words what the seed is measured for")
    before = next((u for u in used(path) if (u.seed, u.study) == (seed, study)), None)
    if before is not None:
        raise CallError(
            f"seed {seed} of the study {study} was used on {before.date} ({before.purpose}); draw another seed"
        )
    values = {"seed": seed, "study": study, "date": day.isoformat(), "purpose": purpose}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    with path.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[[used]]", *lines]) + "\n")
