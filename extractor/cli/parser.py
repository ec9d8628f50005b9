"""What can be said on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from extractor.cli import commands, jobs, label_commands, review_commands
from extractor.export.files import FORMATS
from extractor.version import __version__


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed call; its `run` is the function of the command, which takes the call and gives the exit status."""
    return parser().parse_args(arguments)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a call; an option is known by its whole name alone."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{**more, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (help: {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(prog="extractor", description="Documents full of tables in, validated records out.")
    top.add_argument("--version", action="version", version=f"extractor {__version__}")
    adder = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    running = (_run, jobs.add_plan, _work, jobs.add_status, _batch)
    seeing = (_look, label_commands.add_labels, review_commands.add_commands)
    for add in (*running, *seeing, _export, _evaluation, _schemas, _doctor):
        add(adder)
    return top


def _run(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("run", help="read documents into records; again: goes on where it stopped")
    what = "files, folders with all that is in them, or s3://, gs://, az://"
    this.add_argument("paths", nargs="+", type=jobs.path_or_place, metavar="PATH", help=what)
    this.add_argument("--out", required=True, type=jobs.path_or_place, metavar="DIR", help="the folder of the results")
    this.add_argument("--on", metavar="CLUSTER", help="ray (on this machine) or ray://HOST:PORT: a task for each shard")
    _add_engine(this)
    this.add_argument(
        "--estimate", action="store_true", help="say how many calls and tokens it would take; call nothing"
    )
    _add_reading(this)
    this.set_defaults(run=commands.run)


def _add_engine(this: argparse.ArgumentParser) -> None:
    this.add_argument("--engine", choices=["rules", "llm", "hybrid"], help="by default hybrid with a model, else rules")
    _add_schema(this)
    this.add_argument("--labels", type=Path, metavar="FILE", help="confirmed labels; by default SCHEMA.labels.toml")
    this.add_argument("--settle", type=Path, metavar="FILE", help="a stricter rule of settling, made by eval --risk")
    this.add_argument("--model", help="the model's name, as its endpoint knows it")
    this.add_argument("--workers", type=_positive, metavar="N", help="processes; by default one per core")
    this.add_argument("--concurrency", type=_positive, metavar="N", help="the most calls of the model in flight")
    this.add_argument("--budget", metavar="AMOUNT", help="stop before it costs more: 2.50 (money) or 300000tokens")
    this.add_argument(
        "--readings", type=int, choices=[1, 2], help="2: ask about each form twice, and doubt what differs"
    )
    this.add_argument("--record", type=Path, metavar="FILE", help="write every call and its answer to FILE")
    this.add_argument("--replay", type=Path, metavar="FILE", help="take all answers from a recorded FILE")


def _work(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("work", help="read shards of a place until none is left; start as many as you like")
    jobs.add_work(this)
    _add_engine(this)
    _add_reading(this)


def _batch(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("batch", help="ask the model in batches, at batch price; an ordinary run then finishes")
    steps = this.add_subparsers(title="steps", dest="step", required=True, metavar="STEP")
    helps = {
        "submit": "send off the questions that are open",
        "status": "what the provider says of each batch",
        "collect": "bring in what is finished",
    }
    for name, text in helps.items():
        step = steps.add_parser(name, help=text)
        if name == "submit":
            what = "files, and folders; for a place what was planned, and these"
            step.add_argument("paths", nargs="*", type=jobs.path_or_place, metavar="PATH", help=what)
            step.add_argument("--engine", choices=["llm", "hybrid"], help="by default hybrid")
            _add_schema(step)
        where = "the folder of the results, or a place"
        step.add_argument("--out", required=True, type=jobs.path_or_place, metavar="DIR", help=where)
        step.add_argument("--model", help="the model's name, as its endpoint knows it")
        _add_reading(step)
        step.set_defaults(run=commands.batch)


def _look(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("look", help="show pages, tables, forms and chunks of a document; calls no model")
    this.add_argument("path", type=Path, metavar="PATH")
    shown = this.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print JSON")
    shown.add_argument("--prompt", action="store_true", help="print what a model would be sent, and its tokens")
    shown.add_argument("--image", type=Path, metavar="DIR", help="draw each page with what was read outlined, as PNG")
    this.add_argument("--engine", choices=["llm", "hybrid"], help="whose prompts --prompt prints; by default llm")
    _add_schema(this)
    _add_reading(this)
    this.set_defaults(run=commands.look)


def _export(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("export", help=f"write the records of a run as tables ({', '.join(FORMATS)})")
    this.add_argument("directory", type=jobs.path_or_place, metavar="DIR", help="the folder of a run, or a place")
    this.add_argument("--to", required=True, type=jobs.path_or_place, metavar="FILE", help="its suffix says the format")
    this.add_argument("--reviewed", action="store_true", help="with what people corrected, and which values those are")
    this.set_defaults(run=commands.export)


def _evaluation(adder: argparse._SubParsersAction[_Parser]) -> None:
    from eval.commands import add_commands

    add_commands(adder)


def _schemas(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("schemas", help="list the schemas with their fields and labels")
    _add_schema(this)
    this.set_defaults(run=commands.schemas)


def _doctor(adder: argparse._SubParsersAction[_Parser]) -> None:
    this = adder.add_parser("doctor", help="say what is installed and configured")
    this.add_argument("--config", type=Path, metavar="FILE", help="settings; by default extractor.toml, if it is here")
    this.set_defaults(run=commands.doctor)


def _add_schema(this: argparse.ArgumentParser) -> None:
    this.add_argument(
        "--schema",
        action="append",
        default=[],
        metavar="NAME|FILE.py:CLASS|FILE.json",
        help="only this schema (may be repeated); by default all that are built in",
    )


def _add_reading(this: argparse.ArgumentParser) -> None:
    this.add_argument("--config", type=Path, metavar="FILE", help="settings; by default extractor.toml, if it is here")
    this.add_argument("--password", action="store_true", help="ask for the password of protected files")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
