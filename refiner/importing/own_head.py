"""Front matter of other programs: what refiner understands stays, dates under other names are taken, the rest goes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from refiner.errors import NoteError
from refiner.frontmatter import Loader, read_frontmatter
from refiner.importing.model import Wanted
from refiner.models import FrontMatter

_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
WRITTEN = ("created", "date created", "creation date", "date_created", "created_at", "created-at", "creation_date")
DATES = ("date", "day", "journal-date", "journal_date")
_KNOWN = ("date", "written", "author", "kind", "skip", "events", "observations", "retracts")


def split(text: str) -> tuple[str, str]:
    """(the text between the fences, the body); ("", text) where there is no front matter."""
    match = _FENCE.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


def own(text: str, where: str) -> tuple[str, FrontMatter, str]:
    """(front matter that refiner reads as it stands, what it says, body); ("", nothing, text) where it does not."""
    head, body = split(text)
    if head.strip():
        try:
            return head, read_frontmatter(text, where)[0], body
        except NoteError:
            pass
    return "", FrontMatter(), text


def foreign(text: str, where: str, wanted: Wanted) -> tuple[dict[str, str], str]:
    """What the front matter of another program says that a note of refiner's has: date, written, author; and the body.

    A broken front matter is left out and named; the note itself comes in.
    """
    head, body = split(text)
    if not head.strip():
        return {}, body
    try:
        value = yaml.load(head, Loader=Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        wanted.said.append(f"{where}:{mark.line + 2 if mark else 1}: front matter that is no YAML is left out")
        return {}, body
    if not isinstance(value, dict):
        return {}, body
    low = {str(k).strip().casefold(): v for k, v in value.items()}
    out: dict[str, str] = {}
    for target, keys in (("date", DATES), ("written", ("written", *WRITTEN))):
        day = next((d for k in keys if (d := _day(low.get(k)))), "")
        if day:
            out[target] = day
    for key in ("author", "kind"):
        if isinstance(low.get(key), str) and (key == "author" or low[key] in ("note", "letter", "chat", "media")):
            out[key] = low[key].strip()
    gone = [k for k in low if k not in (*DATES, *WRITTEN, *_KNOWN)]
    wanted.left["front matter keys that refiner does not know"] += len(gone)
    return out, body


def _day(value: Any) -> str:
    match = _DAY.match(str(value).strip(" [\"'")) if value is not None else None
    return match[0] if match else ""
