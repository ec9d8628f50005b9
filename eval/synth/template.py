"""Page templates: paper, rulings, fonts, what stands above and below a page, how tables break."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Ruling = Literal["lines", "boxes", "fills", "rows", "none"]

PAPERS = ((595.28, 841.89), (595.28, 841.89), (841.89, 595.28), (612.0, 792.0))


@dataclass(frozen=True, slots=True)
class Template:
    """How pages look. Sizes are in points; `squeeze` narrows the first two columns, so that labels become stacks.

    `ruling`: single lines, a box for each cell, thin filled rectangles, lines between rows only, or nothing.
    `rotated` pages are stored upright and carry a rotation. `cut` lets a page break go through a row; `again` prints
    spanning labels again on the next page.
    """

    paper: tuple[float, float]
    rotated: bool
    margin: float
    size: float
    padding: float
    leading: float
    ruling: Ruling
    thickness: float
    squeeze: float
    shaded: bool
    centred: bool
    indent: bool
    bold_twice: bool
    repeat_head: bool
    again: bool
    cut: bool
    new_page: bool
    title_again: bool
    running: str
    number: str


RULED: tuple[Ruling, ...] = ("lines", "lines", "boxes", "boxes", "fills")
UNRULED: tuple[Ruling, ...] = ("rows", "none")
NUMBERS = ("", "— {page} —", "{page}", "第 {page} 页 共 {pages} 页", "{page}/{pages}")


def make_template(rng: Random, running: str, rulings: tuple[Ruling, ...] = RULED) -> Template:
    """One template with one of the rulings; `running` is what a running head may say."""
    ruling = rng.choice(rulings)
    size = rng.choice((8.0, 9.0, 9.0, 10.0, 10.5))
    bare = ruling in ("rows", "none")
    paper = rng.choice(PAPERS)
    return Template(
        paper=paper,
        rotated=rng.random() < 0.3 and paper[0] > paper[1],
        margin=rng.choice((40.0, 54.0, 64.0)),
        size=size,
        padding=rng.choice((2.0, 3.0, 4.0)) + (2.0 if bare else 0.0),
        leading=round(size * rng.choice((1.15, 1.25, 1.4)), 2),
        ruling=ruling,
        thickness=rng.choice((0.3, 0.5, 0.75, 1.0)),
        squeeze=1.0 if bare else rng.choice((1.0, 0.8, 0.6)),
        shaded=not bare and rng.random() < 0.25,
        centred=not bare,
        indent=rng.random() < 0.3,
        bold_twice=rng.random() < 0.3,
        repeat_head=rng.random() < 0.5,
        again=rng.random() < 0.2,
        cut=not bare and rng.random() < 0.5,
        new_page=rng.random() < 0.7,
        title_again=rng.random() < 0.12,
        running=running if rng.random() < 0.35 else "",
        number=rng.choice(NUMBERS),
    )
