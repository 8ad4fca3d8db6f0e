"""One gap: what is missing in a life's notes, why that is said, and what to ask oneself about it."""

from __future__ import annotations

import unicodedata
from typing import Literal

from refiner.models import Record

GapKind = Literal[
    "few", "statement", "instance", "years", "period", "cause", "ending", "conflict", "dormant", "only-me",
    "own-words", "others", "softened", "who", "media", "date",
]  # fmt: skip

KINDS: dict[GapKind, str] = {
    "few": "an important trait with too little evidence",
    "statement": "occasions show a trait, no sentence says it",
    "instance": "a trait is said, no occasion shows it",
    "years": "years of which nothing is told",
    "period": "a time of life with notes in which no trait shows",
    "cause": "a trait that is there and did not begin with anything",
    "ending": "a trait that is over and did not end with anything",
    "conflict": "a trait that the notes contradict each other about",
    "dormant": "a trait that rests, and nothing says why",
    "only-me": "a trait that only you speak of",
    "own-words": "a trait that others speak of and you never do",
    "others": "a life without a word of anybody else",
    "softened": "a negative trait that is never said without a hedge",
    "who": "somebody who is often named, and nothing says who it is",
    "media": "books, films, games, music without a word on what they did",
    "date": "an event that matters and has no date",
}
"""Every kind, and what it means in a line."""


class Gap(Record):
    """What is missing. `questions` are for the person; none where asking would not be right (see `gentle`)."""

    id: str  # short, typeable, the same for as long as the gap is there
    kind: GapKind
    trait: str = ""
    years: str = ""  # "2004-2007"
    why: str  # what is missing, with numbers
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # that come nearest
    quotes: tuple[str, ...] = ()  # short ones, from these notes
    command: str = ""  # what fills it
    worth: float = 0.0  # 0 to 1: importance, and what training would gain
    gentle: bool = False

    @property
    def question(self) -> str:
        """The question to show; "" where nothing is asked."""
        return self.questions[0] if self.questions else ""


def slug(words: str) -> str:
    """Words as part of an id: lower case, accents off, everything else a hyphen; letters of other scripts stay."""
    # Folded again after normalising: a mathematical A is a plain one only then.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words.casefold()).casefold())
    plain = "".join(c for c in folded if not "\u0300" <= c <= "\u036f")
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFC", plain))
    return "-".join("".join(kept).split()) or "x"


def note_command(gap_id: str) -> str:
    """The command that writes the note for a gap."""
    return f"refiner note --gap {gap_id}"
