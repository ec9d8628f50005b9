"""What a bench is to run: sets of documents with their gold, arms (engine, model, prompt, …), repeats; from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from eval.bench.text_damage import DAMAGES
from extractor.config import Settings
from extractor.errors import CallError, ConfigError

NOT_MULTIPLIED = frozenset({"schemas"})
"""Settings whose value is a list by itself."""


class SetConfig(BaseModel):
    """A set of documents: those that gold names (with `damage` of their text), or made ones (`synth`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    gold: tuple[Path, ...] = ()
    documents: tuple[Path, ...] = ()
    damage: tuple[str, ...] = ("none",)
    synth: dict[str, Any] | None = None


class BenchConfig(BaseModel):
    """A bench, as its TOML file says it; paths are relative to that file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "Benchmark"
    out: Path
    repeats: PositiveInt = 1
    seed: int = 0
    drafts: bool = False
    sets: tuple[SetConfig, ...] = Field(min_length=1)
    arms: tuple[dict[str, Any], ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to read documents: an engine with its settings."""

    name: str
    engine: str
    settings: Settings


def load(path: Path) -> BenchConfig:
    """The bench of a TOML file, its paths made absolute; raises `ConfigError` that says what is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from error
    try:
        config = BenchConfig.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {where or 'the bench'}: {first['msg'].lower()}") from error
    for one in config.sets:
        _check(path, one)
    return config.model_copy(
        update={
            "out": _absolute(path, config.out),
            "sets": tuple(
                one.model_copy(
                    update={
                        "gold": tuple(file for g in one.gold for file in _named(path, g)),
                        "documents": tuple(_absolute(path, d) for d in one.documents),
                    }
                )
                for one in config.sets
            ),
        }
    )


def _named(config: Path, path: Path) -> list[Path]:
    """A file or folder, or the files of a folder that a pattern names (`gold/*.json`)."""
    absolute = _absolute(config, path)
    return sorted(absolute.parent.glob(absolute.name)) or [absolute]


def _absolute(config: Path, path: Path) -> Path:
    return (config.parent / path).resolve()


def _check(path: Path, one: SetConfig) -> None:
    where = f"{path}: set {one.name!r}"
    if (one.synth is None) == (not one.gold):
        raise ConfigError(f"{where}: needs gold (and documents, if they are elsewhere), or synth, and not both")
    unknown = [name for name in one.damage if name not in DAMAGES]
    if unknown:
        raise ConfigError(f"{where}: no damage named {unknown[0]!r}; there are: {', '.join(DAMAGES)}")


def arms(config: BenchConfig, path: Path) -> tuple[Arm, ...]:
    """The arms of a bench: a setting that lists values makes an arm of each; raises `ConfigError`."""
    out = tuple(arm for raw in config.arms for arm in _expanded(raw, path))
    names = [arm.name for arm in out]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"{path}: two arms are named {twice!r}; give each a name of its own")
    return out


def _expanded(raw: dict[str, Any], path: Path) -> Iterator[Arm]:
    listed = {key: value for key, value in raw.items() if isinstance(value, list) and key not in NOT_MULTIPLIED}
    fixed = {key: value for key, value in raw.items() if key not in listed and key != "name"}
    for chosen in product(*listed.values()):
        picked = dict(zip(listed, chosen, strict=True))
        yield _arm(raw.get("name"), fixed | picked, picked, path)


FILES = ("record", "replay")
"""Settings that name a file."""


def _arm(name: str | None, settings: dict[str, Any], picked: dict[str, Any], path: Path) -> Arm:
    files = {key: _absolute(path, Path(settings[key])) for key in FILES if key in settings}
    try:
        loaded = Settings.load(None, **settings | files)
    except ConfigError as error:
        raise ConfigError(f"{path}: arm {name or ''}: {error}") from error
    engine = loaded.engine or ("hybrid" if loaded.model else "rules")
    if engine != "rules" and loaded.model is None:
        raise CallError(f"{path}: arm {name or engine}: engine {engine} needs a model")
    varying = [str(value) for value in picked.values()]
    first = [name] if name else [] if "engine" in picked else [engine, *([loaded.model] if loaded.model else [])]
    return Arm(" ".join(dict.fromkeys([*first, *varying])), engine, loaded)
