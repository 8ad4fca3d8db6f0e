"""Makes the table of stand-ins for a whole life, and keeps it: the same real has the same one in every run.

The table lives beside the answers and only grows, so that kept answers stay valid. A stand-in is the next free one of
its kind's list, never made from the real, so that it tells nothing but the kind (the narrator's own keep the initial,
which "M. Dubey" would tell anyway). An entry gets another stand-in when a word of the notes comes to collide with it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refiner.answers import Answers
from refiner.asking.standins import ENDINGS, WORD, StandIns
from refiner.config import Config
from refiner.culture import is_indian
from refiner.models import Note, Person
from refiner.prompts import folders
from refiner.stages.known_words import data, in_dictionary, keep, known
from refiner.stages.name_finding import Seen, is_name, kind_of, look, others, titles

PREFIX = "stand-in:"


def stand_ins(notes: Sequence[Note], config: Config, people: Sequence[Person], answers: Answers) -> StandIns:
    """The table for these notes; what is new in it is kept in `answers`."""
    found = _Found(notes, config, people)
    table = answers.facts(PREFIX)
    free = _Free(notes, config, table)
    changed: dict[str, str] = {}
    for real, new in table.items():
        if not free.still(new):
            changed[real] = ""
    for real in [r for r in changed if r not in found.kinds]:
        found.kinds[real] = "thing" if WORD.fullmatch(real) else "code"
    for real, kind in found.kinds.items():
        if real not in table or real in changed:
            changed[real] = table[real] = free.take(real, kind, initial=real in found.own)
    answers.remember({PREFIX + real: new for real, new in changed.items()})
    words = frozenset(r for r in table if in_dictionary(r) or r.lower() in keep() or found.written_small(r))
    return StandIns(tuple(sorted(table.items())), words, tuple(found.titles))


def still_named(text: str, table: StandIns) -> tuple[str, ...]:
    """What in a covered text still looks like a name, an address or a number of somebody's, in order of place."""
    for title in table.kept:
        text = text.replace(title, "." * len(title))
    starts = frozenset(m.end() for m in re.finditer(r"(?:^|[.!?:…]\s+|\n)[\"“‘'(*_#>\s-]*", text))
    seen = look([(text, starts)])
    left = [s for _, s in others(text) if s.lower() not in table.stand_ins]
    for low, what in seen.items():
        stems = {low, low.removesuffix("s"), low.removesuffix("ji")}
        if not stems & table.stand_ins and is_name(low, what) and (what.inside or known(low)):
            left += list(what.forms) or [low]
    inner = " ".join(table.stand_ins)
    return tuple(sorted({s for s in left if s.lower() not in inner}, key=text.find))


