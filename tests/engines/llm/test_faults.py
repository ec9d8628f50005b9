"""Every fault of an endpoint on every turn ends in what was there before, plus a finding; and ends no run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from extractor.document.finding_kinds import FindingKind
from extractor.engines.llm.session import session
from tests.engines.llm.test_engine import Outcome, forms, good, options, play
from tests.fault_server import Faults, Step, running

INVENTED = good(rating="良")  # what makes a second turn

# A call that gave no answer that could be read.
NO_ANSWER = {
    "400": Step("odd", status=400),
    "context": Step("maximum context length", status=400, code="context_length_exceeded"),
    "413": Step("payload", status=413),
    "filter": Step("blocked", status=400, code="content_filter"),
    "500": Step("boom", status=500),
    "drop": Step("drop"),
    "garbage": Step("garbage"),
    "nested body": Step("nested"),
    "endless": Step("endless"),
    "unpacks large": Step("packed"),
    "no choices": Step("choices_null"),
    "choices are a number": Step("choices_number"),
    "refusal": Step("refusal"),
    "content filter": Step("content_filter"),
    "cut": Step("length", '{"rating": "优"}'),
}
# An answer that came, and cannot be used.
USELESS = {
    "empty": Step(answer=""),
    "no JSON": Step(answer="sorry?"),
    "brackets": Step(answer="[" * 100_000),
    "objects": Step(answer='{"rating": ' * 100_000),
    "content is a number": Step("content_number"),
    "calls are a text": Step("calls_text"),
    "arguments are a number": Step("arguments_number"),
    "wrong types": Step(answer='{"rating": {"a": [1]}, "indicators": {"x": 9}, "funding": "none", "year": 2031}'),
}


@pytest.fixture(scope="module")
def before() -> Outcome:
    """What one answer gives that is never corrected."""
    return play([INVENTED], corrections=0)


@pytest.mark.parametrize("name", NO_ANSWER)
def test_a_correction_that_gets_no_answer_leaves_what_was_there_and_a_finding(name: str, before: Outcome) -> None:
    outcome = play([INVENTED, NO_ANSWER[name]], max_answer_bytes=100_000)
    assert outcome.values == before.values
    assert outcome.values["project_name"] == "湖滨步道修缮"
    assert set(outcome.kinds) == {*before.kinds, ("rating", FindingKind.UNCORRECTED)}


@pytest.mark.parametrize("name", USELESS)
def test_a_correction_that_cannot_be_used_leaves_what_was_there(name: str, before: Outcome) -> None:
    outcome = play([INVENTED, USELESS[name]])
    assert outcome.values == before.values
    assert outcome.kinds >= before.kinds


@pytest.mark.parametrize("name", USELESS)
def test_a_first_answer_that_cannot_be_used_is_a_finding_on_the_form(name: str) -> None:
    outcome = play([USELESS[name]])
    assert any(kind == FindingKind.INVALID_ANSWER for _, kind in outcome.kinds)
    assert outcome.values["project_name"] is None


@pytest.mark.parametrize(
    "name", ["400", "413", "filter", "endless", "unpacks large", "refusal", "content filter", "cut"]
)
def test_a_first_call_without_an_answer_costs_its_form_alone(name: str) -> None:
    def respond(request: dict[str, Any]) -> Step:
        return NO_ANSWER[name] if len(request["messages"]) > 1 else good()

    with running(Faults(respond=respond)) as server, session(options(server, max_answer_bytes=100_000)) as own:
        (form,) = forms()
        outcome = Outcome(form, own.extract([form])[0], server)
    assert outcome.values["project_name"] is None
    assert {kind for _, kind in outcome.kinds} & {FindingKind.REFUSED, FindingKind.CUT_OFF}


@pytest.mark.parametrize("mode", ["tools", "json_schema", "json", "text"])
def test_no_content_is_an_empty_list(mode: Any) -> None:
    steps = (Step(answer='{"year": '), INVENTED, Step(answer='{"rating": "优"}'))
    with running(Faults(steps)) as server:
        own = options(server)
        with session(replace(own, endpoint=replace(own.endpoint, mode=mode))) as talk:
            talk.extract(forms())
    sent = [message["content"] for request in server.faults.requests for message in request["messages"]]
    assert len(server.faults.requests) == 3
    assert [] not in sent and None not in sent


def test_an_answer_far_longer_than_it_may_be_is_not_sent_back() -> None:
    outcome = play([Step(answer="湖" * 50_000)])
    assert len(outcome.requests) == 1
    assert ("", FindingKind.INVALID_ANSWER) in outcome.kinds


def test_a_system_message_that_a_template_drops_is_noticed() -> None:
    """The endpoint counts 200 tokens, where some 1,500 were sent."""
    heard = play([good()])
    assert ("", FindingKind.PROMPT_DROPPED) not in heard.kinds
    dropped = play([replace(good(), fault="usage_small")])
    assert ("", FindingKind.PROMPT_DROPPED) in dropped.kinds
    assert dropped.values == heard.values
