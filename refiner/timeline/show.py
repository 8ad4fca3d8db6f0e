"""The timeline drawn: years across, one bar a trait with a mark for each event, its verdict, and what contradicts what.

    fear of dogs       ·······▲███████▼·····  gone          1995-06 to 2003 by “therapy”
    love of nature     ·······▲█████████████  holds today   since 1995-06 by “bitten by a dog”

All of it stands in words too, so that nothing is lost without colour. Names are written as they are given: whoever
prints the lines makes control characters visible, and gives each role of a span its colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.config import Trait
from refiner.models import Interval, Timeline, TraitVerdict
from refiner.timeline.bars import bar, scale
from refiner.timeline.lines import Line, Span, cells, fit, flat, pad, plain, wrapped
from refiner.timeline.wording import LEGEND, WORDS, date_words, in_quotes, labels, troubles, unsaid

__all__ = ["NARROWEST", "WORDS", "drawn", "interval_words", "name_of", "paused_since", "stretches", "timeline_lines"]

NARROWEST = 40
_VERDICT = max(map(len, WORDS.values()))
_LEAST_BAR = 24
"""Cells: where a bar beside the name would have fewer, it gets a line of its own."""
_LEAST_LABEL = 30
"""Cells: less than this of a label that does not fit says too little."""


def timeline_lines(timeline: Timeline, traits: Sequence[Trait], width: int) -> list[str]:
    """`drawn` as plain text."""
    return plain(drawn(timeline, traits, width))


def drawn(
    timeline: Timeline, traits: Sequence[Trait], width: int, shown: Mapping[str, int] | None = None
) -> list[Line]:
    """The lines of the drawing, none wider than `width` cells (40 at least).

    `traits` gives names and importance. Traits stand in the order of `timeline.traits`, those that are only followed
    (importance 0, or not in `traits`) after the others. `shown` counts the sentences that show a trait, by id; it is
    read where no note says whether the trait holds.
    """
    width = max(width, NARROWEST)
    known = {t.id: t for t in traits}
    names = {t.id: name_of(t.id, known) for t in timeline.traits}
    important = {t.id for t in traits if t.importance > 0}
    taught = [t for t in timeline.traits if t.id in important]
    followed = [t for t in timeline.traits if t.id not in important]
    column = min(max((cells(n) for n in names.values()), default=0), max(10, min(30, width * 3 // 10)))
    room = width - column - _VERDICT - 4
    beside = room >= _LEAST_BAR
    years = scale(timeline, room if beside else width)
    out: list[Line] = []
    used: set[str] = set()
    if timeline.traits:
        out += [((" " * (column + 2 if beside else 0), ""), (years.axis(), "dim"))]
    called = labels(timeline)
    for group, heading in ((taught, ""), (followed, "only followed (importance 0)")):
        if heading and taught and followed:
            out += [(), ((fit(heading, width), "heading"),)]
        for t in group:
            clashing = {e for c in timeline.conflicts if t.id in c.traits for e in c.events}
            row = bar(t, years, clashing)
            used |= {sign for sign, _ in row}
            verdict: Span = (WORDS[t.verdict], f"verdict.{t.verdict}")
            name = fit(names[t.id], column if beside else width - _VERDICT - 2)
            if beside:
                out.append(((pad(name, column), "name"), ("  ", ""), *_joined(row), ("  ", ""), verdict))
            else:
                out += [((name, "name"), ("  ", ""), verdict), *([_joined(row)] if t.verdict != "RETRACTED" else [])]
            out += _details(t, called, width, column + 2 if beside else 2, (shown or {}).get(t.id, 0))
    out += _legend(used, width)
    return out + troubles(timeline, timeline.conflicts, timeline.doubts, names, width)


def name_of(trait: str, known: Mapping[str, Trait]) -> str:
    """What a trait is called: its name, else its id, on one line."""
    found = known.get(trait)
    return flat(found.title if found else "") or flat(trait)


def _joined(row: Iterable[Span]) -> Line:
    """Neighbours of one role as one span."""
    out: list[Span] = []
    for text, role in row:
        if out and out[-1][1] == role:
            out[-1] = (out[-1][0] + text, role)
        else:
            out.append((text, role))
    return tuple(out)


def _details(t: TraitVerdict, called: Mapping[str, str], width: int, indent: int, shown: int) -> list[Line]:
    """The intervals and the note of a trait in words, and the event behind the last change where there is room."""
    said = interval_words(t, shown)
    lines = wrapped([(said, "")], width, indent)
    by = _by(t, called)
    if not by or not lines:
        return lines
    room = width - sum(cells(text) for text, _ in lines[-1]) - len(" by “”")
    if room < min(cells(by), _LEAST_LABEL):
        return lines
    return [*lines[:-1], (*lines[-1], (f" by “{fit(by, room)}”", "dim"))]


def _by(t: TraitVerdict, called: Mapping[str, str]) -> str:
    """The event that the last interval goes back to: what began it, or what ended it."""
    if not t.intervals or not t.intervals[-1].by or t.note or t.verdict in ("CONTESTED", "DORMANT"):
        return ""
    event = t.intervals[-1].by[-1] if t.intervals[-1].until else t.intervals[-1].by[0]
    return called.get(event, event)


def interval_words(t: TraitVerdict, shown: int = 0) -> str:
    """When the trait held, what the order of telling says of a contested one, what it rests on, and its note; of an
    unknown one how many sentences show it."""
    parts = stretches(t)
    if t.verdict == "CONTESTED" and t.default_verdict != t.verdict:
        parts.append(f"by the order of telling: {WORDS[t.default_verdict]}")
    if paused := paused_since(t):
        parts.append(f"suspended since {paused}")
    seen = [item for item in t.evidence if "observation" in item]
    if "cause unknown" in t.note and seen:
        last = seen[-1]
        on = date_words(last["when"], "a day unknown")
        parts.append(f"seen {'to hold' if last['observation'] else 'not to hold'} on {on}")
    taken = [item for item in t.evidence if "retraction" in item]
    if t.verdict == "RETRACTED" and taken and taken[-1].get("note"):
        parts.append(f"in {flat(taken[-1]['note'])}: {in_quotes(taken[-1]['quote'])}")
    if t.verdict == "INCONSISTENT":
        parts.append("see the contradiction below")
    if t.verdict == "UNKNOWN":
        parts.append(unsaid(shown))
    return "; ".join([*parts, *([t.note] if t.note else [])])


def stretches(t: TraitVerdict) -> list[str]:
    """Each interval of a trait in words; the last one of a contested trait is not sure."""
    parts = [_words(i) for i in t.intervals]
    if t.verdict == "CONTESTED" and parts:
        parts[-1] = f"{parts[-1]}, or still" if t.intervals[-1].until else f"perhaps {parts[-1]}"
    return parts


def paused_since(t: TraitVerdict) -> str:
    """When a dormant trait was suspended, "" where it is none or nothing says it."""
    pauses = [item for item in t.evidence if item.get("kind") == "suspends" and item.get("decides")]
    return date_words(pauses[-1]["when"], "a day unknown") if t.verdict == "DORMANT" and pauses else ""


def _words(interval: Interval) -> str:
    since = date_words(interval.from_)
    return f"{since} to {date_words(interval.until)}" if interval.until else f"since {since}"


def _legend(used: set[str], width: int) -> list[Line]:
    """What the signs mean, of those that stand in a bar; no pair of sign and meaning is torn."""
    row: list[Line] = []
    line: list[Span] = []
    size = 0
    for sign, meaning in LEGEND:
        if sign not in used:
            continue
        more = cells(sign) + 1 + len(meaning)
        if line and size + 2 + more > width:
            row.append(tuple(line))
            line, size = [], 0
        lead = "  " if line else ""
        line += [(lead + sign, "legend.mark"), (f" {meaning}", "dim")]
        size += len(lead) + more
    return [(), *row, tuple(line)] if line else []
