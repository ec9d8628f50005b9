"""From a form's values to what is printed: the statutory tables, their labels as the schemas declare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from eval.synth.content import Content, Form
from eval.synth.indicators import Values
from eval.synth.sheet import Block, Cell, Heading, Paragraph, Sheet, Table, blank, label, long_text, value
from eval.synth.wording import Style, punctuated
from schemas import load

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Printing:
    """What printing one form needs to know: its schema's name and the document's style."""

    schema: str
    style: Style

    def label(self, path: str) -> str:
        """The label that the schema declares for a field, in the document's punctuation."""
        return self._dressed(_label(self.schema, path))

    def column(self, path: str) -> str:
        """The label of the column that a field stands in."""
        return self._dressed(_column(self.schema, path))

    def with_unit(self, path: str, unit: str) -> str:
        """A label with the currency unit in brackets behind it."""
        return f"{self.label(path)}{self._dressed(f'({unit})')}"

    def amount(self, text: str | None) -> str | None:
        """An amount as the document prints it."""
        if text is None or not self.style.thousands:
            return text
        whole, point, cents = text.partition(".")
        return f"{int(whole):,}{point}{cents}"

    def colon(self, path: str) -> str:
        """A label with a colon behind it."""
        return self.label(path) + ("：" if self.style.wide else ":")

    def _dressed(self, text: str) -> str:
        if not self.style.wide:
            return text.replace(":", ": ")
        return (
            text.replace(":", "：")
            .replace("(", "（")
            .replace(")", "）")
            .replace("（/项目）", "(/项目)")
            .replace("（%）", "(%)")
        )


@cache
def _label(schema: str, path: str) -> str:
    field = load(schema).field(path)
    if field is None or not field.printed.labels:
        raise LookupError(f"{schema}: {path} declares no label")
    return field.printed.labels[0]


@cache
def _column(schema: str, path: str) -> str:
    field = load(schema).field(path)
    if field is None or not field.printed.column:
        raise LookupError(f"{schema}: {path} declares no column")
    return field.printed.column[0]


def sheets(content: Content) -> tuple[Sheet, ...]:
    """Every form of a document as it is printed."""
    return tuple(sheet(form, i, content.style) for i, form in enumerate(content.forms))


def sheet(form: Form, index: int, style: Style) -> Sheet:
    """One form as it is printed."""
    return Sheet(index, PRINTERS[form.type](form.values, Printing(form.type, style)))


def _titles(p: Printing, year: int) -> tuple[Block, ...]:
    return Heading(load(p.schema).titles[0]), Heading(punctuated(f"（{year}年度）", p.style), "year")


def _project_target(values: Values, p: Printing) -> tuple[Block, ...]:
    rows = (*_project_keys(values, p), *_project_funding(values, p), *_project_goals(values, p))
    head = len(rows)
    table = Table((10, 18, 13, 22, 12, 15), (*rows, *_target_rows(values, p)), head=(head,))
    return *_titles(p, values["year"]), table


def _project_keys(values: Values, p: Printing) -> tuple[Row, ...]:
    def pair(path: str, cols: int = 1) -> Row:
        return label(p.label(path)), value(values[path], path, cols)

    return (
        (*pair("project_name"), *pair("project_nature"), *pair("project_category")),
        (*pair("supervising_department", 2), *pair("implementing_unit", 2)),
        (*pair("start_date", 2), *pair("end_date", 2)),
    )


def _project_funding(values: Values, p: Printing) -> tuple[Row, ...]:
    funding = values["funding"]

    def left(name: str, colon: bool = False) -> Row:
        path = f"funding.{name}"
        return label(p.colon(path) if colon else p.label(path)), value(p.amount(funding[name]), path)

    def right(name: str, colon: bool = False) -> Row:
        path = f"funding.{name}"
        return label(p.colon(path) if colon else p.label(path)), value(p.amount(funding[name]), path, 2)

    heading = label(p.with_unit("funding", funding["currency_unit"]), rows=4)
    return (
        (heading, *left("project_total", True), *right("annual_total", True)),
        (*left("project_fiscal"), *right("annual_appropriation")),
        (blank(), blank(), *right("annual_carryover")),
        (*left("project_other"), *right("annual_other")),
    )


