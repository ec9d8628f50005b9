"""The gold file of a made document, in the form that hand-written gold has, with the source errors that it holds."""

from __future__ import annotations

from typing import Any

from eval.synth.content import Form
from eval.synth.planted import broken
from schemas import SCHEMAS


def gold(
    document: str, title: str | None, forms: tuple[Form, ...], places: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    """`{"document", "title", "forms", "planted", "places"}`; every form is validated by its schema first."""
    for form in forms:
        SCHEMAS[form.type].model_validate(form.values)
    return {
        "document": document,
        "title": title,
        "forms": [{"form_type": form.type, **form.values} for form in forms],
        "planted": [
            {"form": i, "path": hit.path, "kind": hit.kind} for i, form in enumerate(forms) for hit in broken(form)
        ],
        **({"places": list(places)} if places else {}),
    }
