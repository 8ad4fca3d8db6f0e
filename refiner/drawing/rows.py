"""The traits over the years: a row for each, with bars for when it held and marks for what was told of it.

Places on the axis are percentages of its width, so that the drawing can be as wide as the window; marks that would
cover each other are pushed apart by a few pixels more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from refiner.drawing.lanes import apart, lanes
from refiner.drawing.scale import Scale, day_of, edtf_days, middle, window_of
from refiner.drawing.tips import Tip, mark_tip, trait_tip
from refiner.models import Event, Timeline, TraitVerdict
from refiner.review.visible import one_line
from refiner.timeline.bounds import Window
from refiner.timeline.show import WORDS

NARROWEST = 480
"""The least width of the drawing in px, for which marks are pushed apart."""
MARK = 15
"""Room for a mark, in px."""
MOST_MARKS, MOST_UNDATED = 30, 6
"""Marks of a row that are drawn; the trait's chain tells all of them."""


@dataclass(frozen=True)
class Stretch:
    """Part of a bar, in days. Kinds: sure, fuzzy, fade (nobody knows since when), hollow, contested, broken."""

    kind: str
    low: int
    high: int


@dataclass(frozen=True)
class Bar:
    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Whisker:
    """The days between which an event lies, where they are wide enough to see."""

    x: float
    to: float
    lane: int
    event: str


@dataclass(frozen=True)
class Mark:
    """`kind` is an effect's, or `seen` or `unseen` for observations, whose `event` is "". `void`: it does not count."""

    event: str
    kind: str
    x: float  # percent of the width; px in the lane of undated ones
    dx: float  # px more
    void: bool
    tip: Tip


@dataclass(frozen=True)
class Row:
    verdict: TraitVerdict
    name: str
    word: str
    tip: Tip
    bars: tuple[Bar, ...]
    whiskers: tuple[Whisker, ...]
    marks: tuple[Mark, ...]
    undated: tuple[Mark, ...]
    left_out: int  # marks for which there was no room


@dataclass(frozen=True)
class _Told:
    """A piece of evidence, the days that it can be of, and the day to draw it at."""

    item: Mapping[str, Any]
    window: Window
    day: int | None


def rows(timeline: Timeline, names: Mapping[str, str], scale: Scale) -> list[Row]:
    """One row for each trait of the timeline, in its order. `names` maps a trait's id to what it is called."""
    events = {e.id: e for e in timeline.events}
    return [_row(t, one_line(names.get(t.id) or t.id, 120), timeline, events, scale) for t in timeline.traits]


def _row(t: TraitVerdict, name: str, timeline: Timeline, events: Mapping[str, Event], scale: Scale) -> Row:
    told = [_told(item, timeline, events) for item in t.evidence if "event" in item or "observation" in item]
    told.sort(key=lambda one: not _weighty(one.item))
    drawn = sorted([one for one in told if one.day is not None][:MOST_MARKS], key=lambda one: one.day or 0)
    marks = tuple(_marks(drawn, name, timeline, events, scale))
    aside = tuple(
        replace(_mark(one.item, name, timeline, events), x=MARK * (n + 0.8))
        for n, one in enumerate([one for one in told if one.day is None][:MOST_UNDATED])
    )
    return Row(
        verdict=t,
        name=name,
        word=WORDS[t.verdict],
        tip=trait_tip(name, t),
        bars=tuple(_bar(s, scale) for s in stretches(t, [one.window for one in told if "event" in one.item], scale)),
        whiskers=tuple(_whiskers(drawn, scale)),
        marks=marks,
        undated=aside,
        left_out=len(told) - len(marks) - len(aside),
    )


def _weighty(item: Mapping[str, Any]) -> bool:
    """Did this change the trait, as far as the verdict is concerned?"""
    return bool(item.get("decides")) or item.get("kind") in ("initiates", "reinitiates", "terminates")


def _told(item: Mapping[str, Any], timeline: Timeline, events: Mapping[str, Event]) -> _Told:
    if "event" not in item:
        window = edtf_days(str(item["when"]))
        return _Told(item, window, middle(window))
    return _Told(item, window_of(timeline, item["event"]), day_of(timeline, events[item["event"]]))


def _mark(item: Mapping[str, Any], name: str, timeline: Timeline, events: Mapping[str, Event]) -> Mark:
    event = events.get(item.get("event", ""))
    kind = item["kind"] if "kind" in item else "seen" if item["observation"] else "unseen"
    return Mark(item.get("event", ""), kind, 0, 0, bool(item.get("void")), mark_tip(name, item, event, timeline))


