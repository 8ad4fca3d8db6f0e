"""Ages and classes that cannot be true beside the year that is said of the same happening.

"In 1998, when I was nine": the windows of both are the timeline's own (`refiner.timeline`), from `persona.born` and
`persona.first_school_year`; there is a finding only where they have no day in common. The two must stand in one clause,
or the age in a sentence of its own right after the year, or the year in the front matter of the event that the words
tell; across notes, in two events that are the same. Others' ages and speech in quotation marks are not the narrator's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any

from refiner.checks.again import Again
from refiner.checks.ages_said import Said, against, apart, kind_of
from refiner.checks.change_words import masked
from refiner.checks.hanging import aside
from refiner.checks.note_times import NoteTimes, life_of
from refiner.config import Config
from refiner.edits import in_force
from refiner.language.quotes import NARRATOR
from refiner.models import Event, EventSpec, Finding, Sentence, When
from refiner.notes import note_from_text
from refiner.timeline.bounds import ImpossibleTime, to_day
from refiner.timeline.dates import FoundTime, find_times, parse_time


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    data: dict[str, Any] = tomllib.loads(files("refiner.checks").joinpath("ages.toml").read_text(encoding="utf-8"))
    return {k: re.compile(v, 0 if k == "first_person" else re.I) for k, v in data["words"].items()}


def ages(again: Again) -> list[Finding]:
    """Findings of severity warning in order of place; spans count in the raw note.

    Raises RefinerError without spaCy's model (only where an age and a year disagree).
    """
    if again.note.meta.author != "self":
        return []
    found = sorted([*_in_prose(again), *_against_front_matter(again)], key=lambda f: f.start or 0)
    return [f for i, f in enumerate(found) if not any(g.start == f.start for g in found[:i])]


# ---- what a sentence says --------------------------------------------------------------------------------------------


class _Reader:
    """The times of a note's sentences, each with whether it counts from the narrator's life."""

    def __init__(self, text: str, config: Config) -> None:
        self.note = note_from_text(text)
        self.known, self.bare = NoteTimes(self.note, config), NoteTimes(self.note)
        self.regular = not _words()["irregular"].search(text, self.note.body_start)

    def _found(self, times: NoteTimes, index: int) -> list[FoundTime]:
        """The times of a sentence; "I was twelve in 2001" is one of age, though more stands behind the number."""
        found, sentence = times.found(index), self.note.sentences[index]
        if m := _AGE_THEN_YEAR.search(masked(sentence.text)):
            ages = [t for t in times.find(sentence.text[: m.end()], sentence.start) if t.start == m.start()]
            found = sorted([*found, *ages], key=lambda t: t.start)
        return found

    def names_life(self, index: int) -> bool:
        """Does a sentence name an age or a class?"""
        return any(kind_of(t.problem) for t in self._found(self.bare, index))

    def said(self, index: int) -> list[Said]:
        """The times of a sentence that have two bounds, spans in the text; in order."""
        lived = [(t, k) for t in self._found(self.bare, index) if (k := kind_of(t.problem))]
        sentence, out = self.note.sentences[index], []
        for t in self._found(self.known, index):
            span = _span(t)
            if span is None or aside(sentence.text[t.start : t.end]):
                continue
            kind = next((k for b, k in lived if t.start < b.end and b.start < t.end), "")
            if kind == "school" and (_DEGREE.search(t.when.raw) or not (self.regular and _dates(sentence.text, t))):
                continue
            out.append(Said(sentence.start + t.start, sentence.start + t.end, t.when.raw, *span, kind))
        return out


_DEGREE = re.compile(r"(?i)\b(?:year|sem|semester)\b|[FST]\.?Y\b")  # many study again later in life
_AGE_THEN_YEAR = re.compile(r"\bI (?:was|turned) [\w-]+(?= in (?:the )?(?:\w+ (?:of )?)?(?:19|20)\d\d\b)")


def _span(t: FoundTime) -> tuple[int, int] | None:
    low, high = to_day(t.when.earliest), to_day(t.when.latest)
    return None if t.problem or t.when.anchor or low is None or high is None else (low, high)


def _dates(text: str, t: FoundTime) -> bool:
    """Does the class say when? "My class 5 teacher" does not."""
    start = t.start + (m.end() if (m := re.match(r"(?i)in\s+", text[t.start : t.end])) else 0)
    return bool(_words()["in_class"].search(text[:start]) and _words()["after_class"].match(text, t.end))


def _in_prose(again: Again) -> Iterator[Finding]:
    reader = _Reader(again.text, again.config)
    count = len(reader.note.sentences)
    aged = {i for i in range(count) if reader.names_life(i)}
    told = [reader.said(i) if {i - 1, i, i + 1} & aged else [] for i in range(count)]
    for i, some in enumerate(told):
        sentence = reader.note.sentences[i]
        pairs = list(combinations(some, 2)) if not _words()["unreal"].search(masked(sentence.text)) else []
        pairs = [p for p in pairs if _of_one(again.text, sentence.start, *p) and _first_person(sentence, *p)]
        if i and reader.note.sentences[i - 1].entry == sentence.entry:
            pairs += _beside(again.text, reader, i, told[i - 1], some)
        for a, b in pairs:
            if (a.lived or b.lived) and apart(a, b) and _mine(again, a) and _mine(again, b):
                yield _finding(again, *((a, b) if a.lived else (b, a)))


def _of_one(text: str, start: int, a: Said, b: Said) -> bool:
    """Are two times of a sentence said of one happening?"""
    words, gap = _words(), text[a.end : b.start]
    dated = [x for x in (a, b) if not x.lived and _PLAIN_YEAR.fullmatch(x.words)]
    if words["between"].search(gap) or len(gap) > 90:
        return False
    if len(re.findall(r"\b(?:I|we|he|she|they|it)\b", gap)) > 1:
        return False
    return not any(words["thing"].search(text[start : x.start]) for x in dated)


_OWN = re.compile(r"\b(?:I|my|we|our)\b", re.I)
_THEN_I = re.compile(r"[\s,]*(?:(?:in|on|at)[\s,]+)?(?:I|we)\b")
_I_BEFORE = re.compile(
    r"\b(?:I|[Ww]e)\b(?!.*(?:\b(?:my|our|his|her|their|he|she|they|you|who)\b|\b[A-Z][\w’'-]+,?\s*\Z))", re.S
)


def _first_person(sentence: Sentence, a: Said, b: Said) -> bool:
    """Is the narrator the one whom the age or class is said of? "In 2004, aged seventy, my grandfather died" is not."""
    for said, other in ((a, b), (b, a)):
        if not said.lived or _OWN.search(said.words):
            continue
        low, high = said.start - sentence.start, said.end - sentence.start
        after, before = sentence.text[high:], sentence.text[:low]
        if other.start > said.start:
            after = sentence.text[high : other.start - sentence.start] + sentence.text[other.end - sentence.start :]
        if not (_THEN_I.match(after) or _I_BEFORE.search(before)):
            return False
    return True


_PLAIN_YEAR = re.compile(r"\d{4}")


_ALONE = re.compile(r"(?:and |but )?\W*(?:then|at the time|years? old|only|just|in class)?\W*", re.I)
_IT_WAS = re.compile(r"(?:it|that|this) was (?:in )?(?:the )?(?:year |summer of |winter of )?", re.I)


def _beside(text: str, reader: _Reader, i: int, before: list[Said], here: list[Said]) -> list[tuple[Said, Said]]:
    """ "In 1998 we moved. I was nine." and "I was nine. It was 1998.": one says nothing but the time of the other."""
    if len(before) != 1 or len(here) != 1 or bool(before[0].lived) == bool(here[0].lived):
        return []
    last, this = reader.note.sentences[i - 1], reader.note.sentences[i]
    plain, words = masked(last.text), _words()
    if words["between"].search(plain.rstrip(".!? ")) or words["unreal"].search(plain):
        return []
    year_alone = _IT_WAS.fullmatch(text[last.start : before[0].start]) and before[0].end >= last.end - 1
    if words["thing"].search(text[last.start : before[0].start]) or not (
        year_alone or words["first_person"].search(plain)
    ):
        return []
    rest = (text[this.start : here[0].start], text[here[0].end : this.end])
    if here[0].lived:
        alone = here[0].words.startswith("I ") and all(_ALONE.fullmatch(r) for r in rest)
    else:
        alone = bool(_IT_WAS.fullmatch(rest[0]) and re.fullmatch(r"\W*", rest[1]))
    return [(before[0], here[0])] if alone else []


def _mine(again: Again, said: Said) -> bool:
    """Does the narrator say it, and not in quotation marks?"""
    frame = again.now.scene.frame_at(said.start)
    return frame.kind != "quote" and frame.speaker == NARRATOR


# ---- front matter and other notes ------------------------------------------------------------------------------------


def _against_front_matter(again: Again) -> Iterator[Finding]:
    """An event's `when` against the one time that the words of its quote name."""
    note, text = again.note, again.note.text
    specs = [e for e in note.meta.events or () if e.quote and e.modality == "actual" and e.subject == "self"]
    if not specs:
        return
    reader = _Reader(text, again.config)
    for spec in specs:
        start = text.find(spec.quote, note.body_start)
        given = _given(spec, again.config)
        if start < 0 or given is None or text.find(spec.quote, start + 1) >= 0:
            continue
        index = next((i for i, s in enumerate(note.sentences) if s.start <= start < s.end), None)
        if index is None or _words()["unreal"].search(note.sentences[index].text):
            continue
        inside = [s for s in reader.said(index) if start <= s.start and s.end <= start + len(spec.quote)]
        gone = any(not e.after.strip() and e.start <= start < e.end for e in in_force(again.edits))
        if len(inside) == 1 and len(reader.bare.found(index)) == 1 and not gone and apart(given, inside[0]):
            about = f'the front matter of "{spec.label or spec.id or spec.quote}" says "{given.words}"'
            yield against(note.path, inside[0], about, again.config)


