"""Goodreads' export (CSV): the books that were read, with rating, review and private notes."""

from __future__ import annotations

import re

from refiner.importing.html_text import to_text
from refiner.importing.media_notes import Item, joined, notes, stars
from refiner.importing.model import Draft, Wanted
from refiner.importing.source import Part, Source
from refiner.importing.tables import columns, rows

_NEEDED = ("Title", "Author", "My Rating", "Date Read", "Exclusive Shelf")
_MEND = "export it again: goodreads.com, My Books, Import and export, Export Library"
_SERIES = re.compile(r"\s*\([^()]*#\s*[\d.–-]+[^()]*\)\s*$")
_UNREAD = {"to-read": "books to read", "currently-reading": "books not finished yet"}


def looks_like(head: str) -> bool:
    return {"Title", "Author", "Exclusive Shelf"} <= set(columns(head))


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The books that were read, by the year in which they were. Raises NoteError with file and line."""
    items = []
    for part in parts:
        for _, row in rows(source, part, _NEEDED, _MEND):
            shelf = row["Exclusive Shelf"].casefold()
            if shelf in _UNREAD:
                wanted.left[_UNREAD[shelf]] += 1
                continue
            if not row["Title"]:
                wanted.left["rows without a title"] += 1
                continue
            day = row["Date Read"].replace("/", "-")
            day = "-".join(p.zfill(2) for p in day.split("-")) if re.fullmatch(r"\d{4}(-\d{1,2}){0,2}", day) else ""
            day = "" if day.startswith("0000") else day  # a day that Goodreads does not know
            times = row.get("Read Count", "")
            again = f"read {times} times" if times.isdigit() and int(times) > 1 else ""
            unread = shelf in ("dnf", "did-not-finish", "abandoned", "didnt-finish", "unfinished", "not-finished")
            rating = stars(float(row["My Rating"] or 0)) if re.fullmatch(r"[0-5]?", row["My Rating"]) else ""
            review, private = (to_text(row.get(k, "")) for k in ("My Review", "Private Notes"))
            items.append(
                Item(
                    title=_SERIES.sub("", row["Title"]) or row["Title"],
                    kind="book",
                    by=row["Author"],
                    day=day,
                    verb="put away" if unread else "read",
                    also=again or ("not finished" if unread else ""),
                    effect=joined(rating, review, private),
                )  # fmt: skip
            )
    return notes("goodreads-books", "books", items, wanted)
