"""Ruling lines that are not straight, as curves: what a camera or a bent sheet makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractor.readers.scan.pixels import dark, vision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from extractor.readers.scan.pixels import Image

    Curve = NDArray[np.float64]

RUN = 6.0  # points; a line runs level for so long before it steps by a pixel
LONGEST_GAP = 2.0  # points; a gap that printing left in a line
CURVE = 45.0  # points; what is shorter is a stroke of a character
STEP = 6.0  # points between the places at which a line is measured
THICK = 3.0  # points; where ink is thicker, a line touches something
STEEP = 0.12  # the steepest slope of a line


def curves(shade: Image, point: float) -> list[Curve]:
    """The more or less level ruling lines of a picture in grey, each as rows of x and y; `point` is in pixels."""
    cv2 = vision()

    def bar(wide: int, high: int) -> Any:
        return cv2.getStructuringElement(cv2.MORPH_RECT, (wide, high))

    run, gap = max(5, round(RUN * point)), max(3, round(LONGEST_GAP * point))
    marks = dark(cv2.blur(shade, (gap, 1)), 72 * point)
    marks = cv2.morphologyEx(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, bar(gap, 1)), cv2.MORPH_OPEN, bar(run, 1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(marks, bar(3, 3)), connectivity=8)
    out: list[Curve] = []
    for index in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[index])
        if wide >= CURVE * point and high <= STEEP * wide + THICK * point:
            part = (labels[y : y + high, x : x + wide] == index) & (marks[y : y + high, x : x + wide] > 0)
            out += _measured(part, x, y, point)
    return out


def _measured(part: NDArray[np.bool_], x: int, y: int, point: float) -> list[Curve]:
    """The middle of a line at places along it; none where it is too thick or too few places are left."""
    import numpy as np

    places = np.arange(0, part.shape[1], max(1, round(STEP * point)))
    inked = part[:, places]
    thick = inked.sum(axis=0)
    first, last = inked.argmax(axis=0), part.shape[0] - 1 - inked[::-1].argmax(axis=0)
    clear = (thick > 0) & (last - first < THICK * point)
    if clear.sum() < 0.5 * len(places) or clear.sum() < 4:
        return []
    return [np.column_stack([places[clear] + x, (first + last)[clear] / 2 + y + 0.5]).astype(np.float64)]
