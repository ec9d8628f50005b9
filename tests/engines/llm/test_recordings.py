"""Recorded calls and batch files hold one JSON object a line, whatever characters the texts hold."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from extractor.engines.llm import batch_api, call_cache
from extractor.engines.llm.call_cache import key_of
from extractor.engines.llm.recordings import recording, replaying
from extractor.engines.llm.transport import Completion, Request, Send
from extractor.errors import CallError

REQUEST: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "a\u2028b\x85c"}]}
TEXT = "first\u2028second\x85third\x0bfourth\u2029end"
ANSWER: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": TEXT}}], "usage": {}}


def sent(send: Send) -> Completion:
    async def once() -> Completion:
        return await send(REQUEST)

    return asyncio.run(once())


async def answering(_: Request) -> Completion:
    return ANSWER


def test_a_recording_whose_answer_holds_other_line_ends_is_replayed(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    sent(recording(answering, file))
    assert sent(replaying(file))["choices"][0]["message"]["content"] == TEXT


def test_a_batch_file_whose_answer_holds_other_line_ends_is_taken_in(tmp_path: Path) -> None:
    line = {"custom_id": key_of(REQUEST), "response": {"status_code": 200, "body": ANSWER}}
    with call_cache.opened(tmp_path / "ledger.sqlite") as ledger:
        text = json.dumps(line, ensure_ascii=False) + "\n"
        assert batch_api._take(ledger, text, "m") == (1, 0)
        kept = call_cache.get(ledger, key_of(REQUEST))
    assert kept is not None and kept["choices"][0]["message"]["content"] == TEXT


@pytest.mark.parametrize("content", ["[" * 100_000, "{", '{"key": 1}', "[]"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CallError, match="is no recording of a run"):
        replaying(file)
