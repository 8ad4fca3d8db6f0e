"""mbox: what the person wrote, one note a letter; letters of others only where --with names them.

The file is read message by message, so that its size does not matter; of mails by others only the headers are read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from refiner.errors import NoteError, UsageError
from refiner.importing.mail_body import body, words
from refiner.importing.model import Draft, Wanted, fold, slug
from refiner.importing.source import Part, Source

LONGEST = 64 << 20  # bytes of one mail; what is longer is an attachment and nothing else
_FROM = re.compile(rb"From \S.*\d{4}|From - ")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_REPLY = re.compile(r"\s*(?:(?:re|aw|fw|fwd|wg|sv|antw|rv|tr|res|enc)(?:\[\d+\])?\s*:\s*)+", re.I)
_HEADERS = BytesHeaderParser()  # the older of the two mail policies: it takes any header, and a fifth of the time


class _Person(NamedTuple):
    """A sender or receiver: the name as it is shown, "" for none, the address, what stands before its @."""

    name: str
    address: str

    @property
    def user(self) -> str:
        return self.address.partition("@")[0]


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is an mbox: a From line, then headers."""
    first, _, rest = head.partition("\n")
    return bool(_FROM.match(first.encode())) and re.match(r"(?:>?[\w-]+:.*\n|[ \t]+.*\n)+", rest) is not None


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The person's letters. Raises NoteError with file and line, UsageError when no mail is the person's."""
    reader = _Reader(wanted)
    out: list[Draft] = []
    for part in parts:
        group = f"mbox-{slug(_name(source, part)) or 'mail'}"
        with source.open(part) as file:
            for line, data in messages(file, source.where(part)):
                draft = reader.letter(group, data, f"{source.where(part)}:{line}")
                if draft is not None:
                    out.append(draft)
    if not out and not reader.mine and reader.senders:
        listed = ", ".join(f"{s} ({n:,})" for s, n in sorted(reader.senders.items(), key=lambda x: -x[1])[:12])
        raise UsageError(
            f"{source.path}: no mail in it is from you. Its senders, with their mails: {listed}",
            mend='say which is yours: --me ADDRESS (or your name, --me "NAME"); letters of others: --with ADDRESS',
        )
    return out


def _name(source: Source, part: Part) -> str:
    """What a mailbox is called. Apple Mail's is a folder Letters.mbox with a file mbox in it."""
    if part.base != "mbox":
        return part.stem if source.path.is_dir() or source.path.suffix == ".zip" else source.stem
    return PurePosixPath(source.path.name, part.name).parent.stem


def messages(file: IO[bytes], where: str) -> Iterator[tuple[int, bytes]]:
    """The messages of an mbox, each with the line of its From line. Raises NoteError where it is no mbox."""
    lines: list[bytes] = []
    begun, size, blank, number = 0, 0, True, 0
    for number, line in enumerate(file, 1):
        if blank and line.startswith(b"From ") and _FROM.match(line):
            if begun:
                yield begun, b"".join(lines)
            lines, begun, size = [], number, 0
        elif not begun:
            if line.strip():
                raise NoteError(f"{where}:{number}: an mbox begins with a line From …", mend="export it as mbox again")
        elif (size := size + len(line)) <= LONGEST:
            lines.append(line)
        blank = not line.strip()
    if begun:
        yield begun, b"".join(lines)


