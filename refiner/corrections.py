"""What the person said about events and dates, applied to what was read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from refiner.config import Config
from refiner.models import Decision, Duration, Event, Extraction, When
from refiner.review.effects import kept_events
from refiner.review.history import DECIDING, History
from refiner.review.identity import text_shas
from refiner.timeline.dates import parse_time


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
    answers: dict[str, dict[str, Any]] = {}
    forgotten: dict[str, list[tuple[str, str]]] = {}
    for d in standing_answers(history):
        if d.effect is not None and d.effect.event:
            said = dict(d.effect.event)
            if claim := said.pop("forget", None):
                forgotten.setdefault(str(said.get("id")), []).append((str(claim[0]), str(claim[1])))
            answers.setdefault(str(said.get("id")), {}).update(said)
    out = []
    for x in extractions:
        kept = []
        for old, e in _kept(x.events, history):
            change = {k: v for k, v in answers.get(e.id, {}).items() if k not in ("id", "when")}
            words = answers.get(e.id, {}).get("when") or (e.when.raw if e.when.raw != old.when.raw else "")
            if words:
                change["when"] = read_time(str(words), config, written=e.written) or e.when
            change |= _without(e, forgotten.get(e.id, ()))
            kept.append(Event.model_validate({**e.model_dump(), **change, "source": "person"}) if change else e)
        told = {e.id for e in x.events}
        new = [said for i, said in answers.items() if said.get("note") == x.note and i not in told]
        kept += [Event.model_validate({**said, "source": "person"}) for said in new]
        out.append(x.model_copy(update={"events": tuple(kept)}))
    return out


def _without(event: Event, claims: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What changes where the person said that these claims of an event, `(what, other event)`, are wrong."""
    gone = set(claims)
    change: dict[str, Any] = {}
    for what in ("when", "until"):
        if any(w == what for w, _ in gone):
            change[what] = When(raw=getattr(event, what).raw).model_dump()
    if any(w == "lasted" for w, _ in gone):
        change["lasted"] = Duration(raw=event.lasted.raw).model_dump()
    relations = [r.model_dump() for r in event.relations if (r.kind, r.to) not in gone]
    if len(relations) < len(event.relations):
        change["relations"] = relations
    return change


def _kept(events: Sequence[Event], history: History) -> list[tuple[Event, Event]]:
    decided = history.verdicts(text_shas(events))
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
