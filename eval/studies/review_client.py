"""A client of the review page's own HTTP interface: what the page's JavaScript asks, asked by a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from extractor.errors import CallError

Change = dict[str, Any]
"""A part of a decision: `action`, `path`, and `text` or `after`."""


class PageClient:
    """A person at the page: has a name, sees one doubt at a time, decides."""

    def __init__(self, address: str, who: str) -> None:
        parts = urlsplit(address)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._token = parse_qs(parts.query)["token"][0]
        self._who = {"who": who, "session": uuid4().hex}
        self.shown: dict[str, Any] = {}

    @property
    def doubt(self) -> dict[str, Any] | None:
        """The doubt that is shown; None where nothing is left."""
        found: dict[str, Any] | None = self.shown.get("doubt")
        return found

    @property
    def record(self) -> dict[str, Any]:
        """The record that is shown."""
        found: dict[str, Any] = self.shown["record"]
        return found

    def next(self, **asked: Any) -> None:
        """The next doubt."""
        here = self._here() if self.doubt else {}
        self.shown = self.read("next", **here, **asked)

    def open(self, sha256: str, form: int, path: str) -> None:
        """A record with one of its paths in view."""
        self.shown = self.read("record", sha256=sha256, form=form, path=path)

    def decide(self, changes: Sequence[Change], stay: bool = False, **asked: Any) -> None:
        """One decision about what is shown; the next doubt is shown then (or the same form, with `stay`)."""
        about = {**self._here(), "seen": self.record["seen"], "seconds": 1.0, "stay": stay, **asked}
        self.shown = self.write("decide", **about, changes=list(changes))

    def read(self, what: str, **asked: Any) -> dict[str, Any]:
        """What the page asks with GET."""
        query = urlencode({name: value for name, value in {**asked, **self._who}.items() if value is not None})
        return self._answer(Request(f"{self._base}/api/{what}?{query}", headers={"x-review-token": self._token}))  # noqa: S310  # loopback

    def write(self, what: str, **asked: Any) -> dict[str, Any]:
        """What the page sends with POST; the batch has a new name unless one is given."""
        body = json.dumps({"batch": uuid4().hex, **asked, **self._who}).encode()
        headers = {"x-review-token": self._token, "origin": self._base, "content-type": "application/json"}
        return self._answer(Request(f"{self._base}/api/{what}", body, headers))  # noqa: S310  # loopback

    def _here(self) -> dict[str, Any]:
        if self.doubt is None:
            raise CallError("nothing is shown that could be decided")
        return {name: self.doubt[name] for name in ("sha256", "form", "path", "schema", "document")}

    @staticmethod
    def _answer(request: Request) -> dict[str, Any]:
        try:
            with urlopen(request, timeout=120) as answer:  # noqa: S310  # loopback
                found: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            said = json.load(error)["error"] if "json" in error.headers.get("content-type", "") else error.reason
            raise CallError(f"{urlsplit(request.full_url).path}: {said}") from None
        return found
