"""The list of used seeds: a seed proves something only once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eval.studies import seeds
from extractor.errors import CallError

DAY = date(2026, 3, 5)


def test_a_claimed_seed_stands_in_the_list(tmp_path: Path) -> None:
    path = tmp_path / "used.toml"
    seeds.claim(7, "layouts", 'first "figures"', DAY, path)
    seeds.claim(8, "layouts", "second figures", DAY, path)
    assert seeds.used(path) == (
        seeds.Used(7, "layouts", "2026-03-05", 'first "figures"'),
        seeds.Used(8, "layouts", "2026-03-05", "second figures"),
    )


def test_a_used_seed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "used.toml"
    seeds.claim(7, "layouts", "first figures", DAY, path)
    before = path.read_bytes()
    with pytest.raises(CallError, match="seed 7 of the study layouts was used on 2026-03-05"):
        seeds.claim(7, "layouts", "again", DAY, path)
    assert path.read_bytes() == before
    seeds.claim(7, "producers", "another study", DAY, path)
    assert len(seeds.used(path)) == 2


def test_a_claim_needs_a_purpose(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="needs a purpose"):
        seeds.claim(7, "layouts", " ", DAY, tmp_path / "used.toml")


def test_the_committed_list_names_no_seed_twice() -> None:
    listed = [(entry.study, entry.seed) for entry in seeds.used()]
    assert len(listed) == len(set(listed))
