"""What one sits down to: to review doubts, to audit settled values, to label. Each has a task and doubts of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from extractor.accounting import decided
from extractor.accounting.judged_reading import Line
from extractor.document.decision import REVIEW, Decision
from extractor.review import doubts
from extractor.review.doubts import Doubt

DoubtsOf = Callable[[Line, int, Sequence[Decision]], list[Doubt]]


class Labelled(NamedTuple):
    """Two labellers whose labels a third pass begins with: their names, their last day, whether from nothing."""

    by: tuple[str, str]
    on: str
    blank: bool


@dataclass(frozen=True)
class Mode:
    """`name` tells the page what to offer; `starts_from` gives the record that one starts from.

    `shows_doubts`: whether findings, marks and doubts are shown; where one is to judge without them, they are not.
    `between`: the labellers of a third pass.
    """

    name: str
    task: str
    doubts_of: DoubtsOf
    starts_from: Callable[[Line], Line]
    shows_doubts: bool = True
    between: Labelled | None = None

    @property
    def looks_at_settled(self) -> bool:
        """Whether records without any doubt of the run are gone through, too."""
        return not self.shows_doubts or self.between is not None

    @property
    def is_blank(self) -> bool:
        """Whether labels began with empty forms."""
        return self.between.blank if self.between else self.task.endswith(":blank")


def _as_it_is(record: Line) -> Line:
    return record


def review() -> Mode:
    """Doubts one by one."""
    return Mode("review", REVIEW, doubts.of_record, _as_it_is)


def audit(task: str, sample: dict[tuple[str, int], list[str]]) -> Mode:
    """The sampled values of each record, by its document and form: judged without what is known of them."""

    def of_record(record: Line, position: int, decisions: Sequence[Decision]) -> list[Doubt]:
        judged = {decision.path for decision in decisions}
        wanted = sample.get((record["sha256"], record["form"]), [])
        return [_doubt(record, position, path, "audit") for path in wanted if path not in judged]

    return Mode("audit", task, of_record, _as_it_is, shows_doubts=False)


def label(by: str, blank: bool) -> Mode:
    """Each form as a whole, from what was read or from nothing; one labeller does not see another's decisions."""

    def of_record(record: Line, position: int, decisions: Sequence[Decision]) -> list[Doubt]:
        if not record["values"] or decided.review(record, decisions).marks.get("") == "accepted":
            return []
        return [_doubt(record, position, "", "label")]

    task = f"label:{by}" + (":blank" if blank else "")
    return Mode("label", task, of_record, _blank if blank else _as_it_is, shows_doubts=False)


def _doubt(record: Line, position: int, path: str, kind: str) -> Doubt:
    sha256, form = record["sha256"], record["form"]
    name = f"{kind}|{sha256}|{form}|{path}"
    return Doubt(position, form, (), sha256, record["document"], record["schema"], path, (kind,), 1, name, "")


def _blank(record: Line) -> Line:
    """The record with the fields of its form, and nothing in them."""
    values = {name: _emptied(value) for name, value in record["values"].items()}
    return {**record, "values": values, "evidence": {}, "residue": [], "findings": [], "unsettled": [""]}


def _emptied(value: Any) -> Any:
    if isinstance(value, list):
        return []
    if isinstance(value, dict) and set(value) != {"text", "operator", "value", "unit"}:
        return {name: _emptied(part) for name, part in value.items()}
    return None
