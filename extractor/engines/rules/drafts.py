"""What the engine has read of a form so far: candidates, null marks, doubts, and text that nothing has claimed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Candidate, Finding, Place, finding
from extractor.engines.rules.list_rows import Widths
from extractor.engines.rules.row_decoding import Listing
from extractor.forms.tokens import Token


@dataclass(slots=True)
class Draft:
    """What the engine has read so far."""

    tokens: Sequence[Token]
    listings: dict[int, Listing]
    widths: Widths
    asked: bool = False
    units: tuple[str, ...] = ()
    """Units of money that may stand behind an amount."""
    candidates: list[Candidate] = field(default_factory=list)
    nulls: list[Place] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    foreign: list[int] = field(default_factory=list)
    """What stands in columns that no field declares."""
    rows: dict[str, int] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    """Fields whose label a mark for nothing stands behind."""

    def doubt(self, path: str, kind: FindingKind, message: str) -> None:
        """A finding about the reading."""
        self.findings.append(finding(kind, path, message))

    def give(self, path: str, positions: Iterable[int], text: str | None = None) -> None:
        """A value from tokens; its text is theirs, joined as wrapped lines are."""
        places = tuple(self.tokens[p].place for p in positions)
        if places:
            self.candidates.append(Candidate(path, text if text is not None else self.join(positions), places))

    def join(self, positions: Iterable[int]) -> str:
        """The tokens' text as one line."""
        own = [self.tokens[p] for p in positions]
        parts: list[str] = []
        for n, token in enumerate(own):
            if n and token.unit is own[n - 1].unit and token.start == own[n - 1].end:
                parts[-1] += token.text  # cut within a word
            else:
                parts.append(token.text)
        return join(parts)

    def null(self, positions: Iterable[int]) -> None:
        """Marks that say that nothing stands here."""
        self.nulls.extend(self.tokens[p].place for p in positions)


_PARTED = re.compile(r"[\w,.;:!?)\]%&'/\"-][\w(\[&$#'\"]", re.ASCII)
"""The last and the first character of two pieces between which a space is printed."""


def join(parts: Sequence[str]) -> str:
    """Pieces of wrapped text joined: nothing between, one space between words of scripts that part them so."""
    out = ""
    for part in parts:
        for n, line in enumerate(part.splitlines()):
            piece = line.strip() if n else line
            space = bool(out and piece) and _PARTED.fullmatch(out[-1] + piece[0])
            out += (" " if space else "") + piece
    return out
