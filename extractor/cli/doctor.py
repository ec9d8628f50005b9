"""What is installed and configured: Python, packages, optional programs, fonts, the model's endpoint."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from importlib import metadata

from extractor.config import Settings
from extractor.errors import StopRun
from extractor.version import __version__

PROGRAMS = {
    "tesseract": "a second OCR engine",
    "soffice": "LibreOffice, for old Word and Excel files",
    "fc-list": "lists fonts",
}
SECONDS = 20


def report(settings: Settings) -> str:
    """The report, one line an item."""
    lines = [f"extractor {__version__}, Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"package {name}: {_installed(name)}" for name in _required()]
    lines += [f"program {name} ({what}): {shutil.which(name) or 'not found'}" for name, what in PROGRAMS.items()]
    lines.append(f"fonts for Chinese: {_fonts()}")
    lines.append(f"model: {_model(settings)}")
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
    from dataclasses import replace

    from extractor.engines.llm.endpoint_options import options
    from extractor.engines.llm.request_preview import probe
    from extractor.engines.llm.transport import Policy

    own = options(settings)
    try:
        tried = probe(replace(own, policy=Policy(attempts=1)))
    except StopRun as error:
        return f"it does not answer: {error}"
    served = [one.mode for one in tried if one.works]
    return f"it serves {', '.join(served)}; used: {own.endpoint.mode}"
