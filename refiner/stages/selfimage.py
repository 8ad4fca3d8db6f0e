"""Watches over the self-image: what is not flattering must come through as told, and no praise may be added.

For each important negative trait, the sentences that show it in the raw notes are looked for in the refined ones. What
the timeline calls dead is left out: there a loss is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from refiner.checks.change_words import masked
from refiner.checks.stems import WORD, stems
from refiner.checks.trait_words import TraitWords
from refiner.config import Config, Trait
from refiner.edits import in_force, render_span
from refiner.models import Edit, Finding, Note, Sentence, StageResult, Timeline
from refiner.stages.base import StageInput
from refiner.stages.extract import trait_words

NAME = "selfimage"
SHOWS = 0.7  # weight of a trait's words from which a sentence is evidence of it
LEFT = 0.6  # share of that weight that must be left in the refined sentence
ENOUGH = 0.9  # share of the evidence of a life that must be left
_DEAD = ("NOT", "RETRACTED")
PRAISE = frozenset(
    s
    for w in [
        "wonderful",
        "amazing",
        "brilliant",
        "gifted",
        "talented",
        "beautiful",
        "graceful",
        "elegant",
        "lovely",
        "loving",
        "gentle",
        "kind-hearted",
        "wise",
        "heroic",
        "selfless",
        "noble",
        "admirable",
        "inspiring",
        "strong",
        "resilient",
        "brave",
        "courageous",
        "fearless",
        "compassionate",
        "generous",
        "saintly",
        "perfect",
        "flawless",
        "extraordinary",
        "remarkable",
        "radiant",
        "adored",
        "beloved",
        "nurturing",
        "caring",
        "charming",
        "exceptional",
        "triumphant",
        "proud",
    ]
    for s in stems(w)[:1]
)


class Shown(NamedTuple):
    """A raw sentence that shows a trait, and whether the refined note still does."""

    sentence: Sentence
    left: bool


def negative_traits(config: Config, timeline: Timeline | None) -> list[Trait]:
    """The important negative traits that are not known to be over."""
    found = []
    for trait in config.important:
        verdict = timeline.verdict(trait.id) if timeline else None
        if trait.polarity == "negative" and (verdict is None or verdict.verdict not in _DEAD):
            found.append(trait)
    return found


def shown(note: Note, edits: Sequence[Edit], trait: Trait, words: TraitWords) -> list[Shown]:
    """The sentences of a raw note that show a trait, each with whether its evidence is left."""
    out = []
    for sentence in note.sentences:
        raw = _weight(sentence.text, trait, words)
        if raw >= SHOWS:
            inside = [e for e in in_force(edits) if e.start < sentence.end and sentence.start < e.end]
            # An edit that reaches beyond the sentence is read whole: its words stand there instead.
            start = min([sentence.start, *(e.start for e in inside)])
            end = max([sentence.end, *(e.end for e in inside)])
            left = _weight(render_span(note.text, start, end, edits), trait, words)
            out.append(Shown(sentence, left >= LEFT * raw))
    return out


def _weight(text: str, trait: Trait, words: TraitWords) -> float:
    evidence = words.evidence(masked(text)).get(trait.id)
    return evidence.weight if evidence and evidence.state and evidence.sign > 0 else 0.0


def praise_added(edit: Edit) -> tuple[str, ...]:
    """Words of praise that an edit brings in."""
    had = {s for m in WORD.finditer(edit.before) for s in stems(m[0])}
    return tuple(
        dict.fromkeys(
            m[0] for m in WORD.finditer(edit.after) if any(s in PRAISE and s not in had for s in stems(m[0])[:1])
        )
    )


class SelfImage:
    """Makes no edit. One finding where a note loses evidence of a negative trait, one where an edit adds praise."""

    name: ClassVar[str] = NAME
    version: ClassVar[str] = "2"
    needs_timeline: ClassVar[bool] = True

    def run(self, given: StageInput) -> StageResult:
        note, findings = given.note, list[Finding]()
        words = trait_words(given.config.traits)
        for trait in negative_traits(given.config, given.timeline):
            lost = [s for s in shown(note, given.earlier, trait, words) if not s.left]
            if lost:
                first = lost[0].sentence
                many = "1 sentence no longer shows it" if len(lost) == 1 else f"{len(lost)} sentences no longer show it"
                message = f"{trait.title}: {many}, first “{_short(first.text)}”"
                findings.append(
                    Finding(check="self-image", note=note.path, start=first.start, end=first.end, message=message)
                )
        for edit in in_force(given.earlier):
            if praise := praise_added(edit):
                message = f"idealises: the edit adds {', '.join(f'“{w}”' for w in praise)}, which the note does not say"
                findings.append(
                    Finding(check="idealises", note=note.path, start=edit.start, end=edit.end, message=message)
                )
        return StageResult(note=note.path, stage=NAME, findings=tuple(findings))


def _short(text: str, limit: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def life_balance(
    notes: Iterable[Note], edits_by_note: Mapping[str, Sequence[Edit]], config: Config, timeline: Timeline | None
) -> list[Finding]:
    """One finding for each important negative trait of the whole life: how much of its evidence the refined notes keep.

    An error below nine tenths. A further warning where only others' notes show a trait, and none of the narrator's own.
    """
    notes, words, findings = list(notes), trait_words(config.traits), list[Finding]()
    for trait in negative_traits(config, timeline):
        name = trait.title
        found = {n.path: shown(n, edits_by_note.get(n.path, ()), trait, words) for n in notes}
        kept, total = sum(s.left for some in found.values() for s in some), sum(map(len, found.values()))
        share = kept / total if total else 1.0
        plural = "sentence" if total == 1 else "sentences"
        message = f"{name}: {kept} of {total} {plural} of evidence remain" if total else f"{name}: no sentence shows it"
        findings.append(Finding(check="self-image", severity="info" if share >= ENOUGH else "error", message=message))
        others = [n.path for n in notes if n.meta.author != "self" and found[n.path]]
        if others and not any(found[n.path] for n in notes if n.meta.author == "self"):
            message = f"{name}: shown by others' notes but not by the narrator's own ({', '.join(others)})"
            findings.append(Finding(check="self-image", message=message))
    return findings
