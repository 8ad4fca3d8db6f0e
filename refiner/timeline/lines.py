"""Lines of text whose parts have roles ("mark", "dim", "conflict"): measured, cut, wrapped, joined. Pure.

Whoever prints the lines gives each role a colour; without colours they say the same. Widths are cells of a terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

Span = tuple[str, str]
"""A text and its role; the role "" is plain text."""
Line = tuple[Span, ...]

_JOINER, _EMOJI = "\u200d", "\ufe0f"


def cells(text: str) -> int:
    """How many cells of a terminal the text takes.

    Terminals differ on a few characters: a vowel sign that stands beside its letter (Devanagari ा) counts one, as most
    of them draw it; what a joiner ties to an emoji, and its skin colour, count nothing.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    total, last, joined = 0, 0, False
    for c in text:
        width = _width(c)
        if c == _EMOJI:
            width = int(last == 1)
        elif joined or ("\U0001f3fb" <= c <= "\U0001f3ff" and last == 2):
            width = 0
        joined = c == _JOINER
        total, last = total + width, width or last
    return total


def _width(c: str) -> int:
    if unicodedata.category(c) in ("Mn", "Me", "Cf", "Cc", "Zl", "Zp") or "\u1160" <= c <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" or "\u2630" <= c <= "\u268f" else 1


def flat(text: str) -> str:
    """The text on one line: every stretch of white space is one space."""
    return " ".join(text.split())


def fit(text: str, width: int) -> str:
    """The text, or what of it fits into `width` cells with … at its end."""
    if cells(text) <= width:
        return text
    kept = text[: max(width, 0) * 4]  # characters without a cell are few: four to a cell are more than any script has
    while kept and cells(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip(" " + _JOINER) + "…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    """The text with spaces behind it, `width` cells at least."""
    return text + " " * (width - cells(text))


def wrapped(spans: Iterable[Span], width: int, indent: int = 0, first: int | None = None) -> list[Line]:
    """The spans on lines of `width` cells at most, all but the first begun with `indent` spaces, that with `first`.

    Breaks at white space, and inside a word that is longer than a line.
    """
    words = list(_words(spans))
    start = indent if first is None else first
    out: list[Line] = []
    line: list[Span] = []
    used = lead = min(start, max(width - 8, 0))
    for word in words:
        size = sum(cells(text) for text, _ in word)
        if line and used + 1 + size > width:
            out.append(_led(line, lead))
            line, used = [], min(indent, max(width - 8, 0))
            lead = used
        elif line:
            line.append((" ", line[-1][1] if line[-1][1] == word[0][1] else ""))
            used += 1
        while used + size > width:  # longer than a line
            head, word = _split(word, width - used)
            out.append(_led([*line, *head], lead))
            line, used = [], min(indent, max(width - 8, 0))
            lead, size = used, sum(cells(text) for text, _ in word)
        line += word
        used += size
    if line:
        out.append(_led(line, lead))
    return out


def _words(spans: Iterable[Span]) -> Iterable[list[Span]]:
    """The words of the spans; a word may have several roles."""
    word: list[Span] = []
    for text, role in spans:
        for piece in re.findall(r"\s+|\S+", text):
            if not piece.isspace():
                word.append((piece, role))
            elif word:
                yield word
                word = []
    if word:
        yield word


def _split(word: Sequence[Span], room: int) -> tuple[list[Span], list[Span]]:
    """What of a word fits into `room` cells (one character at least), and the rest."""
    head: list[Span] = []
    for i, (text, role) in enumerate(word):
        size = cells(text)
        if size <= room:
            head.append((text, role))
            room -= size
            continue
        at = next((n - 1 for n in range(1, len(text) + 1) if cells(text[:n]) > room), len(text))
        at = at or (0 if head else 1)
        return [*head, (text[:at], role)] if at else head, [(text[at:], role), *word[i + 1 :]]
    return head, []


def _led(line: Sequence[Span], spaces: int) -> Line:
    """The line behind `spaces` spaces, neighbours of one role made one."""
    out: list[Span] = [(" " * spaces, "")] if spaces else []
    for text, role in line:
        if out and out[-1][1] == role:
            out[-1] = (out[-1][0] + text, role)
        else:
            out.append((text, role))
    return tuple(out)


def plain(lines: Iterable[Line]) -> list[str]:
    """The lines as plain text."""
    return ["".join(text for text, _ in line).rstrip() for line in lines]
