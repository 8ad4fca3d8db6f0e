"""A refined note with everything the whole-life check reads it by: the raw note, the edits, the canon, the events.

The evidence is that of the swap itself (`refiner.language`): no check resolves a word by its own means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from refiner.config import Config
from refiner.edits import in_force, raw_span
from refiner.language.lexicon import other
from refiner.language.name_seeds import name_seeds
from refiner.language.names import from_canon
from refiner.language.naming import Names
from refiner.language.reader import Reader
from refiner.language.scene import Scene
from refiner.models import CanonEntry, Edit, Event, Gender, Note, Person


@dataclass(frozen=True)
class Changed:
    """An edit in force and where its words stand in the refined text, `[start, end)`."""

    start: int
    end: int
    edit: Edit


@dataclass(frozen=True)
class Again:
    """One note after the chain. Spans of what is found in it count in `text`; `raw` leads back to the raw note."""

    note: Note
    text: str
    config: Config
    canon: tuple[CanonEntry, ...] = ()
    edits: tuple[Edit, ...] = ()
    people: tuple[Person, ...] = ()
    events: tuple[Event, ...] = ()  # of this note, as the timeline resolved them
    asked: tuple[tuple[int, int], ...] = ()  # raw spans that a question is about, open or answered

    @cached_property
    def changed(self) -> tuple[Changed, ...]:
        """The edits in force, in order of place."""
        out, shift = [], 0
        for e in in_force(self.edits):
            out.append(Changed(e.start + shift, e.start + shift + len(e.after), e))
            shift += len(e.after) - (e.end - e.start)
        return tuple(out)

    def touching(self, start: int, end: int) -> Iterator[Edit]:
        """The edits in force that wrote words of the refined span."""
        return (c.edit for c in self.changed if c.start < end and start < c.end)

    def written(self, start: int, end: int) -> bool:
        """Whether an edit wrote words of the refined span."""
        return any(True for _ in self.touching(start, end))

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """The raw span behind a refined one."""
        return raw_span(start, end, self.edits)

    def was_asked(self, start: int, end: int) -> bool:
        """Whether the person has been asked about the words: then the question speaks, and the check is silent."""
        a, b = self.raw(start, end)
        return any(s < b and a < e for s, e in self.asked)

    @cached_property
    def names(self) -> Names:
        """The narrator's names and what stands for each: those of the canon, else those of the settings."""
        known = any(e.kind == "name" for e in self.canon)
        return from_canon(self.canon if known else name_seeds(self.config.persona))

    def _scene(self, text: str, gender: Gender, names: Names) -> Scene:
        meta, culture = self.note.meta, self.config.persona.culture
        scene = Scene(text, self.note.body_start, gender, other(gender), names, meta.author, meta.kind, culture=culture)
        for person in self.people:
            for name in person.names:
                if person.gender:
                    scene.known[name.split()[0].casefold()] = person.gender
        return scene

    @cached_property
    def before(self) -> Reader:
        """The raw note, read as it was written."""
        return Reader(self._scene(self.note.text, self.config.persona.before.gender, self.names))

    @cached_property
    def now(self) -> Reader:
        """The refined note, read as hers: new names, new gender."""
        return Reader(self._scene(self.text, self.config.persona.after.gender, _new(self.names)))

    @cached_property
    def left(self) -> Reader:
        """The refined note, read for words of the old gender: new names, old gender."""
        return Reader(self._scene(self.text, self.config.persona.before.gender, _new(self.names)))


def _new(names: Names) -> Names:
    """The new names as the narrator's own; a name that has no substitute stays what it is."""

    def pair(p: tuple[str, str]) -> tuple[str, str]:
        return (p[1] or p[0], p[1] or p[0])

    return Names(
        pair(names.first), pair(names.last), tuple(map(pair, names.middle)), tuple(map(pair, names.nicks)),
        tuple(map(pair, names.handles)),
    )  # fmt: skip
