"""A sitting at the page: the server of one run's folder, from its start to its end."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr, ValidationError

from extractor.config import Settings
from extractor.ledger import decision_log, store
from extractor.ledger.store import Ledger
from extractor.review import server
from extractor.review.modes import Mode
from extractor.review.run_records import Remaining
from extractor.review.service import ReviewService
from extractor.runs import result_files
from extractor.runs.place_decisions import PlaceDecisions
from schemas.spec import SchemaSpec

LoadSchemas = Callable[[Sequence[str]], Sequence[SchemaSpec]]


def sit(
    directory: Path,
    ledger: Ledger,
    mode: Mode,
    load_schemas: LoadSchemas,
    *,
    port: int = 0,
    by: str = "",
    password: str | None = None,
    show: Callable[[str], None] = print,
    browser: bool = True,
    place: PlaceDecisions | None = None,
    counted: Callable[[Remaining], None] = lambda _: None,
) -> None:
    """Serves the page of a run until it is stopped, then writes `records.jsonl` with what was decided.

    The page does not wait for the run to be gone through; `counted` is told what is left when it is. With a `place`,
    `directory` is its copy, and decisions go to the place.
    """
    run = store.last_run(ledger)
    settings = _settings(run.settings, password)
    service = ReviewService(directory, ledger, load_schemas(run.schemas), settings, mode, place)
    listening = server.bound(port)
    threading.Thread(target=lambda: counted(service.remaining()), daemon=True).start()

    def opened(address: str) -> None:
        address += f"&who={quote(by)}" if by else ""
        show(address)
        if browser:
            webbrowser.open(address)

    try:
        server.serve(service, listening, opened)
    finally:
        listening.close()
        if service.changed or _is_behind(directory):
            result_files.lines(ledger, directory)


def _is_behind(directory: Path) -> bool:
    """Whether an earlier sitting ended without writing the files that show its decisions."""
    decisions, records = directory / decision_log.FILE, directory / "records.jsonl"
    if not decisions.is_file():
        return False
    return not records.is_file() or records.stat().st_mtime_ns < decisions.stat().st_mtime_ns


def _settings(kept: Mapping[str, Any], password: str | None) -> Settings:
    """The settings of the run, as far as this version knows them: the source is read as the run read it."""
    known = {name: value for name, value in kept.items() if name in Settings.model_fields}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:  # a value that another version had: the default counts
        refused = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
        settings = Settings.model_validate({name: value for name, value in known.items() if name not in refused})
    return settings.model_copy(update={"password": SecretStr(password)}) if password else settings
