"""Watches over the self-image: what is not flattering must come through as told, and no praise may be added.

For each important negative trait, the sentences that show it in the raw notes are looked for in the refined ones. What
the timeline calls dead is left out: there a loss is meant. docs/self-image.md says how the figures are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from refiner.config import Config
from refiner.edits import in_force
from refiner.models import Bearing, Edit, Extraction, Finding, Note, Person, StageResult, Timeline
from refiner.stages.base import StageInput
from refiner.stages.extract import trait_words
from refiner.stages.self_image_edits import flags, idealising, short
from refiner.stages.self_image_evidence import evidence_sentences
from refiner.stages.self_image_kept import Kept, kept
from refiner.stages.self_image_life import LifeImage, life_image, negative_traits, others_words
from refiner.stages.self_image_valence import Drift, drift
from refiner.stages.self_image_words import PRAISE, persona_names, praise_added

__all__ = ["DRIFT", "PRAISE", "SelfImage", "life_balance", "life_findings", "negative_traits", "praise_added"]

NAME = "selfimage"
# Over the 24 notes of the sample life, all decided, the greatest drift is 0.07 and the next one 0. Where the most
# negative sentence of a note is left out as well, 20 of the 23 notes that have one lie above 0.15, at 0.16 to 0.77.
DRIFT = 0.15
_AFTER = ("correct", "second-look")  # the stages that edit after this one has read the notes


class SelfImage:
    """Makes no edit. Findings where a note loses or softens evidence of a negative trait, where an edit idealises, and
    where what changed sounds much more pleasant than it did."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "6"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        note, config = given.note, given.config
        words, traits = trait_words(config.traits), negative_traits(config, given.timeline)
        side, names = config.persona.before, persona_names(config.persona)
        found = {t.id: evidence_sentences(note, t, words, given.extraction, side, given.bearings) for t in traits}
        standing = in_force(given.earlier)
        findings = []
        for trait in traits:
            shown = [kept(note, e, trait, words, standing) for e in found[trait.id]]
            findings += _losses(note, trait.title, [k for k in shown if k.state != "kept"])
        flagged = idealising(note, given.earlier, config, traits, words, given.extraction, found)
        findings += [_idealises(e, flagged[e.id]) for e in standing if e.id in flagged]
        moved = drift(note, given.earlier, names)
        if moved is not None and moved.drift > DRIFT:
            findings.append(_valence(moved))
        return StageResult(note=note.path, stage=NAME, findings=tuple(findings))


def _losses(note: Note, title: str, lost: Sequence[Kept]) -> list[Finding]:
    """One finding for a trait of a note: what of its evidence is gone or softened."""
    if not lost:
        return []
    gone = sum(k.state == "gone" for k in lost)
    parts = []
    if gone:
        parts.append("1 sentence no longer shows it" if gone == 1 else f"{gone} sentences no longer show it")
    if soft := len(lost) - gone:
        parts.append("1 sentence is softened" if soft == 1 else f"{soft} sentences are softened")
    first = lost[0].evidence.sentence
    message = f"{title}: {', '.join(parts)}, first “{short(first.text)}”"
    return [Finding(check="self-image", note=note.path, start=first.start, end=first.end, message=message)]


def _idealises(edit: Edit, why: Sequence[str]) -> Finding:
    message = f"idealises: the edit {'; it '.join(why)}"
    return Finding(check="idealises", note=edit.note, start=edit.start, end=edit.end, message=message)


def _valence(moved: Drift) -> Finding:
    plural = "sentence sounds" if moved.changed == 1 else "sentences sound"
    message = (
        f"the {moved.changed} changed {plural} more pleasant than before: {moved.raw:+.2f} became {moved.refined:+.2f}"
        f" ({moved.drift:+.2f})"
    )
    return Finding(check="valence", note=moved.note, message=message)


def life_balance(
    notes: Iterable[Note],
    edits_by_note: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline | None,
    extractions: Sequence[Extraction] = (),
    people: Sequence[Person] = (),
    bearings: Mapping[str, Sequence[Bearing]] = MappingProxyType({}),
) -> list[Finding]:
    """One finding for each important negative trait of the whole life: how much of its evidence the refined notes keep.

    An error below the floor of refiner.toml. Further warnings where only others show a trait, and never the narrator,
    and for edits that idealise and were made after this stage had read the notes.
    """
    notes = list(notes)
    image = life_image(notes, edits_by_note, config, timeline, extractions, bearings=bearings)
    late = {p: es for p, es in edits_by_note.items() if any(e.stage in _AFTER for e in es)}
    traits, words = negative_traits(config, timeline), trait_words(config.traits)
    flagged = flags([n for n in notes if n.path in late], late, config, traits, words, extractions) if late else {}
    after = [e for es in late.values() for e in in_force(es) if e.stage in _AFTER and e.id in flagged]
    return life_findings(image, config, people) + [_idealises(e, flagged[e.id]) for e in after]


def life_findings(image: LifeImage, config: Config, people: Sequence[Person]) -> list[Finding]:
    """`life_balance` of an image that is known already."""
    floor, findings = config.policy.negative_floor, list[Finding]()
    for one in image.traits:
        name, total = one.trait.title, len(one.rows)
        plural = "sentence" if total == 1 else "sentences"
        remain = f"{one.count('kept')} of {total} {plural} of evidence remain"
        message = f"{name}: {remain}" if total else f"{name}: no sentence shows it"
        enough = one.share is None or one.share >= floor
        findings.append(Finding(check="self-image", severity="info" if enough else "error", message=message))
        if others := one.of_others:
            first = min(others, key=lambda r: (r.teller.voice != "author", r.note, r.start))
            quote = f"{first.note}: “{short(first.raw)}”"
            findings.append(
                Finding(
                    check="self-image", note=first.note, start=first.start, end=first.end,
                    message=f"{name}: {others_words(one, config, people, quote)}",
                )
            )  # fmt: skip
    return findings
