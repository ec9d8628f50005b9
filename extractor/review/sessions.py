"""A sitting at the page: the server of one run's folder, from its start to its end."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from extractor.config import Settings
from extractor.ledger import store
from extractor.ledger.store import Ledger
from extractor.review import server
from extractor.review.modes import Mode
from extractor.review.service import ReviewService
from extractor.runs import result_files
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
) -> None:
    """Serves the page of a run until it is stopped, then writes `records.jsonl` with what was decided.

    The files are written at the start too, should an earlier sitting have ended without.
    """
    run = store.last_run(ledger)
    settings = _settings(run.settings, password)
    result_files.lines(ledger, directory)
    service = ReviewService(directory, ledger, load_schemas(run.schemas), settings, mode)
    listening = server.bound(port)

    def opened(address: str) -> None:
        address += f"&who={quote(by)}" if by else ""
        show(address)
        if browser:
            webbrowser.open(address)

    try:
        server.serve(service, listening, opened)
    finally:
        listening.close()
        if service.changed:
            result_files.lines(ledger, directory)


def _settings(kept: Mapping[str, Any], password: str | None) -> Settings:
    """The settings of the run, as far as this version knows them: the source is read as the run read it."""
    known = {name: value for name, value in kept.items() if name in Settings.model_fields}
    settings = Settings.model_validate(known)
    return settings.model_copy(update={"password": SecretStr(password)}) if password else settings