# ---- what is replaced ------------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """The reals of the notes and their kinds, the narrator's own first, then by place."""

    notes: Sequence[Note]
    config: Config
    people: Sequence[Person]
    kinds: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)  # the narrator's names
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        listed = [(t, note) for note in self.notes for t in titles(note)]
        self.seen = look((_without(note, [t for t, n in listed if n is note]), _starts(note)) for note in self.notes)
        self._narrator()
        self._people()
        for note in self.notes:
            for kind, real in others(note.text):
                self.kinds.setdefault(real, kind)
        traits = {w for t in self.config.traits for words in (*t.words, t.id) for w in _words(words.lower())}
        named = {real.lower() for real in self.kinds}
        names = {low for low, seen in self.seen.items() if low not in traits and is_name(low, seen)} | named
        for low, seen in self.seen.items():
            if low in names - named and not any(low.removesuffix(e) in names - {low} for e in ENDINGS):
                self.kinds.setdefault(_canonical(low, seen), kind_of(low, seen))
        for low in sorted({r.lower() for r in self.kinds} & self.seen.keys()):
            self._spellings(low)
        sure = {w.lower() for r in self.own for w in _words(r)} | {
            w.lower() for p in self.people for n in p.names for w in _words(n)
        }
        self.titles = sorted({t for t, _ in listed if not sure & set(_words(t.lower()))})

    def _narrator(self) -> None:
        for side in (self.config.persona.before, self.config.persona.after):
            first, *rest = side.name.split() or [""]
            for name, kind in ((first, side.gender), *((r, "surname") for r in rest)):
                self._own(name, kind)
            for nick in side.nicknames:
                for word in nick.split():
                    self._own(word, side.gender)
            for handle in side.handles:
                bare = handle.lstrip("@")
                if WORD.fullmatch(bare):
                    self._own(bare, f"handle_{side.gender}")
                elif bare:
                    self.kinds.setdefault(bare, f"handle_{side.gender}")

    def _own(self, name: str, kind: str) -> None:
        for word in _words(name):
            if len(word) > 1 and (word.lower() not in keep() or word == name):
                self.kinds.setdefault(word, kind)
                self.own.add(word)

    def _people(self) -> None:
        for person in self.people:
            for name in person.names:
                first, *rest = [w for w in _words(name) if len(w) > 1] or [""]
                gender: str = person.gender or self._gender(first)
                for word, kind in ((first, gender), *((r, "surname") for r in rest)):
                    english = in_dictionary(word) == "word" and not known(word)
                    if (
                        word
                        and word[0].isupper()
                        and word.lower() not in keep()
                        and not (english and self.written_small(word))
                    ):
                        self.kinds.setdefault(
                            _canonical(word.lower(), self.seen.get(word.lower(), Seen())) or word, kind
                        )

    def _gender(self, first: str) -> str:
        seen = self.seen.get(first.lower())
        kind = kind_of(first.lower(), seen) if seen and first else "person"
        return kind if kind in ("male", "female") else "person"

    def _spellings(self, low: str) -> None:
        """Other ways to write a name that is found: "McKay" and "Mckay" are two entries."""
        have = [r for r in self.kinds if r.lower() == low]
        covered = {f for r in have for f in (r, r.lower(), r.upper())}
        for form in self.seen[low].forms:
            if form not in covered:
                self.kinds[form] = self.kinds[have[0]]

    def written_small(self, real: str) -> bool:
        """Whether the notes write it in small letters as often as they write it with a capital."""
        seen = self.seen.get(real.lower())
        large = sum(seen.forms.values()) if seen else 0
        return seen is not None and real != real.lower() and not known(real) and seen.small > 2 * large > 0


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _canonical(low: str, seen: Seen) -> str:
    """The usual spelling of a name; with a capital where it is never written so."""
    large = [f for f in seen.forms if not f.isupper()] or list(seen.forms)
    return max(large, key=lambda f: (seen.forms[f], f)) if large else low.capitalize()


def _starts(note: Note) -> frozenset[int]:
    """Where the first words of the sentences begin."""
    out = set()
    for sentence in note.sentences:
        if first := WORD.search(sentence.text):
            out.add(sentence.start + first.start())
    return frozenset(out)


def _without(note: Note, marked: Iterable[str]) -> str:
    text = note.text
    for title in marked:
        text = text.replace(title, " " * len(title))
    return text


# ---- what stands in for it -------------------------------------------------------------------------------------------


