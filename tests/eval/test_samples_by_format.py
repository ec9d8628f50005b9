"""The samples of all formats (`eval/samples/en`, `eval/samples/formats`): gold validates, and each value is printed.

The text of a file is not taken from the readers: it is pdfium's text, the XML of a Word file, the cells of a workbook.
A scan has no text; its gold was read from the picture, and only its form is checked here.
"""

from __future__ import annotations

import calendar
import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pytest
from openpyxl import load_workbook

from eval.bench.config import load as load_bench
from eval.scoring.field_tree import plain
from eval.scoring.gold import load
from schemas.spec import SchemaSpec
from schemas.values import fold
from tests.eval.test_samples import load as raw
from tests.eval.test_samples import longest
from tests.paths import ROOT

EVAL = ROOT / "eval"
FOLDERS = ("en", "formats")
GOLD = sorted(path for folder in FOLDERS for path in (EVAL / "gold" / folder).glob("*.gold.json"))
ENGLISH = {"invoice", "receipt", "bank_statement", "purchase_order", "lab_report"}
NUMBER = re.compile(r"(?P<sign>[-−(]?)\s*[$£€¥]?\s*(?P<digits>\d(?:[\d.,]*\d)?)")
PIECE = 6
LARGEST = {"en": 150_000, "formats": 120_000}


def sample(gold: Path) -> Path:
    return EVAL / "samples" / gold.parent.name / str(raw(gold)["document"])


def text_of(path: Path) -> str:
    """The text of a document as it is printed, parts apart by line breaks."""
    return TEXTS[path.suffix](path)


def pdf_text(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return re.sub("[\x02\ufffe]", "-", text)  # pdfium's marks of a hyphen at the end of a line


def html_text(path: Path) -> str:
    text = re.sub(r"<(style|script|head).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "\n", text))


def docx_text(path: Path) -> str:
    with ZipFile(path) as archive:
        parts = [n for n in archive.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)]
        xml = "\n".join(archive.read(name).decode("utf-8") for name in parts)
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</w:p>|<w:br ?/>", "\n", xml)))


def xlsx_text(path: Path) -> str:
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return "\n".join(shown(cell.value, cell.number_format) for cell in cells)


def shown(value: Any, how: str) -> str:
    """A cell as a spreadsheet shows it, in the few number formats of the samples."""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}" if how == "dd/mm/yyyy" else f"{value:%Y-%m-%d}"
    if isinstance(value, int | float) and (places := re.search(r"0\.(0+)", how)):
        return f"{value:,.{len(places[1])}f}"
    return str(value)


TEXTS: dict[str, Callable[[Path], str]] = {
    ".pdf": pdf_text,
    ".html": html_text,
    ".docx": docx_text,
    ".xlsx": xlsx_text,
    ".txt": lambda path: path.read_text(encoding="utf-8"),
}


def numbers(text: str) -> set[Decimal]:
    """The numbers of a text, each with a comma read as a separator of thousands and as a decimal one."""
    out = set()
    for found in NUMBER.finditer(text):
        sign = "-" if found["sign"] else ""
        for digits in (found["digits"].replace(",", ""), found["digits"].replace(".", "").replace(",", ".")):
            if digits.count(".") <= 1:
                out |= {Decimal(digits), Decimal(sign + digits)}
    return out


