"""The doubts of a record: one for each path that is unsettled, with the findings that say why."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from extractor.accounting import decided, value_tree
from extractor.accounting.decided import Reviewed
from extractor.accounting.judged_reading import Line
from extractor.accounting.proof.own_labels import QUOTED
from extractor.document.decision import Decision
from extractor.document.finding_kinds import KINDS, FindingKind, KindEntry
from extractor.review.names import in_words, row_numbers

GRAVITY = {"error": 0, "warning": 1, "info": 2}
STALE = "stale"
"""The kind of a doubt that an earlier decision leaves, whose reading has changed since."""
_NO_FINDING = "unsettled"
_WHERE = re.compile(r"\(page[^)]*\)|page \d+:|T\d+R\d+C\d+|\b\d+\b")


class Doubt(NamedTuple):
    """One thing to decide. `position` is that of its document in the run, `order` that of its path in the form.

    `value`: the text of what was read; where no value could be made of it, what is printed. `alike` is the same for
    doubts of the same field for the same reasons; of those, equal `value`s are the same doubt. `label`: the printed
    label that a finding quotes, "" without. `rows`: the numbers of the path's rows, as the page counts them.
    """

    position: int
    form: int
    order: tuple[int, ...]
    sha256: str
    document: str
    schema: str
    path: str
    kinds: tuple[str, ...]
    gravity: int
    alike: str
    value: str
    label: str = ""
    rows: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells a doubt from others: the document, the form, the path."""
        return self.sha256, self.form, self.path

    @property
    def field(self) -> str:
        """The field of the schema, without the numbers of rows."""
        return value_tree.generic(self.path)


def of_record(record: Line, position: int, decisions: Sequence[Decision]) -> list[Doubt]:
    """What is still in doubt of a record, in the order of the form; the record as a whole comes last."""
    if not record["unsettled"] and not decisions:
        return []
    reviewed = decided.review(record, decisions)
    stale = {decision.path for decision in reviewed.stale}
    paths = {*reviewed.unsettled, *(path for path in stale if _stands(reviewed, path))}
    findings = _by_path(record)
    return [
        _doubt(record, position, order, path, findings.get(path, []), path in stale, reviewed)
        for order, path in sorted((_reading_order(reviewed.tree, path), path) for path in paths)
    ]


def _stands(reviewed: Reviewed, path: str) -> bool:
    try:
        value_tree.at(reviewed.tree, path)
    except KeyError:
        return False
    return True


def _reading_order(tree: Any, path: str) -> tuple[int, ...]:
    """Where a path stands in the form, so that the order of doubts holds while others are decided; "" comes last."""
    if not path:
        return (sys.maxsize,)
    out: list[int] = []
    for step in value_tree.steps(path):
        names = list(tree) if isinstance(tree, dict) else []
        out.append(names.index(step) if step in names else len(names))
        tree = tree[step] if step in names else None
    return tuple(out)


def _by_path(record: Line) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for finding in record["findings"]:
        if finding["about"] == "reading":
            out.setdefault(finding["path"], []).append(finding)
    return out


def _doubt(
    record: Line,
    position: int,
    order: tuple[int, ...],
    path: str,
    findings: Sequence[dict[str, Any]],
    stale: bool,
    reviewed: Reviewed,
) -> Doubt:
    value = (shown_value(_value(reviewed.tree, path)) or _printed(record, path)) if path else ""
    kinds = [*dict.fromkeys(f["kind"] for f in findings), *([STALE] if stale else [])] or [_NO_FINDING]
    from_spaces = all(_is_from_spaces(record, f) for f in findings) if findings else False
    gravity = LAST if from_spaces else min((GRAVITY[f["severity"]] for f in findings), default=1)
    reasons = sorted({_WHERE.sub("#", f["message"].replace(value, "…") if value else f["message"]) for f in findings})
    reasons = [FROM_SPACES] if from_spaces else reasons
    alike = "|".join((record["schema"], value_tree.generic(path), ",".join(kinds), *reasons))[:1000]
    return Doubt(
        position, record["form"], order, record["sha256"], record["document"], record["schema"], path, tuple(kinds),
        gravity, alike, value[:200], _label(findings), row_numbers(reviewed.tree, path),
    )  # fmt: skip


def _is_from_spaces(record: Line, finding: dict[str, Any]) -> bool:
    """Whether a value is in doubt only since the rows and columns of its text are told from spaces.

    A text file's characters are certain: what is unsure of a cell is its place.
    """
    if finding["kind"] != FindingKind.LOW_CONFIDENCE:
        return False
    spans = record["evidence"].get(finding["path"], ())
    told = any(f["kind"] == FindingKind.UNRULED_DOUBT and not f["path"] for f in record["findings"])
    return told and bool(spans) and all(span["box"] is None for span in spans)


def _label(findings: Sequence[dict[str, Any]]) -> str:
    """The label that is not known to be the field's, as a finding quotes it."""
    quoted = (QUOTED.search(f["message"]) for f in findings if f["kind"] == FindingKind.LABEL_UNCONFIRMED)
    return next((str(json.loads(found[1])) for found in quoted if found), "")


def _value(tree: Any, path: str) -> Any:
    try:
        return value_tree.plain(value_tree.at(tree, path))
    except KeyError:
        return None


def _printed(record: Line, path: str) -> str:
    """What is printed where an empty value was looked for; of a row or a group, the texts of its values."""
    own = (spans for other, spans in record["evidence"].items() if value_tree.holds(path, other))
    return " ".join(span["text"] for spans in own for span in spans)


def shown_value(value: Any) -> str:
    """The text of a leaf's value, as a person reads it: of an indicator its whole cell; "" of what holds values."""
    if isinstance(value, dict):
        return str(value["text"]) if "text" in value and not isinstance(value["text"], dict) else ""
    if value is None or isinstance(value, list):
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


FROM_SPACES = "The rows and columns of this text are told from spaces alone: the value may be that of another one."
LAST = 3
"""The gravity of what is in doubt for that reason alone: many values alike, and most of them right."""
LOOK = "Look at the place: correct the value where it is printed otherwise, else accept it."
"""What to do about a finding of a kind that is about the source, where the reading may be what is odd (after OCR)."""


def _remedy(entry: KindEntry, about: str) -> str:
    return entry.remedy if entry.about == about else LOOK


def explained(record: Line, path: str) -> Iterator[dict[str, str]]:
    """The findings on a path, about reading and source, in the words of the registry."""
    for finding in record["findings"]:
        if finding["path"] == path:
            if _is_from_spaces(record, finding):
                yield _explanation(finding, FROM_SPACES, "", "Compare it with the printed lines, then accept it.")
                continue
            entry = KINDS.get(FindingKind(finding["kind"])) if finding["kind"] in set(FindingKind) else None
            remedy = _remedy(entry, finding["about"]) if entry else ""
            yield _explanation(finding, entry.meaning if entry else "", in_words(finding["message"]), remedy)


def _explanation(finding: dict[str, Any], meaning: str, message: str, remedy: str) -> dict[str, str]:
    own = {key: finding[key] for key in ("kind", "about", "severity")}
    return {**own, "message": message, "meaning": meaning, "remedy": remedy}
