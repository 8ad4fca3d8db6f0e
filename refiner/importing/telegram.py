"""Telegram Desktop's JSON: `result.json` of one chat ("Export chat history") or of all ("Export Telegram data").

Read as a stream (ijson): a whole export may have gigabytes. Times are the exporting computer's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import ijson

from refiner.errors import NoteError
from refiner.importing.chats import Chat, Message, clean, drafts
from refiner.importing.json_parts import broken, events, values
from refiner.importing.model import Draft, Wanted
from refiner.importing.source import Part, Source

_MEND = "export it again in Telegram Desktop, as JSON"
_TALKS = ("personal_chat", "private_group", "private_supergroup", "saved_messages", "bot_chat", "public_supergroup")
_OTHER_TYPES = {
    "bot_chat": "chats with bots", "public_supergroup": "messages of public groups",
    "public_channel": "messages of channels", "private_channel": "messages of channels",
}  # fmt: skip


def looks_like(head: str) -> bool:
    """Whether the beginning of a file is a Telegram export."""
    start = head.lstrip()[:1] == "{"
    return start and ('"chats"' in head and '"list"' in head or '"messages"' in head and '"type"' in head)


def read(source: Source, parts: list[Part], wanted: Wanted) -> list[Draft]:
    """The notes of all chats with people. Raises NoteError with file and line, UsageError as find_me does."""
    return drafts("telegram", (c for part in parts for c in _chats(source, part, wanted)), wanted)


def _chats(source: Source, part: Part, wanted: Wanted) -> Iterator[Chat]:
    where = source.where(part)
    try:
        with source.open(part) as file:
            owner, alone = _about(file)
        if alone is not None:
            with source.open(part) as file:
                yield from _chat(alone, values(file, "messages.item"), owner, where, wanted)
            return
        for prefix in ("chats.list.item", "left_chats.list.item"):
            with source.open(part) as file:
                for value in values(file, prefix):  # one chat lies in memory at a time
                    if isinstance(value, dict) and isinstance(value.get("messages"), list):
                        yield from _chat(value, value["messages"], owner, where, wanted)
    except ijson.JSONError:
        raise broken(source, part, "Telegram", _MEND) from None


def _about(file: Any) -> tuple[str, dict[str, Any] | None]:
    """What stands before the first message: the sender id of the person whose export it is, "user123" or "", and what
    the one chat is called and is; None for an export of all chats."""
    owner, chat = "", dict[str, Any]()
    for prefix, event, value in events(file):
        if prefix == "personal_information.user_id" and event == "number":
            owner = f"user{value}"
        elif prefix in ("name", "type", "id"):
            chat[prefix] = value
        elif prefix in ("chats", "left_chats") and event in ("start_map", "start_array"):
            return owner, None
        elif prefix == "messages" and event == "start_array":
            break
    return owner, chat


def _chat(value: dict[str, Any], records: Iterable[Any], owner: str, where: str, wanted: Wanted) -> Iterator[Chat]:
    kind = str(value.get("type") or "personal_chat")
    name = str(value.get("name") or ("Saved messages" if kind == "saved_messages" else "deleted account"))
    named = bool(wanted.with_) and wanted.is_wanted(name)
    if kind in _OTHER_TYPES and not named or kind not in (*_TALKS, *_OTHER_TYPES):
        wanted.left[_OTHER_TYPES.get(kind, f"messages of type {kind}")] += sum(1 for _ in records)
        return
    messages: list[Message] = []
    me = "" if owner else None
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise NoteError(f"{where}: message {number} of the chat {name[:40]!r} is no record", mend="export it again")
        found = _message(record, f"{where}: message {number} of the chat {name[:40]!r}", wanted)
        if found is not None:
            messages.append(found)
            if owner and str(record.get("from_id", "")) == owner:
                me = found.sender
    if messages:
        yield Chat(name, messages, me=me, key=str(value.get("id") or ""))


def _message(record: dict[str, Any], where: str, wanted: Wanted) -> Message | None:
    if record.get("type") != "message":
        action = str(record.get("action") or "")
        wanted.left["calls" if action == "phone_call" else "Telegram's own lines"] += 1
        return None
    if record.get("forwarded_from") is not None or record.get("saved_from") is not None:
        wanted.left["forwarded messages (somebody else's words)"] += 1
        return None
    if record.get("via_bot"):
        wanted.left["messages that a bot made"] += 1
        return None
    files = any(record.get(k) for k in ("photo", "file", "media_type", "location_information", "contact_information"))
    wanted.left["pictures, voice messages and files"] += files
    wanted.left["polls"] += bool(record.get("poll"))
    text = clean(_text(record.get("text")), wanted)
    if not text:
        wanted.left["messages without words"] += not files and not record.get("poll")
        return None
    day = str(record.get("date") or "")[:10]
    try:
        date.fromisoformat(day)
    except ValueError:
        raise NoteError(f"{where}: its date is {day!r}", mend=_MEND) from None
    return Message(day, str(record.get("from") or "deleted account"), text)


def _text(value: Any) -> str:
    """The text of a message: a string, or pieces of which some have a form (bold, a link, a mention)."""
    if isinstance(value, list):
        return "".join(_text(v) for v in value)
    if isinstance(value, dict):
        return "" if value.get("type") == "link" else str(value.get("text") or "")
    return value if isinstance(value, str) else ""
