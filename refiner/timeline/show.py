"""The timeline drawn in plain text: years across, one bar a trait, its verdict, and what contradicts what.

    fear of dogs       ·······████████······  gone          1995-06 to 2003
    love of nature     ·······▒▒████████████  holds today   since 1995-06

`█` held, `▒` perhaps (it began or ended in these days), `·` did not hold. All of it stands in words too, so that
nothing is lost without colour. Names are written as they are given: whoever prints the lines makes control characters
visible.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

from refiner.config import Trait
from refiner.models import Interval, Timeline, TraitVerdict, VerdictName
from refiner.timeline.bounds import Window, edtf_window
from refiner.timeline.frame import year_of

WORDS: dict[VerdictName, str] = {
    "HOLDS": "holds today",
    "NOT": "gone",
    "CONTESTED": "contested",
    "INCONSISTENT": "contradicts",
    "RETRACTED": "taken back",
    "DORMANT": "dormant",
    "UNKNOWN": "unknown",
}
_COLOURS: dict[VerdictName, str] = {"HOLDS": "32", "DORMANT": "36", "CONTESTED": "33", "INCONSISTENT": "31"}
_VERDICT = max(map(len, WORDS.values()))


def timeline_lines(timeline: Timeline, traits: Sequence[Trait], width: int, *, color: bool = False) -> list[str]:
    """The lines of the drawing, none longer than `width` columns (40 at least) but for colour's own codes.

    Traits stand in the order of `timeline.traits`; `traits` gives their names.
    """
    width = max(width, 40)
    names = {t.id: t.name or t.id for t in traits}
    labels = {t.id: _fit(names.get(t.id, t.id), max(10, min(26, width // 4))) for t in timeline.traits}
    column = max((len(label) for label in labels.values()), default=0)
    bar = width - column - _VERDICT - 4
    first, last = _years(timeline)
    lines = []
    if bar >= 10 and timeline.traits:
        lines.append(f"{'':{column}}  {_axis(first, last, bar)}".rstrip())
    for t in timeline.traits:
        drawn = _bar(t, first, last, bar) if bar >= 10 else ""
        verdict = f"{WORDS[t.verdict]:{_VERDICT}}"
        if color and t.verdict in _COLOURS:
            verdict = f"\x1b[{_COLOURS[t.verdict]}m{verdict}\x1b[0m"
        lines.append("  ".join(part for part in (f"{labels[t.id]:{column}}", drawn, verdict) if part).rstrip())
        lines += _wrapped(_said(t), width, column + 2)
    for c in timeline.conflicts:
        decided = ", ".join(names.get(t, t) for t in c.traits)
        effect = f"undecided because of it: {decided}" if c.traits else "it changes no verdict"
        lines += ["", *_wrapped(f"! {c.why} ({effect})", width, 2, first=0)]
        for quote in c.quotes:
            lines += _wrapped(f"“{quote}”", width, 4)
    return lines


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, width: int, indent: int, first: int | None = None) -> list[str]:
    start = " " * (indent if first is None else first)
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * indent, break_on_hyphens=False)


def _said(t: TraitVerdict) -> str:
    """The intervals and the note of a trait in words."""
    parts = [_words(i) for i in t.intervals]
    if t.verdict == "CONTESTED" and t.default_verdict != t.verdict:
        parts.append(f"by the order of telling: {WORDS[t.default_verdict]}")
    return "; ".join([*parts, *([t.note] if t.note else [])])


def _words(interval: Interval) -> str:
    since = "some time" if interval.from_ in ("", "..") else interval.from_.replace("/", "..")
    until = "some time" if interval.until == ".." else interval.until.replace("/", "..")
    return f"{since} to {until}" if until else f"since {since}"


def _window(text: str) -> Window:
    found = edtf_window(text) if text and text != ".." else None
    return found[0] if found else Window(None, None)


def _years(timeline: Timeline) -> tuple[int, int]:
    """First and last year of the drawing: from the first beginning to now."""
    today = date.fromisoformat(timeline.now).year
    ends: Iterable[int | None] = (
        day for t in timeline.traits for i in t.intervals for text in (i.from_, i.until) for day in _window(text)
    )
    known = [year_of(day) for day in ends if day is not None]
    return min([*known, today - 1]), max([*known, today])


def _axis(first: int, last: int, width: int) -> str:
    """Years over the bar, as many as there is room for."""
    cells = [" "] * (width + 4)
    span = last - first + 1
    step = next((s for s in (1, 2, 5, 10, 20, 50) if s * width / span >= 6), 100)
    for year in range(-(-first // step) * step, last + 1, step):
        at = (year - first) * width // span
        if at + 4 <= width:
            cells[at : at + 4] = str(year)
    return "".join(cells).rstrip()


def _bar(t: TraitVerdict, first: int, last: int, width: int) -> str:
    span = (date(last + 1, 1, 1) - (origin := date(first, 1, 1))).days

    def cell(day: int) -> int:
        return min(max((day - origin.toordinal()) * width // span, 0), width - 1)

    cells = ["·"] * width
    for i in t.intervals:
        since, until = _window(i.from_), _window(i.until)
        low = cell(since.low) if since.low is not None else 0
        high = cell(until.high) if until.high is not None else width - 1
        sure = cell(since.high) if since.high is not None else width - 1
        sure_end = cell(until.low) if until.low is not None else (width - 1 if not i.until else 0)
        for at in range(low, high + 1):
            cells[at] = "█" if sure <= at <= sure_end else "▒"
    if t.verdict == "CONTESTED" and t.intervals:  # what comes after the last change is what is not known
        final = t.intervals[-1]
        changed = _window(final.until or final.from_).low
        start = 0 if changed is None else cell(changed)
        cells[start:] = "▒" * (width - start)
    return "".join(cells)