class _Reader:
    """Decides on each mail whether it is a letter of the person, or of somebody whom --with names."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.mine = 0
        self.senders: dict[str, int] = {}
        sides = (wanted.persona.before, wanted.persona.after)
        named = wanted.me or tuple(x for s in sides for x in (s.name, *s.nicknames, *s.handles) if x)
        self.names = {fold(n.lstrip("@")) for n in named}
        self.seen: set[str] = set()  # Takeout lists a mail once a label

    def letter(self, group: str, data: bytes, where: str) -> Draft | None:
        wanted = self.wanted
        head = data[: data.find(b"\n\n") + 1 or data.find(b"\r\n\r\n") + 2 or len(data)]
        headers = _HEADERS.parsebytes(head)
        sender = next(iter(_people(headers, "From")), None)
        day = _day(headers)
        if sender is None:
            if not headers.keys():
                raise NoteError(
                    f"{where}: this mail has no headers", mend="remove it from the file, or export it again"
                )
            wanted.left["mails without a sender"] += 1
            return None
        if why := _no_letter(headers):
            wanted.left[why] += 1
            return None
        name = sender.name or sender.user
        self.senders[sender.address or name] = self.senders.get(sender.address or name, 0) + 1
        mine = bool({fold(sender.address), fold(sender.user), fold(sender.name)} - {""} & self.names)
        self.mine += mine
        if wanted.with_:
            others = [p for key in ("To", "Cc") for p in _people(headers, key)] if mine else [sender]
            if not wanted.is_wanted(*(x for p in others for x in (p.name, p.address, p.user) if x)):
                wanted.left["mails with others than --with names"] += 1
                return None
        elif not mine:
            wanted.left["mails that others wrote (--with NAME brings them)"] += 1
            return None
        if wanted.mine_only and not mine:
            wanted.left["letters of others (--mine-only)"] += 1
            return None
        if not day:
            wanted.left["mails without a date"] += 1
            return None
        if not wanted.in_range(day):
            return None
        key = str(headers.get("Message-ID") or hashlib.sha256(data).hexdigest()).strip()
        if key in self.seen:
            wanted.left["mails that stand there twice"] += 1
            return None
        self.seen.add(key)
        return self._draft(group, data, day, "self" if mine else name, _text(headers, "Subject"), key)

    def _draft(self, group: str, data: bytes, day: str, author: str, subject: str, key: str) -> Draft | None:
        try:
            text, files = body(message_from_bytes(_ESCAPED.sub(rb"\1", data)))
        except RecursionError:
            self.wanted.left["mails whose parts nest without an end"] += 1
            return None
        if files:
            self.wanted.left["attachments"] += files
        if not text.strip():
            self.wanted.left["mails without words of the sender's own"] += 1
            return None
        subject = " ".join(subject.split())
        bare = _REPLY.sub("", subject, count=1)
        # The subject of a reply is the other's.
        title = f"# {subject}\n\n" if subject and bare == subject else ""
        mark = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:6]
        name = "-".join(x for x in (day, slug(bare), mark) if x)
        return Draft(
            group=group, name=f"{day[:4]}/{name}.md", body=f"{title}{text}\n", kind="letter", date=day, author=author,
            first=day, last=day, others=() if author == "self" else ((author, 1),),
        )  # fmt: skip


def _text(headers: Message, key: str) -> str:
    """A header as words: RFC 2047's code read, whatever cannot be read left as it stands; "" where it is not there."""
    value = headers.get(key)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(str(value)))).replace("\n", " ").strip()
    except (MessageError, LookupError, ValueError):
        return str(value).replace("\n", " ").strip()


def _people(headers: Message, key: str) -> list[_Person]:
    found = getaddresses([str(v) for v in headers.get_all(key, [])])
    out = []
    for name, address in found:
        if name or address:
            named = Message()
            named["x"] = name
            out.append(_Person(_text(named, "x"), address))
    return out


def _day(headers: Message) -> str:
    """The day on which it was sent, on the sender's own clock; "" where it is not said."""
    said = headers.get("Date")
    try:
        when = parsedate_to_datetime(str(said)) if said else None
    except (ValueError, TypeError, IndexError):
        return ""
    return when.date().isoformat() if isinstance(when, datetime) else ""


def _no_letter(headers: Message) -> str:
    """Why a mail is no letter of a person; "" where nothing says so."""
    labels = f"{_text(headers, 'X-Gmail-Labels')},{_text(headers, 'X-Folder')}"
    no = {w.casefold() for w in words()["not_letters"]}
    if any(label.strip().strip('"').casefold() in no for label in labels.split(",")):
        return "drafts, spam, chats and deleted mails"
    if headers.get("X-Mozilla-Draft-Info") is not None and headers.get("Message-ID") is None:
        return "drafts, spam, chats and deleted mails"
    mozilla = str(headers.get("X-Mozilla-Status") or "")
    if re.fullmatch(r"[0-9a-fA-F]{1,4}", mozilla) and int(mozilla, 16) & 8:  # expunged, not yet compacted
        return "drafts, spam, chats and deleted mails"
    if str(headers.get("X-Spam-Flag") or "").strip().upper() == "YES":
        return "drafts, spam, chats and deleted mails"
    if headers.get("List-Id") is not None or headers.get("List-Unsubscribe") is not None:
        return "mails of lists"
    if str(headers.get("Precedence") or "").strip().lower() in ("list", "bulk", "junk"):
        return "mails of lists"
    if str(headers.get("Auto-Submitted") or "no").strip().lower() != "no":
        return "automatic answers"
    return ""
