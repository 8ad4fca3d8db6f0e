"""Times in a note's text that cannot be: a day that no calendar has, an age above that on the day of writing."""

from __future__ import annotations

from collections.abc import Iterator

from refiner.checks.change_words import masked
from refiner.config import Config
from refiner.models import Finding, Note
from refiner.stages.event_times import Days
from refiner.stages.people import said_by_another


def impossible_times(note: Note, days: Days, config: Config) -> Iterator[Finding]:
    """One finding for each, at its words. What others say of their own age or class is not looked at."""
    for index, time in days.impossible():
        sentence = note.sentences[index]
        quoted = not masked(sentence.text)[time.start : time.end].strip()
        mine = note.meta.author == "self" and not quoted and not said_by_another(note, sentence, config.persona.before)
        if time.impossible == "day" or mine:
            start, end = sentence.start + time.start, sentence.start + time.end
            said = time.problem if time.when.raw in time.problem else f"“{time.when.raw}”: {time.problem}"
            yield Finding(check="dates", note=note.path, start=start, end=end, message=said)
