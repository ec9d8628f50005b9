"""Speed of scoring: `python -m eval.studies.speed_scoring`.

1,000 records of 40 rows, each with a changed figure, a lost row and a new one, scored on one core, both in documents of
ten forms and as one document; then one record of 2,000 rows. Reading of JSON is not part of it.
"""

from __future__ import annotations

import copy
import random
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.reports.figure_tables import Table, show
from eval.scoring.gold import Gold, GoldForm
from eval.scoring.predictions import Prediction, Reading
from eval.scoring.scores import score_run, total


def _row(random_: random.Random, number: int) -> dict[str, Any]:
    value = f"{random_.randrange(100, 99999)}.00"
    words = random_.sample(("巡查", "培训", "设备", "档案", "绿地", "完成", "合格", "及时", "覆盖", "满意"), 3)
    return {
        "level1": random_.choice(("产出指标", "效益指标", "满意度指标")),
        "level2": random_.choice(("数量指标", "质量指标", "时效指标")),
        "level3": f"{''.join(words)}{number}",
        "target": {"text": f"≥{value}(个)", "operator": "≥", "value": value, "unit": "个"},
        "actual": {"text": f"{value}(个)", "operator": None, "value": value, "unit": "个"},
        "weight": "2.00",
        "score": "2.00",
        "deviation": None,
    }


def _form(random_: random.Random, number: int, rows: int) -> dict[str, Any]:
    return {
        "year": 2031,
        "project_name": f"第{number}号工程经费",
        "supervising_department": "云桥县水务局",
        "funding": {"currency_unit": "万元", "total": {"executed": f"{number}.00"}},
        "indicators": [_row(random_, k) for k in range(rows)],
        "rating": "优",
    }


def _read(random_: random.Random, form: dict[str, Any]) -> dict[str, Any]:
    out = copy.deepcopy(form)
    rows = out["indicators"]
    rows[random_.randrange(len(rows))]["score"] = "1.00"
    del rows[random_.randrange(len(rows))]
    rows.insert(random_.randrange(len(rows)), _row(random_, 9999))
    return out


def case(documents: int, forms: int, rows: int, seed: int = 1) -> tuple[list[Gold], dict[str, Reading]]:
    """Gold documents and the readings of a run of them."""
    import schemas

    random_ = random.Random(seed)  # noqa: S311 - no secret, a seed
    spec = schemas.load("self_evaluation")
    golds, run = [], {}
    for d in range(documents):
        name = f"document-{d}.txt"
        values = [_form(random_, k, rows) for k in range(forms)]
        loaded = tuple(GoldForm(k, spec, form) for k, form in enumerate(values))
        golds.append(Gold(Path(name), name, None, loaded))
        records = [Prediction(name, k, spec.name, _read(random_, form), ("rating",)) for k, form in enumerate(values)]
        run[name] = Reading(name, tuple(records))
    return golds, run


def timed(name: str, documents: int, forms: int, rows: int) -> tuple[str | int | float, ...]:
    """One line of the table: what was scored, leaves, F1, CPU seconds, peak memory."""
    golds, run = case(documents, forms, rows)
    before = time.process_time()
    whole = total(score_run(golds, run))
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return name, whole.counts.values + whole.counts.empty, round(100 * (whole.counts.f1 or 0), 2), seconds, peak


def main(arguments: Sequence[str] = ()) -> None:
    """Prints the table."""
    lines = (
        timed("warm-up: 10 records of 40 rows", 1, 10, 40),
        timed("1,000 records of 40 rows, 100 documents", 100, 10, 40),
        timed("1,000 records of 40 rows, one document", 1, 1000, 40),
        timed("1 record of 2,000 rows", 1, 1, 2000),
    )
    show([Table("Scoring, one core", ("case", "leaves", "F1", "CPU seconds", "peak MB"), lines)])


if __name__ == "__main__":
    main()
