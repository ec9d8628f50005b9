"""The settings: one frozen model, from `extractor.toml`, then the environment (`EXTRACTOR_*`), then the command line.

Unknown keys are errors everywhere. Secrets come from the environment alone and are never written down.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from extractor.errors import ConfigError
from schemas.conventions import of_locale

Engine = Literal["rules", "llm", "hybrid"]
Ocr = Literal["rapidocr", "tesseract", "off"]
Device = Literal["auto", "cpu", "cuda", "dml"]
SecondReader = Literal["tesseract", "off"]
Version = Literal["3"]
Mode = Literal["tools", "json_schema", "json", "text"]

OCR_LANGUAGES = ("zh", "en")
_TESSERACT = re.compile(r"[a-z]{3}(_[a-z]+)*(\+[a-z]{3}(_[a-z]+)*)*")

PREFIX = "EXTRACTOR_"
DEFAULT_FILE = "extractor.toml"
SECRETS = ("api_key", "password")
# Tracebacks; where the tests find a corpus; tests that record cassettes.
NOT_SETTINGS = ("EXTRACTOR_DEBUG", "EXTRACTOR_SHARED", "EXTRACTOR_RECORD")


@dataclass(frozen=True)
class _Changes:
    """Marks a setting that can change an answer: how files are read, how any engine reads, how a model is asked."""

    whose: Literal["reading", "engine", "model"]


READING = _Changes("reading")
ENGINE = _Changes("engine")
MODEL = _Changes("model")


class Settings(BaseModel):
    """All that can be set. What is marked `READING`, `ENGINE` or `MODEL` is part of a result's fingerprint."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    engine: Engine | None = Field(None, description="rules, llm or hybrid; by default hybrid with a model, else rules")
    schemas: tuple[str, ...] = Field((), description="names, FILE.py:CLASS or FILE.json; by default all built-in ones")
    labels: Path | None = Field(None, description="confirmed labels; by default SCHEMA.labels.toml, if it is here")
    settle: Path | None = Field(None, description="a rule of settling, stricter than the built-in one")
    workers: PositiveInt | None = Field(None, description="worker processes; by default one per core")

    max_bytes: PositiveInt = Field(100_000_000, description="larger files are refused")
    max_pages: PositiveInt = Field(2_000, description="documents with more pages are refused")
    seconds_per_document: PositiveFloat = Field(600.0, description="a document that takes longer is given up")
    seconds_per_page: PositiveFloat = Field(60.0, description="each further page of a PDF may take so much more")
    memory_mb: PositiveInt = Field(4_096, description="what one document may need on top of an idle worker")

    language: Annotated[str, READING] = Field(
        "zh", description="the language that OCR reads: zh or en; for tesseract also its own names, like deu+fra"
    )
    locale: Annotated[str, ENGINE] = Field(
        "", description="how numbers and dates are written where a document does not tell: en_US, en_GB, nl, zh"
    )
    ocr: Annotated[Ocr, READING] = Field("rapidocr", description="rapidocr, tesseract or off")
    ocr_device: Device = Field(
        "auto", description="what RapidOCR computes on: auto (a GPU where there is one), cpu, cuda or dml"
    )
    second_reader: Annotated[SecondReader, ENGINE] = Field(
        "tesseract", description="what reads again the lines that OCR is unsure of: tesseract (if installed) or off"
    )
    dpi: Annotated[PositiveInt, READING] = Field(300, description="the highest resolution that OCR reads pages at")
    max_pixels: Annotated[PositiveInt, READING] = Field(60_000_000, description="larger images are refused")
    token_budget: Annotated[PositiveInt, ENGINE] = Field(6_000, description="the most tokens in one chunk")
    password: SecretStr | None = Field(None, description="opens protected files")

    model: Annotated[str | None, MODEL] = Field(None, description="a model's name, as its endpoint knows it")
    base_url: str | None = Field(None, description="an OpenAI-compatible endpoint")
    api_key: SecretStr | None = Field(None, description="the endpoint's key")
    temperature: Annotated[float, MODEL] = Field(0.0, ge=0, le=2, description="the model's temperature")
    max_output_tokens: Annotated[PositiveInt, MODEL] = Field(8_000, description="the most tokens in one answer")
    answer_mode: Annotated[Mode | None, MODEL] = Field(
        None, description="tools, json_schema, json or text; by the endpoint"
    )
    prompt_language: Annotated[Literal["zh", "en"], MODEL] = Field("zh", description="the language of the prompts")
    prompt_version: Annotated[Version, MODEL] = Field("3", description="the version of the prompts")
    corrections: Annotated[int, MODEL] = Field(2, ge=0, le=10, description="how often a model is told what was wrong")
    readings: Annotated[int, MODEL] = Field(1, ge=1, le=2, description="how often a model reads each form")
    second_model: Annotated[str | None, MODEL] = Field(
        None, description="the model of the second reading; by default the same"
    )
    vision_model: Annotated[str | None, ENGINE] = Field(
        None, description="a model that reads pictures of lines that OCR is unsure of; by default none is asked"
    )
    vision_calls: Annotated[PositiveInt, MODEL] = Field(8, description="the most calls of the vision model a document")
    concurrency: PositiveInt = Field(16, description="the most calls in flight")
    requests_per_minute: PositiveFloat | None = Field(None, description="a ceiling, for accounts that have one")
    tokens_per_minute: PositiveFloat | None = Field(None, description="a ceiling, for accounts that have one")
    call_attempts: PositiveInt = Field(8, description="how often a call is tried that does not go through")
    call_seconds: PositiveFloat = Field(600.0, description="how long a call is tried, with its waits")
    call_timeout: PositiveFloat = Field(180.0, description="how long one attempt may take")
    max_answer_bytes: PositiveInt = Field(4_000_000, description="a body of more bytes is given up while it is read")
    budget_tokens: PositiveInt | None = Field(None, description="the run stops before it uses more tokens")
    budget_money: PositiveFloat | None = Field(None, description="the run stops before it costs more")
    price_prompt: float | None = Field(None, ge=0, description="money for a million tokens of prompt")
    price_cached: float | None = Field(None, ge=0, description="the same, of prompt that the provider had cached")
    price_completion: float | None = Field(None, ge=0, description="money for a million tokens of answer")
    record: Path | None = Field(None, description="a file that every call and its answer is written to")
    replay: Path | None = Field(None, description="a recorded file that answers all calls, without a network")

    @classmethod
    def load(cls, toml: Path | None = None, **overrides: Any) -> Settings:
        """Defaults, then `toml` (or `extractor.toml` here), the environment, `overrides` (None: not given)."""
        values = _from_file(toml) | _from_environment(os.environ)
        values |= {key: value for key, value in overrides.items() if value is not None}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(_readable(error)) from None

    @field_validator("locale")
    @classmethod
    def _known_locale(cls, name: str) -> str:
        if name:
            of_locale(name)
        return name

    @model_validator(mode="after")
    def _known_language(self) -> Settings:
        if self.language not in OCR_LANGUAGES and (self.ocr != "tesseract" or not _TESSERACT.fullmatch(self.language)):
            raise ValueError(
                f'language {self.language!r} is not known: choose zh or en; with ocr = "tesseract" also one of its own'
                " names, like deu or deu+fra"
            )
        return self

    def answering(self, engine: str) -> dict[str, Any]:
        """The settings that can change an answer of `engine`: what its fingerprint holds of them."""
        asks = engine != "rules" or self.vision_model is not None
        return self._marked({"reading", "engine", "model"} if asks else {"reading", "engine"})

    def of_reading(self) -> dict[str, Any]:
        """The settings that can change how a file is read into a document."""
        return self._marked({"reading"})

    def _marked(self, whose: set[str]) -> dict[str, Any]:
        marks = {name: info.metadata for name, info in type(self).model_fields.items()}
        return {
            name: getattr(self, name)
            for name, marked in marks.items()
            if any(isinstance(mark, _Changes) and mark.whose in whose for mark in marked)
        }

    def public(self) -> dict[str, Any]:
        """All settings but the secrets, as plain JSON."""
        return self.model_dump(mode="json", exclude=set(SECRETS))


def _from_file(toml: Path | None) -> dict[str, Any]:
    path = toml or Path(DEFAULT_FILE)
    if toml is None and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such settings file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}") from None
    for key in values:
        _refuse_unknown(key, str(path))
        if key in SECRETS:
            raise ConfigError(f"{path}: {key} does not belong in a file; set {PREFIX}{key.upper()} in the environment")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name in NOT_SETTINGS or not text:
            continue
        key = name.removeprefix(PREFIX).lower()
        _refuse_unknown(key, f"environment variable {name}")
        values[key] = tuple(part.strip() for part in text.split(",")) if key == "schemas" else text
    return values


def _refuse_unknown(key: str, where: str) -> None:
    known = list(Settings.model_fields)
    if key in known:
        return
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
    raise ConfigError(f"{where}: no setting is named {key!r}; {hint}")


def _readable(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"no setting is named {key!r}; there are: {', '.join(Settings.model_fields)}"
    if not key:  # about settings that do not go together: all of them are its input, the secrets too
        return str(first["msg"]).removeprefix("Value error, ")
    given = "" if key in SECRETS else f" (given: {first['input']!r})"
    return f"setting {key}: {first['msg'].lower()}{given}"
