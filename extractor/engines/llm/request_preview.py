"""What would be sent, without sending it: the requests about a form as they go out, and what a run would cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import BaseModel

from extractor.config import Mode
from extractor.document.results import Form
from extractor.engines.llm.answer_modes import FIRST
from extractor.engines.llm.answer_schema import answer_model
from extractor.engines.llm.budget import Prices, Usage, money
from extractor.engines.llm.client import asker
from extractor.engines.llm.conversation import request_for
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.field_groups import asked_chunks
from extractor.engines.llm.transport import Completion, Request, texts_of
from extractor.errors import ExtractorError
from extractor.forms.token_counts import tokens_in
from schemas.spec import SchemaSpec

ANSWER_SHARE = 0.35
"""Tokens of an answer for each token of its chunk, a little above what the samples take."""


class _Seen(ExtractorError):
    """The request has been seen: it goes no further."""


class Estimate(NamedTuple):
    """What a run would take: calls, tokens, and money where there are prices. Corrections come on top."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    money: float | None


def requests(form: Form, options: Options) -> list[Request]:
    """The first request about each chunk of a form, exactly as it would be sent."""
    pieces = asked_chunks(form, options.language, options.chunk_tokens)
    asked = [(answer_model(piece.schema), request_for(piece, options)) for piece in pieces]
    return shaped(asked, options.endpoint.mode or FIRST)


def shaped(asked: Sequence[tuple[type[BaseModel], Request]], mode: Mode) -> list[Request]:
    """Requests for an instance of a model each, in the shape that they go out with."""
    return asyncio.run(_shaped(asked, mode))


async def _shaped(asked: Sequence[tuple[type[BaseModel], Request]], mode: Mode) -> list[Request]:
    seen: list[Request] = []

    async def see(request: Request) -> Completion:
        seen.append(request)
        raise _Seen("seen")

    ask = asker(see, mode)
    for model, request in asked:
        await asyncio.gather(ask(model, request), return_exceptions=True)
    return seen


def prompt_tokens(request: Request) -> int:
    """The estimate of what a request takes."""
    return sum(tokens_in(text) for text in texts_of(request))


def shown(request: Request) -> str:
    """A request as a person reads it: its messages, the shape of the answer, the estimate of its tokens."""
    parts = [f"--- {message['role']}\n{message.get('content') or ''}" for message in request["messages"]]
    shapes = [name for name in ("tools", "response_format") if name in request]
    parts.extend(f"--- {name}\n{json.dumps(request[name], ensure_ascii=False)}" for name in shapes)
    return "\n".join([*parts, f"--- about {prompt_tokens(request)} tokens"])


def estimate(forms: Iterable[Form], options: Options) -> Estimate:
    """Calls and tokens that these forms would take, without corrections."""
    calls = prompt = completion = 0
    fixed: dict[SchemaSpec, int] = {}  # what is the same for all chunks of a schema: shaping each would take long
    for form in forms:
        for piece in asked_chunks(form, options.language, options.chunk_tokens):
            asked = prompt_tokens(request_for(piece, options))
            if piece.schema not in fixed:
                fixed[piece.schema] = prompt_tokens(requests(form, options)[0]) - asked
            calls += 1
            prompt += fixed[piece.schema] + asked
            completion += int(piece.tokens * ANSWER_SHARE)
    return Estimate(calls, prompt, completion, _money(prompt, completion, options.prices))


def _money(prompt: int, completion: int, prices: Prices) -> float | None:
    return money(Usage(prompt, 0, completion), prices)
