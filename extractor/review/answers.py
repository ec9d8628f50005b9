"""What the server answers with, as plain JSON: a doubt with its record, what is left, groups, lists."""

from __future__ import annotations

import re
from typing import Any

from extractor.accounting.value_tree import holds
from extractor.document.decision import Decision
from extractor.document.layout import Box
from extractor.errors import DocumentError, MissingPackage
from extractor.ledger import lookups
from extractor.review import form_view
from extractor.review.doubts import Doubt, explained, shown_value
from extractor.review.open_doubts import Filter
from extractor.review.run_records import estimated
from extractor.review.service import Opened, ReviewService
from extractor.review.suggestions import field_at, fitting, suggestions

RESIDUE_SHOWN = 200
EXAMPLES = 5
MARGIN = 2.0
"""Points around a place that is read once more: characters may touch the edge of their box."""
MOST_NAMES = 300
"""Documents and fields that a filter offers at once."""
_PLACE = re.compile(r"page (\d+)(?:, ?|: )(T\d+R\d+C\d+|L\d+|line \d+)")


def place(service: ReviewService, doubt: Doubt | None, left: dict[str, Any]) -> dict[str, Any]:
    """The answer to "what next?": the doubt and its record; `doubt` is null where all is decided."""
    if doubt is None:
        return {"doubt": None, "left": left}
    return {**with_record(service, doubt), "left": left}


