"""Indicator rows of fictional forms: labels, level-3 texts, targets that are measured or put in words."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, NamedTuple

from eval.synth import words
from eval.synth.wording import Setting, Style, count, punctuated, say
from eval.synth.words import Topic

Values = dict[str, Any]


def two(number: Decimal) -> str:
    """A number with two decimals, as these forms print it."""
    return str(number.quantize(Decimal("0.01"), ROUND_HALF_UP))


def indicator_value(
    text: str, operator: str | None = None, number: str | None = None, unit: str | None = None
) -> Values:
    """An indicator value in the shape of the gold."""
    return {"text": text, "operator": operator, "value": number, "unit": unit}


def measured(rng: Random, style: Style, operator: str | None, number: Decimal, unit: str) -> Values:
    """A measured indicator value: `≥12.00(次)`, `100%`."""
    decimals = style.decimals if rng.random() < 0.9 else not style.decimals
    digits = two(number) if decimals or number != int(number) else str(int(number))
    if style.brackets:
        left, right = ("（", "）") if style.wide and rng.random() < 0.15 else ("(", ")")
        return indicator_value(f"{operator or ''}{digits}{left}{unit}{right}", operator, digits, unit)
    return indicator_value(f"{operator or ''}{digits}{unit}", operator, digits, unit)


def percent(rng: Random, style: Style) -> Values:
    """A share, as most quality and satisfaction indicators have it."""
    number = Decimal(rng.choice((100, 100, 99, 98, 95, 90, 85, 80)))
    operator = "=" if number == 100 else rng.choice("=≥≥>")
    if rng.random() < (0.1 if style.brackets else 0.6):
        return measured(rng, style, None, number, "%")
    return measured(rng, style, operator, number, "%")


class Kind(NamedTuple):
    """A kind of indicator: the level-1 and level-2 labels, what its level-3 texts are like, its qualities in words."""

    level1: str
    level2: str
    level3: tuple[str, ...]
    qualities: tuple[str, ...]
    share: float


COUNTED = Kind("产出指标", "数量指标", words.COUNT_LEVEL3, (), 0.0)
COST = Kind("成本指标", "经济成本指标", words.COST_LEVEL3, words.THRIFTY, 0.3)
KINDS = (
    COST,
    COUNTED,
    Kind("产出指标", "质量指标", words.QUALITY_LEVEL3, words.SOUND, 0.8),
    Kind("产出指标", "时效指标", words.TIME_LEVEL3, words.TIMELY, 0.5),
    Kind("效益指标", "经济效益指标", words.ECONOMY_LEVEL3, words.GOOD, 0.2),
    Kind("效益指标", "社会效益指标", words.SOCIAL_LEVEL3, words.GOOD, 0.2),
    Kind("效益指标", "生态效益指标", words.ECOLOGY_LEVEL3, words.GOOD, 0.2),
    Kind("效益指标", "可持续影响指标", words.LASTING_LEVEL3, words.GOOD, 0.1),
    Kind("满意度指标", "服务对象满意度指标", words.PLEASED_LEVEL3, words.PLEASED, 0.8),
)
DEPARTMENT_KINDS = (
    COUNTED,
    Kind("产出指标", "质量指标", words.QUALITY_LEVEL3, words.SOUND, 0.8),
    Kind("产出指标", "时效指标", words.TIME_LEVEL3, words.TIMELY, 0.3),
    Kind("效果指标", "社会效益指标", words.SOCIAL_LEVEL3, words.GOOD, 0.2),
    Kind("效果指标", "可持续影响指标", words.LASTING_LEVEL3, words.GOOD, 0.1),
    Kind("满意度指标", "满意度指标", words.PLEASED_LEVEL3, words.PLEASED, 0.7),
    Kind("立项决策指标", "立项决策指标", ("{topic}立项依据的充分性", "{topic}绩效目标的合理性"), ("充分", "合理"), 0.0),
    Kind("长效管理指标", "长效管理", ("{topic}管理制度建设", "{work}档案管理"), ("完善", "健全"), 0.0),
)
ALWAYS = ("数量指标", "质量指标", "服务对象满意度指标", "满意度指标")


def row_count(rng: Random, rows: tuple[int, int]) -> int:
    """How many indicator rows a form has: most have up to 14, some up to 60."""
    kind = rng.random()
    top = 14 if kind < 0.8 else 30 if kind < 0.95 else 60
    low, high = rows
    return rng.randint(low, max(low, min(top, high)))


def indicators(rng: Random, topic: Topic, setting: Setting, rows: int, kinds: tuple[Kind, ...]) -> list[Values]:
    """Indicator rows in the order of their kinds, no level-3 text twice."""
    chosen = [k for k in kinds if k.level2 in ALWAYS or rng.random() < 0.6]
    weights = [3 if k is COUNTED else 1 for k in chosen]
    counts = dict.fromkeys(range(len(chosen)), 1)
    for i in rng.choices(range(len(chosen)), weights, k=max(0, rows - len(chosen))):
        counts[i] += 1
    seen: set[str] = set()
    out = []
    for i, kind in enumerate(chosen[:rows]):
        out += [_indicator(rng, topic, setting, kind, seen) for _ in range(counts[i])]
    return out


def _indicator(rng: Random, topic: Topic, setting: Setting, kind: Kind, seen: set[str]) -> Values:
    work, unit = rng.choice(topic.works)
    near = topic._replace(works=((work, unit), (work, unit)))
    text = _fresh(rng, kind, near, setting, seen)
    style = setting.style
    if kind is COUNTED:
        target = measured(rng, style, rng.choice("≥≥≥=>"), Decimal(count(rng)), unit)
    elif kind is COST and rng.random() < 0.6:
        target = measured(rng, style, "≤", Decimal(count(rng)), "万元")
    elif rng.random() < kind.share:
        target = percent(rng, style)
    elif kind.qualities:
        target = indicator_value(punctuated(rng.choice(kind.qualities), style))
    else:
        target = percent(rng, style)
    return {"level1": kind.level1, "level2": kind.level2, "level3": text, "target": target}


def _fresh(rng: Random, kind: Kind, topic: Topic, setting: Setting, seen: set[str]) -> str:
    """A level-3 text that this form does not have yet."""
    scope = (
        "",
        "",
        "",
        "上半年",
        "下半年",
        "市级",
        "基层",
        "重点区域",
        "一季度",
        "二季度",
        "三季度",
        "四季度",
        "试点",
        "其他",
    )
    while True:
        text = rng.choice(scope) + say(rng, rng.choice(kind.level3), topic, setting)
        if len(seen) > 40:
            text = f"{rng.choice('东西南北中')}片{text}"
        if text not in seen:
            seen.add(text)
            return text
