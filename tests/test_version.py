"""Results are kept by version: who changes what the samples give must change a version too, or old results stay."""

from __future__ import annotations

import hashlib
import json
import os

import schemas
from extractor.config import Settings
from extractor.pipeline import VERSIONS, process_file
from tests.paths import DOCUMENTS, SAMPLES

KEPT = DOCUMENTS / "version.json"


def answers() -> str:
    """The hash of all that the rules engine says of the samples."""
    out = hashlib.sha256()
    for path in sorted(path for path in SAMPLES.iterdir() if path.is_file()):
        result = process_file(path, path.name, Settings(), schemas.builtin(), "rules")
        for record in result.records:
            out.update(json.dumps(record.to_json(), ensure_ascii=False, sort_keys=True).encode())
    return out.hexdigest()


def test_another_answer_has_another_version() -> None:
    now = {"version": VERSIONS["rules"], "answers": answers()}
    if os.environ.get("EXTRACTOR_GOLDEN") == "1":
        KEPT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    if now["answers"] != kept["answers"]:
        assert now["version"] != kept["version"], (
            "the samples are read differently: raise rules.VERSION or pipeline.READING, "
            "then run this test with EXTRACTOR_GOLDEN=1"
        )
    assert now == kept, "run this test with EXTRACTOR_GOLDEN=1 to keep the new version's answers"
