"""Workers on a place while everything fails: `python -m eval.studies.scale_faults s3://BUCKET/PREFIX --kills 50`.

Distinct text documents are planned to a place on an S3 server, and read twice: undisturbed by one worker; then by
several through a proxy that answers 500 or 503 to one request in twenty, is slow now and then and gone for a minute,
while workers are killed (SIGKILL) or frozen past their leases (SIGSTOP) at random moments, and new ones started. The
records of both must be equal. The variables of the store (`AWS_ENDPOINT_URL`, …) must be set.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from eval.reports.figure_tables import Table, show
from eval.studies import variation
from eval.studies.speed_text import SAMPLES, texts
from extractor.ledger import store
from extractor.runs import job_status, object_folders, place_copies, planning, shards
from extractor.runs.shards import ShardSize

LEASE = 4.0
"""Seconds: short, so that takeovers come often."""


class _Proxy(BaseHTTPRequestHandler):
    """Passes requests on to the store, some of them not."""

    protocol_version = "HTTP/1.1"
    target = ""
    errors = 0.0
    gone_until = 0.0
    failed = 0
    passed = 0

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if time.monotonic() < _Proxy.gone_until:
            self.close_connection = True
            self.connection.close()
            return
        if random.random() < _Proxy.errors:  # noqa: S311  # no secret
            _Proxy.failed += 1
            # half of these faults come after the store has done it: the answer alone is lost
            if random.random() < 0.5:  # noqa: S311
                self._forwarded(body)
            self._reply(random.choice((500, 503)), [("Content-Length", "0")], b"")  # noqa: S311
            return
        if random.random() < 0.01:  # noqa: S311
            time.sleep(3.0)
        _Proxy.passed += 1
        self._reply(*self._forwarded(body))

    def _forwarded(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(_Proxy.target, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        dropped = {"transfer-encoding", "connection", "content-length"}
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        connection.close()
        return answer.status, [*headers, ("Content-Length", length or "0")], content

    def _reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _any  # names of the library

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class _Server(ThreadingHTTPServer):
    """Says nothing of connections that a killed worker leaves."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study; ends with status 1 where the records differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", help="an empty prefix on an S3 server")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--freezes", type=int, default=5)
    parser.add_argument("--errors", type=float, default=0.05, help="share of requests that fail")
    parser.add_argument("--outage", type=float, default=60.0, help="seconds that the store is gone, once")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    random.seed(chosen.seed)
    with tempfile.TemporaryDirectory() as scratch:
        documents = Path(scratch) / "documents"
        variation.write([variation.read(file) for file in texts(SAMPLES)], chosen.documents, chosen.seed, documents)
        calm, rough = (object_folders.opened(f"{chosen.place}/{name}") for name in ("calm", "rough"))
        for place in (calm, rough):
            planning.plan([str(documents)], place, size=ShardSize(pages=10))
        _worker(calm.url, os.environ.copy()).wait()
        killed, frozen = _disturbed(rough.url, chosen)
        return _compared(calm, rough, killed, frozen)


def _worker(place: str, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extractor", "work", place, "--engine", "rules", "--workers", "1"]
    return subprocess.Popen(  # noqa: S603  # our own command
        [*command, "--lease", str(LEASE)], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _disturbed(place: str, chosen: argparse.Namespace) -> tuple[int, int]:
    """Workers behind the proxy until all is done; gives how many were killed and how many frozen."""
    _Proxy.target, _Proxy.errors = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc, chosen.errors
    server = _Server(("127.0.0.1", 0), _Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    variables = os.environ | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
    running = [_worker(place, variables) for _ in range(chosen.workers)]
    killed = frozen = 0
    while any(worker.poll() is None for worker in running):
        time.sleep(random.uniform(0.5, 5.0))  # noqa: S311
        victim = random.choice(running)  # noqa: S311
        if victim.poll() is None and frozen < chosen.freezes and random.random() < 0.2:  # noqa: S311
            victim.send_signal(signal.SIGSTOP)
            threading.Timer(2 * LEASE, victim.send_signal, (signal.SIGCONT,)).start()
            frozen += 1
        elif victim.poll() is None and killed < chosen.kills:
            victim.kill()
            victim.wait()
            killed += 1
            running[running.index(victim)] = _worker(place, variables)
        if killed == chosen.kills // 2 and not _Proxy.gone_until:
            _Proxy.gone_until = time.monotonic() + chosen.outage
    server.shutdown()
    return killed, frozen


def _compared(calm: object_folders.ObjectFolder, rough: object_folders.ObjectFolder, killed: int, frozen: int) -> int:
    left, right = (_lines(place) for place in (calm, rough))
    call = job_status.call_named(rough, None)
    told = job_status.status(rough, call)
    markers = sum(1 for _ in rough.objects("done"))
    rows = (
        ("documents", f"{told.documents}"), ("shards", f"{sum(b.shards for b in shards.blocks(rough))}"),
        ("markers", f"{markers}"), ("workers killed", f"{killed}"), ("workers frozen past their lease", f"{frozen}"),
        ("requests that failed", f"{_Proxy.failed} of {_Proxy.failed + _Proxy.passed}"),
        ("documents done / failed / set aside", f"{told.documents_done} / {told.documents_failed} / {told.set_aside}"),
        ("records: undisturbed / disturbed", f"{len(left)} / {len(right)}"),
        ("records equal", "yes" if left == right else "no"),
    )  # fmt: skip
    show([Table("Workers under faults", ("what", "figure"), rows)])
    return 0 if left == right else 1


def _lines(place: object_folders.ObjectFolder) -> list[str]:
    with place_copies.folder_of(place) as folder, store.reading(folder) as ledger:
        return list(store.record_lines(ledger))


if __name__ == "__main__":
    raise SystemExit(main())
