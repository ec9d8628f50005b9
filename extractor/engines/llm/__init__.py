"""The engine `llm`: forms go to an OpenAI-compatible endpoint and come back as printed strings with places.

The only importer of openai, instructor and tenacity, and a late one: nothing here costs a run that calls no model.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.document.results import Answer, Form

if TYPE_CHECKING:
    from extractor.engines.llm.call_sharing import SharedCalls
    from extractor.engines.llm.session import Session
    from extractor.engines.llm.traffic import Traffic
    from extractor.engines.llm.vision import Crop, Looked

_open: list[Session] = []
_shared: list[SharedCalls] = []
_lock = threading.Lock()


def extract(forms: Sequence[Form], settings: Settings, document: str = "") -> list[Answer]:
    """The answers about a document's forms, all asked for at once: in the session that is open, or in its own."""
    if _open:
        return _open[-1].extract(forms, document)
    with serving(settings) as own:
        return own.extract(forms, document)


def look(crops: Sequence[Crop], settings: Settings, document: str = "") -> Looked:
    """What the vision model reads on pictures of lines: in the session that is open, or in its own."""
    if _open:
        return _open[-1].look(crops, document)
    with serving(settings) as own:
        return own.look(crops, document)


@contextlib.contextmanager
def serving(settings: Settings, ledger: Path | None = None) -> Iterator[Session]:
    """One session for all calls of `extract` in this process, for as long as the block."""
    from extractor.engines.llm.endpoint_options import options
    from extractor.engines.llm.session import session

    if settings.model is None and settings.vision_model is not None:  # rules read, and the vision model alone is asked
        settings = settings.model_copy(update={"model": settings.vision_model})
    with session(options(settings), ledger, _shared[-1] if _shared else None) as own:
        with _lock:
            _open.append(own)
        try:
            yield own
        finally:
            with _lock:
                _open.remove(own)


def give_up(seconds: float) -> None:
    """No new call of this process goes out; those in flight have so many seconds to end."""
    for own in tuple(_open):
        own.give_up(seconds)


def current_traffic() -> Traffic | None:
    """The calls of the session that is open."""
    return _open[-1].traffic if _open else None


@contextlib.contextmanager
def sharing(calls: SharedCalls) -> Iterator[None]:
    """For as long as the block, the sessions of this process share answers, budget and rates with other machines."""
    _shared.append(calls)
    try:
        yield
    finally:
        _shared.remove(calls)
