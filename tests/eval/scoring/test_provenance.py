from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import schemas
from eval.scoring.provenance import Stated, find, source_of, stated
from extractor.errors import CallError

TEXT = """\
项目名称\t河湖巡护专项经费\t年度\t2031年
计划开始日期 2031年1月5日   总额: 1,250,000.00 元
            全年巡护河道三十公里，    保持水面清洁，
  预期目标  漂浮物日产日清，水质达标   不发生污染事件。
            率不低于九成。
巡护次数\t≥120.00(次)
"""


def of(values: dict[str, Any], nearly: bool = True) -> Stated:
    return stated(schemas.load("self_evaluation"), values, source_of(TEXT), nearly=nearly)


def target(text: str, value: str) -> dict[str, Any]:
    return {"indicators": [{"target": {"text": text, "operator": "≥", "value": value, "unit": "次"}}]}


@pytest.mark.parametrize(
    "values",
    [
        {"project_name": "河湖巡护专项经费"},
        {"project_name": "河湖 巡护专项经费"},
        {"funding": {"total": {"executed": "1250000.00"}}},
        {"funding": {"total": {"executed": "1250000"}}},
        {"year": 2031},
        {"expected_goal": "全年巡护河道三十公里，漂浮物日产日清，水质达标率不低于九成。"},
        {"project_name": {"any_of": ["河湖巡护经费", "河湖巡护专项经费"]}},
        target("≥120.00(次)", "120.00"),
        {"rating": None, "indicators": []},
    ],
)
def test_values_that_stand_in_the_source(values: dict[str, Any]) -> None:
    assert of(values, nearly=False).absent == ()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"project_name": "河湖巡护经费"}, "project_name"),
        ({"funding": {"total": {"executed": "1250000.01"}}}, "funding.total.executed"),
        ({"year": 2032}, "year"),
        ({"expected_goal": "全年巡护河道三十公里，漂浮物日产日清，水质达标率不低于九戌。"}, "expected_goal"),
        (target("≥120.00(次)", "12.00"), "indicators[0].target.value"),
        (target("≥121.00(次)", "120.00"), "indicators[0].target.text"),
        ({"indicators": [{"level3": "巡护里程"}]}, "indicators[0].level3"),
    ],
)
def test_values_that_do_not_stand_in_the_source(values: dict[str, Any], path: str) -> None:
    assert of(values, nearly=False).absent == (path,)


def test_dates_stand_there_however_they_are_printed() -> None:
    spec = schemas.load("project_target")
    assert stated(spec, {"start_date": "2031-01-05"}, source_of(TEXT)) == (1, ())
    assert stated(spec, {"start_date": "2031-05-01"}, source_of(TEXT)).absent == ("start_date",)


def test_long_texts_may_stand_there_nearly_where_asked() -> None:
    values = {"project_name": "河湖巡护专项经责河湖巡护专项经费全年巡护河道三十公里"}
    long = {"expected_goal": "全年巡护河道三十公里，    保持水面清活，"}
    assert of(long).absent == ("expected_goal",) or of(long).absent == ()
    assert of(values).absent == ("project_name",)
    source = source_of("甲" * 40 + "乙" * 40)
    almost = {"expected_goal": "甲" * 30 + "丙" + "乙" * 30}
    spec = schemas.load("self_evaluation")
    assert stated(spec, almost, source).absent == ()
    assert stated(spec, almost, source, nearly=False).absent == ("expected_goal",)


def test_a_document_is_found_in_the_folders_named_or_beside_its_gold(tmp_path: Path) -> None:
    gold = tmp_path / "gold" / "a.gold.json"
    gold.parent.mkdir()
    with pytest.raises(CallError, match="--sources"):
        find("a.txt", gold, [])
    (tmp_path / "a.txt").touch()
    assert find("a.txt", gold, [tmp_path]) == tmp_path / "a.txt"
    (gold.parent / "a.txt").touch()
    assert find("a.txt", gold, []) == gold.parent / "a.txt"
