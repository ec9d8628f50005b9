"""How long calls take that have nothing to do: `python -m eval.studies.scale_plan --objects 100000 --wait 0.1`.

A store of this study's own holds objects in memory and answers each request after a time, as a store in a network
does; it speaks as much S3 as a place needs. So many documents of one line are planned. A worker reads one shard, and
its marker is written for all others, as if they had been read. Then `plan`, `work` and `status` are called once more.
For each call: seconds on the wall, CPU seconds, and requests by their kind.
"""

from __future__ import annotations

import argparse
import bisect
import hashlib
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

from eval.reports.figure_tables import Table, show

PAGE = 1_000
COMMAND = [sys.executable, "-m", "extractor"]
DATE = "2031-02-03T04:05:06.000Z"


class _Bucket:
    """Objects by key, their keys in order."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.keys: list[str] = []
        self.lock = threading.Lock()

    def put(self, key: str, body: bytes, only_if_absent: bool) -> bool:
        with self.lock:
            if key in self.bodies and only_if_absent:
                return False
            if key not in self.bodies:
                bisect.insort(self.keys, key)
            self.bodies[key] = body
            return True

    def delete(self, key: str) -> None:
        with self.lock:
            if self.bodies.pop(key, None) is not None:
                del self.keys[bisect.bisect_left(self.keys, key)]

    def page(self, prefix: str, after: str) -> tuple[list[tuple[str, bytes]], bool]:
        """Up to a page of the objects below a prefix that come behind a key; whether there are more."""
        with self.lock:
            start = bisect.bisect_right(self.keys, after) if after >= prefix else bisect.bisect_left(self.keys, prefix)
            keys = [key for key in self.keys[start : start + PAGE + 1] if key.startswith(prefix)]
            return [(key, self.bodies[key]) for key in keys[:PAGE]], len(keys) > PAGE


class _Store(BaseHTTPRequestHandler):
    """Answers after a while."""

    protocol_version = "HTTP/1.1"
    bucket = _Bucket()
    wait = 0.0
    asked: ClassVar[Counter[str]] = Counter()

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(_Store.wait)
        path = urlsplit(self.path)
        asked, key = parse_qs(path.query), unquote(path.path).split("/", 2)[-1]
        kind = "LIST" if "list-type" in asked else self.command
        with _Store.bucket.lock:
            _Store.asked[kind] += 1
        if kind == "LIST":
            self._reply(200, _listed(asked))
        elif kind == "PUT":
            made = _Store.bucket.put(key, body, "If-None-Match" in self.headers)
            self._reply(200 if made else 412, b"", body)
        elif kind == "POST":  # a list of keys to delete
            named = re.findall(r"<Key>([^<]*)</Key>", body.decode())
            for one in named:
                _Store.bucket.delete(unescape(one))
            deleted = "".join(f"<Deleted><Key>{one}</Key></Deleted>" for one in named)
            self._reply(200, f'<?xml version="1.0"?><DeleteResult>{deleted}</DeleteResult>'.encode())
        else:
            found = _Store.bucket.bodies.get(key)
            self._reply(404 if found is None else 200, found or b"", found or b"")

    def _reply(self, status: int, content: bytes, named: bytes = b"") -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{_etag(named)}"')
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = _any  # names of the library

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _listed(asked: dict[str, list[str]]) -> bytes:
    """A page of a list; the token of the next page is the last key."""
    after = asked.get("continuation-token", asked.get("start-after", [""]))[0]
    page, more = _Store.bucket.page(asked.get("prefix", [""])[0], after)
    contents = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>{DATE}</LastModified><ETag>&quot;{_etag(body)}&quot;</ETag>"
        f"<Size>{len(body)}</Size></Contents>"
        for key, body in page
    )
    token = f"<NextContinuationToken>{escape(page[-1][0])}</NextContinuationToken>" if more else ""
    head = f"<IsTruncated>{str(more).lower()}</IsTruncated><KeyCount>{len(page)}</KeyCount>{token}"
    return f'<?xml version="1.0"?><ListBucketResult>{head}{contents}</ListBucketResult>'.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Took(NamedTuple):
    seconds: float
    cpu: float
    requests: Counter[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--wait", type=float, default=0.1, help="seconds until the store answers")
    chosen = parser.parse_args(arguments)
    for number in range(chosen.objects):
        _Store.bucket.put(f"in/{number:07}.txt", b"A line of text, number %d.\n" % number, True)
    server = _Server(("127.0.0.1", 0), _Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }  # fmt: skip
    _Store.wait = chosen.wait
    plan = [*COMMAND, "plan", "s3://box/in", "--out", "s3://box/job"]
    work = [*COMMAND, "work", "s3://box/job", "--engine", "rules", "--schema", "table"]
    first = ("plan", _took(plan))
    _took([*work, "--max-shards", "1"], status=3)
    _finish_all()
    again = {"plan again": plan, "work again": work, "status": [*COMMAND, "status", "s3://box/job"]}
    rows = [first, *((name, _took(call)) for name, call in again.items())]
    show([Table(f"{chosen.objects:,} documents, a store that answers after {chosen.wait} s", COLUMNS, tuple(
        (name, f"{took.seconds:.1f}", f"{took.cpu:.1f}", *(f"{took.requests[kind]:,}" for kind in KINDS))
        for name, took in rows
    ))])  # fmt: skip
    server.shutdown()
    return 0


KINDS = ("LIST", "GET", "PUT", "POST")
COLUMNS = ("call", "seconds", "CPU seconds", *KINDS)


def _finish_all() -> None:
    """Writes the marker of the shard that is done for each shard."""
    (done,) = (key for key in _Store.bucket.keys if "/done/" in key)
    prefix = done.rsplit("/", 2)[0]
    for key in list(_Store.bucket.keys):
        if key.startswith("job/manifest/"):
            unit = key.removeprefix("job/manifest/").removesuffix(".jsonl")
            _Store.bucket.put(f"{prefix}/{unit}", _Store.bucket.bodies[done], True)


def _took(command: Sequence[str], status: int = 0) -> _Took:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    _Store.asked.clear()
    ended = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    if ended.returncode != status:
        raise SystemExit(f"status {ended.returncode}: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Took(time.monotonic() - started, cpu, Counter(_Store.asked))


if __name__ == "__main__":
    raise SystemExit(main())
