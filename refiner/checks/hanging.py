"""Which sentence's time hangs on which: "Two years later" counts from the "in 1995" of a sentence before it.

`leaning` reads a raw note: each time that does not stand by itself, and the nearest earlier place in its entry that it
can count from. Years, months and seasons count from the last time that was told; days, "then" and "that" from the last
thing that happened. What is explained beside it ("two years later, in 1997"), counts from its own sentence ("I fell,
and the next day …") or stands in quotation marks leans on nothing. The words stand in `hanging.toml`; offsets and
seasons are found by the timeline's own rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from refiner.checks.change_words import masked
from refiner.checks.note_times import NoteTimes, life_of
from refiner.config import Config
from refiner.models import Note, Sentence
from refiner.timeline.dates import FoundTime
from refiner.timeline.relative import NO_CONTEXT

UNCOUNTED = "counted from what is not said"
NO_YEAR = "of which year is not said"
_TOLD_BACK, _MONTH_BACK = 6, 10  # sentences


@dataclass(frozen=True)
class Leaning:
    """Words of time, `note.text[start:end]`, and what they count from: the sentence `[anchor_start, anchor_end)`, or
    the words of a time in their own sentence. `counted` is the span of the anchor's time, None where it names none.

    kind: offset ("two years later"), next ("the next day"), pointing ("that summer"), since ("after that"), month ("in
    June", of the year told last), sequence ("Then").
    """

    start: int
    end: int
    words: str
    anchor_start: int
    anchor_end: int
    kind: str
    counted: tuple[int, int] | None = None

    @property
    def counts_from(self) -> int:
        """Where the anchor ends: what is put between this and `start` may take its place."""
        return self.counted[1] if self.counted else self.anchor_end


class _Lean(NamedTuple):
    """A relative time, counted in its sentence."""

    start: int
    end: int
    kind: str
    dated: bool  # it counts from the last time told, not from the last thing that happened
    back: int = 10_000  # sentences back to the time that it can count from


class _Phrase(NamedTuple):
    kind: str
    dated: bool
    first: bool
    back: int
    pattern: re.Pattern[str]


@cache
def data() -> dict[str, Any]:
    """What stands in `hanging.toml`."""
    return tomllib.loads(files("refiner.checks").joinpath("hanging.toml").read_text(encoding="utf-8"))


@cache
def _phrases() -> tuple[_Phrase, ...]:
    words: dict[str, str] = data()["words"]

    def filled(pattern: str) -> str:
        return re.sub(r"\{([A-Z]+)\}", lambda m: words[m[1]], pattern).replace(" ", r"\s+")

    return tuple(
        _Phrase(
            p["kind"], p["anchor"] == "dated", bool(p.get("first")), _TOLD_BACK if p.get("near") else 10_000,
            re.compile("|".join(rf"\b(?:{filled(a)})" for a in p["any"]), re.I),
        )
        for p in data()["phrase"]
    )  # fmt: skip


@cache
def _verbs() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    v = data()["verbs"]
    past, stative = v["past"].split(), v["stative"].split()
    states = "|".join(stative)
    return (
        re.compile(rf"\b(?:{'|'.join(past)}|(?!(?:{states})\b)[a-z]{{2,}}ed)\b"),
        re.compile(rf"\b(?:{'|'.join([*past, *stative])}|[a-z]{{2,}}ed|is|are|am|has|have|did|does|do)\b"),
        re.compile(rf"\b(?:{v['subordinate']})\b[^,;:—]*(?:[,;:—]|\Z)"),
        re.compile(v["habit"], re.I),
        re.compile(v["aside"]),
    )


def aside(words: str) -> bool:
    """Do the words count from the day of writing, so that they say nothing of the time that is being told?"""
    return bool(_verbs()[4].search(words))


def leaning(note: Note, config: Config | None = None) -> list[Leaning]:
    """The relative times of a note with what each counts from, in order of place; spans count in the raw text.

    `config` gives the persona's birth and school years; without it ages and classes are times of no known year.
    """
    life = tuple(life_of(config or Config()).values())
    return list(_read(_Noted(note.path, note.text, len(note.sentences), len(note.entries), life, note, config)))


@dataclass(frozen=True)
class _Noted:
    """A note as its leanings depend on it: stages ask about one sentence after the other."""

    path: str
    text: str
    sentences: int
    entries: int
    life: tuple[object, ...]
    note: Note = field(compare=False)
    config: Config | None = field(compare=False)


@lru_cache(maxsize=32)
def _read(noted: _Noted) -> tuple[Leaning, ...]:
    note, times, out = noted.note, NoteTimes(noted.note, noted.config), []
    for index, sentence in enumerate(note.sentences):
        for lean in _leans(times, index):
            anchor = _anchor(times, index, lean)
            if anchor is not None:
                (low, high), counted = anchor
                a, b = sentence.start + lean.start, sentence.start + lean.end
                out.append(Leaning(a, b, note.text[a:b], low, high, lean.kind, counted))
    return tuple(out)


def dependants(note: Note, start: int, end: int, config: Config | None = None) -> list[Leaning]:
    """The relative times outside the raw span `[start, end)` that count from what lies in it."""
    return [
        x
        for x in leaning(note, config)
        if not start <= x.start < end and any(start <= a and b <= end for a, b in _anchors(x))
    ]


def _anchors(x: Leaning) -> Iterator[tuple[int, int]]:
    yield x.anchor_start, x.anchor_end
    if x.counted:
        yield x.counted


# ---- what leans ------------------------------------------------------------------------------------------------------


def _leans(times: NoteTimes, index: int) -> list[_Lean]:
    sentence = times.note.sentences[index]
    text = masked(sentence.text)
    found = times.found(index)
    leans = [lean for t in found if (lean := _of_found(t, text)) is not None]
    fixed = [t for t in found if not t.problem and not t.when.anchor]
    for phrase in _phrases():
        for m in phrase.pattern.finditer(text):
            if phrase.first and text[: m.start()].strip("\"'“‘*_(-— "):
                continue
            if not any(t.start < m.end() and m.start() < t.end for t in fixed):
                leans.append(_Lean(m.start(), m.end(), phrase.kind, phrase.dated, phrase.back))
    kept: list[_Lean] = []
    for lean in sorted(leans, key=lambda x: (x.start, -x.end)):
        if not kept or lean.start >= kept[-1].end:
            kept.append(lean)
    return [lean for lean in kept if not _explained(text, lean, found)]


def _of_found(time: FoundTime, text: str) -> _Lean | None:
    """What the timeline's rules call a time that counts from another one."""
    grain = time.when.granularity
    if time.problem == UNCOUNTED:
        return _Lean(time.start, time.end, "offset", grain not in ("day", "week", "fortnight"))
    if time.problem == NO_CONTEXT:
        said = text[time.start : time.end].casefold()
        kind = "next" if re.search(r"\b(?:next|following|after)\b", said) else "pointing"
        return _Lean(time.start, time.end, kind if "previous" not in said and "before" not in said else "offset", True)
    if time.problem == NO_YEAR and not _verbs()[3].search(text):
        return _Lean(time.start, time.end, "month", True, _MONTH_BACK)
    return None


_BESIDE = re.compile(r"[\s,(—–-]*(?:(?:in|on|by|at|of|that is|i\.e\.)\b[\s,]*)?(?:the\s+|early\s+|late\s+)?\Z")
_SELF_SAID = re.compile(r"(?:\s+\w+)?\s+(?:when|that|of|in which|than|as)\b")


def _explained(text: str, lean: _Lean, found: list[FoundTime]) -> bool:
    """Is the time said beside the words, so that they count from nothing else?"""
    if lean.kind in ("next", "pointing") and _SELF_SAID.match(text, lean.end):
        return True
    for t in found:
        if t.problem in (UNCOUNTED, NO_CONTEXT, NO_YEAR) or t.impossible or aside(text[t.start : t.end]):
            continue
        if lean.kind == "month":
            return True
        gap = text[lean.end : t.start] if t.start >= lean.end else text[t.end : lean.start]
        if _BESIDE.fullmatch(gap):
            return True
    return False


# ---- what it counts from ---------------------------------------------------------------------------------------------

_Anchor = tuple[tuple[int, int], tuple[int, int] | None]


def _anchor(times: NoteTimes, index: int, lean: _Lean) -> _Anchor | None:
    sentence = times.note.sentences[index]
    before = [t for t in times.found(index) if t.end <= lean.start and _counts(t, sentence, lean)]
    clause = _has_clause(masked(sentence.text)[: lean.start])
    if before and (lean.dated or lean.kind == "since" or not clause):
        span = (sentence.start + before[-1].start, sentence.start + before[-1].end)
        return span, span
    if clause and lean.kind != "month":
        return None
    return (_dated(times, index, lean) if lean.dated else None) or (
        _told(times, index, lean) if lean.kind != "month" else None
    )


def _counts(time: FoundTime, sentence: Sentence, lean: _Lean) -> bool:
    """Can something count from this time?"""
    words = sentence.text[time.start : time.end]
    return not time.impossible and not aside(words) and not (lean.kind == "month" and time.problem == NO_YEAR)


def _has_clause(before: str) -> bool:
    """Does a whole clause stand before the words, so that they count from that?"""
    subordinate, verb = _verbs()[2], _verbs()[1]
    plain = subordinate.sub(" ", before)
    parts = re.split(r"[,;:—–]|\b(?:and|but|so|until|before|because)\b", plain)
    return any(verb.search(p) for p in parts[:-1])


def _earlier(times: NoteTimes, index: int) -> Iterator[int]:
    """The sentences of the same entry before this one, the nearest first."""
    entry = times.note.sentences[index].entry
    for i in range(index - 1, -1, -1):
        if times.note.sentences[i].entry != entry:
            return
        yield i


def _dated(times: NoteTimes, index: int, lean: _Lean) -> _Anchor | None:
    for i in _earlier(times, index):
        if index - i > lean.back:
            return None
        sentence = times.note.sentences[i]
        if named := [t for t in times.found(i) if _counts(t, sentence, lean)]:
            last = named[-1]
            span = (sentence.start + last.start, sentence.start + last.end)
            return (sentence.start, sentence.end), span
    return None


def _told(times: NoteTimes, index: int, lean: _Lean) -> _Anchor | None:
    text = times.note.text
    near = []
    for i in _earlier(times, index):
        sentence = times.note.sentences[i]
        if not text[text.rfind("\n", 0, sentence.start) + 1 : sentence.start].lstrip().startswith("#"):
            near.append((i, sentence))
        if len(near) == _TOLD_BACK:
            break
    if not near:
        return None
    happened = _verbs()[0]
    i, sentence = next((x for x in near if happened.search(masked(x[1].text))), near[0])
    named = [t for t in times.found(i) if _counts(t, sentence, lean)]
    counted = (sentence.start + named[-1].start, sentence.start + named[-1].end) if named else None
    return (sentence.start, sentence.end), counted
