"""What holds of the whole code base: imports, names, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import schemas
from schemas.spec import FieldSpec
from schemas.values import fold
from tests.paths import ROOT

EXTRACTOR = ROOT / "extractor"
SOURCES = sorted(path for top in ("extractor", "schemas", "eval", "prompts") for path in (ROOT / top).rglob("*.py"))
ONLY_IN_LLM = {"openai", "instructor", "tenacity"}


def contract() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = project["tool"]["importlinter"]["contracts"]
    assert layers["type"] == "layers"
    return layers  # type: ignore[no-any-return]  # TOML


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_every_module_has_its_layer() -> None:
    layered = {name for layer in contract()["layers"] for name in re.findall(r"[\w.]+", layer)}
    there = {
        f"extractor.{path.stem}"
        for path in EXTRACTOR.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert there - layered == set(), "add these to [tool.importlinter] in pyproject.toml"


def test_one_exception_is_allowed() -> None:
    assert contract()["ignore_imports"] == ["extractor.cli.parser -> eval.commands"]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_llm_imports_what_speaks_to_models(path: Path) -> None:
    if path.is_relative_to(EXTRACTOR / "engines" / "llm"):
        return
    assert not ONLY_IN_LLM & set(imported(path))


def labels() -> set[str]:
    """Titles and labels of the schemas, but those so short that they are words of the language."""
    found: set[str] = set()

    def add(fields: tuple[FieldSpec, ...]) -> None:
        for field in fields:
            printed = field.printed
            found.update((*printed.labels, *printed.column, *printed.suffix_of, *printed.vocabulary))
            add(field.children)

    for spec in schemas.builtin():
        found.update(spec.titles)
        add(spec.fields)
    return {fold(label) for label in found if len(fold(label)) >= 4}


def words(path: Path) -> Iterator[str]:
    """The names and texts that the code works with; a docstring may give an example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id


@pytest.mark.parametrize("path", sorted(EXTRACTOR.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_part_of_the_machinery_names_a_form_or_a_label_of_one(path: Path) -> None:
    text = fold("\n".join(words(path)))
    names = [spec.name for spec in schemas.builtin() if spec.name != "table"]
    assert [name for name in (*sorted(labels()), *names) if name in text] == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions(path)}
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_importing_the_command_line_is_cheap() -> None:
    """Whoever types a wrong path must not wait for OCR, numpy or pandas."""
    code = "import sys, extractor.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"numpy", "scipy", "pandas", "pyarrow", "openpyxl", "pdfplumber", "onnxruntime", "rapidocr", "rich.table"}
    assert (heavy | ONLY_IN_LLM) & set(loaded) == set()
