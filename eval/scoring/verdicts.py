"""One verdict for each leaf of gold and record: right, wrong, omitted, invented, or empty on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from eval.scoring import align
from eval.scoring.comparators import canonical, likeness
from eval.scoring.field_tree import Node, is_choice, nodes
from eval.scoring.gold import Gold, GoldForm
from eval.scoring.predictions import Prediction, Reading
from schemas.spec import SchemaSpec

Verdict = Literal["right", "wrong", "omitted", "invented", "empty"]
Outcome = Literal["found", "missing", "extra"]

ERRORS: frozenset[Verdict] = frozenset({"wrong", "omitted", "invented"})


class Leaf(NamedTuple):
    """The verdict on one leaf.

    `path` is where the record has it and `gold_path` where gold does (`[]` without a number: a row that it does not
    have); `exact` says that the two are equal as they stand; `likeness` is 1 − CER of a long text; `settled` that no
    reading finding covers it.
    """

    path: str
    gold_path: str
    field: str
    verdict: Verdict
    gold: Any
    value: Any
    exact: bool
    likeness: float | None
    settled: bool


class Row(NamedTuple):
    """The verdict on one row of a list; `perfect` says that none of its leaves is in error."""

    field: str
    outcome: Literal["found", "omitted", "invented"]
    gold: int | None
    record: int | None
    perfect: bool


class FormVerdicts(NamedTuple):
    """The verdicts on one form: `gold` and `record` are its positions in the one and the other."""

    schema: str
    outcome: Outcome
    gold: int | None
    record: int | None
    leaves: tuple[Leaf, ...]
    rows: tuple[Row, ...]

    @property
    def perfect(self) -> bool:
        """Whether the form was found and nothing in it is in error."""
        return (
            self.outcome == "found"
            and all(leaf.verdict not in ERRORS for leaf in self.leaves)
            and all(row.outcome == "found" for row in self.rows)
        )


class _Sheet(NamedTuple):
    """Where verdicts on one form are collected, with the paths that reading findings name."""

    unsettled: frozenset[str]
    leaves: list[Leaf]
    rows: list[Row]


class _Here(NamedTuple):
    """A place in both trees: its paths, and whether no finding covers it so far."""

    path: str
    gold_path: str
    calm: bool


def document_verdicts(gold: Gold, reading: Reading | None) -> list[FormVerdicts]:
    """The verdicts on each form of a document; without a reading all of gold is omitted.

    Records of the schema `table` are no extra forms: they count only where gold has such a form.
    """
    specs = {form.schema.name: form.schema for form in gold.forms}
    records = [r for r in (reading.records if reading else ()) if r.schema != "table" or "table" in specs]
    pairs = align.forms(
        [(form.schema, form.values) for form in gold.forms],
        [(specs.get(r.schema) or known(r.schema), r.values) for r in records],
    )
    flagged = reading is not None and reading.flagged
    out = []
    for i, j in pairs:
        record = None if j is None else records[j]
        if i is not None:
            out.append(form_verdicts(gold.forms[i], record, flagged=flagged))
        elif record is not None and record.schema != "table":
            out.append(_extra(record, specs.get(record.schema) or known(record.schema)))
    return out


def table_verdicts(gold: Gold, reading: Reading | None) -> list[FormVerdicts]:
    """The verdicts on the tables that gold has beside its forms; tables that it does not have are no error."""
    records = [r for r in (reading.records if reading else ()) if r.schema == "table"]
    pairs = align.forms([(t.schema, t.values) for t in gold.tables], [(known("table"), r.values) for r in records])
    flagged = reading is not None and reading.flagged
    return [
        form_verdicts(gold.tables[i], None if j is None else records[j], flagged=flagged)
        for i, j in pairs
        if i is not None
    ]


def known(schema: str) -> SchemaSpec | None:
    """The built-in schema of a name, None where there is none of it."""
    import schemas

    return schemas.load(schema) if schema in schemas.SCHEMAS else None


def form_verdicts(form: GoldForm, record: Prediction | None, *, flagged: bool = False) -> FormVerdicts:
    """The verdicts on a gold form; without a record all is omitted, in silence unless the document is `flagged`."""
    unsettled = frozenset(record.unsettled) if record else frozenset({""} if flagged else ())
    sheet = _Sheet(unsettled, [], [])
    here = _Here("", "", "" not in unsettled)
    _group(nodes(form.schema), form.values, record.values if record else None, here, sheet)
    outcome: Outcome = "found" if record else "missing"
    position = record.form if record else None
    return FormVerdicts(form.schema.name, outcome, form.index, position, tuple(sheet.leaves), tuple(sheet.rows))


def _extra(record: Prediction, spec: SchemaSpec | None) -> FormVerdicts:
    unsettled = frozenset(record.unsettled)
    sheet = _Sheet(unsettled, [], [])
    if spec:
        _group(nodes(spec), None, record.values, _Here("", "", "" not in unsettled), sheet)
    return FormVerdicts(record.schema, "extra", None, record.form, tuple(sheet.leaves), tuple(sheet.rows))


def _group(
    fields: Sequence[Node], gold: Mapping[str, Any] | None, value: Mapping[str, Any] | None, at: _Here, sheet: _Sheet
) -> None:
    """Each field of a group; one that gold does not name is not scored."""
    gold, value = gold or {}, value or {}
    for node in fields:
        if not gold or node.name in gold:
            _node(node, gold.get(node.name), value.get(node.name), _into(at, node.name, sheet), sheet)


def _into(at: _Here, name: str, sheet: _Sheet) -> _Here:
    path = f"{at.path}.{name}" if at.path else name
    gold_path = path if at.gold_path == at.path else f"{at.gold_path}.{name}" if at.gold_path else name
    return _Here(path, gold_path, at.calm and path not in sheet.unsettled)


def _node(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    if is_choice(gold):
        _best(node, gold["any_of"], value, at, sheet)
    elif node.structure == "scalar":
        sheet.leaves.append(_leaf(node, gold, value, at))
    elif node.structure == "group":
        _whole_group(node, gold, value, at, sheet)
    else:
        _list(node, gold, value, at, sheet)


def _best(node: Node, options: Sequence[Any], value: Any, at: _Here, sheet: _Sheet) -> None:
    """Of a gold value with alternatives, the one that the record comes closest to."""
    tried = []
    for option in options or [None]:
        trial = _Sheet(sheet.unsettled, [], [])
        _node(node, option, value, at, trial)
        tried.append(trial)
    best = min(tried, key=_errors)
    sheet.leaves.extend(best.leaves)
    sheet.rows.extend(best.rows)


def _errors(sheet: _Sheet) -> tuple[int, int]:
    verdicts = [leaf.verdict for leaf in sheet.leaves]
    return sum(v in ERRORS for v in verdicts), -verdicts.count("right")


def _whole_group(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    if value is not None and not isinstance(value, Mapping):  # a text where a group belongs is wrong as a whole
        sheet.leaves.append(_leaf(node, gold and str(gold), value, at))
    else:
        _group(node.children, gold, value, at, sheet)


def _list(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    if value is not None and not isinstance(value, list):  # so is a text where a list belongs
        sheet.leaves.append(_leaf(node, None, value, at))
        value = None
    gold, value = gold or [], value or []
    for i, j in align.rows(node, gold, value):
        before = len(sheet.leaves)
        left, right = None if i is None else gold[i], None if j is None else value[j]
        _item(node, left, right, _row_place(at, i, j, sheet), sheet)
        if node.children or isinstance(left, list) or isinstance(right, list):
            outcome: Any = "found" if i is not None and j is not None else "omitted" if j is None else "invented"
            perfect = outcome == "found" and all(x.verdict not in ERRORS for x in sheet.leaves[before:])
            sheet.rows.append(Row(f"{node.path}[]", outcome, i, j, perfect))


def _row_place(at: _Here, i: int | None, j: int | None, sheet: _Sheet) -> _Here:
    """The place of a row; one that the record does not have is covered by findings on the list, not on its rows."""
    path = f"{at.path}[]" if j is None else f"{at.path}[{j}]"
    gold_path = f"{at.gold_path}[]" if i is None else f"{at.gold_path}[{i}]"
    return _Here(path, gold_path, at.calm and path not in sheet.unsettled)


def _item(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    if node.children:
        _row(node, gold, value, at, sheet)
    elif isinstance(gold, list) or isinstance(value, list):
        _cells(node, gold, value, at, sheet)
    else:
        leaf = Node(node.name, f"{node.path}[]", "scalar", node.comparator)
        _node(leaf, gold, value, at, sheet)


def _row(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    row = Node(node.name, f"{node.path}[]", "group", "text", node.children)
    _node(row, gold, value, at, sheet)


def _cells(node: Node, gold: Any, value: Any, at: _Here, sheet: _Sheet) -> None:
    """A row of a plain table: its cells by position."""
    left = gold if isinstance(gold, list) else [gold] if gold is not None else []
    right = value if isinstance(value, list) else [value] if value is not None else []
    leaf = Node(node.name, f"{node.path}[][]", "scalar", node.comparator)
    for k in range(max(len(left), len(right))):
        place = _row_place(at, k, k, sheet)
        _node(leaf, left[k] if k < len(left) else None, right[k] if k < len(right) else None, place, sheet)


def _leaf(node: Node, gold: Any, value: Any, at: _Here) -> Leaf:
    exact = gold == value and type(gold) is type(value)
    left = canonical(node.comparator, gold)
    right = left if exact else canonical(node.comparator, value)
    verdict = _verdict(left, right)
    alike = likeness(gold, value) if node.comparator == "long" and verdict in ("right", "wrong") else None
    return Leaf(at.path, at.gold_path, node.path, verdict, gold, value, exact, alike, at.calm)


def _verdict(gold: object, value: object) -> Verdict:
    if gold is None:
        return "empty" if value is None else "invented"
    if value is None:
        return "omitted"
    return "right" if gold == value else "wrong"
