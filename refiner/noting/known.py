"""What a workspace knows already that a new note may name: people, traits, events. Read from the last refine.

Nothing here fails: a workspace that was never refined, or whose results another version wrote, knows nothing yet.
"""

from __future__ import annotations

import difflib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from refiner.config import Config, Trait, followed
from refiner.errors import NoteError, RefinerError
from refiner.models import Event, Extraction, Note, Person, Timeline, When
from refiner.notes import Reading, decode, note_files, note_from_text, read_notes
from refiner.noting.names import slug
from refiner.stages.declared import declared
from refiner.stages.event_times import Days
from refiner.stages.linking import link_events
from refiner.stages.people import ADDRESSES
from refiner.store import Workspace, read_jsonl
from refiner.timeline.bounds import to_day, to_iso

M = TypeVar("M", bound=BaseModel)
_MADE = ("told-", "event-", "landmark-")  # ids that the reader made up


@dataclass
class Known:
    """People, traits and events of a workspace, and its settings."""

    ws: Workspace
    config: Config
    people: tuple[Person, ...] = ()
    events: tuple[Event, ...] = ()
    traits: tuple[Trait, ...] = ()  # the declared ones by importance, then those that are only followed
    windows: dict[str, tuple[str, str]] = field(default_factory=dict)

    # ---- people ----------------------------------------------------------------------------------------------------

    def relation(self, name: str) -> str:
        """Who somebody is to the narrator, "" where no note says it."""
        wanted = name.casefold()
        found = {p.relation for p in self.people if wanted in {n.casefold() for n in p.names} and p.relation}
        if len(found) == 1:
            return found.pop()
        called = {n.casefold(): r for n, (r, _) in ADDRESSES.items()}
        return called.get(wanted, "")

    @property
    def names(self) -> list[str]:
        return sorted({n for p in self.people for n in p.names})

    # ---- traits ----------------------------------------------------------------------------------------------------

    def trait(self, words: str) -> Trait | None:
        """The trait of an id, a name or an alias, in any case; None where it is none, or one of several."""
        wanted = words.strip().casefold()
        by_id = [t for t in self.traits if t.id.casefold() == wanted]
        found = by_id or [t for t in self.traits if wanted in {w.casefold() for w in (*t.words, t.title)}]
        return found[0] if len(found) == 1 else None

    def near_traits(self, words: str) -> list[Trait]:
        """Traits that are written nearly so."""
        names = {w.casefold(): t for t in reversed(self.traits) for w in (t.id, t.title, *t.words)}
        near = difflib.get_close_matches(words.strip().casefold(), names, 3, 0.72)
        return list({names[w].id: names[w] for w in near}.values())

    def name_of(self, trait: str) -> str:
        found = self.trait(trait)
        return found.title if found else trait.replace("-", " ")

    # ---- events ----------------------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> Reading:
        """All notes of the workspace; read only where what the last refine left does not answer."""
        with suppress(RefinerError):
            return read_notes(self.ws.raw)
        return Reading((), ())

    @cached_property
    def unrefined(self) -> list[Note]:
        """The notes that were written after the last refine, those of its own day too."""
        found = []
        with suppress(RefinerError, OSError):
            since = self.ws.refined / "state.json"
            before = since.stat().st_mtime_ns if since.is_file() else 0
            for path in note_files(self.ws.raw):
                if path.stat().st_mtime_ns > before:
                    name = path.relative_to(self.ws.raw).as_posix()
                    with suppress(NoteError, OSError):
                        found.append(note_from_text(decode(path.read_bytes(), name), name))
        return found

    @property
    def event_names(self) -> list[str]:
        """The ids that a person would type."""
        ids = {e.id for x in self.extractions for e in x.events}
        return sorted(i for i in ids if not i.startswith(_MADE))

    @cached_property
    def extractions(self) -> list[Extraction]:
        """What the last refine found, and what notes declare that came after it."""
        by_note: dict[str, list[Event]] = {}
        for e in self.events:
            by_note.setdefault(e.note, []).append(e)
        known = {e.id for e in self.events}
        for note in self.unrefined:
            if note.meta.events:
                new = declared(note, self.config, Days(note, self.config)).events
                by_note.setdefault(note.path, []).extend(e for e in new if e.id not in known)
        return [Extraction(note=path, events=tuple(events)) for path, events in by_note.items()]

    def linked(self, extraction: Extraction, note: Note | None = None) -> Extraction:
        """A new note's extraction, its times counted from the events of other notes that their words name."""
        events = [w for e in extraction.events for w in (e.when, e.until)]
        ids = {e.id for e in (*self.events, *extraction.events)}
        if all(not w.anchor or w.anchor in ids for w in events):
            return extraction
        others = [x for x in self.extractions if x.note != extraction.note]
        notes = [*(n for n in self.notes.notes if n.path != extraction.note), *([note] if note else [])]
        return link_events([extraction, *others], notes, self.config)[0]

    def anchor(self, when: When) -> Event | None:
        """The event that a time counts from, None where no note tells it or several may be meant."""
        probe = Event(id="a new note", note="a new note", when=when, source="rule:note")
        name = self.linked(Extraction(note=probe.note, events=(probe,))).events[0].when.anchor
        known = {e.id: e for e in self.events}
        if name not in known:
            linked = link_events(
                [*self.extractions, Extraction(note=probe.note, events=(probe,))], self.notes.notes, self.config
            )
            known = {e.id: e for x in linked for e in x.events}
        return known.get(name)

    def near_events(self, words: str) -> list[Event]:
        """Events with an id or a label that is written nearly so, or that holds one of the words."""
        wanted = words.strip().casefold()
        every = {e.id: e for x in self.extractions for e in x.events if not e.id.startswith(_MADE)}
        scored = []
        for e in every.values():
            names = [e.id.casefold(), e.label.casefold()]
            near = max(difflib.SequenceMatcher(None, wanted, n, autojunk=False).ratio() for n in names)
            holds = any(len(w) > 2 and w in f"{names[0]} {names[1]}" for w in slug(wanted, 9).split("-"))
            holds = holds or any(n.startswith(wanted) for n in names)
            if near > 0.6 or holds:
                scored.append((-near - holds, e.id, e))
        return [e for _, _, e in sorted(scored, key=lambda s: s[:2])[:5]]

    def window(self, when: When) -> tuple[str, str]:
        """First and last ISO day of a time, "" for an open side; of one that counts from an event, by the timeline."""
        if when.earliest or when.latest or not when.anchor:
            return when.earliest, when.latest
        event = self.anchor(when)
        if event is None:
            return "", ""
        first, last = self.windows.get(event.id) or (event.when.earliest, event.when.latest)
        low, high = to_day(first), to_day(last)
        return (
            to_iso(low + when.offset_min) if low is not None and when.offset_min is not None else "",
            to_iso(high + when.offset_max) if high is not None and when.offset_max is not None else "",
        )


def known_of(ws: Workspace, config: Config) -> Known:
    """What the last refine of a workspace left, and its settings."""
    declared_ = sorted(config.traits, key=lambda t: -t.importance)
    ids = {t.id for t in declared_}
    timeline = Timeline(now="")
    with suppress(OSError, UnicodeDecodeError, ValidationError):
        timeline = Timeline.model_validate_json((ws.refined / "timeline.json").read_text(encoding="utf-8"))
    events = _records(ws, "events.jsonl", Event)
    others = [t.id for t in timeline.traits if t.id not in ids]
    return Known(
        ws,
        config,
        tuple(_records(ws, "people.jsonl", Person)),
        tuple(events),
        (*declared_, *(followed(t) for t in others)),
        dict(timeline.windows),
    )


def _records(ws: Workspace, name: str, shape: type[M]) -> list[M]:
    try:
        return read_jsonl(ws.refined / name, shape)
    except RefinerError:
        return []
