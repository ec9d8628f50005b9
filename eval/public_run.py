"""`extractor gold run`: reads the documents of a public set, each by its own schema, and scores what came out."""

from __future__ import annotations

from pathlib import Path

from eval.reports import report
from eval.scoring import public_sets
from extractor.config import Settings
from extractor.errors import CallError
from extractor.runs import run


def read_and_score(folder: Path, out: Path, settings: Settings, engine: str) -> int:
    """A run for each schema of the set, in a folder of its own below `out`; again: goes on where it stopped.

    Returns the exit status of the scoring. Raises `CallError` where the folder holds no public set.
    """
    found = public_sets.read(folder)
    if found is None:
        raise CallError(f"{folder}: has the layout of no public set; there are: {', '.join(public_sets.LAYOUTS)}")
    written = out / "schemas"
    written.mkdir(parents=True, exist_ok=True)
    documents: dict[Path, list[Path]] = {}
    for one in found.documents:
        if one.document is not None:
            documents.setdefault(public_sets.schema_file(one, written), []).append(one.document)
    print(f"{folder}: {sum(map(len, documents.values()))} documents, {len(documents)} schemas ({found.layout})")
    for number, (schema, paths) in enumerate(documents.items()):
        spec = public_sets.loaded(schema)
        run.run(run.Plan(tuple(paths), out / f"{number:03}-{spec.name}", settings, (str(schema.resolve()),), engine))
    return report.evaluate(out, [folder])
