"""Decisions applied to a record: a proof of the kind `decided`. What was read stays; what is in doubt may change.

A decision whose reading has changed is stale: it is kept, shown, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from extractor.accounting import value_tree
from extractor.accounting.judged_reading import Line, now_at
from extractor.accounting.value_tree import holds
from extractor.document.decision import Decision

Mark = Literal["accepted", "corrected", "inserted", "rejected"]
DECIDED = "decided"


class Reviewed(NamedTuple):
    """A record as its reviewers left it.

    `tree`: the corrected values by named rows; `unsettled`: the paths of the corrected values that are still in doubt;
    `unsettled_as_read`: those of the values as read, of which a corrected one is in doubt; `marks`: what was decided,
    by path of named rows; `deleted`: the rows that are none; `stale`: the decisions whose reading has changed.
    """

    tree: Any
    unsettled: tuple[str, ...]
    unsettled_as_read: tuple[str, ...]
    marks: Mapping[str, Mark]
    deleted: tuple[str, ...]
    stale: tuple[Decision, ...]

    @property
    def values(self) -> dict[str, Any]:
        """The corrected values."""
        out: dict[str, Any] = value_tree.plain(self.tree)
        return out


@dataclass
class _State:
    """What is being put together while decisions are gone through in order."""

    tree: Any
    marks: dict[str, Mark] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    stale: list[Decision] = field(default_factory=list)


def review(record: Line, decisions: Sequence[Decision]) -> Reviewed:
    """The record with all decisions applied that still judge what it reads. Pure; the record is not changed."""
    state = _State(value_tree.tree(record["values"]))
    for decision in decisions:
        path = _path_now(record, state, decision)
        if path is None:
            state.stale.append(decision)
        else:
            _apply(state, decision, path)
    known = record.get("unsettled", [""])
    marks = {path: mark for path, mark in state.marks.items() if not _inside(path, state.deleted)}
    return Reviewed(
        state.tree,
        tuple(sorted(_open(known, marks, state.deleted))),
        tuple(sorted({*(p for p in known if not _covered(p, marks, state.deleted)), *state.touched})),
        marks,
        tuple(state.deleted),
        tuple(state.stale),
    )


def _path_now(record: Line, state: _State, decision: Decision) -> str | None:
    """Where the decision applies; None where its reading has changed, or what it stands on is stale."""
    if "[+" not in decision.path:
        return now_at(record, decision.path, decision.judged)
    if decision.action == "insert":
        return decision.path if now_at(record, decision.path.rsplit("[", 1)[0], decision.judged) is not None else None
    try:
        value_tree.at(state.tree, decision.path)
    except KeyError:
        return None
    return decision.path


def _apply(state: _State, decision: Decision, path: str) -> None:
    try:
        _ACTIONS[decision.action](state, decision, path)
    except KeyError:
        state.stale.append(decision)
        return
    state.stale = [old for old in state.stale if not holds(path, old.path)]  # decided again


def _accept(state: _State, decision: Decision, path: str) -> None:
    if state.marks.get(path) in (None, "rejected"):
        state.marks[path] = "accepted"
        state.touched.discard(path)


def _set(state: _State, decision: Decision, path: str) -> None:
    value_tree.put(state.tree, path, decision.to)
    same = decision.to == decision.read and "[+" not in path
    state.marks[path] = "accepted" if same else "corrected"
    if same:
        state.touched.discard(path)
    else:
        state.touched.add(_as_read(path))


def _reject(state: _State, decision: Decision, path: str) -> None:
    state.marks[path] = "rejected"
    state.touched.add(_as_read(path))


def _insert(state: _State, decision: Decision, path: str) -> None:
    value_tree.insert(state.tree, path, decision.to, decision.after)
    state.marks[path] = "inserted"
    state.touched.add(_as_read(path))


def _delete(state: _State, decision: Decision, path: str) -> None:
    value_tree.delete(state.tree, path)
    state.deleted.append(path)
    state.touched.add(_as_read(path))


def _add(state: _State, decision: Decision, path: str) -> None:
    """The form is there because of it: nothing changes inside."""


_ACTIONS = {"add": _add, "accept": _accept, "set": _set, "reject": _reject, "insert": _insert, "delete": _delete}


def _as_read(path: str) -> str:
    """The path that the values as read have for it: of an inserted row, its list."""
    return path.split("[+", 1)[0]


def _open(known: Sequence[str], marks: Mapping[str, Mark], deleted: Sequence[str]) -> set[str]:
    rejected = {path for path, mark in marks.items() if mark == "rejected"}
    return {*(path for path in known if not _covered(path, marks, deleted)), *rejected}


def _covered(path: str, marks: Mapping[str, Mark], deleted: Sequence[str]) -> bool:
    """Whether a person has said what is right at a path: there, or by accepting what holds it."""
    if marks.get(path) in ("accepted", "corrected") or _inside(path, deleted):
        return True
    return any(mark == "accepted" and holds(outer, path) for outer, mark in marks.items())


def _inside(path: str, rows: Sequence[str]) -> bool:
    return any(holds(row, path) for row in rows)


def as_read(record: Line, decisions: Sequence[Decision]) -> dict[str, Any]:
    """The line of `records.jsonl` with what decisions change of it: what is in doubt, and `decided` as the proof.

    The values stay as read. A corrected value is in doubt: it is known to be wrong. Applied twice, it gives the same.
    """
    if not decisions:
        return dict(record)
    reviewed = review(record, decisions)
    accepted = [path for path, mark in reviewed.marks.items() if mark == "accepted"]
    evidence = {
        path: [_proven(span) for span in spans] if any(holds(outer, path) for outer in accepted) else spans
        for path, spans in record["evidence"].items()
    }
    unsettled = list(reviewed.unsettled_as_read)
    return {**record, "evidence": evidence, "settled": not unsettled, "unsettled": unsettled}


def _proven(span: Mapping[str, Any]) -> dict[str, Any]:
    return {**span, "proof": DECIDED}


def as_reviewed(record: Line, decisions: Sequence[Decision]) -> dict[str, Any]:
    """The line with the corrected values, `reviewed` (what was decided, by path), and what is still in doubt."""
    reviewed = review(record, decisions)
    paths = {part.named: part.path for part in value_tree.numbered(reviewed.tree)}
    marks = {paths.get(named, named): mark for named, mark in reviewed.marks.items()}
    unsettled = [paths.get(named, named) for named in reviewed.unsettled]
    return {
        **record,
        "values": reviewed.values,
        "settled": not unsettled,
        "unsettled": unsettled,
        "reviewed": marks,
        "deleted": list(reviewed.deleted),
        "stale": [decision.path for decision in reviewed.stale],
    }
