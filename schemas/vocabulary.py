"""The usual level-1 and level-2 indicator labels, ratings, and which level-1 label can own which level-2 label."""

from __future__ import annotations

OWNERSHIP: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("成本指标", ("经济成本指标", "社会成本指标", "生态环境成本指标")),
    ("产出指标", ("数量指标", "质量指标", "时效指标", "成本指标")),
    ("效益指标", ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "服务对象满意度指标")),
    ("效果指标", ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标")),
    ("满意度指标", ("服务对象满意度指标", "满意度指标", "社会公众满意度指标")),
)

LEVEL1: tuple[str, ...] = (*(upper for upper, _ in OWNERSHIP), "影响力指标", "管理指标")
LEVEL2: tuple[str, ...] = tuple(dict.fromkeys(label for _, lower in OWNERSHIP for label in lower))
RATINGS: tuple[str, ...] = ("优", "良", "中", "差")

UNASKED = (
    "填报单位",
    "填报单位(盖章)",
    "填报部门",
    "填报日期",
    "填表日期",
    "填报人",
    "填表人",
    "填报人员",
    "制表人",
    "经办人",
    "审核人",
    "负责人",
    "项目负责人",
    "单位负责人",
    "部门负责人",
    "主要负责人",
    "财务负责人",
    "分管领导",
    "联系人",
    "联系人电话",
    "联系电话",
    "电话",
    "(盖章)",
    "(公章)",
    "单位公章",
    "项目基本情况",
    "项目概况",
    "基本情况",
    "部门基本情况",
)
"""Labels that the forms print for those who file them, and captions; the records do not hold their values."""
