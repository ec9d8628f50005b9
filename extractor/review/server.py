"""The local web server of the review page. Loopback only; needs the extra `review` (Starlette and uvicorn)."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.document.decision import ACTIONS
from extractor.document.layout import Box
from extractor.errors import DocumentError, ExtractorError, MissingPackage
from extractor.review import answers
from extractor.review.doubts import Doubt, shown_value
from extractor.review.guard import Guard
from extractor.review.open_doubts import ORDERS, Filter
from extractor.review.service import Change, Person, Refused, ReviewService

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
LARGEST = 2_000_000
"""Bytes of one request: a long text that somebody typed, with room to spare."""


def bound(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()  # who is told the address may ask before the server runs
    except OSError as error:
        listening.close()
        raise Refused(f"port {port} cannot be used: {(error.strerror or str(error)).lower()}; choose another") from None
    return listening


def serve(service: ReviewService, listening: socket.socket, opened: Callable[[str], None]) -> None:
    """Serves the page until it is stopped; `opened` is called with its address."""
    try:
        import uvicorn
    except ImportError as error:
        raise MissingPackage("the review page needs Starlette and uvicorn: pip install 'extractor[review]'") from error
    token = secrets.token_urlsafe(24)
    port = listening.getsockname()[1]
    opened(f"http://127.0.0.1:{port}/?token={token}")
    config = uvicorn.Config(application(service, token, port), log_level="warning", access_log=False, lifespan="off")
    config.timeout_graceful_shutdown = 2
    uvicorn.Server(config).run(sockets=[listening])


def application(service: ReviewService, token: str, port: int) -> Starlette:
    """The ASGI application. MissingPackage: Starlette is not installed."""
    try:
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import FileResponse
        from starlette.routing import Mount, Route
        from starlette.staticfiles import StaticFiles
    except ImportError as error:
        raise MissingPackage("the review page needs Starlette and uvicorn: pip install 'extractor[review]'") from error

    routes = _Routes(service)

    def page(request: Request) -> Response:
        return FileResponse(STATIC / "review.html")

    reads = {"next": routes.next, "record": routes.record, "left": routes.left, "group": routes.group}
    reads |= {"list": routes.list, "units": routes.units, "value": routes.value, "size": routes.size}
    writes = {"decide": routes.decide, "decide_all": routes.decide_all, "undo": routes.undo}
    writes |= {"claim": routes.claim, "text_in": routes.text_in, "add_form": routes.add_form}
    writes |= {"read_once": routes.read_once}
    return Starlette(
        routes=[
            Route("/", page),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/api/picture", routes.picture),
            *(Route(f"/api/{name}", _reading(answer)) for name, answer in reads.items()),
            *(Route(f"/api/{name}", _writing(answer), methods=["POST"]) for name, answer in writes.items()),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=Guard(token, port))],
    )


Asked = dict[str, Any]
Answer = Callable[[Asked], Asked]


def _reading(answer: Answer) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _answered(answer, dict(request.query_params))

    return endpoint


def _writing(answer: Answer) -> Callable[[Request], Any]:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    async def endpoint(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > LARGEST:
            return JSONResponse({"error": "the request is too large"}, 413)
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return JSONResponse({"error": "a JSON object is expected"}, 400)
        return await run_in_threadpool(_answered, answer, asked)

    return endpoint


def _answered(answer: Answer, asked: Asked) -> Response:
    """The answer as JSON; what cannot be done says why, with status 409 or 422."""
    from starlette.responses import Response

    status = 200
    try:
        content = answer(asked)
    except Refused as error:
        status, content = 409, {"error": str(error)}
    except (ExtractorError, ValueError, KeyError, TypeError) as error:
        status, content = 422, {"error": str(error)}
    text = json.dumps(content, ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


class _Routes:
    """One method an address: takes what was asked, gives what is answered."""

    def __init__(self, service: ReviewService) -> None:
        self.service = service

    def next(self, asked: Asked) -> Asked:
        """The next doubt (or the one before, with `back`) behind the given one."""
        order, wanted = _order(asked), _filter(asked)
        after = self._doubt(asked) if asked.get("sha256") else None
        found = self.service.next(_person(asked), order, wanted, after, bool(asked.get("back")))
        return {"mode": self.service.mode.name, **answers.place(self.service, found, self.left(asked))}

    def record(self, asked: Asked) -> Asked:
        """A record with one of its paths in view; its document is claimed."""
        sha256 = _place(asked)[0]
        holder = self.service.claim(_person(asked), sha256)
        return {**answers.with_record(self.service, self._doubt(asked)), "holder": holder, "left": self.left(asked)}

    def left(self, asked: Asked) -> Asked:
        """How much is left."""
        return answers.left(self.service, _filter(asked))

    def group(self, asked: Asked) -> Asked:
        """How many doubts are like one."""
        return answers.group(self.service, self._doubt(asked))

    def list(self, asked: Asked) -> Asked:
        """A part of the list of doubts."""
        start, count = int(asked.get("start") or 0), min(200, int(asked.get("count") or 50))
        return answers.listed(self.service, _filter(asked), start, count)

    def units(self, asked: Asked) -> Asked:
        """The lines and tables of a page of a text document."""
        source = self.service.source(str(asked["sha256"]))
        return self.service.sources.units(source, int(asked["page"]), str(asked.get("unit") or ""))

    def size(self, asked: Asked) -> Asked:
        """The size of a page in points: what the boxes of evidence are measured in."""
        source = self.service.source(str(asked["sha256"]))
        picture = self.service.sources.picture(source, int(asked["page"]))
        return {"width": picture.width, "height": picture.height}

    def value(self, asked: Asked) -> Asked:
        """A value's whole text."""
        sha256, form, path = _place(asked)
        return {"text": shown_value(self.service.opened(sha256, form).value(path))}

    def picture(self, request: Request) -> Response:
        """A page's picture."""
        from starlette.responses import PlainTextResponse, Response

        asked = request.query_params
        try:
            source = self.service.source(asked["sha256"])
            picture = self.service.sources.picture(source, int(asked["page"]))
        except (ExtractorError, ValueError, KeyError) as error:
            return PlainTextResponse(str(error), 404)
        return Response(picture.png, media_type="image/png", headers={"cache-control": "private, max-age=600"})

    def decide(self, asked: Asked) -> Asked:
        """Keeps a decision; answers with the next doubt, so that one key takes one request."""
        sha256, form, _ = _place(asked)
        here = self._doubt(asked)
        changes = [_change(change) for change in asked["changes"]]
        with self.service.lock:
            before = list(self.service.doubts.by_record.get((sha256, form), ()))
        self.service.decide(_person(asked), _batch(asked), int(asked["seen"]), _seconds(asked), sha256, form, changes)
        said = answers.decided(self.service, before, sha256, form, changes[0].path)
        if asked.get("stay"):
            return {**answers.with_record(self.service, here), "decided": said, "left": self.left(asked)}
        found = self._earliest(asked, sha256, form) if all(change.path != here.path for change in changes) else None
        found = found or self.service.next(_person(asked), _order(asked), _filter(asked), here)
        return {**answers.place(self.service, found, self.left(asked)), "decided": said}

    def _earliest(self, asked: Asked, sha256: str, form: int) -> Doubt | None:
        """The first doubt of a form that is still open: where to go on after a decision elsewhere in the form."""
        wanted = _filter(asked)
        with self.service.lock:
            found = [d for d in self.service.doubts.by_record.get((sha256, form), ()) if wanted.wants(d)]
        return min(found, key=ORDERS[_order(asked)], default=None)

    def add_form(self, asked: Asked) -> Asked:
        """Adds a form that the run missed, and shows it."""
        sha256 = str(asked["sha256"])
        person, batch = _person(asked), _batch(asked)
        form = self.service.add_form(person, batch, _seconds(asked), sha256, str(asked["schema"]))
        here = self._doubt({"sha256": sha256, "form": form, "path": ""})
        return {**answers.with_record(self.service, here), "left": self.left(asked)}

    def decide_all(self, asked: Asked) -> Asked:
        """Decides all doubts that are like one; answers with the next doubt."""
        here = self._doubt(asked)
        with self.service.lock:
            doubts = self.service.doubts.group(here, bool(asked.get("same")))
        if len(doubts) != int(asked["count"]):
            raise Refused(f"there are {len(doubts)} such doubts now; look again before all are decided")
        text = asked.get("text")
        count = self.service.decide_all(
            _person(asked), _batch(asked), _seconds(asked), doubts, None if text is None else str(text)
        )
        found = self.service.next(_person(asked), _order(asked), _filter(asked), here)
        return {"count": count, **answers.place(self.service, found, self.left(asked))}

    def undo(self, asked: Asked) -> Asked:
        """Takes back the person's last decision and shows it again."""
        undone = self.service.undo(_person(asked), _batch(asked))
        if undone is None:
            raise Refused("there is nothing to take back")
        if self.service.record(undone.sha256, undone.form) is None:  # an added form that is none any more
            return answers.place(
                self.service, self.service.next(_person(asked), _order(asked), _filter(asked), None), self.left(asked)
            )
        self.service.claim(_person(asked), undone.sha256)
        doubt = self.service.doubts.find(undone.sha256, undone.form, undone.path) or self._doubt(
            {"sha256": undone.sha256, "form": undone.form, "path": undone.path}
        )
        return {**answers.with_record(self.service, doubt), "left": self.left(asked)}

    def claim(self, asked: Asked) -> Asked:
        """A sign of life: the document stays claimed; says how much is left."""
        self.service.catch_up()
        return {"holder": self.service.claim(_person(asked), str(asked["sha256"])), "left": self.left(asked)}

    def text_in(self, asked: Asked) -> Asked:
        """The text inside of a box of a page."""
        x0, top, x1, bottom = (float(side) for side in asked["box"])
        source = self.service.source(str(asked["sha256"]))
        try:
            box = Box(min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom))
            return {"text": self.service.sources.text_in(source, int(asked["page"]), box)}
        except (DocumentError, MissingPackage) as error:
            raise ValueError(str(error)) from error

    def read_once(self, asked: Asked) -> Asked:
        """What is read at the place of a value when it is read once more: texts that its field can take."""
        try:
            return {"texts": answers.read_once(self.service, *_place(asked))}
        except (DocumentError, MissingPackage) as error:
            raise ValueError(str(error)) from error

    def _doubt(self, asked: Asked) -> Doubt:
        """The doubt that a request is about, or the place where it was, so that the order goes on from there."""
        sha256, form, path = _place(asked)
        with self.service.lock:
            found = self.service.doubts.find(sha256, form, path)
            if found is not None:
                return found
            position = self.service.doubts.positions.get(sha256, 0)
        kinds, gravity = tuple(asked.get("kinds") or ()), int(asked.get("gravity") or 0)
        schema, document = str(asked.get("schema") or ""), str(asked.get("document") or "")
        return Doubt(position, form, (), sha256, document, schema, path, kinds, gravity, "", "")


