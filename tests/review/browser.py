"""A real browser on a real server, for the tests of the page."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.needs import CHROMIUM, needs_browser
from tests.paths import ROOT

PATIENCE = 60_000  # milliseconds: a loaded machine is slow, and no test measures time


class Served:
    """A server of the page in a process of its own."""

    def __init__(self, directory: Path | str, *arguments: str, command: tuple[str, ...] = ("review",)) -> None:
        call = [sys.executable, "-m", "extractor", *command, str(directory), "--no-browser", *arguments]
        self.process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        if not self.address.startswith("http://127.0.0.1:"):
            _, said = self.process.communicate(timeout=60)
            raise AssertionError(f"no address was printed: {self.address!r} {said}")

    def kill(self) -> None:
        """As the kernel does: no chance to clean up."""
        self.process.kill()
        self.process.communicate(timeout=60)

    def stop(self) -> str:
        """As Ctrl+C does; what was printed to stderr."""
        self.process.terminate()
        return self.process.communicate(timeout=120)[1]


@contextmanager
def served(directory: Path | str, *arguments: str, command: tuple[str, ...] = ("review",)) -> Iterator[Served]:
    """A server that is stopped at the end."""
    server = Served(directory, *arguments, command=command)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium; the test is skipped where there is none."""
    pytest.importorskip("starlette", reason="the extra `review` is not installed")
    pytest.importorskip("uvicorn", reason="the extra `review` is not installed")
    needs_browser()
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield chromium
        finally:
            chromium.close()


class ReviewPage:
    """What a person does on the page."""

    def __init__(self, chromium: Any, address: str, who: str = "ada", width: int = 1280, height: int = 800) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": height})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: self.errors.append(m.text) if "Content Security" in m.text else None)
        self.page.goto(f"{address}&who={who}")
        self.ready()

    def ready(self) -> None:
        """Waits until the page shows something and no request is on its way."""
        self.page.wait_for_selector("#doubt h2, #doubt .done")
        self.page.wait_for_selector("body:not(.busy):not(.held)")

    def press(self, *keys: str) -> None:
        """Keys, each after what the last one did."""
        for key in keys:
            self.page.keyboard.press(key)
            self.ready()

    def accept_form(self) -> None:
        """The whole form, after a look at what that says."""
        self.page.keyboard.press("f")
        self.page.wait_for_selector("dialog button.primary")
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("dialog", state="hidden")
        self.ready()

    def type(self, text: str) -> None:
        """Text into the field that is open, kept with Enter."""
        self.page.wait_for_selector(".editor")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".editor", state="detached")
        self.ready()

    def edit(self, text: str) -> None:
        """The chosen value, from its key on."""
        self.page.keyboard.press("e")
        self.type(text)

    def title(self) -> str:
        """The path in question."""
        return str(self.page.get_attribute("#doubt h2", "data-path")) if self.page.query_selector("#doubt h2") else ""

    def left(self) -> int:
        """How many decisions the page says are left."""
        return int(self.page.inner_text("#left").split()[0])

    def message(self) -> str:
        """What the page says went wrong."""
        return str(self.page.inner_text("#message"))

    def choose(self, path: str) -> None:
        """A click on a value."""
        self.page.click(f'#form [data-path="{path}"]')
        self.ready()

    def shown(self, path: str) -> str:
        """The text of a value."""
        return str(self.page.inner_text(f'#form [data-path="{path}"]'))

    def wait_left(self, count: int) -> None:
        """Waits for a number of decisions to be left."""
        self.page.wait_for_selector(f'#left:text-matches("^{count} ")')


def wait(condition: Any, seconds: float = 60.0) -> None:
    """Waits for what another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
