"""Letterboxd's export (zip, folder or single CSVs): diary, reviews, ratings and watched films, each viewing once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from refiner.importing.html_text import to_text
from refiner.importing.media_notes import Item, joined, notes, stars
from refiner.importing.model import Draft, Wanted
from refiner.importing.source import Part, Source
from refiner.importing.tables import columns, rows

_MEND = "export it again: letterboxd.com, Settings, Data, Export your data"
_READ = ("diary.csv", "reviews.csv", "ratings.csv", "watched.csv")


@dataclass
class _Viewing:
    rating: str = ""
    review: str = ""
    again: bool = False


@dataclass
class _Film:
    rating: str = ""
    review: str = ""
    viewings: dict[str, _Viewing] = field(default_factory=dict)  # by the day on which it was seen


def looks_like(head: str) -> bool:
    return {"Name", "Letterboxd URI"} <= set(columns(head))


def parts_of(source: Source) -> list[Part]:
    """The files of an export that hold films seen: what was deleted or is only wanted lies in others."""
    found = [p for p in source.parts if p.base in _READ and looks_like(source.head(p, 4096))]
    least = min((len(PurePosixPath(p.name).parts) for p in found), default=0)
    return [p for p in found if len(PurePosixPath(p.name).parts) == least]


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The films that were seen, by the year in which they were. Raises NoteError with file and line."""
    films: dict[tuple[str, str], _Film] = {}
    for part in parts:
        names = columns(source.head(part, 4096))
        if "Review" not in names and "Rating" not in names and "watchlist" in part.base:
            wanted.left["films to see"] += sum(1 for _ in rows(source, part, ("Name",), _MEND))
            continue
        for _, row in rows(source, part, ("Name", "Letterboxd URI"), _MEND):
            film = films.setdefault((row["Name"], row.get("Year", "")), _Film())
            day = row.get("Watched Date", "")
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):  # ratings.csv and watched.csv know when it was written down
                film.rating = row.get("Rating", "") or film.rating
                film.review = row.get("Review", "") or film.review
                continue
            seen = film.viewings.setdefault(day, _Viewing())
            seen.rating = row.get("Rating", "") or seen.rating
            seen.review = row.get("Review", "") or seen.review
            seen.again = seen.again or row.get("Rewatch", "") == "Yes"
    return notes("letterboxd-films", "films", _items(films), wanted)


def _items(films: dict[tuple[str, str], _Film]) -> Iterator[Item]:
    for (title, year), film in films.items():
        if not title:
            continue
        last = max(film.viewings, default="")
        for day, seen in sorted(film.viewings.items()):
            rating = seen.rating or (film.rating if day == last else "")
            yield Item(
                title=title, kind="film", verb="seen again" if seen.again else "seen", day=day,
                also=f"made in {year}" if year else "",
                effect=joined(_stars(rating), to_text(seen.review), to_text(film.review) if day == last else ""),
            )  # fmt: skip
        if not film.viewings:
            # Without a day the first year in the brackets would be taken for the one in which it was seen.
            made = f"made in ’{year[2:]}" if re.fullmatch(r"(?:19[3-9]|20)\d+", year) else ""
            yield Item(title=title, kind="film", also=made, effect=joined(_stars(film.rating), to_text(film.review)))


def _stars(rating: str) -> str:
    return stars(float(rating)) if re.fullmatch(r"[0-5](?:\.[05])?", rating) else ""
