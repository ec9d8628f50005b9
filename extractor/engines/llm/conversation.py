"""The conversation about one form: a question for each chunk, corrections, splits, and what is kept when all fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Chunk, Finding, Form, finding
from extractor.engines.llm.answer_reading import Labels, Reading, labels_of, merged, read, unused_shown
from extractor.engines.llm.answer_schema import Compact, answer_model, merge, problems, salvage
from extractor.engines.llm.budget import NOTHING, Usage, usage_of
from extractor.engines.llm.call_cache import ABOUT, About
from extractor.engines.llm.client import Ask, Reply
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.field_groups import asked_chunks
from extractor.engines.llm.prompting import prompt, render
from extractor.engines.llm.transport import CallFailed, Filtered, Rejected, Request, TooLong
from extractor.forms.chunks import chunks
from extractor.forms.token_counts import tokens_in
from schemas.spec import SchemaSpec

ANSWER_TIMES = 4  # an answer of so many times the tokens that one may have is not shown to the model again
HEARD_SHARE = 0.4  # of the estimate; tokenizers met so far take between 0.5 and 1.4 of it (a dropped message: 0.22)
DROPPED = (
    "the endpoint counts far fewer tokens of prompt than were sent: the model's chat template drops the system message;"
    " use a template that has one"
)


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one chunk: the values answered, the findings on the conversation, what it used."""

    values: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    usage: Usage = NOTHING
    calls: int = 0


async def answer(form: Form, document: str, ask: Ask, options: Options) -> Answer:
    """A form's values. Raises `StopRun` and `CallFailed`; everything else becomes a finding."""
    labels = await asyncio.to_thread(labels_of, form)
    asked = await answered(form, document, labels, ask, options)
    return await asyncio.to_thread(conclude, form, asked, labels, options)


async def answered(form: Form, document: str, labels: Labels, ask: Ask, options: Options) -> list[Part]:
    """What was answered about each chunk of a form, corrections put in. Raises `StopRun` and `CallFailed`."""
    ABOUT.set(About(document, form.index))
    pieces = await asyncio.to_thread(asked_chunks, form, options.language, options.chunk_tokens)
    asked = await asyncio.gather(*(_chunk(_narrowed(form, p.schema), p, labels, ask, options) for p in pieces))
    return [part for parts in asked for part in parts]


def _narrowed(form: Form, schema: SchemaSpec) -> Form:
    """The form of a schema with some of its fields: what the others hold is accounted for when all are there."""
    return form if schema is form.schema else replace(form, schema=replace(schema, accounts="asked"))


def conclude(form: Form, parts: Sequence[Part], labels: Labels, options: Options) -> Answer:
    """The parts as one answer about the whole form."""
    values, conflicts = merged(form, [part.values for part in parts])
    reading = read(form, values, labels, options.words)
    usage = NOTHING
    for part in parts:
        usage = usage.plus(part.usage)
    findings = (*(f for part in parts for f in part.findings), *conflicts, *reading.answer.findings)
    counted = {"calls": sum(part.calls for part in parts), **{f"{k}_tokens": v for k, v in usage._asdict().items()}}
    return replace(reading.answer, findings=findings, usage=counted)


def request_for(chunk: Chunk, options: Options) -> Request:
    """The request about a chunk, before the mode gives it its shape."""
    asked = prompt(chunk, options.language, options.prompt_version)
    messages = [{"role": "system", "content": asked.system}, {"role": "user", "content": asked.user}]
    return {"model": options.endpoint.model, "messages": messages, **dict(options.endpoint.parameters)}


async def _chunk(form: Form, chunk: Chunk, labels: Labels, ask: Ask, options: Options) -> list[Part]:
    """A chunk's parts: one, or those of its halves where the answer or the question was too long."""
    talk, request = _Talk(part_of(form, chunk), chunk, labels, ask, options), request_for(chunk, options)
    try:
        reply = await talk.say(request)
    except TooLong:
        return await _halves(form, chunk, labels, ask, options, Part({}, calls=1))
    except (Filtered, Rejected) as error:
        return [Part({}, (_finding(FindingKind.REFUSED, f"the endpoint refuses this text: {error}"),), calls=1)]
    if reply.outcome == "cut":
        return await _halves(form, chunk, labels, ask, options, talk.part({}))
    part = await talk.to_the_end(reply)
    if unheard(request, reply.usage):
        part = replace(part, findings=(*part.findings, _finding(FindingKind.PROMPT_DROPPED, DROPPED)))
    return [part]


def unheard(request: Request, usage: Mapping[str, Any]) -> bool:
    """Whether the endpoint counts far fewer tokens than were sent: its template drops a message."""
    told = int(usage.get("prompt_tokens") or 0)
    return 0 < told < HEARD_SHARE * sum(tokens_in(str(message["content"])) for message in request["messages"])


