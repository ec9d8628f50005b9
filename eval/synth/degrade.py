"""Scans: printed pages as images at fixed levels of damage; pages turned, rulings with gaps, stains, apart from levels.

A level says dpi, skew (degrees, up to), noise of brightness (σ of 255), blur (radius in pixels), JPEG quality.
The print comes first (fading, stamp), then the paper (stains), then the scanner (skew, shadow, blur, noise, JPEG).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from extractor.errors import CallError, MissingPackage

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Level:
    """What a level does to a page; `fade` is the strength that is left of the print."""

    dpi: int
    skew: float
    noise: float
    blur: float
    quality: int
    shadow: bool = False
    stamp: bool = False
    fade: float = 1.0


LEVELS: dict[int, Level] = {
    0: Level(300, 0.0, 0, 0.0, 95),
    1: Level(250, 0.5, 4, 0.0, 85),
    2: Level(200, 1.2, 10, 0.0, 70, shadow=True),
    3: Level(200, 2.0, 16, 0.5, 55, stamp=True),
    4: Level(150, 3.0, 24, 0.8, 40, fade=0.65),
    5: Level(110, 4.0, 32, 1.1, 25, stamp=True, fade=0.65),
}


@dataclass(frozen=True, slots=True)
class Damage:
    """The level of a scan, and what comes on top: pages turned (degrees, clockwise), gaps in rulings, stains."""

    level: int = 0
    turn: int = 0
    gaps: bool = False
    stains: bool = False

    @property
    def tag(self) -> str:
        """The damage as a part of a file's name: `3-turn90-gaps`."""
        extras = (f"turn{self.turn}" if self.turn else "", "gaps" * self.gaps, "stains" * self.stains)
        return "-".join((str(self.level), *(e for e in extras if e)))


def scan(data: bytes, damage: Damage, rng: Random) -> list[bytes]:
    """The pages of a PDF as a scanner gives them back: one JPEG a page."""
    level = level_of(damage)
    return [_jpeg(degraded(page, damage, rng), level.quality) for page in render(data, level.dpi)]


def level_of(damage: Damage) -> Level:
    """The level of a damage; raises `CallError` for one that is not there, or for a turn that is no right angle."""
    if damage.level not in LEVELS:
        raise CallError(f"no level {damage.level}; there are: {', '.join(map(str, LEVELS))}")
    if damage.turn % 90:
        raise CallError(f"pages are turned by right angles, not by {damage.turn}°")
    return LEVELS[damage.level]


def render(data: bytes, dpi: int) -> list[Image]:
    """The pages of a PDF as images."""
    try:
        import pypdfium2  # type: ignore[import-untyped]  # it has no types
        from PIL import Image as _  # noqa: F401 - only looked for: rendering needs it
    except ImportError as error:
        raise MissingPackage("scans need pypdfium2 and pillow: pip install pypdfium2 pillow") from error
    document = pypdfium2.PdfDocument(data)
    try:
        return [document[i].render(scale=dpi / 72).to_pil().convert("RGB") for i in range(len(document))]
    finally:
        document.close()


def degraded(page: Image, damage: Damage, rng: Random) -> Image:
    """One page after everything that its damage does to it."""
    level = level_of(damage)
    pixels = np.asarray(page, dtype=np.uint8)
    if damage.gaps:
        pixels = with_gaps(pixels, rng)
    pixels = faded(pixels, level.fade)
    if level.stamp:
        pixels = stamped(pixels, rng)
    if damage.stains:
        pixels = stained(pixels, rng)
    image = skewed(_image(pixels), rng.uniform(-level.skew, level.skew))
    pixels = np.asarray(image, dtype=np.uint8)
    if level.shadow:
        pixels = shadowed(pixels, rng)
    image = blurred(_image(pixels), level.blur)
    image = _image(noisy(np.asarray(image, dtype=np.uint8), level.noise, rng))
    if not level.stamp and not damage.stains:
        image = image.convert("L")
    return image.rotate(-damage.turn, expand=True) if damage.turn % 360 else image


def faded(pixels: Pixels, strength: float) -> Pixels:
    """The print with only `strength` of its darkness left."""
    return (255 - (255 - pixels.astype(np.float32)) * strength).astype(np.uint8)


def skewed(page: Image, degrees: float) -> Image:
    """The page turned a little, white where nothing was."""
    from PIL import Image

    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)) if degrees else page


def shadowed(pixels: Pixels, rng: Random) -> Pixels:
    """A shadow that falls from one side, as beside the spine of a book."""
    width = pixels.shape[1]
    ramp = np.clip(np.linspace(0.0, 1.0, width) / rng.uniform(0.25, 0.45), 0.0, 1.0)
    light = 1.0 - rng.uniform(0.25, 0.45) * (1.0 - ramp)
    if rng.random() < 0.5:
        light = light[::-1]
    return (pixels * light[None, :, None]).astype(np.uint8)


def blurred(page: Image, radius: float) -> Image:
    """The page out of focus."""
    from PIL import ImageFilter

    return page.filter(ImageFilter.GaussianBlur(radius)) if radius else page


