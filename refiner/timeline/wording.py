"""The timeline in words and marks: verdicts, effects, dates, and what contradicts what, with the notes that say so.

Every mark has an ASCII stand-in of the same width, for terminals that have no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from refiner.models import Conflict, Doubt, EffectKind, Event, Timeline, VerdictName
from refiner.timeline.bounds import SEASON_CODES
from refiner.timeline.lines import Line, Span, flat, wrapped

WORDS: dict[VerdictName, str] = {
    "HOLDS": "holds today",
    "NOT": "gone",
    "CONTESTED": "contested",
    "INCONSISTENT": "contradicts",
    "RETRACTED": "taken back",
    "DORMANT": "dormant",
    "UNKNOWN": "unknown",
}
EFFECTS: dict[EffectKind, tuple[str, str]] = {
    "initiates": ("▲", "began"),
    "terminates": ("▼", "ended"),
    "reinitiates": ("◆", "began again"),
    "suspends": ("‖", "suspended"),
    "resumes": ("►", "resumed"),
    "continues": ("•", "went on"),
    "weakens": ("◦", "grew weaker"),
}
"""Mark and words of what an event did to a trait."""
SEEN, SEEN_NOT, UNDATED, SEVERAL, CLASH = "+", "×", "?", "*", "!"
HELD, PERHAPS, DORMANT, NOT, DARK = "█", "▒", "▄", "·", "╌"
LEGEND: tuple[tuple[str, str], ...] = (
    (HELD, "held"),
    (PERHAPS, "perhaps"),
    (DORMANT, "dormant"),
    (NOT, "did not hold"),
    (DARK, "not known"),
    *EFFECTS.values(),
    (SEEN, "seen to hold"),
    (SEEN_NOT, "seen not to hold"),
    (SEVERAL, "several of these"),
    (UNDATED, "day unknown"),
    (CLASH, "in a contradiction"),
)
"""Every sign of a bar with its meaning, in the order of the legend."""
ASCII = str.maketrans("█▒▄·╌▲▼◆‖►•◦×“”‘’…–—→←", "#:=.-^vA|>o,x\"\"''~--><")
"""Stand-ins for the signs of the drawing, each one character wide."""
VOID: dict[str, str] = {
    "planned": "it was only planned",
    "hypothetical": "it was only imagined",
    "negated": "it is told as not done",
    "counterfactual": "it is told as what might have been",
    "retracted": "it was taken back",
    "after now": "it lies after the day that counts as today",
}
"""Why an effect counts for nothing, by `void` of its evidence."""
_DECISIVE = "these contradict each other, and a verdict waits for it:"
_HARMLESS = "these do not go together, but no verdict depends on it:"
_DOUBTS = "these do not fit the verdicts, which stand as they are:"
_LONG = 4
"""Years: of a date that is known no better, the days only distract."""
_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d\d|XX))?(?:-(\d\d|XX))?([~?%]?)\Z")
_UNSURE = {"": "", "~": "about ", "?": "perhaps ", "%": "perhaps about "}


def date_words(edtf: str, unknown: str = "some time") -> str:
    """An EDTF date as a person reads it: 2014-06, about 2014, 2008-07..2009-06, 2003 or before, summer 2012, some
    time in 1994..2020.

    `unknown` stands for "" and "..". What is no such date stays as it is.
    """
    if edtf in ("", "..", "../..", "/"):
        return unknown
    left, slash, right = edtf.partition("/")
    if not slash:
        return _one(edtf)
    if left in ("", ".."):
        return f"{_one(right)} or before"
    if right in ("", ".."):
        return f"{_one(left)} or later"
    if left[:4].isdigit() and right[:4].isdigit() and int(right[:4]) - int(left[:4]) >= _LONG:
        return f"some time in {left[:4]}..{right[:4]}"
    same_year = len(left) == len(right) > 4 and left[:5] == right[:5] and right[5:7] < "21"
    return f"{_one(left)}..{right[5:] if same_year else _one(right)}"


def _one(edtf: str) -> str:
    match = _DATE.match(edtf)
    if not match:
        return edtf
    year, month, day, mark = match.groups()
    if "X" in year:
        return f"{_UNSURE[mark]}the {year.replace('X', '0')}s"
    season = SEASON_CODES.get(int(month)) if month and month != "XX" else None
    if season:
        return f"{_UNSURE[mark]}{season} {year}"
    parts = [year, *([month] if month not in (None, "XX") else []), *([day] if day not in (None, "XX") else [])]
    return _UNSURE[mark] + "-".join(p for p in parts if p)


def labels(timeline: Timeline) -> dict[str, str]:
    """What each event is called: its label, else its id, on one line."""
    return {e.id: flat(e.label) or flat(e.id) for e in timeline.events}


def unsaid(shown: int) -> str:
    """What there is to say of a trait that no note says to hold or not: how many sentences show it all the same."""
    if not shown:
        return "no note says anything of it"
    only = "1 sentence shows it, and does not say" if shown == 1 else f"{shown} sentences show it, none says"
    return f"{only} whether it still holds"


def in_quotes(text: str) -> str:
    return f"“{flat(text)}”"


def sourced(quotes: Iterable[str], events: Iterable[Event], note: str = "") -> list[tuple[str, str]]:
    """Each quote with the note that says it: that of the event which has it, else `note`."""
    said: dict[str, str] = {}
    for e in events:
        times = (e.when.raw, e.until.raw, e.lasted.raw)
        for quote in (*e.quotes, *times, *(f.quote for f in e.effects), *(r.quote for r in e.relations)):
            said.setdefault(quote, e.note)
    return [(quote, said.get(quote, note)) for quote in quotes if quote]


def quoted(quote: str, note: str, width: int, indent: int) -> list[Line]:
    """A quote and its note; the note alone where there are no words."""
    spans: list[Span] = [(in_quotes(quote), "quote")] if flat(quote) else []
    spans += [(f"{' ' if spans else ''}[{flat(note)}]", "note")] if note else []
    return wrapped(spans, width, indent) if spans else []


def troubles(
    timeline: Timeline,
    conflicts: Sequence[Conflict],
    doubts: Sequence[Doubt],
    names: Mapping[str, str],
    width: int,
) -> list[Line]:
    """Contradictions and doubts in plain words, each with its quotes and the notes that say them; [] for none.

    `names` maps ids of traits to what they are called.
    """
    events = {e.id: e for e in timeline.events}
    out: list[Line] = []
    for decisive, heading in ((True, _DECISIVE), (False, _HARMLESS)):
        group = [c for c in conflicts if bool(c.traits) == decisive]
        role = "conflict" if decisive else "doubt"
        out += [(), *wrapped([(heading, role)], width)] if group else []
        for c in group:
            waiting = ", ".join(names.get(t, t) for t in c.traits)
            after = f" (undecided because of it: {waiting})" if waiting else ""
            out += wrapped([(f"{CLASH} {c.why}{after}", role)], width, 2, first=0)
            for quote, note in sourced(c.quotes, (events[e] for e in c.events if e in events)):
                out += quoted(quote, note, width, 4)
    out += [(), *wrapped([(_DOUBTS, "doubt")], width)] if doubts else []
    for d in doubts:
        about = f"{names.get(d.trait, d.trait)}: " if d.trait else ""
        out += wrapped([(f"{UNDATED} ", "doubt"), (f"{about}{d.why}", "")], width, 2, first=0)
        found = sourced(d.quotes, (events[e] for e in d.events if e in events), d.note)
        for quote, note in found:
            out += quoted(quote, note, width, 4)
        if d.note and not any(note for _, note in found):
            out += wrapped([(f"[{flat(d.note)}]", "note")], width, 4)
    return out
