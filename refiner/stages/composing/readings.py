"""What a parse shows of sentences and passages, kept by note: composing again parses only notes whose text changed.

A parse takes most of the time of composing, and a decision about one sample would otherwise cost the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from pydantic import BaseModel, TypeAdapter

from refiner.edits import digest
from refiner.errors import RefinerError
from refiner.language.parse import model_mark
from refiner.stages.composing.deeds import Deed, deeds
from refiner.stages.composing.sentences import stands_alone, third_person, view
from refiner.stages.composing.topics import Noticed, notice
from refiner.store import Cache

READ_VERSION = "8"
KEPT_AS = "compose-read"  # the stage under which a cache has them
_NAME = "\u2042"  # stands for her name, which is no matter of the sentence


class Used:
    """A cache that remembers what it was asked for, so that what nothing asks for any more can be forgotten."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.keys: list[str] = []

    def get(self, key: str) -> str | None:
        self.keys.append(key)
        return self.cache.get(key)

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        self.cache.put(key, stage, note, value)


class SentenceReading(BaseModel):
    """What a sentence says that she did, whether it stands by itself, and itself in the third person ("" if none)."""

    deeds: tuple[Deed, ...] = ()
    alone: bool = False
    record: str = ""
    view: str = ""  # what it gives her view of


class NoteReading(BaseModel):
    """The sentences and passages of one note, by their text."""

    sentences: dict[str, SentenceReading] = {}
    passages: dict[str, Noticed] = {}


_READING = TypeAdapter(NoteReading)


class Readings:
    """The readings of a life. Without a cache everything is read anew."""

    def __init__(self, *, female: bool, cache: Cache | None = None) -> None:
        self.female, self.cache = female, cache
        self._sentences: dict[str, SentenceReading] = {}
        self._passages: dict[str, Noticed] = {}

    def note(self, path: str, sentences: Iterable[str], passages: Iterable[str]) -> None:
        """Reads a note's sentences and passages, or takes them from the cache."""
        units, parts = list(dict.fromkeys(sentences)), list(dict.fromkeys(passages))
        key = digest(KEPT_AS, READ_VERSION, model_mark(), str(self.female), *units, "\0", *parts)
        stored = self.cache.get(key) if self.cache is not None else None
        if stored is not None:
            read = _READING.validate_json(stored)
        else:
            _ahead([*units, *parts])
            read = NoteReading(sentences={t: self._sentence(t) for t in units}, passages={t: notice(t) for t in parts})
            if self.cache is not None:
                self.cache.put(key, KEPT_AS, path, _READING.dump_json(read).decode())
        self._sentences.update(read.sentences)
        self._passages.update(read.passages)

    def _sentence(self, text: str) -> SentenceReading:
        record = third_person(text, _NAME, female=self.female)
        return SentenceReading(deeds=tuple(deeds(text)), alone=stands_alone(text), record=record, view=view(text))

    def sentence(self, text: str) -> SentenceReading:
        if text not in self._sentences:
            self._sentences[text] = self._sentence(text)
        return self._sentences[text]

    def passage(self, text: str) -> Noticed:
        if text not in self._passages:
            self._passages[text] = notice(text)
        return self._passages[text]

    def record(self, text: str, name: str) -> str:
        """The sentence in the third person, with her name; "" where more than "I" and "my" would have to change."""
        return self.sentence(text).record.replace(_NAME, name)


def _ahead(texts: list[str]) -> None:
    """Parses in batches, which takes half the time of one by one."""
    from refiner.language.parse import parse_all

    with suppress(RefinerError):  # no model installed: what needs a parse finds nothing then
        parse_all(texts)
