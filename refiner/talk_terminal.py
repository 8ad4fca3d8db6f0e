"""The terminal of a talk: lines read with editing and history, answers wrapped at words while they come.

The history of the arrow keys lives in memory alone: nothing that is typed lands in a file beside the talk's own.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TextIO

from rich.cells import cell_len

from refiner.review.visible import visible

WAITING = "…"
_FENCE = '"""'


class Lines:
    """Reads what the person says. `prompt` on a terminal; on anything else nothing is printed."""

    def __init__(self, prompt: str = "you: ", words: Iterable[str] = (), earlier: Iterable[str] = ()) -> None:
        """`words`: what Tab completes at the beginning of a line; `earlier`: what the arrow keys find first."""
        self.terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._prompt = prompt if self.terminal else ""
        self._readline = _readline(tuple(words)) if self.terminal else None
        for text in earlier if self._readline else ():
            self._remember(text)

    def read(self) -> str:
        '''One message: a line, lines that end in a backslash with the next one, or all between `"""` and `"""`.

        Raises EOFError at the end of input, KeyboardInterrupt at Ctrl-C.
        '''
        line = self._first()
        stripped = line.strip()
        if stripped.startswith(_FENCE):
            return self._fenced(stripped[len(_FENCE) :])
        parts = []
        while line.endswith("\\"):
            parts.append(line[:-1])
            try:
                line = input(self._more)
            except EOFError:
                line = ""
        text = "\n".join([*parts, line]) if parts else line
        if parts:
            self._remember(text)
        return text

    def ask(self, prompt: str, prefilled: str = "") -> str:
        """A line for a question of the program's own, with a text to edit in it. Raises as `read`."""
        if self._readline is None:
            return input()
        self._readline.set_startup_hook(lambda: self._readline.insert_text(prefilled) if self._readline else None)
        self._readline.set_auto_history(False)
        try:
            return input(prompt)
        finally:
            self._readline.set_startup_hook()
            self._readline.set_auto_history(True)

    def _first(self) -> str:
        """The first line. Ctrl-C takes back what was typed; at an empty line it ends the talk."""
        while True:
            try:
                return input(self._prompt)
            except KeyboardInterrupt:
                if self._readline is None or not self._readline.get_line_buffer().strip():
                    raise
                print()

    @property
    def _more(self) -> str:
        return " " * max(len(self._prompt) - 2, 0) + "> " if self._prompt else ""

    def _fenced(self, first: str) -> str:
        lines, line = [], first
        while _FENCE not in line:
            lines.append(line)
            try:
                line = input(self._more)
            except EOFError:
                line = _FENCE
        lines.append(line[: line.index(_FENCE)])
        return "\n".join(lines).strip("\n")

    def _remember(self, text: str) -> None:
        if self._readline and "\n" not in text:
            self._readline.add_history(text)


def _readline(words: Sequence[str]) -> ModuleType | None:
    try:
        import readline
    except ImportError:  # a Python without it reads lines all the same
        return None

    def complete(text: str, state: int) -> str | None:
        found = [w for w in words if w.startswith(text)] if readline.get_begidx() == 0 and text.startswith("/") else []
        return found[state] if state < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n")
    readline.parse_and_bind("tab: complete")
    # Pasted lines then come as one text and are not sent one by one.
    readline.parse_and_bind("set enable-bracketed-paste on")
    return readline


@contextmanager
def unechoed() -> Iterator[None]:
    """What is typed while she speaks is not written into her answer; it stands at the next prompt."""
    if not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    try:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


class Stream:
    """Shows an answer as it comes. On a terminal it is wrapped at words, and a sign stands there until it begins."""

    def __init__(self, head: str = "", *, out: TextIO | None = None, width: int | None = None) -> None:
        """`head` stands before the answer. `width` in columns; None: that of the terminal, 0: not wrapped."""
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._width = (shutil.get_terminal_size().columns if self._live else 0) if width is None else width
        self._head, self._column, self._word, self._held = head, 0, "", ""
        self._begun = self._waits = False

    def wait(self) -> None:
        """Shows that she thinks."""
        if self._live and not self._waits:
            self._waits = True
            self._write(self._head + WAITING)

    def __call__(self, piece: str) -> None:
        """Shows the next piece of the answer."""
        piece = self._held + piece
        self._held = "\r" if piece.endswith("\r") else ""  # its line feed may come with the next piece
        piece = visible(piece[:-1] if self._held else piece)
        if not self._begun:
            piece = piece.lstrip()
            if not piece:
                return
            self._begin()
        if not self._width:
            self._write(piece)
            return
        for char in piece:
            if char == "\n":
                self._flush()
                self._write("\n")
                self._column = 0
            elif char == " ":
                self._flush()
                self._put(" ")
            else:
                self._word += char
                if cell_len(self._word) >= self._width:
                    self._flush()
        self._out.flush()

    def end(self) -> None:
        """Ends the answer and its line."""
        if self._held:
            self._held = ""
            self("␍")
        if not self._begun:
            self._begin()
        self._flush()
        self._write("\n")

    def _begin(self) -> None:
        if self._waits:
            self._write("\r\x1b[K")
        self._begun = True
        self._write(self._head)
        self._column = cell_len(self._head)

    def _flush(self) -> None:
        if self._word:
            size = cell_len(self._word)
            if self._width and self._column + size > self._width and self._column:
                self._write("\n")
                self._column = 0
            self._write(self._word)
            self._column += size
            self._word = ""

    def _put(self, space: str) -> None:
        if not self._width or 0 < self._column < self._width:
            self._write(space)
            self._column += 1

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def wrapped(text: str, width: int) -> str:
    """A text wrapped at words, its lines going on under their beginning; hidden characters made visible."""
    out = []
    for line in visible(text).split("\n"):
        lead = " " * (len(line) - len(line.lstrip(" ")))
        filled = textwrap.wrap(line.strip(), max(width - len(lead), 20), break_on_hyphens=False) or [""]
        out += [lead + part for part in filled]
    return "\n".join(out)


Tell = Callable[[str], None]
