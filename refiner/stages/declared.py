"""What front matter says outright: events, observations, retractions, with their quotes found in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from refiner.config import Config
from refiner.edits import digest
from refiner.models import (
    Effect,
    Event,
    EventSpec,
    Finding,
    Note,
    Observation,
    Relation,
    Retraction,
    Span,
    When,
)
from refiner.stages.event_times import Days


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
        when, problem = self.days.given(spec.when, spans[0].start if spans else None)
        if problem:
            self.warn(f"event {name or event_id}: {problem}")
        self.out.events.append(
            Event(
                id=event_id,
                note=self.note.path,
                spans=tuple(spans),
                quotes=tuple(self.note.text[s.start : s.end] for s in spans),
                label=spec.label or spec.quote,
                when=when,
                written=self.days.written(spans[0].start if spans else None),
                modality=spec.modality,
                subject=spec.subject,
                effects=tuple(Effect(trait=e.trait, kind=e.kind, quote=self._said(e.quote)) for e in spec.effects),
                relations=tuple(Relation(kind=r.kind, to=r.to, quote=r.quote) for r in spec.relations),
                order=spans[0].start if spans else index,
                source="person",
            )
        )

    def _said(self, quote: str) -> str:
        """The quote as the text has it, so that it can be found there again."""
        span = find_quote(self.note, quote)
        return self.note.text[span.start : span.end] if span else quote

    def read(self) -> Declared:
        meta = self.note.meta
        for index, spec in enumerate(meta.events or ()):
            self.event(spec, index)
        for o in meta.observations:
            self.trait(o.trait)
            span = self.quote(o.quote, f"observation of {o.trait}")
            at, problem = self.days.day(o.at, span.start if span else None)
            if problem:
                self.warn(f"observation of {o.trait}: {problem}")
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
