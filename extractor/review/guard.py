"""Who may ask the server: this machine, with the token, from the page itself. Every answer says what a page may do."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

TOKEN = "token"  # noqa: S105  # the name of the parameter
HEADER = "x-review-token"
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses requests with a foreign Host or Origin, or without the token."""

    def __init__(self, token: str, port: int) -> None:
        self.token = token
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.origins = {f"http://{host}" for host in self.hosts}

    def refusal(self, request: Request) -> str:
        """Why a request is refused; "" where it is not."""
        if request.headers.get("host", "") not in self.hosts:
            return "this server answers on 127.0.0.1 alone"
        if request.headers.get("origin", "null" if request.method == "POST" else None) not in {*self.origins, None}:
            return "a request from another page"
        given = request.headers.get(HEADER) or request.query_params.get(TOKEN) or ""
        public = request.method == "GET" and request.url.path.startswith("/static/")
        if not public and not secrets.compare_digest(given.encode(), self.token.encode()):
            return "open the address that `extractor review` printed, with its token"
        return ""

    async def __call__(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """The middleware: refuses, or answers with the headers that hold a hostile document down."""
        from starlette.responses import PlainTextResponse

        why = self.refusal(request)
        response = PlainTextResponse(why, 403) if why else await call_next(request)
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        return response
