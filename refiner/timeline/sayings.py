"""What one event says about order and days, as constraints: its own dates, birth and writing, what it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from refiner.models import Event, When
from refiner.timeline.blocks import END, ORIGIN, between
from refiner.timeline.bounds import Window, edtf_of, edtf_window, to_day
from refiner.timeline.ties import Constraint

_NAMED = re.compile("\x02([^\x03]*)\x03")


@lru_cache(maxsize=16384)
def window_of(text: str) -> Window:
    """The days of an EDTF date; open on both sides for "" and for what is none. Raises ImpossibleTime."""
    found = edtf_window(text) if text else None
    return found[0] if found else Window(None, None)


def days_of(when: When) -> Window:
    """First and last day that the words of a time leave, without what it counts from."""
    if when.edtf and not (when.earliest or when.latest or when.anchor):
        return window_of(when.edtf)
    return Window(to_day(when.earliest), to_day(when.latest))


@lru_cache(maxsize=16384)
def words_of(low: int | None, high: int | None) -> str:
    """Two days as EDTF, from the first to the last; "" for no bounds."""
    return edtf_of(Window(low, high))


def points_of(event: Event) -> tuple[str, ...]:
    """The timepoints of an event: its beginning, and its end where something is said of that."""
    u, lasted = event.until, event.lasted
    says = bool(u.raw or u.edtf or u.earliest or u.latest or u.anchor) or lasted.days_min is not None
    if says or lasted.days_max is not None or any(f.at == "end" for f in event.effects):
        return event.id, event.id + END
    return (event.id,)


class Saying(NamedTuple):
    """The timepoints of an event that happened, and all constraints that it brings along."""

    points: tuple[str, ...]
    constraints: tuple[Constraint, ...]


def names_of(event: Event) -> set[str]:
    """The ids of the events that its times and relations name."""
    named = {r.to for r in event.relations}
    return named.union(a for a in (event.when.anchor, event.until.anchor) if a)


def saying_of(event: Event, birth: int | None, born: str) -> Saying:
    """What an event that happened says; ties to events that may not be there are among its constraints.

    `birth` is the first possible day of the narrator's birth, `born` its words. In `why` an event stands as its id
    between two control characters, see `in_words`.
    """
    i, quote = event.id, event.quotes[0] if event.quotes else ""
    me = f"\x02{i}\x03"
    found = _placed(i, event.when, me, quote, (i, "when", event.when.anchor))
    if event.subject == "self" and birth is not None:
        found.append(
            Constraint(
                i, ORIGIN, -birth, f"{me} is the narrator's own and so after the birth ({born})", "", (i, "born", "")
            )
        )
    told = window_of(event.written).high
    if told is not None:
        why = f"{me} was told on {event.written}"
        found.append(Constraint(ORIGIN, i, told, why, quote, (i, "written", "")))
    for r in event.relations:
        if not r.to:
            continue
        if r.kind == "before":
            why = f"{me} was before \x02{r.to}\x03"
            found += between(i, r.to, 1, None, why, r.quote, (i, "before", r.to))
        elif r.kind == "same_as" and r.to != i:
            why = f"{me} and \x02{r.to}\x03 are the same"
            found += between(i, r.to, 0, 0, why, r.quote, (i, "same_as", r.to))
    points = points_of(event)
    if len(points) > 1:
        end, lasted, until = i + END, event.lasted, event.until
        found += between(i, end, 0, None, f"{me} ended after it began", "", (i, "end", ""))
        found += _placed(end, until, f"the end of {me}", until.raw, (i, "until", until.anchor))
        if lasted.days_min is not None or lasted.days_max is not None:
            why = f"{me} lasted {lasted.raw}"
            found += between(i, end, lasted.days_min, lasted.days_max, why, lasted.raw, (i, "lasted", ""))
            if told is not None and lasted.days_max is not None:  # what "lasted" was over when it was told
                why = f"{me} was over when told on {event.written}"
                found.append(Constraint(ORIGIN, end, told, why, quote, (i, "written", "")))
    return Saying(points, tuple(found))


def _placed(point: str, when: When, name: str, quote: str, claim: tuple[str, str, str]) -> list[Constraint]:
    low, high = days_of(when)
    quote = when.raw or quote
    found = []
    if low is not None or high is not None:
        found = between(ORIGIN, point, low, high, f"{name} is dated {_plainly(low, high)}", quote, claim)
    if when.anchor and (when.offset_min is not None or when.offset_max is not None):
        why = f"{name} is dated from \x02{when.anchor}\x03"
        found += between(when.anchor, point, when.offset_min, when.offset_max, why, quote, claim)
    return found


@lru_cache(maxsize=16384)
def _plainly(low: int | None, high: int | None) -> str:
    said = edtf_of(Window(low, high))
    if said.startswith("../"):
        return f"{said[3:]} at the latest"
    return f"{said[:-3]} at the earliest" if said.endswith("/..") else said.replace("/", " to ")


def in_words(why: str, names: Mapping[str, str]) -> str:
    """A constraint's reason with the events' names in the place of their ids."""
    return _NAMED.sub(lambda m: f"“{names.get(m[1]) or m[1]}”", why)
