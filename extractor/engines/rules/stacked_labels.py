"""Puts words of spanning vocabularies back together that narrow columns cut into stacks.

A stack stands in one piece (`安全`/`生产`), or side by side with another one and around the row beside them,
as page text prints it: `安全 设备 … the row … 生产 检修`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from extractor.document.results import Row
from extractor.engines.rules.header_columns import EDGE, Column, column_under, is_foreign
from extractor.engines.rules.pieces import Piece
from extractor.engines.rules.zones import Bucket
from extractor.forms.labels import LabelIndex, stacked_word
from extractor.forms.merged_cells import same_merged_cell
from extractor.forms.regions import PAGE_GAP
from extractor.forms.tokens import Token, in_column

_LONGEST_FRAGMENT = 6
_LONGEST_LINE = 40


def pieces(
    tokens: Sequence[Token],
    bucket: Bucket,
    index: LabelIndex,
    rows: Sequence[Row],
) -> list[Piece]:
    """The tokens of a list with stacks read as one piece each. `rows` are those of the form."""
    columns = bucket.columns
    cells = [len(row.units) for row in rows]
    blanks = {row.table for row in rows if row.table and any(not unit.text.strip() for unit in row.units)}
    header = cells[tokens[columns[0].token].row]
    keys = [re.compile(c.field.printed.pattern) for c in columns if c.field.printed.pattern]
    kept = [
        p
        for p in bucket.tokens
        if not _beside(tokens[p], columns[0]) and not is_foreign(tokens[p], columns, bucket.foreign)
    ]
    own = [p for n, p in enumerate(kept) if not (n and repeats(tokens, p, columns))]
    whole = _completed(_pieces(tokens, own, columns, index), columns, index)
    least = sum(not c.field.printed.spans for c in columns)
    above = [tokens[columns[0].token], *(p.token for p in whole)]
    return [
        Piece(
            *p[:6],
            whole=bool(p.token.table) and cells[p.token.row] == header,
            drawn=p.token.exact
            and cells[p.token.row] >= least
            and p.token.page == before.page
            and not p.fold.isdigit(),
            counted=p.token.table in blanks,
            begins=any(key.fullmatch(p.fold) for key in keys),
        )
        for p, before in zip(whole, above, strict=False)
    ]


def repeats(tokens: Sequence[Token], position: int, columns: Sequence[Column]) -> bool:
    """Whether a cell only repeats the one before: both stand under a header that is written out once a column too."""
    before, here = tokens[position - 1], tokens[position]
    if not same_merged_cell(before, here, numbers=True):
        return False
    return any(c.col <= before.col and here.col < c.end for c in columns)


def _beside(token: Token, first: Column) -> bool:
    """Whether a cell stands to the left of all columns, and so in none of them; in a guessed table nobody knows."""
    if not in_column(token):
        return False
    box = token.unit.box
    if box is not None and first.x0 is not None:
        return box.x1 <= first.x0 + EDGE
    return token.col + token.span <= first.col


def _completed(found: Sequence[Piece], columns: Sequence[Column], index: LabelIndex) -> list[Piece]:
    """The pieces with words put together of which the end stands behind a page break, in the same column.

    For tables of two pages that are not seen to be one; neither half alone is a word. So are words of laid out text
    that are higher than their row: their end stands beside the next one.
    """
    own = {c.field.path: n for n, c in enumerate(columns)}
    out: list[Piece] = []
    last: dict[int, int] = {}
    for piece in found:
        column = column_under(piece.token, columns) if piece.token.exact else -1
        head = out[last[column]] if column in last else None
        parted = head is not None and (head.token.page < piece.token.page or piece.token.unit.box is None)
        word = head.fold + piece.fold if head is not None and parted else ""
        if head is not None and word in index.words and not {head.fold, piece.fold} & set(index.words):
            fields = frozenset(own[f.path] for f in index.words[word] if f.path in own)
            out[last[column]] = head._replace(tokens=(*head.tokens, *piece.tokens), fold=word, word=fields)
            continue
        if column >= 0:
            last[column] = len(out)
        out.append(piece)
    return out


def _pieces(
    tokens: Sequence[Token], positions: Sequence[int], columns: Sequence[Column], index: LabelIndex
) -> list[Piece]:
    own = {c.field.path: n for n, c in enumerate(columns)}
    run = [tokens[p] for p in positions]
    moved = _interleaved(run, index, own)
    consumed = {p for found in moved.values() for parts, _ in found for p in parts}
    ends = _page_cut(run, index, consumed)
    put_back = {p for parts in ends.values() for p in parts}
    out: list[Piece] = []
    n = 0
    while n < len(run):
        if n in put_back:
            n += 1
            continue
        if n in ends:
            fold = run[n].fold + "".join(run[p].fold for p in ends[n])
            whole = (positions[n], *(positions[p] for p in ends[n]))
            out.append(Piece(whole, run[n], fold, frozenset(), run[n].first, cut=True))
            n += 1
            continue
        if n in moved:
            out.extend(_word(run, positions, parts, word, index, own) for parts, word in moved[n])
            n += len(moved[n])
            continue
        if n in consumed:
            n += 1
            continue
        stack = stacked_word(run, n, index)
        last, word = stack if stack else (n, "")
        out.append(_word(run, positions, tuple(range(n, last + 1)), word, index, own))
        n = last + 1
    return out


def _page_cut(run: Sequence[Token], index: LabelIndex, consumed: set[int]) -> dict[int, tuple[int, ...]]:
    """Cells whose last line stands behind a page break, below their whole row: first piece → what belongs behind it."""
    out: dict[int, tuple[int, ...]] = {}
    for start, token in enumerate(run):
        if not start or token.table or not token.first or token.gap < PAGE_GAP:
            continue
        free = [n for n in range(start, min(start + 12, len(run))) if n not in consumed]
        tail = list(takewhile(lambda n: _lone(run, n) and _plain(run[n], index, _LONGEST_LINE), free))
        behind = free[len(tail)] if len(tail) < len(free) else len(run)
        if not tail or len(tail) > 2 or not _begins_row(run, behind, index):
            continue
        row = [n for n in range(max(0, start - 12), start) if run[n].row == run[start - 1].row and n not in consumed]
        heads = [n for n in row if _plain(run[n], index, _LONGEST_LINE) and len(run[n].fold) > 3]
        if len(row) > 1 and len(heads) >= len(tail):
            out.update({head: (end,) for head, end in zip(heads, tail, strict=False)})
    return out


def _lone(run: Sequence[Token], n: int) -> bool:
    return run[n].first and (n + 1 == len(run) or run[n + 1].first)


def _plain(token: Token, index: LabelIndex, longest: int) -> bool:
    """Whether a token is free text: no label, no figure."""
    return len(token.fold) <= longest and token.fold not in index.word_prefixes and not _FIGURE.match(token.fold)


_FIGURE = re.compile(r"[≥≤><=]|[-+]?\d[\d,.]*($|%|\(|\D{1,3}$)")


def _begins_row(run: Sequence[Token], n: int, index: LabelIndex) -> bool:
    """Whether a row begins at `n`: with a label, on a line of several tokens, or because nothing else follows."""
    return n >= len(run) or run[n].fold in index.word_prefixes or (n + 1 < len(run) and not run[n + 1].first)


def _word(
    run: Sequence[Token],
    positions: Sequence[int],
    parts: Sequence[int],
    word: str,
    index: LabelIndex,
    own: dict[str, int],
) -> Piece:
    token = run[parts[0]]
    columns = frozenset(own[f.path] for f in index.words.get(word, ()) if f.path in own)
    return Piece(
        tuple(positions[p] for p in parts),
        run[parts[-1]] if len(parts) > 1 else token,
        word or token.fold,
        columns,
        token.first,
    )


Found = tuple[tuple[int, ...], str]


def _interleaved(run: Sequence[Token], index: LabelIndex, own: dict[str, int]) -> dict[int, list[Found]]:
    """Stacks that stand around a row: first fragment → the fragments and the word of each stack that begins there."""
    out: dict[int, list[Found]] = {}
    taken: set[int] = set()
    for n, token in enumerate(run):
        if n in taken or token.table or not token.first or not _fragment(token, index) or stacked_word(run, n, index):
            continue
        found = _around(run, n, index)
        if found:
            out[n] = found
            taken.update(p for parts, _ in found for p in parts)
    return out


def _fragment(token: Token, index: LabelIndex) -> bool:
    return len(token.fold) <= _LONGEST_FRAGMENT and token.fold in index.word_prefixes and token.fold not in index.words


def _around(run: Sequence[Token], n: int, index: LabelIndex) -> list[Found]:
    """One or two stacks whose first fragments stand side by side at `n`, and whose rest stands behind the row."""
    heads = [n]
    if n + 1 < len(run) and not run[n + 1].first and run[n + 1].fold in index.word_prefixes:
        heads.append(n + 1)
    for count in range(len(heads), 0, -1):
        for tail in _tails(run, heads[count - 1] + 1):
            found = _complete([run[h].fold for h in heads[:count]], run, tail, index)
            if found is not None:
                return [((h, *parts), word) for h, (parts, word) in zip(heads[:count], found, strict=True)]
    return []


def _tails(run: Sequence[Token], start: int) -> list[list[int]]:
    """Runs of short tokens, each on a line of its own or beside another short one, that stand behind the row."""
    out: list[list[int]] = []
    n = start
    while n < len(run) and not run[n].first:
        n += 1
    stop = min(len(run), n + 24)
    while n < stop:
        if run[n].first and len(run[n].fold) <= _LONGEST_FRAGMENT:
            m = n
            while m < len(run) and len(run[m].fold) <= _LONGEST_FRAGMENT:
                m += 1
            out.append(list(range(n, m)))
            n = m + 1
        else:
            n += 1
    return out


def _complete(heads: Sequence[str], run: Sequence[Token], tail: Sequence[int], index: LabelIndex) -> list[Found] | None:
    """The shortest way to complete the heads, one after the other, with tokens from the front of the tail."""
    out: list[Found] = []
    at = 0
    for head in heads:
        if head in index.words and (len(heads) == 1 or at == 0):
            longer = _extend(head, run, tail, at, index)
            if longer is None:
                out.append(((), head))
                continue
        word = _extend(head, run, tail, at, index)
        if word is None:
            return None
        parts, text = word
        out.append((parts, text))
        at += len(parts)
    return out


def _extend(head: str, run: Sequence[Token], tail: Sequence[int], at: int, index: LabelIndex) -> Found | None:
    text, parts = head, []
    for p in tail[at:]:
        text += run[p].fold
        parts.append(p)
        if text in index.words:
            return tuple(parts), text
        if text not in index.word_prefixes:
            return None
    return None
