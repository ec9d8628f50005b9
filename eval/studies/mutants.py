"""Which thresholds do the tests hold? `python -m eval.studies.mutants [--room tables] [--only PATH] [--sample 20]`.

Each threshold of a room is changed to 0.6 and to 1.6 of its value, in a copy of the tree, and the room's tests are run
until the first one fails: first those named after the threshold's module, which most often hold it. A mutant that no
test kills is a threshold that could be another one: give it a test, or take it away.

A threshold is a number that a module of the room assigns to a name in capitals, or the default of a field of its
settings class.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from eval.reports import figure_tables
from eval.reports.figure_tables import Table
from extractor.errors import CallError

ROOT = Path(__file__).resolve().parents[2]
FACTORS = (0.6, 1.6)
PASSED, FAILED = 0, 1
"""Exit statuses of pytest; any other says that no test was run to its end."""
ROOMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tables": ("extractor/tables", ("tests/tables", "tests/readers/pdf", "tests/readers/text")),
    "pdf": ("extractor/readers/pdf", ("tests/readers/pdf", "tests/tables")),
    "scan": ("extractor/readers/scan", ("tests/readers/scan",)),
}
"""The folder of each room, and the tests that are to hold its thresholds."""


class Threshold(NamedTuple):
    """A number in the code: its file below the root, its name, where it stands, its text."""

    path: Path
    name: str
    line: int
    start: int
    end: int
    text: str


class Mutant(NamedTuple):
    """A threshold with another value."""

    threshold: Threshold
    factor: float
    text: str


def thresholds(folder: Path) -> Iterator[Threshold]:
    """The thresholds of the modules below a folder, in order."""
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for name, node in _named_numbers(ast.parse(source)):
            line = source.split("\n")[node.lineno - 1].encode()
            text = line[node.col_offset : node.end_col_offset].decode()
            yield Threshold(path.relative_to(ROOT), name, node.lineno, node.col_offset, node.end_col_offset or 0, text)


def _named_numbers(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
            yield from (found for field in node.body for found in _assigned(field, node.name + "."))
        else:
            yield from ((name, value) for name, value in _assigned(node, "") if name.strip("_").isupper())


def _assigned(node: ast.stmt, prefix: str) -> Iterator[tuple[str, ast.Constant]]:
    target = (
        node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    )
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    number = isinstance(value, ast.Constant) and type(value.value) in (int, float)
    if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and number:
        yield prefix + target.id, value


def mutants(found: Sequence[Threshold]) -> list[Mutant]:
    """Each threshold times each factor; whole numbers stay whole, and one that does not change is left out."""
    out = []
    for one in found:
        for factor in FACTORS:
            value = ast.literal_eval(one.text)
            changed = round(value * factor) if isinstance(value, int) else value * factor
            if changed != value:
                out.append(Mutant(one, factor, repr(changed)))
    return out


def is_killed(mutant: Mutant, tree: Path, tests: Sequence[str]) -> bool:
    """Whether a test fails in the copy of the tree with this one number changed."""
    file = tree / mutant.threshold.path
    before = file.read_bytes()
    lines = before.split(b"\n")
    line = lines[mutant.threshold.line - 1]
    lines[mutant.threshold.line - 1] = (
        line[: mutant.threshold.start] + mutant.text.encode() + line[mutant.threshold.end :]
    )
    file.write_bytes(b"\n".join(lines))
    try:
        return not passes(tree, tests)
    finally:
        file.write_bytes(before)


def passes(tree: Path, tests: Sequence[str]) -> bool:
    """Whether the tests pass in a copy of the tree. Raises `CallError` where pytest does not run them to an end."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)  # noqa: S603 - our own
    if done.returncode not in (PASSED, FAILED):
        raise CallError(f"{' '.join(tests)}: pytest ended with status {done.returncode}, so nothing is measured")
    return done.returncode == PASSED


def tests_for(module: Path, tests: Sequence[str]) -> list[str]:
    """The tests of a room for a threshold of one module: first the files named after it, then all."""
    named = f"test_{module.stem.strip('_')}"
    own = sorted(p for test in tests for p in (ROOT / test).rglob("test_*.py") if p.stem.startswith(named))
    return [*(path.relative_to(ROOT).as_posix() for path in own), *tests]


def _copied(folder: Path) -> Path:
    tree = folder / "tree"
    kept = shutil.ignore_patterns(".git", ".venv", "out", ".*_cache", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, tree, ignore=kept)
    return tree


def main() -> None:
    """Prints which mutants were killed, and the share that survived."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--room", choices=ROOMS, action="append", help="by default all rooms")
    arguments.add_argument("--only", type=Path, help="thresholds of this module or folder alone")
    arguments.add_argument("--sample", type=int, help="so many mutants of each room, drawn at random")
    arguments.add_argument("--seed", type=int, default=7)
    call = arguments.parse_args()
    rows, survivors = [], []
    with tempfile.TemporaryDirectory() as folder:
        tree = _copied(Path(folder))
        for room in call.room or ROOMS:
            place, tests = ROOMS[room]
            if not passes(tree, tests):
                raise CallError(f"{' '.join(tests)}: a test fails without any change, so nothing is measured")
            found = [one for one in thresholds(ROOT / place) if call.only is None or one.path.is_relative_to(call.only)]
            every = mutants(found)
            drawn = every
            if call.sample is not None and call.sample < len(every):
                drawn = random.Random(call.seed).sample(every, call.sample)  # noqa: S311 - no secret
            alive = [m for m in drawn if not is_killed(m, tree, tests_for(m.threshold.path, tests))]
            survivors += alive
            rows.append((room, len(every) // 2, len(drawn), len(drawn) - len(alive), len(alive)))
    figure_tables.show([Table("Mutants", ("room", "thresholds", "tried", "killed", "survived"), tuple(rows))])
    for mutant in survivors:
        one = mutant.threshold
        print(f"survived: {one.path}:{one.line} {one.name} = {one.text} -> {mutant.text}")


if __name__ == "__main__":
    main()
