"""The conversation about one form: a question for each chunk, corrections, splits, and what is kept when all fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
from extractor.engines.llm.prompting import prompt, render
from extractor.engines.llm.transport import Filtered, Rejected, Request, TooLong
from extractor.forms.chunks import chunks


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
    pieces = await asyncio.to_thread(chunks, form, options.chunk_tokens)
    asked = await asyncio.gather(*(_chunk(form, chunk, labels, ask, options) for chunk in pieces))
    return [part for parts in asked for part in parts]


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
    talk = _Talk(part_of(form, chunk), chunk, labels, ask, options)
    try:
        reply = await talk.say(request_for(chunk, options))
    except TooLong:
        return await _halves(form, chunk, labels, ask, options, Part({}, calls=1))
    except (Filtered, Rejected) as error:
        return [Part({}, (_finding(FindingKind.REFUSED, f"the endpoint refuses this text: {error}"),), calls=1)]
    if reply.outcome == "cut":
        return await _halves(form, chunk, labels, ask, options, talk.part({}))
    return [await talk.to_the_end(reply)]


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
        for left in range(self._options.corrections, -1, -1):
            if reply.outcome == "refused":
                return self.part(values or {}, *([] if values else [_refused(reply)]))
            if reply.outcome == "cut":
                break  # only a correction can be cut here: what was there before it stays
            if reply.value is not None:
                new = reply.value.model_dump(exclude_none=True)
                values = new if values is None else merge(self._chunk.schema, values, new)
                before, reading = reading, await self._held_against_the_source(values)
                if reading == before or not (reading.problems or reading.unused):
                    break
                feedback = self._correction(reading)
            else:
                feedback = self._again(reply)
            if not left:
                break
            reply = await self._correct(reply, feedback)
        return self._kept(reply, values)

    async def _held_against_the_source(self, values: dict[str, Any]) -> Reading:
        return await asyncio.to_thread(read, self._part, values, self._labels, self._options.words)

    async def _correct(self, reply: Reply[Compact], feedback: str) -> Reply[Compact]:
        messages = [*self._request["messages"], *_again_messages(reply, feedback)]
        return await self.say({**self._request, "messages": messages})

    def _kept(self, reply: Reply[Compact], values: dict[str, Any] | None) -> Part:
        """What is left at the end: the values, or of an answer that stayed invalid the part that is in order."""
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
    own = {"role": "assistant", "content": None, **kept}
    calls = own.get("tool_calls") or []
    if not calls:
        return [{**own, "content": own["content"] or ""}, {"role": "user", "content": feedback}]
    # Each call must be answered; one that says it all is enough.
    return [own, *({"role": "tool", "tool_call_id": call["id"], "content": feedback} for call in calls)]
