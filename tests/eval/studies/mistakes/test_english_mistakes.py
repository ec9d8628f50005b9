"""Mistakes in answers about English documents, whose schemas ask for some of a page: what they spoil is in doubt."""

from __future__ import annotations

import pytest

from eval.studies.mistakes.__main__ import one_at_a_time, tally
from eval.studies.mistakes.answer_mistakes import KINDS
from eval.studies.mistakes.spoiled_values import leaves_of
from tests.english_forms import NAMES, english_form

DOCUMENTS = (
    "atlas-labs-purchase-order.xlsx",
    "bramble-cloud-invoice.pdf",
    "harlow-print-invoice.pdf",
    "kestrel-bank-statement.pdf",
    "okafor-consulting-invoice.docx",
    "riverside-lab-report.html",
)
UNSEEN = {
    "single_omitted": "a value without a label that is left out leaves no trace where text may be nobody's",
    "text_omitted": "the same",
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in UNSEEN])
def test_no_value_that_a_mistake_spoils_is_settled(kind: str) -> None:
    trials = one_at_a_time([english_form(name) for name in DOCUMENTS], [kind], 1, 5)
    assert tally([trial.effect for trial in trials]).spoiled_silently == 0


def test_most_values_of_an_honest_answer_are_settled_before_a_person_confirms_a_label() -> None:
    settled = right = 0
    for name in NAMES:
        one = english_form(name)
        own = [leaf for leaf in leaves_of(one.gold, one.conclude(one.values)) if leaf.verdict == "right"]
        right += len(own)
        settled += sum(leaf.settled for leaf in own)
    assert settled / right >= 0.6
