"""Office files of other kinds: converted by LibreOffice, or a clear reason why not."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook

from extractor.config import Settings
from extractor.errors import DocumentError
from extractor.readers import read, sha256
from tests.needs import needs_libreoffice

SETTINGS = Settings()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def stream(name: str) -> bytes:
    return name.encode("utf-16-le").ljust(64, b"\0")


def converter(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a stand-in for LibreOffice on the path: what it is called with is real, its work is a script."""
    program = folder / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")


def without_converter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    "name, data, message",
    [
        ("a.doc", OLE + stream("WordDocument"), r"\.doc files need LibreOffice.*save the file as \.docx"),
        ("a.xls", OLE + stream("Workbook"), r"\.xls files need LibreOffice.*save the file as \.xlsx"),
        ("a.xls", OLE + stream("WordDocument") + stream("Workbook"), r"\.xls files need LibreOffice"),
        ("a.txt", b"{\\rtf1\\ansi x}", r"\.rtf files need LibreOffice"),
        ("a.docx", OLE + stream("EncryptedPackage"), "protected by a password"),
        ("a.msg", OLE + stream("__substg1.0"), "of no kind known"),
    ],
)
def test_what_cannot_be_converted_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, message: str
) -> None:
    without_converter(tmp_path, monkeypatch)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentError, match=message):
        read(tmp_path / name, name, SETTINGS)


def test_open_document_is_told_by_its_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_converter(tmp_path, monkeypatch)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<x/>")
    with pytest.raises(DocumentError, match=r"\.ods files need LibreOffice"):
        read(tmp_path / "a.zip", "a", SETTINGS)


def test_the_converted_file_is_read_under_the_name_and_hash_of_the_given_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = docx.Document()
    word.add_paragraph("流动书车")
    word.save(str(tmp_path / "done.docx"))
    converter(tmp_path, monkeypatch, f'mkdir -p "$6" && cp {tmp_path}/done.docx "$6/input.docx"')
    (tmp_path / "a.doc").write_bytes(OLE + stream("WordDocument"))
    document = read(tmp_path / "a.doc", "dir/a.doc", SETTINGS)
    assert [unit.text for unit in document.units()] == ["流动书车"]
    assert (document.name, document.sha256) == ("dir/a.doc", sha256(tmp_path / "a.doc"))


def test_a_failed_conversion_says_what_the_program_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converter(tmp_path, monkeypatch, "echo 'source file could not be loaded' >&2; exit 1")
    (tmp_path / "a.doc").write_bytes(OLE + stream("WordDocument"))
    with pytest.raises(DocumentError, match="source file could not be loaded"):
        read(tmp_path / "a.doc", "a.doc", SETTINGS)


def test_a_conversion_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converter(tmp_path, monkeypatch, "exec sleep 60")
    (tmp_path / "a.doc").write_bytes(OLE + stream("WordDocument"))
    with pytest.raises(DocumentError, match=r"within 0\.2 seconds"):
        read(tmp_path / "a.doc", "a.doc", Settings(seconds_per_document=0.2))


def test_an_old_workbook_through_libreoffice(tmp_path: Path) -> None:
    import subprocess

    needs_libreoffice()
    book = Workbook()
    assert book.active is not None
    book.active.append(["金额", "120,000.00"])
    book.save(tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", tmp_path, tmp_path / "a.xlsx"], check=True
    )
    assert [unit.text for unit in read(tmp_path / "a.xls", "a.xls", SETTINGS).units()] == ["金额", "120,000.00"]