def _given(spec: EventSpec, config: Config) -> Said | None:
    """The `when` of front matter as a time with two bounds."""
    try:
        when = parse_time(spec.when.raw, **life_of(config)) if spec.when.raw else None
        low = to_day(when.earliest if when else spec.when.earliest)
        high = to_day(when.latest if when else spec.when.latest)
    except ImpossibleTime:
        return None
    words = spec.when.raw or f"{spec.when.earliest} to {spec.when.latest}"
    return Said(0, 0, words, low, high) if low is not None and high is not None else None


def told_twice(events: Iterable[Event], config: Config) -> list[Finding]:
    """Events told in two places (`same_as`), dated in one and with an age or a class in the other, that no day fits.

    One finding a pair, at the words of the age; in order of note. `events`: those of the timeline.
    """
    by_id = {e.id: e for e in events}
    pairs = {tuple(sorted((e.id, r.to))) for e in by_id.values() for r in e.relations if r.kind == "same_as"}
    out = []
    for a, b in sorted(pairs):
        if a == b or a not in by_id or b not in by_id:
            continue
        one, two = _timed(by_id[a], config), _timed(by_id[b], config)
        if one is None or two is None or bool(one.lived) == bool(two.lived) or not apart(one, two):
            continue
        (aged, said), (other, year) = sorted(((by_id[a], one), (by_id[b], two)), key=lambda p: not p[1].lived)
        quote = other.quotes[0] if other.quotes else other.label
        about = f'"{year.words}" is said of the same in {other.note} ("{" ".join(quote.split())}")'
        span = aged.spans[0] if aged.spans else None
        found = against(aged.note, said, about, config)
        out.append(found.model_copy(update={"start": span.start if span else None, "end": span.end if span else None}))
    return sorted(out, key=lambda f: (f.note, f.start or 0))


def _timed(event: Event, config: Config) -> Said | None:
    """When an event was, by its own words."""
    w: When = event.when
    if event.modality != "actual" or event.subject != "self" or w.anchor or not (w.earliest and w.latest):
        return None
    bare = find_times(w.raw, culture=config.persona.culture)
    lived = next((k for t in bare if (k := kind_of(t.problem))), "")
    low, high = to_day(w.earliest), to_day(w.latest)
    return None if low is None or high is None else Said(0, 0, w.raw, low, high, lived)


def _finding(again: Again, lived: Said, other: Said) -> Finding:
    found = against(again.note.path, lived, f'"{other.words}" is said of the same', again.config, other)
    start, end = again.raw(min(lived.start, other.start), max(lived.end, other.end))
    return found.model_copy(update={"start": start, "end": end})
