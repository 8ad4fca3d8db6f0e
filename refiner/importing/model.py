"""What importing hands on: a note to be written, what was left out, and what the person asked for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from refiner.config import Persona

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A note as import would write it. `group` is its folder under data/raw/import, `name` its path in there."""

    group: str
    name: str
    body: str
    kind: str = "note"  # as in front matter
    date: str = ""
    written: str = ""
    author: str = "self"
    first: str = ""  # first and last day in it, ISO, as far as known
    last: str = ""
    head: str = ""  # front matter of the person's own, kept as it stood; beats date, written, author and kind
    others: tuple[tuple[str, int], ...] = ()  # other people in it and how many of their messages or letters

    @property
    def words(self) -> int:
        return len(self.body.split())


@dataclass
class Wanted:
    """What the person asked for, and what the readers have to say on the way."""

    persona: Persona
    me: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    calls: dict[str, str] = field(default_factory=dict)  # a participant's name in the export -> the name in the notes
    since: str = ""  # ISO days, both included
    until: str = ""
    dates: str = ""  # dmy, mdy, or "" = found from the file
    mine_only: bool = False
    known: frozenset[str] = frozenset()  # notes that import wrote before: "group/name", "*/name" with --to
    left: Counter[str] = field(default_factory=Counter)  # what was left out and how often
    said: list[str] = field(default_factory=list)  # what the person should know of how it was read

    def in_range(self, day: str) -> bool:
        """Whether a day is wanted; counts it as left out if not. A date that is not known fails any bound."""
        if not (self.since or self.until):
            return True
        if not day:
            self.left["without a date (--since and --until need one)"] += 1
            return False
        # A year or month counts if any of its days does.
        inside = (not self.since or day >= self.since[: len(day)]) and (not self.until or day[:10] <= self.until)
        self.left["outside of --since and --until"] += not inside
        return inside

    def is_wanted(self, *names: str) -> bool:
        """Whether --with names one of these, whole or a word of it; everything is wanted without --with."""
        if not self.with_:
            return True
        for name in names:
            low = fold(name)
            if any(fold(w) == low or fold(w) in low.split() or f" {fold(w)} " in f" {low} " for w in self.with_):
                return True
        return False


def fold(name: str) -> str:
    """A name for comparing: no case, no emoji or marks around it, single spaces."""
    name = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) not in ("So", "Cf", "Sk"))
    return " ".join(name.replace("~", " ").casefold().split())


def slug(text: str, limit: int = 40) -> str:
    """A file name of a title: letters and digits of any script, hyphens between; "" where it has none."""
    text = unicodedata.normalize("NFC", text).casefold()
    kept = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else "-" for c in text)
    parts, out = [p for p in re.split("-+", kept) if p], ""
    for part in parts:
        if out and len(out) + len(part) + 1 > limit:
            break
        out = f"{out}-{part}" if out else part[:limit]
    return out


def in_words(day: str) -> str:
    """An ISO day, month or year in words, "19 August 2014"; as it is where it is none of these."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", day)
    if not match or match[2] and not 1 <= int(match[2]) <= 12:
        return day
    return " ".join(x for x in (str(int(match[3])) if match[3] else "", month(match[2]), match[1]) if x)


def month(number: str | None) -> str:
    return MONTHS[int(number) - 1] if number else ""


def span(drafts: Iterable[Draft]) -> tuple[str, str]:
    """First and last day of several notes; "" where none has one."""
    days = sorted(d for draft in drafts for d in (draft.first, draft.last) if d)
    return (days[0], days[-1]) if days else ("", "")


def plural(count: int, what: str, several: str = "") -> str:
    return f"{count:,} {what if count == 1 else several or what + 's'}"
