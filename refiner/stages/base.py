"""What a stage gets and gives. A stage reads one note at a time and returns edits, questions and findings; never text.

The pipeline keys a stage's result by everything in `StageInput` that the stage says it reads, so a stage must not
look elsewhere: no files, no clock, no globals that change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

from refiner.config import Config
from refiner.edits import in_force
from refiner.models import Bearing, CanonEntry, Edit, Event, Extraction, Note, Person, StageResult, Timeline

if TYPE_CHECKING:
    from refiner.stages.over_life import LifeEvents


@dataclass(frozen=True)
class StageInput:
    """One note and what is known around it."""

    note: Note
    config: Config
    canon: tuple[CanonEntry, ...] = ()  # entries that apply: not rejected
    earlier: tuple[Edit, ...] = ()  # edits of the stages before this one, rejected ones left out
    people: tuple[Person, ...] = ()  # from the whole life
    extraction: Extraction | None = None  # of this note
    timeline: Timeline | None = None  # the whole life's; stages after extract only
    events: Mapping[str, Event] = field(default_factory=dict)  # the whole life's, by id
    life: LifeEvents | None = None  # timeline and events once more, ready to be looked up; None: a stage makes it
    bearings: tuple[Bearing, ...] = ()  # of this note's sentences, as a model labelled them
    rejected: frozenset[str] = frozenset()  # ids of edits that the person rejected: do not build on them

    @property
    def before(self) -> list[Edit]:
        """The earlier edits in force, in order of place."""
        return in_force(self.earlier)


class Stage(Protocol):
    """One step of the chain. Raise `version` whenever the same input may give another result."""

    name: ClassVar[str]
    version: ClassVar[str]
    needs_timeline: ClassVar[bool]

    def run(self, given: StageInput) -> StageResult: ...
