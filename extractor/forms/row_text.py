"""The text of a printed row that says one thing."""

from __future__ import annotations

from extractor.document.results import Row
from schemas.values import fold


def row_text(row: Row) -> str:
    """The row's text where only one of its units has any, or all have the same (a merged cell written out); else ''."""
    texts = {t for t in (fold(u.text) for u in row.units) if t}
    return texts.pop() if len(texts) == 1 else ""
