"""What a run of the chain knows, and which edits can stand beside each other in it. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from refiner.edits import in_force, render
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

CHAIN_VERSION = "4"  # raise it whenever the same inputs may give another result of the chain itself
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
        return merge_people(p for x in self.extractions for p in x.people)


def merge_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """One record for each person: the same first name in two notes is one person; known gender and relation win."""
    found: dict[str, Person] = {}
    for p in people:
        key = p.names[0].casefold() if p.names else ""
        if not key:
            continue
        old = found.get(key)
        found[key] = (
            p
            if old is None
            else Person(
                names=tuple(dict.fromkeys((*old.names, *p.names))),
                relation=old.relation or p.relation,
                # Two notes that disagree about somebody's gender: unknown is safer than the first one told.
                gender=old.gender if p.gender in (None, old.gender) else p.gender if old.gender is None else None,
                notes=tuple(sorted({*old.notes, *p.notes})),
            )
        )
    return tuple(found[k] for k in sorted(found))


def without_replaced(edits: Sequence[Edit], rejected: Container[str]) -> list[Edit]:
    """The edits without those that a model's stands for, as long as that one is not rejected."""
    live = (i for e in edits if e.id not in rejected for i in e.evidence if i.startswith(INSTEAD))
    replaced = {i.removeprefix(INSTEAD) for i in live}
    return [e for e in edits if e.id not in replaced]


def clash(a: Edit, b: Edit) -> bool:
    return a.id == b.id or (a.start < b.end and b.start < a.end) or (a.start, a.end) == (b.start, b.end)


def unsound(note: Note, earlier: Sequence[Edit], edit: Edit) -> str:
    """Why an edit cannot stand beside the earlier ones; "" if it can."""
    if note.text[edit.start : edit.end] != edit.before:
        return f"{edit.stage} proposed an edit of words that do not stand there: {edit.before!r}; it was left out"
    if edit.start < note.body_start:
        return f"{edit.stage} proposed an edit of the front matter; it was left out"
    for other in in_force(earlier):
        if other.id not in edit.parents and clash(edit, other):
            return (
                f"{edit.stage} proposed an edit that overlaps one of {other.stage} ({other.before!r}); it was left out"
            )
    return ""
