"""A small HTTP server that speaks the chat completions protocol and plays faults on demand.

    python -m tests.fault_server --port 8200 --latency 1.0 [--rate 40] [--faults 0.05]

A test scripts it: each request takes the next step of `script` (a fault's name, or an answer), and the last step
stays. `admit` limits requests a second; beyond it the answer is 429 with `Retry-After`. One thread, asyncio, the
standard library: fast enough to be no part of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Timeout"}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: `fault` names what goes wrong (`""` for nothing); `answer` is the text (or the arguments) sent."""

    fault: str = ""
    answer: str = "{}"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    code: str = ""


@dataclass
class Faults:
    """What the server does, and what it saw."""

    script: Sequence[Step] = (Step(),)
    latency: float = 0.0
    admit: int | None = None
    window: str = "bucket"
    share: float = 0.0
    respond: Callable[[dict[str, Any]], Step] | None = None
    small: Callable[[dict[str, Any]], Step] = lambda request: Step(answer='{"word": "yes"}')
    """Answers the small question by which the mode of an answer is found; it is no part of `requests`."""
    small_questions: int = 0
    seed: int = 7
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answered: int = 0
    throttled: int = 0
    broken: int = 0
    most_at_once: int = 0
    first: float = 0.0
    last: float = 0.0
    keep: bool = True
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)


