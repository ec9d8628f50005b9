"""The damaged pages of a document as one file, the same bytes for the same pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from io import BytesIO

from PIL import Image

from eval.studies.damage.device_effects import jpeg
from eval.studies.damage.imaging import Page
from eval.studies.damage.levels import Level

SUFFIXES = {"pdf": ".pdf", "tiff": ".tiff", "jpeg": ".jpg", "png": ".png"}


def stored(pages: Sequence[Page], level: Level, container: str) -> bytes:
    """The pages in a file of this kind; a JPEG or PNG holds one page. All have been through JPEG or one bit a pixel."""
    return _WRITERS[container]([_image(page, level) for page in pages], level)


def fitting(container: str, pages: int, level: Level) -> str:
    """The container itself, or a PDF where it can't hold so many pages, or not with one bit a pixel."""
    alone = container in ("jpeg", "png")
    return "pdf" if (alone and pages > 1) or (container == "jpeg" and level.black_white) else container


def _image(page: Page, level: Level) -> Image.Image:
    if level.black_white:
        return Image.fromarray(page).convert("L").point([0] * 128 + [255] * 128).convert("1")
    return Image.open(BytesIO(jpeg(page, level.quality)))


def _pdf(images: Sequence[Image.Image], level: Level) -> bytes:
    out, never = BytesIO(), time.gmtime(0)
    how = {} if level.black_white else {"quality": level.quality}
    dates = {"creationDate": never, "modDate": never}
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=level.dpi, **how, **dates)
    return out.getvalue()


def _tiff(images: Sequence[Image.Image], level: Level) -> bytes:
    out = BytesIO()
    how = {"compression": "group4"} if level.black_white else {"compression": "jpeg", "quality": level.quality}
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], dpi=(level.dpi, level.dpi), **how)
    return out.getvalue()


def _jpeg(images: Sequence[Image.Image], level: Level) -> bytes:
    out = BytesIO()
    images[0].save(out, "JPEG", quality=level.quality, dpi=(level.dpi, level.dpi))
    return out.getvalue()


def _png(images: Sequence[Image.Image], level: Level) -> bytes:
    out = BytesIO()
    images[0].save(out, "PNG", dpi=(level.dpi, level.dpi))
    return out.getvalue()


_WRITERS: dict[str, Callable[[Sequence[Image.Image], Level], bytes]] = {
    "pdf": _pdf,
    "tiff": _tiff,
    "jpeg": _jpeg,
    "png": _png,
}
