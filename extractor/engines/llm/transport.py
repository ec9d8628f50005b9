"""What happens when a call does not go through: one policy for all faults of the transport.

Retried, with random exponential waits that honour `Retry-After`, bounded by count and by total time: 408, 409, 425,
429, 5xx, timeouts, broken connections, bodies that are not what the protocol says. Not retried: everything that would
be answered the same way again. What would hit every call stops the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from extractor.engines.llm.rate_limits import Gate
from extractor.errors import ExtractorError, StopRun
from extractor.forms.token_counts import tokens_in

Request = dict[str, Any]
"""What is sent: the keyword arguments of `chat.completions.create`."""
Completion = dict[str, Any]
"""What comes back: a chat completion as JSON."""
Send = Callable[[Request], Awaitable[Completion]]

SMALL = "Answer with an empty JSON object: {}"
RETRIED = frozenset({408, 409, 425, 429})
STOPS = {
    401: "the endpoint does not accept the key",
    402: "the account has no credit left",
    403: "the endpoint forbids this call",
    404: "the endpoint knows no such model or path",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a call is tried: attempts, seconds in all, seconds for one attempt, first and longest wait."""

    attempts: int = 8
    seconds: float = 600.0
    timeout: float = 180.0
    first_wait: float = 0.5
    longest_wait: float = 60.0
    server_attempts: int | None = None  # of those, what a fault of the server (5xx) gets
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.time


class BrokenBody(Exception):
    """A body that is not a chat completion: cut JSON, a web page, an error that calls itself 200."""


class BodyTooLarge(Exception):
    """A body that goes on beyond what an answer may have."""


class CallFailed(ExtractorError):
    """A call was tried to the end of its policy; the message says how often and why."""


class Unreachable(CallFailed):
    """No server answers, or it lets nothing in: no fault of what was asked."""


class TooLong(ExtractorError):
    """The request is longer than the model's context: its chunk must be split."""


class Filtered(ExtractorError):
    """The provider refused the content before the model saw it."""


class Rejected(ExtractorError):
    """The endpoint answers this one request with an error that trying again won't change."""


def retry_after(headers: Any, now: float) -> float | None:
    """Seconds that the server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP date."""
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return max(0.0, float(milliseconds) / 1000)
        if value is None:
            return None
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value or "").timestamp() - now)
    except (ValueError, TypeError):
        return None


def passes(error: BaseException) -> bool:
    """Whether the fault may be gone at the next attempt."""
    import openai

    if isinstance(error, openai.APIStatusError):
        if _code(error) == "insufficient_quota":
            return False
        return error.status_code in RETRIED or error.status_code >= 500
    if isinstance(error.__cause__, BodyTooLarge):
        return False
    return isinstance(error, (openai.APIConnectionError, TimeoutError, BrokenBody))


def hits_every_call(error: BaseException) -> bool:
    """Whether the status alone says so: a key, an account, a path, a rate."""
    import openai

    if not isinstance(error, openai.APIStatusError):
        return isinstance(error, openai.APIConnectionError) and not isinstance(error.__cause__, BodyTooLarge)
    return error.status_code in STOPS or error.status_code == 429


def verdict(error: BaseException, any_success: bool) -> ExtractorError:
    """The error that the rest of the program sees, for a fault that is not tried again."""
    import openai

    if isinstance(error.__cause__, BodyTooLarge):
        return (
            Rejected(str(error.__cause__)) if any_success else StopRun(f"{error.__cause__}: no call has gone through")
        )
    if not isinstance(error, openai.APIStatusError):
        return _gave_up(f"{type(error).__name__}: {error}", any_success, Unreachable)
    status, said = error.status_code, _said(error)
    if status in STOPS or _code(error) == "insufficient_quota":
        reason = STOPS.get(status, "the account has no quota left")
        return StopRun(f"{reason} (HTTP {status}: {said}); check base URL, key and model; finished work is kept")
    if status in RETRIED or status >= 500:
        return _gave_up(f"HTTP {status}: {said}", any_success, Unreachable if status in RETRIED else CallFailed)
    return _bad_request(status, said, _code(error), any_success)


def _bad_request(status: int, said: str, code: str, any_success: bool) -> ExtractorError:
    lower = f"{code} {said}".lower()
    if status == 413 or any(w in lower for w in ("context_length", "maximum context", "context length", "too long")):
        return TooLong(f"HTTP {status}: {said}")
    if any(w in lower for w in ("content_filter", "content filter", "data_inspection", "inappropriate content")):
        return Filtered(f"HTTP {status}: {said}")
    if any_success:
        return Rejected(f"HTTP {status}: {said}")
    return StopRun(
        f"the endpoint refuses the request (HTTP {status}: {said}); no call has gone through, not even a question of"
        " one line; check the answer mode with: extractor doctor"
    )


def _gave_up(reason: str, any_success: bool, kind: type[CallFailed] = CallFailed) -> ExtractorError:
    if any_success:
        return kind(reason)
    return StopRun(f"no call has gone through: {reason}; check that the endpoint is there; finished work is kept")


def _code(error: Any) -> str:
    return str(getattr(error, "code", None) or "")


