"""Where gold says that values are printed, and what may be wrong with that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extractor.accounting import value_tree

Places = Mapping[str, Sequence[Mapping[str, Any]]]
"""By the path of a value in gold, where it is printed: `page`, with `box` or `line` or neither, and `text`."""


def problems(places: Any, values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the places of a gold form."""
    if not isinstance(places, Mapping):
        yield "must be an object of paths"
        return
    for path, own in places.items():
        try:
            value_tree.at(values, path)
        except KeyError:
            yield f"{path}: the form has no such value"
        if not isinstance(own, list) or not own:
            yield f"{path}: must be a list of places"
        else:
            yield from (f"{path}: {trouble}" for place in own if (trouble := _trouble(place)))


def _trouble(place: Any) -> str:
    if not isinstance(place, Mapping) or not isinstance(place.get("page"), int) or place["page"] < 1:
        return 'a place needs its "page", counted from 1'
    unknown = sorted(place.keys() - {"page", "box", "line", "text"})
    if unknown:
        return f"a place has page, box or line, and text; not {unknown[0]}"
    box = place.get("box", [0, 0, 0, 0])
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(edge, int | float) for edge in box):
        return '"box" must be [x0, top, x1, bottom] in points'
    if box[0] > box[2] or box[1] > box[3]:
        return '"box" must be [x0, top, x1, bottom]: its edges are in the wrong order'
    if not isinstance(place.get("line", 1), int):
        return '"line" must be a number'
    return "" if not {"box", "line"} <= place.keys() else "a place has a box or a line, not both"
