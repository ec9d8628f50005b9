"""What is done of a run in a folder of this disk, in the words of a place: each document is a unit."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from extractor.ledger import run_counts, store
from extractor.runs.job_status import REASONS, JobStatus, money_of


def status(directory: Path) -> JobStatus:
    """The state of the folder's last call, also while it runs. Raises `CallError` where there was none."""
    with store.reading(directory) as ledger:
        run, counts = store.last_run(ledger), run_counts.counts(ledger)
        asked = run_counts.asked(ledger) if run.engine != "rules" else run_counts.Asked(0, 0, 0, 0)
        tokens = asked.prompt_tokens, asked.completion_tokens
        return JobStatus(
            run.fingerprint, 0, counts.waiting, 0, counts.done + counts.failed, counts.failed, 0, counts.documents,
            counts.done, counts.failed, run_counts.pages(ledger), counts.forms, counts.settled, asked.calls, *tokens,
            money_of(*tokens, run.settings), tuple(islice(run_counts.failures(ledger), REASONS)), None, None,
        )  # fmt: skip
