"""The times that the sentences of a note name, each read by itself: what a time counts from is not looked up here."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TypedDict

from refiner.checks.change_words import masked
from refiner.config import Config
from refiner.models import Entry, Note, When
from refiner.timeline.dates import FoundTime, ImpossibleTime, find_times, parse_time

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")


class Life(TypedDict):
    """What of the persona dates ages and school years."""

    born: str
    first_school_year: int | None
    school_year_starts: int
    culture: str


def life_of(config: Config) -> Life:
    """The arguments of `find_times` that the persona gives."""
    p = config.persona
    return {
        "born": p.born,
        "first_school_year": p.first_school_year,
        "school_year_starts": p.school_year_starts,
        "culture": p.culture,
    }


class NoteTimes:
    """The times of one note. Spans of what is found count in the sentence, as `find_times` gives them."""

    def __init__(self, note: Note, config: Config | None = None) -> None:
        self.note, self.life = note, life_of(config or Config())
        self._events = {e.id or e.label: e.label for e in note.meta.events or () if e.id or e.label}
        self._found: dict[int, list[FoundTime]] = {}

    def written(self, start: int) -> str:
        """The last ISO day on which what stands at `start` can have been written; "" unknown."""
        entry = next((e for e in self.note.entries if e.start <= start < e.end), None)
        return (self._of(entry) if entry else self._own)[1]

    def written_all(self) -> tuple[str, str]:
        """The first and the last ISO day on which the note can have been written; "" unknown."""
        days = [self._of(e) for e in self.note.entries if e.date] or [self._own]
        lows, highs = [d[0] for d in days], [d[1] for d in days]
        return min(lows) if all(lows) else "", max(highs) if all(highs) else ""

    def _of(self, entry: Entry) -> tuple[str, str]:
        if not entry.date:
            return self._own
        dated = re.search(r"\d{4}", entry.date)
        found = self._day(entry.date if dated else f"{entry.date} {self._year}" if self._year else "")
        return found if all(found) else self._own

    @cached_property
    def _own(self) -> tuple[str, str]:
        meta = self.note.meta
        own = self._day(meta.written)
        return own if own != ("", "") else self._day(meta.date if _DAY.match(meta.date) else "")

    @cached_property
    def _year(self) -> str:
        """The year that a heading without one is in."""
        said = (self.note.meta.written, self.note.meta.date, *(e.date for e in self.note.entries), self.note.path)
        return next((m[0] for raw in said if (m := re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", raw))), "")

    def _day(self, raw: str) -> tuple[str, str]:
        try:
            when = parse_time(raw, **self.life) if raw else None
        except ImpossibleTime:
            return "", ""
        return (when.earliest, when.latest) if when else ("", "")

    def found(self, index: int) -> list[FoundTime]:
        """What a sentence names as a time, outside quotation marks. What counts from a time told before it has a
        problem and no bounds."""
        if index not in self._found:
            sentence = self.note.sentences[index]
            self._found[index] = self.find(masked(sentence.text), sentence.start)
        return self._found[index]

    def find(self, text: str, start: int, context: str = "") -> list[FoundTime]:
        """The times of words that stand, or shall stand, at `start`; `context` (EDTF) is what they count from."""
        sentence = self.note.sentence_at(start)
        entry = self.note.entries[sentence.entry] if sentence else None
        meta = self.note.meta
        recent = bool(entry and entry.date or meta.kind == "chat" or _DAY.match(meta.date))
        return find_times(
            text, written=self.written(start), context=context, events=self._events, recent=recent, **self.life
        )

    def counted(self, words: str, context: str) -> When | None:
        """What words that count from `context` (EDTF) mean; None where they give no bounds."""
        found = [t.when for t in self.find(words, -1, context) if t.when.earliest or t.when.latest]
        return found[0] if found else None
