"""Finds in all notes the one event that words such as "Dada died" or "the move to Pune" name.

It may be a declared event, or a dated sentence that tells the same kind of thing about the same people. Whose it is
counts ("my wedding" is not Didi's), and what else the words say must be told too. Where two fit, neither is taken: a
wrong certainty costs more than an open question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refiner.checks.change_words import masked
from refiner.checks.stems import WORD, share, stems
from refiner.config import Config
from refiner.edits import digest
from refiner.models import Event, Note, Span, When
from refiner.stages.event_times import Days
from refiner.timeline.landmarks import PATTERNS

_CUT = re.compile(r"[,;:]|(?<=\w) (?:I|we|he|she|they|it|my|our|there) ")
_NAME = re.compile(r"\b(?!(?:I|The|A|We|My|Our)\b)[A-Z][\w'-]+")
_SOMEBODY = re.compile(r"\s*(?:he|she|they|it|his|her|their)\b", re.I)
_MINE = re.compile(r"\b(?:I|we|my|our|us|me)\b", re.I)
_THEIRS = re.compile(r"\b(?:he|she|they|his|her|their)\b|[\w]+['’]s\b|\b(?!I\b|We\b|My\b|Our\b)[A-Z]\w+", re.A)
_CLAUSE = re.compile(r"[;:,]|\b(?:and|but|when|while|because|then|before|after|until)\b", re.I)
ONCE = ("death", "birth")
"""Kinds that happen to one person once: two dates of it that agree are the same event told twice."""


@dataclass(frozen=True)
class Sought:
    """What the words name: the kinds of event, the people, and what else must be told with them."""

    words: str
    kinds: tuple[str, ...]
    names: frozenset[str]
    rest: frozenset[str]
    mine: bool

    def told_in(self, text: str) -> re.Match[str] | bool:
        """Does a text tell it? The match of its kind's word, or True where the words are of no kind."""
        found = {s for m in WORD.finditer(text) for s in stems(m[0])}
        if not self.names <= _words(text) or not self.rest <= found:
            return False
        if not self.kinds:
            return bool(self.rest)
        for kind in self.kinds:
            for m in PATTERNS[kind].finditer(text):
                if not (self.mine and _of_another(text, m)):
                    return m
        return False


def sought(words: str) -> Sought | None:
    """Reads the words of an anchor; None where they say too little: "he died" names nobody."""
    said = _CUT.split(words.strip())[0] or words
    if _SOMEBODY.match(said):
        return None
    names = frozenset(n.removesuffix("'s").removesuffix("’s") for n in _NAME.findall(said))
    kinds = tuple(k for k, p in PATTERNS.items() if p.search(said))
    bare = said
    for kind in kinds:
        bare = PATTERNS[kind].sub(" ", bare)
    content = (m[0] for m in WORD.finditer(bare) if share(m[0].lower()) > 0.2)
    rest = frozenset(s for w in content if w.removesuffix("'s").removesuffix("’s") not in names for s in stems(w)[:1])
    if not kinds and not rest:
        return None
    return Sought(said, kinds, names, rest, bool(_MINE.match(said.strip())) and not names)


def _words(text: str) -> set[str]:
    return {m[0].removesuffix("'s").removesuffix("’s") for m in WORD.finditer(text)}


def _of_another(text: str, m: re.Match[str]) -> bool:
    """Is what the match tells another's: "Didi's wedding", "he married"? Looked at in the words just before it."""
    before = _CLAUSE.split(text[: m.start()])[-1].split()[-4:]
    near = " ".join(before)
    return bool(_THEIRS.search(near)) and not _MINE.search(near)


def declared_fits(what: Sought, events: Iterable[Event]) -> list[Event]:
    """The declared events whose label or words tell what is sought."""
    return [e for e in events if e.source == "person" and any(what.told_in(t) for t in (e.label, *e.quotes) if t)]


def sentence_fits(what: Sought, notes: Sequence[Note], config: Config) -> list[Event]:
    """An event without effects for every dated sentence that tells what is sought."""
    fits: list[Event] = []
    for note in notes:
        days = None
        for index, sentence in enumerate(note.sentences):
            text = masked(sentence.text)
            told = what.told_in(text)
            if not told:
                continue
            days = days or Days(note, config)
            at = told.start() if isinstance(told, re.Match) else None
            when = _date_of(days, index, text, at)
            if when is not None:
                fits.append(_event(note, index, when, days))
    return fits


def _date_of(days: Days, index: int, text: str, at: int | None) -> When | None:
    """The time of what a sentence tells at `at`: its only time, or the only one in the same clause.

    A sentence that counts from the thing itself ("in 2005, two years after we moved") does not date it.
    """
    times = days.times(index)
    if any(t.when.anchor and (at is None or t.start <= at < t.end) for t in times):
        return None
    dated = [t for t in times if t.when.earliest and t.when.latest and not t.when.anchor]
    if len(dated) > 1 and at is not None:
        near = [t for t in dated if not _CLAUSE.search(text[min(at, t.start) : max(at, t.start)])]
        return near[0].when if len(near) == 1 else None
    return dated[0].when if dated else None


def the_one(fits: Sequence[Event], kinds: Sequence[str]) -> Event | None:
    """The event that all the sentences tell; None where they tell several, or none."""
    windows = {(e.when.earliest, e.when.latest) for e in fits}
    if len(windows) == 1:
        return fits[0]
    if not fits or not any(k in ONCE for k in kinds):
        return None
    low, high = max(w[0] for w in windows), min(w[1] for w in windows)
    return next((e for e in fits if (e.when.earliest, e.when.latest) == (low, high)), None)


def _event(note: Note, index: int, when: When, days: Days) -> Event:
    sentence = note.sentences[index]
    label = " ".join(sentence.text.split())
    return Event(
        id="landmark-" + digest("landmark", note.path, sentence.text, str(sentence.occurrence))[:10],
        note=note.path,
        spans=(Span(note=note.path, start=sentence.start, end=sentence.end),),
        quotes=(sentence.text,),
        label=label if len(label) <= 70 else label[:69].rsplit(" ", 1)[0] + "…",
        when=when,
        written=days.written(sentence.start),
        subject="other",
        order=sentence.start,
        source="rule:landmark",
        confidence=0.7,
    )
