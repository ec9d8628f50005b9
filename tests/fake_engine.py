"""A stand-in for the pipeline at the boundary of `runs`: each line of a text file is a form, or an accident."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

from extractor.accounting.settled import settle
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Box
from extractor.document.results import DocumentResult, Place, Record, Residue, Span, finding
from extractor.errors import StopRun
from schemas.spec import SchemaSpec


def process(path: Path, name: str, settings: Settings, schemas: Sequence[SchemaSpec], engine: str) -> DocumentResult:
    """`fail REASON`, `stop REASON`, `crash`, `sleep SECONDS`, `count FILE` do what they say; other lines are forms."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    records: list[Record] = []
    for line in content.decode("utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == "fail":
            return DocumentResult(name, sha256, "failed", reason=rest, seconds=0.25)
        if word == "stop":
            raise StopRun(rest)
        if word == "crash":
            os._exit(9)
        if word == "sleep":
            time.sleep(float(rest))
        elif word == "count":
            with Path(rest).open("a") as log:
                log.write(f"{name}\n")
        else:
            records.append(_record(name, sha256, len(records), line, engine))
    return settle(DocumentResult(name, sha256, "done", pages=2, records=tuple(records), seconds=0.5))


def _record(name: str, sha256: str, form: int, project: str, engine: str) -> Record:
    values = {
        "year": 2031,
        "project_name": project,
        "funding": {"currency_unit": "元", "annual_total": "-12.50"},
        "indicators": [
            {"level1": "产出指标", "level3": "=cmd()", "target": indicator("≥1300.00(小时)", "≥", "1300.00", "小时")},
            {"level1": "效益指标", "level3": "第二行", "target": None},
        ],
    }
    odd = "?" in project
    odd_text = finding(FindingKind.TEXT_LEFT, "project_name", "looks odd")
    residue = Residue(Place(1, "L9", 0, 2), "余文")
    span = Span(Place(1, "T1R0C1", 0, len(project)), project, Box(1, 2, 3, 4))
    findings, rest = ((odd_text,), (residue,)) if odd else ((), ())
    return Record(
        name, sha256, form, "project_target", values, {"project_name": (span,)}, findings, rest, engine
    )  # fmt: skip


def indicator(text: str, operator: str, value: str, unit: str) -> dict[str, str]:
    return {"text": text, "operator": operator, "value": value, "unit": unit}
