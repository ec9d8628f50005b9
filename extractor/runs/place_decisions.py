"""The decisions of people on a place: `decision/SESSION.jsonl`, an object that only its own session writes.

A session writes its object anew with each decision, before the page goes on; no session writes another's. The last
decision about a path counts, whichever session made it, and none is lost.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from extractor.document.decision import Decision, from_json
from extractor.ledger import decision_log
from extractor.ledger.result_rows import dumps
from extractor.runs import object_folders
from extractor.runs.object_folders import ObjectFolder, is_remote

PREFIX = "decision"


class PlaceDecisions:
    """The decisions of one sitting at a place, and the news of others. `folder` is its copy on the disk."""

    def __init__(self, place: ObjectFolder, folder: Path) -> None:
        self._place, self._folder = place, folder
        self._key = f"{PREFIX}/{uuid4().hex}.jsonl"
        self._own: list[str] = []
        self._seen: dict[str, str] = {}

    def keep(self, decisions: Sequence[Decision]) -> None:
        """Puts decisions to the place. Raises `StopRun` where the store does not take them: then none is kept."""
        lines = [*self._own, *(dumps(decision.to_json()) for decision in decisions)]
        self._place.put(self._key, "".join(line + "\n" for line in lines).encode("utf-8", "replace"))
        self._own = lines

    def news(self) -> list[Decision]:
        """What other sessions have put there since the last look: one LIST, and a GET for each that changed."""
        found: list[Decision] = []
        for item in self._place.objects(PREFIX):
            if item.key != self._key and self._seen.get(item.key) != item.etag:
                found += _decisions(self._place.get(item.key) or b"")
                self._seen[item.key] = item.etag
        return sorted(found, key=lambda decision: decision.at)

    def source(self, sha256: str, address: str) -> Path:
        """The file of a document: of a store, a copy that is made when it is asked for."""
        if not is_remote(address):
            return Path(address)
        target = self._folder / f"source-{sha256}{Path(address).suffix.lower()}"
        if not target.is_file():
            base, _, key = address.rpartition("/")
            object_folders.opened(base).fetch(key, target)
        return target


def take(place: ObjectFolder, folder: Path) -> None:
    """Takes all decisions of a place into the ledger of its copy, and into `decisions.jsonl` beside it."""
    found = PlaceDecisions(place, folder).news()
    if found:
        with decision_log.opened(folder) as ledger:
            decision_log.add(ledger, found)
            decision_log.write_lines(ledger, folder)


def _decisions(body: bytes) -> Iterator[Decision]:
    for line in body.splitlines():
        with contextlib.suppress(ValueError, AttributeError):
            yield from_json(json.loads(line))
