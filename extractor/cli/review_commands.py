"""The commands of the review page: `review` and `audit`."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from extractor.cli.jobs import is_place, path_or_place, run_folder
from extractor.errors import CallError

Adder = Any  # argparse._SubParsersAction of whatever parser class the caller uses


def add_commands(adder: Adder) -> None:
    """Adds the commands to a parser's subparsers."""
    this = adder.add_parser("review", help="decide what is in doubt of a run, on a local page")
    this.add_argument("directory", type=path_or_place, metavar="DIR", help="the folder of a run, or a place")
    this.add_argument("--gold", type=Path, metavar="FOLDER", help="write fully decided documents as gold, at the end")
    add_page(this)
    this.set_defaults(run=review)
    this = adder.add_parser("audit", help="how often are settled values wrong? judge a random sample of them")
    this.add_argument("directory", type=path_or_place, metavar="DIR", help="the folder of a run, or a place")
    this.add_argument("--sample", type=int, required=True, metavar="N", help="how many values; 0: say what it takes")
    this.add_argument("--seed", type=int, default=0, metavar="N", help="of the random draw (default: 0)")
    add_page(this)
    this.set_defaults(run=audit)


def add_page(this: argparse.ArgumentParser) -> None:
    """The options of every command that opens the page."""
    this.add_argument("--by", default="", metavar="NAME", help="who decides; the page asks too")
    this.add_argument("--port", type=int, default=0, metavar="N", help="of the page; by default a free one")
    this.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    this.add_argument("--password", action="store_true", help="ask for the password of protected files")


def review(call: Namespace) -> int:
    """`extractor review`."""
    from extractor.ledger import decision_log
    from extractor.review import modes, run_records

    with run_folder(call.directory) as folder, decision_log.opened(folder) as ledger:
        sit(call, folder, ledger, modes.review())
        left = run_records.remaining(ledger, modes.review().task)
        if call.gold:
            write_gold(ledger, modes.review(), call.gold)
    print(left_to_decide(left), file=sys.stderr)
    return 0


def write_gold(ledger: Any, mode: Any, folder: Path) -> None:
    """Writes what is decided as gold; prints the names of the files."""
    from extractor.review import gold_documents

    for path in gold_documents.write(ledger, mode, folder):
        print(path)


def audit(call: Namespace) -> int:
    """`extractor audit`."""
    from extractor.ledger import decision_log, store
    from extractor.review import audit as audits
    from extractor.review import modes
    from extractor.runs import decided_lines

    print(audits.sizes_in_words(), file=sys.stderr)
    if call.sample < 1:
        return 0
    with run_folder(call.directory) as folder, decision_log.opened(folder) as ledger:
        records = decided_lines.records(ledger, decision_log.by_form(ledger, modes.review().task))
        values = (value for line in records for value in audits.settled_values(json.loads(line)))
        sample = audits.draw(values, call.sample, call.seed)
        task = f"audit:{call.seed}:{store.last_run(ledger).fingerprint[:8]}"
        sit(call, folder, ledger, modes.audit(task, audits.by_record(sample)))
        judged = audits.judgements(decision_log.by_form(ledger, task), sample)
    print(audits.in_words(audits.bound_of(judged)))
    return 0


def sit(call: Namespace, folder: Path, ledger: Any, mode: Any) -> None:
    """Opens the page and serves it until Ctrl+C or a SIGTERM."""
    from extractor.cli.commands import ask_password
    from extractor.review import sessions
    from extractor.runs import object_folders
    from extractor.runs.place_decisions import PlaceDecisions
    from extractor.runs.run import load_schemas

    if not 0 <= call.port < 65536:
        raise CallError(f"--port {call.port}: a port is a number from 1 to 65535")
    password = ask_password() if call.password else None
    remote = is_place(call.directory)
    place = PlaceDecisions(object_folders.opened(str(call.directory)), folder) if remote else None
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    with contextlib.suppress(KeyboardInterrupt):
        sessions.sit(
            folder, ledger, mode, load_schemas, port=call.port, by=call.by, password=password,
            show=lambda address: print(address, flush=True), browser=not call.no_browser, place=place,
            counted=lambda left: print(f"{left_to_decide(left)}; stop the page with Ctrl+C", file=sys.stderr),
        )  # fmt: skip


def left_to_decide(left: Any) -> str:
    """How much is left, in words."""
    decisions = f"{left.decisions} decisions are left"
    if left.doubts > left.decisions:
        decisions += f" ({left.doubts} doubts, identical ones at once)"
    if left.seconds is None or not left.decisions:
        return decisions
    minutes = left.seconds / 60
    time = f"about {minutes:.0f} minutes" if minutes < 90 else f"about {minutes / 60:.1f} hours"
    time = time if minutes >= 1 else "less than a minute"
    return f"{decisions}, {time} by the time taken so far"
