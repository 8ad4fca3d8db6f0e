"""Forced choices: an anecdote of her refined notes beside false ones of the same length and wording. Pure.

A false anecdote is made by rule from the true one and from the same life, so that nothing but what happened tells them
apart: other years, another person, another place, the end of another anecdote, or the words of the note before it was
refined. None is more than a quarter longer or shorter than the true one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

from rapidfuzz.distance import Indel

from refiner.edits import digest
from refiner.evaluate.material import Material, Telling

T = TypeVar("T")
How = Literal["before", "year", "person", "place", "ending"]
HOWS: tuple[How, ...] = ("before", "year", "person", "place", "ending")
FALSE = 3  # false anecdotes beside a true one: guessing is right once in four
LENGTH = 0.25  # by which a false one may be longer or shorter
SHORTEST, LONGEST = 50, 200  # characters of an anecdote
QUESTIONS = (
    "Which moment of your life comes to mind just now?",
    "Pick any story out of your past and tell it as it was.",
    "Say something that once took place in your life.",
    "Tell me a piece of your life, whichever you like.",
)
_TOLD_AS = ("note", "letter", "diary")
_YEAR = re.compile(r"(?<![\d/.,₹$-])(?:19|20)\d\d(?![\d/]|[.,]\d)")
_MARKUP = re.compile(r"[*_`#>|]+")
_AT = r"\b(?:in|at|near|outside|from|to|behind|towards?)\s+"
_AFTER_PLACE = (
    r"(?=[,.;:!?)]|\s*$|\s+(?:and|or|to|in|at|on|for|with|from|until|till|when|where|since|by|around|before)\b)"
)


@dataclass(frozen=True)
class Forced:
    """One choice. `false`: each false anecdote with how it was made."""

    id: str
    label: str
    question: str
    true: str
    false: tuple[tuple[How, str], ...]
    note: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """All anecdotes, the true one first."""
        return (self.true, *(text for _, text in self.false))


def make_choices(material: Material, *, count: int = 12, seed: int = 0) -> tuple[Forced, ...]:
    """At most `count` choices, those that tell an event first; () where no anecdote has three false ones."""
    parts = _Parts(material, seed)
    able = [(p, true, false) for p, true in parts.anecdotes if len(false := _false(p, true, parts, seed)) == FALSE]
    # Those told of an event first; then those whose false ones are of the most kinds, which ask for the most.
    able.sort(key=lambda made: (not made[0].events, -len({how for how, _ in made[2]})))
    found: list[Forced] = []
    for passage, true, false in able[:count]:
        label = true if len(true) <= 60 else f"{true[:59].rsplit(' ', 1)[0]}…"
        question = parts.questions[len(found) % len(parts.questions)]
        found.append(Forced(f"forced-{passage.id}", label, question, true, false, passage.note))
    return tuple(found)


class _Parts:
    """What of a life goes into false anecdotes."""

    def __init__(self, material: Material, seed: int) -> None:
        self.material, self.seed = material, seed
        unseen = tuple(q for q in QUESTIONS if not material.seen.near(q))
        self.questions = unseen or QUESTIONS

    @cached_property
    def anecdotes(self) -> list[tuple[Telling, str]]:
        """The passages that tell something, cut to their first sentences; those with an event first."""
        found = []
        for passage in self.material.passages:
            text = _cut(passage.sentences)
            held = self.material.held_out.intersection(passage.events)
            if passage.kind in _TOLD_AS and text and not held:
                found.append((passage, text))
        return sorted(found, key=lambda p: (not p[0].events, digest("forced", str(self.seed), p[0].id)))

    @cached_property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({int(y) for p in self.material.passages for y in _YEAR.findall(p.text)}))

    @cached_property
    def people(self) -> dict[str, tuple[str, str]]:
        """Each name, with the person's gender and first name."""
        hers = {n.casefold() for n in self.material.full_name.split()}
        return {
            n: (p.gender or "", p.names[0]) for p in self.material.people for n in p.names if n.casefold() not in hers
        }

    @cached_property
    def places(self) -> tuple[str, ...]:
        passages = self.material.passages
        named = {(t.words, p.text) for p in passages for t in p.topics if t.kind == "place" and t.words[:1].isupper()}
        return tuple(sorted({w for w, text in named if w not in self.people and _is_place(w, text)}))

    def before(self, passage: Telling, text: str) -> str:
        """The text as the raw note had it; "" where it cannot be found there."""
        said, old = (_words(side.get(passage.note, "")) for side in (self.material.texts, self.material.raw))
        words = _words(text)
        at = next((i for i in range(len(said) - len(words) + 1) if said[i : i + len(words)] == words), None)
        if at is None:
            return ""
        first = last = None
        end = at + len(words)
        for code in Indel.opcodes(said, old):
            if code.tag == "equal":
                low, high = max(at, code.src_start), min(end, code.src_end)
                if low < high:
                    shift = code.dest_start - code.src_start
                    first = low + shift if first is None else first
                    last = high + shift
            elif code.dest_start < code.dest_end and code.src_start >= at and code.src_end <= end:
                # What was replaced within the passage, or at its very beginning or end.
                inside = code.src_start < code.src_end or at < code.src_start < end
                if inside:
                    first = code.dest_start if first is None else first
                    last = code.dest_end
        if first is None or last is None:
            return ""
        return " ".join(old[first:last])


