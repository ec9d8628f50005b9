"""The commands of evaluation: `eval`, `compare`, `gold`, `bench`. What they need is loaded late."""

from __future__ import annotations

import argparse
from argparse import Namespace
from fractions import Fraction
from pathlib import Path
from typing import Any

Adder = Any  # argparse._SubParsersAction of whatever parser class the caller uses


def add_commands(subparsers: Adder) -> None:
    """Adds the commands to a parser's subparsers; each sets `run`, which takes the call and gives the exit status."""
    for add in (_eval, _compare, _gold, _bench):
        add(subparsers)


def _path_or_place(text: str) -> Any:
    from extractor.cli import jobs

    return jobs.path_or_place(text)


def _eval(subparsers: Adder) -> None:
    this = subparsers.add_parser("eval", help="score a run against gold")
    this.add_argument("directory", type=_path_or_place, metavar="DIR", help="the folder of a run, or a place")
    _add_gold(this)
    this.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file; with --risk the rule")
    this.add_argument(
        "--risk",
        type=_share,
        metavar="SHARE",
        help="the rule of settling for silent errors below it: 0.1%%",
    )
    this.add_argument("--table", type=Path, metavar="FILE", help="write the tables too: .md, .csv or .txt")
    this.add_argument("--html", type=Path, metavar="FILE", help="write a report that a browser shows, in one file")
    this.add_argument("--errors", type=_not_negative, default=20, metavar="N", help="list N errors (default: 20)")
    _add_sources(this, "see which values stand in them")
    _add_schemas(this)
    this.set_defaults(run=evaluate)


def _compare(subparsers: Adder) -> None:
    this = subparsers.add_parser("compare", help="is one run better than another, over the same documents?")
    this.add_argument("directories", nargs="+", type=Path, metavar="DIR", help="the folders of two or more runs")
    _add_gold(this)
    this.add_argument("--json", type=Path, metavar="FILE", help="write the comparisons to this file too")
    this.add_argument("--seed", type=int, default=0, help="of the random draws (default: 0)")
    _add_schemas(this)
    this.set_defaults(run=compare)


def _gold(subparsers: Adder) -> None:
    this = subparsers.add_parser("gold", help="tools for labelling: check, agree, draft")
    tools = this.add_subparsers(title="tools", dest="tool", required=True, metavar="TOOL")
    one = tools.add_parser("check", help="hold gold against its schema and its source")
    one.add_argument("gold", nargs="+", type=Path, metavar="DIR_OR_FILE")
    _add_sources(one, "where they do not stand beside their gold")
    _add_schemas(one)
    one.set_defaults(run=check)
    two = tools.add_parser("agree", help="how far two labellers agree, by the scorer that scores engines")
    two.add_argument("first", type=Path, metavar="A", help="one labeller's gold: a file or folder")
    two.add_argument("second", type=Path, metavar="B", help="the other's")
    _add_schemas(two)
    two.set_defaults(run=agree)
    label = tools.add_parser("label", help="label the documents of a run on the review page, form by form")
    label.add_argument("directory", type=_path_or_place, metavar="DIR", help="the folder of a run, or a place")
    label.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the gold goes")
    label.add_argument("--blank", action="store_true", help="begin with empty forms, not with what the run read")
    label.add_argument(
        "--third", nargs=2, metavar=("A", "B"), help="decide what two labellers, by name, have labelled otherwise"
    )
    label.add_argument("--by", required=True, metavar="NAME", help="who labels; blind to other labellers")
    label.add_argument("--port", type=int, default=0, metavar="N", help="of the page; by default a free one")
    label.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    label.add_argument("--password", action="store_true", help="ask for the password of protected files")
    label.set_defaults(run=label_on_page)
    _gold_run(tools)
    three = tools.add_parser("draft", help="write gold files, marked as drafts, from the records of a run")
    three.add_argument("directory", type=Path, metavar="DIR", help="the folder of a run")
    three.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the drafts go")
    three.add_argument(
        "--document", action="append", default=[], metavar="NAME", help="only this one (may be repeated)"
    )
    three.set_defaults(run=draft)


def _gold_run(tools: Adder) -> None:
    this = tools.add_parser("run", help="read a public set, each document by its own schema, and score what came out")
    this.add_argument("folder", type=Path, metavar="SET", help="a folder in the layout of DocuBench and the like")
    this.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the runs go, one for each schema")
    this.add_argument("--engine", choices=["rules", "llm", "hybrid"], help="by default hybrid with a model, else rules")
    this.add_argument("--model", help="the model's name, as its endpoint knows it")
    this.add_argument("--config", type=Path, metavar="FILE", help="settings; by default extractor.toml, if it is here")
    this.set_defaults(run=run_public)