def _place(asked: Asked) -> tuple[str, int, str]:
    return str(asked["sha256"]), int(asked["form"]), str(asked["path"])


def _person(asked: Asked) -> Person:
    name, session = str(asked.get("who") or "").strip()[:60], str(asked.get("session") or "")[:60]
    if not name or not session:
        raise ValueError("say who decides: a name is missing")
    return Person(name, session)


def _batch(asked: Asked) -> str:
    batch = str(asked["batch"])
    if not batch or len(batch) > 60:
        raise ValueError("a decision needs a name of its own, of at most 60 characters")
    return batch


def _seconds(asked: Asked) -> float:
    return min(86_400.0, max(0.0, float(asked.get("seconds") or 0)))


def _order(asked: Asked) -> str:
    order = str(asked.get("order") or "worst")
    if order not in ORDERS:
        raise ValueError(f"no order is named {order!r}; there are: {', '.join(ORDERS)}")
    return order


def _filter(asked: Asked) -> Filter:
    return Filter(*(str(asked.get(f"only_{name}") or "") for name in ("kind", "field", "document")))


def _change(raw: Any) -> Change:
    if raw["action"] not in ACTIONS:
        raise ValueError(f"there is no action {raw['action']!r}; there are: {', '.join(ACTIONS)}")
    text = raw.get("text")
    return Change(raw["action"], str(raw["path"]), None if text is None else str(text), str(raw.get("after") or ""))
