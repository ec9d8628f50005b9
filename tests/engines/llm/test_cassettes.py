"""The model's faults, played from cassettes without a network: the same records as when they were recorded.

The answers were given by the fault server of these tests, and say nothing about any model.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from extractor.accounting.assembly import assemble
from extractor.engines.llm.client import Endpoint
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.session import session
from extractor.engines.llm.transport import Policy
from extractor.errors import ExtractorError
from tests.cassettes import FOLDER, SECRET_HEADERS, cassette, instantly, recording
from tests.engines.llm.test_engine import GOOD, KEY, TEXT, forms, good
from tests.fault_server import Faults, Step, running

MODULE = "test_llm_cassettes"
ROWS: list[list[str]] = GOOD["indicators"]
FAULTS: dict[str, tuple[Step, ...]] = {
    "good": (good(),),
    "too_many_requests": (Step(status=429, headers=(("Retry-After", "2"),)), good()),
    "server_error": (Step(status=500), Step(status=503), good()),
    "page_instead_of_json": (Step("garbage"), good()),
    "invalid_json": (Step(answer='{"year": '), good()),
    "schema_violation": (good(total_score=98), good()),
    "invented_value": (good(rating="良"), Step(answer='{"rating": "优"}')),
    "dropped_row": (
        good(indicators=[ROWS[0], ROWS[2]]),
        Step(answer=f'{{"indicators": [{ROWS[1]}]}}'.replace("'", '"')),
    ),
    "wrong_ids": (good(indicators=[[f"{n}", *row[1:]] for n, row in enumerate(ROWS, 90)]),),
}
STUBBORN: dict[str, tuple[tuple[Step, ...], str]] = {
    "refusal": ((Step("refusal"),), "refused"),
    "cut_off": ((Step("length", good().answer),), "cut_off"),
    "stays_invalid": ((Step(answer="sorry"),), "invalid_answer"),
    "stays_invented": ((good(rating="良"),), "no_evidence"),
}


def extract(url: str, text: str = TEXT) -> tuple[dict[str, Any], list[str]]:
    """A form's values, and the kinds of the findings about the reading."""
    endpoint = Endpoint("m", url, KEY, parameters=(("temperature", 0), ("max_tokens", 4000)))
    options = Options(endpoint, policy=Policy(attempts=4, sleep=instantly))
    with session(options) as own:
        (form,) = forms(text)
        (answer,) = own.extract([form])
    assembled = assemble(form.schema, answer.candidates)
    return assembled.values, [f.kind for f in (*answer.findings, *assembled.findings) if f.about == "reading"]


def play(name: str, steps: tuple[Step, ...]) -> tuple[dict[str, Any], list[str]]:
    if not recording():
        with cassette(MODULE, name):
            return extract("http://model/v1")
    with running(Faults(steps)) as server, cassette(MODULE, name):
        return extract(server.url)


@pytest.fixture(scope="module")
def perfect() -> dict[str, Any]:
    return play("good", FAULTS["good"])[0]


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "good"])
def test_a_fault_that_passes_leaves_the_record_as_it_should_be(name: str, perfect: dict[str, Any]) -> None:
    assert play(name, FAULTS[name]) == (perfect, [])


@pytest.mark.parametrize("name", STUBBORN)
def test_a_fault_that_stays_is_a_finding(name: str) -> None:
    steps, kind = STUBBORN[name]
    assert kind in play(name, steps)[1]


@pytest.mark.skipif(recording(), reason="plays what is recorded")
def test_a_call_that_is_not_on_the_cassette_fails() -> None:
    with cassette(MODULE, "good"), pytest.raises(ExtractorError):
        extract("http://model/v1", TEXT.replace("湖滨", "海滨"))


@pytest.mark.skipif(recording(), reason="looks at what is recorded")
@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.yaml")), ids=lambda p: p.stem)
def test_no_cassette_holds_a_secret(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert not re.search(r"sk-[A-Za-z0-9]{8}|Bearer ", text)
    assert not re.search(rf"^\s+({'|'.join(SECRET_HEADERS)}|set-cookie|openai-processing-ms):", text, re.I | re.M)


def test_each_cassette_belongs_to_a_test() -> None:
    names = {file.stem for file in (FOLDER / MODULE).glob("*.yaml")}
    assert names == {*FAULTS, *STUBBORN}
