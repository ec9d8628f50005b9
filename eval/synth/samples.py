"""The rendered documents that are kept under `tests/documents/synth`, so that tests need no fonts.

`python -m eval.synth.samples --out tests/documents/synth` makes them anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from eval.synth.__main__ import write
from eval.synth.content import Options
from eval.synth.degrade import Damage
from eval.synth.formats import Case, case


class Sample(NamedTuple):
    """One kept document: its format, seed and form type, how many forms and rows, the damage of a scan."""

    format: str
    seed: int
    type: str
    forms: int = 1
    rows: tuple[int, int] = (3, 14)
    damage: Damage = Damage()

    def case(self) -> Case:
        """The document with its gold."""
        options = Options((self.type,), (self.forms, self.forms), self.rows, errors=0.15)
        return case(self.seed, self.format, options, self.damage)


SAMPLES = (
    Sample("ocr", 901, "project_target", 2, (12, 40)),
    Sample("ocr", 902, "self_evaluation", 2),
    Sample("ocr", 903, "department_target"),
    Sample("page", 904, "project_target", 3),
    Sample("page", 905, "self_evaluation", 3, (8, 30)),
    Sample("page", 906, "department_target"),
    Sample("html", 907, "self_evaluation"),
    Sample("md", 908, "project_target", 2),
    Sample("docx", 909, "department_target"),
    Sample("xlsx", 910, "self_evaluation", 2),
    Sample("pdf", 911, "project_target", 3),
    Sample("pdf", 912, "self_evaluation", 2, (10, 40)),
    Sample("pdf", 913, "department_target"),
    Sample("pdf-unruled", 914, "project_target", 2),
    Sample("scan", 915, "project_target", 1, (3, 6), Damage(2)),
    Sample("scan", 916, "self_evaluation", 1, (3, 6), Damage(4, turn=90, gaps=True)),
)


def main(argv: list[str] | None = None) -> int:
    """Write every kept document and its gold."""
    parser = argparse.ArgumentParser(prog="python -m eval.synth.samples", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        write(sample.case(), args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