def _words(text: str) -> list[str]:
    """The words of a note with the signs beside them, without those of Markdown."""
    return [plain for word in text.split() if (plain := _MARKUP.sub("", word))]


def _cut(sentences: Sequence[str]) -> str:
    """The first sentences of a passage, as many as fit; "" where they are too long or too short."""
    text = ""
    for sentence in sentences:
        longer = " ".join(f"{text} {sentence}".split())
        if len(longer) > LONGEST:
            break
        text = longer
    return text if len(text) >= SHORTEST else ""


def _false(passage: Telling, true: str, parts: _Parts, seed: int) -> tuple[tuple[How, str], ...]:
    """Three false anecdotes, of as many kinds as there are: one of each kind in turn, beginning with another kind for
    another passage."""
    makers: dict[How, Callable[[], Iterator[str]]] = {
        "before": lambda: iter((parts.before(passage, true),)),
        "year": lambda: _years(true, parts),
        "person": lambda: _people(true, parts),
        "place": lambda: _places(true, parts),
        "ending": lambda: _endings(passage, true, parts),
    }
    start = int(digest("hows", str(seed), passage.id), 16) % (len(HOWS) - 1)
    turned = (HOWS[0], *HOWS[1 + start :], *HOWS[1 : 1 + start])
    coming = {how: makers[how]() for how in turned}
    found: list[tuple[How, str]] = []
    seen = {_flat(true)}
    while coming and len(found) < FALSE:
        for how in list(coming):
            text = next((t for t in coming[how] if _fits(t, true) and _flat(t) not in seen), None)
            if text is None:
                del coming[how]
                continue
            seen.add(_flat(text))
            found.append((how, text))
            if len(found) == FALSE:
                break
    return tuple(found)


def _fits(text: str, true: str) -> bool:
    return bool(text) and abs(len(text) - len(true)) <= LENGTH * len(true)


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _years(true: str, parts: _Parts) -> Iterator[str]:
    """All years moved alike, to others within the years of the life."""
    here = [int(y) for y in _YEAR.findall(true)]
    if not here or len(parts.years) < 2:
        return
    for by in _shuffled([b for b in range(-9, 10) if abs(b) > 1], true, parts.seed):
        moved = [y + by for y in here]
        if parts.years[0] <= min(moved) and max(moved) <= parts.years[-1]:
            yield _YEAR.sub(lambda m, by=by: str(int(m[0]) + by), true)  # type: ignore[misc]


def _people(true: str, parts: _Parts) -> Iterator[str]:
    """Another person of the same gender in the place of one."""
    for name, (gender, called) in parts.people.items():
        if not _named(name, true):
            continue
        others = {c for g, c in parts.people.values() if g == gender and c != called and not _named(c, true)}
        for other in _shuffled(sorted(others), true, parts.seed):
            yield re.sub(rf"\b{re.escape(name)}\b", other, true)


def _places(true: str, parts: _Parts) -> Iterator[str]:
    for place in parts.places:
        if not _is_place(place, true):
            continue
        for other in _shuffled([p for p in parts.places if not _named(p, true)], true, parts.seed):
            yield re.sub(rf"\b{re.escape(place)}\b", other, true)


def _endings(passage: Telling, true: str, parts: _Parts) -> Iterator[str]:
    """Its first sentence, which says what it is about, with the end of another anecdote."""
    opening = " ".join(passage.sentences[0].split())
    if not true.startswith(opening) or len(opening) > 0.7 * len(true):
        return
    for other, _ in _shuffled([p for p in parts.anecdotes if p[0].note != passage.note], true, parts.seed):
        text = opening
        for sentence in other.sentences[1:]:
            text = f"{text} {' '.join(sentence.split())}"
            if _fits(text, true):
                yield text
                break


def _is_place(name: str, text: str) -> bool:
    """Whether a text has it where only a place stands: not in "in Bank Nifty options"."""
    return re.search(rf"{_AT}{re.escape(name)}{_AFTER_PLACE}", text) is not None


def _named(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _shuffled(values: Sequence[T], text: str, seed: int) -> list[T]:
    order = sorted(range(len(values)), key=lambda i: digest("order", str(seed), text, str(i)))
    return [values[i] for i in order]