def _project_goals(values: Values, p: Printing) -> tuple[Row, ...]:
    return (
        (
            label("项目绩效目标", rows=2),
            label(p.column("overall_goal"), cols=2),
            label(p.column("annual_goal"), cols=3),
        ),
        (long_text(values["overall_goal"], "overall_goal", 2), long_text(values["annual_goal"], "annual_goal", 3)),
    )


def _target_rows(values: Values, p: Printing) -> tuple[Row, ...]:
    names = ("level1", "level2", "level3", "target")
    head = tuple(label(p.column(f"indicators[].{n}"), cols=c) for n, c in zip(names, (1, 1, 1, 2), strict=True))
    rows = values["indicators"]
    body = [(*spans, _level3(i, r), _target(i, r, "target", 2)) for i, r, spans in _spanning(rows, (1, 1))]
    if p.style.heading_below:
        heading = label(p.label("indicators"), rows=len(rows))
        return (blank(), *head), (heading, *body[0]), *body[1:]
    return (label(p.label("indicators"), rows=len(rows) + 1), *head), *body


def _level3(i: int, row: Values, cols: int = 1) -> Cell:
    return value(row["level3"], f"indicators[{i}].level3", cols)


def _target(i: int, row: Values, name: str, cols: int = 1) -> Cell:
    found = row[name]
    return value(found and found["text"], f"indicators[{i}].{name}", cols)


def _spanning(rows: list[Values], cols: tuple[int, int]) -> list[tuple[int, Values, Row]]:
    """Each row with the level-1 and level-2 cells that start in it: a run of the same label is one merged cell."""
    first = _runs([(r["level1"],) for r in rows])
    second = _runs([(r["level1"], r["level2"]) for r in rows])
    out = []
    for i, row in enumerate(rows):
        one = value(row["level1"], f"indicators[{i}].level1", cols[0], first[i]) if i in first else None
        two = value(row["level2"], f"indicators[{i}].level2", cols[1], second[i]) if i in second else None
        out.append((i, row, tuple(c for c in (one, two) if c)))
    return out


def _runs(keys: list[tuple[str | None, ...]]) -> dict[int, int]:
    """Where each run of equal keys begins, and its length."""
    out, at = {}, 0
    for _, run in groupby(keys):
        out[at] = len(list(run))
        at += out[at]
    return out


def _self_evaluation(values: Values, p: Printing) -> tuple[Block, ...]:
    rows = (*_evaluation_keys(values, p), *_evaluation_funding(values, p), *_evaluation_goals(values, p))
    head = len(rows)
    table = Table((8, 9, 10, 12, 14, 14, 9, 10, 14), (*rows, *_evaluation_rows(values, p)), head=(head,))
    return *_titles(p, values["year"]), table


def _evaluation_keys(values: Values, p: Printing) -> tuple[Row, ...]:
    def pair(path: str, cols: int, wide: int) -> Row:
        return label(p.label(path), cols=wide), value(values[path], path, cols)

    return (
        pair("project_name", 7, 2),
        (*pair("supervising_department", 2, 2), *pair("implementing_unit", 4, 1)),
    )


def _evaluation_funding(values: Values, p: Printing) -> tuple[Row, ...]:
    funding = values["funding"]
    names = ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score")
    heads = tuple(label(p.column(f"funding.total.{n}")) for n in names)
    heading = label(p.with_unit("funding", funding["currency_unit"]), rows=5)

    def row(name: str, colon: bool = False) -> Row:
        path = f"funding.{name}"
        cells = tuple(value(_funding_text(p, funding[name], n), f"{path}.{n}") for n in names)
        return label(p.colon(path) if colon else p.label(path), cols=2), *cells

    return (heading, blank(2), *heads), row("total", True), row("appropriation"), row("carryover"), row("other")


def _funding_text(p: Printing, row: Values, name: str) -> str | None:
    text = p.amount(row[name])
    return p.style.null if text is None else text


def _evaluation_goals(values: Values, p: Printing) -> tuple[Row, ...]:
    names = ("expected_goal", "actual_completion")
    heads = tuple(label(p.column(n), cols=4) for n in names)
    return (label("年度总体目标", rows=2), *heads), tuple(long_text(values[n], n, 4) for n in names)


