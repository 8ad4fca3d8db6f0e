"""Steam's games: JSON of IPlayerService/GetOwnedGames, or a CSV with a column for the game and one for the hours."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from refiner.errors import NoteError
from refiner.importing.media_notes import Item, notes
from refiner.importing.model import Draft, Wanted, plural
from refiner.importing.source import Part, Source
from refiner.importing.tables import columns, rows

_MEND_JSON = "save the answer of GetOwnedGames with include_appinfo=1 again, whole"


@cache
def _columns() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "steam_columns.toml").read_text(encoding="utf-8"))


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is a list of Steam's games, JSON or CSV."""
    if head.lstrip()[:1] in ("{", "["):
        return '"appid"' in head and '"playtime_forever"' in head
    found = _found(columns(head))
    return bool(found["title"] and (found["hours"] or found["minutes"]))


def _found(names: tuple[str, ...]) -> dict[str, str]:
    """Which column of a CSV is which, "" where there is none."""
    low = {re.sub(r"[^a-z]+", " ", n.casefold()).strip(): n for n in names}
    return {key: next((low[a] for a in aliases if a in low), "") for key, aliases in _columns().items()}


_MOST = 60 * 24 * 366 * 150  # minutes of the longest life; and no game is played for a time that is no number


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The games that were played, in one note. Raises NoteError with file and line."""
    items = [i for part in parts for i in _games(source, part, wanted)]
    items.sort(key=lambda i: i.title.casefold())
    # One note for all: a game that is played again would wander from year to year.
    return notes("steam-games", "games", items, wanted, by_year=False)


def _games(source: Source, part: Part, wanted: Wanted) -> Iterator[Item]:
    head = source.head(part, 4096).lstrip()
    for title, minutes, day in _json(source, part) if head[:1] in ("{", "[") else _csv(source, part):
        if minutes <= 0:
            wanted.left["games never played"] += 1
        elif not title:
            wanted.left["games without a name (ask Steam with include_appinfo=1)"] += 1
        else:
            yield Item(title=title, kind="game", verb="last played", day=day, effect=played(minutes))


def played(minutes: float) -> str:
    """How long something was played, in words."""
    if minutes < 60:
        return "played for less than an hour"
    return f"played for {plural(round(minutes / 60), 'hour')}"


def _day(seconds: Any) -> str:
    """The day of a Unix time; "" for none, and for the first day of the count, which Steam writes for "never"."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date().isoformat() if int(seconds) > 86_400 else ""
    except (ValueError, TypeError, OverflowError, OSError):
        return ""


def _json(source: Source, part: Part) -> Iterator[tuple[str, float, str]]:
    text = source.text(part)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise NoteError(
            f"{source.where(part)}:{error.lineno}: this JSON breaks off or is damaged here ({error.msg})",
            mend=_MEND_JSON,
        ) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets without an end
        raise NoteError(f"{source.where(part)}:1: this JSON is damaged", mend=_MEND_JSON) from None
    games = value.get("response", value) if isinstance(value, dict) else value
    games = games.get("games") if isinstance(games, dict) else games
    if not isinstance(games, list):
        raise NoteError(f"{source.where(part)}:1: there are no games in this JSON", mend=_MEND_JSON)
    for number, game in enumerate(games, 1):
        minutes = game.get("playtime_forever", 0) if isinstance(game, dict) else None
        if not isinstance(minutes, int | float) or not abs(minutes) < _MOST:
            raise NoteError(f"{source.where(part)}: game {number} is no record with playtime_forever", mend=_MEND_JSON)
        yield str(game.get("name") or ""), float(minutes), _day(game.get("rtime_last_played", 0))


def _csv(source: Source, part: Part) -> Iterator[tuple[str, float, str]]:
    found = _found(columns(source.head(part, 4096)))
    for line, row in rows(source, part, (found["title"],), "export the list of games again"):
        cell = row.get(found["hours"] or found["minutes"], "") or "0"
        number = re.sub(r"\s*(?:h|hrs?|hours?|min|minutes)\.?$", "", cell.casefold())
        try:
            # "1,234.5" has a comma for thousands, "12,5" one for the fraction.
            number = (
                number.replace(",", "")
                if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number)
                else number.replace(",", ".")
            )
            minutes = float(number) * (60 if found["hours"] else 1)
            if not abs(minutes) < _MOST:
                raise ValueError
        except ValueError:
            raise NoteError(
                f"{source.where(part)}:{line}: {cell[:20]!r} is no number of hours",
                mend="export the list of games again",
            ) from None
        last = row.get(found["last"], "")
        day = re.match(r"\d{4}-\d\d-\d\d", last)
        yield row.get(found["title"], ""), minutes, day[0] if day else _day(last)
