"""Real object stores on this machine, bound to loopback: ministack (S3) and azurite (Azure), where they are installed.

ministack: `pip install --group stores` (or `MINISTACK=PROGRAM`); azurite: `npm install -g azurite` (or
`AZURITE=PROGRAM`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple

import pytest

AZURITE_ACCOUNT = "devstoreaccount1"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The published key of the emulator, the same everywhere."""


class ObjectServer(NamedTuple):
    """A running store: its URL for places, and the variables under which programs find it."""

    url: str
    variables: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(command: list[str], port: int, **variables: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=os.environ | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                pytest.skip(f"{command[0]} ended by itself")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def program(name: str, variable: str, hint: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = os.environ.get(variable) or (str(beside) if beside.is_file() else shutil.which(name))
    if found is None:
        pytest.skip(f"{name} is not installed: {hint}, or set {variable}")
    return found


@contextlib.contextmanager
def ministack(bucket: str = "box") -> Iterator[ObjectServer]:
    own, port = program("ministack", "MINISTACK", "pip install --group stores"), free_port()
    with started([own], port, BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port)):
        url = f"http://127.0.0.1:{port}"
        _answer(urllib.request.Request(f"{url}/{bucket}", method="PUT"))  # noqa: S310  # loopback
        yield ObjectServer(
            f"s3://{bucket}",
            {
                "AWS_ENDPOINT_URL": url,
                "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
            },
        )


@contextlib.contextmanager
def azurite(folder: Path, container: str = "box") -> Iterator[ObjectServer]:
    own, port = program("azurite-blob", "AZURITE", "npm install -g azurite"), free_port()
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    quiet = ["--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    with started([own, *options, *quiet], port):
        url = f"http://127.0.0.1:{port}/{AZURITE_ACCOUNT}"
        _answer(_signed(url, container))
        yield ObjectServer(
            f"az://{container}",
            {
                "AZURE_STORAGE_ACCOUNT_NAME": AZURITE_ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": AZURITE_KEY,
                "AZURE_STORAGE_ENDPOINT": url,
                "AZURE_ALLOW_HTTP": "true",
            },
        )


def _signed(url: str, container: str) -> urllib.request.Request:
    """The request that makes a container, signed with the shared key."""
    date = formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:2021-08-06\n"
    resource = f"/{AZURITE_ACCOUNT}/{AZURITE_ACCOUNT}/{container}\nrestype:container"
    text = "PUT" + "\n" * 12 + headers + resource
    signature = base64.b64encode(
        hmac.new(base64.b64decode(AZURITE_KEY), text.encode(), hashlib.sha256).digest()
    ).decode()
    request = urllib.request.Request(f"{url}/{container}?restype=container", method="PUT", data=b"")  # noqa: S310
    for name, value in (("x-ms-date", date), ("x-ms-version", "2021-08-06"), ("Content-Length", "0")):
        request.add_header(name, value)
    request.add_header("Content-Type", "")
    request.add_header("Authorization", f"SharedKey {AZURITE_ACCOUNT}:{signature}")
    return request


def _answer(request: urllib.request.Request) -> None:
    for attempt in range(50):
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # loopback
                return
        except OSError:
            if attempt == 49:
                raise
            time.sleep(0.2)