class _Free:
    """Gives out stand-ins that stand nowhere: not in the notes, the settings, the prompts, nor in one another."""

    def __init__(self, notes: Sequence[Note], config: Config, table: dict[str, str]) -> None:
        texts = [n.text for n in notes]
        texts += [config.model_dump_json(), *_prompt_texts(), *table]
        self.text = "\n".join(texts).lower()
        self.words = set(WORD.findall(self.text))
        self.vocabulary = "\n".join(sorted(self.words))
        self.given = {new.lower() for new in table.values()}
        self.all_given = "\n".join(self.given)
        self.pools = data()["india" if is_indian(config.persona.culture) else "other"]
        self._lists: dict[str, list[str]] = {}
        self._made: dict[str, Iterator[str]] = {}  # what did not fit once never will

    def still(self, new: str) -> bool:
        """Whether a stand-in that was given out earlier is still found nowhere."""
        return new.lower() not in (self.vocabulary if WORD.fullmatch(new) else self.text)

    def take(self, real: str, kind: str, *, initial: bool = False) -> str:
        """A stand-in for a real, in its capitals."""
        if not WORD.fullmatch(real) and not kind.startswith("handle"):
            new = next(n for n in _shaped(real, kind) if self._fits(n))
        else:
            kind = "handle_male" if kind == "handle" else kind
            new = self._name(real, kind, initial)
        self.given.add(new.lower())
        self.all_given += f"\n{new.lower()}"
        if kind == "letters" or (real.isupper() and len(real) > 1):
            return new.upper()
        return new.lower() if real == real.lower() and real != real.upper() else new

    def _name(self, real: str, kind: str, initial: bool) -> str:
        if kind == "letters":
            return next(n for n in _letters(len(real)) if self._fits(n))
        ready = self._list(kind)
        same = [n for n in ready if initial and n[0].lower() == real[0].lower()]
        for new in (*same, *ready):
            if self._fits(new):
                return new
        made = self._made.setdefault(kind, iter(_made(kind)))
        return next(n for n in made if self._fits(n))

    def _list(self, kind: str) -> list[str]:
        if kind not in self._lists:
            self._lists[kind] = self.pools[kind].split() if kind in self.pools else []
        return self._lists[kind]

    def _fits(self, new: str) -> bool:
        low = new.lower()
        word = WORD.fullmatch(new) is not None
        if (
            low in self.given
            or low in (self.vocabulary if word else self.text)
            or (word and (in_dictionary(low) or known(low)))
        ):
            return False
        inside = (low[at:end] for at in range(len(low)) for end in range(at + 1, len(low) + 1))
        return low not in self.all_given and self.given.isdisjoint(inside)


def _prompt_texts() -> list[str]:
    return [p.read_text(encoding="utf-8") for folder in folders() for p in sorted(Path(folder).glob("*.md"))]


def _made(kind: str) -> Iterator[str]:
    """More names when a list is used up, of syllables; without end."""
    made = data()["made"]
    ends = made.get(kind.removeprefix("handle_"), made["thing"]).split()
    starts, middles = made["starts"].split(), made["middles"].split()
    for n in itertools.count():
        row = n // len(starts)
        more = [middles[(row + 5 * i) % len(middles)] for i in range(row // (len(middles) * len(ends)))]
        middle, end = middles[(7 * n + row) % len(middles)], ends[(n + row) % len(ends)]
        yield starts[n % len(starts)] + middle + "".join(more) + end


def _letters(length: int) -> Iterator[str]:
    of = data()["letters"]["of"]
    for more in itertools.count(max(length, 3)):
        for letters in itertools.product(of, repeat=more):
            if len(set(letters)) == len(letters) or more > len(of):
                yield "".join(letters)


def _shaped(real: str, kind: str) -> Iterator[str]:
    """Something of the same shape: a number with as many digits, an address at a place that is none."""
    for n in itertools.count(101):
        if kind == "mail":
            yield f"inbox{n}@post.example"
        elif kind == "url":
            yield f"{'https://' if '://' in real else ''}site{n}.example"
        else:
            count = sum(c.isdigit() for c in real)
            digits, letters = iter(_digits(n, count)), itertools.cycle(data()["letters"]["of"])
            new = "".join(
                next(digits) if c.isdigit() else next(letters) if kind == "code" and c.isalpha() else c for c in real
            )
            yield new + str(n) * (n > 10**count + 100)  # a short number has few of its shape


def _digits(n: int, length: int) -> str:
    """The n-th number of so many digits; consecutive ones look unlike each other."""
    size = 10**length
    return str((n * 7_368_787 + 5_550_137) % size).zfill(length)
