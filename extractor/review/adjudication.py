"""A third pass over what two labellers, blind to each other, have labelled otherwise: one doubt for each difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from extractor.accounting import decided
from extractor.accounting.judged_reading import Line
from extractor.document.decision import Decision
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import finding
from extractor.errors import CallError
from extractor.ledger import decision_log
from extractor.ledger.store import Ledger
from extractor.review import doubts
from extractor.review.doubts import shown_value
from extractor.review.modes import Labelled, Mode, label

Forms = Mapping[tuple[str, int], Sequence[Decision]]


class Labeller(NamedTuple):
    """A labeller: the name, the mode of the labels, and the decisions by document and form."""

    name: str
    mode: Mode
    decisions: Forms

    def values(self, record: Line) -> dict[str, Any] | None:
        """The values that the labeller gave a form; None where the form was not accepted as a whole."""
        about = self.decisions.get((record["sha256"], record["form"]), ())
        reviewed = decided.review(self.mode.starts_from(record), about)
        return reviewed.values if reviewed.marks.get("") == "accepted" else None


def labeller(ledger: Ledger, name: str) -> Labeller:
    """Who labelled on the page of a run, from a draft or from nothing. Raises `CallError` where there is none such."""
    for blank in (False, True):
        mode = label(name, blank)
        found = decision_log.by_form(ledger, mode.task)
        if found:
            return Labeller(name, mode, found)
    there = sorted({task.split(":")[1] for task in decision_log.tasks(ledger) if task.startswith("label:")})
    raise CallError(f"nobody called {name!r} has labelled this run; there are: {', '.join(there) or 'none'}")


def mode(by: str, first: Labeller, second: Labeller) -> Mode:
    """Doubts where the two differ; a form that only one has accepted is left to that labeller. What both say stands."""

    def starts_from(record: Line) -> Line:
        ours, theirs = first.values(record), second.values(record)
        if ours is None or theirs is None:
            return {**record, "values": {}, "findings": [], "unsettled": []}
        found = [
            finding(FindingKind.TWO_READERS, d.path, f"{first.name}: {d.ours!r}, {second.name}: {d.theirs!r}",
                    others=(d.theirs,))
            for d in differences(ours, theirs)
        ]  # fmt: skip
        said = [one.to_json() for one in found]
        return {**record, "values": ours, "findings": said, "unsettled": sorted({one.path for one in found})}

    made = [d for one in (first, second) for about in one.decisions.values() for d in about]
    between = Labelled(
        (first.name, second.name), max(d.at for d in made)[:10], first.mode.is_blank and second.mode.is_blank
    )
    return Mode("review", f"third:{first.name}:{second.name}:{by}", doubts.of_record, starts_from, between=between)


class Difference(NamedTuple):
    """A path at which two labels differ, and their texts; of a list, how many rows each has."""

    path: str
    ours: str
    theirs: str


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[Difference]:
    """Where two trees of values differ: leaves, and lists of different lengths as a whole."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and not _is_leaf(ours):
        for name in {**ours, **theirs}:
            yield from differences(ours.get(name), theirs.get(name), f"{path}.{name}" if path else name)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield Difference(path, f"{len(ours)} rows", f"{len(theirs)} rows")
        for number, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            yield from differences(a, b, f"{path}[{number}]")
    elif ours != theirs:
        yield Difference(path, shown_value(ours), shown_value(theirs))


def _is_leaf(value: Any) -> bool:
    """An indicator's value is one leaf of four parts."""
    return set(value) == {"text", "operator", "value", "unit"}
