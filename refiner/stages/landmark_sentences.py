"""Finds in all notes the one event that words such as "Dada died" or "the move to Pune" name.

It may be a declared event, or a dated sentence that tells the same kind of thing about the same people. Whose it is
counts ("my wedding" is not Didi's), and what else the words say must be told too. Where two fit, neither is taken: a
wrong certainty costs more than an open question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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


class _Telling:
    """Texts, and which of them tell what is sought: each is read once, and looked at only where its words allow it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._of_kind: dict[str, set[int]] = {}

    @cached_property
    def _having(self) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
        """The places of the texts by word and by stem."""
        words: dict[str, set[int]] = {}
        found: dict[str, set[int]] = {}
        for at, text in enumerate(self.texts):
            for word in _words(text):
                words.setdefault(word, set()).add(at)
            for stem in {s for m in WORD.finditer(text) for s in stems(m[0])}:
                found.setdefault(stem, set()).add(at)
        return words, found

    def _kind(self, kind: str) -> set[int]:
        if kind not in self._of_kind:
            self._of_kind[kind] = {at for at, text in enumerate(self.texts) if PATTERNS[kind].search(text)}
        return self._of_kind[kind]

    def of(self, what: Sought) -> Iterator[tuple[int, re.Match[str] | bool]]:
        """The places of the texts that tell it, in order, with what `Sought.told_in` says of each."""
        words, found = self._having
        lists = [words.get(n, set()) for n in what.names] + [found.get(s, set()) for s in what.rest]
        lists += [set().union(*(self._kind(k) for k in what.kinds))] if what.kinds else []
        fewest = min(lists, key=len, default=set())
        for at in sorted(fewest.intersection(*lists)):
            if told := what.told_in(self.texts[at]):
                yield at, told


class DeclaredEvents:
    """What the person declared, ready to be asked for by words."""

    def __init__(self, events: Iterable[Event]) -> None:
        said = [(e, t) for e in events if e.source == "person" for t in (e.label, *e.quotes) if t]
        self._events, self._telling = [e for e, _ in said], _Telling([t for _, t in said])

    def fits(self, what: Sought) -> list[Event]:
        """The declared events whose label or words tell what is sought."""
        return list({id(e): e for e in (self._events[at] for at, _ in self._telling.of(what))}.values())


class LandmarkSentences:
    """The sentences of all notes, ready to be asked for what they tell."""

    def __init__(self, notes: Sequence[Note], config: Config) -> None:
        self._config = config
        self._at = [(note, index) for note in notes for index in range(len(note.sentences))]
        self._telling = _Telling([masked(note.sentences[index].text) for note, index in self._at])
        self._days: dict[str, Days] = {}

    def fits(self, what: Sought) -> list[Event]:
        """An event without effects for every dated sentence that tells what is sought."""
        fits: list[Event] = []
        for place, told in self._telling.of(what):
            note, index = self._at[place]
            if note.path not in self._days:
                self._days[note.path] = Days(note, self._config)
            days = self._days[note.path]
            at = told.start() if isinstance(told, re.Match) else None
            when = _date_of(days, index, self._telling.texts[place], at)
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
