"""What second readers change: an agreed text is no doubt, a check that fails for both is about the source."""

from __future__ import annotations

from dataclasses import replace

import schemas
from extractor.accounting.second_readers import second_readers
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Form, finding
from extractor.engines import rules
from extractor.forms.regions import cut
from tests.engines.llm.test_engine import TEXT, document


def read() -> tuple[Form, Answer]:
    (form,) = cut(document(TEXT), schemas.builtin()).forms
    return form, rules.extract([form])[0]


def without(answer: Answer, path: str) -> Answer:
    return replace(answer, candidates=tuple(c for c in answer.candidates if c.path != path))


def test_an_answer_without_other_readers_is_left_as_it_is() -> None:
    form, answer = read()
    assert second_readers(form, answer).findings == ()


def test_a_reader_that_agrees_settles_where_a_text_ends() -> None:
    form, answer = read()
    doubt = finding(FindingKind.TEXTS_RUN_ON, "expected_goal", "may end elsewhere")
    held = second_readers(form, replace(answer, others=(answer,)))
    assert held.findings == ()
    assert held.without_settled([doubt]) == ()
    other = second_readers(form, replace(answer, others=(without(answer, "expected_goal"),)))
    assert other.without_settled([doubt]) == (doubt,)


def test_a_value_that_no_other_reader_finds_is_unproven() -> None:
    form, answer = read()
    held = second_readers(form, replace(answer, others=(without(answer, "project_name"),)))
    assert [(f.kind, f.path) for f in held.findings] == [(FindingKind.UNPROVEN, "project_name")]


def test_a_check_that_fails_for_both_readers_alike_is_about_the_source() -> None:
    form, answer = read()
    wrong = [Candidate(c.path, "55.00", c.places) if c.path == "total_score" else c for c in answer.candidates]
    failing = replace(answer, candidates=tuple(wrong))
    held = second_readers(form, replace(failing, others=(failing,)))
    failed = [f for f in held.failed if f.path == "total_score"]
    assert failed and all(f.about == "source" for f in held.about_source(failed))
    alone = second_readers(form, replace(failing, others=(answer,)))
    assert alone.about_source(failed) == tuple(failed)
