"""329 printed forms of dates, numbers, yes and no, and members of an enum: each is its value, a doubt, or refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import days, numbers
from schemas.conventions import POINT, UNKNOWN, Convention, of_locale, told_by
from schemas.json_values import Wanted, boolean_readings

DOUBT, REFUSED = "?", "!"
STATUS = Wanted(frozenset({"string"}), ("paid", "unpaid", "part-paid"), lambda value: True, {"Bezahlt": "paid"})

READERS: dict[str, Callable[[str, Convention], tuple[object, ...]]] = {
    "date": days.readings,
    "number": numbers.readings,
    "boolean": boolean_readings,
}


def printed_forms() -> list[tuple[str, str, str]]:
    with (Path(__file__).parent / "printed_forms.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["kind"], row["text"], row["value"]) for row in rows]


def read(kind: str, text: str) -> str:
    if kind == "enum":
        found: tuple[object, ...] = STATUS.readings(text, "text")
        return str(found[0]) if found[0] in STATUS.members else REFUSED
    try:
        found = READERS[kind](text, UNKNOWN)
    except ValueError:
        return REFUSED
    return DOUBT if len(found) > 1 else str(found[0]).lower()


@pytest.mark.parametrize(("kind", "text", "value"), printed_forms())
def test_each_printed_form(kind: str, text: str, value: str) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("texts", "locale", "number"),
    [
        (["Total 12.50", "Weight 1.250"], "", ("1.250",)),
        (["Totaal 12,50", "Gewicht 1.250"], "", ("1250",)),
        (["Total 12.50", "Totaal 12,50"], "", ("1.250", "1250")),
        (["Total 12.50", "Totaal 12,50"], "nl", ("1250",)),
        (["Balans"], "", ("1.250", "1250")),
        (["Balans"], "nl", ("1250",)),
        (["Balans"], "en-GB", ("1.250",)),
        (["The number of the parts and the date of this order"], "", ("1.250", "1250")),
        (["£ 5"], "", ("1.250",)),
        (["项目绩效目标"], "", ("1.250",)),
        (["Rechnung", "die Nummer und das Datum"], "", ("1250",)),
    ],
)
def test_what_decides_between_thousands_and_decimals(texts: list[str], locale: str, number: tuple[str, ...]) -> None:
    assert numbers.readings("1.250", told_by(texts, locale)) == number


def test_a_language_alone_decides_only_for_its_own_separator() -> None:
    english = told_by(["The number of the parts and the date of this order"])
    assert numbers.readings("1,250", english) == ("1250",)


@pytest.mark.parametrize(
    ("texts", "locale", "day"),
    [
        (["25/12/2023"], "", ("2024-05-03",)),
        (["12/25/2023"], "", ("2024-03-05",)),
        (["12/25/2023", "25/12/2023"], "", ("2024-03-05", "2024-05-03")),
        (["12/25/2023", "25/12/2023"], "en_GB", ("2024-05-03",)),
        (["Springfield, IL 62704"], "", ("2024-03-05",)),
        (["London SW1A 1AA"], "", ("2024-05-03",)),
        (["Total £5"], "", ("2024-05-03",)),
        ([], "en_US", ("2024-03-05",)),
        ([], "", ("2024-03-05", "2024-05-03")),
        (["la fecha de la factura y el importe del cliente"], "", ("2024-05-03",)),
    ],
)
def test_what_decides_between_day_and_month(texts: list[str], locale: str, day: tuple[str, ...]) -> None:
    assert days.readings("03/05/2024", told_by(texts, locale)) == day


def test_a_printed_year_decides_the_century() -> None:
    assert days.readings("5 May 58", told_by(["Report of 2024"])) == ("1958-05-05", "2058-05-05")
    assert days.readings("5 May 23", told_by(["Report of 2024"])) == ("2023-05-05",)


def test_an_order_that_no_calendar_has_is_the_other_one() -> None:
    assert days.readings("25/12/2023", Convention(day_first=False)) == ("2023-12-25",)


def test_a_mark_that_the_document_does_not_use_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        numbers.readings("12,5", POINT)


def test_a_locale_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="no locale 'xx_YY' is known"):
        of_locale("xx_YY")
