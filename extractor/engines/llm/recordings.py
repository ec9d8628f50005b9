"""A whole run recorded to one file, and played again from it without a network.

JSON lines: `{"key": hash of the request, "request": …, "response": …}`. No header and no key is ever written; a
request that the file does not hold stops the run.
"""

from __future__ import annotations

import json
from pathlib import Path

from extractor.engines.llm.call_cache import key_of
from extractor.engines.llm.completions import tidied
from extractor.engines.llm.transport import Completion, Request, Send, without
from extractor.errors import CallError, StopRun


def recording(send: Send, file: Path, secrets: tuple[str, ...] = ()) -> Send:
    """`send`, with every request and its answer written to `file` as it comes."""

    async def recorded(request: Request) -> Completion:
        completion = await send(request)
        line = json.dumps({"key": key_of(request), "request": request, "response": completion}, ensure_ascii=False)
        with file.open("a", encoding="utf-8") as out:
            out.write(without(line, secrets) + "\n")
        return completion

    return recorded


def replaying(file: Path) -> Send:
    """Answers from a recorded file alone. Raises `StopRun` for a request that is not in it."""
    known = _load(file)

    async def played(request: Request) -> Completion:
        completion = known.get(key_of(request))
        if completion is None:
            raise StopRun(
                f"{file}: holds no answer to this request ({key_of(request)[:12]}); prompt, model, parameters or"
                " document have changed since it was recorded: record it again"
            )
        return tidied(completion)

    return played


def _load(file: Path) -> dict[str, Completion]:
    try:
        with file.open(encoding="utf-8", newline="\n") as lines:
            return {entry["key"]: entry["response"] for entry in map(json.loads, filter(str.strip, lines))}
    except OSError as error:
        raise CallError(f"{file}: cannot be read as a recording: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CallError(f"{file}: is no recording of a run: {error}") from None
