"""Reads labels into zones: which tokens stand behind a label, under a header row, or loose.

One pass over a form's tokens in reading order. A header (two or more column labels side by side) opens a zone that
lasts until other labels end it; a label opens a bucket for its value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extractor.engines.rules.header_columns import EDGE, Column, Foreign
from extractor.engines.rules.standing_alone import standing_alone
from extractor.engines.rules.value_extents import cell_belongs, line_goes_on
from extractor.engines.rules.value_kinds import is_amount
from extractor.engines.rules.zones import Bucket, BucketKind, Zones
from extractor.forms.labels import Hit, Target
from extractor.forms.merged_cells import same_merged_unit
from extractor.forms.tokens import HEADING, Token, in_column
from schemas.spec import FieldSpec, SchemaSpec
from schemas.values import is_of


def group_of(path: str) -> str:
    """What a column belongs to: its list, the group that holds a matrix's rows, or the form itself."""
    if "[]" in path:
        return path.split("[]")[0]
    parts = path.split(".")
    return parts[0] if len(parts) > 2 else ""


def read_zones(tokens: Sequence[Token], hits: dict[int, Hit], spec: SchemaSpec) -> Zones:
    """The zones of a form."""
    reader = _Reader(tokens, spec, hits)
    alone = standing_alone(tokens, spec)
    position = 0
    runs = _runs(hits)
    while position < len(tokens):
        run = runs.get(position)
        if run is None:
            reader.token(position, tokens[position].row in alone)
            position += 1
            continue
        position = reader.run(run)
    stray, cut = tuple(dict.fromkeys(reader.stray)), tuple(reader.cut)
    return Zones(tuple(reader.buckets), tuple(reader.labels), tuple(reader.units), stray, cut)


def _runs(hits: dict[int, Hit]) -> dict[int, list[Hit]]:
    """Hits that follow each other with nothing between, by the first token of each run."""
    out: dict[int, list[Hit]] = {}
    end, current = -2, [Hit(0, 0, ())]
    for start in sorted(hits):
        hit = hits[start]
        if start == end + 1:
            current.append(hit)
        else:
            current = out[start] = [hit]
        end = hit.last
    return out


_NUMERIC = re.compile(r"[-+−¥￥/□—–]*\d|[-+−/□—–]+$")


