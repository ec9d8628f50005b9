"""Pictures of single characters for the rims of seals, from the Chinese font that `eval.synth` finds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from eval.synth.fonts import font_file


def glyph(character: str, size: int) -> npt.NDArray[np.uint8]:
    """The character, bright on dark, `size` x `size` pixels. MissingPackage: no Chinese font is installed."""
    picture = Image.new("L", (size, size), 0)
    font = ImageFont.truetype(str(font_file()), size)
    ImageDraw.Draw(picture).text((size / 2, size / 2), character, fill=255, font=font, anchor="mm")
    return np.asarray(picture)
