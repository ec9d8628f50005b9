"""整体支出绩效目标申报表: what a department is to reach in a year, with its duties, tasks, budget and indicators."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import Owns, PercentAtMost100, Present, Relation, Sums
from schemas.values import Amount, IndicatorValue
from schemas.vocabulary import LEVEL1, LEVEL2, OWNERSHIP, UNASKED

MANAGEMENT = (
    "预算编审管理",
    "预算执行管理",
    "部门结转结余资金管理",
    "国库管理",
    "预算绩效管理",
    "预决算信息公开管理",
    "财政监督管理",
    "政府采购管理",
    "资产管理",
)


class KeyTask(Part):
    """One of the year's key tasks."""

    name: str | None = printed(column="内容", pattern=r"任务[\d一二三四五六七八九十]+", key=True)
    content: str | None = printed(column="主要内容(重点工作计划)")


class Budget(Part):
    """预算情况, in the unit that the total's label states."""

    currency_unit: str | None = printed(
        "单位", "金额单位", suffix_of="一、部门整体预算总额", vocabulary=("元", "万元", "亿元")
    )
    total: Amount | None = printed("一、部门整体预算总额")
    fiscal: Amount | None = printed("1、资金来源:(1)财政拨款", heading="1、资金来源")
    other: Amount | None = printed("(2)其他资金")
    basic: Amount | None = printed("2、资金结构:(1)基本支出", heading="2、资金结构")
    project: Amount | None = printed("(2)项目支出")


class Indicator(Part):
    """One row of the indicator table."""

    level1: str | None = printed(
        column="一级指标", spans=True, vocabulary=(*LEVEL1, "投入管理指标", "立项决策指标", "长效管理指标")
    )
    level2: str | None = printed(
        column="二级指标", spans=True, vocabulary=(*LEVEL2, *MANAGEMENT, "立项决策指标", "长效管理", "长效管理指标")
    )
    level3: str | None = printed(column="三级指标", key=True)
    target: IndicatorValue | None = printed(column="指标值")


class DepartmentTarget(Form):
    """One declaration form of a department's performance targets."""

    titles: ClassVar[tuple[str, ...]] = ("整体支出绩效目标申报表",)
    unasked: ClassVar[tuple[str, ...]] = UNASKED

    year: int | None = printed(pattern=r"\(?(\d{4})年度?\)?")
    department: str | None = printed("部门(单位)名称", key=True)
    subordinate_units: int | None = printed("下属预算单位个数")
    duties: list[str] = printed("部门职责", many=True, long=True)
    annual_goals: str | None = printed("年度履职目标", long=True)
    key_tasks: list[KeyTask] = printed("年度重点任务", many=True)
    budget: Budget = printed("预算情况")
    staff_at_year_end: int | None = printed("二、年末在职人数")
    internal_departments: int | None = printed("内设机构数")
    indicators: list[Indicator] = printed("分解目标", many=True)
    notes: list[str] = printed("说明", many=True, long=True)

    relations: ClassVar[tuple[Relation, ...]] = (
        Sums("budget.total", ("budget.fiscal", "budget.other")),
        Sums("budget.total", ("budget.basic", "budget.project")),
        Present("indicators[].target", beside="indicators[].level3"),
        PercentAtMost100("indicators[].target"),
        Owns("indicators[].level1", "indicators[].level2", OWNERSHIP),
    )
