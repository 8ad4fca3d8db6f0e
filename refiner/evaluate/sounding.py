"""How the answers sound: how pleasant, beside what the notes say of the same, and how near to the voice of the notes.

Both come as marks without a limit of 0 and 1: a difference of mean sentence valence, and a distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from refiner.checks.voice import LEAST_NOTES, LEAST_WORDS, SHORTEST, VoiceProfile, distance, function_words, profile
from refiner.evaluate.shapes import Answer, Item, Mark, Measure
from refiner.stages.self_image_valence import mean_valence

DRIFT, STYLE = "valence_drift", "style_distance"
_TELLS = ("fact",)
_OWN_VOICE = ("fact", "living", "negative", "dead", "gender", "unlived", "media", "held_out")
MEASURES = (
    Measure(
        id=DRIFT,
        title="more pleasant than the notes",
        better="lower",
        unit="number",
        areas=_TELLS,
        definition="Mean sentence valence (-1 to 1) of the answers to questions of facts, less that of the refined "
        "sentences that tell the same. Above 0 the answers sound more pleasant than the notes, below 0 less; best is "
        "0.",
        source="VADER: Hutto and Gilbert 2014, ICWSM; the difference is of this project",
    ),
    Measure(
        id=STYLE,
        title="distance from her voice",
        better="lower",
        unit="number",
        areas=_OWN_VOICE,
        definition=f"How much farther an answer of at least {SHORTEST} words is from the voice of the notes than from "
        "the nearest of some other voices: function words and character trigrams, Jensen-Shannon distance, in standard "
        "deviations of the notes' own passages. Below 0 it is nearer to the notes.",
        source="Burrows 2002 (LLC 17(3)), Kešelj et al. 2003, Koppel and Winter 2014 (JASIST 65(1)); joined in this "
        "project (refiner/checks/voice.py)",
    ),
)


def drift_marks(items: Mapping[str, Item], answers: Iterable[Answer]) -> Iterable[Mark]:
    """For each answer to a question of facts how much more pleasant it is than the refined sentences."""
    for answer in answers:
        item = items.get(answer.item)
        if item is None or item.area not in _TELLS or not item.key.told:
            continue
        if not answer.text.strip():
            yield _mark(DRIFT, answer, None, answer.error or "says nothing")
            continue
        said, told = mean_valence(answer.text), mean_valence(" ".join(item.key.told))
        yield _mark(DRIFT, answer, said - told, f"{said:+.2f}, the notes {told:+.2f}")


@lru_cache(maxsize=2)
def _voice(notes: tuple[str, ...]) -> VoiceProfile:
    """The profile of the notes, which is the same for every contestant."""
    return profile(notes)


def style_marks(
    items: Mapping[str, Item], answers: Iterable[Answer], notes: Sequence[str]
) -> tuple[tuple[Mark, ...], str]:
    """The distance of each answer that is long enough from the voice of the notes; why none where that is not known."""
    voice = _voice(tuple(notes))
    if not voice.known:
        return (), f"the voice is not known from fewer than {LEAST_NOTES} notes and {LEAST_WORDS} words"
    found = []
    for answer in answers:
        item = items.get(answer.item)
        if item is None or item.area not in _OWN_VOICE:
            continue
        if sum(function_words(answer.text).values()) < SHORTEST:
            found.append(_mark(STYLE, answer, None, answer.error or f"shorter than {SHORTEST} words"))
        else:
            found.append(_mark(STYLE, answer, distance(voice, answer.text)))
    return tuple(found), ""


def _mark(measure: str, answer: Answer, value: float | None, why: str = "") -> Mark:
    return Mark(measure=measure, item=answer.item, ask=answer.ask, value=value, why=why)
