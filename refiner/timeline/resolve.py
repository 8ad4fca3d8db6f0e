"""From what notes say to what is so today: `resolve`, the timeline of a life (TIMELINE, Resolution, steps 1 to 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from refiner.config import Trait
from refiner.errors import RefinerError
from refiner.models import (
    Conflict,
    DeadEffect,
    Event,
    Interval,
    Observation,
    Retraction,
    Timeline,
    TraitVerdict,
)
from refiner.timeline.bounds import Window, edtf_of, edtf_window, to_day, to_iso
from refiner.timeline.causes import loops
from refiner.timeline.closure import Life
from refiner.timeline.constraints import ORIGIN, Block, Constraint, Network, between
from refiner.timeline.traits import BEGINS, ENDS, Facts, Told, members


def resolve(
    events: Sequence[Event],
    observations: Sequence[Observation],
    retractions: Sequence[Retraction],
    traits: Sequence[Trait],
    *,
    now: str,
    born: str = "",
) -> Timeline:
    """The timeline on day `now` (ISO) of a person born on `born` (EDTF, "" unknown).

    Traits that are told of and not declared are tracked at importance 0. `Timeline.closure` holds the events that must
    be told along with the kept ones, which are the keys of `Timeline.actions`. The order of the arguments' items does
    not matter; `Event.order` does. Raises ImpossibleTime for a date that is none, RefinerError for an id given twice.
    """
    life = life_of(events, observations, retractions, traits, now=now, born=born)
    ordered = _ordered(events)
    important = [t.id for t in traits if t.importance > 0]
    kept = life.kept(important)
    place = {e.id: i for i, e in enumerate(ordered)}
    added = sorted(life.closure(kept) - kept, key=lambda e: place.get(e, -1))
    return Timeline(
        now=now,
        traits=tuple(_verdict(trait, life, born) for trait in life.facts),
        events=tuple(ordered),
        closure=tuple(added),
        actions={e: life.action(e) for e in sorted(kept, key=lambda e: place[e])},
        dead_effects=tuple(DeadEffect(event=e, trait=t) for e, t in life.dead()),
        conflicts=(*_contradictions(life, ordered), *loops(ordered)),
        windows={e.id: _window_of(e, life) for e in ordered},
    )


def life_of(
    events: Sequence[Event],
    observations: Sequence[Observation],
    retractions: Sequence[Retraction],
    traits: Sequence[Trait],
    *,
    now: str,
    born: str = "",
) -> Life:
    """Facts and network of a life, judged. Same arguments and errors as `resolve`."""
    ordered = _ordered(events)
    twice = [i for i, n in Counter(e.id for e in ordered).items() if n > 1]
    if twice:
        where = ", ".join(sorted({e.note for e in ordered if e.id == twice[0]}))
        raise RefinerError(f'two events have the id "{twice[0]}" ({where})', mend="give each event an id of its own")
    network = network_of(ordered, born=born)
    today = to_day(now)
    declared = [t.id for t in traits]
    ids = {e.id for e in ordered}
    told_of = {f.trait for e in ordered if e.subject == "self" for f in e.effects} | {o.trait for o in observations}
    told_of |= {r.target for r in retractions if r.target not in ids}
    facts = {t: Facts(t) for t in (*declared, *sorted(told_of - set(declared)))}
    for trait in traits:
        facts[trait.id].initially = trait.initially
    gone = {r.target for r in retractions}
    for event in ordered:
        if event.subject != "self":
            continue  # somebody else's change of a trait is not the narrator's
        void = _void(event, network, today, gone & ids)
        for index, f in enumerate(event.effects):
            facts[f.trait].told.append(Told(event, f.trait, f.kind, f.quote, index, void))
    for o in sorted(observations, key=lambda o: (o.at, o.note, o.quote, o.holds, o.trait)):
        window = _window(o.at)
        if today is None or window.low is None or window.low <= today:
            facts[o.trait].observations.append((o, window))
    for r in sorted(retractions, key=lambda r: (r.target, r.by, r.note, r.quote)):
        for about in facts.values():
            if r.target == about.trait or any(t.event.id == r.target for t in about.told):
                about.retractions.append(r)
    return Life(facts, network, now=now)


def _ordered(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda e: (e.order, e.id))


def _void(event: Event, network: Network, today: int | None, retracted: set[str]) -> str:
    """Why the event's effects count for nothing; "" where they count."""
    if event.id in retracted:
        return "retracted"
    if event.modality != "actual":
        return event.modality
    low = network.window(event.id)[0]
    if low is None:
        low = _when(event).low
    return "after now" if today is not None and low is not None and low > today else ""


def _window(text: str) -> Window:
    found = edtf_window(text) if text else None
    return found[0] if found else Window(None, None)


def _when(event: Event) -> Window:
    w = event.when
    if w.edtf and not (w.earliest or w.latest or w.anchor):
        return _window(w.edtf)
    return Window(to_day(w.earliest), to_day(w.latest))


