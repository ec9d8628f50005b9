"""The samples and their gold: every gold file validates, and every text of it stands in its document."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas.values import fold
from tests.paths import ROOT

EVAL = ROOT / "eval"
GOLD = sorted((EVAL / "gold").glob("*.gold.json"))
SHAPES = {"ocr-tabs", "page-text", "markdown", "html"}
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb": "utf-8-sig"}
PIECES = 4  # a page break cuts a text in two, a second one in three, a column beside it in one more
DATES = (
    "{y}-{m:02}-{d:02}",
    "{y}年{m}月{d}日",
    "{y}年{m:02}月{d:02}日",
    "{y}.{m}.{d}",
    "{y}.{m:02}.{d:02}",
    "{y}/{m}/{d}",
)


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def source(gold: dict[str, Any]) -> str:
    """The sample's text, tags and entities resolved, folded."""
    data = (EVAL / "samples" / gold["document"]).read_bytes()
    text = decoded(data)
    if gold["shape"] in ("html", "markdown"):
        text = html.unescape(re.sub(r"</?[a-z][^>]*>", "", text)).replace("\\|", "|")
    return fold(re.sub(r"</?p>", "", text))


def decoded(data: bytes) -> str:
    if data[:2] in ENCODINGS:
        return data.decode(ENCODINGS[data[:2]])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    elif value is not None:
        yield path, str(value)


def stands_in(text: str, document: str) -> bool:
    """Whether the document has the text, in at most `PIECES` pieces that follow one another."""
    start, rest = 0, text
    for _ in range(PIECES):
        end = longest(rest, document, start)
        if end == 0:
            return False
        start = document.index(rest[:end], start) + end
        rest = rest[end:]
        if not rest:
            return True
    return False


def longest(text: str, document: str, start: int) -> int:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if document.find(text[:middle], start) >= 0 else (low, middle - 1)
    return low


def is_printed(path: str, value: str, document: str) -> bool:
    name = path.rpartition(".")[2]
    if name == "operator":
        return True  # `>=` is printed for `≥`; the text of the value is looked up whole
    if name in ("start_date", "end_date"):
        year, month, day = (int(part) for part in value.split("-"))
        return any(form.format(y=year, m=month, d=day) in document for form in DATES)
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return value in re.sub(r"(?<=\d),(?=\d{3})", "", document)
    return stands_in(fold(value), document)


def test_there_is_a_sample_of_each_shape_and_schema() -> None:
    golds = [load(path) for path in GOLD]
    assert {gold["shape"] for gold in golds} == SHAPES
    assert {form["form_type"] for gold in golds for form in gold["forms"]} == set(schemas.BY_TITLE) - {"table"}
    assert any(gold.get("tables") for gold in golds)


def test_each_sample_has_its_gold() -> None:
    samples = {path.name for path in (EVAL / "samples").iterdir() if path.is_file()}
    assert samples == {load(path)["document"] for path in GOLD}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_each_form_validates_and_says_who_labelled_it(path: Path) -> None:
    gold = load(path)
    assert set(gold["labelled"]) == {"by", "on", "agreed"}
    for form in gold["forms"]:
        spec = schemas.load(form["form_type"])
        values = {name: value for name, value in form.items() if name != "form_type"}
        assert spec.model.model_validate(values).model_dump() == values
    for table in gold.get("tables", []):
        assert schemas.load("table").model.model_validate(table).model_dump() == table


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_every_text_of_the_gold_stands_in_its_sample(path: Path) -> None:
    gold = load(path)
    document = source(gold)
    wanted = leaves({"title": gold["title"], "forms": without_type(gold["forms"]), "tables": gold.get("tables")})
    assert [where for where, value in wanted if not is_printed(where, value, document)] == []


def without_type(forms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in form.items() if name != "form_type"} for form in forms]


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_a_text_that_the_sample_does_not_have_is_found_out(path: Path) -> None:
    document = source(load(path))
    assert not is_printed(".project_name", "本文件中没有出现过的名称", document)
    assert not is_printed(".weight", "987654.32", document)
    assert not is_printed(".start_date", "1987-06-05", document)