class _Reader:
    """The state of the pass: the open header, the bucket that takes the next token, the last field in schema order."""

    def __init__(self, tokens: Sequence[Token], spec: SchemaSpec, hits: dict[int, Hit]) -> None:
        self.tokens = tokens
        self.counts = Counter(hit.targets for hit in hits.values())
        # fields that stand under a label of their own: a label that they share with others is for those
        self.own = {h.targets[0].field.path for h in hits.values() if len(h.targets) == 1}
        self.buckets: list[Bucket] = []
        self.labels: list[Hit] = []
        self.units: list[tuple[FieldSpec, Hit, str]] = []
        self.active: Bucket | None = None
        self.receiver: Bucket | None = None
        self.seen: dict[str, int] = {}
        self.order = {f.path: n for n, f in enumerate(_walk(spec.fields))}
        self.last = -1
        self.spec = spec
        self.asked = spec.accounts == "asked"
        self.known = {p for hit in hits.values() for p in range(hit.first, hit.last + 1)}
        self.money = [word for f in spec.leaves() if f.printed.suffix_of for word in f.printed.vocabulary]
        self.stray: list[str] = []
        self.header_rows: set[int] = set()
        self.cut: list[tuple[str, str]] = []

    def run(self, hits: list[Hit]) -> int:
        """Takes a run of labels; gives the position behind it."""
        groups = Counter[str]()
        for hit in hits:
            groups.update({group_of(t.field.path) for t in hit.targets if t.column})
        start = 0
        while start < len(hits):
            header, stop = self._header(hits, start, groups)
            if header is not None:
                self._open(header, hits[start:stop])
                start = stop
                continue
            self._label(hits[start])
            start += 1
        return hits[-1].last + 1

    def _header(self, hits: list[Hit], start: int, groups: Counter[str]) -> tuple[Bucket | None, int]:
        """The header that starts at a hit: consecutive column labels of the group that most of the run belongs to."""
        own = [group_of(t.field.path) for t in hits[start].targets if t.column]
        if not own:
            return None, start
        group = max(own, key=lambda g: groups[g])
        columns: list[Column] = []
        stop = start
        names: set[str] = set()
        for hit in hits[start:]:
            target = _column_target(hit, group, names)
            if target is None:
                break
            names.add(target.field.name)
            columns.append(_column(target.field, hit, self.tokens))
            stop += 1
        if len(columns) < 2 and not (columns and columns[0].field.printed.long):
            return None, start
        kind: BucketKind = "columns" if group == "" else "list" if "[]" in columns[0].field.path else "matrix"
        return Bucket(kind, columns=tuple(columns), label=hits[start].first), stop

    def _open(self, header: Bucket, hits: list[Hit]) -> None:
        self.labels.extend(hits)
        if header.kind != "columns":
            self.header_rows.update(t.row for h in hits if in_column(t := self.tokens[h.first]))
        if self.active is not None and _names(self.active) == _names(header):
            self.receiver = self.active  # the header stands again at the top of a page
            return
        header.foreign = self._foreign_cells(header)
        self.buckets.append(header)
        self.active = self.receiver = header

    def _foreign_cells(self, header: Bucket) -> tuple[Foreign, ...]:
        """The cells of a header's rows that are no label of its columns and stand over none."""
        labels = [self.tokens[c.token] for c in header.columns]
        rows = {t.row for t in labels if in_column(t)}
        out: list[Foreign] = []
        for position in range(header.label, len(self.tokens)):
            token = self.tokens[position]
            if token.row > max(rows, default=-1):
                break
            over = any(t.col < token.col + token.span and token.col < t.col + t.span for t in labels)
            if token.row in rows and in_column(token) and not over:
                box = token.unit.box
                out.append(Foreign(token.col, None if box is None else box.x0, position, position in self.known))
        return tuple(out)

    def _foreign_label(self, hit: Hit) -> None:
        """A label of something else: the value before it ends, and what stands behind it is none of the schema's."""
        before, token = self.receiver, self.tokens[hit.first]
        if before is not None and before.kind == "value" and before.tokens:
            field = before.fields[0]
            if field.printed.long or field.structure == "texts":
                self.cut.append((field.path, token.text))
        if self.active is not None and not (token.table or self._in_grid(self.active)):
            self.active = None
        bucket = Bucket("foreign", label=hit.last)
        self.buckets.append(bucket)
        self.receiver = bucket

    def _label(self, hit: Hit) -> None:
        if not hit.targets:
            self._foreign_label(hit)
            return
        if self._repeats_cell(hit):
            self.labels.append(hit)
            return
        targets = [t for t in hit.targets if not t.column]
        only_unit = all(t.unit and t.field.printed.suffix_of for t in targets)
        if not targets or (only_unit and self.active is not None and self.active.kind == "list"):
            self.plain(hit)
            return
        for target in targets:
            if target.unit and target.field.printed.suffix_of:
                self.units.append((target.field, hit, target.unit))
        fields = tuple(t.field for t in targets if not t.heading and not (t.unit and t.field.printed.suffix_of))
        self.labels.append(hit)
        if not only_unit and self._is_below_list(hit, targets):
            self.active = None
        if not fields:
            self.receiver = self.receiver if only_unit else self.active
            return
        bucket = self._bucket(fields, hit)
        if bucket is None:
            return
        self.buckets.append(bucket)
        self.receiver = bucket

    def _repeats_cell(self, hit: Hit) -> bool:
        """Whether a label stands in a cell that only repeats the one before, its value with it: a merged cell."""
        if not hit.first or self.receiver is None or self.receiver.kind != "value":
            return False
        before, here = self.tokens[hit.first - 1], self.tokens[hit.first]
        alone = hit.last + 1 == len(self.tokens) or self.tokens[hit.last + 1].unit is not here.unit
        return before.unit is not here.unit and not alone and same_merged_unit(before, here)

    def _is_below_list(self, hit: Hit, targets: Sequence[Target]) -> bool:
        """Whether a label stands below the open list, and not beside it: in a column of the list or to the left."""
        active, token = self.active, self.tokens[hit.first]
        if active is None or active.kind != "list" or not active.tokens:
            return False
        last = self.tokens[active.columns[-1].token]
        if not (last.exact and token.exact) or {t.field.path + "[]" for t in targets} & _groups_of_rows(active):
            return False
        here, there = token.unit.box, last.unit.box
        return here.x0 < there.x1 - EDGE if here and there else token.col < active.columns[-1].end

    def _bucket(self, fields: tuple[FieldSpec, ...], hit: Hit) -> Bucket | None:
        """The bucket that a label opens; None for a heading."""
        first = fields[0]
        if len({f.printed.column for f in fields}) == len(fields) and all(f.printed.column for f in fields):
            self.active = None
            return Bucket("row", fields, label=hit.first)
        if first.structure == "group" and any(c.printed.column for c in first.children):
            chosen, doubt = self._choose(fields, self.counts[hit.targets])
            header = self._matrix_header()
            return Bucket("matrix", (chosen,), header.columns, header.foreign, hit.first, doubtful=doubt)
        if first.structure in ("group", "rows"):
            if first.structure == "rows" and (
                self.active is None or group_of(first.path + "[]") not in _groups(self.active)
            ):
                self.active = None
            self.receiver = self.active
            return None
        chosen, doubt = self._choose(fields, self.counts[hit.targets])
        if chosen.kind == "text":
            self.active = None
        return Bucket("value", (chosen,), label=hit.first, doubtful=doubt)

    def _matrix_header(self) -> Bucket:
        headers = [b for b in self.buckets if b.kind == "matrix" and b.columns and not b.fields]
        return headers[-1] if headers else Bucket("matrix")

    def _choose(self, fields: tuple[FieldSpec, ...], printed: int) -> tuple[FieldSpec, str]:
        """Of several fields under one label: in order, if printed for each; else the next in the schema's order."""
        free = [f for f in fields if f.path not in self.own] if len(fields) > 1 else []
        fresh = [f for f in free or fields if f.path not in self.seen] or list(fields)
        ahead = [f for f in fresh if self.order[f.path] > self.last] if printed < len(fields) else []
        chosen = min(ahead or fresh, key=lambda f: self.order[f.path])
        doubt = "the label stands here again" if chosen.path in self.seen else ""
        self.seen[chosen.path] = 1
        self.last = self.order[chosen.path]
        return chosen, doubt

    def plain(self, hit: Hit) -> None:
        """A label that is no label here: its tokens are text."""
        groups = {group_of(t.field.path) for t in hit.targets if t.column}
        token = self.tokens[hit.first]
        if token.exact and len(groups) == 1 and groups != {""}:
            taker = self._taker(hit.first)
            self.stray.extend([*groups, *(f.path for f in _fields(taker) if f.printed.long)])
        for position in range(hit.first, hit.last + 1):
            self.token(position)

    def token(self, position: int, alone: bool = False) -> None:
        """Gives a token to the bucket that it belongs to; one that stands alone belongs to none."""
        bucket = None if alone else self._taker(position)
        if bucket is None:
            if not self.buckets or self.buckets[-1].kind != "loose":
                self.buckets.append(Bucket("loose"))
            bucket = self.buckets[-1]
        bucket.tokens.append(position)

    def _taker(self, position: int) -> Bucket | None:
        token = self.tokens[position]
        if token.row in self.header_rows and in_column(token):
            return None
        if self.active is not None and self.active.kind == "list" and self._outside_list(self.active, token):
            if not self.tokens[self.active.tokens[-1]].table:
                self.active = None
            self.receiver = None
            return None
        bucket = self.receiver
        if bucket is None:
            active = self.active
            takes = active is None or token.table or not self._in_grid(active) or self._is_lone_cell(active, token)
            return active if takes else None
        if bucket is self.active:
            return bucket
        here = self.tokens[bucket.label]
        if bucket.kind == "value" and bucket.fields[0].structure == "texts" and self._ends_items(bucket, token):
            self.receiver = None
            return self.active
        if bucket.kind == "value" and (bucket.fields[0].printed.long or bucket.fields[0].structure == "texts"):
            return bucket
        if self.asked and bucket.kind in ("value", "foreign"):
            return self._asked_taker(bucket, position)
        if token.table or here.table:
            same = token.table == here.table and token.row == here.row
            return bucket if same else self.active
        if bucket.kind == "value" and (self._full(bucket) or self._foreign(bucket, token)):
            return self.active
        return bucket

    def _asked_taker(self, bucket: Bucket, position: int) -> Bucket | None:
        """Who takes a token behind a label, where the rest of the page is nobody's: its value, or none."""
        token = self.tokens[position]
        if token.table or self.tokens[bucket.label].table:
            belongs = cell_belongs(self.tokens, bucket.label, bucket.tokens, position)
            bucket.beside += int(belongs == "beside")
            return bucket if belongs == "value" else None if belongs == "beside" else self.active
        goes_on = line_goes_on(self.tokens, bucket.label, bucket.tokens, position, foreign=bucket.kind == "foreign")
        over = token.first and bucket.kind == "value" and (self._full(bucket) or self._foreign(bucket, token))
        if not goes_on or over:
            self.receiver = None
            return self.active
        bucket.lines += int(bool(bucket.tokens) and token.first)
        return bucket

    def _foreign(self, bucket: Bucket, token: Token) -> bool:
        """Whether a token cannot be part of a number or a date, while a list waits for it."""
        plain = bucket.fields[0].kind == "text" or self.active is None
        return not plain and not _NUMERIC.match(token.fold)

    def _outside_list(self, active: Bucket, token: Token) -> bool:
        """Whether a line is no part of a list: it stands between the parts of a grid, or begins like a heading.

        A list in lines is over then; one in a grid may go on below, on the next page.
        """
        if token.table or not active.tokens or (self.receiver is not active and self.receiver is not None):
            return False
        if self.tokens[active.tokens[-1]].table:
            return not self._is_lone_cell(active, token)
        return token.first and bool(HEADING.match(token.fold))

    def _is_lone_cell(self, active: Bucket, token: Token) -> bool:
        """Whether a line is a row of one cell: marks part the cells of rows, and of one cell there is none to part."""
        if not active.tokens or self.tokens[active.tokens[-1]].exact or not _is_whole_unit(token):
            return False
        return any(c.field.printed.spans and token.fold in c.field.printed.vocabulary for c in active.columns)

    def _in_grid(self, bucket: Bucket) -> bool:
        return bool(self.tokens[bucket.label].table) and bucket.kind == "list"

    def _ends_items(self, bucket: Bucket, token: Token) -> bool:
        """Whether a heading shows that a numbered list of texts is over."""
        numbered = bool(bucket.tokens) and self.tokens[bucket.tokens[0]].fold[0].isdigit()
        return numbered and token.first and not token.table and bool(HEADING.match(token.fold))

    def _full(self, bucket: Bucket) -> bool:
        """Whether a value that is a number, a date or a word of a closed vocabulary is already complete."""
        spec = bucket.fields[0]
        if not bucket.tokens:
            return False
        joined = "".join(self.tokens[p].fold for p in bucket.tokens)
        if spec.printed.vocabulary:
            return joined in spec.printed.vocabulary
        if spec.kind == "text":
            return False
        return is_amount(joined, self.money) if spec.kind == "amount" else is_of(spec.kind, joined)


