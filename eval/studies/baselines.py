"""What others would spend on a form: the plain schema in one call, and LangExtract, really run.

Neither asks a model. The answers are those of a perfect reader, made from gold, so their tokens are the least that a
right answer takes; the prompts are exactly what instructor and LangExtract send.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from eval.scoring.provenance import source_of, stated
from eval.studies.spending import Spent, imported, leaves, spent_on, text_of
from extractor.config import Mode
from extractor.document.results import Form
from extractor.engines.llm.prompting import as_row
from extractor.engines.llm.request_preview import shaped
from extractor.engines.llm.transport import Request
from extractor.errors import CallError
from schemas.spec import FieldSpec, SchemaSpec

EXAMPLES = Path(__file__).with_name("langextract_examples.json")
SYSTEM = "从表格的文字里抽取各字段的值，照抄原文，没有的留空。"
DESCRIPTION = "按出现的顺序抽取表格里的字段，一行指标一条。照抄原文，不改写，不重叠。没有的不写。"


def plain_schema(form: Form, gold: Mapping[str, Any], mode: Mode, *, nulls: bool = False) -> Spent:
    """One call: the schema as pydantic and instructor send it, and the form's text; the answer copies every text.

    The shortest right answer leaves out what is not there; with `nulls` it says so of every field, as gold does.
    """
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text_of(form)}]
    asked = shaped([(_plain(form.schema.model), {"model": "m", "messages": messages})], mode)
    answer = compact(gold if nulls else without_nulls(gold))
    return spent_on(asked, [answer], len(list(leaves(form.schema.fields, gold))))


@cache
def _plain(model: type[BaseModel]) -> type[BaseModel]:
    """The model with the JSON schema that it would have without what only this project reads of it."""

    def model_json_schema(cls: type[BaseModel], *args: Any, **named: Any) -> dict[str, Any]:
        return dict(_without(model.model_json_schema(*args, **named), "printed"))

    return type(
        model.__name__, (model,), {"__doc__": model.__doc__, "model_json_schema": classmethod(model_json_schema)}
    )


def _without(schema: Any, name: str) -> Any:
    if isinstance(schema, dict):
        return {key: _without(part, name) for key, part in schema.items() if key != name}
    return [_without(part, name) for part in schema] if isinstance(schema, list) else schema


def without_nulls(value: Any) -> Any:
    """Values without those that are not there: the shortest right answer."""
    if isinstance(value, Mapping):
        inner = {key: without_nulls(part) for key, part in value.items()}
        return {key: part for key, part in inner.items() if part not in (None, [], {})}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def compact(value: Any) -> str:
    """JSON without a needless character."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Extraction(NamedTuple):
    """One extraction: its class, its text, its attributes, and the paths of the values (text first)."""

    name: str
    text: str
    attributes: Mapping[str, str | None] | None
    paths: Mapping[str, str]

    @property
    def head(self) -> str:
        """The path of its text."""
        return self.paths[""]

    def seen(self, there: set[str]) -> Extraction:
        """With those attributes alone that can be seen."""
        if self.attributes is None:
            return self
        kept = {name: text if self.paths.get(name) in there else None for name, text in self.attributes.items()}
        return self._replace(attributes=kept)

    @property
    def values(self) -> set[str]:
        """The paths of all values that it holds."""
        held = [name for name, text in (self.attributes or {}).items() if text is not None]
        return {self.head, *(self.paths[name] for name in held)}


def extractions(fields: Sequence[FieldSpec], values: Mapping[str, Any], at: str = "") -> Iterator[Extraction]:
    """A form's values in the shape that LangExtract knows: single values and texts alone, rows with attributes."""
    for spec in fields:
        value, path = values.get(spec.name), f"{at}.{spec.name}" if at else spec.name
        if value in (None, "", []):
            continue
        if as_row(spec):
            rows = [(path, value)] if spec.structure == "group" else [(f"{path}[{n}]", r) for n, r in enumerate(value)]
            yield from (row for base, one in rows for row in _row(spec, one, base))
        elif spec.structure == "group":
            yield from extractions(spec.children, value, path)
        else:
            texts = (
                [(path, value)] if spec.structure == "scalar" else [(f"{path}[{n}]", t) for n, t in enumerate(value)]
            )
            yield from (Extraction(spec.name, _text(text), None, {"": base}) for base, text in texts)


