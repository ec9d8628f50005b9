"""Filled form fields and other annotations: what they show is drawn onto the page, so that it is read with it.

pdfium draws the appearance of each annotation into the page (`FPDFPage_Flatten`). What a field holds and no
appearance shows is written where the field is; a check box or radio button is one sign, `☑` or `☐`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from extractor.document.geometry import inside
from extractor.document.layout import Box
from extractor.readers.pdf.page_content import Sheet
from extractor.readers.pdf.transforms import Frame
from extractor.tables.words import Token, is_cjk

HIDDEN = 0b100010  # the flags Hidden and NoView of an annotation
FIELD_TYPE = 10.0  # points; the size at which a viewer sets the text of a field that says none


class Field(NamedTuple):
    """A form field of a page: the text that it holds, its box in the page's own space, whether it is a button."""

    text: str
    box: tuple[float, float, float, float]
    is_button: bool


class Opened(NamedTuple):
    """An open page whose annotations are drawn into it: the number of its own objects (None: no annotation)."""

    page: Any
    own: int | None
    fields: tuple[Field, ...]


@contextmanager
def opened_page(pdf: Any, index: int) -> Iterator[Opened]:
    """A page with its form fields drawn into it, closed afterwards."""
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it has no types

    page, own = pdf[index], None
    fields: tuple[Field, ...] = ()
    try:
        if _shows_annotations(pdfium, page):
            fields = tuple(_fields(pdfium, pdf, page))
            own = pdfium.FPDFPage_CountObjects(page.raw)
            pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = pdf[index]
        yield Opened(page, own, fields)
    finally:
        page.close()


def _annotations(pdfium: Any, page: Any) -> Iterator[Any]:
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            try:
                yield annotation
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)


def _shows_annotations(pdfium: Any, page: Any) -> bool:
    """Whether a page has annotations that show something: links and pop-ups do not."""
    silent = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_TEXT)
    return any(pdfium.FPDFAnnot_GetSubtype(a) not in silent for a in _annotations(pdfium, page))


def _fields(pdfium: Any, pdf: Any, page: Any) -> Iterator[Field]:
    """The form fields of a page that a viewer shows."""
    forms = pdf.formenv.raw if pdf.formenv else None
    if forms is None:
        return
    buttons = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
    texts = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
    for annotation in _annotations(pdfium, page):
        rect = pdfium.FS_RECTF()
        if pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN or not pdfium.FPDFAnnot_GetRect(annotation, rect):
            continue
        box = (rect.left, rect.bottom, rect.right, rect.top)
        kind = pdfium.FPDFAnnot_GetFormFieldType(forms, annotation)
        if kind in buttons:
            yield Field("☑" if pdfium.FPDFAnnot_IsChecked(forms, annotation) else "☐", box, True)
        elif kind in texts:
            yield Field(_value(pdfium, forms, annotation), box, False)


def _value(pdfium: Any, forms: Any, annotation: Any) -> str:
    size = pdfium.FPDFAnnot_GetFormFieldValue(forms, annotation, None, 0)
    buffer = ctypes.create_string_buffer(size)
    shorts = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    pdfium.FPDFAnnot_GetFormFieldValue(forms, annotation, shorts, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0").strip()


def add_fields(sheet: Sheet, fields: Sequence[Field], view: Frame) -> None:
    """Put what fields hold on a sheet: a button's sign for its picture, a text where no appearance shows it."""
    for field in fields:
        corners = [field.box[:2], field.box[2:]]
        xs = sorted(view.a * u + view.c * v + view.e for u, v in corners)
        ys = sorted(view.b * u + view.d * v + view.f for u, v in corners)
        box = Box(xs[0], ys[0], xs[1], ys[1])
        within = [t for t in sheet.tokens if inside((t.x0 + t.x1) / 2, (t.top + t.bottom) / 2, box)]
        order = sheet.tokens[-1].order + 2 if sheet.tokens else 0
        if field.is_button:
            sheet.tokens = [t for t in sheet.tokens if t not in within]
            sheet.tokens.append(Token(field.text, *box, order))
        elif field.text and not within:
            sheet.tokens += _written(field.text, box, order)


def _written(text: str, box: Box, order: int) -> list[Token]:
    """The words of a field's text, as a viewer would set them."""
    lines = text.splitlines()
    size = min(FIELD_TYPE, (box.bottom - box.top) / max(1, len(lines)))
    out: list[Token] = []
    for row, line in enumerate(lines):
        x, top = box.x0 + 2, box.top + row * size
        for word in line.split():
            wide = size * sum(1.0 if is_cjk(char) else 0.5 for char in word)
            out.append(Token(word, x, top, x + wide, top + size, order + len(out)))
            x += wide + size / 2
    return out
