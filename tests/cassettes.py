"""Cassettes: a test's calls recorded once, and played from then on without a network.

`EXTRACTOR_RECORD=1` records anew; without it nothing reaches the network, and a call that is not on the cassette fails.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest_socket
import vcr  # type: ignore[import-untyped]  # it has no types
import yaml  # type: ignore[import-untyped]  # it has no types

from tests.paths import ROOT

FOLDER = ROOT / "cassettes"
KEPT_HEADERS = ("content-type", "retry-after")
SECRET_HEADERS = (
    "authorization",
    "api-key",
    "x-api-key",
    "openai-organization",
    "openai-project",
    "cookie",
    "user-agent",
)


def recording() -> bool:
    """Whether this call of the tests records."""
    return os.environ.get("EXTRACTOR_RECORD") == "1"


def path_of(module: str, test: str) -> Path:
    """`cassettes/<test module>/<test>.yaml`."""
    return FOLDER / module / f"{test}.yaml"


@contextmanager
def cassette(module: str, test: str) -> Iterator[None]:
    """The block's calls, recorded or played. Matched on method, path and body; without secrets."""
    file = path_of(module, test)
    if recording():
        file.unlink(missing_ok=True)
    elif not file.is_file():
        raise AssertionError(f"{file} is missing: record it with EXTRACTOR_RECORD=1")
    tape = vcr.VCR(
        record_mode=vcr.mode.ONCE if recording() else vcr.mode.NONE,
        match_on=("method", "path", "body"),
        before_record_request=_request,
        before_record_response=_response,
        decode_compressed_response=True,
    )
    tape.register_serializer("plain", _Plain)
    with tape.use_cassette(str(file), serializer="plain"):
        if recording():
            yield
            return
        pytest_socket.disable_socket(allow_unix_socket=True)  # an event loop wakes itself by a pair of them
        try:
            yield
        finally:
            pytest_socket.enable_socket()


class _Plain:
    """YAML that a person can read: characters as they are, each body on one line."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        return str(yaml.safe_dump(cassette, allow_unicode=True, width=1_000_000, sort_keys=False))

    @staticmethod
    def deserialize(text: str) -> Any:
        return yaml.safe_load(text)


def _request(request: Any) -> Any:
    """Without secrets, and without what changes from machine to machine."""
    request.headers = {k: v for k, v in request.headers.items() if k.lower() in KEPT_HEADERS}
    request.uri = "http://model" + request.uri[request.uri.index("/v1") :]
    return request


def _response(response: dict[str, Any]) -> dict[str, Any]:
    """Without cookies, organisation names and request ids."""
    headers = response.get("headers", {})
    response["headers"] = {k: v for k, v in headers.items() if k.lower() in KEPT_HEADERS}
    return response


async def instantly(seconds: float) -> None:
    """A sleep that takes no time."""
    await asyncio.sleep(0)
