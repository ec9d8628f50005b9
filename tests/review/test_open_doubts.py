"""Orders, filters and counts of what is left: true after any decisions, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import finding
from extractor.review import doubts as found_doubts
from extractor.review.doubts import FROM_SPACES, LAST, Doubt, explained
from extractor.review.open_doubts import ORDERS, Filter, OpenDoubts


def doubt(document: int, form: int, row: int, kind: str, value: str = "", label: str = "") -> Doubt:
    path = f"rows[{row}].amount"
    return Doubt(
        document, form, (0, row, 0), f"hash{document}", f"{document}.txt", "invoice", path, (kind,), row % 3,
        f"invoice|rows[].amount|{kind}", value, label,
    )  # fmt: skip


DOUBTS = st.builds(
    doubt, st.integers(0, 3), st.integers(0, 1), st.integers(0, 4), st.sampled_from(["a", "b"]),
    st.sampled_from(["", "5", "6"]), st.sampled_from(["", "Amount", "Sum"]),
)  # fmt: skip
RECORDS = st.tuples(st.integers(0, 3), st.integers(0, 1), st.lists(DOUBTS, max_size=4))
FILTERS = [Filter(), Filter(kind="a"), Filter(field="invoice:rows[].amount"), Filter(document="1.txt", kind="b")]


def of_record(document: int, form: int, found: Sequence[Doubt]) -> list[Doubt]:
    """The doubts as those of one record, each path once, in order."""
    by_path = {d.path: d._replace(position=document, form=form, sha256=f"hash{document}") for d in found}
    renamed = (d._replace(document=f"{document}.txt") for d in by_path.values())
    return sorted(renamed, key=lambda d: d.order)


@given(st.lists(RECORDS, max_size=12))
def test_counts_orders_and_groups_hold_while_one_works(steps: list[tuple[int, int, list[Doubt]]]) -> None:
    doubts = OpenDoubts()
    there: dict[tuple[str, int], list[Doubt]] = {}
    for name in ORDERS:
        doubts.ordered(name)  # from now on each is kept up to date
    for document, form, found in steps:
        own = of_record(document, form, found)
        there[f"hash{document}", form] = own
        doubts.put(f"hash{document}", form, own)
        left = [d for some in there.values() for d in some]
        for wanted in FILTERS:
            within = [d for d in left if wanted.wants(d)]
            counts = doubts.counts(wanted)
            assert counts.total == len(within)
            assert counts.kinds == Counter(kind for d in within for kind in d.kinds)
            assert counts.documents == Counter(d.document for d in within)
        for name, key in ORDERS.items():
            assert [d for _, d in doubts.ordered(name)] == sorted(left, key=key)
        for one in left:
            same = [d for d in left if (d.alike, d.value) == (one.alike, one.value)]
            assert doubts.like(one) == (len(same), sum(d.alike == one.alike for d in left))
            assert len(doubts.group(one, same_value=True)) == len(same)


def test_by_label_those_without_one_come_last_and_each_label_together() -> None:
    doubts = OpenDoubts()
    labels = {0: "Sum", 1: "", 2: "Amount", 3: "Sum"}
    for document, label in labels.items():
        doubts.put(f"hash{document}", 0, [doubt(document, 0, 0, "label_unconfirmed", label=label)])
    assert [d.label for _, d in doubts.ordered("label")] == ["Amount", "Sum", "Sum", ""]


def spaced(box: list[float] | None, *more: dict[str, Any]) -> dict[str, Any]:
    """A record of a text that spaces lay out (or of a page, with a box), with one value in doubt."""
    told = finding(FindingKind.UNRULED_DOUBT, "", "page 1: rows and columns are told from spaces alone").to_json()
    unsure = finding(FindingKind.LOW_CONFIDENCE, "title", "the reading is unsure here (0.50): Pear").to_json()
    span = {"page": 1, "cell": "T1R0C0", "start": 0, "end": 4, "text": "Pear", "box": box}
    return {
        "sha256": "hash", "document": "a.txt", "form": 0, "schema": "stock", "values": {"title": "Pear"},
        "evidence": {"title": [span]}, "findings": [told, unsure, *more], "residue": [], "unsettled": ["title"],
    }  # fmt: skip


def test_what_is_in_doubt_for_spaces_alone_says_so_and_comes_last() -> None:
    (one,) = found_doubts.of_record(spaced(None), 0, ())
    (said,) = explained(spaced(None), "title")
    assert one.gravity == LAST and said["meaning"] == FROM_SPACES and "0.50" not in str(said)


def test_what_is_in_doubt_for_another_reason_too_does_not() -> None:
    other = finding(FindingKind.COLUMN_UNCLEAR, "title", "it could stand in another column").to_json()
    (both,) = found_doubts.of_record(spaced(None, other), 0, ())
    (of_picture,) = found_doubts.of_record(spaced([1, 1, 9, 9]), 0, ())
    assert both.gravity == of_picture.gravity == 1
    assert "0.50" in str(list(explained(spaced([1, 1, 9, 9]), "title")))
