"""The words of a mail that its writer wrote: MIME, HTML, quoted replies, forwarded parts and signatures taken off.

Rules, and careful ones: an attribution counts only with a date or an address in it, a signature only below "-- ". A
parser that cuts at "Thanks," or at a list's hyphens would lose what the person wrote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any

from refiner.importing.html_text import to_text

_QUOTED = re.compile(r"\s{0,3}(?:[>|](?!-)\s?)+")
_SURE = re.compile(r"\d{1,2}[:.]\d{2}|\b\d{4}\b|\d{1,2}[./-]\d{1,2}|[^\s<>]+@[^\s<>]+")
_RULE = re.compile(r"\s*[_=*-]{10,}\s*\Z")


@cache
def words() -> dict[str, Any]:
    """The word lists of mail_words.toml."""
    return tomllib.loads((Path(__file__).parent / "mail_words.toml").read_text(encoding="utf-8"))


@cache
def _lines(key: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(words()[key])})\s*\Z", re.I)


def body(message: Message) -> tuple[str, int]:
    """The plain text of a mail and how many attachments it has. "" where it has no text that can be read."""
    files = 0
    plain: list[str] = []
    html: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or part.get_filename() or kind.split("/")[0] != "text":
            files += 1
            continue
        text = _decoded(part)
        if kind == "text/plain":
            plain.append(_flowed(text) if str(part.get_param("format", "")).lower() == "flowed" else text)
        elif kind == "text/html":
            html.append(text)
    if any(t.strip() for t in plain):
        return own_words("\n\n".join(plain)), files
    return own_words("\n\n".join(to_text(h, own_only=True) for h in html)), files


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of a mail; a mail that is attached to it is one leaf: somebody else may have written it."""
    inside = message.get_payload()
    if message.get_content_maintype() == "multipart" and isinstance(inside, list):
        for part in inside:
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield message


def _decoded(part: Message) -> str:
    """The text of a part; a charset that is unknown or untrue falls back, first to UTF-8, then to Windows'."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return data.decode(charset).replace("\r\n", "\n").replace("\r", "\n")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1").replace("\r\n", "\n")


def _flowed(text: str) -> str:
    """Lines that the mail program wrapped (format=flowed, RFC 3676) made whole again."""
    out: list[str] = []
    open_ = False
    for line in text.split("\n"):
        line = line[1:] if line.startswith(" ") else line  # space-stuffing
        quoted = line.startswith(">")
        if open_ and not quoted and line != "-- ":
            out[-1] += line
        else:
            out.append(line)
        open_ = line.endswith(" ") and line != "-- " and not quoted
    return "\n".join(out)


def own_words(text: str) -> str:
    """What the writer of a mail wrote, of a plain text body."""
    out: list[str] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.rstrip(" ") == "--" and (at == 0 or not lines[at - 1].strip() or line == "-- "):
            at = _next_quote(lines, at)  # a signature; below a quotation more of the writer's words may come
            continue
        if _QUOTED.match(line):
            at += 1
            continue
        if _lines("below").match(line) or _header_block(lines, at):
            break
        if height := _attribution(lines, at):
            if not any(_QUOTED.match(x) for x in lines[at + height : at + height + 4]):
                break  # top-posted without marks: all that follows is the mail that is answered
            at += height
            continue
        out.append(line.rstrip())
        at += 1
    while out and (not out[-1].strip() or _RULE.match(out[-1]) or _lines("sent_from").match(out[-1])):
        out.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip("\n")


def _next_quote(lines: list[str], at: int) -> int:
    return next((n for n in range(at, len(lines)) if _QUOTED.match(lines[n]) or _attribution(lines, n)), len(lines))


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here on are the one that says who wrote the quotation below; 0 where none does."""
    whole = ""
    for height in range(1, 4):
        if at + height > len(lines) or not lines[at + height - 1].strip():
            return 0
        whole = f"{whole} {lines[at + height - 1].strip()}".strip()
        if len(whole) > 300:
            return 0
        if whole.endswith(":"):
            return height if _lines("attribution").match(whole) and _SURE.search(whole) else 0
    return 0


def _header_block(lines: list[str], at: int) -> bool:
    """Whether the headers of an answered mail stand here, as Outlook writes them: From, then Sent, To or Subject."""
    for first, others in words()["headers"]:
        if re.match(rf"\s*\*{{0,2}}{first}:\*{{0,2}}\s+\S", lines[at]):
            below = [x for x in lines[at + 1 : at + 5] if x.strip()][:2]
            return sum(bool(re.match(rf"\s*\*{{0,2}}(?:{others}):\*{{0,2}}\s", x + " ")) for x in below) >= 1
    return False
