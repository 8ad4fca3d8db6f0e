"""Samples that her own sentences answer: opinions of books, films, games and music, and what she does when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.remembered import is_old
from refiner.stages.composing.scenes import by_narrator
from refiner.stages.composing.text import lower_first, normal, to_you, words

_HABIT = re.compile(
    r"(?:When(?:ever)?|If|Each time|Every time) (?P<clause>[^,;:]{6,90}), (?:I|I['’]m|my)\b.*"
    r"|I (?:always|never|usually|often|still|tend to|have to|simply) [^,;:]{4,90}"
    r" when(?:ever)? (?P<late>[^,;:]{6,90})[.!]"
)
_PAST_WORD = re.compile(
    r"\b(?:was|were|had|did|went|came|got|said|told|knew|thought|felt|used to|would|ago|once"
    r"|(?<!am )(?<!'m )(?<!is )(?<!are )(?<!be )(?<!get )(?<!feel )(?<!gets )\w{3,}ed)\b",
    re.I,
)


def habits(told: Told) -> Iterator[Draft]:
    """ "When I'm angry, I go silent" answers "What do you do when you're angry?"."""
    for passage in told.passages:
        if is_old(told, passage, 4):
            continue
        for unit in passage.units:
            match = _HABIT.fullmatch(unit.text)
            if match is None or _PAST_WORD.search(unit.text):
                continue
            clause = to_you(lower_first(match["clause"] or match["late"]))
            part = told.around(unit)
            for held_out in (False, True):
                for _ in range(1 if held_out else 2):
                    question = told.asked.ask("situation.habit", {"clause": clause}, (unit.place,), held_out=held_out)
                    if part and question:
                        yield told.from_passage(
                            "situation", part, question, scene=f"situation/{unit.place}", held_out=held_out
                        )


def occasions(told: Told) -> Iterator[Draft]:
    """ "I eat dahi on the day of the release" answers "What do you do on the day of the release?"."""
    for passage in told.passages:
        if is_old(told, passage, 4):
            continue
        for unit in passage.units:
            for deed in told.deeds(unit):
                if deed.tense != "present" or not deed.occasion or _PAST_WORD.search(unit.text):
                    continue
                part = told.around(unit)
                for held_out in (False, True):
                    question = told.asked.ask(
                        "situation.occasion", {"occasion": deed.occasion}, (unit.place,), held_out=held_out
                    )
                    if part and question:
                        scene = f"situation/{unit.place}"
                        yield told.from_passage("situation", part, question, scene=scene, held_out=held_out)


def opinion(told: Told) -> Iterator[Draft]:
    """What she says of books, films, games and music."""
    done: set[str] = set()
    for medium in sorted(told.life.media, key=lambda m: (m.title.casefold(), m.notes)):
        key = normal(medium.title)
        if not key or key in done:
            continue
        for unit in (u for n in told.life.notes for u in told.units[n] if not medium.notes or n in medium.notes):
            if (
                key not in normal(unit.text)
                or unit.speaker
                or unit.length < 5
                or not by_narrator(told.life.notes[unit.note], told.life.config)
            ):
                continue
            part = told.around(unit, after=3)
            if part is None or len(words(part.text)) > 120 or len(words(part.text)) <= len(words(medium.title)) + 2:
                continue
            done.add(key)
            for held_out in (False, True):
                for _ in range(1 if held_out else 2):
                    if question := told.asked.ask("opinion.media", {"title": medium.title}, (key,), held_out=held_out):
                        yield told.from_passage(
                            "opinion", part, question, scene=f"opinion/{part.id}", held_out=held_out
                        )
            break


def views(told: Told) -> Iterator[Draft]:
    """What she says she thinks of something, likes or cannot bear, wherever she says it: "I cannot abide hurling"."""
    for passage in told.passages:
        if is_old(told, passage, 4):
            continue
        for unit in passage.units:
            topic = told.readings.sentence(unit.text).view
            part = told.around(unit, after=int(unit.length < 12)) if topic and unit.length >= 5 else None
            if part is None or len(words(part.text)) > 90:
                continue
            for held_out in (False, True):
                for _ in range(1 if held_out else 2):
                    key = (unit.place, "view")
                    if question := told.asked.ask("opinion.view", {"topic": topic}, key, held_out=held_out):
                        scene = f"opinion/{part.id}"
                        yield told.from_passage("opinion", part, question, scene=scene, held_out=held_out)
