"""How often the two readers of a PDF page disagree: `python -m eval.studies.pdf_readers FILE... [--pages 200]`.

Pages are drawn at random from all files, with a seed. Each is read from its bytes by pypdfium2 and by pdfminer, lines
and characters alike, and cut into cells by the same code. Two readings of a page agree in its characters when both have
the same ones as often, and in its cells when all texts and spans are the same. Turned pages, scans and pages that one
reader cannot open are counted and left out.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import Settings
from extractor.document.layout import Grid
from extractor.errors import DocumentError
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.page_kinds import kind_of
from extractor.readers.pdf.pdfminer_page import miner_sheet, open_miner
from extractor.readers.pdf.reader import opened, sheet_of
from extractor.readers.pdf.text_layer import is_doubtful
from extractor.tables.page_tables import drawn_blocks

SHOWN = 20
"""Pages that differ and are named."""


class Pair(NamedTuple):
    """One page: how many characters both readers have, all that they have, and whether their cells are the same."""

    page: str
    shared: int
    said: int
    cells: bool
    doubtful: bool

    @property
    def characters(self) -> bool:
        """Whether both have the same characters."""
        return 2 * self.shared == self.said


class Drawn(NamedTuple):
    """A page drawn from a file; `number` counts from 0."""

    path: Path
    number: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; exit status 2 where no page can be compared."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.pdf_readers", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=200, help="pages that are drawn, at the most")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of each font that lacks something
    files = sorted(f for p in args.paths for f in (p.rglob("*.pdf") if p.is_dir() else [p]))
    pages = sample(files, args.pages, args.seed)
    found = [compared(page) for page in pages]
    pairs = [pair for pair in found if isinstance(pair, Pair)]
    left = Counter(why for why in found if isinstance(why, str))
    print(report(pairs, left))
    return 0 if pairs else 2


def sample(files: Sequence[Path], count: int, seed: int) -> list[Drawn]:
    """As many pages of the files, in their order; of files that open."""
    pages = [Drawn(path, index) for path in files for index in range(_pages(path))]
    rng = random.Random(seed)  # noqa: S311 - made to be repeated, not to be secret
    return sorted(rng.sample(pages, min(count, len(pages))))


def _pages(path: Path) -> int:
    try:
        with opened(path, Settings()) as pdf:
            return 0 if pdf is None else len(pdf)
    except DocumentError:
        return 0


def compared(drawn: Drawn) -> Pair | str:
    """Both readings of a page; or why they cannot be compared."""
    with opened(drawn.path, Settings()) as pdf:
        first = sheet_of(pdf, drawn.number)
    if first is None:
        return "pypdfium2 cannot read it"
    if first.turned or kind_of(first) != "text":
        return "turned" if first.turned else "a scan"
    try:
        second = _mined(drawn)
    except Exception as error:  # pdfminer raises whatever its parser meets
        return f"pdfminer cannot read it ({type(error).__name__})"
    one, other = _characters(first), _characters(second)
    shared = sum((one & other).values())
    name = f"{drawn.path.name}, page {drawn.number + 1}"
    same = list(_cells(first)) == list(_cells(second))
    return Pair(name, shared, one.total() + other.total(), same, is_doubtful(first))


def _mined(drawn: Drawn) -> Sheet:
    pdf: Any = open_miner(drawn.path, None)
    try:
        return miner_sheet(pdf, drawn.number, None)
    finally:
        pdf.close()


def _characters(sheet: Sheet) -> Counter[str]:
    """The characters that stand on a page, hidden ones too: pdfminer does not tell them apart."""
    tokens = [*sheet.tokens, *(token for _, token in sheet.hidden)]
    return Counter(char for token in tokens for char in token.text if not char.isspace())


def _cells(sheet: Sheet) -> Iterator[tuple[int, int, int, int, str]]:
    for block in drawn_blocks(sheet.tokens, sheet.rulings, sheet.number, sheet.shades, None).blocks:
        if isinstance(block, Grid):
            for cell in block.cells:
                yield cell.row, cell.col, cell.row_span, cell.col_span, "".join(cell.text.split())


def report(pairs: Sequence[Pair], left: Counter[str]) -> str:
    """The figures as text."""
    lines = [f"{len(pairs)} pages compared", *(f"left out, {why}: {count}" for why, count in left.most_common())]
    clear = [p for p in pairs if not p.doubtful]
    for what, chosen in (("all pages", pairs), ("pages that pass the cheap checks", clear)):
        said, shared = sum(p.said for p in chosen), 2 * sum(p.shared for p in chosen)
        lines.append(
            f"{what} ({len(chosen)}): characters agree {shared / max(1, said):.3%}; "
            f"pages with the same characters {_share(p.characters for p in chosen)}, "
            f"with the same cells {_share(p.cells for p in chosen)}"
        )
    odd = [p for p in pairs if not (p.characters and p.cells)]
    lines += [f"  {p.page}: {'' if p.characters else 'characters '}{'' if p.cells else 'cells'}" for p in odd[:SHOWN]]
    return "\n".join(lines)


def _share(flags: Iterator[bool]) -> str:
    known = list(flags)
    return f"{sum(known)} of {len(known)}"


if __name__ == "__main__":
    sys.exit(main())
