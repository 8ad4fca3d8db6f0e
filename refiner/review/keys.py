"""The keys: which does what, and how one is read. A terminal gives single keys, anything else gives lines.

The keymap names actions by id; a key that stands for two actions is refused at the start. On a terminal what was typed
before the question is thrown away, so that no decision is made about an item nobody has seen.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Protocol

from refiner.errors import ConfigError

KEYMAP: dict[str, tuple[str, ...]] = {
    "approve": ("y", "a"), "reject": ("n", "x"), "edit": ("e",), "skip": ("s", " "), "flag": ("f",), "comment": ("c",),
    "undo": ("u",), "redo": ("U",), "next": ("j",), "previous": ("k",), "next_any": ("J",), "previous_any": ("K",),
    "goto": ("g",), "filter": ("/",), "previous_stage": (",",), "next_stage": (".",), "view": ("v",), "why": ("w",),
    "whole_life": ("C",), "same": ("=",), "approve_shown": ("Y",), "reject_shown": ("N",), "pager": ("p",),
    "quit": ("q", "\x04"), "help": ("?",),
}  # fmt: skip
HELP: dict[str, str] = {
    "answer": "answer with this choice",
    "approve": "approve",
    "reject": "reject, then say why: a digit, words, or Enter",
    "edit": "write it yourself in $VISUAL or $EDITOR",
    "skip": "skip: stays undecided",
    "flag": "flag, or take the flag off; decides nothing",
    "comment": "comment; decides nothing",
    "undo": "undo",
    "redo": "redo",
    "next": "next undecided",
    "previous": "previous undecided",
    "next_any": "next, decided or not",
    "previous_any": "previous, decided or not",
    "goto": "go to a number",
    "filter": "show only some: stage=swap note=2014 below=0.8 words; an empty line shows all",
    "previous_stage": "what an earlier stage says about this text",
    "next_stage": "what a later stage says about this text",
    "view": "words → before → after → side by side (from 120 columns)",
    "why": "why: source, parents, evidence, what follows",
    "whole_life": "decide for the whole life: into the canon, and the same everywhere",
    "same": "do the same to the others that are alike",
    "approve_shown": "approve all shown; type their number to confirm",
    "reject_shown": "reject all shown; type their number to confirm",
    "pager": "everything about it, in the pager",
    "quit": "quit; everything decided is kept",
    "help": "these keys",
}
IGNORED = ""  # what read_key gives for arrow keys and the like
_ESCAPE_WAIT = 0.05  # seconds in which the rest of an arrow key's sequence arrives
_NAMES = {" ": "space", "\x04": "Ctrl-D"}
_WORDS = {"yes": "y", "no": "n", "quit": "q", "help": "?", "space": " "}


def bindings(keymap: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The action of each key. Raises ConfigError that lists every key with two actions and every unknown action."""
    out: dict[str, str] = {}
    problems = []
    for action, keys in keymap.items():
        if action not in KEYMAP:
            problems.append(f'no action "{action}"')
        for key in keys:
            if key in "\r\n" or len(key) != 1:
                problems.append(f"{action}: {key!r} cannot be a key; Enter alone decides nothing")
            elif key.isdecimal():
                problems.append(f"{action}: digits answer questions")
            elif key in out:
                problems.append(f'the key "{key}" stands for {out[key]} and for {action}')
            else:
                out[key] = action
    if problems:
        raise ConfigError("the keys of the review:\n" + "\n".join(problems))
    return out


def key_name(keys: tuple[str, ...]) -> str:
    """Keys as help shows them."""
    return ", ".join(_NAMES.get(k, k) for k in keys if k != "\x04")


def whole(text: str) -> str:
    """The text with U+FFFD for what was no UTF-8 when it was typed: no log can hold half a character."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


Ask = Callable[[], None]
"""Prints the question. The reader calls it once it is ready: no key falls between the question and the reading."""


class Reader(Protocol):
    """Where the person's keys and lines come from. Both raise EOFError at the end and KeyboardInterrupt on Ctrl-C."""

    def key(self, ask: Ask) -> str:
        """Asks, then gives one key; "" for what is no key (Enter, arrows)."""

    def line(self, ask: Ask, *, fresh: bool = False) -> str:
        """Asks, then gives one line without its end. `fresh`: what was typed before is thrown away."""


@dataclass
class LineReader:
    """Keys from lines: `y`, `yes`, or a key with what it asks for (`n too formal`, `g 12`). For pipes and scripts."""

    stream: IO[str]
    _rest: str | None = None

    def key(self, ask: Ask) -> str:
        self._rest = None
        line = self.line(ask)
        if line == " ":
            return " "
        head, space, rest = line.strip().partition(" ")
        head = _WORDS.get(head.casefold(), head)
        if space and len(head) == 1:
            self._rest = rest
        return head  # more than one character: no key, and the session says so

    def line(self, ask: Ask, *, fresh: bool = False) -> str:
        ask()
        if self._rest is not None:
            rest, self._rest = self._rest, None
            return rest
        line = self.stream.readline()
        if not line:
            raise EOFError
        return whole(line.rstrip("\r\n"))


class TerminalReader:
    """Single keys of a terminal, without Enter and without echo."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stdin
        self.fd = self.stream.fileno()

    def key(self, ask: Ask) -> str:
        import termios
        import tty

        saved: list[Any] = termios.tcgetattr(self.fd)
        try:
            # After each question anew: the editor, or a stop with Ctrl-Z, may have left the terminal otherwise.
            tty.setcbreak(self.fd, termios.TCSAFLUSH)
            ask()
            return self._one()
        finally:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, saved)

    def _one(self) -> str:
        data = os.read(self.fd, 1)
        if not data:
            raise EOFError
        if data == b"\x1b":
            while select.select([self.fd], [], [], _ESCAPE_WAIT)[0] and os.read(self.fd, 64):
                pass
            return IGNORED
        more = {0b110: 1, 0b1110: 2, 0b11110: 3}
        width = next((n for lead, n in more.items() if data[0] >> (6 - n) == lead), 0)  # bytes of UTF-8 that follow
        while width and select.select([self.fd], [], [], _ESCAPE_WAIT)[0]:
            data, width = data + os.read(self.fd, 1), width - 1
        key = data.decode("utf-8", "replace")
        return IGNORED if key in "\r\n" else key

    def line(self, ask: Ask, *, fresh: bool = False) -> str:
        if fresh:
            import termios

            termios.tcflush(self.fd, termios.TCIFLUSH)
        ask()
        line = self.stream.readline()
        if not line:
            raise EOFError
        return whole(line.rstrip("\r\n"))


def make_reader(stream: IO[str] | None = None) -> Reader:
    """Single keys where the input is a terminal, lines elsewhere."""
    stream = stream or sys.stdin
    if stream.isatty():
        try:
            import termios  # noqa: F401  # not on every system
        except ImportError:
            return LineReader(stream)
        return TerminalReader(stream)
    return LineReader(stream)
