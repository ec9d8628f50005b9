"""The indicator table: which columns in which order, with foreign ones between them."""

from __future__ import annotations

from typing import Any

from eval.studies.layouts.cells import Cell, GridLine, Part, label, value
from eval.studies.layouts.drawing import Drawing

PEOPLE = ("林知夏", "周砚", "何听澜", "许栖", "梁蓼")
REMARKS = ("延续项目", "新增", "按季度统计", "以台账为准")
STANDARDS = ("达标得满分，否则按比例扣分", "每少一项扣1分", "按完成比例计分", "未完成不得分")
FOREIGN = {
    "serial": "序号",
    "kind": "指标性质",
    "unit": "度量单位",
    "last": "上年实际值",
    "remarks": "备注",
    "standard": "评分标准",
    "person": "责任人",
}
ADDED = {
    "column_last_year": "last",
    "column_standard": "standard",
    "column_person": "person",
    "column_remarks": "remarks",
}
MISSING = {
    "project_target": ("level1", "level2"),
    "self_evaluation": ("deviation", "level1", "level2", "actual"),
    "department_target": ("level1", "level2"),
}


def columns_of(drawing: Drawing, form_type: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns from left to right. What is not there any more is taken from gold."""
    out = list(names)
    if drawing.has("column_missing"):
        gone = drawing.layout.choice(MISSING[form_type])
        out.remove(gone)
        for row in drawing.gold["indicators"]:
            row[gone] = None
    if drawing.has("column_order"):
        out.remove("target")
        out.insert(out.index("level3"), "target")
        if "weight" in out and drawing.layout.random() < 0.7:
            out.remove("weight")
            out.insert(out.index("target"), "weight")
    for feature, name in ADDED.items():
        if drawing.has(feature):
            at = out.index("target") if name == "last" else len(out)
            out.insert(at, name)
    if drawing.has("column_unit_kind"):
        at = out.index("target")
        out.insert(at, "kind")
        out.insert(at + 2 if drawing.layout.random() < 0.7 else at, "unit")
    if drawing.has("column_serial"):
        out.insert(0, "serial")
    return tuple(out)


def table(drawing: Drawing, columns: tuple[str, ...], block: str | None) -> list[GridLine]:
    """Header and rows; `block` is the label to the left of them all, None where there is none."""
    left = [label(block)] if block else []
    header = [label(FOREIGN.get(c) or drawing.namer.over(f"indicators[].{c}")) for c in columns]
    lines = [_fitted(drawing, [*left, *header], columns, bool(block), "header")]
    above: dict[str, Cell] = {}
    before: dict[str, Any] = {}
    for i, row in enumerate(drawing.gold["indicators"]):
        cells = [_cell(drawing, c, i, row, above, before) for c in columns]
        lines.append(_fitted(drawing, [*left, *cells], columns, bool(block), "indicators"))
        before = row
    if "kind" in columns:
        for row in drawing.gold["indicators"]:
            row["target"] = either(row["target"])
    return lines


def _fitted(drawing: Drawing, cells: list[Cell], columns: tuple[str, ...], block: bool, part: Part) -> GridLine:
    """The row on the grid; where the grid is wider, the name or the last column takes more places."""
    wide = columns.index("level3") + block
    spare = drawing.width - len(cells)
    return GridLine((*cells[:wide], *[cells[wide]] * (spare + 1), *cells[wide + 1 :]), part)


def _cell(
    drawing: Drawing, column: str, i: int, row: dict[str, Any], above: dict[str, Cell], before: dict[str, Any]
) -> Cell:
    path = f"indicators[{i}].{column}"
    if column in ("level1", "level2"):
        return _level(drawing, column, path, row, above, before)
    if column in FOREIGN:
        return value(_foreign(drawing, column, i, row))
    held = row[column]
    if column == "target" and held and drawing.has("column_unit_kind"):
        return value(held["value"] or held["text"], path)
    if column in ("target", "actual"):
        return value(held["text"] if held else "", path)
    if column in ("weight", "score"):
        return value(held, path)
    return value(held, path) if held or column != "deviation" else drawing.null(path)


def _level(
    drawing: Drawing, column: str, path: str, row: dict[str, Any], above: dict[str, Cell], before: dict[str, Any]
) -> Cell:
    """A level's cell: the one above it, where the label is the same and nothing above changes."""
    outer = ("level1", "level2") if column == "level2" else ("level1",)
    if before and all(row[c] == before[c] for c in outer):
        return above[column]
    above[column] = Cell(row[column] or "", "level", path)
    return above[column]


def _foreign(drawing: Drawing, column: str, i: int, row: dict[str, Any]) -> str:
    rng, target = drawing.rng, row["target"]
    measured = bool(target and target["value"])
    if column == "serial":
        return str(i + 1)
    if target is None:
        return ""
    if column == "kind":
        return (target["operator"] or "=") if measured else "定性"
    if column == "unit":
        return (target["unit"] or "/") if measured else "/"
    if column == "last":
        return f"{rng.randint(1, 90)}.00" if measured else rng.choice(("较好", "一般"))
    if column == "remarks":
        return rng.choice(REMARKS) if rng.random() < 0.4 else ""
    return rng.choice(STANDARDS if column == "standard" else PEOPLE)


def either(target: dict[str, Any] | None) -> dict[str, Any] | None:
    """A target in three columns: its own cell alone, or the three together, are both right."""
    if not target or target["value"] is None:
        return target
    number, unit, operator = target["value"], target["unit"], target["operator"]
    own = {"text": number, "operator": None, "value": number, "unit": None}
    operators = {operator, operator or "="}
    signs = sorted(operators, key=str)
    texts = [number, *(f"{sign or ''}{number}{u}" for sign in signs for u in (unit, f"({unit})"))]
    return {"any_of": [own, *({**own, "text": t, "operator": sign, "unit": unit} for sign in signs for t in texts)]}
