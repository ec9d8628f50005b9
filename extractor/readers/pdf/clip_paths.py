"""Clip paths of a PDF page: what an object draws outside of them is not seen."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from extractor.document.layout import Box
from extractor.readers.pdf.pdf_settings import LIMITS

Points = list[tuple[float, float]]


def clip_of(lib: Any, handle: int, boxed: Callable[[Points], Box]) -> Box | None:
    """The box of what may be seen of an object, by the boxes of its clip paths; None where it has none."""
    clip = lib.clip_path(handle)
    count = lib.clip_paths(clip) if clip else 0
    out: Box | None = None
    for index in range(count):
        points = _points(lib, clip, index)
        if points:
            out = within(boxed(points), out)
    return out


def _points(lib: Any, clip: int, index: int) -> Points:
    x, y = ctypes.c_float(), ctypes.c_float()
    out: Points = []
    for n in range(min(lib.clip_segments(clip, index), LIMITS.max_clip_points)):
        segment = lib.clip_segment(clip, index, n)
        if lib.point(segment, ctypes.addressof(x), ctypes.addressof(y)):
            out.append((x.value, y.value))
    return out


def within(box: Box, clip: Box | None) -> Box:
    """The part of a box inside of a clip; where there is none, a box that ends before it begins."""
    if clip is None:
        return box
    return Box(max(box.x0, clip.x0), max(box.top, clip.top), min(box.x1, clip.x1), min(box.bottom, clip.bottom))


def cuts(clip: Box | None, box: Box) -> bool:
    """Whether something of a box lies outside of a clip."""
    return clip is not None and (
        box.x0 < clip.x0 - LIMITS.clip_slack
        or box.top < clip.top - LIMITS.clip_slack
        or box.x1 > clip.x1 + LIMITS.clip_slack
        or box.bottom > clip.bottom + LIMITS.clip_slack
    )


def is_gone(box: Box, clip: Box | None) -> bool:
    """Whether nothing of a box is seen inside of a clip."""
    left = within(box, clip)
    return clip is not None and (left.x1 < left.x0 - LIMITS.clip_slack or left.bottom < left.top - LIMITS.clip_slack)
