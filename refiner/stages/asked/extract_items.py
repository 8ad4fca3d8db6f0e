"""The answer to `prompts/extract.md`: small items about numbered sentences, and what is wrong with one.

Words are short since the model pays for each: `s` is a sentence's number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from refiner.asking.anchors import anchor
from refiner.asking.ask import Shape
from refiner.models import EffectKind, Note, When
from refiner.stages.event_times import Days

MOST = 12  # items of one answer; a model that lists more lists sentences
_ELSEWHERE = 3  # words that a quote must have to be looked for beyond its sentence

EFFECTS: dict[str, EffectKind] = {
    "began": "initiates", "ended": "terminates", "back": "reinitiates",
    "weaker": "weakens", "paused": "suspends", "resumed": "resumes",
}  # fmt: skip
GENDERS: dict[str, Literal["male", "female"]] = {"man": "male", "woman": "female"}


class Item(Shape):
    """Something told in sentence `s`, and the words that show it."""

    kind: str
    s: int
    quote: str


class Change(Item):
    """A trait of the narrator changed."""

    kind: Literal["began", "ended", "back", "weaker", "paused", "resumed"]
    trait: str


class State(Item):
    """A trait holds or does not on the day of writing, or is taken back."""

    kind: Literal["has", "lacks", "never"]
    trait: str


class Cause(Item):
    """What brought about the change that sentence `of` tells."""

    kind: Literal["cause"]
    of: int


class Before(Item):
    """The change in `s` came before the one in `of`."""

    kind: Literal["before"]
    of: int


class Dated(Item):
    """When the change in `s` was; the quote is the words of the time, from anywhere in the note."""

    kind: Literal["when"]


class Somebody(Item):
    """A person; the quote shows the gender, or who it is to the narrator."""

    kind: Literal["man", "woman", "person"]
    name: str


class Work(Item):
    """The quote is what it did to the narrator."""

    kind: Literal["book", "film", "game", "music", "series"]
    title: str


class Items(Shape):
    """The whole answer."""

    items: tuple[Item, ...]

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """`anyOf` for `oneOf` with a discriminator, which servers' strict schemas do not know."""
        schema = handler(core)
        items = handler.resolve_ref_schema(schema).get("properties", {}).get("items", {}).get("items", {})
        items.pop("discriminator", None)
        if "oneOf" in items:
            items["anyOf"] = items.pop("oneOf")
        return schema


@cache
def shape_for(traits: tuple[str, ...]) -> type[Items]:
    """The answer's shape for these traits; without any, only people and works are asked for."""
    kinds: list[Any] = [Somebody, Work]
    if traits:
        # Only the schema closes the list: an unknown trait must not spoil the items beside it.
        known: Any = (Annotated[str, Field(json_schema_extra={"enum": list(traits)})], ...)
        change = create_model("Change", __base__=Change, trait=known)
        state = create_model("State", __base__=State, trait=known)
        kinds = [change, state, Cause, Before, Dated, *kinds]
    one: Any = kinds[0]
    for kind in kinds[1:]:
        one = one | kind
    listed = tuple[Annotated[one, Field(discriminator="kind")], ...]
    return create_model("Items", __base__=Items, items=(Annotated[listed, Field(max_length=MOST)], ...))


@dataclass(frozen=True)
class Told:
    """An item whose words stand in the note: `start` and `end` are theirs, `index` is the sentence's."""

    item: Item
    index: int
    start: int
    end: int
    when: When | None = None  # given by another sentence
    name: str = ""  # of a person or a work, as the note writes it


@dataclass(frozen=True)
class Anchoring:
    """Holds the items of an answer against one piece of a note."""

    note: Note
    piece: range
    days: Days
    traits: tuple[str, ...]

    def sort(self, answer: Items) -> tuple[list[Told], list[str]]:
        """The items that stand, and what is wrong with the others."""
        told, wrong = list[Told](), list[str]()
        for number, item in enumerate(answer.items, 1):
            found = self._told(item)
            if isinstance(found, Told):
                told.append(found)
            else:
                wrong.append(f"item {number}: {found}")
        return told, wrong

    def check(self, answer: Items) -> str:
        """What is wrong with an answer of which nothing stands. It hangs on the answer alone, so that what was kept of
        a talk gives the same again; an answer with some good items is mended by a question of its own."""
        told, wrong = self.sort(answer)
        return f"{'; '.join(wrong[:4])}." if wrong and not told else ""

    def _told(self, item: Item) -> Told | str:
        if isinstance(item, Dated):
            return self._dated(item)
        place = self._place(item)
        if isinstance(place, str):
            return place
        index, start, end = place
        if isinstance(item, Change | State) and item.trait not in self.traits:
            return "there is no such trait"
        if isinstance(item, Cause | Before) and not self._has(item.of):
            return f'there is no sentence {item.of} for "of"'
        name = ""
        if isinstance(item, Somebody | Work):
            written = item.name if isinstance(item, Somebody) else item.title
            span = self._within(written, range(index, index + 1)) or self._within(written, self.piece)
            if span is None:
                return f"the {'name' if isinstance(item, Somebody) else 'title'} does not stand in the note"
            name = self.note.text[slice(*span)]
        return Told(item, index, start, end, name=name)

    def _has(self, number: int) -> bool:
        return number - 1 in self.piece

    def _place(self, item: Item) -> tuple[int, int, int] | str:
        """The sentence that holds the quote, and the quote's span."""
        if not re.search(r"\w", item.quote):
            return "it has no quote"
        index = item.s - 1
        if self._has(index + 1):
            # A quote may run on into the next sentence.
            for run in (range(index, index + 1), range(index, min(index + 2, self.piece.stop))):
                if span := self._within(item.quote, run):
                    return self._sentence(span[0], index), *span
        if len(item.quote.split()) >= _ELSEWHERE and (span := self._within(item.quote, self.piece)):
            return self._sentence(span[0], index), *span  # the right words under a wrong number
        if not self._has(item.s):
            return f"there is no sentence {item.s}"
        return f"its quote does not stand in sentence {item.s}; copy the words exactly"

    def _within(self, words: str, run: range) -> tuple[int, int] | None:
        first, last = self.note.sentences[run.start], self.note.sentences[run.stop - 1]
        found = anchor(words, self.note.text[first.start : last.end])
        return (first.start + found[0], first.start + found[1]) if found else None

    def _sentence(self, start: int, otherwise: int) -> int:
        return next((i for i in self.piece if self.note.sentences[i].end > start), otherwise)

    def _dated(self, item: Dated) -> Told | str:
        """The time that words of the note mean where they stand; they are read by the timeline's own grammar."""
        if not self._has(item.s):
            return f"there is no sentence {item.s}"
        index = item.s - 1
        for i in sorted(self.piece, key=lambda i: (abs(i - index), i > index)):
            sentence = self.note.sentences[i]
            span = anchor(item.quote, sentence.text)
            if span is None:
                continue
            told = (t.when for t in self.days.times(i) if t.start < span[1] and span[0] < t.end)
            when = next(told, None) or self.days.said(item.quote, sentence.start)
            if when is None:
                return "its quote is no date that can be read"
            return Told(item, index, sentence.start + span[0], sentence.start + span[1], when)
        return "its quote does not stand in the note; copy the words exactly"