def noisy(pixels: Pixels, sigma: float, rng: Random) -> Pixels:
    """Brightness noise, the same in every channel."""
    if not sigma:
        return pixels
    source = np.random.default_rng(rng.getrandbits(64))
    noise = source.normal(0.0, sigma, pixels.shape[:2]).astype(np.float32)
    noised: Pixels = np.clip(pixels + noise[:, :, None], 0, 255).astype(np.uint8)
    return noised


def stamped(pixels: Pixels, rng: Random) -> Pixels:
    """A round red seal over the text: ring and star, as ink that darkens what is below."""
    from PIL import Image, ImageDraw

    height, width = pixels.shape[:2]
    radius = int(min(width, height) * rng.uniform(0.09, 0.13))
    x, y = rng.randint(2 * radius, width - 2 * radius), rng.randint(2 * radius, height - 2 * radius)
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, outline=255, width=max(radius // 14, 2))
    draw.polygon(_star(x, y, radius * 0.36, rng.uniform(0, 2 * np.pi)), fill=255)
    for i in range(10):
        angle = 2 * np.pi * (i + 0.5) / 13 - np.pi * 1.2
        at = (x + 0.75 * radius * np.cos(angle), y + 0.75 * radius * np.sin(angle))
        size = radius * 0.11
        square = (at[0] - size, at[1] - size, at[0] + size, at[1] + size)
        draw.rectangle(square, outline=255, width=max(radius // 24, 1))
    ink = np.asarray(mask, dtype=np.float32)[:, :, None] / 255 * rng.uniform(0.55, 0.8)
    red = np.array([215, 35, 40], dtype=np.float32)
    return (pixels * (1 - ink) + np.minimum(pixels, red) * ink).astype(np.uint8)


def _star(x: float, y: float, radius: float, turn: float) -> list[tuple[float, float]]:
    """The corners of a star of five points."""
    reach = ((radius if i % 2 == 0 else radius * 0.4, turn + i * np.pi / 5) for i in range(10))
    return [(x + r * float(np.cos(a)), y + r * float(np.sin(a))) for r, a in reach]


def stained(pixels: Pixels, rng: Random) -> Pixels:
    """Blots of something brown, and specks."""
    from PIL import Image, ImageDraw, ImageFilter

    height, width = pixels.shape[:2]
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(rng.randint(2, 5)):
        x, y, size = rng.randrange(width), rng.randrange(height), width * rng.uniform(0.03, 0.1)
        draw.ellipse((x - size, y - size * 0.8, x + size, y + size * 0.8), fill=rng.randint(120, 220))
    mask = mask.filter(ImageFilter.GaussianBlur(width / 120))
    draw = ImageDraw.Draw(mask)
    for _ in range(rng.randint(40, 120)):
        x, y, size = rng.randrange(width), rng.randrange(height), rng.uniform(0.3, 1.2) * width / 1000
        draw.ellipse((x - size, y - size, x + size, y + size), fill=255)
    blot = np.asarray(mask, dtype=np.float32)[:, :, None] / 255 * 0.35
    return (pixels * (1 - blot * np.array([0.4, 0.7, 1.0], dtype=np.float32))).astype(np.uint8)


def with_gaps(pixels: Pixels, rng: Random) -> Pixels:
    """Gaps in ruling lines, as copies of copies have them: short pieces of long dark runs are gone."""
    out = pixels.copy()
    dark = pixels.min(axis=2) < 140
    for mask, across in ((_runs(dark, axis=1), True), (_runs(dark, axis=0), False)):
        for y, x in _starts(mask, rng, count=60):
            length = rng.randint(6, 30) * pixels.shape[1] // 1200
            rows, cols = (slice(y - 2, y + 3), slice(x, x + length)), (slice(y, y + length), slice(x - 2, x + 3))
            area = rows if across else cols
            out[area][mask[area]] = 255
    return out


def _runs(dark: npt.NDArray[np.bool_], axis: int) -> npt.NDArray[np.bool_]:
    """The pixels that are inside a dark run along an axis, longer than any stroke of a character."""
    length = dark.shape[1] // 18
    sums = np.cumsum(dark, axis=axis, dtype=np.int32)
    window = sums - np.roll(sums, length, axis=axis)
    full = window == length
    covered = np.zeros_like(sums)
    covered += full
    covered -= np.roll(full, -length, axis=axis)
    backwards = np.flip(np.cumsum(np.flip(covered, axis), axis=axis), axis) > 0
    return backwards & dark


def _starts(mask: npt.NDArray[np.bool_], rng: Random, count: int) -> list[tuple[int, int]]:
    """Some of the pixels of a mask, away from the edges."""
    found = np.argwhere(mask[3:-3, 3:-3])
    if not len(found):
        return []
    return [(int(y) + 3, int(x) + 3) for y, x in (found[rng.randrange(len(found))] for _ in range(count))]


def _image(pixels: Pixels) -> Image:
    from PIL import Image

    return Image.fromarray(pixels)


def _jpeg(page: Image, quality: int) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=quality)
    return out.getvalue()
