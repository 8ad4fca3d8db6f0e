"""What the reader finds in one note by the rules alone, with the functions of `refiner refine`. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from refiner.models import Event, Extraction, Finding, Note, When
from refiner.noting.known import Known
from refiner.noting.times import span_words
from refiner.review.visible import one_line
from refiner.review.words import EFFECTS, MODALITIES
from refiner.stages.event_times import Days
from refiner.stages.extract import check_ids, extract

_LABEL = 60  # characters of an event's words


@dataclass(frozen=True)
class Understood:
    """The reading of one note: lines for a person, what to look at, and the records."""

    lines: tuple[str, ...]
    problems: tuple[str, ...]  # with file and line
    extraction: Extraction

    def as_dict(self) -> dict[str, object]:
        x = self.extraction
        return {
            "reads": list(self.lines),
            "problems": list(self.problems),
            "events": [e.model_dump(mode="json") for e in x.events],
            "observations": [o.model_dump(mode="json") for o in x.observations],
            "people": [p.model_dump(mode="json") for p in x.people],
            "questions": [q.question for q in x.questions],
        }


def understand(note: Note, known: Known) -> Understood:
    """Reads one note with the workspace's settings and the events of its other notes."""
    found = known.linked(extract(note, known.config), note)
    findings = [*found.findings, *_same_ids(found, known)]
    lines = [line for e in found.events if e.effects or e.source == "person" for line in _event(e, known)]
    for o in found.observations:
        lines.append(f"{known.name_of(o.trait)} {'holds' if o.holds else 'does not hold'} on the day of writing")
    lines += [f"{known.name_of(r.target)} is taken back: it never was true" for r in found.retractions]
    if not lines:
        lines = [_plain(note, known)]
    if found.people:
        named = [f"{p.names[0]} ({p.relation})" if p.relation else p.names[0] for p in found.people]
        lines.append(f"who: {', '.join(named)}")
    lines += [f"asked later: {one_line(q.question, 120)}" for q in found.questions]
    problems = [_place(f, note) + (_meant(f, found, known) if f.check == "unknown-trait" else "") for f in findings]
    return Understood(tuple(lines), (*problems, *_loose(note, known)), found)


def _event(event: Event, known: Known) -> list[str]:
    when = _when(event.when, known)
    until = f" until {_when(event.until, known)}" if event.until != When() else ""
    words = one_line(event.label, _LABEL) or event.id
    did = ", ".join(f"{known.name_of(e.trait)} {EFFECTS[e.kind]}" for e in event.effects)
    void = MODALITIES[event.modality] or ("somebody else’s" if event.subject == "other" else "")
    return [" · ".join(p for p in (when + until, words, did, f"({void})" if void else "") if p)]


def _loose(note: Note, known: Known) -> list[str]:
    """What the note's own date counts from, where no note tells that with a date."""
    if not note.meta.date or not note.sentences:
        return []
    when = Days(note, known.config).own(note.sentences[0].start)
    if not when.anchor or known.anchor(when) is not None:
        return []
    return [f"{note.path}:2: “{when.raw}” counts from “{when.anchor}”, and no note tells when that was"]


def _when(when: When, known: Known) -> str:
    said = span_words(*known.window(when))
    if when.anchor:
        event = known.anchor(when)
        return f"{said or 'undated'}, counted from “{one_line(event.label if event else when.anchor, 30)}”"
    return said or (f"“{one_line(when.raw, 40)}”, no day known" if when.raw else "undated")


def _plain(note: Note, known: Known) -> str:
    """Where nothing of a trait is told: the note's time, and what it is good for."""
    start = note.sentences[0].start if note.sentences else None
    when = _when(Days(note, known.config).own(start), known) if note.meta.date else ""
    what = "no change of a trait; kept as a memory" if note.meta.author == "self" else "what another says of you"
    return " · ".join(p for p in (when, what) if p)


def _same_ids(found: Extraction, known: Known) -> list[Finding]:
    mine = {e.id for e in found.events}
    others = [Extraction(note=e.note, events=(e,)) for e in known.events if e.note != found.note and e.id in mine]
    return check_ids([*others, found])


def _meant(finding: Finding, found: Extraction, known: Known) -> str:
    """Declared traits that are written nearly as one that is not."""
    declared = {t.id for t in known.config.traits}
    unknown = {e.trait for event in found.events for e in event.effects} - declared
    near = {t.id for u in unknown for t in known.near_traits(u) if t.id in declared}
    return f" (did you mean {' or '.join(sorted(near))}?)" if near else ""


def _place(finding: Finding, note: Note) -> str:
    line = note.text.count("\n", 0, finding.start) + 1 if finding.start is not None else 1
    return f"{note.path}:{line}: {finding.message}"
