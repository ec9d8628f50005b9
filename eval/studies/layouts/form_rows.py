"""The rows of each form type, from gold values."""

from __future__ import annotations

from collections.abc import Callable

from eval.studies.layouts.cells import Cell, GridLine, blank, label, long_text, value
from eval.studies.layouts.drawing import Drawing, goals, head
from eval.studies.layouts.indicator_rows import columns_of, table

TARGET_COLUMNS = ("level1", "level2", "level3", "target")
EVALUATION_COLUMNS = (*TARGET_COLUMNS, "actual", "weight", "score", "deviation")


def project_target(drawing: Drawing) -> list[GridLine]:
    """财政项目支出绩效目标申报表."""
    gold = drawing.gold
    columns = columns_of(drawing, "project_target", TARGET_COLUMNS)
    block = drawing.namer.over("indicators") if drawing.layout.random() < 0.8 else None
    drawing.width = max(6, len(columns) + bool(block))
    if drawing.has("row_missing"):
        gold[drawing.layout.choice(("project_nature", "project_category"))] = None
    first = [(p, value(gold[p], p)) for p in ("project_name", "project_nature", "project_category") if gold[p]]
    second = [(p, value(gold[p], p)) for p in ("supervising_department", "implementing_unit")]
    third = [(p, drawing.day(gold[p], p)) for p in ("start_date", "end_date")]
    return [
        *head(drawing, (first, second, third)),
        *_project_funding(drawing),
        *goals(drawing, drawing.layout.choice(("项目绩效目标", "绩效目标")), ("overall_goal", "annual_goal")),
        *table(drawing, columns, block),
    ]


def _project_funding(drawing: Drawing) -> list[GridLine]:
    funding = drawing.gold["funding"]
    first = label(drawing.heading("funding"))

    def pair(name: str) -> list[Cell]:
        path = f"funding.{name}"
        held = funding[name]
        cell = drawing.amount(held, path) if held is not None else value("", path)
        return drawing.pair(path, cell)

    rows = (
        ("project_total", "annual_total"),
        ("project_fiscal", "annual_appropriation"),
        (None, "annual_carryover"),
        ("project_other", "annual_other"),
    )
    out = []
    for left, right in rows:
        cells = [*(pair(left) if left else (blank(), blank())), *pair(right)]
        out.append(drawing.line([first, *cells], "funding"))
    return out


def self_evaluation(drawing: Drawing) -> list[GridLine]:
    """财政项目支出绩效自评表."""
    gold = drawing.gold
    columns = columns_of(drawing, "self_evaluation", EVALUATION_COLUMNS)
    block = drawing.namer.over("indicators") if drawing.layout.random() < 0.4 else None
    drawing.width = max(8, len(columns) + bool(block))
    if drawing.has("row_missing"):
        gold[drawing.layout.choice(("supervising_department", "implementing_unit"))] = None
    first = [("project_name", value(gold["project_name"], "project_name"))]
    second = [(p, value(gold[p], p)) for p in ("supervising_department", "implementing_unit") if gold[p]]
    return [
        *head(drawing, (first, second)),
        *_spending(drawing),
        *goals(drawing, "年度总体目标", ("expected_goal", "actual_completion")),
        *table(drawing, columns, block),
        *_totals(drawing, columns, bool(block)),
    ]


def _spending(drawing: Drawing) -> list[GridLine]:
    funding = drawing.gold["funding"]
    first = label(drawing.heading("funding"))
    names = ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score")
    header = [first, blank(), *(label(drawing.namer.over(f"funding.total.{name}")) for name in names)]
    out = [drawing.line(header, "funding")]
    for row in ("total", "appropriation", "carryover", "other"):
        cells = [first, label(drawing.namer.beside(f"funding.{row}"))]
        for name in names:
            path, held = f"funding.{row}.{name}", funding[row][name]
            money = name in ("initial_budget", "annual_budget", "executed")
            cells.append(drawing.amount(held, path) if money else value(held, path) if held else drawing.null(path))
        out.append(drawing.line(cells, "funding"))
    return out


def _totals(drawing: Drawing, columns: tuple[str, ...], block: bool) -> list[GridLine]:
    """总分 with its figures under their columns, and the rating."""
    name, rating = label(drawing.namer.beside("total_weight")), label(drawing.namer.beside("rating"))
    held = {"weight": "total_weight", "score": "total_score"}
    first = min(columns.index(c) for c in held) + block
    spare = drawing.width - len(columns) - block
    wide = columns.index("level3") + block
    places = [*range(wide), *[wide] * (spare + 1), *range(wide + 1, len(columns) + block)]
    by_column = [
        name
        if k < first
        else value(drawing.gold[held[columns[k - block]]], held[columns[k - block]])
        if columns[k - block] in held
        else blank()
        for k in range(len(columns) + block)
    ]
    grade = value(drawing.gold["rating"], "rating")
    half = drawing.width // 2
    return [
        GridLine(tuple(by_column[k] for k in places), "foot"),
        GridLine((*[rating] * half, *[grade] * (drawing.width - half)), "foot"),
    ]


def department_target(drawing: Drawing) -> list[GridLine]:
    """整体支出绩效目标申报表."""
    gold = drawing.gold
    columns = columns_of(drawing, "department_target", TARGET_COLUMNS)
    drawing.width = max(6, len(columns))
    if drawing.has("row_missing"):
        gold["subordinate_units"] = None
    fields = [(p, value(str(gold[p]), p)) for p in ("department", "subordinate_units") if gold[p] is not None]
    duties = long_text("\n".join(gold["duties"]), "duties")
    wanted = long_text(gold["annual_goals"], "annual_goals")
    return [
        *head(drawing, (fields,)),
        drawing.line([label(drawing.namer.beside("duties")), duties], "goals"),
        drawing.line([label(drawing.namer.beside("annual_goals")), wanted], "goals"),
        *_tasks(drawing),
        *_budget(drawing),
        *table(drawing, columns, None),
    ]


def _tasks(drawing: Drawing) -> list[GridLine]:
    first = label(drawing.namer.over("key_tasks"))
    names = [label(drawing.namer.over(f"key_tasks[].{name}")) for name in ("name", "content")]
    out = [drawing.line([first, *names], "tasks")]
    for i, task in enumerate(drawing.gold["key_tasks"]):
        cells = [value(task[name], f"key_tasks[{i}].{name}") for name in ("name", "content")]
        out.append(drawing.line([first, *cells], "tasks"))
    return out


def _budget(drawing: Drawing) -> list[GridLine]:
    gold, budget = drawing.gold, drawing.gold["budget"]
    first = label(drawing.namer.over("budget"))
    total = label(drawing.heading("budget.total"))
    out = [drawing.line([first, total, drawing.amount(budget["total"], "budget.total")], "funding")]
    for names in (("fiscal", "other"), ("basic", "project")):
        cells = [first]
        for name in names:
            path, held = f"budget.{name}", budget[name]
            cells += drawing.pair(path, drawing.amount(held, path) if held else value("", path))
        out.append(drawing.line(cells, "funding"))
    counts = [first]
    for path in ("staff_at_year_end", "internal_departments"):
        counts += drawing.pair(path, value(str(gold[path]), path))
    return [*out, drawing.line(counts, "funding")]


BUILDERS: dict[str, Callable[[Drawing], list[GridLine]]] = {
    "project_target": project_target,
    "self_evaluation": self_evaluation,
    "department_target": department_target,
}