async def _halves(form: Form, chunk: Chunk, labels: Labels, ask: Ask, options: Options, spent: Part) -> list[Part]:
    """The chunk cut in two at a row, each half asked for; a chunk of one row cannot be cut, and is a finding."""
    smaller = chunks(part_of(form, chunk), max(chunk.tokens * 6 // 10, 1))
    if len(smaller) < 2 or any(len(half.units) >= len(chunk.units) for half in smaller):
        message = (
            "the answer does not fit into one call, and the text cannot be cut any further: raise max_output_tokens"
        )
        return [replace(spent, findings=(_finding(FindingKind.CUT_OFF, message),))]
    asked = await asyncio.gather(*(_chunk(form, half, labels, ask, options) for half in smaller))
    return [spent, *(part for parts in asked for part in parts)]


def part_of(form: Form, chunk: Chunk) -> Form:
    """The form with no more rows than the chunk shows."""
    own = {id(u) for u in chunk.units}
    return replace(form, rows=tuple(row for row in form.rows if any(id(u) in own for u in row.units)))


def _finding(kind: FindingKind, message: str) -> Finding:
    return finding(kind, "", message)


class _Talk:
    """The questions and answers about one chunk; `corrections` of them at most after the first."""

    def __init__(self, part: Form, chunk: Chunk, labels: Labels, ask: Ask, options: Options) -> None:
        self._part, self._chunk, self._labels, self._ask, self._options = part, chunk, labels, ask, options
        self._model: type[Compact] = answer_model(chunk.schema)
        self._request: Request = {}
        self._usage, self._calls = NOTHING, 0
        self._reading: Reading | None = None

    async def say(self, request: Request) -> Reply[Compact]:
        self._request = request
        self._calls += 1
        reply = await self._ask(self._model, dict(request))
        self._usage = self._usage.plus(usage_of({"usage": reply.usage}))
        return reply

    def part(self, values: dict[str, Any], *findings: Finding) -> Part:
        return Part(values, findings, self._usage, self._calls)

    async def to_the_end(self, reply: Reply[Compact]) -> Part:
        """Corrections, as long as there is something to correct, they help, and the bound allows."""
        values: dict[str, Any] | None = None
        reading: Reading | None = None
        self._reading = None
        for left in range(self._options.corrections, -1, -1):
            if reply.outcome == "refused" and values is None:
                return self.part({}, _refused(reply))
            if reply.outcome in ("refused", "cut"):  # only a correction can be cut here
                return self._kept(reply, values, f"the model's answer was {reply.outcome}")
            if reply.value is not None:
                new = reply.value.model_dump(exclude_none=True)
                values = new if values is None else merge(self._chunk.schema, values, new)
                before, reading = reading, await self._held_against_the_source(values)
                self._reading = reading
                if reading == before or not (reading.problems or reading.unused):
                    break
                feedback = self._correction(reading)
            else:
                feedback = self._again(reply)
            if not left or tokens_in(reply.text) > self._options.max_output_tokens * ANSWER_TIMES:
                break
            try:
                reply = await self._correct(reply, feedback)
            except (TooLong, Filtered, Rejected, CallFailed) as error:
                return self._kept(reply, values, str(error))
        return self._kept(reply, values)

    async def _held_against_the_source(self, values: dict[str, Any]) -> Reading:
        return await asyncio.to_thread(read, self._part, values, self._labels, self._options.words)

    async def _correct(self, reply: Reply[Compact], feedback: str) -> Reply[Compact]:
        messages = [*self._request["messages"], *_again_messages(reply, feedback)]
        return await self.say({**self._request, "messages": messages})

    def _kept(self, reply: Reply[Compact], values: dict[str, Any] | None, failed: str = "") -> Part:
        """What is left at the end: the values, or of an answer that stayed invalid the part that is in order.

        `failed`: why the last correction came to nothing; what was there before it stays.
        """
        part = self._left(reply, values)
        if not failed:
            return part
        doubted = self._reading.answer.findings if self._reading and values is not None else ()
        message = f"the model could not be asked again about what was wrong: {failed[:200]}"
        found = (finding(FindingKind.UNCORRECTED, path, message) for path in sorted({f.path for f in doubted} or {""}))
        return replace(part, findings=(*part.findings, *found))

    def _left(self, reply: Reply[Compact], values: dict[str, Any] | None) -> Part:
        if values is not None:
            return self.part(values)
        saved = salvage(self._model, reply.text)
        if saved is None:
            said = "; ".join(problems(reply.error)) if reply.error else "no answer"
            return self.part({}, _finding(FindingKind.INVALID_ANSWER, f"the model gave no usable answer: {said[:200]}"))
        fields = {path.split(".")[0] for path in saved.dropped}
        found = tuple(
            finding(
                FindingKind.INVALID_ANSWER,
                field if self._chunk.schema.field(field) else "",
                f"the model's answer was not in order here, and was left out: {path}",
            )
            for field in sorted(fields) for path in saved.dropped if path.split(".")[0] == field
        )  # fmt: skip
        return self.part(saved.values, *found)

    def _correction(self, reading: Reading) -> str:
        say = self._options.words
        lines = list(reading.problems)
        if reading.unused:
            lines.append(f"{say['unused']}{say['colon']}")
            lines.extend(unused_shown(reading))
        return self._render("correct", lines)

    def _again(self, reply: Reply[Compact]) -> str:
        said = problems(reply.error) if reply.error else []
        return self._render("again", said[:20])

    def _render(self, name: str, lines: Sequence[str]) -> str:
        return render(name, self._options.language, self._options.prompt_version, problems="\n".join(lines))


def _refused(reply: Reply[Compact]) -> Finding:
    return _finding(FindingKind.REFUSED, f"the model refuses to answer: {reply.refusal[:200]}")


def _again_messages(reply: Reply[Compact], feedback: str) -> list[dict[str, Any]]:
    """The model's own answer, and what is wrong with it, in the form that the protocol wants."""
    kept = {k: v for k, v in reply.message.items() if k in ("role", "content", "tool_calls") and v is not None}
    own = {"role": "assistant", "content": "", **kept}
    calls = own.get("tool_calls") or []
    if not calls:
        return [own, {"role": "user", "content": feedback}]
    # Each call must be answered; one that says it all is enough.
    return [own, *({"role": "tool", "tool_call_id": call["id"], "content": feedback} for call in calls)]
