"""Fictional documents from a seed: bodies, projects, goals, indicators, as values in the shape of the gold files.

Every figure agrees with the others (sums, shares, weights) unless `planted` breaks it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from eval.synth import words
from eval.synth.indicators import (
    DEPARTMENT_KINDS,
    KINDS,
    Values,
    indicator_value,
    indicators,
    measured,
    row_count,
    two,
)
from eval.synth.seeds import seeded
from eval.synth.wording import Setting, Style, count, goal, make_setting, make_style, punctuated, say
from eval.synth.words import Topic
from schemas.department_target import MANAGEMENT

FORM_TYPES = ("project_target", "self_evaluation", "department_target")


@dataclass(frozen=True, slots=True)
class Options:
    """What a document is to be like: form types, forms and indicator rows (from, to), the rate of planted errors."""

    types: tuple[str, ...] = FORM_TYPES
    forms: tuple[int, int] = (1, 5)
    rows: tuple[int, int] = (3, 60)
    errors: float = 0.05
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its type and its values as printed."""

    type: str
    values: Values


@dataclass(frozen=True, slots=True)
class Content:
    """One document before it is printed."""

    name: str
    seed: int
    title: str | None
    style: Style
    forms: tuple[Form, ...]


def money(rng: Random, style: Style) -> Decimal:
    """An amount in the document's unit."""
    if style.currency == "万元":
        return Decimal(rng.randint(100, 300_000)) / 100
    return (
        Decimal(rng.randint(8, 40_000)) * 100 if rng.random() < 0.8 else Decimal(rng.randint(100_000, 90_000_000)) / 100
    )


def parts_of(rng: Random, total: Decimal, parts: int) -> list[Decimal]:
    """`parts` amounts that sum to `total`; most often the first is all of it."""
    if rng.random() < 0.6:
        return [total] + [Decimal("0.00")] * (parts - 1)
    rest, out = total, []
    for _ in range(parts - 1):
        piece = (rest * rng.randint(0, 5) / 10).quantize(Decimal("0.01"))
        out.append(piece)
        rest -= piece
    return [rest, *out]


def project_name(rng: Random, topic: Topic, setting: Setting) -> str:
    """A project's name: short ones, and some that wrap."""
    pattern = rng.choice(
        (
            "{topic}",
            "{topic}",
            "{year}年{topic}",
            "{topic}（二期）",
            "“{brand}”{topic}",
            "{topic}与{other}",
            "{place}{topic}专项经费",
        )
    )
    return say(rng, pattern, topic, setting)


def project_target(rng: Random, setting: Setting, rows: int) -> Values:
    """The values of 财政项目支出绩效目标申报表."""
    topic = rng.choice(words.TOPICS)
    year = setting.year
    whole = rng.random() < 0.25
    text = goal(rng, topic, setting)
    overall = goal(rng, topic, setting) if whole or rng.random() < 0.25 else None
    end = f"{year}-{rng.choice(('12-31', '12-31', '11-30', '06-30'))}"
    return {
        "year": year,
        "project_name": project_name(rng, topic, setting),
        "project_nature": rng.choice(words.PROJECT_NATURES),
        "project_category": rng.choice(words.PROJECT_CATEGORIES),
        "supervising_department": setting.upper,
        "implementing_unit": setting.body,
        "start_date": f"{year}-{rng.choice(('01-01', '01-01', '01-01', '03-15'))}",
        "end_date": end if not whole else f"{year + 2}-12-31",
        "funding": _project_funding(rng, setting.style, whole),
        "overall_goal": overall,
        "annual_goal": text,
        "indicators": indicators(rng, topic, setting, rows, KINDS),
    }


def _project_funding(rng: Random, style: Style, whole: bool) -> Values:
    annual = money(rng, style)
    appropriation, carryover, other = parts_of(rng, annual, 3)
    total = annual * 3
    fiscal, rest = parts_of(rng, total, 2)
    return {
        "currency_unit": style.currency,
        "project_total": two(total) if whole else None,
        "project_fiscal": two(fiscal) if whole else None,
        "project_other": two(rest) if whole else None,
        "annual_total": two(annual),
        "annual_appropriation": two(appropriation),
        "annual_carryover": two(carryover),
        "annual_other": two(other),
    }


