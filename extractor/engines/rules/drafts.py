"""What the engine has read of a form so far: candidates, null marks, doubts, and text that nothing has claimed."""

from __future__ import annotations

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
    candidates: list[Candidate] = field(default_factory=list)
    nulls: list[Place] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

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
        return join([self.tokens[p].text for p in positions])

    def null(self, positions: Iterable[int]) -> None:
        """Marks that say that nothing stands here."""
        self.nulls.extend(self.tokens[p].place for p in positions)


def join(parts: Sequence[str]) -> str:
    """Pieces of wrapped text joined: nothing between, one space between two Latin words."""
    out = ""
    for part in parts:
        part = "".join(line.strip() if n else line for n, line in enumerate(part.splitlines()))
        space = out and part and out[-1].isascii() and part[0].isascii() and out[-1].isalnum() and part[0].isalnum()
        out += (" " if space else "") + part
    return out
