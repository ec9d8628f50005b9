"""The documents of a level and a seed: printed, made to pixels, damaged, stored, with gold and a manifest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from eval.studies.damage.augraphy_effects import augraphed
from eval.studies.damage.chain import damaged
from eval.studies.damage.containers import SUFFIXES, fitting, stored
from eval.studies.damage.glyphs import glyph
from eval.studies.damage.imaging import Page
from eval.studies.damage.levels import CONTAINERS, LEVELS, RASTERISERS, Level
from eval.studies.damage.printers import print_forms, printer_of, rasterised, style_of, words_of
from eval.studies.damage.sheet_shape import beside
from eval.synth.seeds import seeded

BLOCK = 1000
"""A seed stands for a block of so many documents' seeds: two seeds never share a document."""


class Made(NamedTuple):
    """A damaged document: its file, its seed, how it was made, how many pages it has."""

    name: str
    seed: int
    printer: str
    style: str | None
    rasteriser: str
    container: str
    pages: int


def make_documents(level: str, seed: int, forms: int, out: Path, *, augraphy: bool = False) -> list[Made]:
    """Writes the documents and gold of a level to `out/documents`, and `out/manifest.json`.

    One form a document; two for pages that are put two on a sheet. With `augraphy` the print goes through its effects
    first. MissingPackage: a program or font is missing.
    """
    each = 2 if LEVELS[level].two_up else 1
    seeds = range(seed * BLOCK, seed * BLOCK + -(-forms // each))
    folder = out / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with TemporaryDirectory() as printed:
        pdfs = print_forms(seeds, each, Path(printed))
        made = [_document(level, one, pdfs[one], folder, augraphy) for one in seeds]
    manifest = {
        "level": level,
        "seed": seed,
        "forms": forms,
        "augraphy": augraphy,
        "parameters": asdict(LEVELS[level]),
        "documents": [one._asdict() for one in made],
    }
    (out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return made


def _document(name: str, seed: int, pdf: Path, folder: Path, augraphy: bool) -> Made:
    level, rng = LEVELS[name], seeded("damage way", seed)
    rasteriser = rng.choice(RASTERISERS)
    pages = _damaged_pages(pdf, level, seed, rasteriser, augraphy)
    container = fitting(rng.choice(CONTAINERS), len(pages), level)
    stem = f"damage-{name}-{seed}"
    file = folder / f"{stem}{SUFFIXES[container]}"
    file.write_bytes(stored(pages, level, container))
    gold: dict[str, Any] = json.loads(pdf.with_suffix(".gold.json").read_text(encoding="utf-8"))
    text = json.dumps({**gold, "document": file.name}, ensure_ascii=False, indent=1)
    (folder / f"{stem}.gold.json").write_text(text + "\n", encoding="utf-8")
    printer = printer_of(seed)
    style = style_of(seed) if printer == "chromium" else None
    return Made(file.name, seed, printer, style, rasteriser, container, len(pages))


def _damaged_pages(pdf: Path, level: Level, seed: int, rasteriser: str, augraphy: bool) -> list[Page]:
    pages = rasterised(pdf, level.dpi, rasteriser)
    words = words_of(pdf, level.dpi) if level.handwritten or level.seal else [[] for _ in pages]
    if level.two_up:
        pages = sheets(pages)
    if augraphy:
        pages = [augraphed(p, np.random.default_rng([seed, number, 1])) for number, p in enumerate(pages)]
    chances = (np.random.default_rng([seed, number]) for number in range(len(pages)))
    return [damaged(p, level, chance, glyph, w) for p, w, chance in zip(pages, words, chances, strict=False)]


def sheets(pages: Sequence[Page]) -> list[Page]:
    """The pages two by two on sheets; the last sheet may hold one."""
    return [beside(left, right) for left, right in zip_longest(pages[::2], pages[1::2])]
