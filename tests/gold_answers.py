"""An honest reader for tests: writes the answer to a prompt from gold, with values as they are printed.

It looks for each value of the gold in the rows of the form, so what it gives is right and stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from extractor.document.results import Form, Row
from extractor.engines.llm.prompting import as_row
from schemas.conventions import Convention, told_by
from schemas.spec import FieldSpec
from schemas.values import fold

_NUMBER = re.compile(r"[-−+]?[($€£]*[-−+]?[$€£]?\d(?:[\d.,']*\d)?\)?(?: ?%|-)?")
_WORD = re.compile(r"\d+|[^\W\d]+|[^\w\s]")
LONGEST = 6
"""Words of a date."""


def answer(form: Form, gold: dict[str, Any]) -> dict[str, Any]:
    """The compact answer about a form that gold describes."""
    return _Reader(form).fields(form.schema.fields, gold)


class _Reader:
    def __init__(self, form: Form) -> None:
        self._rows: tuple[Row, ...] = (*form.title_rows, *form.rows)
        self._texts = {row.number: " ┆ ".join(u.text for u in row.units) for row in self._rows}
        self._convention: Convention = told_by(self._texts.values(), "")

    def fields(self, fields: Sequence[FieldSpec], gold: dict[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for spec in fields:
            value: Any = gold.get(spec.name)
            if isinstance(value, dict) and "any_of" in value:
                value = value["any_of"][0]
            if not value:
                continue
            if as_row(spec) and spec.structure == "rows":
                out[spec.name] = list(self._list(spec, value))
            elif spec.structure == "group":
                out[spec.name] = self.fields(spec.children, value)
            elif spec.structure == "texts":
                out[spec.name] = [self._printed(spec, text, self._texts) or text for text in value]
            else:
                out[spec.name] = self._printed(spec, value, self._texts) or str(value)
        return out

    def _list(self, spec: FieldSpec, rows: list[dict[str, Any]]) -> Iterator[list[str]]:
        last = 0
        above: dict[str, str] = {}
        for row in rows:
            own = {c.name: row.get(c.name) for c in spec.children if not c.printed.spans}
            at = self._row_at(spec, own, last)
            last = at[-1]
            near = {n: self._texts[n] for n in at}
            items = []
            for child in spec.children:
                value = row.get(child.name)
                value = value["any_of"][0] if isinstance(value, dict) else value
                text = "" if value is None else self._printed(child, value, near) or str(value)
                items.append("" if child.printed.spans and text == above.get(child.name) else text)
                above[child.name] = text
            yield ["-".join(str(n) for n in dict.fromkeys((at[0], at[-1]))), *items]

    def _row_at(self, spec: FieldSpec, own: dict[str, Any], last: int) -> tuple[int, ...]:
        """The rows, from the last one's on, that hold most of a row's values: one, or up to three together."""

        def held(numbers: tuple[int, ...]) -> int:
            shown = {n: self._texts[n] for n in numbers}
            return sum(
                self._printed(c, own[c.name], shown) is not None for c in spec.children if own.get(c.name) is not None
            )

        starts = [n for n in sorted(self._texts) if n >= max(last, 1)]
        spans = [tuple(range(n, n + size)) for size in (1, 2, 3) for n in starts if n + size - 1 in self._texts]
        return max(spans, key=lambda at: (held(at), at[0] > last, -len(at), -at[0]))

    def _printed(self, spec: FieldSpec, value: Any, texts: dict[int, str]) -> str | None:
        """How the rows print a value; None where they do not."""
        for text in texts.values():
            for part in self._parts(spec, text):
                try:
                    if value in spec.readings(part, self._convention):
                        return part
                except ValueError:
                    continue
        whole = fold("".join(texts.values()))
        return str(value).replace("\n", " ") if spec.kind == "text" and fold(str(value)) in whole else None

    def _parts(self, spec: FieldSpec, text: str) -> Iterator[str]:
        if spec.kind == "date":
            words = [*_WORD.finditer(text)]
            for size in range(1, LONGEST + 1):
                for n in range(len(words) - size + 1):
                    yield text[words[n].start() : words[n + size - 1].end()]
        elif spec.kind != "text":
            yield from (match[0] for match in _NUMBER.finditer(text))
