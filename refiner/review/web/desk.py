"""Where the session and the browser meet: the session puts a page and waits, a request takes the page and answers.

The session runs in one thread, each request in its own. Questions are numbered. An answer counts only for the question
that is asked now, so neither an old tab nor a hasty key can decide about an item that nobody has seen.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup


@dataclass(frozen=True)
class Button:
    """A key or a line to answer with. `label` says what it does in a word or two, `hint` in more.

    `about` is what stands under the label: what a choice would put there.
    """

    key: str
    label: str
    hint: str = ""
    about: Markup = Markup()


@dataclass(frozen=True)
class Question:
    """What is asked: one key, a line, or a whole text.

    `choices` are a question's own answers, `main` the others that are named, `more` the keys to walk with, and `rest`
    all other keys. `all` says whether the filter can be taken off here.
    """

    kind: Literal["key", "line", "text"]
    words: str
    choices: tuple[Button, ...] = ()
    main: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()
    rest: tuple[Button, ...] = ()
    all: bool = False
    hint: str = ""
    text: str = ""


@dataclass(frozen=True)
class Page:
    """What the browser shows. `question` is None while the session works and after its end.

    `shown` counts the items shown, `number` the questions asked; `only` are the filters in force.
    """

    heading: str = "Review"
    about: Markup = Markup()
    notice: Markup = Markup()
    item: Markup = Markup()
    messages: Markup = Markup()
    question: Question | None = None
    shown: int = 0
    only: str = ""
    number: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Answer:
    """What came from the browser. `quit`: the person leaves; `cancel`: no text; `all`: take the filter off."""

    kind: Literal["key", "line", "text", "cancel", "quit", "all"]
    words: str = ""


FITS = {"key": ("key", "quit"), "line": ("line", "quit"), "text": ("text", "cancel")}
"""Which answers a kind of question takes."""
_TICK = 0.5  # seconds: waiting without a limit cannot be interrupted everywhere


class Desk:
    """The page that is shown now, and the answer to it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._page = Page()
        self._answer: Answer | None = None

    # -- the session's side ------------------------------------------------------------------------------------------

    def put(self, page: Page) -> None:
        """Shows a page with the next question."""
        with self._changed:
            self._page = replace(page, number=self._page.number + 1)
            self._answer = None
            self._changed.notify_all()

    def wait(self) -> Answer:
        """The answer to the question that was put last; passes KeyboardInterrupt on."""
        with self._changed:
            while self._answer is None:
                self._changed.wait(_TICK)
            answer, self._answer = self._answer, None
            return answer

    # -- the browser's side ------------------------------------------------------------------------------------------

    def page(self, *, after: int = -1, seconds: float = 0.0) -> Page:
        """The page, as soon as its question has a higher number than `after` or all is over; else in `seconds`."""
        until = time.monotonic() + seconds
        with self._changed:
            while not self._page.ended and self._page.number <= after and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            return self._page

    def answer(self, number: int, answer: Answer) -> bool:
        """Hands an answer over. False, and nothing happens, where another question is asked by now."""
        with self._changed:
            asked = self._page.question
            if self._page.ended or asked is None or number != self._page.number:
                return False
            if not (asked.all if answer.kind == "all" else answer.kind in FITS[asked.kind]):
                return False
            self._answer = answer
            self._page = replace(self._page, question=None)
            self._changed.notify_all()
            return True
