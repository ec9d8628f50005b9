"""Picking a reader: by content, then by suffix; what cannot be read says why and what to do."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from extractor import readers
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.errors import DocumentError
from extractor.readers import detect

SETTINGS = Settings()


@pytest.mark.parametrize(
    "name, head, expected",
    [
        ("really.txt", b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        ("late.txt", b"junk\n%PDF-1.4\n", "pdf"),
        ("report.pdf", b"\x89PNG\r\n\x1a\n\0\0", "image"),
        ("photo.txt", b"\xff\xd8\xff\xe0", "image"),
        ("scan.bin", b"II*\0\x08\0", "image"),
        ("scan.tif", b"MM\0*", "image"),
        ("x.md", b"RIFF\x10\0\0\0WEBPVP8 ", "image"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
        ("rich.txt", b"{\\rtf1\\ansi", "office"),
        ("a.txt", "本文说明 %PDF-1.7 格式".encode(), "text"),
        ("a.pdf", "文".encode(), "text"),
    ],
)
def test_bytes_tell_the_kind_whatever_the_name(name: str, head: bytes, expected: str) -> None:
    assert detect.kind_of_bytes(Path(name), head) == expected


PIPES = "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
PAGE = "<!doctype html><html><body><table><tr><td>a</td></tr></table></body></html>"
OBJECT = '{"a": 1, "b": [2]}'
XML = '<?xml version="1.0"?><a><b>1</b></a>'


@pytest.mark.parametrize(
    "suffix, text, expected",
    [
        *((suffix, PAGE, "html") for suffix in (".html", ".txt", ".csv", ".json", ".xml", ".md", "")),
        *((suffix, PIPES, "markdown") for suffix in (".md", ".txt", ".csv", ".json", ".xml", ".html", ".tsv", "")),
        *((suffix, OBJECT, "structured") for suffix in (".json", ".txt", ".xml", ".html", ".jsonl", "")),
        *((suffix, XML, "structured") for suffix in (".xml", ".txt", ".json", "")),
        (".json", OBJECT[:-3], "structured"),
        (".xml", XML[:-6], "structured"),
        (".txt", f"{OBJECT}\n{OBJECT}\n", "structured"),
        (".txt", "[1] a note in brackets\n[2] another", "text"),
        (".txt", "{draft}", "text"),
        (".json", "plain words", "text"),
        (".xml", "plain words", "text"),
        (".html", "plain words", "text"),
        (".csv", "a,b\n1,2\n", "delimited"),
        (".csv", "|a|b|\n|1|2|\n|3|4|\n", "delimited"),
        (".txt", "a,b\n1,2\n", "text"),
        (".HTM", "<p>文</p>", "html"),
        (".md", "文", "markdown"),
        ("", "文", "text"),
    ],
)
def test_the_text_tells_the_kind_and_the_suffix_only_what_it_leaves_open(suffix: str, text: str, expected: str) -> None:
    assert detect.kind_of_text(text, suffix) == expected


def test_every_kind_has_a_reader() -> None:
    kinds = {*detect.SUFFIXES.values(), *detect.MAGIC.values(), "pdf", "word", "excel", "text"} - {"office"}
    assert kinds == {*readers.FILES, *readers.TEXTS}


def test_empty_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    with pytest.raises(DocumentError, match="the file is empty"):
        readers.read(tmp_path / "a.txt", "a.txt", SETTINGS)


@pytest.mark.parametrize("data", [b" \n\t\n", b"\xef\xbb\xbf", "\u3000\u200b".encode()])
def test_white_file_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(DocumentError, match="nothing but white space"):
        readers.read(tmp_path / "a.txt", "a.txt", SETTINGS)


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("书" * 100, encoding="utf-8")
    with pytest.raises(DocumentError, match="300 bytes are more than the limit of 200"):
        readers.read(tmp_path / "a.txt", "a.txt", Settings(max_bytes=200))


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\f".join("一二三四"), encoding="utf-8")
    with pytest.raises(DocumentError, match="4 pages are more than the limit of 3"):
        readers.read(tmp_path / "a.txt", "a.txt", Settings(max_pages=3))


def test_directory_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="not a file"):
        readers.read(tmp_path, "x", SETTINGS)
    with pytest.raises(DocumentError, match="no such file"):
        readers.read(tmp_path / "gone.txt", "gone.txt", SETTINGS)


@contextmanager
def as_somebody() -> Iterator[None]:
    """An ordinary user: root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("文", encoding="utf-8")
    path.chmod(0)
    with as_somebody(), pytest.raises(DocumentError, match="permission denied"):
        readers.read(path, "a.txt", SETTINGS)


@pytest.mark.parametrize("head", [b"\x1f\x8b\x08\0", b"7z\xbc\xaf'\x1c\0", b"GIF89a\0", b"Rar!\x1a\x07\0"])
def test_archives_and_other_images_say_what_to_do(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(head)
    with pytest.raises(DocumentError, match=r"unpack it first|save it as PNG"):
        readers.read(tmp_path / "a.txt", "a.txt", SETTINGS)


def test_damaged_zip(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    with pytest.raises(DocumentError, match="damaged zip package"):
        readers.read(tmp_path / "a.docx", "a.docx", SETTINGS)


def test_binary_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(os.urandom(1_000_000))
    with pytest.raises(DocumentError, match="not text in any encoding known"):
        readers.read(tmp_path / "a.txt", "a.txt", SETTINGS)


TEXTS = (
    "甲\t<p>乙</p>\n\f丙",
    "|甲|乙|\n|-|-|\n|1|2|",
    "<html><table><tr><td rowspan=2>甲<td>乙</table>",
    '{"a": [1, "甲"]}',
)
WORD = """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:tbl><w:tr><w:tc>
<w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p><w:r><w:t>流动书车</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"""


@pytest.fixture(scope="module")
def specimens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One good, small file of each format that is read here."""
    folder = tmp_path_factory.mktemp("specimens")
    for name, method in (("stored word", zipfile.ZIP_STORED), ("deflated word", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(folder / name, "w", method) as package:
            package.writestr("word/document.xml", WORD)
    book = Workbook()
    assert book.active is not None
    book.active.append(["流动书车", 1.5])
    book.save(folder / "book")
    return {path.name: path.read_bytes() for path in folder.iterdir()} | {text: text.encode() for text in TEXTS}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_end_in_a_document_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, specimens: dict[str, bytes], data: st.DataObject
) -> None:
    suffix = data.draw(st.sampled_from([".txt", ".md", ".html", ".csv", ".json", ".xml", ".docx", ".xlsx"]))
    content = bytearray(specimens[data.draw(st.sampled_from(sorted(specimens)))])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"fuzz{suffix}"
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    try:
        document = readers.read(path, path.name, SETTINGS)
    except DocumentError as error:
        assert str(error)
    else:
        assert any(unit.text for unit in document.units())


def test_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"abc\n")
    expected = hashlib.sha256(b"abc\n").hexdigest()
    assert readers.sha256(path) == expected == readers.read(path, "a.txt", SETTINGS).sha256


@pytest.mark.parametrize("name", ["report.pdf", "REPORT.XLSX", "scan.png"])
def test_a_text_that_is_named_as_something_else_is_in_doubt(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("502 Bad Gateway\n", encoding="utf-8")
    notes = readers.read(path, name, Settings()).notes
    assert [(note.kind, note.page) for note in notes] == [(FindingKind.STRUCTURE, 0)]


def test_a_text_named_as_a_text_is_in_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("502 Bad Gateway\n", encoding="utf-8")
    assert readers.read(path, "report.txt", Settings()).notes == ()
