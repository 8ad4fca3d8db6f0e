"""The whole-life check over a chain: which notes are read again, by what key a reading is remembered, what all say.

A reading's key holds all that the checks see of the note: raw and refined text, edits, canon, people, events, questions
and verdicts. Comparing the readings costs less than a look into the cache, so that is done every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refiner.chain import Chain
from refiner.checks.again import Again
from refiner.checks.ages import told_twice
from refiner.checks.assertions import Assertion
from refiner.checks.telling import untellable
from refiner.checks.whole_life import CHECKS_VERSION, NoteReading, read_life, read_note
from refiner.config import Config
from refiner.edits import digest
from refiner.language.containing import Phrases
from refiner.models import CanonEntry, Event, Finding, Note, Person
from refiner.store import canonical

Keyed = Callable[[str, str, str, Callable[[], str]], str]  # stage, note, key, make -> what was made or remembered


def check_life(
    chain: Chain,
    config: Config,
    canon: tuple[CanonEntry, ...],
    canon_for: Callable[[Note], tuple[CanonEntry, ...]],
    people: Mapping[str, tuple[Person, ...]],
    told: Mapping[str, Mapping[str, Event]],
    base_key: str,
    keyed: Keyed,
) -> list[Finding]:
    """Findings of all notes, by note and then of the life; spans count in the raw notes.

    `people`: those whom each note names; `told`: the timeline's events by note and id; `base_key` stands for chain
    version, persona, policy and traits.
    """
    timeline = chain.timeline
    asked: dict[str, set[tuple[int, int]]] = {}
    for q in chain.questions:
        asked.setdefault(q.note, set()).update(q.mentions)
    verdicts = canonical([[v.id, v.verdict] for v in timeline.traits] if timeline else [])
    found: list[Finding] = []
    said: list[Assertion] = []
    for note in chain.notes:
        events = told.get(note.path, {})
        again = Again(
            note=note,
            text=chain.refined(note),
            config=config,
            canon=canon_for(note),
            edits=tuple(chain.edits.get(note.path, ())),
            people=people[note.path],
            # The order of telling counts over all notes: a new note must not make the others be read again.
            events=tuple(events[i].model_copy(update={"order": 0}) for i in sorted(events)),
            asked=tuple(sorted(asked.get(note.path, ()))),
        )
        seen = (again.canon, again.edits, again.people, again.events)
        key = digest(
            "check", CHECKS_VERSION, base_key, note.path, note.sha, again.text, verdicts, canonical(again.asked),
            *(canonical([r.model_dump(mode="json") for r in records]) for records in seen),
        )  # fmt: skip

        def make(again: Again = again) -> str:
            return read_note(again, timeline).model_dump_json()

        reading = NoteReading.model_validate_json(keyed("check", note.path, key, make))
        found += reading.findings
        said += reading.said
    twice = told_twice(timeline.events, config) if timeline else []
    return [*found, *read_life(said, canon, config), *twice, *untellable(timeline)]


def people_in(chain: Chain) -> dict[str, tuple[Person, ...]]:
    """Whom each note names, by path: what is known of them in the whole life, but not where else they are named.

    Where else they are named no reader of a note asks, and a note more must not make those be read again that name the
    same people.
    """
    people = [p.model_copy(update={"notes": ()}) for p in chain.people]
    named: dict[str, list[int]] = {}
    for at, p in enumerate(people):
        for name in p.names:
            named.setdefault(name.casefold(), []).append(at)
    phrases = Phrases(named)
    out = {}
    for note in chain.notes:
        found = {at for name in phrases.inside(note.text.casefold()) for at in named[name]}
        out[note.path] = tuple(people[at] for at in sorted(found))
    return out
