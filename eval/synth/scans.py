"""Files that hold scans: a PDF of images, a PDF with some pages scanned, TIFF, PNG."""

from __future__ import annotations

import re
from io import BytesIO
from random import Random

from eval.synth.content import Content
from eval.synth.degrade import Damage, level_of, scan
from eval.synth.pdf import pdf
from eval.synth.rendered import Rendered

_OWN = re.compile(rb"/ID\[<[0-9A-F]+><[0-9A-F]+>\]|\(D:\d{14}")


def scanned_pdf(content: Content, rng: Random, damage: Damage) -> Rendered:
    """The document printed and scanned: a PDF whose pages are images, without any text."""
    made = pdf(content, rng)
    return Rendered(pdf_of(scan(made.data, damage, rng), level_of(damage).dpi), made.forms)


def mixed_pdf(content: Content, rng: Random, damage: Damage) -> Rendered:
    """A PDF in which every second page is a scan."""
    import pypdfium2  # type: ignore[import-untyped]  # it has no types

    made = pdf(content, rng)
    pages = pypdfium2.PdfDocument(made.data)
    scans = pypdfium2.PdfDocument(pdf_of(scan(made.data, damage, rng), level_of(damage).dpi))
    out = pypdfium2.PdfDocument.new()
    for i in range(len(pages)):
        out.import_pages(scans if i % 2 else pages, [i])
    data = BytesIO()
    out.save(data)
    return Rendered(_OWN.sub(_zeros, data.getvalue()), made.forms)


def _zeros(found: re.Match[bytes]) -> bytes:
    """The random identity or the date of a written file, without what changes, of the same length."""
    if found[0].startswith(b"(D:"):
        return b"(D:20200101000000"
    return b"/ID" + re.sub(rb"[0-9A-F]", b"0", found[0][3:])


def tiff(content: Content, rng: Random, damage: Damage) -> Rendered:
    """The scans as one TIFF of many pages."""
    from PIL import Image

    made = pdf(content, rng)
    images = [Image.open(BytesIO(page)) for page in scan(made.data, damage, rng)]
    out = BytesIO()
    dpi = level_of(damage).dpi
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], compression="jpeg", dpi=(dpi, dpi))
    return Rendered(out.getvalue(), made.forms)


def png(content: Content, rng: Random, damage: Damage) -> Rendered:
    """The scan of a document of one page as PNG; what stands on further pages stands below the first."""
    from PIL import Image

    made = pdf(content, rng)
    images = [Image.open(BytesIO(page)) for page in scan(made.data, damage, rng)]
    whole = Image.new(images[0].mode, (max(i.width for i in images), sum(i.height for i in images)), "white")
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    out = BytesIO()
    dpi = level_of(damage).dpi
    whole.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return Rendered(out.getvalue(), made.forms)


def pdf_of(pages: list[bytes], dpi: int) -> bytes:
    """A PDF whose pages are the JPEGs as they are: a scanner's file."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for jpeg in pages:
        kids.append(f"{len(objects) + 1} 0 R")
        objects += _page_objects(jpeg, dpi, len(objects) + 1)
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects)


def _page_objects(jpeg: bytes, dpi: int, number: int) -> list[bytes]:
    from PIL import Image

    image = Image.open(BytesIO(jpeg))
    colours = "/DeviceRGB" if image.mode == "RGB" else "/DeviceGray"
    wide, high = image.width * 72 / dpi, image.height * 72 / dpi
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide:.2f} {high:.2f}] "
        f"/Resources << /XObject << /I {number + 1} 0 R >> >> /Contents {number + 2} 0 R >>"
    )
    header = (
        f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /ColorSpace {colours} "
        f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(jpeg)} >>\nstream\n"
    )
    drawing = f"{wide:.2f} 0 0 {high:.2f} 0 0 cm /I Do".encode()
    content = f"<< /Length {len(drawing)} >>\nstream\n".encode() + drawing + b"\nendstream"
    return [page.encode(), header.encode() + jpeg + b"\nendstream", content]


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
