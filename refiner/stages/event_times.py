"""When a told thing happened: the time words nearest to it, read on the day of writing of its entry.

The day of writing is `written`, or a full-day `date`, or the dated heading above the sentence. A date of the note
places an event only if nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypedDict

from refiner.checks.change_words import Cue
from refiner.config import Config
from refiner.models import Entry, Note, Sentence, TimeSpec, When
from refiner.phrases import phrase
from refiner.timeline.bounds import to_day
from refiner.timeline.dates import FoundTime, ImpossibleTime, find_times, parse_time

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_LATER = phrase(
    r"\b(?:later|afterwards|eventually|finally|at last|in the end|in time|with the years|over the years|by and by"
    r"|one day|years on|after the next|the next (?:year|month|summer|winter|season|\w+)|the following \w+"
    r"|after (?:\w+ )?(?:years|months))\b",
    re.I,
)
_LOOK_BACK = 4  # sentences; the whole entry where the words point back to a time told before
_POINTS = phrase(
    r"\b(?:(?:since|from|after|until|by) (?:then|that|this|those|there)\b|ever since\b|thereafter\b"
    r"|that (?:\w+ )?(?:day|night|evening|morning|week|month|year|summer|winter|spring|autumn|monsoon|season|time)\b)",
    re.I,
)
# What is said of the whole life is dated by no sentence beside it, nor by the note.
_LIFELONG = phrase(
    r"\b(?:I (?:was|am|have been|['’]ve been) never (?:any|much|very|really|one|a|an|good|able)\b|never in my life\b"
    r"|(?:all|throughout) my life\b"
    r"|(?:I have|I['’]ve|have I) always\b|by nature\b|from birth\b|since (?:I was born|birth|I can remember)\b"
    r"|(?:for )?as long as I can remember\b|born (?:that way|like that|so)\b)",
    re.I,
)
# "A few years ago I read this again" says nothing of the time that is being told.
_ASIDE = re.compile(r"\b(?:ago|back)$|\bthe\s+(?:last|past)\b", re.I)
BEFORE = phrase(r"\bbefore (?:this|that|then)\b", re.I)


class Placed(NamedTuple):
    """A time and the sentence whose words gave it; `sentence` -1: the date of the entry or note."""

    when: When
    sentence: int


def _bounds(spec: TimeSpec) -> tuple[When, str]:
    """The bounds that front matter gives as ISO days, and what is wrong with them."""
    try:
        low, high = to_day(spec.earliest), to_day(spec.latest)
    except ImpossibleTime as error:
        return When(raw=spec.raw), str(error)
    if low is not None and high is not None and low > high:
        return When(raw=spec.raw), f"earliest {spec.earliest} is after latest {spec.latest}"
    return When(raw=spec.raw, earliest=spec.earliest, latest=spec.latest, granularity="range"), ""


class _Life(TypedDict):
    born: str
    first_school_year: int | None
    school_year_starts: int
    culture: str


class Days:
    """The calendar of one note."""

    def __init__(self, note: Note, config: Config) -> None:
        self.note, self.config = note, config
        p = config.persona
        self._life: _Life = {
            "born": p.born,
            "first_school_year": p.first_school_year,
            "school_year_starts": p.school_year_starts,
            "culture": p.culture,
        }
        # An event without an id is known by its label, as linking knows it.
        self._events = {e.id or e.label: e.label for e in note.meta.events or () if e.id or e.label}
        self._base = self._own_date()
        self._found: dict[int, list[FoundTime]] = {}
        self._context: dict[int, str] = {}

    # ---- the day of writing ----------------------------------------------------------------------------------------

    def _own_date(self) -> str:
        """The ISO day on which the whole note was written, "" unknown."""
        meta = self.note.meta
        for raw in (meta.written, meta.date):
            if raw:
                when = self._parse(raw, "")
                if when and (raw == meta.written or when.granularity == "day" or when.earliest == when.latest):
                    return when.latest
        return ""

    def _year(self) -> str:
        """The year that a heading without one is in."""
        for raw in (self.note.meta.written, self.note.meta.date):
            if match := re.search(r"\b(?:19|20)\d\d\b", raw):
                return match[0]
        dated = [m[0] for e in self.note.entries if (m := re.search(r"\b(?:19|20)\d\d\b", e.date))]
        if dated:
            return dated[0]
        match = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", self.note.path)
        return match[0] if match else ""

    def entry_day(self, entry: Entry) -> str:
        """The ISO day on which an entry was written, "" unknown; a heading of a month gives its last day."""
        if self.note.meta.written and len({e.date for e in self.note.entries if e.date}) < 1:
            return self._base
        if not entry.date:
            return self._base if len(self.note.entries) == 1 or not self.note.entries[0].date else self._base
        text = entry.date
        if not re.search(r"\d{4}", text) and self._year():
            text = f"{text} {self._year()}"
        when = self._parse(text, self._base)
        return when.latest if when and when.latest else self._base

    def written(self, start: int | None) -> str:
        """The day of writing of what stands at `start`; None: of the note."""
        if start is None:
            days = [self.entry_day(e) for e in self.note.entries]
            return max(days) if days and all(days) else self._base
        entry = next((e for e in self.note.entries if e.start <= start < e.end), None)
        return self.entry_day(entry) if entry else self._base

    # ---- words to times --------------------------------------------------------------------------------------------

    def _parse(self, raw: str, written: str) -> When | None:
        try:
            return parse_time(raw, written=written, events=self._events, **self._life)
        except ImpossibleTime:
            return None

    def said(self, raw: str, start: int | None) -> When | None:
        """What some words say of a time where they stand; None for what is no time."""
        return self._parse(raw, self.written(start))

    def given(self, spec: TimeSpec, start: int | None) -> tuple[When, str]:
        """The time that front matter gives, and what is wrong with it; without one, the date of the note."""
        if spec.earliest or spec.latest:
            return _bounds(spec)
        if not spec.raw:
            return self.own(start), ""
        written = self.written(start)
        try:
            when = parse_time(spec.raw, written=written, events=self._events, any_event=True, **self._life)
        except ImpossibleTime as error:
            return When(raw=spec.raw), str(error)
        if when is None:
            return When(raw=spec.raw), self._why_not(spec.raw, written)
        return when, ""

    def _why_not(self, raw: str, written: str) -> str:
        """What is missing where the words of front matter give no time, and what to write."""
        problem = next((f.problem for f in find_times(raw, written=written, **self._life) if f.problem), "")
        if "counted from" in problem:
            return f"“{raw}” is counted from what is not said; write “{raw.split(' later')[0]} after” and an event's id"
        if problem:
            return f"“{raw}”: {problem}"
        return f"“{raw}” is no time that can be read; write EDTF (2014-08, 199X) or words (in the summer of 2002)"

    def unreadable(self) -> list[tuple[str, str]]:
        """The words of the note's own `date` and `written` that are no time, each with what is wrong with them."""
        found = []
        for raw in dict.fromkeys((self.note.meta.written, self.note.meta.date)):
            if raw:
                try:
                    when = parse_time(raw, written=self._base, **self._life)
                except ImpossibleTime as error:
                    found.append((raw, str(error)))
                    continue
                if when is None:
                    found.append((raw, self._why_not(raw, self._base)))
        return found

    def day(self, raw: str, start: int | None) -> tuple[str, str]:
        """A time as EDTF or ISO day for an observation; the day of writing where none is given."""
        if not raw:
            return self.written(start), ""
        when, problem = self.given(TimeSpec(raw=raw), start)
        return when.edtf or when.latest or raw, problem

    def own(self, start: int | None) -> When:
        """The date of the entry or the note as the time of an event: it dates an event only if nothing else does."""
        entry = next((e for e in self.note.entries if start is not None and e.start <= start < e.end), None)
        raw = entry.date if entry else ""
        if raw and (day := self.entry_day(entry) if entry else ""):
            return When(raw=raw, edtf=day, earliest=day, latest=day, granularity="day")
        raw = self.note.meta.date
        if not raw:
            return When()
        return self._parse(raw, self.note.meta.written) or When(raw=raw)

    def times(self, index: int) -> list[FoundTime]:
        """The times that a sentence names."""
        return [t for t in self.found(index) if not t.problem]

    def impossible(self) -> Iterator[tuple[int, FoundTime]]:
        """The times of the note that cannot be, each with its sentence's index."""
        for index in range(len(self.note.sentences)):
            for time in self.found(index):
                if time.impossible:
                    yield index, time

    def found(self, index: int) -> list[FoundTime]:
        """What a sentence names as a time, impossible ones too; it is read with the year spoken of before it."""
        first = index
        while first not in self._found and first and self._told_on(first):
            first -= 1
        for i in range(first, index + 1):
            if i not in self._found:
                self._read(i)
        return self._found[index]

    def _told_on(self, index: int) -> bool:
        """Does the sentence go on in the entry of the one before it?"""
        return self.note.sentences[index - 1].entry == self.note.sentences[index].entry

    def _read(self, index: int) -> None:
        sentence, context = self.note.sentences[index], ""
        if index and self._told_on(index):
            told = (t.when for t in reversed(self._found[index - 1]))
            before = (w.edtf for w in told if w.edtf and not _ASIDE.search(w.raw))
            context = next(before, self._context[index - 1])
        self._context[index] = context
        written = self.written(sentence.start)
        self._found[index] = find_times(
            sentence.text,
            written=written,
            context=context,
            events=self._events,
            recent=self._of_the_day(sentence),
            **self._life,
        )

    def _of_the_day(self, sentence: Sentence) -> bool:
        """Is the sentence told on or near the day it tells of: under a dated heading, or in a note of one day?"""
        dated = self.note.entries[sentence.entry].date if sentence.entry < len(self.note.entries) else ""
        return bool(dated or self.note.meta.kind == "chat" or _DAY.match(self.note.meta.date))

    def place(self, index: int, cue: Cue) -> Placed:
        """The time of a change: its clause's own words, what the telling already speaks of, else the date of the note.

        Words of a later time ("years later", "in the end") leave an inherited time open towards the day of writing.
        """
        own = self.times(index)
        low, high = cue.clause
        for group in ([t for t in own if low <= t.start < high], [t for t in own if t.start < cue.start]):
            if group:
                return Placed(min(group, key=lambda t: (bool(t.when.anchor), abs(t.start - cue.start))).when, index)
        sentence = self.note.sentences[index]
        if not own and _LIFELONG.search(sentence.text):
            return Placed(When(), index)
        points = _POINTS.search(sentence.text, low, high) or cue.pointing
        for back in range(1, (index if points else _LOOK_BACK) + 1):
            near = index - back
            if near < 0 or self.note.sentences[near].entry != sentence.entry:
                break
            if found := self.times(near):
                return Placed(self._earlier_or_later(found[-1].when, index, near, cue), near)
        if own:
            return Placed(own[0].when, index)
        return Placed(self.own(sentence.start), -1)

    def _earlier_or_later(self, when: When, index: int, near: int, cue: Cue) -> When:
        if BEFORE.search(self.note.sentences[index].text, 0, cue.end) and not when.anchor:
            return When(raw=f"before {when.raw}", latest=when.latest, granularity="range")
        return self._later(when, index, near, cue)

    def _later(self, when: When, index: int, near: int, cue: Cue) -> When:
        said = (
            " ".join(s.text for s in self.note.sentences[near + 1 : index])
            + " "
            + self.note.sentences[index].text[: cue.end]
        )
        if not _LATER.search(said) or when.anchor:
            return when
        return When(
            raw=f"after {when.raw}",
            earliest=when.earliest,
            latest=self.written(self.note.sentences[index].start),
            granularity="range",
        )
