"""Joins what notes tell apart: "the year after Dada died" in one note, "Dada died in January 2010" in another.

A time that counts from words is joined to the event that these words name: by id, by label, or by a dated sentence of
another note that tells the same kind of thing about the same people. Where two sentences fit, nothing is joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from refiner.checks.change_words import masked
from refiner.checks.stems import WORD, share, stems
from refiner.config import Config
from refiner.edits import digest
from refiner.models import Event, Extraction, Note, Span, When
from refiner.stages.event_times import Days

_KINDS = {
    "move": r"\bmov(?:e|ed|ing)\b|\bshift(?:ed|ing)? (?:to|from|house)\b|\b(?:came|went) from \w+ to\b|\btransferred\b",
    "death": r"\bdied\b|\bdeath\b|\bpassed away\b|\bfuneral\b|\bpassing\b",
    "birth": r"\b(?:was|were) born\b|\bbirth\b|\bcame into the world\b",
    "wedding": r"\bmarried\b|\bwedding\b|\bmarriage\b",
    "job": r"\bjoined\b|\bfirst job\b|\bfirst salary\b|\bstarted (?:at|in) (?:the )?[A-Z]",
    "leaving": r"\bleft (?:school|college|the (?:job|company|army|academy))\b|\bresign(?:ed|ation)\b"
    r"|\bretire(?:d|ment)\b|\blaid off\b",
    "degree": r"\bgraduat(?:ed|ion)\b|\bpassed out\b|\bconvocation\b|\bboard (?:exam|result)s?\b",
    "accident": r"\baccident\b|\bcrash(?:ed)?\b",
    "operation": r"\boperat(?:ion|ed)\b|\bsurgery\b|\bbypass\b|\btransplant\b",
    "stroke": r"\bstroke\b|\bheart attack\b",
    "divorce": r"\bdivorced?\b|\bseparat(?:ed|ion)\b|\bbroke up\b",
}
_PATTERNS = {kind: re.compile(pattern, re.I) for kind, pattern in _KINDS.items()}
_CUT = re.compile(r"[,;:]|(?<=\w) (?:I|we|he|she|they|it|my|our|there) ")
_NAME = re.compile(r"\b(?!(?:I|The|A|We|My|Our)\b)[A-Z][\w'-]+")


def link_events(
    extractions: Iterable[Extraction], notes: Sequence[Note] = (), config: Config | None = None
) -> list[Extraction]:
    """Extractions whose times count from events wherever the words allow it, in the order given.

    With `notes` and `config`, an event that no one declared ("we moved to Nagpur in 2002") is added to the extraction
    of the note that tells it when a time elsewhere counts from it. Without them only ids and labels are joined.
    """
    found = list(extractions)
    ids = {e.id: e for x in found for e in x.events}
    labels: dict[str, set[str]] = {}
    for e in ids.values():
        labels.setdefault(_plain(e.label), set()).add(e.id)
    sought = {e.when.anchor for e in ids.values() if e.when.anchor and e.when.anchor not in ids}
    added: dict[str, list[Event]] = {}
    joined: dict[str, str] = {}
    for words in sorted(sought):
        named = labels.get(_plain(words), set()) | ({words.strip()} & ids.keys())
        if len(named) == 1:
            joined[words] = next(iter(named))
        elif config is not None and (event := _landmark(words, notes, config)):
            known = next((e for e in ids.values() if e.spans[:1] == event.spans[:1] and e.when == event.when), None)
            joined[words] = (known or event).id
            if known is None and event.id not in ids:
                ids[event.id] = event
                added.setdefault(event.note, []).append(event)
    return [_joined(x, joined, added.get(x.note, [])) for x in found]


def _joined(extraction: Extraction, joined: dict[str, str], added: list[Event]) -> Extraction:
    events = []
    for e in extraction.events:
        to = joined.get(e.when.anchor, "")
        if to and to != e.id:
            e = e.model_copy(update={"when": e.when.model_copy(update={"anchor": to})})
        events.append(e)
    if events == list(extraction.events) and not added:
        return extraction
    return extraction.model_copy(update={"events": tuple(sorted([*events, *added], key=lambda e: (e.order, e.id)))})


def _plain(text: str) -> str:
    return (
        re.sub(r"[\s_-]+", " ", text).strip().casefold().removeprefix("the ").removeprefix("my ").removeprefix("our ")
    )


def _landmark(words: str, notes: Sequence[Note], config: Config) -> Event | None:
    """The one dated sentence that tells what the words name, as an event without effects."""
    said = _CUT.split(words.strip())[0] or words
    names = {n.removesuffix("'s") for n in _NAME.findall(said)}
    kinds = {k for k, p in _PATTERNS.items() if p.search(said)}
    content = {s for m in WORD.finditer(said) if share(m[0].lower()) > 0.2 for s in stems(m[0])[:1]}
    if not kinds and not content:
        return None
    fits: list[Event] = []
    for note in notes:
        days = None
        for index, sentence in enumerate(note.sentences):
            text = masked(sentence.text)
            same_kind = any(_PATTERNS[k].search(text) for k in kinds) and names <= _words(text)
            if not same_kind and not (content and content <= {s for m in WORD.finditer(text) for s in stems(m[0])}):
                continue
            days = days or Days(note, config)
            when = next(
                (t.when for t in days.times(index) if t.when.earliest and t.when.latest and not t.when.anchor), None
            )
            if when is not None:
                fits.append(_event(note, index, when, days))
    windows = {(e.when.earliest, e.when.latest) for e in fits}
    return fits[0] if len(windows) == 1 else None


def _words(text: str) -> set[str]:
    return {m[0].removesuffix("'s").removesuffix("’s") for m in WORD.finditer(text)}


def _event(note: Note, index: int, when: When, days: Days) -> Event:
    sentence = note.sentences[index]
    label = " ".join(sentence.text.split())
    return Event(
        id="landmark-" + digest("landmark", note.path, sentence.text, str(sentence.occurrence))[:10],
        note=note.path,
        spans=(Span(note=note.path, start=sentence.start, end=sentence.end),),
        quotes=(sentence.text,),
        label=label if len(label) <= 70 else label[:69].rsplit(" ", 1)[0] + "…",
        when=when,
        written=days.written(sentence.start),
        subject="other",
        order=sentence.start,
        source="rule:landmark",
        confidence=0.7,
    )
