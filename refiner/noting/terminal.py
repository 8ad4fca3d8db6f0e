"""Lines from a person at a terminal: readline's editing, a suggestion that can be changed, names that Tab completes."""

from __future__ import annotations

import select
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import Protocol

from refiner.console import Output
from refiner.noting.quoting import control_in, without_control
from refiner.review.visible import visible

TIED = "\u00a0"  # a space at which no line is broken


class Asking(Protocol):
    """What the form asks with."""

    def say(self, text: str, style: str = "") -> None:
        """Prints a line, wrapped to the terminal; what follows the first line is indented as its own text is."""

    def line(self, prompt: str = "> ", *, given: str = "", words: Sequence[str] = ()) -> str | None:
        """One line without its end; None at the end of the input (Ctrl-D). `given` stands there to be changed,
        `words` are completed. Raises KeyboardInterrupt."""

    def left(self) -> str:
        """What stood in the line that Ctrl-C left."""

    def more(self) -> bool:
        """Is more typed already, as when several lines were pasted?"""


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """Lines of a text that fit a terminal; what follows the first one is indented as that is, and `indent` more."""
    out: list[str] = []
    for line in visible(text).split("\n"):
        lead = " " * (len(line) - len(line.lstrip()) + indent)
        room = max(min(width, 100), 40) - 1
        out += textwrap.wrap(line, room, subsequent_indent=lead, break_on_hyphens=False) or [""]
    return [line.replace(TIED, " ") for line in out]


def listed(items: Sequence[str]) -> str:
    """`1 lazy   2 night owl`: numbered items that no line's end tears apart."""
    return "   ".join(f"{n} {item}".replace(" ", TIED) for n, item in enumerate(items, 1))


class Terminal:
    """The terminal that the program runs in."""

    def __init__(self, show: Output, read: Callable[[str], str] = input) -> None:
        self.show, self.read = show, read
        try:
            import readline
        except ImportError:  # a Python without it: lines can be typed all the same
            self.readline = None
        else:
            self.readline = readline
            # Names of events hold - and people's names spaces: the whole line is completed.
            readline.set_completer_delims(",")
            libedit = "libedit" in (readline.__doc__ or "")
            readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

    def say(self, text: str, style: str = "") -> None:
        for line in wrapped(text, self.show.out.width):
            self.show.data(line, style)

    def line(self, prompt: str = "> ", *, given: str = "", words: Sequence[str] = ()) -> str | None:
        while True:
            try:
                text = self._read(prompt, given, words)
            except EOFError:
                self.show.data("")
                return None
            except UnicodeDecodeError:
                self.say("That was no UTF-8 text; type it again.")
                continue
            found = control_in(text)
            if not found:
                return text
            given = without_control(text)
            self.say(f"That line held {visible(found)}, which no note takes. Without it (Enter keeps it so):")
            if self.readline is None:
                return given

    def _read(self, prompt: str, given: str, words: Sequence[str]) -> str:
        if self.readline is None:
            return self.read(prompt) or given
        rl = self.readline
        rl.set_completer(lambda start, n: _completed(start, words, n))
        rl.set_startup_hook((lambda: rl.insert_text(given)) if given else None)
        try:
            return self.read(prompt)
        finally:
            rl.set_startup_hook(None)
            rl.set_completer(None)

    def left(self) -> str:
        return without_control(self.readline.get_line_buffer()).strip() if self.readline else ""

    def more(self) -> bool:
        try:
            return bool(select.select([sys.stdin], [], [], 0.03)[0])
        except (OSError, ValueError):
            return False


def _completed(start: str, words: Sequence[str], number: int) -> str | None:
    """The nth completion: of the whole line, or of its last word ("two years after mo")."""
    wanted = start.lstrip()
    lead = start[: len(start) - len(wanted)]
    found = [lead + w for w in words if w.casefold().startswith(wanted.casefold())]
    head, space, last = start.rpartition(" ")
    if not found and space and last:
        found = [f"{head} {w}" for w in words if w.casefold().startswith(last.casefold())]
    return found[number] if number < len(found) else None