def self_evaluation(rng: Random, setting: Setting, rows: int) -> Values:
    """The values of 财政项目支出绩效自评表."""
    topic = rng.choice(words.TOPICS)
    funding = _spending(rng, setting.style)
    table = indicators(rng, topic, setting, rows, KINDS)
    for row, weight in zip(table, _weights(rng, len(table)), strict=True):
        row |= _reached(rng, setting.style, row["target"], weight)
    score = sum((Decimal(row["score"]) for row in table), Decimal(funding["total"]["score"]))
    return {
        "year": setting.year,
        "project_name": project_name(rng, topic, setting),
        "supervising_department": setting.upper,
        "implementing_unit": setting.body,
        "funding": funding,
        "expected_goal": goal(rng, topic, setting),
        "actual_completion": goal(rng, topic, setting, done=True),
        "indicators": table,
        "total_weight": "100.00",
        "total_score": two(score),
        "rating": _rating(score),
    }


def _rating(score: Decimal) -> str:
    return "优" if score >= 90 else "良" if score >= 80 else "中" if score >= 60 else "差"


def _weights(rng: Random, rows: int) -> list[Decimal]:
    """Weights of half points that sum to 90."""
    units = [1] * rows
    for _ in range(180 - rows) if rows > 20 else ():
        units[rng.randrange(rows)] += 1
    if rows <= 20:
        even = 180 // rows // 2 * 2
        units = [even] * rows
        units[rng.randrange(rows)] += 180 - even * rows
    return [Decimal(u) / 2 for u in units]


def _reached(rng: Random, style: Style, target: Values, weight: Decimal) -> Values:
    """What was reached of a target, its points, and why not all."""
    short = rng.random() < 0.15
    score = weight if not short else (weight * rng.randint(5, 9) / 10).quantize(Decimal("0.01"))
    if target["value"] is None:
        actual = indicator_value("基本达成" if short else rng.choice(("达成指标", "达成指标", target["text"])))
    else:
        number = Decimal(target["value"])
        if target["unit"] != "%" and not short:
            number += rng.choice((0, 0, 1, count(rng)))
        elif short:
            number = (number * rng.randint(70, 95) / 100).quantize(Decimal("0.01"))
        actual = measured(rng, style, None, number, target["unit"])
    reason = punctuated(rng.choice(words.DEVIATIONS), style) if short and rng.random() < 0.7 else None
    return {"actual": actual, "weight": two(weight), "score": two(score), "deviation": reason}


def _spending(rng: Random, style: Style) -> Values:
    total = money(rng, style)
    budgets = parts_of(rng, total, 3)
    share = Decimal(rng.choice((100, 100, rng.randint(60, 99), rng.randint(9000, 9999) / 100)))
    spent = [(b * Decimal(str(share)) / 100).quantize(Decimal("0.01")) for b in budgets]
    names = ("appropriation", "carryover", "other")
    rows = {name: _spending_row(b, b, s) for name, b, s in zip(names, budgets, spent, strict=True)}
    whole = _spending_row(total, total, sum(spent, Decimal("0.00")))
    score = Decimal(whole["execution_rate"]) / 10
    return {"currency_unit": style.currency, "total": whole | {"weight": "10.00", "score": two(score)}, **rows}


def _spending_row(initial: Decimal, budget: Decimal, spent: Decimal) -> Values:
    rate = spent / budget * 100 if budget else Decimal(0)
    return {
        "initial_budget": two(initial),
        "annual_budget": two(budget),
        "executed": two(spent),
        "weight": None,
        "execution_rate": two(rate),
        "score": None,
    }


def department_target(rng: Random, setting: Setting, rows: int) -> Values:
    """The values of 整体支出绩效目标申报表."""
    topic = rng.choice(words.TOPICS)
    style = setting.style
    mark = rng.choice(("{}、", "{}.", "（{}）"))
    duties = [say(rng, d, topic, setting) for d in rng.sample(words.DUTIES, rng.randint(3, 8))]
    tasks = _tasks(rng, topic, setting)
    return {
        "year": setting.year,
        "department": setting.body,
        "subordinate_units": rng.randint(0, 12),
        "duties": [punctuated(mark.format(i), style) + d for i, d in enumerate(duties, 1)],
        "annual_goals": _annual_goals(rng, topic, setting),
        "key_tasks": [{"name": f"任务{i}", "content": t} for i, t in enumerate(tasks, 1)],
        "budget": _budget(rng, style),
        "staff_at_year_end": rng.randint(2, 180),
        "internal_departments": rng.randint(0, 14),
        "indicators": _department_indicators(rng, topic, setting, rows),
        "notes": [f"{i}. {say(rng, n, topic, setting)}" for i, n in enumerate(words.NOTES[: rng.choice((0, 3, 5))], 1)],
    }


