"""Image files to arrays: PNG, JPEG, TIFF with many pages, WebP; a bomb is refused before it is unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractor.config import Settings
from extractor.errors import DocumentError, MissingPackage

if TYPE_CHECKING:
    from extractor.readers.scan.pixels import Image

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")  # what opens JPEG opens MPO, which has no entry of its own
USUAL = 200.0  # dots per inch of an image that does not say, and has not the shape of a sheet
LEAST, MOST = 50.0, 1200.0  # what is not between these is no resolution
SIDE = (4.0, 24.0)  # inches; the longer side of a page: a camera's 72 dots per inch would make a poster
SHAPE = (1.25, 1.6)  # how many times as long as wide a sheet is: Letter 1.29, A4 1.41
SHEET = 11.7  # inches; the longer side of A4


class Frame(NamedTuple):
    """One page of an image file: RGB pixels, and how many points one pixel is wide."""

    image: Image
    points: float


def pillow() -> Any:
    """Pillow. MissingPackage: it is not installed."""
    try:
        import PIL.Image
        import PIL.ImageOps
    except ImportError as error:
        raise MissingPackage("reading images needs Pillow: pip install 'extractor[ocr]'") from error
    return PIL


def frames(path: Path, settings: Settings) -> Iterator[Frame]:
    """The pages of an image file. DocumentError: damaged, of another format, or over a limit."""
    pil = pillow()
    with _bomb_limit(pil, settings.max_pixels), _opened(pil, path) as picture:
        count = getattr(picture, "n_frames", 1)
        if count > settings.max_pages:
            over = f"{count} pages are more than the limit of {settings.max_pages}"
            raise DocumentError(f"{over}; split the file or raise max_pages")
        for index in range(count):
            yield _frame(pil, picture, index, settings)


@contextmanager
def _opened(pil: Any, path: Path) -> Iterator[Any]:
    try:
        pil.Image.init()  # else a format whose plug-in is not loaded yet is a KeyError
        picture = pil.Image.open(path, formats=FORMATS)
    except (OSError, SyntaxError, ValueError, pil.Image.DecompressionBombError) as error:
        raise DocumentError(f"the image cannot be opened: {error}") from error
    with picture:
        yield picture


@contextmanager
def _bomb_limit(pil: Any, pixels: int) -> Iterator[None]:
    """Pillow's own limit out of the way: ours is checked first, and says what to do."""
    before, pil.Image.MAX_IMAGE_PIXELS = pil.Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        pil.Image.MAX_IMAGE_PIXELS = before


def _frame(pil: Any, picture: Any, index: int, settings: Settings) -> Frame:
    import numpy as np

    try:
        picture.seek(index)
        wide, high = picture.size
        if wide * high > settings.max_pixels:
            over = f"page {index + 1}: {wide} × {high} pixels are more than the limit of {settings.max_pixels}"
            raise DocumentError(f"{over}; scale the image down or raise max_pixels")
        dots = _resolution(picture)
        upright = pil.ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "P", "PA"):
            upright = _on_white(pil, upright)
        pixels = np.asarray(upright.convert("RGB"), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DocumentError(f"page {index + 1} of the image is damaged: {error}") from error
    return Frame(pixels, 72 / dots)


def _resolution(picture: Any) -> float:
    """Dots per inch as the file says, where that makes a page; else those at which a sheet is A4, or a usual value."""
    said = picture.info.get("dpi") or (0, 0)
    dots = float(said[0] or 0)
    shorter, longer = sorted(picture.size)
    if LEAST <= dots <= MOST and SIDE[0] <= longer / dots <= SIDE[1]:
        return dots
    return longer / SHEET if SHAPE[0] <= longer / max(1, shorter) <= SHAPE[1] else USUAL


def _on_white(pil: Any, picture: Any) -> Any:
    """What is transparent shows white paper."""
    clear = picture.convert("RGBA")
    paper = pil.Image.new("RGBA", clear.size, (255, 255, 255, 255))
    return pil.Image.alpha_composite(paper, clear)
