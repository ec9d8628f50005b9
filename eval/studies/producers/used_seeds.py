"""Seeds that a claim was made with: each serves one claim, so that nobody mends what a later claim will measure."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

from extractor.errors import CallError

FILE = Path(__file__).with_name("used_seeds.toml")


def used(file: Path = FILE) -> dict[int, str]:
    """The used seeds and what for."""
    if not file.is_file():
        return {}
    claims = tomllib.loads(file.read_text(encoding="utf-8")).get("claim", [])
    return {claim["seed"]: f"{claim['purpose']} ({claim['date']})" for claim in claims}


def claim(seed: int, purpose: str, today: date, file: Path = FILE) -> None:
    """Append a seed to the list; raises `CallError` where it is there already, or the purpose is empty."""
    if not purpose.strip():
        raise CallError("a claim needs a purpose: what is measured, and where the figure will stand")
    before = used(file).get(seed)
    if before is not None:
        raise CallError(f"seed {seed} was used before: {before}; take one that {file.name} does not hold")
    entry = (
        f"\n[[claim]]\nseed = {seed}\ndate = {today.isoformat()}\npurpose = {json.dumps(purpose, ensure_ascii=False)}\n"
    )
    with file.open("a", encoding="utf-8") as written:
        written.write(entry)
