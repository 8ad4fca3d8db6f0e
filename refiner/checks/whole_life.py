"""The whole-life check: all that is read in the refined notes, one note at a time, and then held against each other.

`read_note` is what a note gives by itself, so that it can be remembered; `read_life` compares what all notes gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refiner.checks.again import Again
from refiner.checks.ages import ages
from refiner.checks.antecedents import antecedents
from refiner.checks.assertions import Assertion, assertions
from refiner.checks.canon_followed import canon_followed, canon_uses
from refiner.checks.contradictions import contradictions
from refiner.checks.dead_traits import check_dead_traits
from refiner.checks.gender import leftovers
from refiner.checks.told_times import told_times
from refiner.checks.years import closed_years
from refiner.config import Config
from refiner.models import CanonEntry, Finding, Record, Timeline

CHECKS_VERSION = "5"  # part of the key under which readings are remembered


class NoteReading(Record):
    """What one refined note gave: findings, and assertions to hold against other notes; spans count in the raw note."""

    findings: tuple[Finding, ...] = ()
    said: tuple[Assertion, ...] = ()


def read_note(again: Again, timeline: Timeline | None) -> NoteReading:
    """The checks of one note. `again.note.text` is the raw text. Raises RefinerError without spaCy's model."""
    note = again.note
    found = leftovers(again)
    if timeline is not None:
        found = [*found, *check_dead_traits(note, again.text, again.config, timeline)]
    found += [*antecedents(again), *closed_years(again)]
    said = [*canon_uses(again), *assertions(again)]

    def placed(start: int | None, end: int | None) -> dict[str, Any]:
        if start is None or end is None:
            return {"note": note.path}
        return {"note": note.path, **dict(zip(("start", "end"), again.raw(start, end), strict=True))}

    # What counts in the raw note already: times are held against what they counted from there.
    raw = (*ages(again), *told_times(again))
    return NoteReading(
        findings=(*(f.model_copy(update=placed(f.start, f.end)) for f in found), *raw),
        said=tuple(a.model_copy(update=placed(a.start, a.end)) for a in said),
    )


def read_life(said: Iterable[Assertion], canon: Iterable[CanonEntry], config: Config) -> list[Finding]:
    """What the notes say against the canon and against each other; one finding a place."""
    said, canon = list(said), list(canon)
    out: list[Finding] = []
    for f in (*canon_followed(said, canon), *contradictions(said, canon, config.persona.born)):
        if not any(g.note == f.note and _overlap(g, f) for g in out):
            out.append(f)
    return out


def _overlap(a: Finding, b: Finding) -> bool:
    spans = (a.start, a.end, b.start, b.end)
    return None not in spans and (a.start or 0) < (b.end or 0) and (b.start or 0) < (a.end or 0)
