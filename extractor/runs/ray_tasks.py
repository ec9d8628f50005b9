"""The shards of a place on a Ray cluster: one task a shard, retried where its node goes away.

Ray only spreads the work: what is done, markers say. Each task is a worker (`extractor.runs.work`) that is told its
shard. Not Ray Data: one row that raises ends its pipeline. Secrets do not travel: each node has its own.
"""

from __future__ import annotations

import importlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import PREFIX, SECRETS, Settings
from extractor.errors import CallError, MissingPackage
from extractor.runs import object_folders, run, shards, work, work_units
from extractor.runs.fingerprint import fingerprint
from extractor.runs.object_folders import ObjectFolder
from extractor.runs.run import Plan
from extractor.runs.shards import Kind
from extractor.runs.work import WorkLimits
from extractor.version import __version__

RETRIES = 3
"""How often Ray starts a task again whose worker or node died."""
WAITING = 1_000
"""Tasks that are handed to Ray at once: its scheduler need not hold a million."""
LEASE = 20.0
"""Seconds: Ray notices by itself that a worker died, and the next one waits for the lease of the last."""
MEGABYTES: dict[Kind, int] = {"text": 500, "pdf": 1_000, "image": 2_000}
"""Memory that a task asks for: what a worker of each kind was seen to take, with its reading process."""
GPU = 0.25
"""The share of a GPU that a task of scans asks for: the CPU has a part of the work, so four tasks keep one busy."""


class RayOptions(NamedTuple):
    """What a task needs to know; `settings` are the public ones."""

    place: str
    settings: dict[str, Any]
    schemas: tuple[str, ...]
    engine: str
    fingerprint: str


class _Shard(NamedTuple):
    block: str
    shard: str
    kind: Kind


def read(folder: ObjectFolder, plan: Plan, address: str, told: Callable[[str], None]) -> int:
    """Reads all open shards of a place on a cluster: a new one of this machine (`ray`), or `ray://HOST:PORT`.

    Returns the number of shards that are left. Raises `CallError` where the cluster cannot do the work.
    """
    ray = _started(address)
    try:
        options = _options(folder, plan)
        _check(ray, options)
        gpus = ray.cluster_resources().get("GPU", 0.0)
        running: dict[Any, _Shard] = {}
        for shard in _open_shards(folder, options.fingerprint):
            asked = demands(shard.kind, plan.settings, gpus)
            task = ray.remote(**asked, max_retries=RETRIES)(read_shard)
            running[task.remote(tuple(options), shard.block, shard.shard)] = shard
            if len(running) >= WAITING:
                _finish(ray, running, told)
        while running:
            _finish(ray, running, told)
        return sum(1 for _ in _open_shards(folder, options.fingerprint))
    finally:
        ray.shutdown()


def _started(address: str) -> Any:
    """Ray, connected. A cluster of this machine tells nobody of itself, and admits only who has its token."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    own = address == "ray" and "RAY_ADDRESS" not in os.environ  # Ray's own way to name a cluster that is there
    if own:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        ray: Any = importlib.import_module("ray")  # no types, and not always there
    except ImportError:
        raise MissingPackage("--on ray needs Ray: pip install extractor[ray]") from None
    where = {"include_dashboard": False} if own else {} if address == "ray" else {"address": address}
    try:
        ray.init(log_to_driver=False, **where)
    except Exception as error:
        raise CallError(f"{address}: no Ray cluster can be had: {' '.join(str(error).split())[:300]}") from None
    return ray


def _options(folder: ObjectFolder, plan: Plan) -> RayOptions:
    names = run.names_of(plan.schemas)
    mark = fingerprint(plan.settings, run.load_schemas(plan.schemas, plan.settings.labels), plan.engine)
    return RayOptions(folder.url, plan.settings.public(), names, plan.engine, mark)


def _check(ray: Any, options: RayOptions) -> None:
    """Raises `CallError` where a node has not the same program: its results would be others."""
    try:
        there = ray.get(ray.remote(max_retries=RETRIES)(mark_here).remote(tuple(options)), timeout=300)
    except Exception as error:
        said = " ".join(str(error).split())[-300:]
        message = f"the Ray workers cannot run extractor {__version__}; install it on each node: {said}"
        raise CallError(message) from None
    if there != options.fingerprint:
        raise CallError("the Ray workers have another version of extractor or of its libraries; install the same")


def _open_shards(folder: ObjectFolder, mark: str) -> Iterator[_Shard]:
    for block in shards.blocks(folder):
        state = work_units.state(folder, mark, block.name)
        yield from (_Shard(block.name, name, block.kind) for name in sorted({u.shard for u in state.open(block)}))


def demands(kind: Kind, settings: Settings, gpus: float) -> dict[str, float]:
    """What a task asks of a node: one CPU, memory in bytes, and for OCR a share of a GPU.

    `gpus` is what the cluster has. `ocr_device` says who needs one: with `auto` pictures, where there are GPUs; with
    `cuda` PDFs too (their pages may be scans), and such tasks wait until there is a node with one.
    """
    device = settings.ocr_device if settings.ocr == "rapidocr" else "cpu"
    asked: dict[str, float] = {"num_cpus": 1, "memory": MEGABYTES[kind] * 1_000_000}
    if (device == "auto" and kind == "image" and gpus > 0) or (device == "cuda" and kind != "text"):
        asked["num_gpus"] = GPU
    return asked


def _finish(ray: Any, running: dict[Any, _Shard], told: Callable[[str], None]) -> None:
    """Waits for one task; one that failed leaves its shard to a later call."""
    (done, *_), _ = ray.wait(list(running), num_returns=1)
    shard = running.pop(done)
    try:
        told(f"{shard.block}/{shard.shard}: {ray.get(done)} documents")
    except Exception as error:
        told(f"{shard.block}/{shard.shard}: not done: {' '.join(str(error).split())[-300:]}")


# What follows runs on the cluster. Plain values go in and come out, so that the driver's classes need not be there.


def mark_here(options: tuple[Any, ...]) -> str:
    """The fingerprint that the options have on this node."""
    plan = _plan(RayOptions(*options), Path())
    return fingerprint(plan.settings, run.load_schemas(plan.schemas, plan.settings.labels), plan.engine)


def read_shard(options: tuple[Any, ...], block: str, shard: str) -> int:
    """Reads one shard; gives the number of documents that this worker committed."""
    given = RayOptions(*options)
    with tempfile.TemporaryDirectory(prefix="extractor-") as scratch:
        limits = WorkLimits(lease_seconds=LEASE, block=block, unit=shard)
        return work.work(object_folders.opened(given.place), _plan(given, Path(scratch)), limits).documents


def _plan(options: RayOptions, scratch: Path) -> Plan:
    """The plan of a task: one reading process, for the one core that it asked for; secrets of the node."""
    own = {name: os.environ[f"{PREFIX}{name.upper()}"] for name in SECRETS if f"{PREFIX}{name.upper()}" in os.environ}
    settings = Settings.model_validate(options.settings | own | {"workers": 1})
    return Plan((), scratch, settings, options.schemas, options.engine)
