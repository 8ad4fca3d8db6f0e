"""What questions are made from and answers are marked against: the refined life, plainly, and what training saw of it.

Everything here comes from the notes and from refiner.toml; nothing is written for the evaluation. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from refiner.checks.stems import WORD, stems
from refiner.config import Config, Trait
from refiner.dataset.near import Texts
from refiner.edits import digest, in_force, render_span
from refiner.models import Edit, Event, Medium, Person, Timeline, TraitVerdict
from refiner.stages.composing.deeds import Deed
from refiner.stages.composing.draft import Told
from refiner.stages.composing.facts import GONE, Life
from refiner.stages.composing.scenes import by_narrator
from refiner.stages.composing.topics import Topic
from refiner.store import canonical

BEGINS = ("initiates", "reinitiates")


@dataclass(frozen=True)
class Telling:
    """A passage of her own refined notes: what it says, sentence by sentence, and what it tells of."""

    id: str
    note: str
    text: str
    sentences: tuple[str, ...]
    events: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()  # living ones that it shows
    date: str = ""  # EDTF of its entry or note
    at_the_time: bool = False  # told in the present of `date`
    topics: tuple[Topic, ...] = ()
    deeds: tuple[tuple[Deed, ...], ...] = ()  # what she did, by sentence
    kind: str = "note"  # of the note: note letter chat traits media


@dataclass(frozen=True)
class Material:
    """A life to be asked about."""

    config: Config
    timeline: Timeline
    her: str = ""  # first name
    full_name: str = ""
    old_names: tuple[str, ...] = ()  # of before: first name, full name, nicknames, handles; none that is hers too
    texts: dict[str, str] = field(default_factory=dict)  # her own notes, refined, without front matter
    raw: dict[str, str] = field(default_factory=dict)  # the same as they were written
    passages: tuple[Telling, ...] = ()
    media: tuple[Medium, ...] = ()
    people: tuple[Person, ...] = ()
    trained: tuple[str, ...] = ()  # what training was asked
    answers: tuple[str, ...] = ()  # what training answered
    held_out: frozenset[str] = frozenset()  # events that training never saw, with their other tellings
    labels: dict[str, str] = field(default_factory=dict)  # event -> refined label
    others: dict[str, str] = field(default_factory=dict)  # notes by somebody else, refined

    @cached_property
    def seen(self) -> Texts:
        """The questions of training, to find near ones."""
        return Texts(self.trained)

    @cached_property
    def known(self) -> frozenset[str]:
        """The stems of all that any note says, raw or refined, and of the names in refiner.toml."""
        persona = self.config.persona
        named = [n for side in (persona.before, persona.after) for n in (side.name, *side.nicknames, *side.handles)]
        traits = [w for t in self.config.traits for w in (*t.words, t.description)]
        life = [*self.texts.values(), *self.raw.values(), *self.others.values()]
        listed = [m.title for m in self.media]
        return stems_of([*life, *listed, *named, *traits, persona.culture, self.full_name])

    @cached_property
    def topics_seen(self) -> Counter[str]:
        """In how many passages each topic is, by its words in lower case."""
        return Counter(w for p in self.passages for w in {t.words.casefold() for t in p.topics})

    @cached_property
    def passages_with(self) -> Counter[str]:
        """In how many passages each stem is."""
        return Counter(s for p in self.passages for s in stems_of([p.text]))

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The words that stand in small letters anywhere in her notes."""
        return frozenset(w for t in self.texts.values() for w in WORD.findall(t) if w[0].islower())

    @cached_property
    def person_names(self) -> frozenset[str]:
        """The words of the names of people, lower case."""
        return frozenset(w.lower() for p in self.people for n in p.names for w in WORD.findall(n))

    @cached_property
    def events(self) -> dict[str, Event]:
        return {e.id: e for e in self.timeline.events}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what questions are made from: who she is by refiner.toml, and her refined notes."""
        texts = [part for path in sorted(self.texts) for part in (path, self.texts[path])]
        return digest(canonical(self.config.model_dump(mode="json", include={"persona", "traits"})), *texts)

    def verdict(self, trait: str) -> TraitVerdict | None:
        return self.timeline.verdict(trait)

    @property
    def living(self) -> tuple[Trait, ...]:
        """The important traits that hold today, the most important first."""
        return self._traits("HOLDS")

    @property
    def dead(self) -> tuple[Trait, ...]:
        """The important traits that are over or were taken back."""
        return self._traits(*GONE)

    def _traits(self, *verdicts: str) -> tuple[Trait, ...]:
        found = [t for t in self.config.important if (v := self.verdict(t.id)) and v.verdict in verdicts]
        return tuple(sorted(found, key=lambda t: (-t.importance, t.id)))

    def speaks_of(self, words: str) -> bool:
        """Whether any note has one of these words, in whatever form."""
        return bool(self.known & stems_of([words]))

    def called(self, names: Sequence[str]) -> tuple[str, ...]:
        """The names of somebody with those by which the notes know the same one: "Papa" with "father"; a relation only
        where nobody else has it, or any friend would be Anna."""
        low = {n.casefold() for n in names}
        have = Counter(p.relation.casefold() for p in self.people if p.relation)
        of = {id(p): (*p.names, *((p.relation,) if have[p.relation.casefold()] == 1 else ())) for p in self.people}
        same = [of[id(p)] for p in self.people if low & {n.casefold() for n in of[id(p)]}]
        return tuple(dict.fromkeys([*names, *(n for spellings in same for n in spellings)]))

    def telling(self, event: str) -> Telling | None:
        """The passage that tells of an event, the shortest where several do."""
        found = [p for p in self.passages if event in p.events]
        return min(found, key=lambda p: (len(p.text), p.id), default=None)

    def passages_on(self, trait: str) -> tuple[Telling, ...]:
        return tuple(p for p in self.passages if trait in p.traits)


def begins(event: Event, traits: Collection[str]) -> bool:
    """Whether an event begins one of some traits."""
    return any(f.trait in traits and f.kind in BEGINS for f in event.effects)


def stems_of(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words in some texts."""
    found = {w.lower() for text in texts for w in WORD.findall(text.replace("_", " "))}
    return frozenset(s for w in found for s in stems(w))


