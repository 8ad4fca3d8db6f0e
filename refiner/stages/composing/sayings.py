"""Samples of her voice: a sentence of hers as it stands, where a question leads to it and it needs none before it.

A sentence that only its neighbours explain teaches to answer anything with anything, so it is no sample of this kind;
it is told within its passage (see `remembered`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.remembered import is_old
from refiner.stages.composing.scenes import Passage, Unit
from refiner.stages.composing.text import counts_from_now, leans, normal, says_i
from refiner.stages.composing.topics import rarest

SHORTEST, LONGEST = 7, 38  # words of a sentence that can be an answer by itself


_YOU = re.compile(r"\byou(?:r|rs)?\b", re.I)


def _echoes(asked: str, text: str) -> bool:
    """Whether a sentence says no more than what it is asked with."""
    return len(set(normal(text).split()) - set(normal(asked).split()) - {"i", "my", "me", "we", "our"}) < 4


def voice(told: Told) -> Iterator[Draft]:
    """One sentence of each passage that can stand by itself and that something asks for."""
    for passage in told.passages:
        if is_old(told, passage):
            continue  # what she said of herself long ago may be over: it is told with its time (see `remembered`)
        letter = told.life.notes[passage.note].meta.kind == "letter"
        fit = {
            u.place: u
            for u in passage.units
            if SHORTEST <= u.length <= LONGEST
            and says_i(u.text)
            and not leans(u.text)
            and "?" not in u.text
            and not counts_from_now(u.text)
            and not (letter and _YOU.search(u.text))
            and told.readings.sentence(u.text).alone
        }
        for place in ordered(fit, "voice"):
            made = list(_voice_of(told, passage, fit[place]))
            yield from made
            if made:
                break


def _voice_of(told: Told, passage: Passage, unit: Unit) -> Iterator[Draft]:
    part = Passage(unit.note, (unit,), passage.date, passage.at_the_time)
    options: list[tuple[str, dict[str, str]]] = []
    for deed in told.deeds(unit):
        group = "deed.present" if deed.tense == "present" else "deed.why" if deed.reason else "deed.past"
        options.append((group, {"said": deed.said, "base": deed.base, "did": deed.did}))
    for topic in rarest(told.topics[passage.id], told.seen):
        bare = normal(re.sub(r"^(?:the|your) ", "", topic.words))
        if bare in normal(unit.text) and topic.telling:
            options.append(("voice.topic", {"topic": topic.words}))
    for group, slots in options:
        if group == "deed.past" and _echoes(slots["said"], unit.text):
            continue
        if question := told.asked.ask(group, slots, (unit.place,)):
            yield told.from_passage("voice", part, question)
            if held := told.asked.ask(group, slots, (unit.place,), held_out=True):
                yield told.from_passage("voice", part, held, held_out=True)
            return
