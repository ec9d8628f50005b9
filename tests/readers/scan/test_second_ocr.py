"""The version of the second reader: an installed program that does not answer is not one that is not installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from extractor.errors import StopRun
from extractor.readers.scan import second_ocr


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str | OSError]]:
    """What the program says when it is asked, one after another; it is installed."""
    said: list[str | OSError] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        answer = said.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return subprocess.CompletedProcess(command, 0, answer, "")

    monkeypatch.setattr(shutil, "which", lambda name: f"/opt/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    second_ocr.program.cache_clear()
    yield said
    second_ocr.program.cache_clear()


def test_a_program_that_does_not_start_at_once_is_asked_again(answers: list[str | OSError]) -> None:
    answers += [OSError(22, "Invalid argument"), "", "tesseract 9.1\n more\n"]
    assert second_ocr.program() == "tesseract 9.1"


def test_one_that_never_tells_its_version_stops_the_run(answers: list[str | OSError]) -> None:
    answers += [OSError(22, "Invalid argument")] * second_ocr.TRIES
    with pytest.raises(
        StopRun, match=r"/opt/tesseract is installed and does not tell its version .*second_reader = off"
    ):
        second_ocr.program()


def test_one_that_is_not_there_has_no_version(monkeypatch: pytest.MonkeyPatch, answers: list[str | OSError]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert second_ocr.program() is None
