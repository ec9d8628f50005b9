"""The samples of other formats read by the built-in engine: what guards the readers of PDF, scans, Word and Excel."""

from __future__ import annotations

import pytest

from eval.scoring.scores import total
from tests.paths import SAMPLES
from tests.scored import read_folder, scores_of, silent_errors

FOLDER = SAMPLES / "formats"
GOLD = SAMPLES.parent / "gold" / "formats"
NAMES = sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_another_format_is_read_right(name: str) -> None:
    results = read_folder(FOLDER, name)
    assert [result.status for result in results] == ["done"]
    (score,) = [score for score in scores_of(results, GOLD) if score.document == name]
    whole = total([score])
    assert (whole.forms.missing, whole.forms.extra) == (0, 0)
    assert whole.counts.f1 is not None
    assert whole.counts.f1 >= 0.99, score.mistakes
    assert silent_errors([score]) == []
