"""One drawn document: its text, its gold, and what its manifest says of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from eval.studies.layouts import features as kinds
from eval.studies.layouts.cells import Cell, GridLine, value
from eval.studies.layouts.drawing import Drawing
from eval.studies.layouts.form_rows import BUILDERS
from eval.studies.layouts.goal_columns import interleaved
from eval.studies.layouts.look import DROPS_BLANKS, Look, make_look
from eval.studies.layouts.naming import Namer
from eval.studies.layouts.page_breaks import CUTS, between, pages
from eval.studies.layouts.printers import PRINTERS
from eval.synth.content import FORM_TYPES, Content, Options, make
from eval.synth.seeds import seeded
from schemas import SCHEMAS
from schemas.spec import generic, spec_of

END_NOTES = (
    "注：1.本表一式两份，由填报单位和主管部门分别留存。",
    "2.没有发生的事项不填。",
    "填报人：林知夏    联系电话：0100-5550123    填报日期：{year}-03-05",
    "审核人：周砚        单位负责人：何听澜（盖章）",
)
FOLDED = {"sep_aligned", "goals_interleaved", "goals_unaligned", *CUTS, "column_unit_kind"}
"""Kinds with which a value of gold need not stand in the text in one piece."""


@dataclass(slots=True)
class Drawn:
    """A document with its gold. `cells` are the values' cells of each form before they are printed."""

    name: str
    seed: int
    text: str
    gold: dict[str, Any]
    features: tuple[str, ...]
    ambiguous: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    cells: list[list[Cell]] = field(default_factory=list)

    def manifest(self) -> dict[str, Any]:
        """The document's line of the manifest."""
        return {
            "document": self.name,
            "seed": self.seed,
            "forms": [form["form_type"] for form in self.gold["forms"]],
            "features": list(self.features),
            "ambiguous": self.ambiguous,
            "unknown": self.unknown,
        }


def documents(seed: int, forms: int) -> Iterator[Drawn]:
    """Documents of a seed until they hold at least `forms` forms; the same seed gives the same documents."""
    made = number = 0
    while made < forms:
        drawn = document(seed, number)
        made += len(drawn.gold["forms"])
        number += 1
        yield drawn


def document(seed: int, number: int) -> Drawn:
    """The document of a seed and a number."""
    rng = seeded("layouts", seed, number)
    features = kinds.draw(rng)
    forms = (2, 3) if "several_forms" in features else (1, 1)
    options = Options(types=(rng.choice(FORM_TYPES),), forms=forms, rows=(3, 14), errors=0.0)
    content = make(rng.randrange(2**31), options)
    spec = spec_of(SCHEMAS[content.forms[0].type], content.forms[0].type)
    namer = Namer(rng, spec, features, content.style.wide)
    look = make_look(rng, features)
    drawings = [
        Drawing(rng, seeded("layout", seed, number), features, namer, content.style, copy.deepcopy(form.values))
        for form in content.forms
    ]
    name = f"layout-{seed}-{number:04d}.txt"
    blocks: list[str] = []
    cells = []
    for drawing in drawings:
        lines = BUILDERS[spec.name](drawing)
        cells.append([cell for cell in dict.fromkeys(c for line in lines for c in line.cells) if cell.path])
        blocks.append(_form(look, drawing, lines, spec.name))
    return _drawn(name, seed, content, drawings, _text(rng, content, blocks), cells)


def _form(look: Look, drawing: Drawing, lines: Sequence[GridLine], form_type: str) -> str:
    head, plain = _titles(look, drawing, form_type)
    running = f"{_body(drawing)}{drawing.gold['year']}年度项目资料汇编"
    printed = PRINTERS[look.separator]
    out = [*([running, ""] if "running_head" in drawing.features else []), *plain]
    rows = [*head, *interleaved(look, drawing, lines)]
    for number, page in enumerate(pages(drawing, rows, look.separator not in DROPS_BLANKS), 1):
        if number > 1:
            out += between(drawing, number - 1, running)
        out += printed(look, drawing, page)
    return "\n".join([*out, *_ending(drawing)])


def _body(drawing: Drawing) -> str:
    gold = drawing.gold
    return str(gold.get("department") or gold.get("implementing_unit") or gold.get("supervising_department"))


def _titles(look: Look, drawing: Drawing, form_type: str) -> tuple[list[GridLine], list[str]]:
    """Title, year and unit: as rows of the grid, or as lines above it."""
    rng, gold = drawing.rng, drawing.gold
    titles = spec_of(SCHEMAS[form_type], form_type).titles
    title = rng.choice(titles[1:]) if drawing.has("title_variant") else titles[0]
    year = rng.choice(("({}年度)", "({} 年度)", "{}年度", "({}年)")).format(gold["year"])
    texts = [title, year]
    if drawing.has("unit_at_title"):
        texts.append(rng.choice(("单位:", "金额单位:")) + drawing.style.currency)
    if drawing.style.wide:
        texts = [text.translate(str.maketrans("():", "（）：")) for text in texts]
    if drawing.has("title_repeated"):
        rows = [[value(text) for _ in range(drawing.width)] for text in texts[:2]]
        rows += [[value(text)] * drawing.width for text in texts[2:]]
        return [GridLine(tuple(row), "title") for row in rows], []
    if look.title_in_grid:
        return [GridLine((value(text),) * drawing.width, "title") for text in texts], []
    return [], [*texts, ""]


def _ending(drawing: Drawing) -> list[str]:
    notes = drawing.gold.get("notes")
    if notes is not None:
        if not notes:
            return []
        colon = "：" if drawing.style.wide else ":"
        return ["", drawing.namer.plain("notes") + colon + notes[0], *notes[1:]]
    if not drawing.has("end_notes"):
        return []
    few = drawing.rng.choice((END_NOTES[:2], END_NOTES[2:], END_NOTES[2:3]))
    return ["", *(text.format(year=drawing.gold["year"]) for text in few)]


def _text(rng: Random, content: Content, blocks: Sequence[str]) -> str:
    above = [content.title, ""] if content.title else []
    blank = "\n" * rng.randint(2, 4)
    return "\n".join([*above, blank.join(blocks), ""])


def _drawn(
    name: str, seed: int, content: Content, drawings: Sequence[Drawing], text: str, cells: list[list[Cell]]
) -> Drawn:
    namer = drawings[0].namer
    effects = set().union(*(d.effects for d in drawings)) | namer.effects
    separator = kinds.separator_of(drawings[0].features)
    if len(drawings) > 1:
        effects.add("several_forms")
    forms = [{"form_type": f.type, **d.gold} for f, d in zip(content.forms, drawings, strict=True)]
    tags = (separator, *sorted(effects))
    gold = {"document": name, "title": content.title, "shape": list(tags), "forms": forms}
    ambiguous = [{"form": i, "path": path} for i, d in enumerate(drawings) for path in sorted(d.ambiguous)]
    unknown = [
        {"form": i, "path": path}
        for i in range(len(drawings))
        for path in sorted({cell.path for cell in cells[i]})
        if generic(path) in namer.unknown or generic(path).rpartition(".")[0] in namer.unknown
    ]
    return Drawn(name, seed, text, gold, tags, ambiguous, unknown, cells)
