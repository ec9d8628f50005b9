"""The schemas: name → model. A person's own schema is one file: `FILE.py:CLASS` or `FILE.json`."""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from schemas.bank_statement import BankStatement
from schemas.department_target import DepartmentTarget
from schemas.invoice import Invoice
from schemas.lab_report import LabReport
from schemas.project_target import ProjectTarget
from schemas.purchase_order import PurchaseOrder
from schemas.receipt import Receipt
from schemas.self_evaluation import SelfEvaluation
from schemas.spec import SchemaSpec, spec_of
from schemas.table import Table

SCHEMAS: dict[str, type[BaseModel]] = {
    "project_target": ProjectTarget,
    "self_evaluation": SelfEvaluation,
    "department_target": DepartmentTarget,
    "invoice": Invoice,
    "receipt": Receipt,
    "bank_statement": BankStatement,
    "purchase_order": PurchaseOrder,
    "lab_report": LabReport,
    "table": Table,
}
"""All schemas that come with the project, by name, `table` last."""

BY_TITLE = ("project_target", "self_evaluation", "department_target", "table")
"""Those that a run looks for where it names none: their titles stand above nothing else. The others are named."""


def builtin() -> tuple[SchemaSpec, ...]:
    """The specs that a run looks for where it names no schema, `table` last."""
    return tuple(spec_of(SCHEMAS[name], name) for name in BY_TITLE)


def every() -> tuple[SchemaSpec, ...]:
    """The specs of all schemas that come with the project, `table` last."""
    return tuple(spec_of(model, name) for name, model in SCHEMAS.items())


@cache
def load(name: str) -> SchemaSpec:
    """The spec of `NAME`, `FILE.py:CLASS`, or of a JSON Schema, `FILE.json`. Raises `LookupError` that says why not."""
    if name in SCHEMAS:
        return spec_of(SCHEMAS[name], name)
    if name.endswith(".json"):
        from schemas import json_schema

        spec = json_schema.load(Path(name))
        if spec.name in BY_TITLE:  # one's own `invoice.json` is no mistake: the built-in invoice is there only if named
            raise LookupError(f"{name}: a built-in schema is named {spec.name!r}; give the file another name")
        return spec
    path, _, cls = name.rpartition(":")
    if not path.endswith(".py"):
        there = ", ".join(SCHEMAS)
        raise LookupError(f"no schema named {name!r}; there are: {there}, or give FILE.py:CLASS or FILE.json")
    return spec_of(_model_from(Path(path), cls), snake_case(cls))


def _model_from(path: Path, cls: str) -> type[BaseModel]:
    if not path.is_file():
        raise LookupError(f"{path}: no such schema file")
    module_spec = importlib.util.spec_from_file_location(f"extractor_user_schema_{path.stem}", path)
    if module_spec is None or module_spec.loader is None:
        raise LookupError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[module_spec.name] = module  # pydantic resolves the annotations there
    try:
        module_spec.loader.exec_module(module)
    except Exception as error:
        raise LookupError(f"{path}: cannot be loaded: {type(error).__name__}: {error}") from error
    model = getattr(module, cls, None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise LookupError(f"{path}: has no pydantic model named {cls!r}")
    return model


def snake_case(name: str) -> str:
    """`ProjectTarget` → `project_target`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
