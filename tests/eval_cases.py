"""Forms for the tests of scoring: fictional, made from a few numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Form = dict[str, Any]

NAMES = (
    "培训场次",
    "设备更换台数",
    "验收合格率",
    "按时完成率",
    "受训人员满意度",
    "巡查覆盖率",
    "档案入库份数",
    "绿地养护面积",
)
UNITS = ("%", "个", "次", "小时", None)
OPERATORS = ("=", "≥", "≤", ">", "<", None)


def indicator_value(number: str | None, operator: str | None = "≥", unit: str | None = "%") -> Form:
    """An indicator value; without a number it is a quality."""
    if number is None:
        return {"text": "有所提升", "operator": None, "value": None, "unit": None}
    return {"text": f"{operator or ''}{number}({unit or ''})", "operator": operator, "value": number, "unit": unit}


def evaluation_row(name: str, number: str | None = "95.00", operator: str | None = "≥", unit: str | None = "%") -> Form:
    """A row of a self-evaluation."""
    return {
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": name,
        "target": indicator_value(number, operator, unit),
        "actual": indicator_value("97.00", None, unit),
        "weight": "10.00",
        "score": "9.50",
        "deviation": None,
    }


def self_evaluation(rows: list[Form], name: str = "河湖巡护经费") -> Form:
    """A self-evaluation with these rows."""
    line = {"initial_budget": "12.00", "annual_budget": "11.50", "executed": "11.20", "weight": "10.00"}
    return {
        "form_type": "self_evaluation",
        "year": 2031,
        "project_name": name,
        "supervising_department": "云桥县水务局",
        "implementing_unit": "云桥县河道所",
        "funding": {
            "currency_unit": "万元",
            "total": {**line, "execution_rate": "97.39", "score": "9.74"},
            "appropriation": {**line, "weight": None, "execution_rate": "97.39", "score": None},
            "carryover": None,
            "other": None,
        },
        "expected_goal": "全年巡护河道三十公里，清理漂浮物。",
        "actual_completion": "巡护河道三十一公里，漂浮物日产日清。",
        "indicators": rows,
        "total_weight": "100.00",
        "total_score": "96.24",
        "rating": "优",
    }


def department_target(duties: list[str], department: str = "云桥县档案馆") -> Form:
    """A department form with these duties."""
    return {
        "form_type": "department_target",
        "year": 2031,
        "department": department,
        "subordinate_units": 2,
        "duties": duties,
        "annual_goals": "完成馆藏档案数字化，开放查阅窗口。",
        "key_tasks": [{"name": "任务1", "content": "数字化扫描十万页"}, {"name": "任务2", "content": "修缮库房"}],
        "budget": {"currency_unit": "元", "total": "320000.00", "fiscal": "320000.00", "other": None},
        "staff_at_year_end": 18,
        "internal_departments": 4,
        "indicators": [
            {"level1": "产出指标", "level2": "数量指标", "level3": "扫描页数", "target": indicator_value("100000.00")}
        ],
        "notes": ["1、金额单位为元。", "2、人数为年末在编人数。"],
    }


def gold_file(folder: Path, *forms: Form, name: str = "case", **header: Any) -> Path:
    """A gold file of these forms."""
    path = folder / f"{name}.gold.json"
    content = {"document": f"{name}.txt", "title": None, **header, "forms": list(forms)}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def record(form: Form, index: int = 0, document: str = "case.txt", *flags: str) -> Form:
    """A record that holds what a form holds, with findings about the reading at `flags`."""
    values = {key: value for key, value in form.items() if key != "form_type"}
    findings = [{"path": path, "about": "reading", "kind": "doubt", "severity": "warning"} for path in flags]
    return {
        "document": document,
        "form": index,
        "schema": form["form_type"],
        "values": json.loads(json.dumps(values)),
        "findings": findings,
        "unsettled": sorted(set(flags)),
    }


def run_folder(folder: Path, records: list[Form], documents: list[Form] | None = None) -> Path:
    """A run's folder with these records."""
    folder.mkdir(parents=True, exist_ok=True)
    _jsonl(folder / "records.jsonl", records)
    if documents is not None:
        _jsonl(folder / "documents.jsonl", documents)
    return folder


def _jsonl(path: Path, lines: list[Form]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


NUMBERS = st.decimals(min_value=0, max_value=99999, places=2, allow_nan=False).map(str)


@st.composite
def evaluation_rows(draw: st.DrawFn, least: int = 1, most: int = 8) -> list[Form]:
    """Rows of a self-evaluation, each with a name of its own."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=most, unique=True))
    return [
        evaluation_row(name, draw(st.none() | NUMBERS), draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(UNITS)))
        for name in names
    ]
