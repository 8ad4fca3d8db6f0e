"""The check afterwards: what is over is nowhere said to be so today, and of what holds something is left that says it.

Over a whole life: the refined notes by their bearings, and the samples by what they answer. Notes that claim what is
over are found note by note (`refiner.checks.dead_traits`); here are the traits that were lost, and the samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.checks.dead_traits import DEAD, present_claims
from refiner.config import Config, Trait
from refiner.edits import in_force, render_span
from refiner.models import Bearing, Edit, Finding, Note, Sample, Timeline

CHECK = "today"
ALIVE = ("HOLDS", "DORMANT")


def living_traits(
    notes: Iterable[Note],
    edits: Mapping[str, Sequence[Edit]],
    bearings: Mapping[str, Sequence[Bearing]],
    config: Config,
    timeline: Timeline,
) -> list[Finding]:
    """One finding for each important trait that holds and of which the refined notes say nothing.

    An error where the raw notes did and edits took all of it away; a note to the person where no raw sentence shows it.
    """
    by_path = {n.path: n for n in notes}
    shown: dict[str, list[Bearing]] = {}
    for found in bearings.values():
        for b in found:
            if b.side == "for" and b.note in by_path:
                shown.setdefault(b.trait, []).append(b)
    out = []
    for trait in _with_verdict(config, timeline, ALIVE):
        told = shown.get(trait.id, [])
        if not told:
            message = f"{trait.title}: it holds today, and no sentence of the notes shows it; write one about it"
            out.append(Finding(check=CHECK, severity="info", message=message))
        elif not any(_stands(by_path[b.note], b, edits.get(b.note, ())) for b in told):
            first = told[0]
            quote = " ".join(by_path[first.note].text[first.start : first.end].split())
            message = f"{trait.title}: it holds today, and edits took away all that shows it, first “{quote}”"
            place = {"note": first.note, "start": first.start, "end": first.end}
            out.append(Finding.model_validate({"check": CHECK, "severity": "error", "message": message, **place}))
    return out


def _with_verdict(config: Config, timeline: Timeline, wanted: Sequence[str]) -> list[Trait]:
    verdicts = {v.id: v.verdict for v in timeline.traits}
    return [t for t in config.important if verdicts.get(t.id) in wanted]


def _stands(note: Note, bearing: Bearing, edits: Sequence[Edit]) -> bool:
    """Something of the sentence is left in the refined note."""
    over = [e for e in in_force(edits) if e.start <= bearing.start and bearing.end <= e.end]
    return any(e.after.strip() for e in over) or bool(
        not over and render_span(note.text, bearing.start, bearing.end, edits).strip()
    )


def dead_samples(samples: Iterable[Sample], config: Config, timeline: Timeline) -> list[tuple[Sample, Trait, str]]:
    """The samples whose answer says of a trait that is over, or never was, that it is so today: with the trait and the
    sentence. Rejected samples are left out."""
    verdicts = {v.id: v.verdict for v in timeline.traits}
    dead = [t for t in config.traits if verdicts.get(t.id) in DEAD]
    out = []
    for sample in samples if dead else ():
        if sample.status == "rejected":
            continue
        for text in (m.content for m in sample.messages if m.role == "assistant"):
            for trait in dead:
                for span in present_claims(text, trait)[:1]:
                    out.append((sample, trait, " ".join(text[span.start : span.end].split())))
    return out


def untold_traits(samples: Iterable[Sample], config: Config, timeline: Timeline) -> list[Trait]:
    """The important traits that hold and that none of these samples is about."""
    told = {t for s in samples for t in s.traits}
    return [t for t in _with_verdict(config, timeline, ALIVE) if t.id not in told]
