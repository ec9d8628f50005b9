"""What is installed and configured: Python, packages, optional programs, fonts, the model's endpoint."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from extractor.config import Settings
from extractor.errors import MissingPackage, StopRun
from extractor.readers.scan import second_ocr
from extractor.version import __version__

if TYPE_CHECKING:
    from extractor.engines.llm.mode_probe import Probe

PROGRAMS = {
    "tesseract": "reads again what OCR is unsure of",
    "soffice": "LibreOffice, for old Word and Excel files",
    "fc-list": "lists fonts",
}
SCANS = (
    "scans: 300 dpi, in grey, is best; 200 dpi is the least that is read well, and what has less is made larger first"
)
SECONDS = 20
SECONDS_FOR_A_MODE = 60.0  # a small model on a slow machine takes some ten


def report(settings: Settings) -> str:
    """The report, one line an item."""
    lines = [f"extractor {__version__}, Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"package {name}: {_installed(name)}" for name in _required()]
    lines += [f"program {name} ({what}): {shutil.which(name) or 'not found'}" for name, what in PROGRAMS.items()]
    lines.append(f"OCR computes on: {_device(settings)}")
    lines.append(SCANS)
    lines.append(f"second reader of scans: {_second_reader(settings)}")
    lines.append(f"fonts for Chinese: {_fonts()}")
    lines.append(f"model: {_model(settings)}")
    lines.append(f"vision model: {settings.vision_model or 'none configured (setting vision_model)'}")
    return "\n".join(lines)


def _required() -> list[str]:
    """The packages that the project declares, but those that only its developers need."""
    declared = [line for line in metadata.requires("extractor") or () if "extra == 'dev'" not in line]
    return sorted({re.split(r"[^A-Za-z0-9._-]", line)[0] for line in declared})


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"not installed: pip install {name}"


def _second_reader(settings: Settings) -> str:
    """Whether what OCR is unsure of is read a second time, and what to install where it is not."""
    if settings.second_reader == "off":
        return "off (setting second_reader): what OCR is unsure of stays in doubt"
    if settings.ocr == second_ocr.NAME:
        return "none: Tesseract is the first reader (setting ocr), and what it is unsure of stays in doubt"
    missing = second_ocr.missing(settings)
    return f"not ready: {missing}; what OCR is unsure of stays in doubt" if missing else "Tesseract is ready"


def _device(settings: Settings) -> str:
    """What the OCR computes on, of what onnxruntime offers."""
    from extractor.readers.scan.ocr import device

    try:
        from onnxruntime import get_available_providers  # type: ignore[import-untyped]  # it has no types

        return device(settings.ocr_device, get_available_providers())
    except ImportError:
        return "nothing: onnxruntime is not installed (pip install 'extractor[ocr]')"
    except MissingPackage as error:
        return str(error)


def _fonts() -> str:
    if shutil.which("fc-list") is None:
        return "unknown (no fc-list)"
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, timeout=SECONDS)  # noqa: S607  # the system's own
    families = sorted({line.split(",")[0] for line in found.stdout.splitlines() if line})
    return ", ".join(families) or "none"


def _model(settings: Settings) -> str:
    if settings.model is None:
        return "none configured: run uses the built-in rules"
    key = "a key is set" if settings.api_key else "no key is set (EXTRACTOR_API_KEY)"
    return f"{settings.model} at {settings.base_url or 'the default endpoint'}; {key}; {_modes(settings)}"


def _modes(settings: Settings) -> str:
    """Which modes the endpoint serves, each tried with one small question."""
    import asyncio
    from dataclasses import replace

    from extractor.engines.llm.answer_modes import MODES
    from extractor.engines.llm.endpoint_options import options
    from extractor.engines.llm.mode_probe import best, probed
    from extractor.engines.llm.transport import Policy

    own = options(settings)
    _progress(f"asking {settings.model} one small question in each mode: {', '.join(MODES)}")
    asked = replace(own, policy=Policy(attempts=1, timeout=SECONDS_FOR_A_MODE))
    try:
        tried = asyncio.run(probed(asked, told=lambda one: _progress(_told(one))))
        used = own.endpoint.mode or best(tried)
    except StopRun as error:
        return f"it does not answer: {error}"
    served = ", ".join(one.mode for one in tried if one.works) or "no mode with a valid answer"
    failed = "".join(f"\n  {_told(one)}" for one in tried if not one.works)
    return f"it serves {served}; used: {used}{failed}"


def _told(one: Probe) -> str:
    """What came of one mode."""
    return f"mode {one.mode}: " + ("works" if one.works else f"fails: {one.reason}")


def _progress(text: str) -> None:
    print(f"extractor: {text}", file=sys.stderr, flush=True)