def _said(error: Any) -> str:
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or error).split())[:300]


class Line:
    """The line to one endpoint: each request passes the gate and is tried as the policy says.

    It knows whether any call has gone through: an error that would hit every call stops the run.
    """

    def __init__(self, wire: Send, gate: Gate, policy: Policy, secrets: tuple[str, ...] = ()) -> None:
        self._wire, self._gate, self._policy, self._secrets = wire, gate, policy, secrets
        self.any_success = False
        self.retries = 0
        self._stopped: StopRun | None = None
        self._judging = asyncio.Lock()

    async def send(self, request: Request) -> Completion:
        """The completion. Raises `StopRun`, `TooLong`, `Filtered`, `Rejected` or `CallFailed`."""
        import tenacity

        clock = _Clock()
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(passes),
            wait=self._wait,
            stop=lambda state: state.attempt_number >= self._attempts(state) or clock.over(state, self._policy.seconds),
            sleep=self._policy.sleep,
            reraise=True,
        )
        try:
            return await retrying(self._attempt, request, clock)
        except ExtractorError:
            raise
        except Exception as error:
            # Not chained: the SDK's error may repeat the key, and a traceback would print it.
            raise await self._end(request, error) from None

    async def _attempt(self, request: Request, clock: _Clock) -> Completion:
        import openai

        async with self._gate.passage(estimate(request), again=clock.used) as ticket:
            if self._stopped is not None:
                raise self._stopped
            with clock:
                try:
                    async with asyncio.timeout(self._policy.timeout):
                        completion = await self._wire(request)
                except openai.APIStatusError as error:
                    if error.status_code == 429 and passes(error):
                        self._gate.refused(ticket, retry_after(error.response.headers, self._policy.now()))
                    raise
            self.any_success = True
            self._gate.succeeded(ticket)
            self._gate.used(ticket, (completion.get("usage") or {}).get("total_tokens") or ticket.tokens)
            return completion

    def _attempts(self, state: Any) -> int:
        policy, status = self._policy, getattr(state.outcome.exception(), "status_code", 0)
        return policy.attempts if policy.server_attempts is None or status < 500 else policy.server_attempts

    def _wait(self, state: Any) -> float:
        import tenacity

        self.retries += 1
        policy, error = self._policy, state.outcome.exception()
        waits = tenacity.wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)
        response = getattr(error, "response", None)
        asked = retry_after(response.headers, policy.now()) if response is not None else None
        # What the server asks for is the least; a little chance on top keeps the waiting calls from coming all at once.
        return waits(state) if asked is None else asked + random.uniform(0, policy.first_wait)  # noqa: S311 (no secret)

    async def _end(self, request: Request, error: Exception) -> ExtractorError:
        async with self._judging:
            unknown = isinstance(verdict(error, self.any_success), StopRun) and not hits_every_call(error)
            if unknown and self._stopped is None:
                await self._try_small(request)
        if self._stopped is not None:
            return self._stopped
        end = verdict(error, self.any_success)
        end = type(end)(without(str(end), self._secrets))
        if isinstance(end, StopRun):
            self._stopped = end
        return end

    async def _try_small(self, request: Request) -> None:
        """Asks the same way with one short message: where that goes through, the fault is of the one request."""
        small = {**request, "messages": [{"role": "user", "content": SMALL}]}
        with contextlib.suppress(Exception):
            async with self._gate.passage(estimate(small)), asyncio.timeout(self._policy.timeout):
                await self._wire(small)
            self.any_success = True


SHORTEST_SECRET = 8
"""Characters. What is shorter stands for no key (`none`, `x`), and is a part of words that a recording must keep."""


def without(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret blotted out."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


class _Clock:
    """Counts the seconds that one call's attempts take; waiting at the gate costs nothing."""

    def __init__(self) -> None:
        self.used = False
        self._seconds = 0.0
        self._start = 0.0

    def __enter__(self) -> None:
        self.used = True
        self._start = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds += time.monotonic() - self._start

    def over(self, state: Any, seconds: float) -> bool:
        """Whether attempts, waits and the coming wait take longer than `seconds` in all."""
        return bool(self._seconds + state.idle_for + state.upcoming_sleep > seconds)


def estimate(request: Request) -> int:
    """Tokens that a request may cost: its messages and schema, and a quarter as much again for the answer."""
    return int(sum(tokens_in(text) for text in texts_of(request)) * 1.25)


def texts_of(request: Request) -> list[str]:
    """What of a request counts as prompt; a picture counts as `PICTURE`, whatever its bytes are."""
    parts = [request[key] for key in ("tools", "response_format") if key in request]
    messages = [_without_pictures(message) for message in request.get("messages", ())]
    return [json.dumps(part, ensure_ascii=False) for part in (*messages, *parts)]


PICTURE = "x" * 1600
"""As a text, what a picture of one printed line costs: some 400 tokens, by the rules of providers that publish them
(tiles of 512 pixels, or a token for each 28 × 28 pixels)."""


def _without_pictures(message: Any) -> Any:
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list):
        return message
    parts = [PICTURE if isinstance(part, dict) and part.get("type") == "image_url" else part for part in content]
    return {**message, "content": parts}
