"""A review in the browser: starts the server, opens the page, runs the session, and stops the server."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from refiner.errors import RefinerError
from refiner.review.items import Item
from refiner.review.paint import WARN
from refiner.review.session import Log, run_review
from refiner.review.web.desk import Desk
from refiner.review.web.reader import WebReader, web_editor
from refiner.review.web.screen import WebScreen
from refiner.review.web.server import serving


def run_web_review(
    queue: Iterable[Item],
    log: Log,
    *,
    tell: Callable[[str], None],
    port: int = 0,
    browser: Callable[[str], object] | None = None,
    **about: Any,
) -> int:
    """Asks on a page about the items that are undecided; returns the exit code of `run_review`.

    `tell` prints a line on the terminal; `browser` opens an address; `about` goes to `run_review`. The thread that
    calls this runs the session, so that Ctrl-C reaches it. Raises UsageError where the port cannot be had.
    """
    desk = Desk()
    screen = WebScreen(desk)
    with serving(desk, port) as address:
        tell(f"Review at {address.url} · Ctrl-C stops, nothing is lost")
        reader = WebReader(desk, screen, lambda: browser(address.once) if browser is not None else None)
        try:
            code = run_review(
                queue,
                log,
                console=screen.console,
                screen=screen,
                reader=reader,
                editor=web_editor(desk, screen),
                **about,
            )
        except RefinerError as error:
            screen.say(f"Your last answer was not kept: {error}", WARN)
            raise
        finally:
            screen.end()
    for line in screen.said:
        tell(line)
    return code


def has_display(env: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a browser with windows can be opened here: a browser in the terminal would hold the review up."""
    env = os.environ if env is None else env
    return platform in ("darwin", "win32") or bool(env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"))


def open_browser(address: str) -> object:
    """Opens the page in the person's browser; where that fails, the address stands on the terminal."""
    try:
        return has_display() and webbrowser.open(address)
    except webbrowser.Error:
        return False
