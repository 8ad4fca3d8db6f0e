"""Messages of a chat -> notes of kind `chat`, one a month: a dated heading a day, then `Name: text` lines.

The lines are made so that every reader of refiner takes each message whole and for its speaker: a name has at most
three words of letters; a message is one line; where a sentence inside of it looks like a name and a colon, the message
goes on in a line of its own under the same name. The two spaces at a line's end are Markdown's line break.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refiner.errors import UsageError
from refiner.importing.model import Draft, Wanted, fold, plural, slug

ME = "Me"
LONG = 2000  # messages; a month with more becomes three notes, days 1-10, 11-20 and the rest
_OWN = ("me", "i", "self", "myself")
# A sentence that begins so inside a message would be read as somebody else's line.
_LIKE_A_LABEL = re.compile(
    r"(?<=[.!?…।\"'”’)\]*_»])\s+(?=(?:\[?[\d/.,: -]{4,20}(?:[ap]\.?m\.?)?\]?\s*[-–]?\s*)?[^\W\d_][\w .@'-]{0,30}?:\s)",
    re.I,
)
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINK = re.compile(r"(?<![\w@])(?:https?://|www\.)\S+", re.I)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the day (ISO) in the sender's or exporter's own time, who sent it, what it says."""

    day: str
    sender: str
    text: str


@dataclass(frozen=True)
class Chat:
    """One conversation: what it is called, its messages in order, and who of the senders is the narrator, if known."""

    name: str
    messages: Sequence[Message]
    me: str | None = None  # None: not known; "": known to have written nothing here
    key: str = ""  # tells two chats of one name apart


def clean(text: str, wanted: Wanted) -> str:
    """A message as one line: links and invisible marks off, white space single. "" where nothing is left."""
    text, links = _LINK.subn("", _CONTROL.sub(" ", _UNSEEN.sub("", text)))
    if links:
        wanted.left["links"] += links
    return " ".join(text.split())


def drafts(app: str, chats: Iterable[Chat], wanted: Wanted) -> list[Draft]:
    """The notes of all chats that are wanted. A chat among several in which nobody is the narrator is left out.

    Raises UsageError when nobody in any chat is.
    """
    out: list[Draft] = []
    taken: Counter[str] = Counter()
    unknown: list[UsageError] = []
    for chat in chats:
        people = Counter(m.sender for m in chat.messages)
        if not people:
            continue
        if not wanted.is_wanted(chat.name, *(p for p in people if len(people) <= 2)):
            wanted.left["messages of chats that --with does not name"] += len(chat.messages)
            continue
        try:
            me = chat.me if chat.me is not None and not wanted.me else find_me(chat.name, people, wanted)
        except UsageError as error:
            unknown.append(error)
            continue
        if not me:
            wanted.left["messages of chats in which you wrote nothing"] += len(chat.messages)
            continue
        group = f"{app}-{slug(chat.name) or slug(chat.key) or 'chat'}"
        if taken[group]:
            group += f"-{slug(chat.key) or taken[group] + 1}"
        taken[group] += 1
        out += _notes(group, chat, me, labels(people, me, wanted), wanted)
    if unknown and not out:
        raise unknown[0]
    wanted.said += [f"left out: {error.message}" for error in unknown]
    return out


def find_me(chat: str, people: Counter[str], wanted: Wanted) -> str:
    """The participant who is the narrator, by --me or the persona's names. Raises UsageError when it is not clear."""
    persona = wanted.persona
    sides = (persona.before, persona.after)
    whole = [x for s in sides for x in (s.name, *s.handles, *s.nicknames) if x]
    first = [s.name.split()[0] for s in sides if s.name.split()]
    for tries in (wanted.me,) if wanted.me else (whole, first):
        named = {fold(x.lstrip("@")) for x in tries}
        found = [p for p in people if fold(p.lstrip("@")) in named]
        if not found and tries is not whole:
            found = [p for p in people if fold(p).split() and fold(p).split()[0] in named]
        if len(found) == 1:
            return found[0]
        if found:
            break
    listed = ", ".join(f"{p} ({n:,})" for p, n in people.most_common(12)) + (", …" if len(people) > 12 else "")
    why = "more than one fits" if found else "nobody fits " + ("--me" if wanted.me else "your names in refiner.toml")
    raise UsageError(
        f"{chat}: which of them are you? {why}. In this chat, with their messages: {listed}",
        mend='say it: --me "NAME", or add the name to nicknames or handles of [persona.before]',
    )


