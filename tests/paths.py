"""Where the tests find their files."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT / "tests" / "documents"
SAMPLES = ROOT / "eval" / "samples"
SHARED = Path(os.environ.get("EXTRACTOR_SHARED") or ROOT.parent / "shared")
"""Documents that are no part of the repository; the tests that need them are skipped where they are missing."""