def _tasks(rng: Random, topic: Topic, setting: Setting) -> list[str]:
    out: list[str] = []
    wanted = rng.randint(3, 10)
    while len(out) < wanted:
        text = say(rng, rng.choice(words.TASKS), topic, setting)
        if text not in out:
            out.append(text)
    return out


def _annual_goals(rng: Random, topic: Topic, setting: Setting) -> str:
    lines = []
    for number, theme in zip("一二三四五", rng.sample(words.THEMES, rng.randint(2, 4)), strict=False):
        lines.append(punctuated(f"（{number}）", setting.style) + say(rng, theme, topic, setting))
        for i in range(1, rng.randint(2, 4)):
            body = "".join(say(rng, rng.choice(words.SENTENCES), topic, setting) for _ in range(rng.randint(1, 3)))
            lines.append(f"{i}、{body}")
    return "\n".join(lines)


def _budget(rng: Random, style: Style) -> Values:
    total = money(rng, style)
    fiscal, other = parts_of(rng, total, 2)
    basic = (total * rng.randint(2, 8) / 10).quantize(Decimal("0.01"))
    return {
        "currency_unit": style.currency,
        "total": two(total),
        "fiscal": two(fiscal),
        "other": two(other) if other or rng.random() < 0.3 else None,
        "basic": two(basic),
        "project": two(total - basic),
    }


def _department_indicators(rng: Random, topic: Topic, setting: Setting, rows: int) -> list[Values]:
    out = []
    if rng.random() < 0.6:
        first = words.MANAGED if rng.random() < 0.5 else None
        for i, name in enumerate(MANAGEMENT):
            out.append({"level1": "投入管理指标", "level2": name, "level3": first if i == 0 else None, "target": None})
    return out + indicators(rng, topic, setting, rows, DEPARTMENT_KINDS)


def plain_table(rng: Random, setting: Setting, rows: int) -> Values:
    """The values of a table that no form claims."""
    topic = rng.choice(words.TOPICS)
    header = rng.choice(words.TABLE_COLUMNS)
    title = say(rng, rng.choice(words.TABLE_TITLES), topic, setting)
    body = [[_table_cell(rng, column, i, topic, setting) for column in header] for i in range(1, rows + 1)]
    return {"title": title, "header": list(header), "rows": body}


def _table_cell(rng: Random, column: str, row: int, topic: Topic, setting: Setting) -> str | None:
    if column in ("序号", "编号"):
        return str(row)
    if column in ("单价", "金额", "预算数", "支出数", "结余"):
        return two(money(rng, setting.style))
    if column == "数量":
        return str(count(rng))
    if column in ("规格型号", "备注"):
        return None if rng.random() < 0.4 else f"{rng.choice('ABCKX')}{count(rng)}"
    if column == "负责单位":
        return setting.place + rng.choice(words.BODIES)
    if column == "计划时间":
        return f"{setting.year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return say(rng, rng.choice(words.TASKS), topic, setting) if column != "完成情况" else rng.choice(words.GOOD)


MAKERS = {
    "project_target": project_target,
    "self_evaluation": self_evaluation,
    "department_target": department_target,
    "table": plain_table,
}


def make(seed: int, options: Options = Options(), name: str = "") -> Content:
    """The document of a seed; the same seed and options give the same document."""
    rng = seeded("content", seed)
    style = make_style(rng)
    setting = make_setting(rng, style)
    kind = rng.choice(options.types)
    total = rng.randint(*options.forms) if kind != "department_target" else rng.randint(1, min(2, options.forms[1]))
    forms = []
    for _ in range(max(total, options.forms[0])):
        type_ = rng.choice(options.types) if options.mixed else kind
        forms.append(Form(type_, MAKERS[type_](rng, setting, row_count(rng, options.rows))))
    title = (
        f"{setting.body}{setting.year}年度项目绩效目标汇总表"
        if kind == "project_target" and rng.random() < 0.6
        else None
    )
    return Content(name or f"synth-{seed}", seed, title, style, tuple(forms))
