"""A folder of printed forms with their gold, and a manifest of how each was made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from eval.studies.producers.legibility import Inspection, inspect, printed_texts
from eval.studies.producers.printed import Printed, print_out
from eval.studies.producers.raised import circled
from eval.studies.producers.registry import PRODUCERS, missing
from eval.studies.producers.typefaces import Typeface, installed, lacking

FORMS = "forms"
MANIFEST = "manifest.jsonl"
NO_TYPEFACE = "no installed typeface has all of its characters"
MOST_DROPPED = 3
"""Documents that may be dropped for each that is kept before a run gives up."""


def make_folder(out: Path, seed: int, forms: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Print at least so many forms, the producers by turns; returns the lines of the manifest.

    Documents whose print does not show what their gold says are dropped: their line names the problems. Raises
    `ValueError` where nearly all are.
    """
    folder = out / FORMS
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[dict[str, Any]] = []
    made = dropped = 0
    for index in count():
        if made >= forms:
            break
        line = make_one(folder, seed, index, names[index % len(names)])
        lines.append(line)
        made += 0 if line["dropped"] else line["forms"]
        dropped += bool(line["dropped"])
        if dropped > 10 + MOST_DROPPED * (len(lines) - dropped):
            raise ValueError(f"{dropped} of {len(lines)} documents do not show what their gold says: {line['dropped']}")
    written = (json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (out / MANIFEST).write_text("".join(written), encoding="utf-8")
    return lines


def make_one(folder: Path, seed: int, index: int, name: str) -> dict[str, Any]:
    """Print one document with its gold beside it; returns its line of the manifest."""
    producer = PRODUCERS[name]
    printed = print_out(f"{name}-{seed}-{index:04d}", seed, index, producer.borders)
    path = folder / f"{printed.name}.pdf"
    face = typeface(printed, producer.truetype)
    found = _produced(name, printed, face, path) if face else Inspection([NO_TYPEFACE], 0)
    if found.problems:
        path.unlink(missing_ok=True)
    else:
        gold = printed.gold | {"shape": [name, printed.design.border]}
        written = json.dumps(gold, ensure_ascii=False, indent=1)
        (folder / f"{printed.name}.gold.json").write_text(written + "\n", encoding="utf-8")
    design = printed.design
    return {
        "name": printed.name,
        "producer": name,
        "border": design.border,
        "type": printed.type,
        "page": design.page,
        "typeface": face and face.family,
        "size": design.size,
        "forms": len(printed.forms),
        "features": [feature for feature in printed.features if feature not in producer.ignores],
        "hidden_characters": found.hidden,
        "dropped": found.problems,
    }


def _produced(name: str, printed: Printed, face: Typeface, path: Path) -> Inspection:
    """Print a document and look at it; where the program fails, its error is the problem."""
    try:
        PRODUCERS[name].produce(printed, face, path)
    except Exception as error:  # a program may fail in any way: its document is dropped, the reason kept
        return Inspection([f"{type(error).__name__}: {str(error)[:200]}"], 0)
    return inspect(path, printed)


def typeface(printed: Printed, truetype: bool) -> Typeface | None:
    """The typeface that the design draws from those that have all characters of the document."""
    design = printed.design
    around = (design.running_head, design.stamp, design.watermark, printed.title)
    text = circled("".join((*printed_texts(printed), *(part for part in around if part)))).replace("　", "")
    faces = [face for face in installed(truetype) if not lacking(face, text)]
    return faces[int(design.typeface * len(faces))] if faces else None


def available(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The producers that can print on this machine, and what the others lack."""
    lacks = {name: why for name in names if (why := missing(name)) is not None}
    return [name for name in names if name not in lacks], lacks
