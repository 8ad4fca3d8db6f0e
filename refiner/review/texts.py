"""What a person edits of each record, as text, and the record that the edited text means. Pure.

An edit is its `after`; a canon entry its `after` and, a line each, its forms; a sample its messages under marker lines;
an event its date, modality and effects, a line each. `as_text` gives the text, `edited_*` the record that it means.
"""

from __future__ import annotations

import difflib
import re
from typing import get_args

from refiner.errors import UsageError
from refiner.models import (
    EFFECT_KINDS,
    CanonEntry,
    Edit,
    Effect,
    Event,
    Message,
    Modality,
    Question,
    Sample,
    When,
)

_MARKER = re.compile(r"^--- (system|user|assistant) ---$")


def messages_text(messages: tuple[Message, ...]) -> str:
    """Messages as text. A line of a message that looks like a marker gets a backslash before it."""
    lines: list[str] = []
    for message in messages:
        lines.append(f"--- {message.role} ---")
        for line in message.content.split("\n"):
            lines.append(f"\\{line}" if _MARKER.match(line.lstrip("\\")) else line)
    return "\n".join(lines) + "\n"


def parse_messages(text: str) -> tuple[Message, ...]:
    """The messages of such a text. Raises UsageError when something stands before the first marker."""
    found: list[tuple[str, list[str]]] = []
    for line in text.removesuffix("\n").split("\n"):
        if marker := _MARKER.match(line):
            found.append((marker[1], []))
        elif found:
            found[-1][1].append(line[1:] if line.startswith("\\") and _MARKER.match(line.lstrip("\\")) else line)
        elif line.strip():
            raise UsageError("a message begins with a line like: --- assistant ---")
    return tuple(Message.model_validate({"role": role, "content": "\n".join(lines)}) for role, lines in found)


def _sample(text: str, sample: Sample) -> Sample:
    if not any(_MARKER.match(line) for line in text.split("\n")):  # only words: what she says last
        last = sample.messages[-1].model_copy(update={"content": text})
        return sample.model_copy(update={"messages": (*sample.messages[:-1], last)})
    messages = parse_messages(text)
    if not messages or messages[-1].role != "assistant" or not messages[-1].content.strip():
        raise UsageError("a sample ends with what she says: a message under --- assistant ---")
    return sample.model_copy(update={"messages": messages})


def _canon_text(entry: CanonEntry) -> str:
    return "\n".join([entry.after, *(f"{k} = {v}" for k, v in entry.forms.items())])


def _canon(text: str, entry: CanonEntry) -> CanonEntry:
    after, *lines = text.split("\n")
    if not after.strip():
        raise UsageError(f'the first line says what stands for "{entry.before}"; it is empty')
    forms = dict(entry.forms) if not lines else {}
    for line in filter(str.strip, lines):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not (equals and key and value):
            raise UsageError(f'"{line.strip()}" is no form; write: bat = racquet')
        forms[key] = value
    return entry.model_copy(update={"after": after.strip(), "forms": forms})


def _event_text(event: Event) -> str:
    lines = [f"when: {event.when.raw or event.when.edtf}", f"modality: {event.modality}", f"subject: {event.subject}"]
    return "\n".join(lines + [f"effect: {e.trait} {e.kind}" for e in event.effects])


def _event(text: str, event: Event) -> Event:
    """The event as edited: a changed date stands as words in `when.raw`, to be resolved like any other."""
    update: dict[str, object] = {}
    effects: list[Effect] = []
    allowed = {"modality": get_args(Modality), "subject": ("self", "other")}
    for line in filter(str.strip, text.split("\n")):
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "when":
            if value != (event.when.raw or event.when.edtf):
                update["when"] = When(raw=value)
        elif key in allowed:
            update[key] = _one_of(value, allowed[key], key)
        elif key == "effect":
            trait, _, kind = value.partition(" ")
            known = next((e for e in event.effects if (e.trait, e.kind) == (trait, kind.strip())), None)
            kind = _one_of(kind.strip(), EFFECT_KINDS, "effect")
            effects.append(known or Effect.model_validate({"trait": trait, "kind": kind}))
        else:
            raise UsageError(f'unknown line "{key}"; there are when, modality, subject, effect')
    return event.model_copy(update={**update, "effects": tuple(effects), "source": "person", "confidence": 1.0})


def _one_of(value: str, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        near = difflib.get_close_matches(value, allowed, 1, 0.5)
        hint = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(allowed)}"
        raise UsageError(f'{what} "{value}" is not known{hint}')
    return value


def as_text(record: object) -> str | None:
    """What the person edits of a record; None where there is nothing to edit."""
    match record:
        case Edit():
            return record.after
        case CanonEntry():
            return _canon_text(record)
        case Sample():
            return messages_text(record.messages)
        case Event():
            return _event_text(record)
    return None


def problem_with(record: object, text: str) -> str:
    """Why an edited text cannot be taken for this record; "" if it can."""
    try:
        match record:
            case CanonEntry():
                _canon(text, record)
            case Sample():
                _sample(text, record)
            case Event():
                _event(text, record)
            case Edit():
                pass
            case Question() if record.start is not None:
                pass
            case _:
                return "there is no text to edit here"
    except UsageError as error:
        return error.message
    return ""


def already(record: CanonEntry | Event, text: str) -> bool:
    """Whether a record says what the person wrote."""
    try:
        if isinstance(record, CanonEntry):
            return _canon(text, record) == record
        return _editable(_event(text, record)) == _editable(record)
    except UsageError:
        return False


def _editable(event: Event) -> tuple[object, ...]:
    return event.when, event.modality, event.subject, event.effects


def edited_canon(entry: CanonEntry, text: str) -> CanonEntry:
    """The entry as the person wrote it. Raises UsageError."""
    return _canon(text, entry)


def edited_sample(sample: Sample, text: str) -> Sample:
    """The sample as the person wrote it; words without marker lines replace what she says last. Raises UsageError."""
    return _sample(text, sample)


def edited_event(event: Event, text: str) -> Event:
    """The event as the person wrote it. Raises UsageError."""
    return _event(text, event)
