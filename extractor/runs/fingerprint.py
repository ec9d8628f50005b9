"""Fingerprints: the hash of all that can change an answer. Nobody has to remember to raise a version.

The code of each stage is hashed as it is compiled, without docstrings, so that a comment changes nothing: *reading*
(file to document), *engine* (document to candidates), *accounting* (candidates to record). Templates of prompts and the
versions of the libraries that read files belong to their stages.
"""

from __future__ import annotations

import hashlib
import opcode
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from types import CodeType
from typing import Literal

from extractor.accounting.settling_rule import rule_of
from extractor.config import Settings
from extractor.ledger import result_rows
from extractor.readers.scan import second_ocr
from schemas.spec import SchemaSpec

Stage = Literal["reading", "rules", "llm", "hybrid", "vision", "accounting"]

ROOT = Path(__file__).resolve().parents[2]
_MODELS = ("extractor/engines", "prompts")
CODE: dict[Stage, tuple[str, ...]] = {
    "reading": ("extractor/document", "extractor/readers", "extractor/tables"),
    "rules": ("extractor/document", "extractor/forms", "extractor/engines/rules"),
    "llm": ("extractor/document", "extractor/forms", *_MODELS),
    "hybrid": ("extractor/document", "extractor/forms", *_MODELS),
    "vision": ("extractor/engines/llm", "prompts"),
    "accounting": (
        "extractor/document",
        "extractor/accounting",
        "extractor/pipeline.py",
        "extractor/second_look.py",
        "schemas",
    ),
}
"""The files and folders whose code can change what a stage gives. A schema's own text is in `SchemaSpec.shape`."""

LIBRARIES = ("lxml", "markdown-it-py", "onnxruntime", "opencv-python-headless", "openpyxl", "pdfminer.six",
             "pdfplumber", "pypdfium2", "rapidocr")  # fmt: skip
"""The libraries that turn files into text: another version may read another text."""


def fingerprint(settings: Settings, specs: Sequence[SchemaSpec], engine: str) -> str:
    """The hash of all that can change an answer, and of nothing else: not worker counts, not a commit."""
    from extractor import pipeline

    pipeline.engine_named(engine)
    what = {
        "reading": reading_mark(settings),
        "code": [code_hash(engine), code_hash("accounting"), code_hash("vision") if settings.vision_model else ""],
        "second reader": second_ocr.program() if second_ocr.reads(settings) else None,
        "engine": engine,
        "schemas": [[spec.name, spec.shape, spec.labels] for spec in specs],
        "settings": settings.answering(engine),
        "settling": rule.threshold if (rule := rule_of(settings.settle)) else None,
    }
    return _hash(result_rows.dumps(what))


def reading_mark(settings: Settings) -> str:
    """The hash of all that can change how a file is read into a document."""
    return _hash(result_rows.dumps([code_hash("reading"), library_versions(), settings.of_reading()]))


@cache
def code_hash(stage: Stage) -> str:
    """The hash of a stage's code: modules as they are compiled, and the text of other files, in order of paths."""
    whole = hashlib.sha256()
    for path in _files(CODE[stage]):
        whole.update(path.relative_to(ROOT).as_posix().encode())
        whole.update(code_text(path.read_bytes()).encode() if path.suffix == ".py" else path.read_bytes())
    return whole.hexdigest()


def code_text(source: bytes) -> str:
    """The code that a module compiles to, as text: without docstrings, comments and places."""
    return _text_of(compile(source, "", "exec", dont_inherit=True, optimize=2))


def _text_of(value: object) -> str:
    """A constant, or a code object with its constants, as text that is the same in every process."""
    match value:
        case CodeType():
            parts = [getattr(value, f"co_{name}") for name in _RUNS]
            return f"{_without_nops(value.co_code)!r}{parts!r}{_text_of(value.co_consts)}"
        case tuple():
            return f"({','.join(map(_text_of, value))})"
        case frozenset():
            return f"{{{','.join(sorted(map(_text_of, value)))}}}"
    return repr(value)


def _without_nops(code: bytes) -> bytes:
    """Instructions without those that only stand for the place of a docstring: it may be there or not."""
    out, start = b"", 0
    while (at := code[start::2].find(_NOP)) >= 0:
        out += code[start : start + 2 * at]
        start += 2 * at + 2
    return out + code[start:]


_NOP = bytes([opcode.opmap["NOP"]])
_RUNS = ("name", "names", "varnames", "freevars", "cellvars", "flags", "argcount", "posonlyargcount",
         "kwonlyargcount", "exceptiontable")  # fmt: skip
"""The parts of a code object that say what it does."""


@cache
def library_versions() -> tuple[str, ...]:
    """`name==version` of each library in `LIBRARIES`; one that is not installed has the version `-`."""

    def version(name: str) -> str:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            return "-"

    return tuple(f"{name}=={version(name)}" for name in LIBRARIES)


def _files(places: Sequence[str]) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        yield from sorted(p for p in path.rglob("*") if p.suffix in (".py", ".txt")) if path.is_dir() else [path]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
