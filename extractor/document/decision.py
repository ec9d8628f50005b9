"""A decision: what a person said of one reading. Decisions are only ever added; one may undo a batch of others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Action = Literal["accept", "set", "reject", "insert", "delete", "add", "undo"]
ACTIONS: tuple[str, ...] = get_args(Action)
REVIEW = "review"
"""The task of ordinary review; an audit and each labeller have tasks of their own."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a person.

    `batch`: what one key decided together, and what an undo takes back together. `path`: what was judged, by the
    numbers of the rows as they were read (`indicators[3].target`; "" the whole record); a row that was inserted has a
    name instead of a number (`indicators[+k1]`). `judged`: the hash of the reading that was judged. `read`: the value
    as read; `before` and `to`: the value before and after the decision. `after`: the row above an inserted one, by its
    number or name ("" for the first row). `undoes`: the batch that an undo takes back. `add` adds a form
    that the run missed: `to` holds its schema and its empty values. `at`: UTC, ISO 8601.
    """

    id: str
    batch: str
    who: str
    at: str
    seconds: float
    sha256: str
    form: int
    action: Action
    path: str
    task: str = REVIEW
    judged: str = ""
    evidence: tuple[tuple[int, str, int, int], ...] = ()
    read: Any = None
    before: Any = None
    to: Any = None
    after: str = ""
    undoes: str = ""

    def to_json(self) -> dict[str, Any]:
        """The decision as one line of `decisions.jsonl`; `before` is called `from` there."""
        line = asdict(self)
        return {("from" if key == "before" else key): value for key, value in line.items()}


def from_json(line: dict[str, Any]) -> Decision:
    """The decision of one line of `decisions.jsonl`. Raises `ValueError` where the line is none."""
    values = {("before" if key == "from" else key): value for key, value in line.items()}
    try:
        values["evidence"] = tuple((int(p), str(u), int(s), int(e)) for p, u, s, e in values.get("evidence", ()))
        decision = Decision(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"no decision: {error}") from None
    if decision.action not in ACTIONS or not decision.id or not decision.batch:
        raise ValueError(f"no decision: action {decision.action!r}; there are: {', '.join(ACTIONS)}")
    return decision
