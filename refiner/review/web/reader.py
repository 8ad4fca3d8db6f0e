"""The person's keys, lines and texts, from the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from refiner.errors import UsageError
from refiner.review.keys import IGNORED, KEYMAP, Ask
from refiner.review.web.desk import Desk
from refiner.review.web.screen import WebScreen

FILTER = KEYMAP["filter"][0]
# What HTML replaces (NUL) and UTF-8 cannot carry (lone surrogates) would come back as something else.
_NOT_CARRIED = re.compile("[\x00\ud800-\udfff]")


class WebReader:
    """A `keys.Reader` that waits for the browser. `opened` is called once, when the first question stands there."""

    def __init__(self, desk: Desk, screen: WebScreen, opened: Callable[[], object]) -> None:
        self.desk, self.screen, self.opened = desk, screen, opened
        self._open = False
        self._all = False  # the person takes the filter off: the line that the key asks for is empty

    def _words(self, ask: Ask) -> str:
        ask()
        if not self._open:
            self._open = True
            self.opened()
        try:
            answer = self.desk.wait()
        finally:
            self.screen.answered()
        if answer.kind == "quit":
            raise EOFError
        self._all = answer.kind == "all"
        return FILTER if self._all else answer.words

    def key(self, ask: Ask) -> str:
        """One key; "" for what is none."""
        return self._words(ask) or IGNORED

    def line(self, ask: Ask, *, fresh: bool = False) -> str:
        """One line. Nothing can be typed ahead here, so `fresh` changes nothing."""
        if self._all:
            self._all = False
            return ""
        return self._words(ask)


def web_editor(desk: Desk, screen: WebScreen) -> Callable[[str, str], str | None]:
    """An `Editor` that is a field on the page. Line ends stay as they were in the text."""

    def edit(text: str, note: str) -> str | None:
        if _NOT_CARRIED.search(text):
            raise UsageError("this text holds characters that a page cannot carry", mend="refiner review, and e there")
        screen.text_prompt(text, note)
        try:
            answer = desk.wait()
        finally:
            screen.answered()
        if answer.kind == "cancel":
            return None
        new = _lines(answer.words)
        if new == _lines(text):
            return text
        return new.replace("\n", "\r\n") if "\r\n" in text else new

    return edit


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