def _evaluation_rows(values: Values, p: Printing) -> tuple[Row, ...]:
    names = ("level1", "level2", "level3", "target", "actual", "weight", "score", "deviation")
    widths = (1, 1, 2, 1, 1, 1, 1, 1)
    heads = tuple(label(p.column(f"indicators[].{n}"), cols=c) for n, c in zip(names, widths, strict=True))
    body = []
    for i, row, spans in _spanning(values["indicators"], (1, 1)):
        points = tuple(value(row[n], f"indicators[{i}].{n}") for n in ("weight", "score", "deviation"))
        body.append((*spans, _level3(i, row, 2), _target(i, row, "target"), _target(i, row, "actual"), *points))
    totals = (
        label(p.label("total_weight"), cols=6),
        value(values["total_weight"], "total_weight"),
        value(values["total_score"], "total_score"),
        blank(),
    )
    rating = (label(p.label("rating"), cols=6), value(values["rating"], "rating", 3))
    return heads, *body, totals, rating


def _department_target(values: Values, p: Printing) -> tuple[Block, ...]:
    first = Table((12, 10, 30, 22, 12, 10, 8), (*_department_texts(values, p), *_department_middle(values, p)))
    names = ("level1", "level2", "level3", "target")
    head = tuple(label(p.column(f"indicators[].{n}")) for n in names)
    body = [(*spans, _level3(i, r), _target(i, r, "target")) for i, r, spans in _spanning(values["indicators"], (1, 1))]
    second = Table((20, 24, 36, 24), (head, *body), head=(0,))
    notes = [Paragraph(f"{p.label('notes')}：{n}" if i == 0 else n) for i, n in enumerate(values["notes"])]
    return *_titles(p, values["year"]), first, Heading(p.label("indicators"), "section"), second, *notes


def _department_texts(values: Values, p: Printing) -> tuple[Row, ...]:
    def count(path: str, cols: int) -> Cell:
        return value(None if values[path] is None else str(values[path]), path, cols)

    return (
        (
            label(p.label("department")),
            value(values["department"], "department", 2),
            label(p.label("subordinate_units"), cols=2),
            count("subordinate_units", 2),
        ),
        (label(p.label("duties")), long_text("\n".join(values["duties"]), "duties", 6)),
        (label(p.label("annual_goals")), long_text(values["annual_goals"], "annual_goals", 6)),
    )


def _department_middle(values: Values, p: Printing) -> tuple[Row, ...]:
    """The key tasks on the left; the budget and the counts of people on the right, row by row."""
    tasks, right = values["key_tasks"], _department_budget(values, p)
    height = max(len(tasks), len(right))
    heads = (
        label(p.label("key_tasks"), rows=height + 1),
        label(p.column("key_tasks[].name")),
        label(p.column("key_tasks[].content")),
        label(p.label("budget"), cols=4),
    )
    rows: list[Row] = [heads]
    for i in range(height):
        beside = right[i] if i < len(right) else (blank(4, height - i),) if i == len(right) else ()
        rows.append((*_task(i, tasks), *beside))
    return tuple(rows)


def _task(i: int, tasks: list[Values]) -> Row:
    if i >= len(tasks):
        return blank(), blank()
    return value(tasks[i]["name"], f"key_tasks[{i}].name"), value(tasks[i]["content"], f"key_tasks[{i}].content")


def _department_budget(values: Values, p: Printing) -> tuple[Row, ...]:
    budget = values["budget"]

    def line(name: str, text: str) -> Row:
        return label(text, cols=2), value(p.amount(budget[name]), f"budget.{name}", 2)

    def people(path: str) -> Cell:
        return value(None if values[path] is None else str(values[path]), path)

    return (
        line("total", p.with_unit("budget.total", budget["currency_unit"])),
        *(line(name, p.label(f"budget.{name}")) for name in ("fiscal", "other", "basic", "project")),
        (
            label(p.colon("staff_at_year_end")),
            people("staff_at_year_end"),
            label(p.label("internal_departments")),
            people("internal_departments"),
        ),
    )


def _plain_table(values: Values, p: Printing) -> tuple[Block, ...]:
    head = tuple(label(text) for text in values["header"])
    body = [tuple(value(t, f"rows[{i}][{j}]") for j, t in enumerate(row)) for i, row in enumerate(values["rows"])]
    widths: tuple[float, ...] = tuple(8.0 if i == 0 else 16.0 for i in range(len(head)))
    return Heading(values["title"]), Table(widths, (head, *body), head=(0,))


PRINTERS: dict[str, Callable[[Any, Printing], tuple[Block, ...]]] = {
    "project_target": _project_target,
    "self_evaluation": _self_evaluation,
    "department_target": _department_target,
    "table": _plain_table,
}
