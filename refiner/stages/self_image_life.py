"""The self-image of a whole life: each negative trait with its evidence in raw notes, refined notes, samples. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from refiner.checks.stems import WORD
from refiner.config import Config, Trait
from refiner.edits import in_force
from refiner.models import Bearing, Edit, Entry, Extraction, Note, Person, Sample, Timeline
from refiner.notes import split_sentences
from refiner.stages.extract import trait_words
from refiner.stages.self_image_edits import idealising
from refiner.stages.self_image_evidence import Teller, Via, evidence_sentences, evidence_weight
from refiner.stages.self_image_kept import State, kept, touching
from refiner.stages.self_image_valence import Drift, drift
from refiner.stages.self_image_words import persona_names

SINGLE = 5  # sentences from which a trait is held to the floor by itself
SAMPLE_SHOWS = 0.7  # weight of a trait's words from which an answer about it carries it
_DEAD = ("NOT", "RETRACTED")


def negative_traits(config: Config, timeline: Timeline | None) -> list[Trait]:
    """The important negative traits that are not known to be over."""
    found = []
    for trait in config.important:
        verdict = timeline.verdict(trait.id) if timeline else None
        if trait.polarity == "negative" and (verdict is None or verdict.verdict not in _DEAD):
            found.append(trait)
    return found


@dataclass(frozen=True)
class Row:
    """One sentence of evidence, side by side: as the raw note says it, and as the refined one does."""

    trait: str
    note: str
    start: int  # code points of the raw note
    end: int
    raw: str
    refined: str
    state: State
    why: tuple[str, ...]  # how it was softened
    teller: Teller
    via: tuple[Via, ...]
    samples: tuple[str, ...]  # ids of those that carry it
    edits: tuple[Edit, ...]  # that took it away or softened it

    @property
    def kept(self) -> bool:
        return self.state == "kept"


@dataclass(frozen=True)
class TraitImage:
    """A negative trait with all its evidence, what is lost first, then in the order of the notes."""

    trait: Trait
    rows: tuple[Row, ...]
    stated: tuple[str, ...] = ()  # ids of samples that say the trait without a sentence of evidence

    def count(self, state: State) -> int:
        """How many sentences are kept, softened or gone."""
        return sum(r.state == state for r in self.rows)

    @property
    def share(self) -> float | None:
        """The share of the sentences that is kept, 0 to 1; None where there is no evidence."""
        return self.count("kept") / len(self.rows) if self.rows else None

    @property
    def in_samples(self) -> int:
        """How many of the sentences at least one sample carries."""
        return sum(bool(r.samples) for r in self.rows)

    @property
    def without_sample(self) -> bool:
        """The refined notes show it and no sample does."""
        return bool(self.count("kept")) and not self.in_samples and not self.stated

    @property
    def of_others(self) -> tuple[Row, ...]:
        """The sentences that others tell, where the narrator's own words never show the trait; else ()."""
        return () if any(r.teller.voice == "narrator" for r in self.rows) else self.rows


