"""WhatsApp's exported chats: `_chat.txt` of iOS, "WhatsApp Chat with X.txt" of Android, alone, in a folder or a zip.

The export is made for reading: dates in the phone's own order and digits, and WhatsApp's own lines among the people's.
What decides the order of day and month is a day above 12 anywhere in the file, then the language of WhatsApp's own
lines, then that a chat runs forward in time; where none does, the person is asked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from refiner.errors import NoteError, UsageError
from refiner.importing.chats import Chat, Message, clean, drafts, find_me
from refiner.importing.model import Draft, Wanted
from refiner.importing.source import Part, Source

_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_MARK = "\u200e"
_MARKS = "\u200e\u200f\u202a\u202b\u202c"
_REASONS = {
    "media": "pictures, voice messages and files",
    "deleted": "deleted messages",
    "calls": "calls",
    "system": "WhatsApp's own lines",
}


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "whatsapp_words.toml").read_text(encoding="utf-8"))


def _any_of(entries: list[str]) -> re.Pattern[str]:
    """A pattern for whole texts; * in an entry stands for anything."""
    forms = (".*?".join(re.escape(part) for part in entry.split("*")) for entry in entries)
    return re.compile(rf"(?:{'|'.join(forms)})\Z", re.I | re.S)


def _sure(entry: str) -> bool:
    return "*" not in entry or any(sign in entry for sign in ("<", "(", "https", "option", "opción"))


@cache
def _own_lines(marked: bool) -> dict[str, re.Pattern[str]]:
    return {k: _any_of([e for e in _words()[k] if marked or _sure(e)]) for k in _REASONS}


@cache
def _stamp() -> re.Pattern[str]:
    noon = "|".join(re.escape(w) for w in sorted((*_words()["am"], *_words()["pm"]), key=len, reverse=True))
    return re.compile(
        rf"(?P<open>\[)?(?P<a>\d{{1,4}})(?P<sep>[/.\-]) ?(?P<b>\d{{1,2}})(?P=sep) ?(?P<c>\d{{1,4}}),?،? +"
        rf"(?:(?:{noon}) ?)?\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?(?: ?(?:{noon}))?"
        rf"(?(open)\] ?|(?: ?[-–] |: ))",
        re.I,
    )


@cache
def _edited() -> re.Pattern[str]:
    return re.compile(rf"\s*{_MARK}?(?:{'|'.join(map(re.escape, _words()['edited']))})\s*\Z", re.I)


@cache
def _attached() -> re.Pattern[str]:
    names = [e.removesuffix("*>") for e in _words()["media"] if e.endswith("*>")]
    return re.compile(rf"{_MARK}?(?:{'|'.join(map(re.escape, names))})[^<>\n]*>", re.I)


@dataclass
class _Raw:
    """A message as it stands: the three numbers of its date, the line it begins in, what follows the time."""

    numbers: tuple[int, int, int]
    line: int
    dotted: bool
    text: list[str] = field(default_factory=list)


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is a WhatsApp export: one of its first lines has a time and its marks."""
    lines = [_bare(line) for line in head.splitlines()[:40] if line.strip()]
    hits = [m for line in lines if (m := _stamp().match(line))]
    said = any(": " in m.string[m.end() :] for m in hits)
    return said and _stamp().match(lines[0]) is not None and len(hits) * 12 >= len(lines)


