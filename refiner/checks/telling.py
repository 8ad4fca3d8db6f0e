"""An order in which the notes of a life can be told, and where there is none.

A note stands at the days on which it was written; where they are not known, at the days of what it tells (the
timeline's windows). A note that is certainly earlier comes first, and of two undated ones that whose event the other
one names as before its own. What is not certain goes by the first possible day, then by the path; a note of which
nothing is known comes first, as the order of telling of the timeline has it.

"Certainly earlier" is an interval order (Fishburn 1970: all of one before all of the other), so that sorting by the
first day keeps it: if a note ends before another begins, it also begins before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx

from refiner.checks.note_times import NoteTimes
from refiner.config import Config
from refiner.models import Event, Finding, Note, Record, Timeline

CHECK = "chronology"
_AHEAD = re.compile(r"\b(?:will|shall|going to)\b|['’]ll\b", re.I)
_LAST = "9999-12-31"
_BEFORE = ("before", "causes", "enables", "causes_to_end")


class NotePlace(Record):
    """A note's place in the order of telling, from 1; ISO days, "" unknown: the last on which it can have been
    written, and the first and the last of what it tells and dates."""

    note: str
    order: int
    written: str = ""
    first: str = ""
    last: str = ""


def note_places(notes: Iterable[Note], timeline: Timeline | None, config: Config | None = None) -> list[NotePlace]:
    """The notes in the order of telling, with their days."""
    told: dict[str, list[Event]] = {}
    for e in timeline.events if timeline else ():
        if e.modality == "actual":
            told.setdefault(e.note, []).append(e)
    windows: Mapping[str, tuple[str, str]] = timeline.windows if timeline else {}
    days: dict[str, tuple[str, str]] = {}
    places: dict[str, NotePlace] = {}
    dated: set[str] = set()
    for note in notes:
        low, high = NoteTimes(note, config).written_all()
        mine = told.get(note.path, [])
        named = [windows.get(e.id, ("", "")) for e in mine if _dated(e)]
        first = min((w[0] for w in named if w[0]), default="")
        last = max((w[1] for w in named if w[1]), default="")
        places[note.path] = NotePlace(note=note.path, order=0, written=high, first=first, last=last)
        if low or high:
            dated.add(note.path)
            days[note.path] = (low, high or _LAST)
        else:
            near = named or [windows.get(e.id, ("", "")) for e in mine]
            lows, highs = [w[0] for w in near], [w[1] for w in near]
            days[note.path] = (min(lows, default=""), max(highs) if highs and all(highs) else _LAST)
    before = _before((e for some in told.values() for e in some), set(days) - dated)
    starts, rank = _pushed(days, before)
    ordered = sorted(days, key=lambda n: (starts[n], rank[n], days[n][1], n))
    return [places[n].model_copy(update={"order": i}) for i, n in enumerate(ordered, 1)]


def _dated(e: Event) -> bool:
    """Do the event's own words say about when it was?"""
    return bool(e.when.anchor or (e.when.earliest and e.when.latest))


def _before(events: Iterable[Event], notes: set[str]) -> set[tuple[str, str]]:
    """Which of these notes tells something that another one names as before or after its own; in one direction only."""
    by_id = {e.id: e for e in events}
    found: set[tuple[str, str]] = set()
    for e in by_id.values():
        pairs = [(e.id, r.to) for r in e.relations if r.kind in _BEFORE]
        if (e.when.offset_min or 0) >= 1:
            pairs.append((e.when.anchor, e.id))
        if e.when.offset_max is not None and e.when.offset_max <= -1:
            pairs.append((e.id, e.when.anchor))
        for a, b in pairs:
            if a in by_id and b in by_id and by_id[a].note != by_id[b].note:
                found.add((by_id[a].note, by_id[b].note))
    return {(a, b) for a, b in found if (b, a) not in found and a in notes and b in notes}


def _pushed(days: Mapping[str, tuple[str, str]], before: set[tuple[str, str]]) -> tuple[dict[str, str], dict[str, int]]:
    """First days that respect what notes name as earlier, and ranks among notes of the same first day.

    Notes that name each other in a circle order nothing; nor does what would push a note behind its own last day.
    """
    graph = nx.DiGraph(sorted(before))
    for circle in list(nx.strongly_connected_components(graph)):
        graph.remove_edges_from([(a, b) for a in circle for b in list(graph[a]) if b in circle])
    starts, rank = {n: d[0] for n, d in days.items()}, dict.fromkeys(days, 0)
    for n in nx.lexicographical_topological_sort(graph):
        for earlier in sorted(graph.predecessors(n)):
            if max(starts[earlier], days[earlier][0]) > days[n][1]:
                continue
            if starts[earlier] > starts[n]:
                starts[n], rank[n] = starts[earlier], 0
            if starts[earlier] == starts[n]:
                rank[n] = max(rank[n], rank[earlier] + 1)
    return starts, rank


def untellable(timeline: Timeline | None) -> list[Finding]:
    """Notes that tell as past what the timeline puts certainly after their day of writing; one finding each.

    What front matter itself dates after the writing is a finding of its own and none here.
    """
    if timeline is None:
        return []
    events = {e.id: e for e in timeline.events}
    out: dict[str, Finding] = {}
    for conflict in timeline.conflicts:
        claim = next((c for c in conflict.claims if c.what == "written"), None)
        event = events.get(claim.event) if claim else None
        if event is None or (len(conflict.events) == 1 and event.source == "person"):
            continue
        if any(_AHEAD.search(q) for q in event.quotes):
            continue  # a plan that was read as done
        span = event.spans[0] if event.spans else None
        quotes = "; ".join(f'"{" ".join(q.split())}"{_where(q, conflict.events, events)}' for q in conflict.quotes if q)
        message = (
            f"told on {event.written} as past, but by the timeline it was later: {conflict.why} ({quotes}); "
            "mend the day of writing, or the date that is wrong"
        )
        out.setdefault(
            event.note,
            Finding(
                check=CHECK, note=event.note, start=span.start if span else None, end=span.end if span else None,
                message=message,
            ),
        )  # fmt: skip
    return [out[n] for n in sorted(out)]


def _where(quote: str, near: Sequence[str], events: Mapping[str, Event]) -> str:
    """The note that a quote of a contradiction stands in."""
    for i in near:
        if i in events and (quote in events[i].quotes or quote == events[i].when.raw):
            return f" in {events[i].note}"
    return ""