def dates(value: str) -> list[str]:
    """The ways in which the samples print a day, without white space."""
    day = date.fromisoformat(value)
    y, m, d, short = day.year, day.month, day.day, f"{day.year % 100:02}"
    names = (calendar.month_name[m], calendar.month_abbr[m], f"{calendar.month_abbr[m]}.")
    words = [w for name in names for w in (f"{name}{d},{y}", f"{d}{name}{y}", f"{d}st{name}{y}", f"{d}th{name}{y}")]
    slashed = [f"{m:02}/{d:02}/{y}", f"{d:02}/{m:02}/{y}", f"{m:02}/{d:02}/{short}", f"{d:02}.{m:02}.{y}"]
    return [*words, *slashed, value, f"{y}年{m}月{d}日", f"{y}/{m}/{d}", f"{y}.{m:02}.{d:02}"]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every value with its alternatives."""
    if isinstance(value, dict) and "any_of" in value:
        yield path, [str(option) for option in value["any_of"] if option is not None]
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    elif value is not None:
        yield path, [str(value)]


def is_printed(kind: str, value: str, text: str) -> bool:
    folded = fold(text)
    if kind == "date":
        return any(fold(way) in folded for way in dates(value))
    if kind in ("amount", "integer"):
        return Decimal(value) in numbers(text)
    return stands_in(value, text)


def stands_in(value: str, text: str) -> bool:
    """Whether the text has the value, in pieces that follow one another: wrapped lines of a column have others between.

    A piece is at least `PIECE` characters long, or a whole line.
    """
    rest, folded, start = fold(value), fold(text), 0
    lines = {fold(line) for line in text.splitlines()}
    while rest:
        end = longest(rest, folded, start)
        if not end or (end < min(PIECE, len(fold(value))) and rest[:end] not in lines):
            return False
        start = folded.index(rest[:end], start) + end
        rest = rest[end:]
    return True


def kind_of(spec: SchemaSpec, path: str) -> str:
    field = spec.field(path) or spec.field(path.rpartition(".")[0])
    assert field is not None, path
    return "amount" if path.endswith(".value") and field.kind == "indicator" else field.kind


def test_there_are_samples_of_each_kind() -> None:
    golds = [(path, raw(path)) for path in GOLD]
    english = [gold for path, gold in golds if path.parent.name == "en"]
    assert len(english) >= 15
    assert {form["form_type"] for gold in english for form in gold["forms"]} == ENGLISH
    assert sum(gold["forms"][0]["form_type"] == "invoice" for gold in english) >= 6
    assert {gold["shape"] for gold in english} == {"pdf", "scan", "html", "text", "xlsx", "docx"}


def test_there_are_two_samples_of_each_kind_of_the_chinese_forms() -> None:
    shapes = Counter(raw(path)["shape"] for path in GOLD if path.parent.name == "formats")
    assert {shape for shape, count in shapes.items() if count >= 2} == {"pdf", "scan", "docx", "xlsx"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_sample_has_its_gold_and_is_small(folder: str) -> None:
    files = [path for path in (EVAL / "samples" / folder).iterdir() if path.is_file()]
    assert sorted(path.name for path in files) == sorted(sample(g).name for g in GOLD if g.parent.name == folder)
    assert [path.name for path in files if path.stat().st_size > LARGEST[folder]] == []


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_each_form_validates_and_names_every_field(path: Path) -> None:
    gold = load(path)
    assert set(gold.labelled) == {"by", "on", "agreed"}
    for form in gold.forms:
        values = plain(dict(form.values))
        assert form.schema.model.model_validate(values).model_dump() == values


@pytest.mark.parametrize("path", [g for g in GOLD if raw(g)["shape"] != "scan"], ids=lambda path: path.name)
def test_every_value_of_the_gold_is_printed_in_its_sample(path: Path) -> None:
    gold, text = load(path), text_of(sample(path))
    absent = [
        (where, options)
        for form in gold.forms
        for where, options in leaves(dict(form.values))
        if not where.endswith(".operator")
        and not any(is_printed(kind_of(form.schema, where), option, text) for option in options)
    ]
    assert absent == []
    assert gold.title is None or stands_in(gold.title, text)


def test_a_value_that_is_not_printed_is_found_out() -> None:
    text = text_of(EVAL / "samples" / "en" / "harlow-print-invoice.pdf")
    assert is_printed("amount", "-152.40", text)
    assert not is_printed("amount", "-38.00", text)
    assert not is_printed("amount", "1512.48", text)
    assert is_printed("date", "2025-03-04", text)
    assert not is_printed("date", "2025-03-05", text)
    assert not is_printed("text", "Vinyl banner, 3 ft x 7 ft", text)


def test_a_pattern_in_a_bench_names_the_files_of_one_folder() -> None:
    (one,) = [each for each in load_bench(EVAL / "bench.toml").sets if each.name == "samples"]
    assert list(one.gold) == sorted((EVAL / "gold").glob("*.json"))
    assert len(one.gold) > 1
