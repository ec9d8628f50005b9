"""The engine `llm`: forms go to an OpenAI-compatible endpoint and come back as printed strings with places.

The only importer of openai, instructor and tenacity, and a late one: nothing here costs a run that calls no model.
"""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.results import Answer, Form

if TYPE_CHECKING:
    from extractor.llm.session import Session

VERSION = "1"
"""Changes whenever the same answer of a model would be read differently."""


def version(settings: Settings) -> str:
    """What of this engine can change an answer: its own version and the prompts."""
    from extractor.prompting import digest

    return f"{VERSION}-{digest(settings.prompt_language)}"


def extract(forms: Sequence[Form], settings: Settings, document: str = "") -> list[Answer]:
    """The answers about a document's forms, all asked for at once; one session serves a process."""
    return shared(settings).extract(forms, document)


@cache
def shared(settings: Settings, ledger: Path | None = None) -> Session:
    """The session of this process for some settings; closed when the process ends."""
    from extractor.llm.options import options
    from extractor.llm.session import Session

    own = Session(options(settings), ledger)
    atexit.register(own.close)
    return own