def _bench(subparsers: Adder) -> None:
    this = subparsers.add_parser("bench", help="engines, models and prompts side by side; again: goes on")
    this.add_argument("config", type=Path, metavar="CONFIG.toml", help="what to run over which documents")
    this.add_argument("--rescore", action="store_true", help="score what is there, and call no engine")
    this.set_defaults(run=bench)


def _add_gold(this: argparse.ArgumentParser) -> None:
    this.add_argument(
        "--gold", required=True, nargs="+", type=Path, metavar="DIR_OR_FILE", help="NAME.gold.json, or folders of them"
    )
    this.add_argument("--drafts", action="store_true", help="take gold that is marked as a draft, too")
    this.add_argument(
        "--own-drafts", action="store_true", help="take gold that the run's own engine and model drafted, too"
    )


def _add_sources(this: argparse.ArgumentParser, why: str) -> None:
    this.add_argument("--sources", nargs="+", default=[], type=Path, metavar="DIR", help=f"the documents: {why}")


def _add_schemas(this: argparse.ArgumentParser) -> None:
    this.add_argument(
        "--schema",
        action="append",
        default=[],
        metavar="FILE.py:CLASS|FILE.json",
        help="a schema of your own: a class, or a JSON Schema",
    )


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _share(text: str) -> Fraction:
    """`0.1%` or `0.001`, exactly."""
    try:
        share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write it like 0.1% or 0.001") from None
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("must be above 0 and below 1 (100%)")
    return share


def evaluate(call: Namespace) -> int:
    """`extractor eval`."""
    from eval.reports import report
    from extractor.cli import jobs

    with jobs.run_folder(call.directory, lines=True) as directory:
        return report.evaluate(
            directory,
            call.gold,
            call.json,
            drafts=call.drafts,
            own_drafts=call.own_drafts,
            show=call.errors,
            sources=call.sources,
            table_file=call.table,
            html_file=call.html,
            risk=call.risk,
            extra=_schemas(call.schema),
        )


def _schemas(names: list[str]) -> dict[str, Any]:
    import schemas
    from extractor.errors import SchemaError

    try:
        return {spec.name: spec for spec in (schemas.load(name) for name in names)}
    except LookupError as error:
        raise SchemaError(str(error.args[0])) from None


def compare(call: Namespace) -> int:
    """`extractor compare`."""
    from eval.reports import compare as comparing

    return comparing.compare(
        call.directories,
        call.gold,
        call.json,
        seed=call.seed,
        drafts=call.drafts,
        own_drafts=call.own_drafts,
        extra=_schemas(call.schema),
    )


def check(call: Namespace) -> int:
    """`extractor gold check`."""
    from eval import labelling

    return labelling.check(call.gold, call.sources, _schemas(call.schema))


def agree(call: Namespace) -> int:
    """`extractor gold agree`."""
    from eval import labelling

    return labelling.agree([call.first], [call.second], extra=_schemas(call.schema))


def label_on_page(call: Namespace) -> int:
    """`extractor gold label`."""
    from extractor.cli import jobs, review_commands
    from extractor.ledger import decision_log
    from extractor.review import modes

    with jobs.run_folder(call.directory) as folder, decision_log.opened(folder) as ledger:
        mode = _adjudication(ledger, call) if call.third else modes.label(call.by, call.blank)
        review_commands.sit(call, folder, ledger, mode)
        review_commands.write_gold(ledger, mode, call.out)
    return 0


def run_public(call: Namespace) -> int:
    """`extractor gold run`."""
    from eval import public_run
    from extractor.config import Settings

    settings = Settings.load(call.config, model=call.model, engine=call.engine)
    engine = settings.engine or ("hybrid" if settings.model else "rules")
    return public_run.read_and_score(call.folder, call.out, settings, engine)


def _adjudication(ledger: Any, call: Namespace) -> Any:
    """The mode of a third pass over what two labellers of the run have labelled otherwise."""
    from extractor.review import adjudication

    return adjudication.mode(call.by, *(adjudication.labeller(ledger, name) for name in call.third))


def draft(call: Namespace) -> int:
    """`extractor gold draft`."""
    from eval import labelling

    return labelling.draft(call.directory, call.out, documents=call.document)


def bench(call: Namespace) -> int:
    """`extractor bench`."""
    from eval.bench import bench as benchmark

    return benchmark.bench(call.config, rescore=call.rescore)