def _bare(line: str) -> str:
    return _SPACES.sub(" ", line.lstrip(_MARKS + "\ufeff"))


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The notes of the chats in a source. Raises UsageError (who or which date order), NoteError with file and line."""
    return drafts("whatsapp", (_chat(source, part, wanted) for part in parts), wanted)


def _chat(source: Source, part: Part, wanted: Wanted) -> Chat:
    raws = list(_raw(source, part))
    order = _order(source.where(part), raws, wanted)
    messages = []
    where = source.where(part)
    for raw in raws:
        day = _day(raw, order, where)
        found = _message(raw, day, wanted)
        if found is not None:
            messages.append(found)
    return Chat(_name(source, part, messages, wanted), messages)


def _raw(source: Source, part: Part) -> Iterator[_Raw]:
    current: _Raw | None = None
    with source.open(part) as file:
        for number, data in enumerate(file, 1):
            try:
                line = data.decode("utf-8").rstrip("\r\n").replace("\u200f", "")  # Arabic dates hold it
            except UnicodeDecodeError as error:
                raise NoteError(
                    f"{source.where(part)}:{number}: byte 0x{data[error.start]:02x} is not UTF-8",
                    mend="take the file as WhatsApp exported it, not as another program saved it",
                ) from None
            bare = _bare(line)
            if bare[:1] in "[0123456789" or bare[:1].isdigit():
                match = _stamp().match(bare)
                if match:
                    if current is not None:
                        yield current
                    numbers = (int(match["a"]), int(match["b"]), int(match["c"]))
                    # The time ends where its marks end; the spaces before are as many as in the line itself.
                    rest = line.lstrip(_MARKS + "\ufeff")[match.end() :]
                    current = _Raw(numbers, number, match["sep"] == ".", [rest])
                    continue
            if current is not None:
                current.text.append(line)
            elif bare.strip():
                raise NoteError(
                    f"{source.where(part)}:{number}: no message begins here",
                    mend="take the file as WhatsApp exported it: each message begins with its date and time",
                )
    if current is not None:
        yield current


def _order(where: str, raws: list[_Raw], wanted: Wanted) -> str:
    """dmy, mdy or ymd. Raises UsageError where nothing in the file tells, NoteError where it contradicts itself."""
    if not raws or raws[0].numbers[0] > 31:
        return "ymd"
    if wanted.dates:
        return wanted.dates
    day_first = next((r for r in raws if r.numbers[0] > 12), None)
    month_first = next((r for r in raws if r.numbers[1] > 12), None)
    if day_first and month_first:
        raise NoteError(
            f"{where}:{max(day_first.line, month_first.line)}: day and month stand the other way round than in line "
            f"{min(day_first.line, month_first.line)}",
            mend="two exports in one file? Import them one by one",
        )
    if day_first or month_first:
        return "dmy" if day_first else "mdy"
    told = _words()["day_first"]
    if raws[0].dotted or any(w in line for r in raws[:400] for line in r.text[:1] for w in told):
        return "dmy"
    fits = [order for order in ("dmy", "mdy") if _forward(raws, order)]
    if len(fits) == 1:
        return fits[0]
    a, b, c = raws[0].numbers
    raise UsageError(
        f"{where}:{raws[0].line}: is {a}/{b}/{c} day/month or month/day? No date in this chat has a day above 12",
        mend="say it: --dates dmy (day first) or --dates mdy (month first)",
    )


def _forward(raws: list[_Raw], order: str) -> bool:
    """Whether the chat runs forward in time when its dates are read so, and ends before tomorrow."""
    days = [_ymd(r.numbers, order) for r in raws]
    return days == sorted(days) and days[-1] <= (lambda t: (t.year, t.month, t.day))(date.today())


def _ymd(numbers: tuple[int, int, int], order: str) -> tuple[int, int, int]:
    a, b, c = numbers
    year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}[order]
    return (2000 + year if year < 100 else year), month, day


def _day(raw: _Raw, order: str, where: str) -> str:
    try:
        return date(*_ymd(raw.numbers, order)).isoformat()
    except ValueError:
        shown = "/".join(map(str, raw.numbers))
        raise NoteError(
            f"{where}:{raw.line}: {shown} is no date when read as {order}",
            mend="does --dates fit this file? Without it, refiner finds the order itself",
        ) from None


def _message(raw: _Raw, day: str, wanted: Wanted) -> Message | None:
    """What a person wrote, or None; what is left out is counted."""
    sender, colon, said = raw.text[0].partition(": ")
    if not colon and raw.text[0].endswith(":"):
        sender, colon, said = raw.text[0][:-1], ":", ""
    odd = len(sender) > 25 and _own_lines(True)["system"].match(raw.text[0])
    if not colon or odd:
        call = _own_lines(True)["calls"].match(raw.text[0].strip(_MARKS + " "))
        wanted.left[_REASONS["calls" if call else "system"]] += 1
        return None
    text = "\n".join([said, *raw.text[1:]])
    if why := _not_words(text):
        wanted.left[_REASONS[why]] += 1
        return None
    text, files = _attached().subn("", text)
    first, _, rest = text.partition("\n")
    if rest and _own_lines(False)["media"].match(first.strip()):  # a file and what was written below it
        text, files = rest, files + 1
    if files:
        wanted.left[_REASONS["media"]] += files
    text = clean(_edited().sub("", text), wanted)
    if not text:
        wanted.left["messages without words"] += not files
        return None
    return Message(day, _SPACES.sub(" ", sender).strip(_MARKS + "~ "), text)


def _not_words(text: str) -> str:
    """Which kind of line of WhatsApp's own a message is; "" for a person's words."""
    bare = text.strip(_MARKS + " \n")
    marked = text.startswith(_MARK)
    if len(bare) < 300 and (marked or len(bare) < 120):
        for why, pattern in _own_lines(marked).items():
            if pattern.match(bare):
                return why
    return "system" if marked else ""


def _name(source: Source, part: Part, messages: list[Message], wanted: Wanted) -> str:
    """What the chat is called: by its file, its zip or folder, or by who else is in it."""
    for stem in (part.stem, source.stem):
        for begin in _words()["file_names"]:
            if stem.startswith(begin) and stem[len(begin) :].strip():
                return re.sub(r"\s*\(\d+\)$", "", stem[len(begin) :]).strip()
    people = list(dict.fromkeys(m.sender for m in messages))
    if not people:
        return part.stem
    if 1 < len(people) <= 3:
        from collections import Counter

        me = find_me(part.base, Counter(m.sender for m in messages), wanted)
        return " and ".join(p for p in people if p != me)
    return source.stem if source.path.is_dir() or part.stem == "_chat" else part.stem
