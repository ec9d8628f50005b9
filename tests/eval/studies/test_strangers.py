"""Documents of other hands are read no worse than they were when they were last looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.scoring.scores import total
from eval.studies import overview

REACHED = {"chinese-1": (0.978, 0), "chinese-2": (0.953, 4), "chinese-3": (0.974, 12), "chinese-4": (0.971, 0)}
"""F1 and silent errors by set. They are no measure of unknown documents: these were looked at."""

SETS = {group.name.removeprefix("strangers: "): group for group in overview.committed() if "strangers" in group.name}


def test_every_set_has_what_it_reached() -> None:
    assert set(SETS) == set(REACHED)


@pytest.mark.parametrize("name", sorted(REACHED))
def test_a_set_is_read_as_well_as_before(name: str, tmp_path: Path) -> None:
    counts = total(overview.scored(SETS[name], tmp_path / "run")).counts
    least, most = REACHED[name]
    assert counts.f1 is not None and counts.f1 >= least
    assert counts.silent + counts.vanished <= most