def network_of(events: Iterable[Event], *, born: str = "") -> Network:
    """The constraints of all events that happened. Planned, imagined and denied ones have no day in this life."""
    actual = {e.id: e for e in events if e.modality == "actual"}
    birth = _window(born).low
    found: list[Constraint] = []
    for e in actual.values():
        name, when = e.label or e.id, _when(e)
        quote = e.when.raw or (e.quotes[0] if e.quotes else "")
        said = edtf_of(when)
        found += between(ORIGIN, e.id, when.low, when.high, f"“{name}” is dated {said}", quote)
        if e.subject == "self":
            found += between(ORIGIN, e.id, birth, None, f"“{name}” happened after birth ({born})")
        told = _window(e.written).high
        found += between(ORIGIN, e.id, None, told, f"“{name}” was told on {e.written}", e.quotes[0] if e.quotes else "")
        if e.when.anchor in actual and (e.when.offset_min is not None or e.when.offset_max is not None):
            why = f"“{name}” is dated from “{actual[e.when.anchor].label or e.when.anchor}”"
            found += between(e.when.anchor, e.id, e.when.offset_min, e.when.offset_max, why, e.when.raw)
        for r in e.relations:
            if r.to not in actual:
                continue
            other = actual[r.to].label or r.to
            if r.kind == "before":
                found += between(e.id, r.to, 1, None, f"“{name}” was before “{other}”", r.quote)
            elif r.kind == "same_as":
                found += between(e.id, r.to, 0, 0, f"“{name}” and “{other}” are the same", r.quote)
    return Network(actual, found)


def _verdict(trait: str, life: Life, born: str) -> TraitVerdict:
    facts, j = life.facts[trait], life.judgements[trait]
    notes = [j.note] if j.note else []
    if j.verdict in ("HOLDS", "NOT", "DORMANT"):
        other = j.verdict == "NOT"
        against = [o for o, w in facts.observations if o.holds == other and _later(w, facts, life.network)]
        if against and j.note != "cause unknown":
            notes.append(f"but on {against[-1].at} the notes say otherwise")
    return TraitVerdict(
        id=trait,
        verdict=j.verdict,
        default_verdict=j.default,
        intervals=() if j.verdict in ("RETRACTED", "UNKNOWN", "INCONSISTENT") else tuple(_intervals(facts, life, born)),
        evidence=tuple(_evidence(facts, life)),
        note="; ".join(notes),
    )


def _later(window: Window, facts: Facts, network: Network) -> bool:
    """Was this observed after everything that changed the trait?"""
    highs = [network.window(t.event.id)[1] for t in facts.of(BEGINS | ENDS)]
    return window.low is not None and all(h is not None and h < window.low for h in highs)


def _evidence(facts: Facts, life: Life) -> Iterable[dict[str, Any]]:
    """Everything that was said about the trait, each with whether it counts for the verdict."""
    worlds = life.judgements[facts.trait].worlds
    deciding = {(t.event.id, t.index) for w in worlds for t in (*w.live, *w.pausing, *w.deciding)}
    for t in facts.told:
        quote = t.quote or (t.event.quotes[0] if t.event.quotes else "")
        found: dict[str, Any] = {"event": t.event.id, "kind": t.kind, "when": _dated(t, life), "note": t.event.note}
        found |= {"quote": quote, "decides": (t.event.id, t.index) in deciding}
        yield found | ({"void": t.void} if t.void else {})
    for o, _ in facts.observations:
        yield {"observation": o.holds, "when": o.at, "note": o.note, "quote": o.quote}
    for r in facts.retractions:
        yield {"retraction": r.target, "by": r.by, "note": r.note, "quote": r.quote}


def _window_of(event: Event, life: Life) -> tuple[str, str]:
    low, high = life.network.window(event.id) if event.id in life.network else (None, None)
    if low is None and high is None:
        low, high = _when(event)
    return to_iso(low), to_iso(high)


def _dated(told: Told, life: Life) -> str:
    """EDTF of the event's day as it was told, or what the constraints leave of it; ".." where nothing is known."""
    when = told.event.when
    if when.edtf:
        return when.edtf
    low, high = life.network.window(told.event.id) if told.event.id in life.network else (None, None)
    if low is None and high is None:
        low, high = _when(told.event)
    return edtf_of(Window(low, high)) or ".."


def _intervals(facts: Facts, life: Life, born: str) -> Iterable[Interval]:
    """When the trait held: by date, and where dates leave it open by the order of telling."""
    worlds = life.judgements[facts.trait].worlds
    last = worlds[0].last if worlds else None
    span = {t: life.network.window(t.event.id) for t in facts.of(BEGINS | ENDS)}

    def place(t: Told) -> tuple[bool, float, float, tuple[int, str, int]]:
        low, high = span[t]
        return t == last, float("-inf") if low is None else low, float("inf") if high is None else high, t.key

    by: tuple[str, ...] = ()
    since = (born or "..") if facts.initially else ""
    open_ = facts.initially
    for t in sorted(span, key=place):
        if t.kind in BEGINS and not open_:
            since, by, open_ = _dated(t, life), (t.event.id,), True
        elif t.kind in ENDS and (open_ or not by):
            if open_:
                yield Interval(from_=since, until=_dated(t, life), by=(*by, t.event.id))
            open_ = False
    if open_:
        yield Interval(from_=since, until="", by=by)


def _contradictions(life: Life, events: Sequence[Event]) -> Iterable[Conflict]:
    for block in life.network.conflicts:
        cycle = frozenset(members(block.cycle))
        decides = [t for t, j in life.judgements.items() if j.verdict == "INCONSISTENT" and cycle in j.cycles]
        yield Conflict(
            events=tuple(e.id for e in events if e.id in cycle),
            quotes=tuple(dict.fromkeys(c.quote for c in block.cycle if c.quote)),
            why=_plain(block),
            traits=tuple(decides),
        )


def _plain(block: Block) -> str:
    said = list(dict.fromkeys(c.why for c in block.cycle if c.why))
    if len(said) == 1:
        return f"{said[0]}: that cannot be"
    return f"{'; '.join(said)}: these cannot all be true"
