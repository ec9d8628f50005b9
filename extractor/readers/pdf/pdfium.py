"""The C functions of pdfium, with quick prototypes for those that are called for each character or object."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def raw() -> Any:
    """pypdfium2's C functions, and quicker prototypes of those that are called for each character."""
    from types import SimpleNamespace

    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it has no types

    def quick(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
        return ctypes.CFUNCTYPE(result, *arguments)(address or 0)

    pointer, integer = ctypes.c_void_p, ctypes.c_int
    return SimpleNamespace(
        pdfium=pdfium,
        count_chars=quick("FPDFText_CountChars", integer, pointer),
        unicode=quick("FPDFText_GetUnicode", ctypes.c_uint, pointer, integer),
        loose_box=quick("FPDFText_GetLooseCharBox", integer, pointer, integer, pointer),
        char_origin=quick("FPDFText_GetCharOrigin", integer, pointer, integer, pointer, pointer),
        char_matrix=quick("FPDFText_GetMatrix", integer, pointer, integer, pointer),
        font_size=quick("FPDFText_GetFontSize", ctypes.c_double, pointer, integer),
        char_angle=quick("FPDFText_GetCharAngle", ctypes.c_float, pointer, integer),
        text_object=quick("FPDFText_GetTextObject", pointer, pointer, integer),
        map_error=quick("FPDFText_HasUnicodeMapError", integer, pointer, integer),
        count_objects=quick("FPDFPage_CountObjects", integer, pointer),
        get_object=quick("FPDFPage_GetObject", pointer, pointer, integer),
        form_count=quick("FPDFFormObj_CountObjects", integer, pointer),
        form_object=quick("FPDFFormObj_GetObject", pointer, pointer, ctypes.c_ulong),
        type=quick("FPDFPageObj_GetType", integer, pointer),
        clip_path=quick("FPDFPageObj_GetClipPath", pointer, pointer),
        clip_paths=quick("FPDFClipPath_CountPaths", integer, pointer),
        clip_segments=quick("FPDFClipPath_CountPathSegments", integer, pointer, integer),
        clip_segment=quick("FPDFClipPath_GetPathSegment", pointer, pointer, integer, integer),
        bounds=quick("FPDFPageObj_GetBounds", integer, pointer, pointer, pointer, pointer, pointer),
        matrix=quick("FPDFPageObj_GetMatrix", integer, pointer, pointer),
        fill_colour=quick("FPDFPageObj_GetFillColor", integer, pointer, pointer, pointer, pointer, pointer),
        transparent=quick("FPDFPageObj_HasTransparency", integer, pointer),
        set_active=quick("FPDFPageObj_SetIsActive", integer, pointer, integer),
        text_font=quick("FPDFTextObj_GetFont", pointer, pointer),
        font_name=quick("FPDFFont_GetBaseFontName", ctypes.c_size_t, pointer, pointer, ctypes.c_size_t),
        font_embedded=quick("FPDFFont_GetIsEmbedded", integer, pointer),
        glyph_width=quick("FPDFFont_GetGlyphWidth", integer, pointer, ctypes.c_uint, ctypes.c_float, pointer),
        char_box=quick("FPDFText_GetCharBox", integer, pointer, integer, pointer, pointer, pointer, pointer),
        render_mode=quick("FPDFTextObj_GetTextRenderMode", integer, pointer),
        draw_mode=quick("FPDFPath_GetDrawMode", integer, pointer, pointer, pointer),
        count_segments=quick("FPDFPath_CountSegments", integer, pointer),
        path_segment=quick("FPDFPath_GetPathSegment", pointer, pointer, integer),
        point=quick("FPDFPathSegment_GetPoint", integer, pointer, pointer, pointer),
        segment_type=quick("FPDFPathSegment_GetType", integer, pointer),
        segment_close=quick("FPDFPathSegment_GetClose", integer, pointer),
    )


def address(handle: Any) -> int:
    """The address behind a ctypes pointer."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
