"""Joins what notes tell apart: "the year after Dada died" in one note, "Dada died in January 2010" in another.

A time that counts from words is joined to the event that these words name: by id, by label, or by what a declared
event or a dated sentence of another note tells. Where two fit, nothing is joined. In front matter that is a finding,
since there the person can say which is meant; in plain words the time stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from refiner.config import Config
from refiner.models import Event, Extraction, Finding, Note, Span, When
from refiner.stages.landmark_sentences import DeclaredEvents, LandmarkSentences, sought, the_one
from refiner.timeline.landmarks import plain


def link_events(
    extractions: Iterable[Extraction], notes: Sequence[Note] = (), config: Config | None = None
) -> list[Extraction]:
    """Extractions whose times count from events wherever the words allow it, in the order given.

    With `notes` and `config`, an event that no one declared ("we moved to Nagpur in 2002") is added to the extraction
    of the note that tells it when a time elsewhere counts from it, and a time of front matter that counts from nothing
    known is a finding of its note. Without them only ids and labels are joined.
    """
    found = list(extractions)
    ids = {e.id: e for x in found for e in x.events}
    labels: dict[str, set[str]] = {}
    for e in ids.values():
        labels.setdefault(plain(e.label), set()).add(e.id)
    joins = _Joins(labels, ids, notes, config)
    for words in sorted({w.anchor for e in ids.values() for w in (e.when, e.until) if w.anchor}):
        joins.seek(words)
    texts = {note.path: note for note in notes}
    return [_joined(x, joins, texts.get(x.note)) for x in found]


class _Joins:
    """Which words name which event, and why others name none."""

    def __init__(
        self, labels: dict[str, set[str]], ids: dict[str, Event], notes: Sequence[Note], config: Config | None
    ) -> None:
        self.labels, self.ids, self.notes, self.config = labels, ids, notes, config
        self.told_at: dict[tuple[Span, ...], list[Event]] = {}
        for e in ids.values():
            self.told_at.setdefault(e.spans[:1], []).append(e)
        self.declared = DeclaredEvents(ids.values())
        self.to: dict[str, str] = {}
        self.added: dict[str, list[Event]] = {}
        self.why: dict[str, str] = {}

    @cached_property
    def sentences(self) -> LandmarkSentences | None:
        """Those of all notes; made for the first words that no event's id, label or quote answers."""
        return LandmarkSentences(self.notes, self.config) if self.config is not None else None

    def seek(self, words: str) -> None:
        """Finds the event that the words name, and notes why where there is none or more than one."""
        if words in self.ids:
            return
        named = self.labels.get(plain(words), set()) - {""} | ({words.strip()} & self.ids.keys())
        if len(named) == 1:
            self.to[words] = next(iter(named))
            return
        if len(named) > 1:
            self.why[words] = self._which(self.ids[i] for i in sorted(named))
            return
        event = self._told(words)
        if event is not None:
            self.to[words] = event.id
            if event.id not in self.ids:
                self.ids[event.id] = event
                self.added.setdefault(event.note, []).append(event)

    def _told(self, words: str) -> Event | None:
        what = sought(words) if self.config is not None else None
        if what is None or self.sentences is None:
            return None
        declared = self.declared.fits(what)
        if len(declared) == 1:
            return declared[0]
        if declared:
            self.why[words] = self._which(declared)
            return None
        fits = self.sentences.fits(what)
        event = the_one(fits, what.kinds)
        if event is None:
            if fits:
                self.why[words] = self._which(fits)
            return None
        known = (e for e in self.told_at.get(event.spans[:1], ()) if e.when == event.when)
        return next(known, event)

    def _which(self, events: Iterable[Event]) -> str:
        several = [f"{e.id} ({e.note})" if e.source == "person" else f"“{e.label}” ({e.note})" for e in events]
        return "it may be " + ", or ".join(several[:3])


def _joined(extraction: Extraction, joins: _Joins, note: Note | None) -> Extraction:
    events, findings = [], []
    for e in extraction.events:
        change = {key: w for key in ("when", "until") if (w := _to(getattr(e, key), e, joins)) is not None}
        new = e.model_copy(update=change) if change else e
        events.append(new)
        if note is not None and e.source == "person":
            findings += [f for w in (new.when, new.until) if (f := _nothing(e, w, joins, note))]
    added = joins.added.get(extraction.note, [])
    if events == list(extraction.events) and not added and not findings:
        return extraction
    update = {"events": tuple(sorted([*events, *added], key=lambda e: (e.order, e.id)))}
    return extraction.model_copy(update={**update, "findings": (*extraction.findings, *findings)})


def _to(when: When, event: Event, joins: _Joins) -> When | None:
    """The time counted from the event that its words name; None where nothing changes."""
    to = joins.to.get(when.anchor, "") if when.anchor else ""
    return when.model_copy(update={"anchor": to}) if to and to != event.id else None


def _nothing(event: Event, when: When, joins: _Joins, note: Note) -> Finding | None:
    """A time of front matter that counts from an event which no note has, or from one of several, or from itself."""
    if not when.anchor or (when.anchor in joins.ids and when.anchor != event.id):
        return None
    name = event.label or event.id
    if when.anchor == event.id:
        why = "it counts from itself"
    else:
        why = joins.why.get(when.anchor, "no note has an event of that id or label, nor a dated sentence that tells it")
    write = "give the event that is meant an `id` in its note's front matter, and write that id here"
    m = re.search(re.escape(when.raw), note.text[: note.body_start]) if when.raw else None
    return Finding(
        check="front-matter",
        note=note.path,
        start=m.start() if m else None,
        end=m.end() if m else None,
        message=f"event {name}: “{when.raw}” counts from “{when.anchor}”: {why}; {write}",
    )
