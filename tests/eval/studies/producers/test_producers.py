"""Every installed program prints what the gold says; what it does not show is noticed; seeds serve once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from reportlab.pdfgen.canvas import Canvas

from eval.studies.producers import making, measuring
from eval.studies.producers.__main__ import main
from eval.studies.producers.design import BORDERS
from eval.studies.producers.legibility import inspect, overprinted, plain, seen, stands, strings
from eval.studies.producers.printed import print_out
from eval.studies.producers.registry import PRODUCERS, missing


def installed(name: str) -> str:
    why = missing(name)
    if why is not None:
        pytest.skip(f"{name}: {why}")
    return name


def kept(folder: Path, name: str) -> dict[str, Any]:
    """The first document of a seed that the program prints as the gold says."""
    lines = (making.make_one(folder, 11, index, name) for index in range(6))
    return next(line for line in lines if not line["dropped"])


@pytest.mark.parametrize("name", sorted(PRODUCERS))
def test_a_producer_prints_what_the_gold_says(name: str, tmp_path: Path) -> None:
    line = kept(tmp_path, installed(name))
    gold = json.loads((tmp_path / f"{line['name']}.gold.json").read_text(encoding="utf-8"))
    with pdfplumber.open(tmp_path / f"{line['name']}.pdf") as pdf:
        text = plain("".join(char["text"] for page in pdf.pages for char in page.chars))
        pages = len(pdf.pages)
    assert [string for string in strings(gold) if not stands(string, text, pages + 2)] == []
    assert gold["shape"] == [name, line["border"]]
    assert line["border"] in PRODUCERS[name].borders


def test_a_print_of_something_else_is_dropped(tmp_path: Path) -> None:
    line = kept(tmp_path, installed("platypus"))
    other = print_out("other", 12, 0, BORDERS)
    problems = inspect(tmp_path / f"{line['name']}.pdf", other).problems
    assert any(problem.startswith("no text") for problem in problems)
    assert any(problem.startswith("characters lost") for problem in problems)


def drawn(path: Path, draw: Any) -> list[list[dict[str, Any]]]:
    canvas = Canvas(str(path), pagesize=(200, 100))
    canvas.setFont("Helvetica", 20)
    draw(canvas)
    canvas.save()
    with pdfplumber.open(path) as pdf:
        return [page.chars for page in pdf.pages]


def test_what_no_page_shows_is_not_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(10, 60, "seen")
        canvas.drawString(-100, 60, "off")
        canvas.drawString(10, 10, "under")
        canvas.setFillGray(1)
        canvas.rect(5, 0, 100, 40, stroke=0, fill=1)

    path = tmp_path / "page.pdf"
    (chars,) = seen(path, drawn(path, draw))
    assert "".join(char["text"] for char in chars) == "seen"


def test_text_on_text_is_noticed(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(10, 60, "one")
        canvas.drawString(12, 61, "two")
        canvas.drawString(10, 30, "three")

    (chars,) = drawn(tmp_path / "page.pdf", draw)
    (what,) = overprinted(chars)
    assert what.startswith("overprinted")
    assert overprinted([char for char in chars if char["text"] not in "two"]) == []


def test_figures_are_split_by_producer_and_border(tmp_path: Path) -> None:
    lines = making.make_folder(tmp_path, 11, 3, [installed("platypus")])
    scores = measuring.run(tmp_path)
    parts = measuring.split(scores, measuring.manifest(tmp_path))
    documents = [line for line in lines if not line["dropped"]]
    assert parts["producer"].keys() == {"platypus"}
    assert parts["border"].keys() == {line["border"] for line in documents}
    whole = parts["producer"]["platypus"]
    assert whole["documents"] == len(documents)
    assert whole["found"] + whole["missing"] == sum(line["forms"] for line in documents)
    assert [table.title for table in measuring.tables(parts)] == ["All forms", "By producer", "By border", "By type"]


def test_a_producer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRODUCERS, "typst", PRODUCERS["typst"]._replace(package="no_such_package"))
    names, lacks = making.available(["typst"])
    assert names == []
    assert "no_such_package" in lacks["typst"]


def test_a_used_seed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eval.studies.seeds.claim.__defaults__", (tmp_path / "used.toml",))
    call = ["--seed", "13", "--forms", "1", "--producer", installed("platypus"), "--claim", "a test", "--out"]
    assert main([*call, str(tmp_path / "first")]) == 0
    assert main([*call, str(tmp_path / "second")]) == 2
    assert "seed 13 of the study producers was used" in capsys.readouterr().err
    assert not (tmp_path / "second").exists()


def test_a_call_that_asks_for_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path)]) == 2
    assert "--seed" in capsys.readouterr().err
