"""What a model wrote for samples, as it is kept: enough to make the draft anew from the notes as they stand, and to see
that it no longer fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from refiner.edits import digest
from refiner.models import Edit, Record, Sample, SampleKind
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.open import OpenItem
from refiner.stages.composing.scenes import Passage, Unit
from refiner.stages.composing.text import normal
from refiner.store import canonical

VERSION = "1"  # raise it whenever the checks refuse what they let pass before
What = Literal["ask", "follow", "media", "event", "situation"]
HERS = ("ask", "follow", "media")  # where her own sentences answer


class Kept(Record):
    """One sample that a model wrote. The passage is told by its sentences' places, and by its words at that time."""

    what: What
    kind: SampleKind
    scene: str
    note: str
    places: tuple[str, ...]  # of the units that the model was shown
    text: str  # these units as it was shown them
    answers: tuple[str, ...] = ()  # of the units that answer, where not all of them do
    before: tuple[str, ...] = ()  # of the units that were told before, in a talk of two turns
    turns: tuple[tuple[str, str], ...] = ()
    question: str
    answer: str
    trait: str = ""
    model: str
    prompt: str  # "compose_ask@1"
    checks: tuple[str, ...] = ()  # what it was found to be, in words
    guard: str = ""  # of the settings and verdicts that the checks saw


@dataclass(frozen=True)
class Written(Draft):
    """A draft with the words of a model. `checks`: what it was found to be, in words."""

    model: str = ""
    prompt: str = ""
    checks: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return f"model:{self.model}/compose/{self.scene}/{self.prompt}"

    def sample(self, items: Mapping[str, Iterable[str | OpenItem]], edits: Mapping[str, Sequence[Edit]]) -> Sample:
        """The finished sample, with what it was found to be."""
        return super().sample(items, edits).model_copy(update={"checks": self.checks})


def guard(told: Told, trait: str = "") -> str:
    """A hash of what a text about her depends on beside its passage: who she is, what is over, and the trait shown."""
    life = told.life
    shown = life.config.trait(trait) if trait else None
    parts = (
        life.config.persona.model_dump(mode="json"), life.name,
        [t.model_dump(mode="json") for t in sorted(life.dead(), key=lambda t: t.id)],
        (shown.model_dump(mode="json"), life.verdict(trait)) if shown else None,
    )  # fmt: skip
    return digest("written", VERSION, *(canonical(p) for p in parts))


def passage_at(told: Told, note: str, places: Sequence[str]) -> Passage | None:
    """The passage of a note whose units stand at these places; None where one is gone, said of nobody, or not hers."""
    by_place: dict[str, Unit] = {u.place: u for u in told.units.get(note, ())}
    if not places or any(p not in by_place for p in places):
        return None
    found = tuple(by_place[p] for p in places)
    whole = next((p for p in told.passages if p.note == note and p.overlaps(found[0].start, found[0].end)), None)
    if whole is None or any(u.speaker for u in found):
        return None
    return Passage(note, found, whole.date, whole.at_the_time)


def draft_of(told: Told, kept: Kept) -> Written | None:
    """The draft of what is kept; None where its passage is no longer there with these words, or no longer says it."""
    shown = passage_at(told, kept.note, kept.places)
    if shown is None or shown.text != kept.text or kept.guard != guard(told, kept.trait):
        return None
    said = passage_at(told, kept.note, kept.answers) if kept.answers else shown
    first = passage_at(told, kept.note, kept.before) if kept.before else None
    if said is None or kept.what in HERS and answer_of(told, kept.kind, said, kept.question) != kept.answer:
        return None
    if kept.turns and (first is None or first.text != kept.turns[0][1]):
        return None
    traits = (kept.trait,) if kept.trait else ()
    # Its sources are all that the model was shown.
    of = told.from_passage(kept.kind, shown, kept.question, scene=kept.scene, answer=kept.answer, traits=traits)
    if first is not None:
        of = told.after(of, kept.turns[0][0], first)
    return Written(**of.__dict__, model=kept.model, prompt=kept.prompt, checks=kept.checks)


def answer_of(told: Told, kind: SampleKind, passage: Passage, question: str) -> str:
    """A passage as it answers a question: without the title that it begins with, where the question says it."""
    return told.from_passage(kind, passage, question).answer


def with_written(drafts: Sequence[Draft], written: Sequence[Draft]) -> list[Draft]:
    """The drafts, where a model's question takes the place of a rule's to the same sentences; records and situations
    come at the end. No question is asked twice."""
    out: list[Draft] = list(drafts)
    asked, ids = {normal(d.question) for d in drafts}, {d.id for d in drafts}
    scenes: dict[str, list[int]] = {}
    for at, d in enumerate(drafts):
        if not d.held_out:
            scenes.setdefault(d.scene, []).append(at)
    more: list[Draft] = []
    for new in written:
        if new.id in ids or normal(new.question) in asked:
            continue
        if new.kind in ("event", "situation"):
            more.append(new)
        else:
            places = [at for at in scenes.get(new.scene, ()) if not isinstance(out[at], Written)]
            fit = [at for at in places if _sources(out[at]) == _sources(new)][:1]
            if not fit:
                continue
            out[fit[0]] = new
        asked.add(normal(new.question))
        ids.add(new.id)
    return [*out, *more]


def _sources(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a draft tells, and what was asked before: the same for every question to the same sentences."""
    return draft.sources, tuple(normal(q) for q, _ in draft.turns)
