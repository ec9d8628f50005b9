"""What the page asks for: the next doubt with its record, and decisions about it. One service for all who look."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from extractor.accounting import added_forms, decided, judged_reading, value_tree
from extractor.accounting.decided import Reviewed
from extractor.accounting.judged_reading import Line
from extractor.accounting.settled import DOCUMENT, beside_records
from extractor.config import Settings
from extractor.document.decision import REVIEW, Action, Decision
from extractor.errors import ExtractorError
from extractor.ledger import decision_log, lookups, store
from extractor.ledger.store import Ledger
from extractor.review.doubts import Doubt
from extractor.review.modes import Mode
from extractor.review.new_values import convention_of, empty_row, empty_values, value_of
from extractor.review.open_doubts import Filter, OpenDoubts
from extractor.review.run_records import Remaining, estimated, run_records
from extractor.review.sources import Source, Sources
from extractor.runs.place_decisions import PlaceDecisions
from schemas.spec import SchemaSpec


class Refused(ExtractorError):
    """A request that cannot be met: what it is about has changed, belongs to another person, or is not there."""


class Person(NamedTuple):
    """Who asks: a name, and the session of the page (one person may have two pages open)."""

    name: str
    session: str


class Change(NamedTuple):
    """One part of a decision, as the page sends it: what to do at a path, with the text or the row above."""

    action: Action
    path: str
    text: str | None = None
    after: str = ""


class Opened(NamedTuple):
    """A record with its decisions: as it was read, and as reviewers left it."""

    record: Line
    decisions: tuple[Decision, ...]
    reviewed: Reviewed

    def value(self, path: str) -> Any:
        """The value at a path as reviewers left it; None where there is none."""
        return _at(self.reviewed.tree, path)


class ReviewService:
    """Holds the ledger, what is left to decide, and the sources. Its methods may be called from several threads."""

    def __init__(
        self,
        directory: Path,
        ledger: Ledger,
        specs: Sequence[SchemaSpec],
        settings: Settings,
        mode: Mode,
        place: PlaceDecisions | None = None,
    ) -> None:
        self.directory, self.ledger, self.mode, self.place = directory, ledger, mode, place
        self.specs = {spec.name: spec for spec in specs}
        self.sources = Sources(settings)
        self.lock = threading.RLock()
        self.doubts = OpenDoubts()
        self.loaded = threading.Event()
        self.some = threading.Event()
        self.changed = False
        self._seen = self._state()
        self._checked = self._heard = time.monotonic()
        self._start_loading()

    # What is left

    def _start_loading(self) -> None:
        self.loaded.clear()
        self.some.clear()
        threading.Thread(target=self._load, args=(self.doubts,), daemon=True).start()

    def _load(self, into: OpenDoubts) -> None:
        """Fills `into` from the ledger, a record at a time: the first doubts are there before the last are read."""
        try:
            with store.reading(self.directory) as ledger:
                decisions = decision_log.by_form(ledger, self.mode.task)
                for record, position in run_records(ledger, self.mode.looks_at_settled, decisions):
                    about = decisions.get((record["sha256"], record["form"]), ())
                    found = self.mode.doubts_of(self.mode.starts_from(record), position, about)
                    with self.lock:
                        into.positions[record["sha256"]] = position
                        if found and (record["sha256"], record["form"]) not in into.by_record:
                            into.put(record["sha256"], record["form"], found)
                            self.some.set()
        finally:
            self.some.set()
            self.loaded.set()

    def _state(self) -> tuple[int, int, int]:
        row = self.ledger.execute(
            "SELECT coalesce((SELECT max(id) FROM runs), 0), coalesce((SELECT max(id) FROM results), 0),"
            " coalesce((SELECT max(number) FROM decisions), 0)"
        ).fetchone()
        return row[0], row[1], row[2]

    def remaining(self) -> Remaining:
        """How much is left, when the whole run has been gone through."""
        self.loaded.wait()
        with self.lock:
            return estimated(self.ledger, self.mode.task, self.doubts.counts(Filter()).total, self.doubts.decisions)

    def catch_up(self) -> None:
        """Takes in what another run, or another server, has written since the last look."""
        with self.lock:
            if time.monotonic() - self._checked < CHECK_SECONDS:
                return
            self._checked = time.monotonic()
            self._hear()
            state = self._state()
            if state[:2] != self._seen[:2]:
                self.doubts = OpenDoubts()
                self._start_loading()
            elif state[2] != self._seen[2]:
                self._reread(self._seen[2])
            self._seen = state

    def _hear(self) -> None:
        """Takes in what other sessions have put to the place since the last look."""
        if self.place is None or time.monotonic() - self._heard < PLACE_SECONDS:
            return
        self._heard = time.monotonic()
        decision_log.add(self.ledger, self.place.news())

    def _reread(self, after: int) -> None:
        rows = self.ledger.execute(
            "SELECT DISTINCT sha256, form FROM decisions WHERE number > ? OR batch IN"
            " (SELECT undoes FROM decisions WHERE number > ?)",
            (after, after),
        ).fetchall()
        for sha256, form in rows:
            self._refresh(sha256, form)

    def _refresh(self, sha256: str, form: int) -> None:
        """Brings the doubts of one record up to date."""
        record = self.record(sha256, form)
        if record is None:
            self.doubts.put(sha256, form, [])  # an added form that was taken back
        else:
            about = decision_log.of_form(self.ledger, sha256, form, self.mode.task)
            position = self.doubts.positions.get(sha256, 0)
            self.doubts.put(sha256, form, self.mode.doubts_of(record, position, about))

    # Records

    def record(self, sha256: str, form: int) -> Line | None:
        """The record of a form (of a document beside its records: of the form -1) as one starts from it."""
        if form == DOCUMENT:
            line = lookups.document_line(self.ledger, sha256)
            return beside_records(json.loads(line)) if line else None
        if added_forms.is_added(form):
            source = lookups.input_of(self.ledger, sha256)
            about = decision_log.of_form(self.ledger, sha256, form, self.mode.task)
            return added_forms.line_of(about, source.name) if source else None
        line = lookups.record_line(self.ledger, sha256, form)
        return self.mode.starts_from(json.loads(line)) if line else None

    def opened(self, sha256: str, form: int) -> Opened:
        """A record with its decisions. Refused: there is none such in the last run."""
        with self.lock:
            record = self.record(sha256, form)
            if record is None:
                raise Refused("the last run has no such record; load the page again")
            about = decision_log.of_form(self.ledger, sha256, form, self.mode.task)
            return Opened(record, about, decided.review(record, about))

    def seen(self, sha256: str, form: int) -> int:
        """The number of the last decision about a form: a decision must be made in the knowledge of it."""
        return decision_log.latest(self.ledger, sha256, form, self.mode.task)

    def spec(self, record: Line) -> SchemaSpec | None:
        """The schema of a record; None for a document beside its records."""
        return self.specs.get(record["schema"])

    def source(self, sha256: str) -> Source:
        """Where the file of a document is. Refused: it is none of the last run's."""
        with self.lock:
            found = lookups.input_of(self.ledger, sha256)
        if found is None:
            raise Refused("the last run has no such document")
        path = Path(found.address) if self.place is None else self.place.source(sha256, found.address)
        return Source(sha256, found.name, path)

    # Going on

    def next(self, person: Person, order: str, wanted: Filter, after: Doubt | None, back: bool = False) -> Doubt | None:
        """The next doubt in an order (or the one before), in a document that nobody else has; it is claimed."""
        self.catch_up()
        while True:
            self.some.wait(WAIT_SECONDS)
            with self.lock:
                elsewhere = decision_log.claimed(self.ledger, self.mode.task, person.session)
                step = self.doubts.preceding if back and after else self.doubts.following
                found = step(order, wanted, after, elsewhere)  # type: ignore[arg-type]  # back only behind a doubt
                if found is None and not self.loaded.is_set():
                    self.some.clear()
                    continue
                if found is None or not self.claim(person, found.sha256):
                    return found

    def claim(self, person: Person, sha256: str) -> str:
        """Claims a document; the name of the person who has it already, or ""."""
        with self.lock:
            return decision_log.claim(self.ledger, sha256, self.mode.task, person.name, person.session)

    # Deciding

    def decide(
        self, person: Person, batch: str, seen: int, seconds: float, sha256: str, form: int, changes: Sequence[Change]
    ) -> None:
        """Keeps one decision, of one or several changes. Refused: another person has the document or was faster."""
        with self.lock:
            if self._is_there(batch):
                return
            holder = self.claim(person, sha256)
            if holder:
                raise Refused(f"{holder} is at work on this document; it is skipped")
            if decision_log.latest(self.ledger, sha256, form, self.mode.task) != seen:
                raise Refused("somebody has decided about this form since it was shown; it is shown again")
            opened = self.opened(sha256, form)
            self._keep(self._decisions(person, batch, seconds, opened, changes), [(sha256, form)])

    def add_form(self, person: Person, batch: str, seconds: float, sha256: str, schema: str) -> int:
        """Adds a form that the run missed, with nothing in it; its number."""
        spec = self.specs.get(schema)
        if spec is None:
            raise Refused(f"this run has no schema {schema!r}; there are: {', '.join(self.specs)}")
        with self.lock:
            source = lookups.input_of(self.ledger, sha256)
            holder = self.claim(person, sha256)
            if source is None:
                raise Refused("the last run has no such document")
            if holder:
                raise Refused(f"{holder} is at work on this document")
            form = added_forms.next_number(decision_log.forms_of(self.ledger, sha256))
            told = {"schema": schema, "values": empty_values(spec.fields)}
            line = added_forms.empty_line(sha256, form, source.name, told)
            judged = judged_reading.reading_hash(line, "")
            made = Decision(
                f"{batch}/0", batch, person.name, _now(), round(seconds, 1), sha256, form, "add", "", self.mode.task,
                judged, to=told,
            )  # fmt: skip
            if not self._is_there(batch):
                self._keep([made], [(sha256, form)])
            return form

    def decide_all(self, person: Person, batch: str, seconds: float, doubts: Sequence[Doubt], text: str | None) -> int:
        """Accepts all of these doubts, or sets their values to a text, as one batch; how many were decided.

        Documents that others have claimed are left out.
        """
        with self.lock:
            if self._is_there(batch):
                return 0
            elsewhere = decision_log.claimed(self.ledger, self.mode.task, person.session)
            made: list[Decision] = []
            for doubt in doubts:
                if doubt.sha256 not in elsewhere:
                    change = Change("accept", doubt.path) if text is None else Change("set", doubt.path, text)
                    opened = self.opened(doubt.sha256, doubt.form)
                    made += self._decisions(person, batch, seconds, opened, [change], len(made))
            self._keep(made, {(d.sha256, d.form) for d in made})
            return len(made)

    def undo(self, person: Person, batch: str) -> Decision | None:
        """Takes back the last batch of a person; one of its decisions, or None where there is nothing to take back."""
        with self.lock:
            if self._is_there(batch):
                return None
            last = decision_log.last_batch(self.ledger, person.name, self.mode.task)
            if not last:
                return None
            one = last[0]
            undo = Decision(
                batch, batch, person.name, _now(), 0.0, one.sha256, one.form, "undo", "", self.mode.task,
                undoes=one.batch,
            )  # fmt: skip
            self._keep([undo], {(d.sha256, d.form) for d in last})
            return one

    def _is_there(self, batch: str) -> bool:
        found = self.ledger.execute("SELECT 1 FROM decisions WHERE batch = ? LIMIT 1", (batch,)).fetchone()
        return found is not None

    def _keep(self, decisions: Sequence[Decision], forms: Iterable[tuple[str, int]]) -> None:
        if not decisions:
            return
        if self.place is not None:
            self.place.keep(decisions)  # first: what the place does not take is not decided
        decision_log.add(self.ledger, decisions)
        decision_log.append(self.directory, decisions)
        self.changed = True
        self._seen = (*self._seen[:2], self._state()[2])
        for sha256, form in forms:
            self._refresh(sha256, form)

    def _decisions(
        self,
        person: Person,
        batch: str,
        seconds: float,
        opened: Opened,
        changes: Sequence[Change],
        number: int = 0,
    ) -> list[Decision]:
        made = [self._decision(person, batch, seconds, opened, c, number + n) for n, c in enumerate(changes)]
        if self.mode.name == "audit":  # a settled value that is wrong is in doubt from now on
            made += [_replaced(d, id=f"{d.id}/review", task=REVIEW) for d in made if d.action == "reject"]
        return made

    def _decision(
        self, person: Person, batch: str, seconds: float, opened: Opened, change: Change, number: int
    ) -> Decision:
        record, tree = opened.record, opened.reviewed.tree
        before, to = _at(tree, change.path), None
        if change.action == "set":
            convention = convention_of(record, self.sources.settings.locale)
            to = value_of(self.spec(record), change.path, change.text, convention)
        elif change.action == "insert":
            list_path = change.path.rsplit("[", 1)[0]
            to = empty_row(self.spec(record), list_path, _node(tree, list_path))
        elif change.action not in ("accept", "reject", "delete"):
            raise Refused(f"there is no action {change.action!r}")
        judged = "" if "[+" in change.path else change.path
        judged = change.path.rsplit("[", 1)[0] if change.action == "insert" else judged
        return Decision(
            f"{batch}/{number}", batch, person.name, _now(), round(seconds, 1), record["sha256"], record["form"],
            change.action, change.path, self.mode.task, judged_reading.reading_hash(record, judged),
            judged_reading.places(record, change.path) if change.path else (), _at(record["values"], change.path),
            before, to, change.after,
        )  # fmt: skip


CHECK_SECONDS = 2.0
"""How often the ledger is asked whether another process has written to it."""
PLACE_SECONDS = 10.0
"""How often a place is asked for decisions of others: a LIST each time."""
WAIT_SECONDS = 30.0
"""How long a page waits for the first doubt of a run that is being loaded."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _at(values: Any, path: str) -> Any:
    if not path:
        return None
    try:
        return value_tree.plain(value_tree.at(values, path))
    except KeyError:
        return None


def _node(tree: Any, path: str) -> Any:
    try:
        return value_tree.at(tree, path)
    except KeyError:
        return None


def _replaced(decision: Decision, **changed: Any) -> Decision:
    return replace(decision, **changed)
