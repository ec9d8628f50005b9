"""What sets a label off from prose, where words are parted by spaces: a colon, a wide gap, the ends of its line.

Labels of scripts without spaces between words are told by their characters alone, and none of this applies to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from extractor.forms.tokens import Token
from schemas.values import fold

_DROPPED = re.compile(r"(?<=[^\W\d_])\.|_|[*?]+$")
_SUFFIX = re.compile(r"(?<=.)(?:\([^()]*\)|\d+(?:[.,]\d+)?%|(?:us|eu)?[$€£]|usd|eur|gbp)$")
_SUFFIX_WORD = re.compile(r"\([^()]*\):?|\d+(?:[.,]\d+)?%:?")
_FIGURE = re.compile(r"\d|^[$€£¥]")
_FOREIGN = re.compile(
    r"(?:[^\W\d_][\w.'’/&#()-]*)(?: (?:[\w.'’/&#()-]+)){0,4} ?[:：](?=\s|$)|[\u3040-\u9fff\uac00-\ud7af]{2,12}[:：]"
)
_LONGEST_FOREIGN = 40


@lru_cache(maxsize=16384)
def key_of(folded: str) -> str:
    """What folded labels are compared by: colons, case, underscores, points of abbreviations dropped.

    A dot at half height is what an OCR makes of a colon.
    """
    return _DROPPED.sub("", folded.replace(":", "").replace("·", "").casefold())


def label_key(text: str) -> str:
    """What printed labels are compared by."""
    return key_of(fold(text))


def without_suffix(key: str) -> str:
    """A label without what is printed behind it: `discount(5%)`, `tax8.25%`, `total$`."""
    return _SUFFIX.sub("", key)


def has_words(key: str) -> bool:
    """Whether a label is of a script that parts words by spaces."""
    return not any(char > "\u2e7f" for char in key)


def wide_gap(before: Token, after: Token) -> bool:
    """Whether two tokens of a line are held apart by a tab or by several spaces."""
    between = before.unit.text[before.end : after.start]
    return before.unit is after.unit and ("\t" in between or len(between) > 1)


def with_suffix(tokens: Sequence[Token], last: int) -> int:
    """The last token of a label with a percentage or a bracket behind it: `Tax 8%: `."""
    after = last + 1
    same = after < len(tokens) and tokens[after].row == tokens[last].row and not tokens[last].fold.endswith(":")
    return after if same and _SUFFIX_WORD.fullmatch(tokens[after].fold) and not _ends_row(tokens, after) else last


def is_set_off(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether words of a line are a label and no prose.

    A colon stands behind them; or they begin the line, or stand behind a gap, and a gap, the line's end or a figure
    follows them. A capital letter begins them.
    """
    begins = tokens[first].first or wide_gap(tokens[first - 1], tokens[first])
    capital = not tokens[first].text[0].islower()
    if _has_colon(tokens, last):
        return begins or capital
    if not begins or not capital:
        return False
    if _ends_row(tokens, last) or wide_gap(tokens[last], tokens[last + 1]):
        return True
    return bool(_FIGURE.search(tokens[last + 1].fold))


def _ends_row(tokens: Sequence[Token], last: int) -> bool:
    return last + 1 >= len(tokens) or tokens[last + 1].row != tokens[last].row


def _has_colon(tokens: Sequence[Token], last: int) -> bool:
    return tokens[last].fold.endswith(":") or (not _ends_row(tokens, last) and tokens[last + 1].fold.startswith(":"))


def foreign_labels(tokens: Sequence[Token], taken: set[int]) -> dict[int, int]:
    """Labels that no schema knows, by their first token, with their last one.

    In a line: a few words with a colon that begin it or stand behind a gap. In a table: a cell that ends with a colon.
    """
    out: dict[int, int] = {}
    for n, token in enumerate(tokens):
        if n in taken:
            continue
        if token.table:
            if token.fold.endswith(":") and len(token.fold) <= _LONGEST_FOREIGN:
                out[n] = n
        elif token.first or wide_gap(tokens[n - 1], token):
            last = _foreign_end(tokens, n)
            if last >= 0 and not taken & set(range(n, last + 1)):
                out[n] = last
    return out


def _foreign_end(tokens: Sequence[Token], first: int) -> int:
    """The last token of an unknown label that begins at a token; -1 where none does."""
    token = tokens[first]
    match = _FOREIGN.match(token.unit.text, token.start)
    if match is None or match.end() - match.start() > _LONGEST_FOREIGN:
        return -1
    return max(
        (n for n in range(first, len(tokens)) if tokens[n].row == token.row and tokens[n].start < match.end()),
        default=-1,
    )


def splits_at_colon(token: Token) -> int:
    """Where a word with a colon inside is cut in two: `Number:42`; -1 for none, as in an address or a time."""
    text = token.text
    at = text.find(":")
    if at <= 0 or at + 1 >= len(text) or not text[:at].replace("-", "").isalpha() or text[at + 1] in "/\\:":
        return -1
    return token.start + at + 1


def is_header_line(tokens: Sequence[Token], hits: Sequence[tuple[int, int]]) -> bool:
    """Whether labels (first and last token each) fill their line, one behind the other."""
    if len(hits) < 2 or not tokens[hits[0][0]].first or not _ends_row(tokens, hits[-1][1]):
        return False
    return all(one[1] + 1 == other[0] for one, other in pairwise(hits))
