"""The declaration form of a department: duties, goals, key tasks beside or over the budget, indicators, notes."""

from __future__ import annotations

from eval.studies.producers.arranged import Arranged, Row, indicator_cell, spanning
from eval.synth.indicators import Values
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Table, blank, long_text, value


def department_blocks(values: Values, p: Arranged) -> tuple[Block, ...]:
    """Two tables and the notes."""
    middle = _tasks_over_budget(values, p) if p.to.budget_below else _tasks_beside_budget(values, p)
    unit = values["budget"]["currency_unit"]
    first = Table(p.fitted(12, 10, 30, 22, 12, 10, 8), (*_texts(values, p), *p.unit_row(unit, 7), *middle))
    names = ("level1", "level2", "level3", "target")
    head = tuple(p.head(f"indicators[].{name}") for name in names)
    body = [
        (*spans, indicator_cell(i, row, "level3"), indicator_cell(i, row, "target"))
        for i, row, spans in spanning(values["indicators"], p)
    ]
    second = Table(p.fitted(20, 24, 36, 24), (head, *body), head=(0,))
    notes = [Paragraph(f"{p.label('notes')}：{n}" if i == 0 else n) for i, n in enumerate(values["notes"])]
    return first, Heading(p.label("indicators"), "section"), second, *notes


def _texts(values: Values, p: Arranged) -> tuple[Row, ...]:
    return (
        (
            p.field("department"),
            value(values["department"], "department", 2),
            p.field("subordinate_units", cols=2),
            _count(values, "subordinate_units", 2),
        ),
        (p.field("duties"), long_text("\n".join(values["duties"]), "duties", 6)),
        (p.field("annual_goals"), long_text(values["annual_goals"], "annual_goals", 6)),
    )


def _count(values: Values, path: str, cols: int = 1) -> Cell:
    return value(None if values[path] is None else str(values[path]), path, cols)


def _budget(values: Values, p: Arranged, label_cols: int, value_cols: int) -> list[Row]:
    budget = values["budget"]

    def line(name: str, text: str) -> Row:
        path = f"budget.{name}"
        return p.cell(text, cols=label_cols), value(p.amount(budget[name]), path, value_cols)

    return [
        line("total", p.money("budget.total", budget["currency_unit"])),
        *(line(name, p.label(f"budget.{name}")) for name in ("fiscal", "other", "basic", "project")),
    ]


def _people(values: Values, p: Arranged, label_cols: int) -> Row:
    return (
        p.cell(p.colon("staff_at_year_end"), cols=label_cols),
        _count(values, "staff_at_year_end"),
        p.field("internal_departments"),
        _count(values, "internal_departments"),
    )


def _task(i: int, tasks: list[Values], cols: int = 1) -> Row:
    if i >= len(tasks):
        return blank(), blank(cols)
    return value(tasks[i]["name"], f"key_tasks[{i}].name"), value(tasks[i]["content"], f"key_tasks[{i}].content", cols)


def _task_heads(p: Arranged, rows: int, cols: int = 1) -> Row:
    return p.field("key_tasks", rows), p.head("key_tasks[].name"), p.head("key_tasks[].content", cols)


def _tasks_beside_budget(values: Values, p: Arranged) -> list[Row]:
    tasks, right = values["key_tasks"], [*_budget(values, p, 2, 2), _people(values, p, 1)]
    height = max(len(tasks), len(right))
    rows: list[Row] = [(*_task_heads(p, height + 1), p.field("budget", cols=4))]
    for i in range(height):
        beside = right[i] if i < len(right) else (blank(4, height - i),) if i == len(right) else ()
        rows.append((*_task(i, tasks), *beside))
    return rows


def _tasks_over_budget(values: Values, p: Arranged) -> list[Row]:
    tasks = values["key_tasks"]
    budget = [*_budget(values, p, 2, 4), _people(values, p, 3)]
    return [
        _task_heads(p, len(tasks) + 1, 5),
        *(_task(i, tasks, 5) for i in range(len(tasks))),
        (p.field("budget", len(budget)), *budget[0]),
        *budget[1:],
    ]
