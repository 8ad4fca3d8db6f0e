"""Closed choices that confirm, one by one, what `extract` read (`prompts/confirm.md`).

The question does not say what was read, so that the answer is a second reading and no consent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.asking.agreement import choose
from refiner.asking.asker import Asker
from refiner.asking.pieces import mark_for
from refiner.asking.untrusted import LEFT_OUT, addresses_a_model, as_data
from refiner.config import Trait
from refiner.models import Note
from refiner.stages.asked.extract_items import Told

ORDERS = 2
# A model that always takes the first or the last letter must not hit a reading: those stand in the middle.
_OTHER = ("other", "it is about somebody else, not the narrator")
_NOTHING = ("nothing", "nothing of the kind")
_READINGS = (
    ("began", "it began or first showed: before that it was not so"),
    ("ended", "it ended: it was so before, and from here on it is not"),
    ("back", "it came back after it had been gone"),
    ("weaker", "it got weaker but did not end"),
    ("has", "it is so at the time of writing; no beginning is told"),
    ("lacks", "it is not so at the time of writing; no ending is told"),
    ("never", "the narrator takes it back: it was believed, but never so"),
    ("unreal", "it is only planned, wished, imagined or feared"),
)
_RARE = {
    "paused": ("paused", "it rests for a while and may come back"),
    "resumed": ("resumed", "it goes on again after a rest"),
}
_LINKS = (
    ("nothing", "neither: the note tells no such tie between them"),
    ("cause", "the marked sentence tells what brought about the change"),
    ("before", "the marked sentence comes before the change, but is not told as its cause"),
    ("after", "the marked sentence comes after the change or because of it"),
    ("unreal", "what the marked sentence tells did not happen: it is planned, imagined or feared"),
)
_GENDERS = (("man", "a man or a boy"), ("nothing", "the passage does not tell"), ("woman", "a woman or a girl"))


@dataclass(frozen=True)
class Second:
    """A second reading. `key` is None where the orders disagree or an answer is missing."""

    key: str | None
    share: float  # how far it agrees with the first reading, 0 to 1
    complete: bool


async def change(asker: Asker, note: Note, told: Told, trait: Trait) -> Second:
    """What the sentence says about the narrator and the trait."""
    kind = told.item.kind
    options = [_OTHER, *_READINGS[:4], *([_RARE[kind]] if kind in _RARE else []), *_READINGS[4:], _NOTHING]
    words = f"{trait.title} ({trait.description})" if trait.description else trait.title
    question = f"What does the marked sentence say about the narrator and this trait: {words}?"
    return await _second(asker, note, told, question, options)


async def link(asker: Asker, note: Note, told: Told, of: int) -> Second:
    """How what the sentence tells stands to the change that sentence `of` tells."""
    text = as_line(note.sentences[of].text)
    question = f"How does it stand to the change in this sentence of the same note: “{text}”"
    return await _second(asker, note, told, question, _LINKS)


async def gender(asker: Asker, note: Note, told: Told) -> Second:
    """Whether the passage tells that somebody is a man or a woman."""
    question = f"Does the passage tell whether {as_line(told.name)} is a man or a woman?"
    return await _second(asker, note, told, question, _GENDERS)


async def _second(asker: Asker, note: Note, told: Told, question: str, options: Sequence[tuple[str, str]]) -> Second:
    keys = [k for k, _ in options]
    agreed = await choose(
        asker,
        asker.prompt("confirm"),
        note.path,
        [words for _, words in options],
        {**_passage(note, told), "question": question},
        orders=ORDERS,
    )
    share = agreed.share[keys.index(told.item.kind)]
    return Second(keys[agreed.index] if agreed.index is not None else None, share, agreed.asked == ORDERS)


def _passage(note: Note, told: Told) -> dict[str, str]:
    """The sentence or sentences of the quote, with two before and one after in the same entry."""
    last = told.index
    while last + 1 < len(note.sentences) and note.sentences[last + 1].start < told.end:
        last += 1
    entry = note.sentences[told.index].entry
    near = {
        "before": range(max(0, told.index - 2), told.index),
        "sentence": range(told.index, last + 1),
        "after": range(last + 1, min(last + 2, len(note.sentences))),
    }
    texts = {
        key: " ".join(as_line(note.sentences[i].text) for i in run if note.sentences[i].entry == entry)
        for key, run in near.items()
    }
    return {"mark": mark_for("\n".join(texts.values())), **texts}


def as_line(text: str) -> str:
    """A sentence on one line, in which nothing speaks to a model or can pass for a mark."""
    if addresses_a_model(text):
        return LEFT_OUT
    return re.sub(r"([<>])\1+", r"\1", " ".join(as_data(text).split()))
