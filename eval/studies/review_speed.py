"""Speed of the review page: `python -m eval.studies.review_speed --records 10000 --keys 200`.

A run of so many records is made of one sample: each document has a file of its own, and three values of it in doubt.
The page is opened in Chromium, and `Enter` is pressed so many times. Measured in the page: from the key to the next
doubt on the screen (its findings and its form; the source follows); and from the start of the server to the first
doubt.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from eval.reports.figure_tables import Table, show
from extractor import pipeline
from extractor.accounting.settled import settle
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import DocumentResult, finding
from extractor.ledger import result_rows, store
from extractor.runs.run import load_schemas

SAMPLE = Path(__file__).parents[1] / "samples" / "baisha-water-2023-self-evaluation-utf16.txt"
DOUBTS = 3
WATCH = """
addEventListener("keydown", (event) => { if (event.key === "Enter") window.pressed = performance.now(); }, true);
addEventListener("DOMContentLoaded", () => {
  window.waits = [];
  const seen = () => requestAnimationFrame(() => {
    if (window.pressed) window.waits.push(performance.now() - window.pressed);
    window.pressed = 0;
  });
  new MutationObserver(seen).observe(document.getElementById("form"), { childList: true });
});
"""


class Times(NamedTuple):
    """Milliseconds: to the first doubt after the start of the server; from each key to the next doubt."""

    first: float
    waits: tuple[float, ...]


def make_run(folder: Path, records: int) -> Path:
    """A run of so many records, in documents of a few forms each."""
    settings, specs = Settings(), load_schemas(())
    text = SAMPLE.read_text(encoding="utf-16")
    read = pipeline.process_file(SAMPLE, SAMPLE.name, settings, specs, "rules")
    documents = folder / "documents"
    documents.mkdir()
    out = folder / "out"
    inputs = []
    for number in range(-(-records // len(read.records))):
        path = documents / f"{number:06}.txt"
        content = f"{text}\n{number}\n".encode()
        path.write_bytes(content)
        inputs.append(store.Input(path.name, path, len(content), hashlib.sha256(content).hexdigest(), None))
    with store.writing(out) as ledger:
        store.begin(ledger, "made", "rules", [spec.name for spec in specs], settings.public(), "0", inputs)
        for task in store.waiting(ledger):
            store.record(ledger, "made", task, result_rows.row_of(settle(_doubted(read, task.sha256))))
        store.finish(ledger)
    return out


def _doubted(read: DocumentResult, sha256: str) -> DocumentResult:
    """The result under another hash, with a few values of each record in doubt."""
    records = []
    for record in read.records:
        paths = list(record.evidence)[:DOUBTS]
        doubts = tuple(
            finding(FindingKind.COLUMN_UNCLEAR, path, f"it could stand elsewhere: {sha256}") for path in paths
        )
        records.append(replace(record, sha256=sha256, findings=doubts))
    return replace(read, sha256=sha256, records=tuple(records), findings=(), unclaimed=())


def measure(out: Path, keys: int, chromium: str) -> Times:
    """Opens the page on a run and presses `Enter`."""
    from playwright.sync_api import sync_playwright

    start = time.monotonic()
    call = [sys.executable, "-m", "extractor", "review", str(out), "--no-browser", "--by", "study"]
    server = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        address = server.stdout.readline().strip() if server.stdout else ""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            page.add_init_script(WATCH)
            page.goto(address)
            page.wait_for_selector("#doubt h2")
            first = time.monotonic() - start
            waits = _pressed(page, keys)
            browser.close()
    finally:
        server.terminate()
        server.wait(120)
    return Times(1000 * first, waits)


def _pressed(page: Any, keys: int) -> tuple[float, ...]:
    for _ in range(keys):
        page.wait_for_selector("body:not(.busy)")
        page.keyboard.press("Enter")
    page.wait_for_selector("body:not(.busy)")
    return tuple(page.evaluate("window.waits"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the run, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000, help="records of the run")
    parser.add_argument("--keys", type=int, default=200, help="how often Enter is pressed")
    call = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        times = measure(make_run(Path(folder), call.records), call.keys, chromium)
    ordered = sorted(times.waits)
    row = (
        call.records, len(ordered), round(times.first), round(statistics.median(ordered)),
        round(ordered[int(0.95 * (len(ordered) - 1))]),
    )  # fmt: skip
    head = ("records", "keys", "start to first doubt, ms", "key to next doubt, median ms", "95th percentile ms")
    show([Table("The review page", head, (row,))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