def material_from(
    told: Told,
    *,
    trained: Sequence[str] = (),
    answers: Sequence[str] = (),
    held_out: Iterable[str] = (),
) -> Material:
    """The material of a life that was read: `trained` and `answers` are what training asked and answered."""
    life = told.life
    own = {path: note for path, note in life.notes.items() if by_narrator(note, life.config)}
    refined = {p: render_span(n.text, n.body_start, len(n.text), _live(life, p)) for p, n in life.notes.items()}
    return Material(
        config=life.config,
        timeline=life.timeline,
        her=life.first,
        full_name=life.name,
        old_names=_old_names(life),
        texts={p: refined[p].strip() for p in own},
        raw={p: n.text[n.body_start :].strip() for p, n in own.items()},
        passages=tuple(_tellings(told)),
        media=life.media,
        people=_people(p for p in life.people if not p.notes or not own.keys().isdisjoint(p.notes)),
        trained=tuple(dict.fromkeys(trained)),
        answers=tuple(dict.fromkeys(answers)),
        held_out=frozenset(held_out),
        labels=dict(life.labels),
        others={p: refined[p].strip() for p in life.notes if p not in own},
    )


def _live(life: Life, path: str) -> list[Edit]:
    return in_force(life.edits.get(path, ()))


def _tellings(told: Told) -> Iterable[Telling]:
    for passage in told.passages:
        spans = [(u.start, u.end) for u in passage.units]
        within = told.events_in(passage.note, spans)
        shown = (*told.traits_of(within), *told.traits_shown(passage.note, spans))
        yield Telling(
            id=passage.id,
            note=passage.note,
            text=passage.text,
            sentences=tuple(u.text for u in passage.units),
            events=tuple(e.id for e in within),
            traits=tuple(dict.fromkeys(shown)),
            date=passage.date,
            at_the_time=passage.at_the_time,
            topics=tuple(told.topics.get(passage.id, ())),
            deeds=tuple(told.deeds(u) for u in passage.units),
            kind=told.life.notes[passage.note].meta.kind,
        )


def _old_names(life: Life) -> tuple[str, ...]:
    before, after = life.config.persona.before, life.config.persona.after
    hers = {n.casefold() for n in (life.name, *life.name.split(), after.name, *after.nicknames, *after.handles)}
    old = [*before.name.split()[:1], before.name, *before.nicknames, *before.handles]
    return tuple(dict.fromkeys(n for n in old if n and n.casefold() not in hers))


def _people(found: Iterable[Person]) -> tuple[Person, ...]:
    """One entry for each name, however many notes have it."""
    merged: dict[tuple[str, str], Person] = {}
    for person in found:
        key = (person.names[0] if person.names else "", person.relation)
        known = merged.get(key)
        notes = tuple(dict.fromkeys((*(known.notes if known else ()), *person.notes)))
        names = tuple(dict.fromkeys((*(known.names if known else ()), *person.names)))
        gender = person.gender or (known.gender if known else None)
        merged[key] = person.model_copy(update={"notes": notes, "names": names, "gender": gender})
    return tuple(merged[k] for k in sorted(merged))
