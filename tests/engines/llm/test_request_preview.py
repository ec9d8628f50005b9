from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from extractor.engines.hybrid.open_parts import narrowed
from extractor.engines.llm.budget import Prices
from extractor.engines.llm.client import Endpoint
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.request_preview import estimate, prompt_tokens, requests, shown
from extractor.engines.llm.session import session
from tests.engines.llm.test_engine import TEXT, forms, good, options
from tests.fault_server import Faults, running


@pytest.mark.parametrize("mode", ["tools", "json_schema", "json", "text"])
def test_what_is_shown_is_what_is_sent(mode: Any) -> None:
    with running(Faults((good(),))) as server:
        own = options(server)
        own = replace(own, endpoint=replace(own.endpoint, mode=mode), corrections=0)
        with session(own) as talk:
            talk.extract(forms())
        assert requests(forms()[0], own) == server.faults.requests


def test_a_request_is_shown_whole() -> None:
    (request,) = requests(forms()[0], Options(Endpoint("m")))
    text = shown(request)
    assert TEXT.splitlines()[7] in text
    assert "maxItems" in text
    assert f"about {prompt_tokens(request)} tokens" in text


def test_an_estimate_calls_nothing_and_is_near() -> None:
    with running(Faults((good(),))) as server:
        own = replace(options(server), prices=Prices(2.0, None, 8.0))
        told = estimate(forms(), own)
        assert server.faults.requests == []
        with session(own) as talk:
            talk.extract(forms())
        sent = prompt_tokens(server.faults.requests[0])
    assert told.calls == 1
    assert abs(told.prompt_tokens - sent) <= 0.1 * sent
    assert told.money == pytest.approx((told.prompt_tokens * 2 + told.completion_tokens * 8) / 1e6)


def test_an_estimate_counts_each_part_with_the_fields_that_are_asked() -> None:
    own, (whole,) = Options(Endpoint("m")), forms()
    goals = replace(whole, schema=narrowed(whole.schema, frozenset({"expected_goal"})), rows=whole.rows[:4])
    for asked in ([whole, goals], [goals, whole]):
        sent = [prompt_tokens(request) for form in asked for request in requests(form, own)]
        assert estimate(asked, own).prompt_tokens == sum(sent)
