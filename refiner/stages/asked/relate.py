"""What a sentence has to do with a trait, as the model reads it: a closed label for one sentence and one trait.

Asked only where the rules found faint words, or vectors a nearness that proves nothing; heard only from a model that
labels sentences of known bearing right. What comes of it is evidence for the person and for the counts of the
self-image; no edit and no verdict hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from refiner.asking.agreement import choose
from refiner.asking.asker import Asker
from refiner.asking.untrusted import addresses_a_model, as_data
from refiner.config import Config, Trait
from refiner.models import Bearing, Note, Sentence, StageResult
from refiner.prompts import Prompt
from refiner.stages.asked.confirming import WRITER
from refiner.stages.relevance import WORDS

NAME = "reframe"
MOST = 4  # labels of one note; the nearest ones
LABELS = (
    "this person is or was like that", "this person is not like that, or no longer", "only how that came about",
    "it has nothing to do with that", "somebody else is like that", "cannot tell",
)  # fmt: skip
_SIDE: dict[int, Literal["for", "against", "context"]] = {0: "for", 1: "against", 2: "context"}
_NONE = (3, 4)
# Control questions: what they tell is known. Fiction, like everything in this repository.
CONTROL_TRAIT = "cannot throw anything away: keeps boxes, strings and old papers for years"
CONTROLS: tuple[tuple[str, int], ...] = (
    ("The shed is full. <<<I have kept every jam jar since the wedding, and the lids in a tin of their own.>>>", 0),
    ("The shed is full. <<<My brother has kept every jam jar since his wedding, and I buy mine new.>>>", 4),
    ("The shed is empty. <<<I burnt the lot, and now I throw things out the day they break.>>>", 1),
    ("The shed leaks. <<<We had tea on the step and counted the boats.>>>", 3),
    ("I bought a shed. <<<I sold old boxes on the market for a living, at a good price.>>>", 3),
)
Near = Callable[[Sequence[str]], Sequence[Mapping[str, float]]]


async def related(
    asker: Asker, note: Note, config: Config, found: Sequence[Bearing], near: Near | None = None
) -> StageResult:
    """The note's bearings as the model labels those that words or vectors alone suggest.

    Those that it does not settle stay as they are; a sentence of which it says that it has nothing to do with the
    trait loses its bearing.
    """
    out = {(b.start, b.trait): b for b in found}
    prompt = asker.prompt("relate")
    for sentence, trait, had in _candidates(note, config, found, near):
        if not await _can_tell(asker, prompt):
            break
        values = {"who": _who(note, config), "trait": _told(trait), "text": _passage(note, sentence)}
        agreed = await choose(asker, prompt, note.path, LABELS, values)
        if agreed.index in _NONE and had is not None:
            del out[sentence.start, trait.id]
        side = _SIDE.get(agreed.index) if agreed.index is not None else None
        if side is not None:
            out[sentence.start, trait.id] = Bearing(
                note=note.path, start=sentence.start, end=sentence.end, trait=trait.id, side=side,
                quote=" ".join(sentence.text.split()), teller=had.teller if had else "self",
                source=f"model:{asker.name}", confidence=round(agreed.share[agreed.index or 0], 3),
            )  # fmt: skip
    kept = tuple(sorted(out.values(), key=lambda b: (b.start, b.trait)))
    return StageResult(note=note.path, stage=NAME, bearings=kept)


def _candidates(
    note: Note, config: Config, found: Sequence[Bearing], near: Near | None
) -> list[tuple[Sentence, Trait, Bearing | None]]:
    """The sentences and traits to ask about, in order of place: what faint words suggest, then what is near."""
    traits = {t.id: t for t in config.important}
    at = {s.start: s for s in note.sentences if not addresses_a_model(s.text)}
    faint = [b for b in found if b.side == "context" and b.source == WORDS and b.start in at]
    chosen: list[tuple[float, Sentence, Trait, Bearing | None]] = [
        (1.0 + b.confidence, at[b.start], traits[b.trait], b) for b in faint
    ]
    known = {b.start for b in found}
    if near is not None and note.meta.author == "self":
        rest = [s for s in at.values() if s.start not in known]
        for s, scores in zip(rest, near([s.text for s in rest]), strict=True):
            best = max(scores, key=lambda t: (scores[t], t), default=None)
            if best is not None and best in traits:
                chosen.append((scores[best], s, traits[best], None))
    chosen.sort(key=lambda c: (-c[0], c[1].start, c[2].id))
    return sorted(((s, t, b) for _, s, t, b in chosen[:MOST]), key=lambda c: (c[0].start, c[1].id))


def _who(note: Note, config: Config) -> str:
    """Whom the labels are about: raw notes still have the narrator's old name."""
    name = (config.persona.before.name or "He").split()[0]
    return WRITER if note.meta.author == "self" else f"{name} (the writer is {note.meta.author})"


def _told(trait: Trait) -> str:
    return f"{trait.title}: {trait.description}" if trait.description else trait.title


def _passage(note: Note, sentence: Sentence) -> str:
    at = note.sentences.index(sentence)
    out = []
    for s in note.sentences[max(0, at - 1) : at + 2]:
        text = as_data(" ".join(s.text.split()))
        if s == sentence or not addresses_a_model(s.text):
            out.append(f"<<<{text}>>>" if s == sentence else text)
    return "\n".join(out)


async def _can_tell(asker: Asker, prompt: Prompt) -> bool:
    for text, truth in CONTROLS:
        agreed = await choose(asker, prompt, "", LABELS, {"who": WRITER, "trait": CONTROL_TRAIT, "text": text})
        if agreed.index != truth and not (truth in _NONE and agreed.index in _NONE):
            return False
    return True