def labels(people: Iterable[str], me: str, wanted: Wanted) -> dict[str, str]:
    """What each participant is called in the notes: `Me`, or a name of at most three words that begin with letters."""
    own = {*_OWN}
    for side in (wanted.persona.before, wanted.persona.after):
        own |= {w for n in (side.name, *side.nicknames, *side.handles) for w in (n.casefold(), *n.casefold().split())}
    calls = {fold(k): v for k, v in wanted.calls.items()}
    out: dict[str, str] = {me: ME}
    for person in people:
        if person == me:
            continue
        label = _label(calls.get(fold(person), person)) or _unnamed(person)
        if label.casefold() in own or label.casefold().split()[0] in own:  # would be read as the narrator
            label = " ".join(["Other", *label.split()][:3])
        while label in out.values():
            word = label.split()
            label = " ".join([*word[:2], "B" if len(word) < 3 else word[2] + "-b"])
        out[person] = label
        if fold(label) != fold(person) and fold(person) not in calls:
            wanted.said.append(f'{person} is called {label}; to change that: --call "{person}=NAME"')
    return out


def _label(name: str) -> str:
    """A name as every reader takes it; "" for a number and for a script with combining vowels."""
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", name)).replace("’", "'")
    if any(unicodedata.category(c).startswith("M") and c != "\ufe0f" for c in name):
        return ""
    kept = "".join(c if c.isalnum() or c in " .'-" else " " for c in name)
    words = [w for w in (w.strip(".'-") + ("." if re.fullmatch(r"[^\W\d_]\.", w) else "") for w in kept.split()) if w]
    words = [w for w in words if w[0].isalpha()][:3]
    while len(" ".join(words)) > 30:
        words = words[:-1] if len(words) > 1 else [words[0][:30]]
    return " ".join(words)


def _unnamed(person: str) -> str:
    """A stand-in that is the same in every export: the end of a telephone number, or letters made from the name."""
    digits = re.sub(r"\D", "", person)
    mark = hashlib.sha256(fold(person).encode("utf-8", "replace")).digest()
    return f"Number-{digits[-4:]}" if len(digits) >= 7 else f"Person-{''.join(chr(65 + b % 26) for b in mark[:2])}"


def lines(label: str, text: str) -> list[str]:
    """One message as the line or lines of a note."""
    return [f"{label}: {part}" for part in _LIKE_A_LABEL.split(text) if part]


def _notes(group: str, chat: Chat, me: str, names: dict[str, str], wanted: Wanted) -> list[Draft]:
    kept = [m for m in chat.messages if wanted.in_range(m.day)]
    if wanted.mine_only:
        near = [m for at, m in enumerate(kept) if m.sender == me or at + 1 < len(kept) and kept[at + 1].sender == me]
        wanted.left["messages of others (--mine-only)"] += len(kept) - len(near)
        kept = near
    months: dict[str, list[Message]] = {}
    for message in kept:
        months.setdefault(message.day[:7], []).append(message)
    parts: dict[str, list[Message]] = {}
    for month, of_month in sorted(months.items()):
        # A month that stands there whole stays whole when it grows.
        if len(of_month) <= LONG or wanted.known & {f"{group}/{month}.md", f"*/{month}.md"}:
            parts[month] = of_month
            continue
        for m in of_month:
            days = ("01-10", "11-20", "21-31")[min(2, (int(m.day[8:10]) - 1) // 10)]
            parts.setdefault(f"{month}-days-{days}", []).append(m)
    return [_note(group, name, chat, me, names, part) for name, part in parts.items()]


def _note(group: str, name: str, chat: Chat, me: str, names: dict[str, str], messages: list[Message]) -> Draft:
    days: dict[str, list[str]] = {}
    for m in messages:
        days.setdefault(m.day, []).extend(lines(names[m.sender], m.text))
    blocks = []
    for day, said in sorted(days.items()):
        # From three lines on a day is read as a chat line by line; fewer need room between them.
        gap = "  \n" if len(said) > 2 else "  \n\n"
        blocks.append(f"## {day}\n\n{gap.join(said)}  \n")
    others = Counter(names[m.sender] for m in messages if m.sender != me)
    return Draft(
        group=group, name=f"{name}.md", body="\n".join(blocks), kind="chat", date=name[:7],
        first=min(days), last=max(days), others=tuple(others.most_common()),
    )  # fmt: skip


def others_said(found: Sequence[Draft]) -> str:
    """How many messages of how many other people these notes hold, in words; "" where there are none."""
    people: Counter[str] = Counter()
    for draft in found:
        for name, count in draft.others:
            people[f"{draft.group}\0{name}" if draft.kind == "chat" else name] += count
    what = "message" if any(d.kind == "chat" for d in found) else "letter"
    if not people:
        return ""
    return f"{plural(people.total(), what)} of {plural(len(people), 'other person', 'other people')}"
