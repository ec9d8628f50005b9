"""The statutory forms as blocks of cells, in the arrangement of their document; labels as the schemas declare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eval.studies.producers.arranged import Arranged, Row, indicator_cell, spanning
from eval.studies.producers.arrangement import Arrangement
from eval.studies.producers.department import department_blocks
from eval.studies.producers.raised import raise_
from eval.synth.content import Form
from eval.synth.indicators import Values
from eval.synth.sheet import Block, Heading, Paragraph, Table, blank, long_text, value
from eval.synth.wording import Style, punctuated
from schemas import load


def blocks(form: Form, style: Style, to: Arrangement) -> tuple[Block, ...]:
    """One form as it is printed."""
    return PRINTERS[form.type](form.values, Arranged(form.type, style, to))


def _titles(p: Arranged, values: Values, unit: str | None) -> tuple[Block, ...]:
    above = (Paragraph(punctuated(f"金额单位：{unit}", p.style)),) if unit and p.to.currency == "above" else ()
    return (
        Heading(load(p.schema).titles[0]),
        Heading(punctuated(f"（{values['year']}年度）", p.style), "year"),
        *above,
    )


def _foot(p: Arranged) -> tuple[Block, ...]:
    note = (Paragraph(f"注：{raise_(p.to.note_mark)}含以前年度结转。"),) if p.to.note_mark else ()
    return (*note, *((Paragraph("填报人：陆青　　　联系电话：61234567"),) if p.to.signed else ()))


def _project_target(values: Values, p: Arranged) -> tuple[Block, ...]:
    unit = values["funding"]["currency_unit"]
    top = (*_project_keys(values, p), *p.unit_row(unit, 6), *_project_funding(values, p), *_project_goals(values, p))
    names = ("level1", "level2", "level3", "target")
    widths = p.fitted(10, 18, 13, 22, 12, 15)
    return *_titles(p, values, unit), *_with_indicators(values, p, widths, top, names, (1, 1, 1, 2)), *_foot(p)


def _with_indicators(
    values: Values,
    p: Arranged,
    widths: tuple[float, ...],
    top: tuple[Row, ...],
    names: tuple[str, ...],
    cols: tuple[int, ...],
) -> tuple[Block, ...]:
    """The rows above and the indicator rows below, as one table or as two."""
    rows = values["indicators"]
    head = tuple(p.head(f"indicators[].{name}", n) for name, n in zip(names, cols, strict=True))
    wide = dict(zip(names, cols, strict=True))
    body = [
        (*spans, *(indicator_cell(i, row, name, wide[name]) for name in names[2:]))
        for i, row, spans in spanning(rows, p)
    ]
    label = p.label("indicators")
    if p.to.apart:
        alone = tuple(sum(widths[1:][sum(cols[:i]) : sum(cols[: i + 1])]) for i in range(len(cols)))
        flat = [tuple(replace(cell, col_span=1) for cell in row) for row in (head, *body)]
        return Table(widths, top), Heading(label, "section"), Table(alone, tuple(flat), head=(0,))
    if p.to.heading == "band":
        spare = tuple(replace(row[0], col_span=row[0].col_span + 1) for row in (head,))
        first = (spare[0], *head[1:])
        wider = [tuple(replace(c, col_span=2) if c.path.endswith("level1") else c for c in row) for row in body]
        return (Table(widths, (*top, (p.cell(label, cols=sum(cols) + 1),), first, *wider)),)
    if p.to.heading == "below":
        return (Table(widths, (*top, (blank(), *head), (p.cell(label, len(rows)), *body[0]), *body[1:])),)
    return (Table(widths, (*top, (p.cell(label, len(rows) + 1), *head), *body)),)


def _project_keys(values: Values, p: Arranged) -> tuple[Row, ...]:
    def text(path: str) -> str | None:
        return p.day(values[path]) if path.endswith("_date") else values[path]

    lines = [
        ["project_name", "project_nature", "project_category"],
        ["supervising_department", "implementing_unit"],
        ["start_date", "end_date"],
    ]
    if p.to.keys_swapped:
        lines[1], lines[2] = lines[2], lines[1]
    rows: list[Row] = []
    for line in lines:
        wide = 6 // len(line)
        if p.to.labels_above:
            rows.append(tuple(p.field(path, cols=wide) for path in line))
            rows.append(tuple(value(text(path), path, wide) for path in line))
        else:
            rows.append(tuple(c for path in line for c in (p.field(path), value(text(path), path, wide - 1))))
    return tuple(rows)


def _project_funding(values: Values, p: Arranged) -> tuple[Row, ...]:
    funding = values["funding"]
    heading = p.cell(p.money("funding", funding["currency_unit"]), rows=4)

    def pair(name: str, colon: bool = False, cols: tuple[int, int] = (1, 1), mark: bool = False) -> Row:
        path = f"funding.{name}"
        text = p.colon(path) if colon else p.label(path)
        return p.cell(text, cols=cols[0], mark=mark), value(p.amount(funding[name]), path, cols[1])

    if p.to.year_only and funding["project_total"] is None:
        wide = (2, 3)
        return (
            (heading, *pair("annual_total", True, wide, True)),
            *(pair(name, cols=wide) for name in ("annual_appropriation", "annual_carryover", "annual_other")),
        )
    right = (1, 2)
    return (
        (heading, *pair("project_total", True), *pair("annual_total", True, right, True)),
        (*pair("project_fiscal"), *pair("annual_appropriation", cols=right)),
        (blank(), blank(), *pair("annual_carryover", cols=right)),
        (*pair("project_other"), *pair("annual_other", cols=right)),
    )


def _project_goals(values: Values, p: Arranged) -> tuple[Row, ...]:
    heading = p.cell("项目绩效目标", rows=2)
    names = ("overall_goal", "annual_goal")
    if p.to.goals_beside:
        first, second = ((p.head(name), long_text(values[name], name, 4)) for name in names)
        return (heading, *first), second
    wide = (2, 3)
    return (
        (heading, *(p.head(name, n) for name, n in zip(names, wide, strict=True))),
        tuple(long_text(values[name], name, n) for name, n in zip(names, wide, strict=True)),
    )


def _self_evaluation(values: Values, p: Arranged) -> tuple[Block, ...]:
    unit = values["funding"]["currency_unit"]
    top = (*_evaluation_keys(values, p), *p.unit_row(unit, 9), *_spending(values, p), *_evaluation_goals(values, p))
    widths = p.fitted(6, 8, 10, 12, 12, 12, 9, 9, 12)
    parts = _with_indicators(values, p, widths, top, p.to.evaluation, (1,) * 8)
    last = parts[-1]
    assert isinstance(last, Table)  # noqa: S101 - what `_with_indicators` returns
    shift = len(last.widths) - 8
    rows = (*last.rows, *_totals(values, p, shift))
    if p.to.heading in ("beside", "below") and not p.to.apart:
        rows = _lengthened(rows, 2, p.label("indicators")) if p.to.heading == "beside" else rows
    return *_titles(p, values, unit), *parts[:-1], replace(last, rows=rows), *_foot(p)


def _lengthened(rows: tuple[Row, ...], by: int, label: str) -> tuple[Row, ...]:
    """The rows, with the label of the indicator rows beside the last `by` of them too."""
    out = [
        tuple(
            replace(c, row_span=c.row_span + by) if "".join(c.text.split()) == label and c.row_span > 1 else c
            for c in row
        )
        for row in rows[:-by]
    ]
    cut = [(replace(row[0], col_span=row[0].col_span - 1), *row[1:]) for row in rows[-by:]]
    return *out, *cut


def _totals(values: Values, p: Arranged, shift: int) -> tuple[Row, ...]:
    order = p.to.evaluation
    at = order.index("weight")
    cells = []
    for name in order[at:]:
        path = f"total_{name}"
        cells.append(value(values[path], path) if name in ("weight", "score") else blank())
    total = (p.cell(p.label("total_weight"), cols=at + shift), *cells)
    rating = (p.cell(p.label("rating"), cols=at + shift), value(values["rating"], "rating", 8 - at))
    return total, rating


def _evaluation_keys(values: Values, p: Arranged) -> tuple[Row, ...]:
    lines = [["project_name"], ["supervising_department", "implementing_unit"]]
    if p.to.keys_swapped:
        lines.reverse()
    rows: list[Row] = []
    for line in lines:
        spans = ((2, 7),) if len(line) == 1 else ((2, 2), (2, 3))
        if p.to.labels_above:
            rows.append(tuple(p.field(path, cols=sum(s)) for path, s in zip(line, spans, strict=True)))
            rows.append(tuple(value(values[path], path, sum(s)) for path, s in zip(line, spans, strict=True)))
        else:
            pairs = (
                (p.field(path, cols=s[0]), value(values[path], path, s[1])) for path, s in zip(line, spans, strict=True)
            )
            rows.append(tuple(cell for pair in pairs for cell in pair))
    return tuple(rows)


def _spending(values: Values, p: Arranged) -> tuple[Row, ...]:
    funding, names = values["funding"], p.to.spending
    heads = tuple(p.head(f"funding.total.{name}") for name in names)
    heading = p.cell(p.money("funding", funding["currency_unit"]), rows=5)

    def row(name: str, colon: bool = False) -> Row:
        path = f"funding.{name}"
        texts = [p.style.null if funding[name][n] is None else p.amount(funding[name][n]) for n in names]
        cells = tuple(value(text, f"{path}.{n}") for text, n in zip(texts, names, strict=True))
        return p.cell(p.colon(path) if colon else p.label(path), cols=2, mark=colon), *cells

    return (heading, blank(2), *heads), row("total", True), row("appropriation"), row("carryover"), row("other")


def _evaluation_goals(values: Values, p: Arranged) -> tuple[Row, ...]:
    names = ("expected_goal", "actual_completion")
    heading = p.cell("年度总体目标", rows=2)
    if p.to.goals_beside:
        first, second = ((p.head(name, 2), long_text(values[name], name, 6)) for name in names)
        return (heading, *first), second
    return (heading, *(p.head(name, 4) for name in names)), tuple(long_text(values[name], name, 4) for name in names)


def _department_target(values: Values, p: Arranged) -> tuple[Block, ...]:
    unit = values["budget"]["currency_unit"]
    return *_titles(p, values, unit), *department_blocks(values, p)


def _free_table(values: Values, p: Arranged) -> tuple[Block, ...]:
    """A table that no schema knows: its title, a header, rows of single cells."""
    head = tuple(p.cell(text) for text in values["header"])
    body = [tuple(value(text, f"rows[{i}][{j}]") for j, text in enumerate(row)) for i, row in enumerate(values["rows"])]
    return Heading(values["title"]), Table(p.fitted(8, *(16,) * (len(head) - 1)), (head, *body), head=(0,))


PRINTERS: dict[str, Callable[[Values, Arranged], tuple[Block, ...]]] = {
    "project_target": _project_target,
    "self_evaluation": _self_evaluation,
    "department_target": _department_target,
    "table": _free_table,
}
