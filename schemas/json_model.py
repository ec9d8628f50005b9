"""A JSON Schema as a pydantic model: it validates by the original schema, and fails as every model does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from jsonschema.exceptions import ValidationError as Refusal
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from schemas.json_values import exact

_LONGEST = 200
_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")


class Original(BaseModel):
    """The base of all models that stand for a JSON Schema; `validator` holds it."""

    model_config = ConfigDict(extra="allow")
    validator: ClassVar[Validator]

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """The values as they are; raises `ValidationError` with every place that the schema refuses."""
        errors = [_details(error) for error in _refusals(cls.validator, exact(obj))]
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return super().model_validate(obj)


def model_of(name: str, validator: Validator) -> type[Original]:
    """The model of a schema."""
    return type(name, (Original,), {"__module__": __name__, "validator": validator})


def _refusals(validator: Validator, values: Any) -> Iterator[Refusal]:
    """What the schema refuses; of alternatives that all fail, the reason of the one that comes closest."""
    for error in validator.iter_errors(values):
        yield best_match([error]) or error


def _details(error: Refusal) -> InitErrorDetails:
    message = _DECIMAL.sub(r"\1", error.message)[:_LONGEST]
    place = (*error.absolute_path, *_missing(error))
    return {"type": PydanticCustomError("json_schema", "{message}", {"message": message}), "loc": place, "input": None}


def _missing(error: Refusal) -> tuple[str, ...]:
    """The property that is missing: the finding belongs there, and not on what should hold it."""
    if error.validator != "required":
        return ()
    wanted: Any = error.validator_value
    return tuple(name for name in wanted if error.message.startswith(f"{name!r} is "))
