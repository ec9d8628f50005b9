"""The Chinese typefaces of this machine: family names for programs that know fontconfig, files for those that embed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path("/usr/share/fonts")


@dataclass(frozen=True, slots=True)
class Typeface:
    """A family, its file below the folder of fonts, its index in a collection, whether its outlines are TrueType."""

    family: str
    path: str
    index: int = 0
    truetype: bool = True

    @property
    def file(self) -> Path:
        """The file that holds it."""
        return ROOT / self.path


KNOWN = (
    Typeface("Noto Serif CJK SC", "opentype/noto/NotoSerifCJK-Regular.ttc", 2, truetype=False),
    Typeface("Noto Sans CJK SC", "opentype/noto/NotoSansCJK-Regular.ttc", 2, truetype=False),
    Typeface("WenQuanYi Zen Hei", "truetype/wqy/wqy-zenhei.ttc"),
    Typeface("WenQuanYi Micro Hei", "truetype/wqy/wqy-microhei.ttc"),
    Typeface("AR PL UMing CN", "truetype/arphic/uming.ttc"),
    Typeface("AR PL UKai CN", "truetype/arphic/ukai.ttc"),
)


@cache
def installed(truetype: bool) -> tuple[Typeface, ...]:
    """The known typefaces that are installed; with `truetype` those with TrueType outlines alone."""
    return tuple(face for face in KNOWN if face.file.is_file() and (face.truetype or not truetype))


@cache
def characters(face: Typeface) -> frozenset[int]:
    """The code points that a typeface has glyphs for."""
    with import_module("fontTools.ttLib").TTFont(face.file, fontNumber=face.index, lazy=True) as font:
        return frozenset(font.getBestCmap())


def lacking(face: Typeface, text: str) -> set[str]:
    """The visible characters of a text that a typeface has no glyph for."""
    return {char for char in text if not char.isspace() and ord(char) not in characters(face)}
