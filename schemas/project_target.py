"""财政项目支出绩效目标申报表: what a project is to reach in a year, with its funding and indicators."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import InOrder, Owns, PercentAtMost100, Present, Relation, Sums
from schemas.values import Amount, Day, IndicatorValue
from schemas.vocabulary import LEVEL1, LEVEL2, OWNERSHIP, UNASKED


class Funding(Part):
    """项目资金, in the unit that the heading states; the left column is the whole project, the right one this year."""

    currency_unit: str | None = printed("单位", "金额单位", suffix_of="项目资金", vocabulary=("元", "万元", "亿元"))
    project_total: Amount | None = printed("项目资金总额")
    project_fiscal: Amount | None = printed("其中:财政资金")
    project_other: Amount | None = printed("其他资金")
    annual_total: Amount | None = printed("年度资金申请总额")
    annual_appropriation: Amount | None = printed("其中:当年财政拨款")
    annual_carryover: Amount | None = printed("上年结转资金")
    annual_other: Amount | None = printed("其他资金")


class Indicator(Part):
    """One row of the indicator table."""

    level1: str | None = printed(column="一级指标", spans=True, vocabulary=LEVEL1)
    level2: str | None = printed(column="二级指标", spans=True, vocabulary=LEVEL2)
    level3: str | None = printed(column="三级指标", key=True)
    target: IndicatorValue | None = printed(column="年度(/项目)指标值")


class ProjectTarget(Form):
    """One declaration form of a project's performance targets."""

    titles: ClassVar[tuple[str, ...]] = ("财政项目支出绩效目标申报表",)
    unasked: ClassVar[tuple[str, ...]] = UNASKED

    year: int | None = printed(pattern=r"\(?(\d{4})年度?\)?")
    project_name: str | None = printed("项目名称", key=True)
    project_nature: str | None = printed("项目性质")
    project_category: str | None = printed("项目类别")
    supervising_department: str | None = printed("主管部门")
    implementing_unit: str | None = printed("实施单位")
    start_date: Day | None = printed("计划开始日期")
    end_date: Day | None = printed("计划完成日期")
    funding: Funding = printed("项目资金")
    overall_goal: str | None = printed(column="项目总目标", heading=("项目绩效目标", "绩效目标"), long=True)
    annual_goal: str | None = printed(column="年度总体目标", long=True, alone=True)
    indicators: list[Indicator] = printed("绩效指标", many=True)

    relations: ClassVar[tuple[Relation, ...]] = (
        InOrder("start_date", "end_date"),
        Sums("funding.project_total", ("funding.project_fiscal", "funding.project_other")),
        Sums(
            "funding.annual_total",
            ("funding.annual_appropriation", "funding.annual_carryover", "funding.annual_other"),
        ),
        Present("indicators[].target", beside="indicators[].level3"),
        PercentAtMost100("indicators[].target"),
        Owns("indicators[].level1", "indicators[].level2", OWNERSHIP),
    )
