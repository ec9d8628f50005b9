"""A body read as a chat completion: whatever a server sends, what goes on from here has the types of the protocol."""

from __future__ import annotations

import json
from typing import Any

from extractor.engines.llm.transport import BrokenBody, Completion

FINISHED = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens")
MOST_TOKENS = 1e12  # what is beyond is no count of tokens


def read_completion(body: bytes | str) -> Completion:
    """The completion in a body. Raises `BrokenBody` where there is none."""
    try:
        return tidied(json.loads(body))
    except RecursionError:
        raise BrokenBody("the body is JSON nested too deeply to be read") from None
    except ValueError as error:
        raise BrokenBody(f"the body is not JSON ({error})") from error


def tidied(value: object) -> Completion:
    """What is read of a completion: its first choice and its usage. Raises `BrokenBody` where there is no message."""
    whole = value if isinstance(value, dict) else {}
    choices = whole.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise BrokenBody(f"the body is no chat completion: {str(whole.get('error') or value)[:200]}")
    own = _message(message)
    reason = choice.get("finish_reason")
    if not isinstance(reason, str) or reason not in FINISHED:
        reason = "tool_calls" if "tool_calls" in own else "stop"
    return {
        "id": _text(whole.get("id")) or "",
        "object": "chat.completion",
        "created": _count(whole.get("created")),
        "model": _text(whole.get("model")) or "",
        "choices": [{"index": 0, "message": own, "finish_reason": reason}],
        "usage": _usage(whole.get("usage")),
    }


def said(message: dict[str, Any]) -> str:
    """The text of an answer, whichever way it came: a tool's arguments or plain content."""
    calls = message.get("tool_calls") or []
    return str(calls[0]["function"]["arguments"] if calls else message.get("content") or "")


def _message(message: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {"role": "assistant", "content": _text(message.get("content"))}
    if refusal := _text(message.get("refusal")):
        own["refusal"] = refusal
    listed = message.get("tool_calls")
    calls = [call for n, one in enumerate(listed if isinstance(listed, list) else ()) if (call := _call(one, n))]
    return {**own, "tool_calls": calls} if calls else own


def _call(call: object, number: int) -> dict[str, Any] | None:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        return None
    told = {"name": _text(function.get("name")) or "", "arguments": _text(function.get("arguments")) or ""}
    return {"id": _text(call.get("id")) or f"call_{number}", "type": "function", "function": told}


def _text(value: object) -> str | None:
    """A text: parts of one are joined, an object is its JSON; None for all else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [part.get("text") for part in value if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    if not isinstance(value, dict):
        return None
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return None


def _usage(usage: object) -> dict[str, Any] | None:
    if not isinstance(usage, dict):
        return None
    told: dict[str, Any] = {name: _count(usage.get(name)) for name in COUNTS}
    details = usage.get("prompt_tokens_details")
    if isinstance(details, dict):
        told["prompt_tokens_details"] = {"cached_tokens": _count(details.get("cached_tokens"))}
    return told


def _count(value: object) -> int:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < MOST_TOKENS
    return int(value) if good else 0  # type: ignore[call-overload]  # a number, as was just asked