@dataclass(frozen=True)
class LifeImage:
    """All negative traits of a life that are not over, and how its notes changed their tone."""

    traits: tuple[TraitImage, ...]
    drifts: tuple[Drift, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return tuple(r for t in self.traits for r in t.rows)

    @property
    def share(self) -> float | None:
        """The share of all sentences of evidence that is kept, 0 to 1; None where there is none."""
        return sum(r.kept for r in self.rows) / len(self.rows) if self.rows else None

    @property
    def lost(self) -> tuple[Row, ...]:
        """The sentences that are softened or gone, those that are gone first."""
        return tuple(sorted((r for r in self.rows if not r.kept), key=lambda r: (r.state != "gone", r.note, r.start)))

    def below(self, floor: float) -> tuple[str, ...]:
        """What keeps less than `floor`: "" for the whole life, and ids of traits; () where nothing does.

        A trait counts by itself from five sentences on: with fewer, one sentence of five hundred that a person wishes
        to lose would stop everything at a floor of nine tenths. It still counts in the whole.
        """
        out = [""] if self.share is not None and self.share < floor else []
        singles = (t for t in self.traits if len(t.rows) >= SINGLE)
        return (*out, *(t.trait.id for t in singles if t.share is not None and t.share < floor))


def life_image(
    notes: Iterable[Note],
    edits_by_note: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline | None,
    extractions: Iterable[Extraction] = (),
    samples: Iterable[Sample] = (),
    *,
    bearings: Mapping[str, Sequence[Bearing]] = MappingProxyType({}),
) -> LifeImage:
    """The self-image of a life, by its edits as they stand. Rejected samples carry nothing."""
    notes = sorted(notes, key=lambda n: n.path)
    words, read = trait_words(config.traits), {x.note: x for x in extractions}
    traits, side, names = negative_traits(config, timeline), config.persona.before, persona_names(config.persona)
    told = [(s, _sentences(_answer(s))) for s in samples if s.status != "rejected"]
    by_note: dict[str, list[tuple[Sample, str]]] = {}
    for sample, text in told:
        for path in sample.notes:
            by_note.setdefault(path, []).append((sample, text))
    rows: dict[str, list[Row]] = {t.id: [] for t in traits}
    drifts = []
    for note in notes:
        edits, labels = edits_by_note.get(note.path, ()), bearings.get(note.path, ())
        found = {t.id: evidence_sentences(note, t, words, read.get(note.path), side, labels) for t in traits}
        standing = in_force(edits)
        blamed: dict[str, tuple[str, ...]] | None = None
        for trait in traits:
            for evidence in found[trait.id]:
                now = kept(note, evidence, trait, words, standing)
                culprits: list[Edit] = []
                if now.state != "kept":
                    if blamed is None:
                        blamed = idealising(note, edits, config, traits, words, read.get(note.path), found)
                    near = touching(evidence.sentence, standing)
                    culprits = [e for e in near if e.id in blamed] or near
                s = evidence.sentence
                said = [f"|{w}|" for w in _sentences(now.refined).split("|") if w] if now.state != "gone" else []
                carried = [x.id for x, text in by_note.get(note.path, ()) if said and all(w in text for w in said)]
                rows[trait.id].append(
                    Row(
                        trait.id, note.path, s.start, s.end, now.raw, now.refined, now.state, now.why, evidence.teller,
                        evidence.via, tuple(carried), tuple(culprits),
                    )
                )  # fmt: skip
        if moved := drift(note, edits, names):
            drifts.append(moved)
    order = {"gone": 0, "softened": 1, "kept": 2}
    images = []
    for trait in traits:
        stated = tuple(
            s.id for s, _ in told if trait.id in s.traits
            and evidence_weight(_answer(s), trait.id, words) >= SAMPLE_SHOWS
        )  # fmt: skip
        sorted_rows = sorted(rows[trait.id], key=lambda r: (order[r.state], r.note, r.start))
        images.append(TraitImage(trait, tuple(sorted_rows), stated))
    return LifeImage(tuple(images), tuple(sorted(drifts, key=lambda d: -d.drift)))


def _answer(sample: Sample) -> str:
    return "\n".join(m.content for m in sample.messages if m.role == "assistant")


def _normal(text: str) -> str:
    """The words of a text alone, so that emphasis and line breaks make no difference."""
    return " ".join(m[0].casefold() for m in WORD.finditer(text))


def _sentences(text: str) -> str:
    """The words of each sentence of a text, between bars."""
    return f"|{'|'.join(_normal(s.text) for s in split_sentences(text, (Entry(start=0, end=len(text)),)))}|"


# ---- what only others say ------------------------------------------------------------------------------------------


def others_words(image: TraitImage, config: Config, people: Sequence[Person], quote: str) -> str:
    """In plain words that others show a trait and the narrator never does: "your sister says that you sulk".

    `quote` is the quotation with its place, as it shall stand there.
    """
    from refiner.stages.composing.wording import trait_words as forms

    row = next(iter(sorted(image.of_others, key=lambda r: (r.teller.voice != "author", r.note, r.start))))
    said = forms(image.trait, config).you
    that = f"that {said[:1].lower() + said[1:]}" if said else f"“{image.trait.title}” of you"
    voices = {r.teller.name or r.note for r in image.of_others}
    more = f", and so {'do' if len(voices) > 2 else 'does'} {len(voices) - 1} more" if len(voices) > 1 else ""
    return f"{who(row.teller, people)} says {that} ({quote}){more}; you never do"


def who(teller: Teller, people: Sequence[Person]) -> str:
    """Somebody who tells, as the narrator would call them: "your sister" where the notes say so, else the name."""
    if not teller.name:
        return "somebody"
    if match := re.match(r"[Mm]y (.+)", teller.name):
        return f"your {match[1]}"
    known = {n.casefold(): p for p in people for n in p.names if p.relation}
    name = teller.name.casefold()
    person = known.get(name) or known.get(name.split()[0])
    return f"your {person.relation}" if person else teller.name
