"""The thresholds of the PDF reader say their unit, their reason and their source."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from extractor.readers.pdf import pdf_settings as settings
from extractor.readers.pdf.pdf_settings import LIMITS, PdfSettings

FIELD = re.compile(r"^    (\w+): (?:float|int) = (\S+)  # (.+)$", re.M)
SOURCE = re.compile(r"\((?:PDF|print|measured|the same|its source: \w+|results\.\w+ is [\d.]+)\)")


def test_each_threshold_says_what_it_is_and_where_it_comes_from() -> None:
    written = {name: comment for name, _, comment in FIELD.findall(Path(settings.__file__).read_text(encoding="utf-8"))}
    assert set(written) == {field.name for field in fields(PdfSettings)}
    unsourced = [name for name, comment in written.items() if not SOURCE.search(comment)]
    assert unsourced == []


def test_thresholds_that_belong_together_are_in_order() -> None:
    assert LIMITS.unlike < LIMITS.alike
    assert LIMITS.least_ink < LIMITS.most_ink
    assert LIMITS.contradicted < LIMITS.confirmed
    assert LIMITS.lowered < LIMITS.raised < LIMITS.script_size
