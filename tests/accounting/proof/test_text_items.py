"""The items of a list count up from the first, in one style."""

from __future__ import annotations

import pytest

import schemas
from extractor.accounting.proof.text_items import items_lacking
from extractor.document.results import Candidate


@pytest.mark.parametrize(
    ("texts", "lacking"),
    [
        (["1、编制规划。", "2、组织实施。", "3、监督检查。"], False),
        (["（一）编制规划。", "（二）组织实施。"], False),
        (["编制规划。", "组织实施。"], False),
        (["1、编制规划。", "3、监督检查。"], True),
        (["1、编制规划。", "（二）年度目标"], True),
        (["1、编制规划。", "年度目标"], True),
    ],
)
def test_numbers_that_do_not_go_on_are_a_doubt(texts: list[str], lacking: bool) -> None:
    own = [Candidate(f"duties[{n}]", text, ()) for n, text in enumerate(texts)]
    found = [lack.path for lack in items_lacking(schemas.load("department_target"), own)]
    assert found == (["duties"] if lacking else [])