def _row(spec: FieldSpec, values: Mapping[str, Any], at: str) -> Iterator[Extraction]:
    """A row by its key (or first) value, or where that is empty by the last that is there."""
    head = next((child for child in spec.children if child.printed.key), spec.children[0])
    texts = {child.name: _text(values.get(child.name)) for child in spec.children}
    name = head.name if texts[head.name] else next((n for n in reversed(texts) if texts[n]), None)
    if name is not None:
        attributes = {child: text or None for child, text in texts.items() if child != head.name}
        yield Extraction(spec.name, texts[name], attributes, {"": f"{at}.{name}", **{n: f"{at}.{n}" for n in texts}})


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value["text"])
    return "" if value is None else str(value)


class Perfect:
    """Answers LangExtract's prompts, in the order of the text: every value once, in the first chunk where it stands."""

    def __init__(self, schema: SchemaSpec, gold: Mapping[str, Any]) -> None:
        self._schema, self._gold = schema, gold
        self._left = list(extractions(schema.fields, gold))
        self._said: dict[str, str] = {}
        self.values: set[str] = set()

    def answer(self, request: Request) -> str:
        """The answer to a request; a later pass over the same chunk gets the same."""
        chunk = request["messages"][-1]["content"].rpartition("\nQ: ")[2].removesuffix("\nA: ")
        if chunk not in self._said:
            self._said[chunk] = self._read(chunk)
        return self._said[chunk]

    def _read(self, chunk: str) -> str:
        absent = set(stated(self._schema, self._gold, source_of(chunk), nearly=False).absent)
        every = leaves(self._schema.fields, self._gold)
        there = {path for path in every if not absent & {path, f"{path}.text"}}
        found = [one for one in self._left if one.head in there]
        self._left = [one for one in self._left if one.head not in there]
        seen = [one.seen(there) for one in found]
        self.values |= {path for one in seen for path in one.values}
        items = [{one.name: one.text, f"{one.name}_attributes": one.attributes} for one in seen]
        return compact({"extractions": items})


@cache
def examples() -> dict[str, Any]:
    """The few-shot examples by schema: a text of our own with its values."""
    return dict(json.loads(EXAMPLES.read_text(encoding="utf-8")))


def langextract(form: Form, gold: Mapping[str, Any], passes: int = 1) -> Spent:
    """LangExtract over the form's text, with its defaults and one example.

    One worker, so that chunks come in the order of the text; that changes no token. MissingPackage: it is not
    installed. CallError: the schema has no example.
    """
    shown = examples().get(form.schema.name)
    if shown is None:
        raise CallError(f"{EXAMPLES.name}: has no example of the schema {form.schema.name}; write one, or leave it out")
    from tests.fault_server import Faults, Step, running

    reader = Perfect(form.schema, gold)
    answers: list[str] = []

    def respond(request: Request) -> Step:
        answers.append(reader.answer(request))
        return Step(answer=answers[-1])

    with running(Faults(respond=respond)) as server:
        _extract(text_of(form), form.schema, shown, server.url, passes)
        return spent_on(server.faults.requests, answers, len(reader.values))


def _extract(text: str, schema: SchemaSpec, shown: Mapping[str, Any], url: str, passes: int) -> None:
    lx = imported("langextract")
    make: Callable[..., Any] = lx.data.Extraction
    told = [
        make(extraction_class=one.name, extraction_text=one.text, attributes=one.attributes)
        for one in extractions(schema.fields, shown["values"])
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a `config` brings its own schema is what is wanted
        lx.extract(
            text_or_documents=text,
            prompt_description=DESCRIPTION,
            examples=[lx.data.ExampleData(text=shown["text"], extractions=told)],
            config=lx.factory.ModelConfig(
                model_id="m", provider="openai", provider_kwargs={"api_key": "none", "base_url": url, "max_workers": 1}
            ),
            extraction_passes=passes,
            max_workers=1,
            show_progress=False,
        )
