"""Phrases in running text: a line end within a sentence is a blank. Pure.

Notes come wrapped (mail at 72 columns, Markdown from an editor that breaks lines and indents list items), with CRLF,
or with two blanks after a stop. A pattern of words must find its phrase in all of these.
"""

from __future__ import annotations

import re

_WHITE = str.maketrans(dict.fromkeys("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
_QUANTIFIED = {"?": r"(?:\s+)?", "*": r"\s*", "+": r"\s+"}


def loose(pattern: str) -> str:
    """A regular expression whose literal blanks stand for any white space.

    A blank in a set of characters or in a lookbehind, which must have one width, stands for one character of it;
    a blank with `{m,n}` keeps its count.
    """
    out: list[str] = []
    behind: list[bool] = []  # of each open bracket: does it lie in a lookbehind?
    at, in_set = 0, False
    while at < len(pattern):
        char = pattern[at]
        step = 2 if char == "\\" else 1
        piece = pattern[at : at + step]
        at += step
        if in_set:
            out.append(r"\s" if piece in (" ", "\\ ") else piece)
            in_set = piece != "]"
        elif piece == "[":
            in_set = True
            while pattern[at : at + 1] in ("^", "]"):  # a "]" that stands first is one of the set
                piece += pattern[at]
                at += 1
                if piece[-1] == "]":
                    break
            out.append(piece)
        elif piece in (" ", "\\ "):
            after = pattern[at : at + 1]
            if behind and behind[-1] or after == "{":
                out.append(r"\s")
            elif after in _QUANTIFIED and after:
                out.append(_QUANTIFIED[after])
                at += 1
            else:
                out.append(r"\s+")
        else:
            if piece == "(":
                behind.append(pattern.startswith(("?<=", "?<!"), at) or bool(behind and behind[-1]))
            elif piece == ")" and behind:
                behind.pop()
            out.append(piece)
    return "".join(out)


def phrase(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile` for a pattern of words: its blanks fit any white space, and `.` a line end."""
    return re.compile(loose(pattern), flags | re.S)


def on_one_line(text: str) -> str:
    """The text with a blank for each line end and tab, one for one, so that places in it stay."""
    return text.translate(_WHITE)
