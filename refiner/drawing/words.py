"""How the page says things: dates, effects, relations. Plain words that fit whoever wrote the notes. Pure."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from refiner.drawing.scale import day_of, edtf_days
from refiner.models import EffectKind, Event, Interval, Modality, RelationKind, Timeline
from refiner.review.visible import one_line
from refiner.timeline.bounds import SEASON_CODES, Window, to_day

EFFECTS: dict[EffectKind, str] = {
    "initiates": "began",
    "reinitiates": "came back",
    "terminates": "ended",
    "suspends": "suspended",
    "resumes": "resumed",
    "continues": "went on",
    "weakens": "weakened",
}
RELATIONS: dict[RelationKind, str] = {
    "causes": "led to",
    "enables": "made possible",
    "prevents": "prevented",
    "causes_to_end": "put an end to",
    "before": "was before",
    "same_as": "is the same as",
}
MODALITIES: dict[Modality, str] = {
    "actual": "",
    "planned": "planned, so it counts for nothing",
    "hypothetical": "only imagined, so it counts for nothing",
    "negated": "did not happen",
    "counterfactual": "only imagined otherwise, so it counts for nothing",
}
_VOID = {"retracted": "taken back", "after now": "still to come"}
_MONTHS = list(calendar.month_name)


def date_words(edtf: str) -> str:
    """An EDTF date in words: "around 2014", "summer 2010", "between July 2008 and June 2009"; "" for no date."""
    if edtf in ("", ".."):
        return ""
    if re.fullmatch(r"\d{4}(-\d\d){0,2}[~%?]", edtf):
        return f"around {date_words(edtf[:-1])}"
    if match := re.fullmatch(r"(\d{3})X", edtf):
        return f"the {match[1]}0s"
    if (match := re.fullmatch(r"(\d{4})-(2[1-4])", edtf)) and int(match[2]) in SEASON_CODES:
        return f"{SEASON_CODES[int(match[2])]} {match[1]}"
    window = edtf_days(edtf)
    return window_words(window) if window != (None, None) else one_line(edtf)


def window_words(window: Window) -> str:
    """The days between which something happened, in words; whole months and years by their names."""
    low, high = window
    if low is None and high is None:
        return ""
    if low is None or high is None:
        day = low if high is None else high
        assert day is not None
        return f"{_day_words(day)} or later" if high is None else f"by {_day_words(day)}"
    first, last = date.fromordinal(low), date.fromordinal(high)
    if first == last:
        return _day_words(low)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"between {first.year} and {last.year}"
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        left, right = f"{_MONTHS[first.month]} {first.year}", f"{_MONTHS[last.month]} {last.year}"
        return left if left == right else f"between {left} and {right}"
    return f"between {_day_words(low)} and {_day_words(high)}"


def _day_words(day: int) -> str:
    d = date.fromordinal(max(day, 1))
    return f"{d.day} {_MONTHS[d.month]} {d.year}"


def when_words(event: Event, timeline: Timeline) -> str:
    """When an event was, and how the notes put it."""
    low, high = timeline.windows.get(event.id, ("", ""))
    known = window_words(Window(to_day(low), to_day(high)))
    said = date_words(event.when.edtf) or known or "no date"
    if known and day_of(timeline, event) is None:
        said = f"no date of its own: {known}"
    end = date_words(event.until.edtf) or window_words(Window(to_day(event.until.earliest), to_day(event.until.latest)))
    if end:
        said = f"{said}, until {end}"
    raw = one_line(event.when.raw, 60)
    plain = raw.casefold() in said.casefold() or raw == event.when.edtf
    return f"{said} (“{raw}”)" if raw and not plain else said


def interval_words(interval: Interval) -> str:
    """When a trait began and ended, in words."""
    since = date_words(interval.from_)
    begun = f"began {since}" if since else "began at some time"
    if not interval.until:
        return begun
    until = date_words(interval.until)
    return f"{begun}, ended {until}" if until else f"{begun}, ended at some time"


def effect_words(item: Mapping[str, Any]) -> str:
    """What a piece of evidence did to its trait, and why it counts for nothing where it does not."""
    said = EFFECTS.get(item["kind"], str(item["kind"]))
    void = str(item.get("void", ""))
    reason = _VOID.get(void) or MODALITIES.get(void, void)  # type: ignore[call-overload]
    return f"{said} ({reason})" if reason else said


def text_width(text: str, size: float) -> float:
    """About how wide a line of sans-serif text of this size (px) is, rather too wide than too narrow, in px."""
    return size * sum(_em(c) for c in text)


def _em(char: str) -> float:
    if char in "iljtfr.,:;'|!()[] ":
        return 0.36
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "mwMW@%…—":
        return 1.0
    return 0.7 if char.isupper() else 0.6


def fitted(text: str, size: float, room: float) -> str:
    """The text on one line, cut with … so that it takes no more than `room` px."""
    flat = one_line(text)
    if text_width(flat, size) <= room:
        return flat
    kept, used = 0, _em("…")
    for char in flat:
        used += _em(char)
        if used * size > room:
            break
        kept += 1
    return flat[:kept].rstrip() + "…"
