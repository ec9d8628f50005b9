"""财政项目支出绩效自评表: what a project reached, with its spending, scores and rating."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import AtMost, Owns, PercentAtMost100, Present, Relation, Share, Sums, SumsTo
from schemas.values import Amount, IndicatorValue
from schemas.vocabulary import LEVEL1, LEVEL2, OWNERSHIP, RATINGS, UNASKED


class FundingRow(Part):
    """One row of 项目资金: six columns, `-` where the form asks for nothing."""

    initial_budget: Amount | None = printed(column="年初预算数")
    annual_budget: Amount | None = printed(column="全年预算数")
    executed: Amount | None = printed(column="全年执行数")
    weight: Amount | None = printed(column="分数")
    execution_rate: Amount | None = printed(column="执行率(%)")
    score: Amount | None = printed(column="得分")


class Funding(Part):
    """项目资金, in the unit that the heading states."""

    currency_unit: str | None = printed("单位", "金额单位", suffix_of="项目资金", vocabulary=("元", "万元", "亿元"))
    total: FundingRow | None = printed("年度资金总额")
    appropriation: FundingRow | None = printed("其中:当年财政拨款")
    carryover: FundingRow | None = printed("上年结转资金")
    other: FundingRow | None = printed("其他资金")


class Indicator(Part):
    """One row of the indicator table."""

    level1: str | None = printed(column="一级指标", spans=True, vocabulary=LEVEL1)
    level2: str | None = printed(column="二级指标", spans=True, vocabulary=LEVEL2)
    level3: str | None = printed(column="三级指标", key=True)
    target: IndicatorValue | None = printed(column="年度指标值")
    actual: IndicatorValue | None = printed(column="实际完成值")
    weight: Amount | None = printed(column="分值")
    score: Amount | None = printed(column="得分")
    deviation: str | None = printed(column="偏差原因分析及改进措施")


def _row(name: str) -> tuple[Relation, ...]:
    row = f"funding.{name}"
    return (
        Share(f"{row}.execution_rate", f"{row}.executed", f"{row}.annual_budget"),
        AtMost(f"{row}.score", f"{row}.weight"),
    )


def _column(name: str) -> Relation:
    return Sums(
        f"funding.total.{name}", tuple(f"funding.{row}.{name}" for row in ("appropriation", "carryover", "other"))
    )


class SelfEvaluation(Form):
    """One self-evaluation form of a project."""

    titles: ClassVar[tuple[str, ...]] = ("财政项目支出绩效自评表",)
    unasked: ClassVar[tuple[str, ...]] = UNASKED

    year: int | None = printed(pattern=r"\(?(\d{4})年度?\)?")
    project_name: str | None = printed("项目名称", key=True)
    supervising_department: str | None = printed("主管部门")
    implementing_unit: str | None = printed("实施单位")
    funding: Funding = printed("项目资金")
    expected_goal: str | None = printed(column="预期目标", heading="年度总体目标", long=True)
    actual_completion: str | None = printed(column="实际完成情况", long=True)
    indicators: list[Indicator] = printed("绩效指标", many=True)
    total_weight: Amount | None = printed("总分", column="分值")
    total_score: Amount | None = printed("总分", column="得分")
    rating: str | None = printed("评分等级", vocabulary=RATINGS)

    relations: ClassVar[tuple[Relation, ...]] = (
        *(relation for row in ("total", "appropriation", "carryover", "other") for relation in _row(row)),
        *(
            AtMost(f"funding.{row}.{name}", f"funding.total.{name}")
            for row in ("appropriation", "carryover", "other")
            for name in ("weight", "score")
        ),
        *(_column(name) for name in ("initial_budget", "annual_budget", "executed")),
        SumsTo(("indicators[].weight", "funding.total.weight")),
        Sums("total_weight", ("indicators[].weight", "funding.total.weight")),
        Sums("total_score", ("indicators[].score", "funding.total.score"), tolerance="0.02"),
        AtMost("indicators[].score", "indicators[].weight"),
        Present("indicators[].target", beside="indicators[].level3"),
        Present("indicators[].actual", beside="indicators[].level3"),
        Present("indicators[].weight", beside="indicators[].level3"),
        Present("indicators[].score", beside="indicators[].level3"),
        PercentAtMost100("indicators[].target"),
        PercentAtMost100("indicators[].actual"),
        Owns("indicators[].level1", "indicators[].level2", OWNERSHIP),
    )
