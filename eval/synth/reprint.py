"""Made documents printed to PDF by other programs: `python -m eval.synth.reprint FOLDER --out OUT`.

Word and Excel files go through LibreOffice, HTML pages through Chromium in one of several styles (`--style`; by default
the documents take the styles in turn). The gold of each goes with it. Both programs must be installed; Chromium is
driven by Playwright.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from extractor.errors import ExtractorError, MissingPackage
from extractor.readers.office.conversion import PROGRAMS

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OFFICE = (".docx", ".xlsx")
SECONDS = 600.0  # for all files of a folder

BASE = "@page{size:A4;margin:16mm}body{font-size:9pt}table{border-collapse:collapse;width:100%}td,th{padding:3pt}"
LINES = BASE + "td,th{border:0.5pt solid #000}"
STYLES = {
    "lines": LINES,
    "landscape": LINES.replace("A4", "A4 landscape"),
    "double": LINES + "table{border:2.5pt double #000}",
    "dotted": BASE + "td,th{border:0.75pt dotted #000}table{border:1pt solid #000}",
    "grey": BASE + "td,th{border:0.5pt solid #aaa;vertical-align:top}th{background:#eee}",
    "stacks": LINES + "body{font-size:10.5pt}td:first-child{width:1.2em}",
    "rules": BASE + "td,th{border-top:0.5pt solid #000;border-bottom:0.5pt solid #000;vertical-align:top}",
    "bare": BASE + "td,th{vertical-align:top;padding:6pt}",
}
"""How Chromium prints tables: most with all lines, `rules` with level ones alone, `bare` without any."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints all that the folder holds; exit status 2 where a program is missing or printed nothing."""
    parser = argparse.ArgumentParser(prog="python -m eval.synth.reprint", description=__doc__)
    parser.add_argument("folder", type=Path, help="what `python -m eval.synth` made: .docx, .xlsx or .html, with gold")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--style", choices=sorted(STYLES), action="append", help="of HTML pages; may be given again")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    files = sorted(file for file in args.folder.iterdir() if file.suffix in (*OFFICE, ".html"))
    try:
        by_office(args.folder, [f for f in files if f.suffix in OFFICE], args.out)
        by_browser([f for f in files if f.suffix == ".html"], args.out, args.style or list(STYLES))
    except ExtractorError as error:
        print(f"eval.synth.reprint: {error}", file=sys.stderr)
        return 2
    printed = [f for f in files if with_gold(f, args.out)]
    print(f"{len(printed)} of {len(files)} documents printed to {args.out}")
    return 0 if files and len(printed) == len(files) else 2


def by_office(folder: Path, files: Sequence[Path], out: Path) -> None:
    """The Word and Excel files as LibreOffice prints them. MissingPackage: it is not installed."""
    if not files:
        return
    program = _program(PROGRAMS, "LibreOffice")
    with TemporaryDirectory() as profile:
        own = f"-env:UserInstallation={Path(profile).as_uri()}"
        command = [program, own, "--headless", "--convert-to", "pdf", "--outdir", str(out), *map(str, files)]
        subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, cwd=folder)  # noqa: S603 - no shell


def by_browser(files: Sequence[Path], out: Path, styles: Sequence[str]) -> None:
    """The HTML pages as Chromium prints them, in the styles in turn. MissingPackage: it is not installed."""
    if not files:
        return
    program = _program(CHROMIUM, "Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise MissingPackage("printing HTML needs Playwright: pip install playwright") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        for file, style in zip(files, cycle(styles), strict=False):
            page.set_content(file.read_text(encoding="utf-8"))
            page.add_style_tag(content=STYLES[style])
            page.pdf(path=str(out / f"{file.stem}.pdf"), prefer_css_page_size=True, print_background=True)
        browser.close()


def _program(names: Sequence[str], shown: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise MissingPackage(f"{shown} is not installed: none of {', '.join(names)} is on the path")
    return found


def with_gold(file: Path, out: Path) -> bool:
    """Puts the gold of a document beside its print; whether there is a print."""
    name = f"{file.stem}.pdf"
    if not (out / name).is_file():
        return False
    gold = json.loads(file.with_suffix(".gold.json").read_text(encoding="utf-8"))
    text = json.dumps({**gold, "document": name}, ensure_ascii=False, indent=1)
    (out / f"{file.stem}.gold.json").write_text(text + "\n", encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
