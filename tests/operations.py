"""How much work a call is, counted in function calls: the same on an idle machine and on a loaded one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def operations(work: Callable[[], Any]) -> int:
    """The calls of functions, Python's and C's, that `work` makes in this thread."""
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def growth(work: Callable[[int], Any], size: int) -> float:
    """How many times the operations grow when the size doubles: 2 is linear, 4 is quadratic."""
    return operations(lambda: work(2 * size)) / operations(lambda: work(size))
