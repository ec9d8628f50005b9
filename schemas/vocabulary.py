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
