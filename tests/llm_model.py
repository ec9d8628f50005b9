"""A model for tests: answers a prompt from values with places, in the compact form, as a careful reader would.

Its answers come from the built-in engine's candidates, so it knows of a form what that engine knows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from extractor.document.results import Chunk, Form
from extractor.engines import rules
from extractor.engines.llm.answer_writing import compact


def answers_for(forms: Sequence[Form]) -> dict[int, dict[str, Any]]:
    """The compact answer about each whole form, by its index."""
    return {
        form.index: compact(form, answer.candidates) for form, answer in zip(forms, rules.extract(forms), strict=True)
    }


def reply(request: dict[str, Any], chunks: Sequence[tuple[Chunk, dict[str, Any]]]) -> str:
    """The answer to a request: that of the chunk whose text stands in it."""
    text = "\n".join(str(m.get("content") or "") for m in request["messages"])
    found = next((values for chunk, values in chunks if chunk.text in text), {})
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
