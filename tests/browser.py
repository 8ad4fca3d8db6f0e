"""A real browser for tests of pages: finds Chromium, opens it with a fresh profile and nothing that calls home.

A test folder's conftest.py makes a fixture of `chromium()`. Debian: apt-get install chromium; elsewhere name the
program in REFINER_CHROMIUM.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def find_chromium() -> str:
    """The browser's program; "" where there is none."""
    named = os.environ.get("REFINER_CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@contextmanager
def chromium() -> Iterator[Any]:
    """A Playwright browser. Skips the test where no browser or no Playwright is installed."""
    program = find_chromium()
    if not program:
        pytest.skip("no Chromium: install Debian's chromium, or name the program in REFINER_CHROMIUM")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield browser
        browser.close()


@dataclass
class Watched:
    """An open page with all that it asked for and complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Any, file: Path, hash_: str = "", **options: Any) -> Iterator[Watched]:
    """Opens a file in a context of its own. `options` are Playwright's (viewport, color_scheme, ...).

    Nothing but the file itself is let through; complaints are errors of scripts, the console's errors and warnings
    (violations of the Content-Security-Policy among them).
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    seen = Watched(page)
    url = file.as_uri()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: (seen.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    context.route("**/*", lambda r: r.continue_() if r.request.url.split("#")[0] == url else r.abort())
    page.goto(url + hash_)
    try:
        yield seen
    finally:
        context.close()
