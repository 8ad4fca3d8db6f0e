"""Whether "two years later" still says the truth after the edits of a note, whosever they are.

A relative time that is kept (`refiner.checks.hanging`) is held against the edits in force: one may have taken away what
it counted from, or have put another time between the two. A finding quotes the words and what they counted from, and
names the year that was meant where it is known. It is an error where the words now give another year, else a warning;
where they give the same year there is none. "Then" is looked at only where a dated clause came between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from refiner.checks.again import Again
from refiner.checks.closing import CLOSED
from refiner.checks.hanging import Leaning, aside, data, leaning
from refiner.checks.note_times import NoteTimes
from refiner.config import Config
from refiner.edits import in_force
from refiner.models import Edit, Finding, Note, Sentence, Severity, When
from refiner.timeline.dates import FoundTime

CHECK = "chronology"
_QUOTE = 90  # characters of a sentence that a message gives


class _Words(NamedTuple):
    long: re.Pattern[str]
    later: re.Pattern[str]
    same: tuple[tuple[re.Pattern[str], str], ...]


@cache
def _words() -> _Words:
    d = data()["reading"]
    same = tuple((re.compile(pattern), plain) for pattern, plain in d["same"])
    return _Words(re.compile(d["long"]), re.compile(d["later"]), same)


def safe_place(note: Note, sentence: Sentence, config: Config | None = None) -> bool:
    """Whether a clause with a year of its own can be added after this sentence: no later time counts across it."""
    return not any(x.counts_from <= sentence.end <= x.start for x in leaning(note, config))


@dataclass(frozen=True)
class Fault:
    """A relative time that says something else, or nothing, since an edit; years are 0 where they are not known."""

    leaning: Leaning
    edit: Edit
    now: str = ""  # the words that it counts from now; "" where there are none
    meant: int = 0
    reads: int = 0


def told_times(again: Again) -> list[Finding]:
    """Findings in order of place; spans count in the raw note."""
    out = []
    for fault in faults(again.note, again.edits, again.config):
        x, note = fault.leaning, again.note
        severity: Severity = "error" if fault.meant and fault.reads and x.kind != "sequence" else "warning"
        out.append(
            Finding(
                check=CHECK, severity=severity, note=note.path, start=x.start, end=x.end, message=_message(note, fault)
            )
        )
    return out


def faults(note: Note, edits: Sequence[Edit], config: Config | None = None) -> list[Fault]:
    """What the edits in force did to the relative times of a note, one fault a time, in order of place."""
    times = NoteTimes(note, config)
    standing = in_force(edits)
    moving = [e for e in standing if _moves(times, e)]
    if not moving:
        return []
    leans = leaning(note, config)
    read = _Reading(times, {x.start: x for x in leans})
    found = (_fault(read, x, moving) for x in leans if _stands(x, standing))
    return [f for f in found if f is not None]


# ---- which edits matter ----------------------------------------------------------------------------------------------


def _named(times: NoteTimes, text: str, start: int) -> list[FoundTime]:
    """The times that some words tell of by themselves."""
    found = times.find(text, start)
    return [t for t in found if (not t.problem or "birth" in t.problem) and not aside(text[t.start : t.end])]


def _moves(times: NoteTimes, e: Edit) -> bool:
    """Can the edit change what a time counts from? Most change a word that is no time."""
    if not e.after.strip() and len(e.before.split()) > 1:
        return True
    inside = e.start == e.end and times.note.text[e.start : e.start + 1] in (".", "!", "?")
    if inside and re.fullmatch(r"\s*\([^()]*\)\s*", e.after) and CLOSED.search(e.after):
        return False  # an aside of today within a sentence: the telling goes on from what the sentence says
    before = [_plain(e.before[t.start : t.end]) for t in times.find(e.before, e.start)]
    after = [_plain(e.after[t.start : t.end]) for t in times.find(e.after, e.start)]
    return before != after or (bool(_words().later.search(e.after)) and not _words().later.search(e.before))


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _stands(x: Leaning, edits: Sequence[Edit]) -> bool:
    """Are the relative words still there?"""
    touching = [e for e in edits if e.start < x.end and x.start < e.end]
    return all(_plain(x.words) in _plain(e.after) for e in touching)


def _lost(x: Leaning, edits: Sequence[Edit]) -> Edit | None:
    """The edit that took away what the words counted from."""
    by_time = x.counted is not None and x.kind in ("offset", "pointing", "next", "month")
    if not by_time and x.counted == (x.anchor_start, x.anchor_end):
        return None  # "I left in 2015, and since then": it counts from the leaving, which is told there
    low, high = x.counted if by_time and x.counted else (x.anchor_start, x.anchor_end)
    for e in edits:
        if not (e.start < high and low < e.end) or e.start <= x.start < e.end:
            continue
        if not e.after.strip() and e.start <= low and high <= e.end:
            return e
        words = e.before[low - e.start : high - e.start]
        if by_time and e.start <= low and high <= e.end and _plain(words) not in _plain(e.after):
            return e
    return None


# ---- what the words mean, then and now -------------------------------------------------------------------------------


class _Reading:
    """Reads relative times from what they count from; `leans` by their start."""

    def __init__(self, times: NoteTimes, leans: dict[int, Leaning]) -> None:
        self.times, self.leans = times, leans

    def anchor(self, x: Leaning) -> When | None:
        """The time that the words counted from in the raw note."""
        if x.counted is None:
            return self.before(x.anchor_start, ())
        return self._at(*x.counted)

    def _at(self, start: int, end: int) -> When | None:
        if (lean := self.leans.get(start)) is not None:
            return self.means(lean, self.anchor(lean))
        words = self.times.note.text[start:end]
        return next((t.when for t in self.times.find(words, start) if not t.problem), None)

    def means(self, x: Leaning, anchor: When | None) -> When | None:
        """What the words mean, counted from a time; "after that" in a year means that year."""
        if anchor is None or not (anchor.earliest or anchor.latest):
            return None
        words = " ".join(x.words.split())
        for pattern, plain in _words().same:
            words = pattern.sub(plain, words)
        found = self.times.counted(words, _context(anchor))
        return found or (None if x.kind in ("offset", "next") and _words().long.search(words) else anchor)

    def before(self, start: int, gone: Sequence[Edit]) -> When | None:
        """The last time told before a place in its entry, where no edit took it away."""
        note = self.times.note
        here = note.sentence_at(start)
        for i in range(len(note.sentences) - 1, -1, -1):
            s = note.sentences[i]
            if here is None or s.entry != here.entry or s.start >= start:
                continue
            for t in reversed(self.times.found(i)):
                a, b = s.start + t.start, s.start + t.end
                taken = any(e.start < b and a < e.end for e in gone)
                if b <= start and not taken and not t.impossible and not aside(note.text[a:b]):
                    return self._at(a, b)
        return None


def _context(when: When) -> str:
    """A time as EDTF to count from; of "until 2003" the year itself."""
    year = _year(when)
    return when.edtf if when.earliest and when.latest and when.edtf else f"{year:04d}" if year else ""


def _year(when: When | None) -> int:
    """The year that the words give, or the middle of their window; 0 unknown."""
    if when is None:
        return 0
    if not (when.earliest and when.latest):
        years = re.findall(r"\b(?:1[5-9]|20)\d\d\b", when.raw)
        return int(years[-1]) if years else 0
    low, high = date.fromisoformat(when.earliest), date.fromisoformat(when.latest)
    if (high - low).days > 3 * 366:
        return 0
    return date.fromordinal((low.toordinal() + high.toordinal()) // 2).year


def _fault(read: _Reading, x: Leaning, moving: Sequence[Edit]) -> Fault | None:
    lost = _lost(x, moving)
    told: list[tuple[Edit, str, When | None]] = []
    for e in moving:
        between = x.counts_from <= e.start and e.end <= x.start
        if (between or e == lost) and not e.start <= x.start < e.end:
            told += [(e, words, when) for words, when in _told(read.times, e)]
    meant = _year(read.means(x, read.anchor(x)))
    if told:
        edit, words, when = told[-1]
        reads = _year(read.means(x, when))
    elif lost is None or x.kind == "sequence":
        return None
    else:
        earlier = read.before(x.anchor_start, moving)
        edit, words, reads = lost, earlier.raw if earlier else "", _year(read.means(x, earlier))
    if meant and meant == reads:
        return None
    return Fault(x, edit, words, meant, reads)


def _told(times: NoteTimes, e: Edit) -> Iterator[tuple[str, When | None]]:
    """The times that an edit put in, by their words; what it only says to be later has no day."""
    before = {_plain(e.before[t.start : t.end]) for t in times.find(e.before, e.start)}
    new = [t for t in _named(times, e.after, e.start) if _plain(e.after[t.start : t.end]) not in before]
    for t in new:
        yield e.after[t.start : t.end], t.when
    if not new and (m := _words().later.search(e.after)) and not _words().later.search(e.before):
        yield m[0], None


# ---- in words --------------------------------------------------------------------------------------------------------


def _message(note: Note, f: Fault) -> str:
    x = f.leaning
    parts = [f'"{_short(x.words)}" counted from "{_short(note.text[x.anchor_start : x.anchor_end])}"']
    if not f.edit.after.strip():
        parts.append("which is left out")
    else:
        parts.append(f'but "{_short(f.edit.after)}" came in')
    if f.now:
        parts.append(f'and it now counts from "{_short(f.now)}"' + (f" ({f.reads})" if f.reads else ""))
    else:
        parts.append("and nothing told before it says when")
    mend = f'"in {f.meant}" would say what was meant' if f.meant else "say there when it was"
    return ", ".join(parts) + f"; {mend}"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTE else plain[: _QUOTE - 1].rstrip() + "…"
