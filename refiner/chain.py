"""What a run of the chain knows, and which edits can stand beside each other in it. Pure."""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from refiner.edits import IN_FORCE, in_force, render
from refiner.models import (
    Bearing,
    CanonEntry,
    Edit,
    Event,
    Extraction,
    Finding,
    Note,
    Person,
    Question,
    Timeline,
    Treatment,
)

CHAIN_VERSION = "5"  # raise it whenever the same inputs may give another result of the chain itself
INSTEAD = "instead:"  # in the evidence of an edit: the id of an edit of the rules that it stands for


@dataclass
class Chain:
    """Everything that a run of the chain knows, in order of path."""

    notes: tuple[Note, ...]
    extractions: tuple[Extraction, ...] = ()
    timeline: Timeline | None = None
    canon: tuple[CanonEntry, ...] = ()
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    bearings: dict[str, list[Bearing]] = field(default_factory=dict)  # on the important traits, by note
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    # The same as they were proposed, without the person's decisions: what a decision's hash is about.
    proposed: list[Edit] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    offered: tuple[CanonEntry, ...] = ()
    read: tuple[Extraction, ...] = ()
    keys: set[str] = field(default_factory=set)  # of every result used, for forgetting the others
    made: dict[str, set[str]] = field(default_factory=dict)  # stage -> notes done anew
    _merged: tuple[tuple[Extraction, ...], tuple[Person, ...]] | None = None  # people, and of which extractions

    def refined(self, note: Note) -> str:
        return render(note.text, self.edits.get(note.path, ()))

    def treatments(self) -> list[Treatment]:
        """What became of the sentences and events that have to do with the important traits, in order of place."""
        from refiner.stages.relevance import treatments  # it knows dates: too much to load for a version number

        return [
            t
            for note, x in zip(self.notes, self.extractions, strict=True)
            for t in treatments(
                note, self.bearings.get(note.path, ()), self.edits.get(note.path, ()), x.events, self.timeline
            )
        ]

    @property
    def events(self) -> dict[str, Event]:
        return {e.id: e for x in self.extractions for e in x.events}

    @property
    def people(self) -> tuple[Person, ...]:
        """The people of all notes, one record each; merged once, since all that reads a note asks for them."""
        if self._merged is None or self._merged[0] is not self.extractions:
            self._merged = self.extractions, merge_people(p for x in self.extractions for p in x.people)
        return self._merged[1]


def merge_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """One record for each person: the same first name in two notes is one person; known gender and relation win."""
    found: dict[str, list[Person]] = {}
    for p in people:
        if p.names and (key := p.names[0].casefold()):
            found.setdefault(key, []).append(p)
    return tuple(_one_person(found[k]) for k in sorted(found))


def _one_person(told: Sequence[Person]) -> Person:
    """What several notes tell of one person, in their order."""
    if len(told) == 1:
        return told[0]
    gender = told[0].gender
    for p in told[1:]:
        # Two notes that disagree about somebody's gender: unknown is safer than the first one told.
        gender = gender if p.gender in (None, gender) else p.gender if gender is None else None
    return Person(
        names=tuple(dict.fromkeys(n for p in told for n in p.names)),
        relation=next((p.relation for p in told if p.relation), ""),
        gender=gender,
        notes=tuple(sorted({n for p in told for n in p.notes})),
    )


def without_replaced(edits: Sequence[Edit], rejected: Container[str]) -> list[Edit]:
    """The edits without those that a model's stands for, as long as that one is not rejected."""
    live = (i for e in edits if e.id not in rejected for i in e.evidence if i.startswith(INSTEAD))
    replaced = {i.removeprefix(INSTEAD) for i in live}
    return [e for e in edits if e.id not in replaced]


def clash(a: Edit, b: Edit) -> bool:
    return a.id == b.id or (a.start < b.end and b.start < a.end) or (a.start, a.end) == (b.start, b.end)


class Standing:
    """The edits of a note that stand beside each other so far, kept in order of place while others come."""

    def __init__(self, note: Note, edits: Sequence[Edit]) -> None:
        self.note = note
        self.live = in_force(edits)
        self._replaced = {p for e in edits if e.status in IN_FORCE for p in e.parents}

    def unsound(self, edit: Edit) -> str:
        """Why an edit cannot stand beside them; "" if it can."""
        if self.note.text[edit.start : edit.end] != edit.before:
            return f"{edit.stage} proposed an edit of words that do not stand there: {edit.before!r}; it was left out"
        if edit.start < self.note.body_start:
            return f"{edit.stage} proposed an edit of the front matter; it was left out"
        for other in self.live:
            if other.id not in edit.parents and clash(edit, other):
                told = f"{other.stage} ({other.before!r})"
                return f"{edit.stage} proposed an edit that overlaps one of {told}; it was left out"
        return ""

    def add(self, edit: Edit) -> None:
        """Takes in one more, as `in_force` of all would."""
        if edit.status not in IN_FORCE:
            return
        if edit.parents:
            self._replaced.update(edit.parents)
            self.live = [e for e in self.live if e.id not in self._replaced]
        if edit.id not in self._replaced:
            insort(self.live, edit, key=lambda e: (e.start, e.end))
