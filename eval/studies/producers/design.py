"""How a document looks: page, type, borders, what stands around the tables; drawn from random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

RULED = ("ruled", "double", "dotted", "dashed", "thick", "hairline", "coloured")
BORDERS = (*RULED, "horizontal", "shaded", "borderless")
"""All kinds of borders; those of `RULED` have lines on all sides of each cell."""

PAGES = {"A3": (842, 1191), "A4": (595, 842), "A5": (420, 595), "B5": (499, 709), "Letter": (612, 792)}
"""Width and height in points, upright."""

COLOURS = ("#1f6fb2", "#8a8a8a", "#b03a2e", "#2e7d32")
STAMPS = ("{page}", "- {page} -", "第 {page} 页", "第 {page} 页 共 {pages} 页", "{page} / {pages}", "— {page} —")
WATERMARKS = ("内部资料", "送审稿", "样张", "DRAFT")


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a border is drawn: the CSS name of its kind, its width in points, its colour."""

    kind: str
    width: float
    colour: str


@dataclass(frozen=True, slots=True)
class Design:
    """The look of one document; lengths in points.

    `valign` is where the text of a cell stands in it; `cut_label` on which side of a page break a merged label keeps
    its text, where the program that draws leaves the choice: without lines on all sides only a label above its rows
    can be read.
    """

    page: str
    landscape: bool
    margins: tuple[float, float, float, float]
    size: float
    leading: float
    padding: tuple[float, float]
    border: str
    stroke: Stroke | None
    spacing: float
    shade: str | None
    stripe: str
    bold_labels: bool
    centred: bool
    valign: str
    running_head: str | None
    stamp: str | None
    stamp_side: str
    watermark: str | None
    repeat_head: bool
    break_rows: bool
    break_forms: bool
    overflow: bool
    cut_label: str
    lead_in: float
    typeface: float

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the page."""
        width, height = PAGES[self.page]
        return (height, width) if self.landscape else (width, height)

    @property
    def inner_width(self) -> float:
        """The width between the margins."""
        return self.extent[0] - self.margins[1] - self.margins[3]

    @property
    def inner_height(self) -> float:
        """The height between the margins."""
        return self.extent[1] - self.margins[0] - self.margins[2]


def _stroke(rng: Random, border: str) -> Stroke | None:
    plain = Stroke("solid", rng.choice((0.5, 0.75, 1.0)), "#000000")
    return {
        "ruled": plain,
        "double": Stroke("double", rng.choice((2.25, 3.0)), "#000000"),
        "dotted": Stroke("dotted", rng.choice((0.75, 1.0)), "#000000"),
        "dashed": Stroke("dashed", rng.choice((0.5, 0.75)), "#000000"),
        "thick": Stroke("solid", rng.choice((1.5, 2.25)), "#000000"),
        "hairline": Stroke("solid", rng.choice((0.1, 0.25)), "#000000"),
        "coloured": Stroke("solid", rng.choice((0.5, 1.0)), rng.choice(COLOURS)),
        "horizontal": plain,
    }.get(border)


def draw(rng: Random, borders: tuple[str, ...], head: str, columns: int) -> Design:
    """A design with one of the `borders`; `head` may become the running head; `columns` of the widest table."""
    border = rng.choice([kind for kind in borders for _ in range(3 if kind == "ruled" else 1)])
    page = rng.choice(("A4", "A4", "A4", "A3", "A5", "B5", "Letter"))
    landscape = rng.random() < (0.6 if columns > 7 or page == "A5" else 0.25)
    lined = border in RULED
    size = rng.choice((7.0, 7.5, 8.0) if page in ("A5", "B5") else (8.0, 9.0, 9.5, 10.5, 12.0))
    side = rng.choice((28.0, 42.0, 57.0)) if page != "A5" else rng.choice((20.0, 28.0))
    return Design(
        page=page,
        landscape=landscape,
        margins=(rng.uniform(40, 80), side, rng.uniform(40, 80), side * rng.choice((1, 1, 0.8))),
        size=size,
        leading=rng.choice((1.2, 1.35, 1.5)),
        padding=(rng.choice((1.5, 3.0, 5.0)) if lined else 0.6 * size, rng.choice((2.0, 4.0)) if lined else 5.0),
        border=border,
        stroke=_stroke(rng, border),
        spacing=rng.choice((0.0, 1.5, 2.0, 4.0)),
        shade=rng.choice((None, None, "#e8e8e8", "#dce6f1", "#fff2cc")) if border != "shaded" else None,
        stripe=rng.choice(("#eeeeee", "#e3ecf7", "#dddddd")),
        bold_labels=rng.random() < 0.3,
        centred=rng.random() < 0.6,
        valign=rng.choice(("top", "middle", "middle", "middle", "bottom")) if lined else "top",
        running_head=head if rng.random() < 0.35 else None,
        stamp=rng.choice(STAMPS) if rng.random() < 0.6 else None,
        stamp_side=rng.choice(("left", "center", "right")),
        watermark=rng.choice(WATERMARKS) if rng.random() < 0.12 else None,
        repeat_head=rng.random() < 0.5,
        break_rows=rng.random() < 0.5,
        break_forms=rng.random() < 0.5,
        overflow=rng.random() < 0.15,
        cut_label=rng.choice(("first", "middle", "last") if lined else ("first",)),
        lead_in=rng.choice((0.0, 0.0, 0.25, 0.5)) * PAGES[page][landscape ^ 1],
        typeface=rng.random(),
    )


def features(design: Design) -> list[str]:
    """What is unusual about a design, as names for the manifest."""
    named = {
        "landscape": design.landscape,
        "running_head": design.running_head,
        "page_stamp": design.stamp,
        "watermark": design.watermark,
        "repeated_head": design.repeat_head,
        "broken_rows": design.break_rows,
        "several_forms_a_page": not design.break_forms,
        "header_shading": design.shade,
        "overflow": design.overflow,
        "bottom_aligned": design.valign == "bottom",
        "starts_down_the_page": design.lead_in,
    }
    return [name for name, there in named.items() if there]
