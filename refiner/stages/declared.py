"""What front matter says outright: events, observations, retractions, with their quotes found in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from refiner.config import Config
from refiner.edits import digest
from refiner.models import (
    Duration,
    Effect,
    Event,
    EventSpec,
    Finding,
    Note,
    Observation,
    Relation,
    Retraction,
    Span,
    TimeSpec,
    When,
)
from refiner.stages.event_times import Days
from refiner.timeline.bounds import to_iso
from refiner.timeline.durations import parse_duration
from refiner.timeline.frame import exact


def _words(spec: TimeSpec) -> str:
    return f"“{spec.raw}”" if spec.raw else " to ".join(d for d in (spec.earliest, spec.latest) if d)


@dataclass
class Declared:
    """The front matter's share of an extraction."""

    events: list[Event] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def find_quote(note: Note, quote: str) -> Span | None:
    """Where a quote stands in the body of a note; line breaks in either count as spaces."""
    words = quote.split()
    if not words:
        return None
    at = note.text.find(quote, note.body_start)
    if at >= 0:
        return Span(note=note.path, start=at, end=at + len(quote))
    match = re.compile(r"\s+".join(map(re.escape, words))).search(note.text, note.body_start)
    return Span(note=note.path, start=match.start(), end=match.end()) if match else None


class _Reader:
    def __init__(self, note: Note, config: Config, days: Days) -> None:
        self.note, self.days, self.out = note, days, Declared()
        self.known = {t.id for t in config.traits}
        self.unknown: dict[str, None] = {}

    def quote(self, quote: str, whose: str) -> Span | None:
        span = find_quote(self.note, quote)
        if quote and span is None:
            at = self.note.text.find(quote, 0, self.note.body_start)
            self.warn(f"{whose}: the note does not hold the words “{quote}”", at, at + len(quote))
        return span

    def warn(self, message: str, start: int = -1, end: int = -1) -> None:
        place = (start, end) if start >= 0 else (None, None)
        self.out.findings.append(
            Finding(check="front-matter", note=self.note.path, start=place[0], end=place[1], message=message)
        )

    def trait(self, trait: str) -> None:
        if trait not in self.known:
            self.unknown[trait] = None

    def event(self, spec: EventSpec, index: int) -> None:
        name = spec.label or spec.quote or ", ".join(f"{e.trait} {e.kind}" for e in spec.effects)
        event_id = (
            spec.id
            or "event-"
            + digest("event", self.note.path, spec.label, spec.quote, "" if spec.label or spec.quote else str(index))[
                :10
            ]
        )
        quotes = list(dict.fromkeys(q for q in (spec.quote, *(e.quote for e in spec.effects)) if q))
        spans = [s for q in quotes if (s := self.quote(q, f"event {name or event_id}"))]
        for effect in spec.effects:
            self.trait(effect.trait)
        who, told = f"event {name or event_id}", spans[0].start if spans else None
        when, problem = self.days.given(spec.when, told)
        self._check_time(who, spec, when, problem or self._out_of_life(spec, when, self.days.written(told)))
        until, problem = self.days.given(spec.until, told) if spec.until != TimeSpec() else (When(), "")
        self._check_time(who, spec, until, problem, "until")
        lasted = parse_duration(spec.lasted) if spec.lasted else Duration()
        if lasted is None:
            problem = f"“{spec.lasted}” is no length of time that can be read; write “two years” or “about six weeks”"
            self.warn(f"{who}: lasted: {problem}", *self._place("lasted", spec.lasted))
        self.out.events.append(
            Event(
                id=event_id,
                note=self.note.path,
                spans=tuple(spans),
                quotes=tuple(self.note.text[s.start : s.end] for s in spans),
                label=spec.label or spec.quote,
                when=when,
                until=until,
                lasted=lasted or Duration(raw=spec.lasted),
                written=self.days.written(spans[0].start if spans else None),
                modality=spec.modality,
                subject=spec.subject,
                effects=tuple(
                    Effect(trait=e.trait, kind=e.kind, quote=self._said(e.quote), at=e.at) for e in spec.effects
                ),
                relations=tuple(Relation(kind=r.kind, to=r.to, quote=r.quote) for r in spec.relations),
                order=spans[0].start if spans else index,
                source="person",
            )
        )

    def _check_time(self, who: str, spec: EventSpec, when: When, problem: str, key: str = "when") -> None:
        given = spec.when if key == "when" else spec.until
        if problem:
            said = "" if key == "when" else f"{key}: "
            self.warn(f"{who}: {said}{problem}", *self._place(key, given.raw or given.earliest or given.latest))

    def _out_of_life(self, spec: EventSpec, when: When, written: str) -> str:
        """What is wrong with a date that lies before the narrator's birth or, for what happened, after the telling."""
        if spec.when == TimeSpec() or spec.modality != "actual":
            return ""
        born = self.days.config.persona.born
        window = exact(born)
        first = to_iso(window.low) if window else ""
        if spec.subject == "self" and when.latest and first and when.latest < first:
            return f"{_words(spec.when)} is before your birth ({born}); write `subject: other` for another's event"
        if when.earliest and written and when.earliest > written:
            return f"{_words(spec.when)} is after the day of writing ({written}); write `modality: planned` for a plan"
        return ""

    def _place(self, key: str, raw: str) -> tuple[int, int]:
        """Where the words of a key stand in the front matter; (-1, -1) where they cannot be found."""
        pattern = rf"\b{key}\s*:\s*(?:\{{[^}}]*?)?[\"']?({re.escape(raw)})"
        m = re.compile(pattern).search(self.note.text, 0, self.note.body_start) if raw else None
        return m.span(1) if m else (-1, -1)

    def _said(self, quote: str) -> str:
        """The quote as the text has it, so that it can be found there again."""
        span = find_quote(self.note, quote)
        return self.note.text[span.start : span.end] if span else quote

    def read(self) -> Declared:
        meta = self.note.meta
        for raw, problem in self.days.unreadable():
            self.warn(f"the note's date: {problem}", *self._place("(?:date|written)", raw))
        for index, spec in enumerate(meta.events or ()):
            self.event(spec, index)
        for o in meta.observations:
            self.trait(o.trait)
            span = self.quote(o.quote, f"observation of {o.trait}")
            at, problem = self.days.day(o.at, span.start if span else None)
            if problem:
                self.warn(f"observation of {o.trait}: {problem}", *self._place("at", o.at))
            self.out.observations.append(
                Observation(trait=o.trait, holds=o.holds, at=at, note=self.note.path, quote=self._said(o.quote))
            )
        for r in meta.retracts:
            self.quote(r.quote, f"retraction of {r.target}")
            self.out.retractions.append(
                Retraction(target=r.target, by=r.by, note=self.note.path, quote=self._said(r.quote))
            )
        if self.unknown:
            names = ", ".join(self.unknown)
            self.out.findings.append(
                Finding(
                    check="unknown-trait",
                    severity="info",
                    note=self.note.path,
                    message=f"traits that refiner.toml does not declare are tracked at importance 0: {names}",
                )
            )
        return self.out


def declared(note: Note, config: Config, days: Days) -> Declared:
    """Reads a note's front matter. Quotes that the text does not hold and impossible dates are findings."""
    return _Reader(note, config, days).read()


__all__ = ["Declared", "When", "declared", "find_quote"]
