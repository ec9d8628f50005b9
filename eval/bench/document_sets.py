"""The documents of a bench: copied, damaged or made below its folder, kept beside the results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval.bench.config import BenchConfig, SetConfig
from eval.bench.text_damage import damaged
from eval.scoring.gold import Gold, load_all
from eval.scoring.provenance import find
from extractor.errors import CallError
from schemas.spec import SchemaSpec


@dataclass(frozen=True, slots=True)
class Staged:
    """One set at one damage: the folder of its documents, their hashes by name, their gold.

    `content` tells by gold file which documents are one and the same content (made from one seed, damaged or not).
    """

    name: str
    folder: Path
    hashes: Mapping[str, str]
    golds: tuple[Gold, ...]
    content: Mapping[str, str]


def stage(config: BenchConfig, schemas: Mapping[str, SchemaSpec] = MappingProxyType({})) -> tuple[Staged, ...]:
    """Every set of a bench, its documents in place; what is in place already is not made again.

    `schemas` are those of gold beside the built-in ones, by name.
    """
    out = [
        staged for one in config.sets for staged in (_made(one, config) if one.synth else _copied(one, config, schemas))
    ]
    names = [staged.name for staged in out]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CallError(f"two sets are named {twice!r}; give each a name of its own")
    return tuple(out)


def _copied(one: SetConfig, config: BenchConfig, schemas: Mapping[str, SchemaSpec]) -> Iterator[Staged]:
    golds = load_all(one.gold, drafts=config.drafts, extra=schemas)
    for damage in one.damage:
        name = one.name if damage == "none" else f"{one.name}, {damage}"
        folder = config.out / "documents" / _folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        hashes: dict[str, str] = {}
        for gold in golds:
            source = find(gold.document, gold.path, one.documents)
            if source.name in hashes:
                raise CallError(
                    f"set {one.name!r}: two documents are named {source.name}; rename one, or make two sets"
                )
            content = damaged(source.read_bytes(), damage, config.seed)
            hashes[source.name] = _placed(folder / source.name, content)
        yield Staged(name, folder, hashes, golds, {str(gold.path): str(gold.path) for gold in golds})


def _made(one: SetConfig, config: BenchConfig) -> Iterator[Staged]:
    """Made documents: rendering a scan takes seconds, so a finished folder carries a mark with its options."""
    options = {"seed": config.seed + 1, **(one.synth or {})}
    folder = config.out / "documents" / _folder(one.name)
    mark = folder / ".made.json"
    if not (mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == options):
        _synth(one.name, folder, options)
        mark.write_text(json.dumps(options), encoding="utf-8")
    golds = load_all([folder], drafts=True)
    hashes = {gold.document: _hash((folder / gold.document).read_bytes()) for gold in golds}
    content = {str(gold.path): _content(gold, options) for gold in golds}
    yield Staged(one.name, folder, hashes, golds, content)


def _synth(name: str, folder: Path, options: Mapping[str, Any]) -> None:
    from eval.synth.__main__ import main

    arguments = ["--out", str(folder)]
    for key, value in options.items():
        if value is True:
            arguments.append(f"--{key}")
        elif value is not False:
            arguments += [f"--{key}", str(value)]
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 2
    if status:
        raise CallError(f"set {name!r}: its documents could not be made; see `python -m eval.synth --help`")


LOOKS = frozenset({"format", "level", "turn", "gaps", "stains", "count"})
"""Options of made documents that change how they look, and not what they say."""


def _content(gold: Gold, options: Mapping[str, Any]) -> str:
    said = {key: value for key, value in options.items() if key not in LOOKS and key != "seed"}
    seed = gold.document.rpartition(".")[0].rpartition("-")[2]
    return f"made {seed} {json.dumps(said, sort_keys=True)}"


def _folder(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)


def _placed(path: Path, content: bytes) -> str:
    if not (path.is_file() and path.read_bytes() == content):
        path.write_bytes(content)
    return _hash(content)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
