"""The command line: parse, call, print. Results go to files or to stdout, messages to stderr.

Exit status: 0 all documents done, 1 some failed (each named with its reason), 2 the call itself is wrong.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence

from extractor.cli.parser import parse
from extractor.errors import CallError, ExtractorError

STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status. Never raises, unless `EXTRACTOR_DEBUG` is set."""
    try:
        call = parse(arguments)
        return _status(call.run(call))
    except SystemExit as ended:  # argparse, after it has printed
        return ended.code if isinstance(ended.code, int) else 2
    except KeyboardInterrupt:
        return _say("stopped; the same command again goes on from here", STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains at its end
        return 0
    except Exception as error:
        if os.environ.get("EXTRACTOR_DEBUG"):
            raise
        return _explain(error)


def _status(status: int) -> int:
    sys.stdout.flush()
    return status


def _explain(error: Exception) -> int:
    if isinstance(error, CallError):
        return _say(str(error), 2)
    if isinstance(error, ExtractorError):
        return _say(str(error), 1)
    if isinstance(error, sqlite3.Error):
        return _say(f"the ledger cannot be used: {error}", 2)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"{place}{(error.strerror or str(error)).lower()}", 2)
    return _say(f"internal error: {type(error).__name__}: {error} (EXTRACTOR_DEBUG=1 shows where)", 1)


def _say(message: str, status: int) -> int:
    print(f"extractor: {' '.join(message.split())}", file=sys.stderr)
    return status
