"""Ten thousand workers over a hundred million documents, as events: `python -m eval.studies.scale_simulation`.

The rules are those of `extractor.runs` (leases, takeovers, waits, blocks), the workers are events in a heap. Workers
die and are replaced, freeze past their leases and wake. Printed: how long it takes beside the ideal, takeovers and how
long dead leases waited for them, shards that two have read, and requests. A wait costs time only when no shard is free
any more: until then whoever would take the shard over reads another. Every shard must have one marker at the end.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from eval.reports.figure_tables import Table, show
from extractor.runs import leases, shards
from extractor.runs.work import LOOK, again_first

DOCUMENTS_IN_SHARD = 500
POLLS = 6  # of a lease, as `extractor.runs.work` waits


@dataclass
class _Block:
    """A block: shards that nobody holds, and leases whose owners are silent (shard and time of the last beat)."""

    free: list[int]
    open: int
    silent: dict[int, float] = field(default_factory=dict)


@dataclass
class _Worker:
    """A worker: its blocks in its own order, what it holds, when it first saw each silent lease, its wait."""

    blocks: list[int]
    seen: dict[tuple[int, int], float] = field(default_factory=dict)
    wait: float = 0.0
    holds: tuple[int, int] | None = None
    life: int = 0  # events of an earlier life are void


@dataclass
class _Figures:
    """What happened."""

    deaths: int = 0
    freezes: int = 0
    takeovers: int = 0
    doubled: int = 0
    lists: int = 0
    puts: int = 0
    gets: int = 0
    busy: float = 0.0
    waits: list[float] = field(default_factory=list)
    idle_waits: list[float] = field(default_factory=list)
    none_free: float | None = None
    by_minute: dict[int, int] = field(default_factory=dict)
    markers: list[int] = field(default_factory=list)


class Simulation:
    """The job; `run` gives the seconds that it took."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        random.seed(chosen.seed)
        self.chosen = chosen
        self.shards = chosen.documents // DOCUMENTS_IN_SHARD
        size = shards.SIZE.shards_in_block
        ends = range(0, self.shards, size)
        self.blocks = [_Block(list(range(a, min(a + size, self.shards))), min(size, self.shards - a)) for a in ends]
        for block in self.blocks:
            random.shuffle(block.free)
        self.figures = _Figures(markers=[0] * self.shards)
        self.left = self.free = self.shards
        self.finished: set[int] = set()
        self.heap: list[tuple[float, int, str, int, int]] = []
        order = list(range(len(self.blocks)))
        self.workers = [_Worker(random.sample(order, len(order))) for _ in range(chosen.workers)]
        self.lease = leases.SECONDS

    def run(self) -> float:
        """Runs the events until all shards have their markers."""
        for number in range(len(self.workers)):
            self._at(random.uniform(0, 120), "claim", number)  # noqa: S311  # no secret
            self._next_fault(0.0, number)
        now = 0.0
        while self.left:
            now, _, what, number, life = heapq.heappop(self.heap)
            if life == self.workers[number].life:
                getattr(self, f"_{what}")(now, number)
        return now

    def _at(self, when: float, what: str, number: int) -> None:
        heapq.heappush(self.heap, (when, random.getrandbits(40), what, number, self.workers[number].life))

    def _next_fault(self, now: float, number: int) -> None:
        self._at(now + random.expovariate(1 / (3600 * self.chosen.hours_to_death)), "death", number)
        self._at(now + random.expovariate(1 / (3600 * self.chosen.hours_to_freeze)), "freeze", number)

    def _claim(self, now: float, number: int) -> None:
        """Leases that this worker has seen silent for as long as a lease lasts, then free shards."""
        worker = self.workers[number]
        self._asked(now, 1)  # blocks that somebody has found done
        worker.blocks = [index for index in worker.blocks if index not in self.finished]
        for _ in range(min(LOOK, len(worker.blocks))):
            index = worker.blocks[0]
            block = self.blocks[index]
            self._asked(now, 2)
            if not block.open:
                self.finished.add(index)
                worker.blocks.remove(index)
                if not worker.blocks:
                    break
                continue
            self._asked(now, 1)
            shard = self._silent(now, worker, index)
            if shard is None and block.free:
                shard = block.free.pop()
                self.free -= 1
                if not self.free:
                    self.figures.none_free = now
            if shard is not None:
                self._begin(now, number, index, shard)
                return
            worker.blocks.append(worker.blocks.pop(0))
        if not worker.blocks:
            return
        worker.blocks = again_first(worker.blocks)
        worker.wait = min(max(worker.wait * 1.5, self.lease / POLLS), 2 * self.lease)
        self._at(now + worker.wait * random.uniform(0.8, 1.2), "claim", number)  # noqa: S311

    def _silent(self, now: float, worker: _Worker, index: int) -> int | None:
        block = self.blocks[index]
        for shard, since in list(block.silent.items()):
            first = worker.seen.setdefault((index, shard), now)
            if now - max(first, since) >= self.lease:
                del block.silent[shard]
                self.figures.takeovers += 1
                self.figures.waits.append(now - since)
                if self.figures.none_free is not None:
                    self.figures.idle_waits.append(now - max(since, self.figures.none_free))
                return shard
        return None

    def _asked(self, now: float, lists: int) -> None:
        self.figures.lists += lists
        minute = int(now // 60)
        self.figures.by_minute[minute] = self.figures.by_minute.get(minute, 0) + lists

    def _begin(self, now: float, number: int, index: int, shard: int) -> None:
        worker = self.workers[number]
        worker.holds, worker.wait = (index, shard), 0.0
        seconds = random.lognormvariate(0, 0.5) / 1.1331 * self.chosen.seconds_per_shard  # a mean of one
        beats = int(seconds / (self.lease / leases.BEATS))
        self.figures.puts += 1 + beats + 4  # lease, beats, three parts and the marker
        self.figures.gets += 1 + DOCUMENTS_IN_SHARD
        self.figures.busy += seconds
        self._at(now + seconds, "done", number)

    def _done(self, now: float, number: int) -> None:
        worker = self.workers[number]
        if worker.holds is None:
            raise AssertionError("a worker ends what it does not hold")
        index, shard = worker.holds
        worker.holds = None
        self._commit(index, shard)
        self._claim(now, number)

    def _commit(self, index: int, shard: int) -> None:
        """The marker is made only if absent: the second one of a shard is refused."""
        if self.figures.markers[shard]:
            self.figures.doubled += 1
            return
        self.figures.markers[shard] = 1
        self.blocks[index].open -= 1
        self.blocks[index].silent.pop(shard, None)
        self.left -= 1

    def _death(self, now: float, number: int) -> None:
        """A new worker takes its place after a while; the lease stays, silent."""
        worker = self.workers[number]
        self.figures.deaths += 1
        if worker.holds is not None:
            index, shard = worker.holds
            if not self.figures.markers[shard]:
                self.blocks[index].silent[shard] = now
        order = list(range(len(self.blocks)))
        self.workers[number] = _Worker(random.sample(order, len(order)), life=worker.life + 1)
        self._at(now + 120, "claim", number)
        self._next_fault(now + 120, number)

    def _freeze(self, now: float, number: int) -> None:
        """Its lease falls silent; it wakes later, and ends what it began, though another may have done it."""
        worker = self.workers[number]
        self.figures.freezes += 1
        if worker.holds is not None and not self.figures.markers[worker.holds[1]]:
            index, shard = worker.holds
            self.blocks[index].silent[shard] = now
            worker.life += 1
            self._at(now + 5 * self.lease, "done", number)
            self._next_fault(now + 5 * self.lease, number)
        else:
            self._at(now + random.expovariate(1 / (3600 * self.chosen.hours_to_freeze)), "freeze", number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the simulation, prints its figures; ends with status 1 where a shard has not exactly one marker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=100_000_000)
    parser.add_argument("--seconds-per-shard", type=float, default=250.0, help="500 pages at 0.5 CPU seconds each")
    parser.add_argument("--hours-to-death", type=float, default=4.0)
    parser.add_argument("--hours-to-freeze", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    job = Simulation(chosen)
    seconds = job.run()
    figures = job.figures
    ideal = job.shards * chosen.seconds_per_shard / chosen.workers
    peak = max(figures.by_minute.values()) / 60
    million = chosen.documents / 1_000_000
    rows = (
        ("shards; with one marker", f"{job.shards:,}; {sum(figures.markers):,}"),
        ("hours; ideal", f"{seconds / 3600:.2f}; {ideal / 3600:.2f}"),
        ("workers that died; that froze", f"{figures.deaths:,}; {figures.freezes:,}"),
        ("takeovers; longest wait for one, s", f"{figures.takeovers:,}; {max(figures.waits, default=0):.0f}"),
        ("the same while no shard was free", f"{len(figures.idle_waits):,}; {max(figures.idle_waits, default=0):.0f}"),
        ("shards that two have read to the end", f"{figures.doubled:,}"),
        ("LIST a million documents; in the busiest minute, a second", f"{figures.lists / million:,.0f}; {peak:,.0f}"),
        ("PUT, GET a million documents", f"{figures.puts / million:,.0f}, {figures.gets / million:,.0f}"),
    )
    show([Table(f"{chosen.workers:,} workers, {chosen.documents:,} documents", ("what", "figure"), rows)])
    return 0 if figures.markers == [1] * job.shards else 1


if __name__ == "__main__":
    raise SystemExit(main())
