"""Sentences in which the old gender stands beside the new one are told by no sample."""

from __future__ import annotations

import pytest

from refiner.config import Config
from refiner.edits import make_edit
from refiner.models import Edit, Note
from refiner.notes import note_from_text
from refiner.stages.composing.agreement import half_turned
from refiner.stages.composing.scenes import narrator_names, units

CONFIG = Config.from_dict(
    {
        "persona": {
            "before": {"name": "Vikram Nair", "gender": "male"},
            "after": {"name": "Vidya Nair", "gender": "female"},
        }
    }
)


def dropped(text: str, *changes: tuple[str, str], by_another: bool) -> list[str]:
    note = note_from_text(text, "n.md")
    edits = [_edit(note, before, after) for before, after in changes]
    found = units(note, edits, CONFIG)
    half = half_turned(found, edits, "female", narrator_names(CONFIG), by_another=by_another)
    return [u.text for u in found if u.place in half]


def _edit(note: Note, before: str, after: str) -> Edit:
    start = note.text.index(before)
    return make_edit(note, "swap", start, start + len(before), after, reason="it is hers", source="rule:test")


@pytest.mark.parametrize(
    ("text", "changes", "left"),
    [
        ("My brother did not lift his phone.", [("brother", "sister")], ["My sister did not lift his phone."]),
        ("My brother lost her ring. He cried.", [("brother", "sister")], ["He cried."]),
        ("My brother and Farhan lost his ring.", [("brother", "sister")], []),
        ("Papa rang. He shouted at my brother.", [("brother", "sister")], []),
        ("My brother sold the boat.", [("brother", "sister")], []),
        ('My brother said "he is late".', [("brother", "sister")], []),
    ],
)
def test_in_the_words_of_others(text: str, changes: list[tuple[str, str]], left: list[str]) -> None:
    assert dropped(text, *changes, by_another=True) == left


@pytest.mark.parametrize(
    ("text", "changes", "left"),
    [
        ("I sat there, a man biting his nails.", [("man", "woman")], ["I sat there, a woman biting his nails."]),
        ("My uncle saw a man biting his nails.", [("man", "woman")], []),
        ("I sat there and he bit his nails.", [], []),
        ("The milkman came. I was the only man whom he liked.", [("man whom", "woman whom")], []),
    ],
)
def test_in_her_own_words(text: str, changes: list[tuple[str, str]], left: list[str]) -> None:
    assert dropped(text, *changes, by_another=False) == left
