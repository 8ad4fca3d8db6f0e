"""Day One's JSON (`Journal.json`, or the zip with it): one note an entry, on the day of its own time zone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ijson

from refiner.errors import NoteError
from refiner.importing.json_parts import broken, values
from refiner.importing.model import Draft, Wanted, slug
from refiner.importing.source import Part, Source

_PICTURE = re.compile(r"!\[[^\]]*\]\((?:dayone-moment:/?/?|dayone2?:|photos/|videos/|audios/)[^)]*\)|!\[\]\([^)]*\)")
_INNER = re.compile(r"\[([^\]]*)\]\(dayone2?:[^)]*\)")
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?:https?|mailto):[^)\s]*\)")
_BARE = re.compile(r"(?<![\w(@])<?https?://\S+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~$&@\"'=:/])")
_MEND = "export it again: Day One, File, Export, JSON"
_FILES = ("photos", "videos", "audios", "pdfAttachments", "attachments")


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is Day One's JSON."""
    return head.lstrip()[:1] == "{" and '"entries"' in head and ('"creationDate"' in head or '"metadata"' in head)


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The entries of one or several journals. Raises NoteError with file and line."""
    out: list[Draft] = []
    for part in parts:
        group = f"dayone-{slug(part.stem) or 'journal'}"
        taken: Counter[str] = Counter()
        for number, entry in enumerate(_entries(source, part), 1):
            draft = _draft(entry, group, f"{source.where(part)}: entry {number}", taken, wanted)
            if draft is not None:
                out.append(draft)
    return out


def _entries(source: Source, part: Part) -> Iterator[Any]:
    try:
        with source.open(part) as file:
            yield from values(file, "entries.item")
    except ijson.JSONError:
        raise broken(source, part, "Day One", _MEND) from None


def _draft(entry: Any, group: str, where: str, taken: Counter[str], wanted: Wanted) -> Draft | None:
    if not isinstance(entry, dict):
        raise NoteError(f"{where} is no record", mend=_MEND)
    day, time = _local(entry, where, wanted)
    for key in _FILES:
        if isinstance(entry.get(key), list):
            wanted.left["photos and other files"] += len(entry[key])
    text = _text(entry)
    text, pictures = _PICTURE.subn("", text)
    text = _INNER.sub(r"\1", text)
    text, named = _LINK.subn(r"\1", text)
    text, bare = _BARE.subn("", text)
    wanted.left["links"] += named + bare
    text = re.sub(r"\n{3,}", "\n\n", _ESCAPE.sub(r"\1", text)).replace("\u200b", "").strip()
    if not text:
        wanted.left["entries without words"] += 1
        return None
    if entry.get("isDeleted") or entry.get("isTrashed"):
        wanted.left["entries in the trash"] += 1
        return None
    if not wanted.in_range(day):
        return None
    name = f"{day[:4]}/{day}-{time}"
    taken[name] += 1
    if taken[name] > 1:  # two in a minute: the entry's own id tells them apart, in whatever order they come
        name += f"-{slug(str(entry.get('uuid') or taken[name]))[:6]}"
    return Draft(group=group, name=f"{name}.md", body=f"{text}\n", date=day, first=day, last=day)


def _local(entry: dict[str, Any], where: str, wanted: Wanted) -> tuple[str, str]:
    """(day, HHMM) where the writer was. Raises NoteError when the entry has no date."""
    try:
        when = datetime.fromisoformat(str(entry.get("creationDate")).replace("Z", "+00:00"))
    except ValueError:
        raise NoteError(
            f"{where}: its creationDate is {str(entry.get('creationDate'))[:40]!r}",
            mend=_MEND,
        ) from None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    zone = str(entry.get("timeZone") or "")
    try:
        when = when.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        wanted.said.append(f"time zone {zone[:40]!r} is not known: such entries have the day in Greenwich")
    return when.date().isoformat(), when.strftime("%H%M")


def _text(entry: dict[str, Any]) -> str:
    """The words of an entry: `text` is Markdown; newer exports may hold only `richText`, JSON in a string."""
    text = entry.get("text")
    if isinstance(text, str) and text.strip():
        return text
    try:
        rich = json.loads(entry.get("richText") or "{}")
    except (ValueError, TypeError, RecursionError):
        return ""
    pieces = rich.get("contents") if isinstance(rich, dict) else None
    if not isinstance(pieces, list):
        return ""
    return "".join(str(p.get("text") or "") for p in pieces if isinstance(p, dict))
