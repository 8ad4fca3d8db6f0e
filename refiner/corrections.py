"""What the person said about events and dates, applied to what was read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refiner.config import Config
from refiner.models import Decision, Duration, Event, Extraction, Relation, When
from refiner.review.effects import kept_events
from refiner.review.history import DECIDING, History
from refiner.review.standing import verdicts_on
from refiner.stages.doubt import said_of
from refiner.timeline.dates import parse_time
from refiner.timeline.sayings import days_of


def standing_answers(history: History) -> list[Decision]:
    """The answers that were not undone, the last one of each item.

    They carry their own effect, since a question that was answered may never be asked again.
    """
    last = [
        deciding[-1]
        for item in history.by_item
        if (deciding := [d for d in history.active(item) if d.verdict in DECIDING])
    ]
    return [d for d in last if d.verdict == "answer"]


def correct_events(extractions: Sequence[Extraction], history: History, config: Config) -> list[Extraction]:
    """Applies what the person said about events: rejected ones go, answered and edited dates replace what was read;
    an answer may also tell of an event that no note tells."""
    answers: dict[str, list[dict[str, Any]]] = {}
    for d in sorted(standing_answers(history), key=lambda d: d.at):
        if d.effect is not None and d.effect.event:
            said = dict(d.effect.event)
            for one in (said, *said.pop("also", ())):
                answers.setdefault(str(one.get("id")), []).append(one)
    out = []
    for x in extractions:
        kept = []
        for old, e in _kept(x.events, history):
            edited = [{"id": e.id, "when": e.when.raw}] if e.when.raw != old.when.raw else []
            kept.append(_answered(e, [*edited, *answers.get(e.id, ())], config))
        told = {e.id for e in x.events}
        for i, said_of_it in answers.items():
            new = next((a for a in said_of_it if a.get("note") == x.note), None)
            if new is not None and i not in told and (event := _new(new)):
                kept.append(_answered(event, [a for a in said_of_it if a is not new], config))
        out.append(x.model_copy(update={"events": tuple(kept)}))
    return out


def _new(said: Mapping[str, Any]) -> Event | None:
    """An event that an answer tells of; None for one whose days cannot be read."""
    try:
        event = Event.model_validate({**said, "source": "person"})
        days_of(event.when)
    except ValueError:  # written by hand, or by a version with other days
        return None
    return event


def _answered(event: Event, answers: Iterable[Mapping[str, Any]], config: Config) -> Event:
    """The event as the person's answers leave it, one after the other."""
    for said in answers:
        change = {k: v for k, v in said.items() if k not in _PARTS}
        if words := said.get("when"):
            change["when"] = read_time(str(words), config, written=event.written) or event.when
        if add := said.get("add_relation"):
            relation = Relation(kind=add[0], to=add[1])
            change["relations"] = (*event.relations, *(() if relation in event.relations else (relation,)))
        if drop := said.get("drop_effect"):
            change["effects"] = tuple(f for f in event.effects if [f.trait, f.kind] != list(drop))
        if claim := said.get("forget"):
            change |= _without(event, *(str(part) for part in claim))
        if change:
            event = Event.model_validate({**event.model_dump(), **change, "source": "person"})
    return event


_PARTS = ("id", "when", "add_relation", "drop_effect", "forget", "also")


def _without(event: Event, what: str, to: str, said: str = "") -> dict[str, Any]:
    """What changes where the person said that a claim of an event is wrong; `said` is what it was (`doubt.said_of`)."""
    if said and said != said_of(event, what):
        return {}  # the note says something else by now
    match what:
        case "when" | "until":
            return {what: When(raw=getattr(event, what).raw)}
        case "lasted":
            return {"lasted": Duration(raw=event.lasted.raw)}
    return {"relations": tuple(r for r in event.relations if (r.kind, r.to) != (what, to))}


def _kept(events: Sequence[Event], history: History) -> list[tuple[Event, Event]]:
    decided = verdicts_on(events, history)
    return [(e, new[0]) for e in events if (new := kept_events([e], decided))]


def read_time(words: str, config: Config, *, written: str = "") -> When | None:
    """What a person's words for a date mean in this life; None if nothing can be made of them."""
    p = config.persona
    return parse_time(
        words,
        born=p.born,
        first_school_year=p.first_school_year,
        school_year_starts=p.school_year_starts,
        culture=p.culture,
        written=written,
    )