def _is_whole_unit(token: Token) -> bool:
    return token.unit.text.strip() == token.text


def _column(field: FieldSpec, hit: Hit, tokens: Sequence[Token]) -> Column:
    first, last = tokens[hit.first], tokens[hit.last]
    box = first.unit.box if first.table else None
    end = last.col + last.span if last.table else -1
    return Column(field, first.col, end, hit.first, box.x0 if box is not None else None)


def _column_target(hit: Hit, group: str, names: set[str]) -> Target | None:
    for target in hit.targets:
        if target.column and group_of(target.field.path) == group and target.field.name not in names:
            return target
    return None


def _names(bucket: Bucket) -> tuple[str, ...]:
    return tuple(c.field.path for c in bucket.columns)


def _groups(bucket: Bucket) -> set[str]:
    return {group_of(c.field.path) for c in bucket.columns}


def _fields(bucket: Bucket | None) -> list[FieldSpec]:
    return [] if bucket is None else [*bucket.fields, *(c.field for c in bucket.columns)]


def _groups_of_rows(bucket: Bucket) -> set[str]:
    return {c.field.path.rpartition(".")[0] for c in bucket.columns}


def _walk(fields: Sequence[FieldSpec]) -> list[FieldSpec]:
    out: list[FieldSpec] = []
    for f in fields:
        out.append(f)
        out.extend(_walk(f.children))
    return out
