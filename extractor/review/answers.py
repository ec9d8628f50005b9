"""What the server answers with, as plain JSON: a doubt with its record, what is left, groups, lists."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from extractor.accounting.judged_reading import Line
from extractor.accounting.settled import DOCUMENT
from extractor.accounting.value_tree import holds
from extractor.document.decision import Decision
from extractor.document.layout import Box
from extractor.errors import DocumentError, MissingPackage
from extractor.ledger import lookups
from extractor.review import form_view, names
from extractor.review.affirmed import affirmed
from extractor.review.doubts import Doubt, explained, shown_value
from extractor.review.open_doubts import Filter
from extractor.review.run_records import estimated
from extractor.review.service import Opened, ReviewService
from extractor.review.suggestions import field_at, fitting, suggestions

RESIDUE_SHOWN = 200
EXAMPLES = 5
MARGIN = 2.0
"""Points around a place that is read once more: characters may touch the edge of their box."""
FORMS_SHOWN = 5
"""Forms that a doubt about a document shows at once."""
_FORM = re.compile(r"form (\d+):")
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
    return {"doubt": shown(service, doubt), "record": record(service, doubt)}


def shown(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """A doubt as the page shows it, with how many others are like it."""
    with service.lock:
        like = service.doubts.like(doubt)
    return {**brief(service, doubt), "gravity": doubt.gravity, "same": like.same, "alike": like.any}


def name_of(service: ReviewService, doubt: Doubt) -> str:
    """What a doubt is about, in words."""
    if doubt.form == DOCUMENT:
        return "the document as a whole"
    return names.path_name(service.specs.get(doubt.schema), doubt.path, doubt.rows)


def brief(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """A doubt as a line of a list."""
    return {
        "name": name_of(service, doubt),
        "form_name": names.form_name(doubt.form),
        "sha256": doubt.sha256,
        "form": doubt.form,
        "path": doubt.path,
        "document": doubt.document,
        "schema": doubt.schema,
        "kinds": doubt.kinds,
        "value": doubt.value,
    }


def record(service: ReviewService, doubt: Doubt) -> dict[str, Any]:
    """A record as the page shows it, with what is said about the path of a doubt."""
    sha256, form, path = doubt.key
    opened = service.opened(sha256, form)
    line, reviewed, spec = opened.record, opened.reviewed, service.spec(opened.record)
    shows = service.mode.shows_doubts
    with service.lock:
        seen = service.seen(sha256, form)
        found = list(service.doubts.by_record.get((sha256, form), ()))
    says = affirmed(opened, path, found)
    return {
        "sha256": sha256,
        "form": form,
        "document": line["document"],
        "schema": line["schema"],
        "seen": seen,
        "title": name_of(service, doubt),
        "affirms": says.text,
        "closes": [name_of(service, d) for d in says.closes],
        "sections": _forms(service, line)
        if form == DOCUMENT
        else _plain(form_view.sections(line, reviewed, spec), shows),
        "findings": list(explained(line, path)) if shows else [],
        "doubts": [d.path for d in found] if shows else [path],
        "doubt_names": [name_of(service, d) for d in found] if shows else [],
        "stale": [_stale(decision) for decision in reviewed.stale] if shows else [],
        "suggestions": [s._asdict() for s in suggestions(line, path, _text(opened, path), spec)] if shows else [],
        "residue": [_residue(r) for r in line["residue"][:RESIDUE_SHOWN]] if shows else [],
        "where": where(opened, path),
        "source": source(service, sha256),
        "schemas": list(service.specs),
    }


def _forms(service: ReviewService, line: Line) -> list[dict[str, Any]]:
    """The forms that a doubt about a document names, to look at: their paths begin with `#` and cannot be decided."""
    numbers = dict.fromkeys(int(m[1]) for f in line["findings"] if (m := _FORM.match(f["message"])))
    out = []
    for form in list(numbers)[:FORMS_SHOWN]:
        opened = service.opened(line["sha256"], form)
        spec = service.spec(opened.record)
        parts = form_view.sections(opened.record, opened.reviewed, spec)
        label = f"{names.form_name(form)} · {opened.record['schema']}"
        out.append(_within(f"#{form}", {"kind": "group", "label": label, "path": "", "parts": parts, "doubt": False}))
    return out


def _within(root: str, node: dict[str, Any]) -> dict[str, Any]:
    inside: dict[str, Any] = {
        name: [_within(root, part) if isinstance(part, dict) else part for part in node[name]]
        for name in ("parts", "items", "rows", "cells")
        if name in node
    }
    return {**node, "path": f"{root}.{node['path']}" if node["path"] else root, **inside}


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
    return {"text": residue["text"], "page": residue["page"], "unit": names.unit_name(_unit(residue))}


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
    return {"same": _members(service, same), "alike": _members(service, alike), "value": doubt.value}


def _members(service: ReviewService, doubts: list[Doubt]) -> dict[str, Any]:
    return {"count": len(doubts), "examples": [brief(service, d) for d in doubts[:EXAMPLES]]}


def listed(service: ReviewService, wanted: Filter, start: int, count: int) -> dict[str, Any]:
    """A part of the list of doubts, by document and form, with a heading above those of each form."""
    with service.lock:
        items = [d for _, d in service.doubts.ordered("document") if wanted.wants(d)]
    lines: list[dict[str, Any] | Doubt] = []
    for (document, _, form, schema), found in groupby(items, lambda d: (d.document, d.sha256, d.form, d.schema)):
        own = list(found)
        title = " · ".join(filter(None, (document, names.form_name(form), schema)))
        lines += [{"heading": title, "count": len(own)}, *own]
    part = lines[start : start + count]
    shown = [brief(service, line) if isinstance(line, Doubt) else line for line in part]
    return {"total": len(lines), "start": start, "items": shown}


def decided(service: ReviewService, before: list[Doubt], sha256: str, form: int, path: str) -> dict[str, Any]:
    """What a decision at a path decided: the name of the path, and of each other doubt that it closed."""
    with service.lock:
        open_now = {d.path for d in service.doubts.by_record.get((sha256, form), ())}
    opened = service.opened(sha256, form)
    closed = [name_of(service, d) for d in before if d.path not in open_now and d.path != path]
    numbers = names.row_numbers(opened.reviewed.tree, path)
    name = names.path_name(service.spec(opened.record), path, numbers)
    return {"name": "the document" if form == DOCUMENT else name, "closed": closed}
