"""What printed words mean: read alone, or as a person confirmed it, with the figures of each document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from schemas.conventions import POINT, Convention
from schemas.json_schema import load
from schemas.meanings import Meaning, confirmed_value, is_known, meaning_of
from schemas.spec import FieldSpec

COMMA = Convention(decimal=",", certain=True, day_first=True)
PROPERTIES = {
    "rain": {"type": "boolean"},
    "sky": {"enum": ["clear", "overcast"]},
    "degrees": {"type": "number"},
    "days": {"type": "integer"},
    "on": {"type": "string", "format": "date"},
    "place": {"type": "string"},
}


@cache
def field(name: str) -> FieldSpec:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.json"
        path.write_text(json.dumps({"title": "Log", "type": "object", "properties": PROPERTIES}), encoding="utf-8")
        found = load(path).field(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("rain", "No", "false"),
        ("sky", "Over-cast", "overcast"),
        ("degrees", "12,50 C", "12.5"),
        ("days", "twelve (12) days", "12"),
        ("place", "Quay 3\nHarbour", "Quay 3, Harbour"),
    ],
)
def test_words_that_are_the_value_when_they_are_read_alone(name: str, words: str, value: str) -> None:
    assert is_known(field(name), words, value, COMMA)


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("rain", "drizzle", "true"),
        ("sky", "fog", "overcast"),
        ("degrees", "12,50", "-12.5"),
        ("degrees", "12,50 Af", "-12.5"),
        ("on", "03-02 2025", "2025-02-03"),
        ("place", "Quay 3", "Quay 4"),
        ("place", "€", "EUR"),
    ],
)
def test_words_that_somebody_must_confirm(name: str, words: str, value: str) -> None:
    assert not is_known(field(name), words, value, COMMA)


def test_the_figures_of_a_number_are_no_part_of_what_is_confirmed() -> None:
    meaning = meaning_of(field("degrees"), "12,50", "Below", "-12.5", COMMA)
    assert meaning == Meaning("# Below", "-#")
    assert meaning_of(field("degrees"), "7,00", "Below", "-7", COMMA) == meaning
    assert confirmed_value(field("degrees"), "3,25 below", [meaning], COMMA) == "-3.25"
    assert confirmed_value(field("degrees"), "3,25 above", [meaning], COMMA) is None
    assert confirmed_value(field("degrees"), "3,25", [meaning], COMMA) is None


def test_another_number_than_the_printed_one_is_confirmed_for_itself_alone() -> None:
    assert meaning_of(field("degrees"), "12,50", "Below", "-13.5", COMMA) == Meaning("12,50 Below", "-13.5")


def test_a_bare_number_is_never_given_another_sign_by_what_was_confirmed() -> None:
    meaning = meaning_of(field("degrees"), "12.50", "", "-12.50", POINT)
    assert meaning == Meaning("#", "-#")
    assert confirmed_value(field("degrees"), "3.25", [meaning], POINT) is None


def test_two_meanings_of_the_same_words_are_none() -> None:
    both = [Meaning("fog", "overcast"), Meaning("Fog", "clear")]
    assert confirmed_value(field("sky"), "fog", both[:1], POINT) == "overcast"
    assert confirmed_value(field("sky"), "fog", both, POINT) is None


def test_the_year_of_a_date_is_that_of_the_words_that_name_one() -> None:
    spec = field("on")
    meaning = meaning_of(spec, "03-02", "01-02-2025 to 28-02-2025", "2025-02-03", COMMA)
    assert meaning == Meaning("# 00-00-0000 to 00-00-0000", "YYYY-#")
    two_years = meaning_of(spec, "03-02", "01-12-2024 to 28-02-2025", "2025-02-03", COMMA)
    assert two_years == Meaning("03-02 01-12-2024 to 28-02-2025", "2025-02-03")
    assert meaning_of(spec, "03-02", "2025", "2025-02-04", COMMA) == Meaning("03-02 2025", "2025-02-04")
