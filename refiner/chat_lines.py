"""Lines of a chat: "Ravi: hello", "[12/03/21, 9:14 PM] Ravi: hello". The one reader of them for prose. Pure.

`language/blocks.py` reads labels with marks around them ("**Ravi** (home):") for the pronouns of each line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from refiner.models import Note

# Each run of blanks is taken whole (possessive): a line that begins with thousands of them is read once.
_LINE = re.compile(
    r"[ \t>]*+(?:\[?\d[\d/.,:\u202f -]{3,19}+(?:[ap]\.?m\.?)?\]?[ \t]*+[-–]?[ \t]*+)?"
    r"(?P<who>(?=[^:\n]{1,31}:)@?[^\W\d_][\w.@'’-]*+(?: [\w.@'’-]++){0,2}):[ \t]++(?=\S)",
    re.I,
)
LEAST = 3  # lines with a speaker that make a chat


class Line(NamedTuple):
    """A line that begins with a speaker: who, and where in the text what is said begins."""

    who: str
    said: int


def line_at(text: str, start: int = 0) -> Line | None:
    """The speaker of the line that begins at `start`; None where it names none."""
    match = _LINE.match(text, start)
    return Line(match["who"], match.end()) if match else None


@lru_cache(maxsize=64)
def speakers(text: str, start: int = 0) -> Mapping[str, int]:
    """Who begins lines from `start` on, in small letters, and how many lines each of them begins."""
    seen: Counter[str] = Counter()
    at = start
    for line in text[start:].splitlines(keepends=True):
        if found := line_at(text, at):
            seen[found.who.casefold()] += 1
        at += len(line)
    return seen


def is_chat(note: Note) -> bool:
    """Whether a note is a chat: it says so and has a speaker, or several speakers come again.

    A list of fields ("Name: …", "Place: …") has as many labels as lines and is none.
    """
    seen = speakers(note.text, note.body_start)
    lines = sum(seen.values())
    return bool(seen) and (note.meta.kind == "chat" or lines >= LEAST and 2 <= len(seen) <= lines // 2 + 1)


def line_of(note: Note, place: int) -> Line | None:
    """The speaker of the line in which a place of a note stands; None where it names none."""
    return line_at(note.text, note.text.rfind("\n", 0, place) + 1)


def without_speaker(note: Note, sentence: str) -> str:
    """A sentence of a note without the speaker that begins it in a chat."""
    found = line_at(sentence) if is_chat(note) else None
    return sentence[found.said :] if found else sentence
