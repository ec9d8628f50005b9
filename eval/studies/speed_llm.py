"""The throughput of the transport, measured: `python -m eval.studies.speed_llm`.

Against a local endpoint of 1.0 s latency, 2,000 calls through the whole stack (instructor, gate, retries, openai,
HTTP): as fast as 64 at once allow; against a server that admits 40 calls a second; and with one call in twenty
answered 500 or dropped. The server is a process of its own, so that its CPU time is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from typing import Any, NamedTuple

from pydantic import BaseModel

CASES: dict[str, tuple[str, ...]] = {
    "plain": (),
    "40 a second, bucket": ("--rate", "40"),
    "40 a second, fixed window": ("--rate", "40", "--window", "fixed"),
    "40 a second, sliding window": ("--rate", "40", "--window", "sliding"),
    "40 a second, latency 0.2 s": ("--rate", "40", "--latency", "0.2"),
    "5 % faults": ("--faults", "0.05"),
}


class Row(BaseModel):
    """One row of a made-up form."""

    at: str
    name: str
    target: str | None = None


class Form(BaseModel):
    """A made-up form, of the size of a real answer."""

    year: str
    rows: list[Row]


ANSWER = json.dumps(
    {"year": "[2] 2031", "rows": [{"at": str(n), "name": f"指标完成数{n}", "target": "≥1.00(个)"} for n in range(12)]},
    ensure_ascii=False,
)
PROMPT = "把表格抄成 JSON。\n" + "".join(f"[{n}] 指标完成数{n} ┆ ≥1.00(个)\n" for n in range(60))


class Measured(NamedTuple):
    """One case: calls, seconds, CPU seconds a call, retries, calls lost, longest wait of the event loop."""

    case: str
    calls: int
    seconds: float
    ideal: float
    cpu: float
    retries: int
    lost: int
    stall: float


def measure(case: str, calls: int, concurrency: int) -> Measured:
    """Run one case against a server of its own."""
    server = subprocess.Popen(  # noqa: S603 (this program itself)
        [sys.executable, "-m", "tests.fault_server", "--port", "0", "--answer", ANSWER, *CASES[case]],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = server.stdout.readline().strip()
        return asyncio.run(_run(case, url, calls, concurrency))
    finally:
        server.terminate()
        server.wait()


async def _run(case: str, url: str, calls: int, concurrency: int) -> Measured:
    from extractor.engines.llm.client import Endpoint, asker, open_client, wire
    from extractor.engines.llm.rate_limits import Ceilings, Gate
    from extractor.engines.llm.transport import Line, Policy

    async with open_client(Endpoint("m", url, "none")) as client:
        line = Line(wire(client), Gate(Ceilings(concurrency)), Policy())
        ask = asker(line.send, "tools")
        await ask(Form, _request(-1))  # imports and the first connection are no part of the throughput
        watch = asyncio.create_task(_longest_stall())
        cpu, start = _cpu(), time.perf_counter()
        replies = await asyncio.gather(*(ask(Form, _request(n)) for n in range(calls)), return_exceptions=True)
        seconds, cpu = time.perf_counter() - start, _cpu() - cpu
        watch.cancel()
    lost = sum(isinstance(r, BaseException) or r.value is None or len(r.value.rows) != 12 for r in replies)
    return Measured(case, calls, seconds, _ideal(case, calls, concurrency), cpu / calls, line.retries, lost, _STALL[0])


def _request(number: int) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": f"{PROMPT}{number}"}]}


def _ideal(case: str, calls: int, concurrency: int) -> float:
    return calls / 40 if "--rate" in CASES[case] else calls / concurrency


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


_STALL = [0.0]


async def _longest_stall() -> None:
    _STALL[0] = 0.0
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        _STALL[0] = max(_STALL[0], time.perf_counter() - before - 0.01)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Throughput of the model transport against a local server.")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--case", choices=tuple(CASES), action="append")
    asked = parser.parse_args()
    print("| case | calls | s | ideal s | ratio | CPU ms a call | retries | lost | longest stall ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for case in asked.case or CASES:
        m = measure(case, asked.calls, asked.concurrency)
        print(
            f"| {m.case} | {m.calls} | {m.seconds:.1f} | {m.ideal:.1f} | {m.seconds / m.ideal:.3f} | {m.cpu * 1000:.2f}"
            f" | {m.retries} | {m.lost} | {m.stall * 1000:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
