"""The two readers of PDF pages are compared on pages that both can open; what cannot be compared is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.studies.pdf_readers import Drawn, Pair, compared, main, sample
from tests.paths import DOCUMENTS

SYNTH = DOCUMENTS / "synth"
DIGITAL = SYNTH / "synth-pdf-911.pdf"
SCAN = SYNTH / "synth-scan2-915.pdf"


def test_both_readers_have_the_characters_of_a_made_page() -> None:
    pair = compared(Drawn(DIGITAL, 0))
    assert isinstance(pair, Pair)
    assert pair.characters and pair.cells and pair.shared > 100


def test_a_scan_is_left_out_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DIGITAL), str(SCAN), "--pages", "50"]) == 0
    shown = capsys.readouterr().out
    assert "left out, a scan: 1" in shown and "characters agree 100.000%" in shown


def test_pages_are_drawn_by_a_seed_and_files_that_do_not_open_have_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\nnothing")
    drawn = sample([broken, DIGITAL], 2, seed=1)
    assert drawn == sample([broken, DIGITAL], 2, seed=1)
    assert {page.path for page in drawn} == {DIGITAL}
    assert main([str(broken)]) == 2
