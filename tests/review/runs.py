"""Runs for the tests of the review page: made of the samples' own words, by the rules engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import schemas
from extractor import pipeline, readers
from extractor.accounting.settled import settle
from extractor.config import Settings
from extractor.document.results import DocumentResult
from extractor.ledger import result_rows, store
from extractor.runs import result_files

TITLE = "财政项目支出绩效自评表"


def evaluation(name: str, score: str = "9.50", rows: int = 3) -> str:
    """A self-evaluation form as text, tables with tabs; `score` may be anything that is printed there."""
    lines = [
        f"{TITLE}（2031年度）",
        f"项目名称\t{name}",
        "主管部门\t云岭县水务局\t实施单位\t云岭县水务站",
        "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施",
    ]
    lines += [f"产出指标\t数量指标\t巡查次数{n}\t≥{n}.00(次)\t{n}.00(次)\t10.00\t{score}\t" for n in range(1, rows + 1)]
    return "\n".join([*lines, "总分\t\t\t\t\t30.00\t28.50\t", "评分等级\t优"]) + "\n"


Change = Callable[[DocumentResult], DocumentResult]


def make_run(out: Path, documents: Mapping[str, str | bytes], change: Change | None = None) -> Path:
    """A run of the rules engine over documents that are written beside it, in this process.

    `change` is a second engine: it gives other results for the same documents.
    """
    folder = out.parent / f"{out.name}-documents"
    folder.mkdir(exist_ok=True)
    settings, specs = Settings(), schemas.builtin()
    inputs = []
    for name, content in documents.items():
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        inputs.append(store.Input(name, path, path.stat().st_size, readers.sha256(path), None))
    fingerprint = f"made by {change.__name__}" if change else "made by rules"
    names = [spec.name for spec in specs]
    with store.writing(out) as ledger:
        store.begin(ledger, fingerprint, "rules", names, settings.public(), "0", inputs)
        for task in store.waiting(ledger):
            result = pipeline.process_file(Path(task.path), task.name, settings, specs, "rules")
            store.record(ledger, fingerprint, task, result_rows.row_of(settle(change(result)) if change else result))
        store.finish(ledger)
        result_files.lines(ledger, out)
    return out


def kept(out: Path, file: Path, result: DocumentResult) -> Path:
    """A run that holds a result which was made by hand, about a file."""
    settings, specs = Settings(), schemas.builtin()
    source = store.Input(file.name, file, file.stat().st_size, readers.sha256(file), None)
    with store.writing(out) as ledger:
        store.begin(ledger, "by hand", "rules", [spec.name for spec in specs], settings.public(), "0", [source])
        for task in store.waiting(ledger):
            store.record(ledger, "by hand", task, result_rows.row_of(settle(result)))
        store.finish(ledger)
        result_files.lines(ledger, out)
    return out


def records(out: Path) -> list[dict[str, Any]]:
    """The lines of `records.jsonl`."""
    return [json.loads(line) for line in (out / "records.jsonl").read_text(encoding="utf-8").splitlines()]
