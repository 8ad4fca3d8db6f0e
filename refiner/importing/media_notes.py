"""Books, films and games -> notes of kind `media`: one line each, in the form that refiner's media stage reads whole.

    - *Title*, by Author (book, read 19 August 2014): really liked it, 4 of 5 stars. The person's own review.

The first year in the brackets is when the person took it in; a film's own year stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from refiner.importing.model import Draft, Wanted, in_words
from refiner.models import Entry
from refiner.notes import split_sentences

_LINK = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True)
class Item:
    """One thing that the person read, saw or played."""

    title: str
    kind: str  # book, film, game
    verb: str = ""  # "read", "seen", "last played"
    by: str = ""
    day: str = ""  # ISO day, month or year
    also: str = ""  # more for the brackets: "made in 1994"
    effect: str = ""


def stars(rating: float, most: int = 5) -> str:
    """A rating in words, "really liked it, 4 of 5 stars"; "" for none."""
    if not rating:
        return ""
    words = ("did not like it", "it was okay", "liked it", "really liked it", "loved it")
    given = f"{rating:g} of {most} stars"
    return f"{words[min(4, max(0, int(rating * 5 / most + 0.5) - 1))]}, {given}"


def joined(*parts: str) -> str:
    """Rating, review and notes on one line, each ended like a sentence."""
    out = ""
    for part in parts:
        text = " ".join(_LINK.sub("", part).split())
        if text:
            out += (("" if re.search(r"[.!?…।][\"'”’)]*$", out) else ".") + " " if out else "") + text
    return out


def line(item: Item) -> str:
    """One item as a line of a list."""
    title = " ".join(item.title.split())
    title = title if len(title) <= 120 else title[:118].rsplit(" ", 1)[0] + "…"
    if re.search(r"[*_]", title):
        title = re.sub('["“”]', "'", title)
        shown = f'"{title}"'
    else:
        shown = f"*{title}*"
    by = " ".join(re.sub(r"[(:\n–—]|\s-\s", " ", item.by).split())
    by = by if re.match(r"\w", by) else ""
    inside = ", ".join(
        x for x in (item.kind, f"{item.verb} {in_words(item.day)}" if item.day and item.verb else "", item.also) if x
    )
    head = f"{shown}{', by ' + by if by else ''} ({inside.replace(')', ' ').replace('(', ' ')})"
    head = "- " + _unbroken(head)
    return f"{head}: {item.effect}" if item.effect else head


def _unbroken(head: str) -> str:
    """The head of a line without marks that a reader would take for the end of a sentence in it: "What If? 2"."""
    while True:
        whole = f"{head}: x"
        first = split_sentences(whole, (Entry(start=0, end=len(whole)),))[0].end
        mark = re.search(r"[.!?…।]+(?=[\"'”’)\]*_»]*\Z)", head[:first]) if first < len(head) else None
        if mark is None:
            return head
        head = head[: mark.start()] + head[mark.end() :]


def notes(group: str, what: str, items: Iterable[Item], wanted: Wanted, *, by_year: bool = True) -> list[Draft]:
    """The notes of all items that are wanted: one for each year and one for what has no date, or one for all."""
    years: dict[str, list[Item]] = {}
    for item in items:
        if wanted.in_range(item.day):
            years.setdefault(item.day[:4] if by_year else "", []).append(item)
    out = []
    for year, of_year in sorted(years.items()):
        if by_year:
            of_year = sorted(of_year, key=lambda i: i.day)  # stable: what has the same day stays as it was
        days = sorted(i.day for i in of_year if i.day)
        out.append(
            Draft(
                group=group,
                name=f"{what}-{year or 'undated'}.md" if by_year else f"{what}.md",
                body="\n".join(map(line, of_year)) + "\n",
                kind="media",
                date=year,
                first=days[0] if days else "",
                last=days[-1] if days else "",
            )  # fmt: skip
        )
    return out