def _marks(
    drawn: Sequence[_Told], name: str, timeline: Timeline, events: Mapping[str, Event], scale: Scale
) -> Iterator[Mark]:
    at = [scale.at(one.day or 0) for one in drawn]
    moved = apart([x * NARROWEST for x in at], MARK, MARK / 2, NARROWEST - MARK / 2)
    for one, x, place in zip(drawn, at, moved, strict=True):
        mark = _mark(one.item, name, timeline, events)
        yield replace(mark, x=round(100 * x, 2), dx=round(place - x * NARROWEST, 1))


def _whiskers(drawn: Sequence[_Told], scale: Scale) -> Iterator[Whisker]:
    wide = []
    for one in drawn:
        low = scale.at(scale.first if one.window.low is None else one.window.low)
        high = scale.at(scale.now if one.window.high is None else one.window.high)
        if high - low > 0.012:
            wide.append((low, high, str(one.item.get("event", ""))))
    for (low, high, event), lane in zip(wide, lanes([(a, b) for a, b, _ in wide]), strict=True):
        yield Whisker(round(100 * low, 2), round(100 * high, 2), min(lane, 2), event)


def _bar(s: Stretch, scale: Scale) -> Bar:
    x, end = scale.at(s.low), scale.at(s.high)
    width = max(end - x, 0.005)
    return Bar(s.kind, round(100 * max(min(x, end - width), 0), 2), round(100 * width, 2))


def stretches(t: TraitVerdict, effects: Sequence[Window], scale: Scale) -> list[Stretch]:
    """When a trait held, surely or perhaps, in days. `effects` are the windows of the events that touched it."""
    if t.verdict == "RETRACTED":
        return []
    begun = min((w.low for w in effects if w.low is not None), default=None)
    if t.verdict == "INCONSISTENT":
        return [Stretch("broken", scale.now - 365 if begun is None else begun, scale.now)]
    found: list[Stretch] = []
    for i in t.intervals:
        ongoing = not i.until
        found += _held(edtf_days(i.from_), Window(scale.now, scale.now) if ongoing else edtf_days(i.until), scale)
    if not t.intervals and t.verdict in ("HOLDS", "DORMANT"):  # it is so, and nothing says since when
        found = [Stretch("fade", scale.first, scale.now)]
    if t.verdict == "CONTESTED":
        final = t.intervals[-1] if t.intervals else None
        changed = edtf_days(final.until or final.from_).low if final else begun
        found = _cut(found, scale.first if changed is None else changed, {})
        found.append(Stretch("contested", scale.first if changed is None else changed, scale.now))
    if t.verdict == "DORMANT":
        paused = [edtf_days(str(e["when"])) for e in t.evidence if e.get("kind") == "suspends" and e.get("decides")]
        since = [d for d in (middle(w) for w in paused) if d is not None]
        found = _cut(found, max(since, default=scale.first), {"sure": "hollow", "fuzzy": "hollow", "fade": "hollow"})
    return found


def _held(since: Window, until: Window, scale: Scale) -> Iterator[Stretch]:
    """One stretch in which it held: certainly from the latest beginning to the earliest end, perhaps around that."""
    end = scale.now if until.high is None else until.high
    sure_end = end if until.low is None and until.high is None else until.low
    if since.low is None and since.high is None:
        yield Stretch("fade", scale.first, end if sure_end is None else sure_end)
        if sure_end is not None and end > sure_end:
            yield Stretch("fuzzy", sure_end, end)
        return
    start = scale.first if since.low is None else since.low
    sure = since.high
    known_end = until != (None, None)
    if sure is None or sure_end is None or not known_end or sure > sure_end:
        yield Stretch("fade" if since.low is None else "fuzzy", start, max(end, start))
        return
    if sure > start:
        yield Stretch("fade" if since.low is None else "fuzzy", start, sure)
    yield Stretch("sure", sure, sure_end)
    if end > sure_end:
        yield Stretch("fuzzy", sure_end, end)


def _cut(found: Sequence[Stretch], day: int, kinds: Mapping[str, str]) -> list[Stretch]:
    """The stretches up to a day; what comes after it as other kinds, or gone where they name none."""
    parts = []
    for s in found:
        if s.low < day:
            parts.append(replace(s, high=min(s.high, day)))
        if s.high > day and s.kind in kinds:
            parts.append(replace(s, kind=kinds[s.kind], low=max(s.low, day)))
    return parts