class Server:
    """The running server; `url` is the base URL for a client."""

    def __init__(self, faults: Faults, port: int = 0) -> None:
        self.faults = faults
        self.port = port
        self._random = random.Random(faults.seed)  # noqa: S311 (faults by chance, no secret)
        self._admitted: deque[float] = deque()
        self._tokens = float(faults.admit or 0)
        self._refilled = 0.0
        self._now = 0
        self._count = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        started()
        await stop.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the last: the server ends
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if path.endswith("/chat/completions"):
            return await self._chat(json.loads(body), headers, writer)
        from tests import fault_batches  # it needs this module in turn

        step, data = fault_batches.handle(self.faults, method, path, headers, body)
        await _send(writer, step, data)
        return True

    async def _chat(self, request: dict[str, Any], headers: dict[str, str], writer: asyncio.StreamWriter) -> bool:
        faults = self.faults
        faults.first = faults.first or time.monotonic()
        if '"word"' in str(request.get("messages")):
            faults.small_questions += 1
            return await self._play(faults.small(request), request, writer)
        if faults.keep:
            faults.requests.append(request)
            faults.headers.append(headers)
        if not self._admits():
            faults.throttled += 1
            await _send(
                writer, Step(status=429, headers=(("Retry-After", "1"),)), error("rate limit", "rate_limit_exceeded")
            )
            return True
        step = self._next(request)
        self._now += 1
        faults.most_at_once = max(faults.most_at_once, self._now)
        try:
            await asyncio.sleep(faults.latency)
            return await self._play(step, request, writer)
        finally:
            self._now -= 1

    def _next(self, request: dict[str, Any]) -> Step:
        faults = self.faults
        if faults.share and self._random.random() < faults.share:
            faults.broken += 1
            return Step("drop") if self._random.random() < 0.5 else Step(status=500)
        step = faults.respond(request) if faults.respond else faults.script[min(self._count, len(faults.script) - 1)]
        self._count += 1
        return step

    def _admits(self) -> bool:
        """Whether this request is one of the `admit` a second: a token bucket, or a calendar second (`fixed`)."""
        limit, now = self.faults.admit, time.monotonic()
        if limit is None:
            return True
        if self.faults.window == "fixed":
            while self._admitted and int(self._admitted[0]) < int(now):
                self._admitted.popleft()
            allowed = len(self._admitted) < limit
        elif self.faults.window == "sliding":
            while self._admitted and self._admitted[0] <= now - 1:
                self._admitted.popleft()
            allowed = len(self._admitted) < limit
        else:
            self._tokens = min(float(limit), self._tokens + (now - (self._refilled or now)) * limit)
            self._refilled = now
            allowed = self._tokens >= 1
            self._tokens -= allowed
        if allowed:
            self._admitted.append(now)
        return allowed

    async def _play(self, step: Step, request: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        data = completion(request, step) if step.status == 200 else error(step.fault or "the server says no", step.code)
        play = PLAYS.get(step.fault)
        if play is not None:
            return await play(writer, step, data)
        await _send(writer, step, data)
        self.faults.answered += step.status == 200
        self.faults.last = time.monotonic()
        return True


async def _send(writer: asyncio.StreamWriter, step: Step, data: bytes, length: int | None = None) -> None:
    lines = [f"HTTP/1.1 {step.status} {REASONS.get(step.status, 'Status')}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(data) if length is None else length}", *(f"{k}: {v}" for k, v in step.headers)]
    writer.write("\r\n".join([*lines, "", ""]).encode() + data)
    await writer.drain()


async def _drop(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """The connection breaks before any answer."""
    writer.transport.abort()
    return False


async def _drop_half(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """The connection breaks in the middle of the body."""
    await _send(writer, step, data[: len(data) // 2], len(data))
    writer.transport.abort()
    return False


async def _stall(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """The headers and half of the body come, then nothing for an hour."""
    await _send(writer, step, data[: len(data) // 2], len(data))
    await asyncio.sleep(3600)
    return False


async def _drip(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """The body comes one byte every 50 ms: no read times out, the answer never ends."""
    await _send(writer, step, b"", len(data))
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)
    return False


async def _garbage(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """A 200 whose body is a web page."""
    await _send(writer, step, b"<html><body>gateway</body></html>")
    return True


async def _cut_body(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """A 200 whose JSON ends in the middle, with a length that says so."""
    await _send(writer, step, data[: len(data) // 2])
    return True


async def _endless(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """A 200 whose body never ends; it comes as fast as it is read."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b'{"choices":[' * 5_000
    while True:
        writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await writer.drain()


async def _packed(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """A 200 that is small as it is sent, and large when it is unpacked."""
    packed = gzip.compress(b" " * 50_000_000 + data)
    await _send(writer, replace(step, headers=(("Content-Encoding", "gzip"),)), packed)
    return True


async def _nested(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
    """A 200 that is JSON of a hundred thousand brackets."""
    await _send(writer, step, b"[" * 100_000 + b"]" * 100_000)
    return True


def _changed(**change: Any) -> Callable[[asyncio.StreamWriter, Step, bytes], Awaitable[bool]]:
    """A completion in which something has another type than the protocol says."""

    async def play(writer: asyncio.StreamWriter, step: Step, data: bytes) -> bool:
        whole = {**json.loads(data), **{k: v for k, v in change.items() if k != "message"}}
        if "message" in change:
            whole["choices"][0]["message"] = change["message"]
        await _send(writer, step, json.dumps(whole).encode())
        return True

    return play


WRONG_TYPES: dict[str, dict[str, Any]] = {
    "choices_null": {"choices": None},
    "choices_number": {"choices": 7},
    "choice_text": {"choices": ["yes"]},
    "message_list": {"message": []},
    "content_number": {"message": {"role": "assistant", "content": 5}},
    "content_nested": {"message": {"role": "assistant", "content": [{"text": ["a"]}, 3]}},
    "calls_text": {"message": {"tool_calls": "none"}},
    "calls_empty": {"message": {"tool_calls": [{}, None, {"function": None}]}},
    "arguments_number": {"message": {"tool_calls": [{"id": 3, "function": {"name": None, "arguments": 9}}]}},
    "usage_text": {"usage": "many"},
    "usage_wrong": {"usage": {"prompt_tokens": "12", "completion_tokens": -1, "prompt_tokens_details": []}},
    "usage_small": {"usage": {"prompt_tokens": 200, "completion_tokens": 90, "total_tokens": 290}},
    "finish_number": {"id": None, "created": "now", "model": {}},
}

PLAYS: dict[str, Callable[[asyncio.StreamWriter, Step, bytes], Awaitable[bool]]] = {
    "drop": _drop,
    "drop_half": _drop_half,
    "stall": _stall,
    "drip": _drip,
    "garbage": _garbage,
    "cut_body": _cut_body,
    "endless": _endless,
    "packed": _packed,
    "nested": _nested,
    **{name: _changed(**change) for name, change in WRONG_TYPES.items()},
}


def error(message: str, code: str = "") -> bytes:
    """An error's body."""
    return json.dumps({"error": {"message": message, "type": "error", "code": code or None}}).encode()


def completion(request: dict[str, Any], step: Step) -> bytes:
    """A completion whose answer is the step's text; the faults `length`, `refusal`, `content_filter` show in it."""
    reason = step.fault if step.fault in ("length", "content_filter") else "stop"
    text: str | None = step.answer[: len(step.answer) // 2] if step.fault == "length" else step.answer
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if step.fault == "refusal":
        message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
    elif request.get("tools"):
        call = {"name": request["tools"][0]["function"]["name"], "arguments": text}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": call}],
        }
        reason = "tool_calls" if reason == "stop" else reason
    asked, told = len(json.dumps(request)) // 4, len(text or "") // 4
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": request.get("model", "m"),
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told},
        }
    ).encode()


@contextmanager
def running(faults: Faults) -> Iterator[Server]:
    """The server in a thread of this process, for as long as the block."""
    server, ready, stop = Server(faults), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve(ready.set, stop)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--rate", type=int, default=None)
    parser.add_argument("--window", choices=("bucket", "fixed", "sliding"), default="bucket")
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--answer", default="{}")
    asked = parser.parse_args()
    faults = Faults((Step(answer=asked.answer),), asked.latency, asked.rate, asked.window, asked.faults, keep=False)
    server = Server(faults, asked.port)

    async def serve() -> None:
        await server.serve(lambda: print(server.url, flush=True), asyncio.Event())

    asyncio.run(serve())


if __name__ == "__main__":
    main()
