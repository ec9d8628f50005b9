"""How an endpoint is asked for an answer in a given shape: found by one small question, and kept in the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import BaseModel

from extractor.config import Mode
from extractor.engines.llm.answer_modes import FIRST, MODES
from extractor.engines.llm.client import asker, open_client, wire
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.rate_limits import Ceilings, Gate
from extractor.engines.llm.transport import Line, Request, Send, Unreachable
from extractor.errors import ExtractorError, StopRun

QUESTION: Final = 'Answer with the word "yes" in the field "word", as JSON.'
SERVER_ATTEMPTS = 2  # a mode that a server does not know is often answered with 500


class Probe(NamedTuple):
    """What came of one mode: whether a valid answer came back, whether any did, and what went wrong."""

    mode: Mode
    works: bool
    answered: bool
    reason: str


class _Echo(BaseModel):
    """Answers with the word that it was told."""

    word: str


async def mode_of(options: Options, ledger: sqlite3.Connection | None = None) -> Mode:
    """The mode to ask in: the one that was set, recorded or found before; else found now. Raises `StopRun`."""
    if options.endpoint.mode is not None:
        return options.endpoint.mode
    if options.replay is not None:
        return recorded_mode(options.replay)
    where = (options.endpoint.base_url, options.endpoint.model)
    known = ledger and ledger.execute(
        "SELECT mode FROM answer_modes WHERE base_url = ? AND model = ?", where
    ).fetchone()  # fmt: skip
    if known:
        return next(mode for mode in MODES if mode == known[0])
    found = best(await probed(options, until_works=True))
    if ledger is not None:
        ledger.execute("INSERT OR REPLACE INTO answer_modes VALUES (?, ?, ?)", (*where, found))
    return found


async def probed(
    options: Options, until_works: bool = False, told: Callable[[Probe], None] = lambda _: None
) -> list[Probe]:
    """Every mode tried once, or up to the first that works; each is `told`. Raises `StopRun` where no mode can work."""
    out: list[Probe] = []
    policy = replace(options.policy, server_attempts=SERVER_ATTEMPTS)
    async with open_client(options.endpoint, options.max_answer_bytes) as client:
        for mode in MODES:
            line = Line(wire(client), Gate(Ceilings(1)), policy, (options.endpoint.api_key,))
            line.any_success = True  # a fault speaks of the mode; what they all share is said once
            out.append(await _tried(mode, line.send, options.endpoint.model))
            told(out[-1])
            if until_works and out[-1].works:
                break
    return out


def best(tried: Sequence[Probe]) -> Mode:
    """The first mode that works, else the first that is answered at all. Raises `StopRun` where none is."""
    for one in (*(p for p in tried if p.works), *(p for p in tried if p.answered)):
        return one.mode
    raise StopRun(f"the endpoint serves no mode: {_reasons(tried)}")


def _reasons(tried: Sequence[Probe]) -> str:
    """Why modes do not work, each reason once."""
    modes: dict[str, list[str]] = {}
    for one in tried:
        modes.setdefault(one.reason, []).append(one.mode)
    return "; ".join(f"{', '.join(named)}: {reason}" for reason, named in modes.items())


async def _tried(mode: Mode, send: Send, model: str) -> Probe:
    request: Request = {"model": model, "messages": [{"role": "user", "content": QUESTION}], "max_tokens": 200}
    try:
        reply = await asker(send, mode)(_Echo, request)
    except Unreachable as error:
        raise StopRun(f"the endpoint is not there: {error}; check base URL and server") from None
    except StopRun:
        raise
    except ExtractorError as error:
        return Probe(mode, False, False, str(error))
    if reply.value is not None:
        return Probe(mode, True, True, "")
    return Probe(mode, False, True, " ".join(f"{reply.outcome} answer: {reply.error or reply.refusal}".split())[:300])


def recorded_mode(file: Path) -> Mode:
    """The mode that the requests of a recorded run were sent in."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        first = next(filter(str.strip, lines), "{}")
    try:
        request = json.loads(first)["request"]
        if "tools" in request:
            return "tools"
        shape = (request.get("response_format") or {}).get("type")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return FIRST  # whoever plays the file says what is wrong with it
    modes: dict[str, Mode] = {"json_schema": "json_schema", "json_object": "json"}
    return modes.get(str(shape), "text")
