"""Text for the screen: styles on a terminal, signs in plain output. Only `rich.text.Text`, never markup."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import IO

from rich.console import Console, RenderableType
from rich.text import Text

from refiner.review.diff import Segment
from refiner.review.visible import blanks, visible

OLD, NEW, DIM, HEAD, WARN = "red strike", "green underline", "dim", "bold", "yellow"  # never a background


def is_plain(stream: IO[str], flag: bool = False, env: Mapping[str, str] | None = None) -> bool:
    """Whether to print without styles: --plain, NO_COLOR, TERM=dumb, or no terminal."""
    env = os.environ if env is None else env
    return flag or bool(env.get("NO_COLOR")) or env.get("TERM", "") in ("dumb", "") or not stream.isatty()


def tolerate(stream: IO[str]) -> None:
    """Lets a stream that is not UTF-8 print the characters that it lacks as escapes: they must not end the review."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def make_console(stream: IO[str], *, plain: bool, width: int | None = None) -> Console:
    """A console that takes nothing in a text for markup, emoji names or things to highlight."""
    tolerate(stream)
    return Console(
        file=stream, width=width, markup=False, emoji=False, highlight=False, no_color=plain,
        color_system=None if plain else "auto", legacy_windows=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Paint:
    """Makes `Text` of untrusted strings. Everything that reaches the console passes through here."""

    console: Console
    plain: bool = False

    def text(self, words: str, style: str = "") -> Text:
        return Text(visible(words), style="" if self.plain else style, overflow="fold")

    def join(self, *parts: tuple[str, str]) -> Text:
        """Strings with a style each, one after the other."""
        out = self.text("")
        for words, style in parts:
            out.append_text(self.text(words, style))
        return out

    def diff(self, parts: Iterable[Segment], indent: str = "  ") -> Text:
        """A diff by words: colour with underline and strike, or `[-old-]{+new+}`."""
        out = self.text("")
        for part in parts:
            if part.kind == "equal":
                out.append_text(self.text(part.old))
                continue
            for words, style, left, right in ((part.old, OLD, "[-", "-]"), (part.new, NEW, "{+", "+}")):
                if words:
                    shown = blanks(words)
                    out.append_text(self.text(f"{left}{shown}{right}" if self.plain else shown, style))
        return self.indented(out, indent)

    def indented(self, text: Text, indent: str = "  ") -> Text:
        """Every line of a text moved to the right, those that come from wrapping too."""
        lines = text.wrap(self.console, max(self.console.width - len(indent), 10), overflow="fold")
        out = self.text("")
        for n, line in enumerate(lines):
            line.rstrip()
            out.append(indent if n == 0 else f"\n{indent}")
            out.append_text(line)
        return out

    def columns(self, left: Text, right: Text, width: int) -> RenderableType:
        """Two texts side by side, with no blanks at the ends of lines."""
        room = (width - 5) // 2
        pairs = zip_longest(*(text.wrap(self.console, room, overflow="fold") for text in (left, right)))
        out = self.text("")
        for n, (one, other) in enumerate(pairs):
            out.append("\n  " if n else "  ")
            if one is not None:
                one.rstrip()
                out.append_text(one)
            if other is not None and other.plain.strip():
                other.rstrip()
                out.append(" " * (room + 3 - (one.cell_len if one is not None else 0)))
                out.append_text(other)
        return out
