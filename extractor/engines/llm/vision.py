"""A vision model as one more reader of doubtful lines: pictures of single lines, several in a call, a text for each.

What it reads is never the truth. Whoever asks holds it against other readings; a reply that is not exactly one text for
each picture that was asked about is no reading at all.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, Field

from extractor.engines.llm.budget import NOTHING, Usage, usage_of
from extractor.engines.llm.call_cache import ABOUT, About
from extractor.engines.llm.client import Ask
from extractor.engines.llm.endpoint_options import Options
from extractor.engines.llm.prompting import template
from extractor.engines.llm.transport import Filtered, Rejected, Request, TooLong

TEMPLATES = ("vision", "vision.kinds")
VERSION = "1"
"""The version of the prompt, apart from that of the engine's prompts."""
CROPS_A_CALL = 12
"""More in one call, and a model mixes up their numbers; fewer, and the rules are paid for more often."""
LONGEST = 200
"""Characters of an answer. A printed line has fewer; a longer answer is talk."""
NO_ANSWER = "it gave no usable answer"
NOT_ASKED = "it was not asked: the most calls of a document are made"


class Crop(NamedTuple):
    """A line to read: a PNG, and what kind of text it is said to be (`digits`, `amount`, …)."""

    png: bytes
    kind: str


class Sight(NamedTuple):
    """What came of one crop: the text that the model reads, or why there is none."""

    text: str
    reason: str = ""


class Looked(NamedTuple):
    """What came of all crops of a document, in their order; the calls made and the tokens that they used."""

    sights: tuple[Sight, ...]
    calls: int = 0
    usage: Usage = NOTHING


class Seen(BaseModel):
    """What is printed on one picture."""

    picture: int = Field(description="the number of the picture")
    text: str = Field(description="what is printed on it, character by character; empty where that is not certain")


class Pictures(BaseModel):
    """What is printed on each picture."""

    pictures: list[Seen]


async def look(crops: Sequence[Crop], document: str, ask: Ask, options: Options) -> Looked:
    """The model's readings of some crops. Raises `StopRun` and `CallFailed`; all else leaves crops unread."""
    ABOUT.set(About(document))
    batches = [crops[n : n + CROPS_A_CALL] for n in range(0, len(crops), CROPS_A_CALL)]
    asked = batches[: options.vision_calls]
    parts = await asyncio.gather(*(_batch(batch, ask, options) for batch in asked))
    sights = [sight for part in parts for sight in part.sights]
    usage = NOTHING
    for part in parts:
        usage = usage.plus(part.usage)
    left = (Sight("", NOT_ASKED),) * (len(crops) - len(sights))
    return Looked((*sights, *left), len(asked), usage)


async def _batch(crops: Sequence[Crop], ask: Ask, options: Options) -> Looked:
    try:
        reply = await ask(Pictures, request_for(crops, options))
    except (TooLong, Filtered, Rejected) as error:
        return Looked(_unread(crops, f"the endpoint refuses the pictures: {error}"), 1)
    usage = usage_of({"usage": reply.usage})
    told = None if reply.value is None else texts(reply.value, len(crops))
    if told is None:
        return Looked(_unread(crops, NO_ANSWER), 1, usage)
    return Looked(tuple(Sight(text, "" if text else "it cannot read it") for text in told), 1, usage)


def _unread(crops: Sequence[Crop], reason: str) -> tuple[Sight, ...]:
    return (Sight("", reason),) * len(crops)


def texts(answer: Pictures, count: int) -> list[str] | None:
    """The text of each picture; None unless each of them is answered once, and no other."""
    told = {seen.picture: seen.text for seen in answer.pictures}
    if len(answer.pictures) != count or set(told) != set(range(1, count + 1)):
        return None
    return [_line(told[n]) for n in range(1, count + 1)]


def _line(text: str) -> str:
    """A text as that of one printed line; nothing where it cannot be that."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST and line.isprintable() else ""


def request_for(crops: Sequence[Crop], options: Options) -> Request:
    """The request about some crops: the same crops give the same bytes."""
    kinds = dict(line.split("=", 1) for line in template("vision.kinds", options.language, VERSION).splitlines())
    parts: list[dict[str, Any]] = []
    for number, crop in enumerate(crops, 1):
        data = base64.b64encode(crop.png).decode("ascii")
        parts.append({"type": "text", "text": kinds[crop.kind].format(number)})
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}})
    messages = [
        {"role": "system", "content": template("vision", options.language, VERSION)},
        {"role": "user", "content": parts},
    ]
    return {"model": options.vision_model, "messages": messages, **dict(options.endpoint.parameters)}
