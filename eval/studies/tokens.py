"""The tokens that a form costs, beside what others would spend: `python -m eval.studies.tokens DOCUMENTS --gold GOLD`.

Ways: `llm` and `hybrid` of this project; the plain schema with texts copied, in one call; LangExtract 1.7. Prompts are
those that go out. Answers of `llm` and `hybrid` are the recorded ones (`--replay`), those of the others are what a
perfect reader would give. `eval/README.md` says how each is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import schemas
from eval.scoring.field_tree import plain
from eval.scoring.gold import Gold, load_all
from eval.scoring.provenance import find
from eval.studies.baselines import langextract, plain_schema
from eval.studies.spending import COUNTERS, Counter, Spent, Tokens, counted, counter_named, imported, leaves, spent_on
from extractor import readers
from extractor.accounting.assembly import assemble
from extractor.config import Settings
from extractor.document.results import Answer, Form
from extractor.engines import rules
from extractor.engines.hybrid.merging import settle
from extractor.engines.hybrid.open_parts import part_of
from extractor.engines.llm.answer_modes import FIRST
from extractor.engines.llm.client import asker
from extractor.engines.llm.completions import said
from extractor.engines.llm.conversation import answer
from extractor.engines.llm.endpoint_options import Options, options
from extractor.engines.llm.recordings import replaying
from extractor.engines.llm.request_preview import requests
from extractor.engines.llm.transport import Completion, Request, Send
from extractor.errors import CallError, ExtractorError, MissingPackage, StopRun
from extractor.forms.regions import cut

WAYS = {
    "llm": "`llm`",
    "hybrid": "`hybrid`",
    "plain": "plain schema (a)",
    "nulls": "(a), nulls written",
    "langextract": "LangExtract 1.7 (b)",
}
SHARES = (
    ("llm", "plain", "completion"),
    ("llm", "nulls", "completion"),
    ("llm", "plain", "total"),
    ("llm", "langextract", "total"),
    ("llm", "langextract", "total_without_schemas"),
    ("hybrid", "llm", "total"),
    ("hybrid", "llm", "prompt"),
)
"""What is set beside what: a way, another one, and which of their tokens."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One form: where it stands, how many values gold has of it, what each way spends on it."""

    name: str
    schema: str
    gold: int
    spent: Mapping[str, Spent]


class Plan(NamedTuple):
    """How to measure: settings and recordings of this project's ways, passes of LangExtract, and which ways."""

    settings: Settings
    recordings: Sequence[Send]
    passes: int
    ways: Sequence[str]


class Available(NamedTuple):
    """What can be measured with what is installed, and what is left out."""

    counters: Mapping[str, Counter]
    ways: Sequence[str]
    missing: Sequence[str]


class Talk(NamedTuple):
    """The calls about a form, and what came of them: None where one of them is not recorded."""

    requests: Sequence[Request]
    answers: Sequence[str]
    answer: Answer | None

    def spent(self, fields: int | None) -> Spent:
        """What they spend: corrections are among them; without a recording it is the first ones alone."""
        return spent_on(self.requests, self.answers if self.answer else None, fields)


def talk(form: Form, own: Options, recordings: Sequence[Send]) -> Talk:
    """The whole conversation about a form, from the recordings alone."""
    asked: list[Request] = []
    told: list[str] = []

    async def send(request: Request) -> Completion:
        completion = await _recorded(recordings, request)
        asked.append(request)
        told.append(said(completion["choices"][0]["message"]))
        return completion

    try:
        return Talk(asked, told, asyncio.run(answer(form, "", asker(send, own.endpoint.mode or FIRST), own)))
    except StopRun:
        return Talk(requests(form, own), (), None)


async def _recorded(recordings: Sequence[Send], request: Request) -> Completion:
    """The answer of the first recording that has one. StopRun: none has."""
    for send in recordings:
        with suppress(StopRun):
            return await send(request)
    raise StopRun("no recording holds an answer to this request")


def by_llm(form: Form, own: Options, recordings: Sequence[Send]) -> Spent:
    """The engine `llm` on one form."""
    talked = talk(form, own, recordings)
    return talked.spent(_fields(form, talked.answer))


def by_hybrid(form: Form, own: Options, recordings: Sequence[Send]) -> Spent:
    """The engine `hybrid` on one form: nothing where rules settle it."""
    (read,) = rules.extract([form])
    part = part_of(form, read)
    if part is None:
        return Spent(fields=_fields(form, read))
    talked = talk(part.form, own, recordings)
    both = talked.answer and settle(form, read, part, talked.answer)
    return talked.spent(_fields(form, both))


def _fields(form: Form, told: Answer | None) -> int | None:
    if told is None:
        return None
    return len(list(leaves(form.schema.fields, assemble(form.schema, told.candidates).values)))


def measure(gold: Gold, path: Path, plan: Plan) -> list[Measured]:
    """Every form of one document, each way. CallError: gold and document do not have the same forms."""
    forms = cut(readers.read(path, path.name, plan.settings), schemas.builtin()).forms
    if [form.schema.name for form in forms] != [form.schema.name for form in gold.forms]:
        raise CallError(f"{gold.path}: has other forms than are found in {path}; what belongs to which is not known")
    return [
        _measured(f"{path.stem} {form.index}", form, plain(dict(right.values)), plan)
        for form, right in zip(forms, gold.forms, strict=True)
    ]


