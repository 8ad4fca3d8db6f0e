"""What the edits of a note leave of its evidence: each sentence kept, softened or gone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from refiner.checks.closing import CLOSES
from refiner.checks.trait_words import TraitWords
from refiner.config import Trait
from refiner.edits import in_force, render_span
from refiner.models import Edit, Note, Sentence
from refiner.stages.self_image_evidence import Evidence, content_left, evidence_weight, spoken_part
from refiner.stages.self_image_words import softenings

LEFT = 0.6  # share of what makes a sentence evidence that must be left in the refined words

State = Literal["kept", "softened", "gone"]
RANK: dict[State, int] = {"kept": 2, "softened": 1, "gone": 0}


class Kept(NamedTuple):
    """A sentence of evidence as the refined note says it."""

    evidence: Evidence
    state: State
    raw: str  # where an edit reaches beyond the sentence, all that it replaced
    refined: str
    why: tuple[str, ...]  # how it was softened
    share: float  # of what makes it evidence, that is left


def touching(sentence: Sentence, standing: Sequence[Edit]) -> list[Edit]:
    """The edits that change a sentence or add to it at one of its ends."""
    return [
        e
        for e in standing
        if (e.start < sentence.end and sentence.start < e.end)
        or (e.start == e.end and sentence.start <= e.start <= sentence.end)
    ]


def kept(note: Note, evidence: Evidence, trait: Trait, words: TraitWords, edits: Iterable[Edit]) -> Kept:
    """What `edits` leave of a sentence of evidence. Give them as they stand: those in force count."""
    sentence = evidence.sentence
    standing = in_force(edits)
    inside = touching(sentence, standing)
    if not inside:
        return Kept(evidence, "kept", sentence.text, sentence.text, (), 1.0)
    # An edit that reaches beyond the sentence is read whole: its words stand there instead.
    start = min([sentence.start, *(e.start for e in inside)])
    end = max([sentence.end, *(e.end for e in inside)])
    raw, refined = note.text[start:end], render_span(note.text, start, end, inside)
    wide = (start, end) != (sentence.start, sentence.end)
    share = _share(evidence, trait, words, raw, refined, wide=wide)
    if share < LEFT:
        return Kept(evidence, "gone", raw, refined, (), share)
    # What the rules add behind a sentence closes another trait, which is over.
    own = render_span(note.text, start, end, [e for e in inside if e.source != CLOSES])
    why = softenings(raw, own)
    return Kept(evidence, "softened" if why else "kept", raw, refined, why, share)


def _share(evidence: Evidence, trait: Trait, words: TraitWords, raw: str, refined: str, *, wide: bool) -> float:
    """How much is left of what makes a sentence evidence: of the weight of the trait's words, else of its content."""
    if "words" in evidence.via:
        whole = evidence.teller.voice != "quoted" or not _quotes_within(evidence.sentence)
        was = evidence_weight(spoken_part(raw, evidence.teller, whole), trait.id, words)
        now = evidence_weight(spoken_part(refined, evidence.teller, whole), trait.id, words)
        if was:
            return min(now / was, 1.0)
    return content_left(evidence.sentence.text if wide else raw, refined)


def _quotes_within(sentence: Sentence) -> bool:
    """The quotation is a part of the sentence and not all of it."""
    return (
        re.fullmatch(r"[\"“][^\"“”]*[\"”]", sentence.text.strip()) is None
        and re.search(r"[\"“][^\"“”]*[\"”]", sentence.text) is not None
    )
