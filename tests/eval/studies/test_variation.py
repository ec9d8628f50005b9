"""Variations of a text: distinct, of the same layout, with the labels untouched."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from eval.studies.variation import Source, main, protected, read, vary
from eval.synth.content import Options
from eval.synth.formats import case


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.txt"
    path.write_bytes(case(3, "ocr", Options(types=("project_target",), forms=(2, 2), errors=0.0)).data)
    return path


def test_variations_are_distinct_and_repeatable(source: Path) -> None:
    text = read(source)
    made = [vary(text, 1, i) for i in range(200)]
    assert len(set(made)) == 200
    assert made[:5] == [vary(text, 1, i) for i in range(5)]
    assert vary(text, 2, 0) != made[0]


def test_labels_lines_and_tabs_stay(source: Path) -> None:
    text = read(source)
    other = vary(text, 1, 7)
    kept = protected()
    assert [line.count("\t") for line in other.splitlines()] == [line.count("\t") for line in text.text.splitlines()]
    letters = [c if c in kept and not c.isascii() else "" for c in text.text]
    assert "".join(c for c in other if c in kept and not c.isascii()) == "".join(letters)
    for label in ("财政项目支出绩效目标申报表", "项目名称", "服务对象满意度指标"):
        assert other.count(label) == text.text.count(label)


def test_names_change(source: Path) -> None:
    def names(text: str) -> list[str]:
        return re.findall(r"项目名称\t+([^\t\n]+)", text)

    text = read(source)
    before, after = names(text.text), names(vary(text, 1, 1))
    assert before != after
    assert [len(n) for n in before] == [len(n) for n in after]


def test_sums_still_hold() -> None:
    rows = "年度资金申请总额:\t1,070,000.00\n当年财政拨款\t820,000.00\n上年结转资金\t0.00\n其他资金\t250,000.00\n"
    for number in range(20):
        made = vary(Source("x", rows, ""), 1, number)
        total, *parts = [Decimal(n.replace(",", "")) for n in re.findall(r"[\d,]+\.\d\d", made)]
        assert total == sum(parts)


@pytest.mark.parametrize("seed", range(30))
def test_an_evaluation_keeps_its_shares_and_points(seed: int) -> None:
    text = case(seed, "page", Options(types=("self_evaluation",), forms=(2, 2), errors=0.0)).data.decode()
    made = vary(Source("x", text, ""), 1, seed)
    rows = re.findall(r"([\d,]+\.\d\d) ([\d,]+\.\d\d) ([\d,]+\.\d\d) (?:-|—|/|10\.00) (\d+\.\d\d)", made)
    for _, budget, spent, rate in rows:
        whole, part = (Decimal(n.replace(",", "")) for n in (budget, spent))
        assert not whole or abs(100 * part / whole - Decimal(rate)) < Decimal("0.1")
    points = r"(?m)^总分.*$"
    assert re.findall(points, made) == re.findall(points, text)


def test_the_command_writes_as_many_files_as_asked_for(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(source), "--count", "12", "--seed", "1", "--out", str(out)]) == 0
    assert len({p.read_bytes() for p in out.glob("*.txt")}) == 12


def test_a_folder_without_texts_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 2
    assert "no .txt file" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_sources_are_read_in_their_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "source.txt"
    path.write_bytes("项目名称\t流动图书车服务\n".encode(encoding))
    assert read(path).text == "项目名称\t流动图书车服务\n"