def _measured(name: str, form: Form, gold: dict[str, Any], plan: Plan) -> Measured:
    own = options(plan.settings)
    spend: dict[str, Callable[[], Spent]] = {
        "llm": lambda: by_llm(form, own, plan.recordings),
        "hybrid": lambda: by_hybrid(form, own, plan.recordings),
        "plain": lambda: plain_schema(form, gold, own.endpoint.mode or FIRST),
        "nulls": lambda: plain_schema(form, gold, own.endpoint.mode or FIRST, nulls=True),
        "langextract": lambda: langextract(form, gold, plan.passes),
    }
    values = len(list(leaves(form.schema.fields, gold)))
    return Measured(name, form.schema.name, values, {way: spend[way]() for way in plan.ways})


def forms_table(measured: Sequence[Measured], ways: Sequence[str], counter: Counter) -> str:
    """Prompt + completion = sum, and values, of every form."""
    head = ["form", "schema", "values in gold", *(WAYS[way] for way in ways)]
    rows = [
        [m.name, m.schema, f"{m.gold:,}", *(_cell(counted(m.spent[way], counter)) for way in ways)] for m in measured
    ]
    return _table(head, rows)


def _cell(tokens: Tokens) -> str:
    return f"{tokens.prompt:,} + {_number(tokens.completion)} = {_number(tokens.total)}; {_number(tokens.fields)}"


def totals_table(measured: Sequence[Measured], ways: Sequence[str], counters: Mapping[str, Counter]) -> str:
    """All forms together, by counter and way."""
    head = ["counter", "way", "calls", "messages", "answer schemas", "completion", "sum", "sum a form", "values"]
    rows = []
    for name, counter in counters.items():
        for way in ways:
            t = total(measured, way, counter)
            a_form = None if t.total is None else round(t.total / len(measured))
            numbers = (t.calls, t.messages, t.shapes, t.completion, t.total, a_form, t.fields)
            rows.append([name, WAYS[way], *map(_number, numbers)])
    return _table(head, rows)


def total(measured: Iterable[Measured], way: str, counter: Counter) -> Tokens:
    """What a way spends on all forms."""
    return sum((counted(m.spent[way], counter) for m in measured), Tokens())


def shares(measured: Sequence[Measured], ways: Sequence[str], counters: Mapping[str, Counter]) -> list[str]:
    """What `llm` spends beside each baseline, and `hybrid` beside `llm`, by counter."""
    out = []
    for name, counter in counters.items():
        all_of = {way: total(measured, way, counter) for way in ways}
        for part, whole, what in SHARES:
            if part in all_of and whole in all_of:
                above, below = getattr(all_of[part], what), getattr(all_of[whole], what)
                share = f"{100 * above / below:.1f} %" if above is not None and below else "not known"
                out.append(f"- {name}: {what.replace('_', ' ')} of {WAYS[part]} ÷ {WAYS[whole]}: {share}")
    return out


def unrecorded(measured: Sequence[Measured], ways: Iterable[str]) -> list[str]:
    """The forms about which a call is in no recording, by way."""
    missing = {way: [m.name for m in measured if m.spent[way].answers is None] for way in ways}
    return [
        f"- {WAYS[way]}: calls about {len(names)} of {len(measured)} forms are in no recording (their first prompts are"
        f" counted, their answers and corrections are not known): {', '.join(names)}"
        for way, names in missing.items()
        if names
    ]


def _number(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _available(counters: Iterable[str], ways: Iterable[str]) -> Available:
    """The counters and ways whose packages are here, and what is left out for want of one."""
    found: dict[str, Counter] = {}
    kept: list[str] = []
    missing: list[str] = []
    for name in counters:
        with _noted(missing, f"counter {name}"):
            found[name] = counter_named(name)
    for way in ways:
        with _noted(missing, WAYS[way]):
            if way == "langextract":
                imported(way)
            kept.append(way)
    return Available(found, kept, missing)


@contextmanager
def _noted(missing: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except MissingPackage as error:
        missing.append(f"- {what} left out: {error}")


def main(argv: list[str] | None = None) -> int:
    """Print the tables. Exit status 1 where a call is not in the recordings, 2 where the call itself is wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.tokens", description=__doc__)
    parser.add_argument("documents", type=Path, nargs="+", help="folders of the documents that gold names")
    parser.add_argument("--gold", type=Path, nargs="+", action="extend", required=True)
    parser.add_argument("--replay", type=Path, action="append", default=[], help="a recorded run; may be given again")
    parser.add_argument("--model", default="relayed", help="the model that the recording names")
    parser.add_argument(
        "--way", action="append", choices=tuple(WAYS), help="measure this one alone; may be given again"
    )
    parser.add_argument("--counter", action="append", choices=tuple(COUNTERS), help="the first one counts single forms")
    parser.add_argument("--passes", type=int, default=1, help="of LangExtract over each chunk (its README: up to 3)")
    args = parser.parse_args(argv)
    try:
        here = _available(args.counter or COUNTERS, args.way or WAYS)
        recordings = [replaying(path) for path in args.replay]
        plan = Plan(Settings.load(None, model=args.model), recordings, args.passes, here.ways)
        golds = [(gold, find(gold.document, gold.path, args.documents)) for gold in load_all(args.gold)]
        measured = [one for gold, path in golds for one in measure(gold, path, plan)]
    except ExtractorError as error:
        print(f"eval.studies.tokens: {error}", file=sys.stderr)
        return 2
    missing = unrecorded(measured, here.ways)
    _print(measured, here, missing)
    return 1 if args.replay and missing else 0


def _print(measured: Sequence[Measured], here: Available, missing: Sequence[str]) -> None:
    first, counter = next(iter(here.counters.items()))
    print(f"Prompt + completion = sum in tokens ({first}); values\n")
    print(forms_table(measured, here.ways, counter), "\n")
    print(totals_table(measured, here.ways, here.counters), "\n")
    print("\n".join((*shares(measured, here.ways, here.counters), *missing, *here.missing)))


if __name__ == "__main__":
    sys.exit(main())
