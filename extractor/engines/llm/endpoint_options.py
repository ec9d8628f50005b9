"""What the settings say about the model, in the shape that this package works with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from extractor.config import Settings
from extractor.engines.llm.budget import Budget, Prices
from extractor.engines.llm.client import DEFAULT_URL, Endpoint
from extractor.engines.llm.prompting import VERSION, words
from extractor.engines.llm.rate_limits import Ceilings
from extractor.engines.llm.transport import Policy
from extractor.errors import CallError


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that a session needs to know."""

    endpoint: Endpoint
    ceilings: Ceilings = field(default_factory=Ceilings)
    policy: Policy = field(default_factory=Policy)
    prices: Prices = field(default_factory=Prices)
    budget: Budget = field(default_factory=Budget)
    language: str = "zh"
    prompt_version: str = VERSION
    corrections: int = 2
    chunk_tokens: int = 6_000
    max_output_tokens: int = 8_000
    readings: int = 1
    second_model: str | None = None
    max_answer_bytes: int = 4_000_000
    record: Path | None = None
    replay: Path | None = None
    vision_model: str | None = None
    vision_calls: int = 8

    @property
    def second(self) -> Options:
        """The options of the second reading: those of the first, with another model if one is named."""
        model = self.second_model or self.endpoint.model
        return replace(self, endpoint=replace(self.endpoint, model=model))

    @property
    def words(self) -> dict[str, str]:
        """The small words of the prompts' language."""
        return words(self.language, self.prompt_version)


def options(settings: Settings) -> Options:
    """The options of some settings. Raises `CallError` where no model is named."""
    if settings.model is None:
        raise CallError("this engine needs a model: give --model, or set model in extractor.toml")
    url = settings.base_url or DEFAULT_URL
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    parameters: tuple[tuple[str, Any], ...] = (
        ("temperature", settings.temperature),
        ("max_tokens", settings.max_output_tokens),
    )
    return Options(
        Endpoint(settings.model, url, key, settings.answer_mode, parameters),
        Ceilings(settings.concurrency, settings.requests_per_minute, settings.tokens_per_minute),
        Policy(settings.call_attempts, settings.call_seconds, settings.call_timeout),
        Prices(settings.price_prompt, settings.price_cached, settings.price_completion),
        Budget(settings.budget_tokens, settings.budget_money),
        settings.prompt_language,
        settings.prompt_version,
        settings.corrections,
        settings.token_budget,
        settings.max_output_tokens,
        settings.readings,
        settings.second_model,
        settings.max_answer_bytes,
        settings.record,
        settings.replay,
        settings.vision_model,
        settings.vision_calls,
    )
