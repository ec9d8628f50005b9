"""Hostile documents and foreign requests: nothing runs, nothing is answered, nothing breaks."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, finding
from tests.review.browser import ReviewPage, browser, served
from tests.review.runs import evaluation, make_run

SCRIPT = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1">'
SVG = '<svg onload="window.pwned=1"></svg>'


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def hostile(result: DocumentResult) -> DocumentResult:
    """Script in values, in messages and in evidence; a cell of a million characters."""
    doubt = finding(FindingKind.REWORDED, "project_name", f"'{SCRIPT}'")
    odd = {"project_name": SCRIPT, "rating": SVG, "implementing_unit": "长" * 1_000_000}
    return replace(
        result,
        findings=(),
        unclaimed=(),
        records=tuple(replace(r, findings=(doubt,), values={**r.values, **odd}) for r in result.records),
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    name = "<img src=x onerror=window.pwned=1>&\"'.txt"
    return make_run(tmp_path / "out", {name: evaluation(f"名称{SCRIPT}") + "长" * 1_000_000}, change=hostile)


def test_nothing_of_a_document_runs(chromium: Any, run: Path) -> None:
    with served(run) as server:
        page = ReviewPage(chromium, server.address)
        assert "<script>" in page.shown("project_name")
        assert "onerror" in page.page.inner_text("#place")
        page.choose("rating")
        page.choose("implementing_unit")
        page.page.keyboard.press("l")
        page.page.wait_for_selector("dialog .entry")
        page.page.keyboard.press("Escape")
        page.page.wait_for_selector("dialog", state="hidden")
        assert page.page.evaluate("window.pwned") is None
        assert page.page.query_selector("main script, main img[onerror], main svg:not(.boxes)") is None
        assert len(page.shown("implementing_unit")) < 3_000
        assert page.errors == []


def ask(server: Any, path: str, method: str = "GET", body: str = "", **headers: str) -> tuple[int, dict[str, str]]:
    address = urlsplit(server.address)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request(method, path, body or None, {k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    response.read()
    return response.status, {k.lower(): v for k, v in response.getheaders()}


def test_requests_from_elsewhere_are_refused(run: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
    with served(run) as server:
        token = parse_qs(urlsplit(server.address).query)["token"][0]
        own = f"http://127.0.0.1:{urlsplit(server.address).port}"
        left = "/api/left?who=a&session=b"
        assert ask(server, left, x_review_token=token)[0] == 200
        assert ask(server, left)[0] == 403
        assert ask(server, left, x_review_token=token[:-1])[0] == 403
        assert ask(server, "/")[0] == 403
        assert ask(server, left, x_review_token=token, Host="evil.example")[0] == 403
        assert ask(server, left, x_review_token=token, Origin="http://evil.example")[0] == 403
        undo = json.dumps({"who": "a", "session": "b", "batch": "c"})
        assert ask(server, "/api/undo", "POST", undo, x_review_token=token)[0] == 403  # without an Origin
        assert ask(server, "/api/undo", "POST", undo, x_review_token=token, Origin=own)[0] == 409
        assert ask(server, "/api/undo", "POST", "[", x_review_token=token, Origin=own)[0] == 400
        assert ask(server, "/static/../server.py")[0] in (403, 404)
        assert ask(server, "/static/%2e%2e/server.py")[0] in (403, 404)
        _, headers = ask(server, f"/?token={token}")
        assert "default-src 'none'" in headers["content-security-policy"]
        assert (headers["referrer-policy"], headers["x-frame-options"]) == ("no-referrer", "DENY")
