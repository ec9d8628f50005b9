"""The wire: one request to an OpenAI-compatible endpoint, one completion back; and asking for an instance of a model.

`openai` speaks the protocol with its own retries off; `instructor` shapes the request for tools, JSON schema or plain
JSON and reads the answer back into the pydantic model.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from extractor.config import Mode
from extractor.engines.llm.answer_modes import MODES
from extractor.engines.llm.completions import read_completion, said
from extractor.engines.llm.transport import Completion, Request, Send

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

Outcome = Literal["valid", "invalid", "cut", "refused"]
M = TypeVar("M", bound=BaseModel)

DEFAULT_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model is: base URL, key, model name, mode (None: to be found), and what goes with every call."""

    model: str
    base_url: str = DEFAULT_URL
    api_key: str = ""
    mode: Mode | None = "tools"
    parameters: tuple[tuple[str, Any], ...] = (("temperature", 0),)

    def __repr__(self) -> str:
        """Without the key."""
        return f"Endpoint(model={self.model!r}, base_url={self.base_url!r}, mode={self.mode!r})"


@asynccontextmanager
async def open_client(endpoint: Endpoint, most_bytes: int | None = None) -> AsyncIterator[AsyncOpenAI]:
    """The SDK's client, its own retries off, closed at the end; it reads no body larger than `most_bytes`.

    Timeouts are the transport's.
    """
    import openai

    from extractor.engines.llm.capped_client import CappedClient

    capped = None if most_bytes is None else CappedClient(most_bytes)
    # Some local servers want no key, but the SDK refuses an empty one.
    async with openai.AsyncOpenAI(
        api_key=endpoint.api_key or "none", base_url=endpoint.base_url, max_retries=0, timeout=None, http_client=capped
    ) as client:
        yield client


def wire(client: AsyncOpenAI) -> Send:
    """Sends requests over the client. Raises the SDK's errors, and `BrokenBody` for a 200 that is no completion."""
    create: Callable[..., Awaitable[Any]] = client.chat.completions.with_raw_response.create

    async def send(request: Request) -> Completion:
        response = await create(**request)
        return read_completion(response.content)

    return send


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """What a question gave: an instance, or why there is none; the raw text; the message to show again; its usage."""

    outcome: Outcome
    value: M | None
    error: BaseException | None
    text: str
    refusal: str
    message: dict[str, Any]
    usage: dict[str, Any]


Ask = Callable[[type[Any], Request], Awaitable[Reply[Any]]]


def asker(send: Send, mode: Mode) -> Ask:
    """A function that asks for an instance of a model: one request a question, never a retry of its own.

    Raises what `send` raises; an answer that is none is told by the reply's outcome.
    """
    import instructor
    from instructor.core.exceptions import InstructorRetryException

    # Its log lines repeat whole requests and error texts; what matters of them is in the reply.
    logging.getLogger("instructor").setLevel(logging.CRITICAL)
    shape = instructor.Mode[MODES[mode]]
    shaping = asyncio.Lock()  # a thousand questions at once would hold the event loop for seconds

    async def ask(model: type[M], request: Request) -> Reply[M]:
        async with AsyncExitStack() as until_sent:
            await until_sent.enter_async_context(shaping)
            heard = _Heard(send, until_sent)
            await asyncio.sleep(0)  # one question a turn of the event loop
            create: Any = instructor.patch(create=heard.create, mode=shape)
            try:
                value = await create(response_model=_prepared(model), max_retries=0, strict=True, **request)
            except _NoAnswer:
                return heard.reply(None)
            except Exception as error:  # no answer, whatever is in it, may end more than its own question
                if heard.ended is not None:
                    raise heard.ended from None
                if not heard.completion:
                    raise  # nothing was sent: not the answer's fault
                cause = error.__cause__ if isinstance(error, InstructorRetryException) else None
                return heard.reply(None, cause or error)
            return heard.reply(value)

    return ask


@cache
def _prepared(model: type[M]) -> type[M]:
    """The model as instructor wraps it: once, and not once a question."""
    import instructor

    return instructor.response_schema(model)


def _spoken(message: dict[str, Any]) -> dict[str, Any]:
    """The message with a text: `instructor` makes an empty list of an empty one, which some servers refuse."""
    return {**message, "content": ""} if message.get("content") in ([], None) else message


class _NoAnswer(BaseException):
    """Cut off or refused: nothing to parse. Not an `Exception`, so that instructor lets it through."""


class _Heard:
    """One question's completion, kept beside what instructor makes of it."""

    def __init__(self, send: Send, until_sent: AsyncExitStack) -> None:
        self._send, self._until_sent = send, until_sent
        self.completion: Completion = {}
        self.ended: Exception | None = None

    async def create(self, **request: Any) -> ChatCompletion:
        from openai.types.chat import ChatCompletion

        await self._until_sent.aclose()
        try:
            self.completion = await self._send({**request, "messages": [_spoken(m) for m in request["messages"]]})
        except Exception as error:
            self.ended = error
            raise
        if self._outcome() != "valid":
            raise _NoAnswer
        return ChatCompletion.model_validate(self.completion)

    def _outcome(self) -> Outcome:
        choice = self.completion["choices"][0]
        if choice.get("finish_reason") == "length":
            return "cut"
        if choice.get("finish_reason") == "content_filter" or choice["message"].get("refusal"):
            return "refused"
        return "valid"

    def reply(self, value: M | None, error: BaseException | None = None) -> Reply[M]:
        message = self.completion["choices"][0]["message"]
        outcome = "invalid" if error is not None else self._outcome()
        refusal = str(message.get("refusal") or "content filter") if outcome == "refused" else ""
        return Reply(outcome, value, error, said(message), refusal, message, dict(self.completion.get("usage") or {}))
