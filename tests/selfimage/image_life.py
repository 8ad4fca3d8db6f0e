"""A small life with two negative traits, and a way to change its words, for the tests of the self-image."""

from __future__ import annotations

from refiner.config import Config
from refiner.edits import make_edit
from refiner.models import Edit, Note
from refiner.notes import note_from_text
from refiner.stages.extract import trait_words

CONFIG = Config.from_dict(
    {
        "persona": {
            "before": {"name": "Harish Nair", "gender": "male", "nicknames": ["Hari"]},
            "after": {"name": "Harini Nair", "gender": "female", "nicknames": ["Haru"]},
        },
        "traits": [
            {"id": "temper", "name": "short-tempered", "polarity": "negative", "importance": 3,
             "aliases": ["losing my temper"]},
            {"id": "lies", "name": "tells lies", "polarity": "negative", "importance": 2, "aliases": ["lying"]},
            {"id": "kind", "name": "kind", "polarity": "positive", "importance": 3},
        ],
    }
)  # fmt: skip
TEMPER, LIES = CONFIG.traits[:2]
WORDS = trait_words(CONFIG.traits)
SIDE = CONFIG.persona.before
TEXT = (
    "The bus was late again. I always shouted at the conductor over the change. "
    "My cousin laughed at me and I lied to her about the ticket.\n\n"
    "I am still very short-tempered on Mondays. The tea was good. I was lying to my aunt the whole week.\n"
)


def note(text: str = TEXT, path: str = "bus.md") -> Note:
    return note_from_text(text, path)


def edit(where: Note, before: str, after: str, *, stage: str = "override", **given: object) -> Edit:
    """The edit of the first place of `before` in the body."""
    at = where.text.index(before, where.body_start)
    about = {"reason": "r", "source": "rule:x", **given}
    return make_edit(where, stage, at, at + len(before), after, **about)  # type: ignore[arg-type]