def with_record(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """A doubt with its record, also where it is decided."""
    return {"doubt": shown(service, doubt), "record": record(service, doubt.sha256, doubt.form, doubt.path)}


def shown(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """A doubt as the page shows it, with how many others are like it."""
    with service.lock:
        like = service.doubts.like(doubt)
    return {**brief(doubt), "gravity": doubt.gravity, "same": like.same, "alike": like.any}


def brief(doubt: Doubt) -> dict[str, Any]:
    """A doubt as a line of a list."""
    return {
        "sha256": doubt.sha256,
        "form": doubt.form,
        "path": doubt.path,
        "document": doubt.document,
        "schema": doubt.schema,
        "kinds": doubt.kinds,
        "value": doubt.value,
    }


def record(service: ReviewService, sha256: str, form: int, path: str) -> dict[str, Any]:
    """A record as the page shows it, with what is said about one of its paths."""
    opened = service.opened(sha256, form)
    line, reviewed, spec = opened.record, opened.reviewed, service.spec(opened.record)
    shows = service.mode.shows_doubts
    with service.lock:
        seen = service.seen(sha256, form)
        doubts = [d.path for d in service.doubts.by_record.get((sha256, form), ())]
    return {
        "sha256": sha256,
        "form": form,
        "document": line["document"],
        "schema": line["schema"],
        "seen": seen,
        "title": form_view.title_of(spec, path),
        "sections": _plain(form_view.sections(line, reviewed, spec), shows),
        "findings": list(explained(line, path)) if shows else [],
        "doubts": doubts if shows else [path],
        "stale": [_stale(decision) for decision in reviewed.stale] if shows else [],
        "suggestions": suggestions(line, path, _text(opened, path), spec) if shows else [],
        "residue": [_residue(r) for r in line["residue"][:RESIDUE_SHOWN]] if shows else [],
        "where": where(opened, path),
        "source": source(service, sha256),
        "schemas": list(service.specs),
    }


def _plain(sections: list[dict[str, Any]], shows: bool) -> list[dict[str, Any]]:
    """The form, without what is known of its values where it is to be judged without that."""
    if shows:
        return sections
    for node in sections:
        _forget(node)
    return sections


def _forget(node: dict[str, Any]) -> None:
    node["doubt"] = False
    for part in (*node.get("parts", ()), *node.get("items", ()), *node.get("rows", ()), *node.get("cells", ())):
        _forget(part)


def _text(opened: Opened, path: str) -> str:
    return shown_value(opened.value(path)) if path else ""


def _stale(decision: Decision) -> dict[str, Any]:
    return {
        "path": decision.path,
        "action": decision.action,
        "who": decision.who,
        "at": decision.at,
        "read": shown_value(decision.read),
        "to": shown_value(decision.to),
    }


def _residue(residue: dict[str, Any]) -> dict[str, Any]:
    return {"text": residue["text"], "page": residue["page"], "unit": _unit(residue)}


def _unit(place: dict[str, Any]) -> str:
    return f"L{place['line']}" if "line" in place else str(place["cell"])


def where(opened: Opened, path: str) -> dict[str, Any]:
    """The page and the unit that a path is about: of its evidence, else of its findings, else where its form begins.

    `own` says that the place is that of the path (of the whole record: of its residue) and may be marked as such.
    """
    line = opened.record
    for other, spans in line["evidence"].items():
        if path and spans and holds(path, other):
            return {"page": spans[0]["page"], "unit": _unit(spans[0]), "own": True}
    for finding in line["findings"]:
        found = _PLACE.search(finding["message"]) if finding["path"] == path else None
        if found is not None:
            return {"page": int(found[1]), "unit": found[2].replace("line ", "L"), "own": True}
    above = path.rpartition("[")[0] or path.rpartition(".")[0]
    if above:
        return where(opened, above)
    first: list[dict[str, Any]] = [*line["residue"][:1], *(s[0] for s in line["evidence"].values() if s)]
    if not first:
        return {"page": 1, "unit": "", "own": False}
    return {"page": first[0]["page"], "unit": _unit(first[0]), "own": not path and bool(line["residue"])}


def read_once(service: ReviewService, sha256: str, form: int, path: str) -> list[str]:
    """The texts that another look at the place of a value gives, and that its field can take, but for its own."""
    opened = service.opened(sha256, form)
    spans = [span for span in opened.record["evidence"].get(path, ()) if span["box"]]
    if not spans:
        return []
    page, boxes = spans[0]["page"], [span["box"] for span in spans if span["page"] == spans[0]["page"]]
    sides = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    box = Box(sides[0] - MARGIN, sides[1] - MARGIN, sides[2] + MARGIN, sides[3] + MARGIN)
    text = service.sources.text_in(service.source(sha256), page, box)
    own = _text(opened, path)
    return [other for other in fitting(field_at(service.spec(opened.record), path), text) if other != own]


def source(service: ReviewService, sha256: str) -> dict[str, Any]:
    """How the document is shown: `pictures`, `text`, or `missing` with the reason; how many pages it has."""
    with service.lock:
        pages = lookups.pages_of(service.ledger, sha256)
    try:
        pictures = service.sources.has_pictures(service.source(sha256))
    except (DocumentError, MissingPackage) as error:
        return {"kind": "missing", "reason": str(error), "pages": pages}
    return {"kind": "pictures" if pictures else "text", "reason": "", "pages": pages}


def left(service: ReviewService, wanted: Filter) -> dict[str, Any]:
    """How much is left: in all and behind each filter, with the time that it will take."""
    with service.lock:
        counts = service.doubts.counts(Filter())
        within = service.doubts.counts(wanted)
        time = estimated(service.ledger, service.mode.task, counts.total, service.doubts.decisions)
    return {
        "total": counts.total,
        "wanted": within.total,
        "kinds": counts.kinds.most_common(),
        "fields": counts.fields.most_common(MOST_NAMES),
        "documents": counts.documents.most_common(MOST_NAMES),
        "decisions": time.decisions,
        "seconds": time.seconds,
        "loading": not service.loaded.is_set(),
    }


def group(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """How many doubts are like one, of the same value and of any, with examples."""
    with service.lock:
        same, alike = service.doubts.group(doubt, True), service.doubts.group(doubt, False)
    return {"same": _members(same), "alike": _members(alike), "value": doubt.value}


def _members(doubts: list[Doubt]) -> dict[str, Any]:
    return {"count": len(doubts), "examples": [brief(d) for d in doubts[:EXAMPLES]]}


def listed(service: ReviewService, order: str, wanted: Filter, start: int, count: int) -> dict[str, Any]:
    """A part of the list of doubts, in an order."""
    with service.lock:
        items = [d for _, d in service.doubts.ordered(order) if wanted.wants(d)]
    return {"total": len(items), "start": start, "items": [brief(d) for d in items[start : start + count]]}
