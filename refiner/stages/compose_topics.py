"""What a passage is about, in words fit for a question: people, places, things, what she did. Pure.

Topics come from the refined passage itself, so a question can say nothing that the answer's own note does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from refiner.errors import RefinerError
from refiner.models import Person
from refiner.stages.compose_text import listed, normal, to_you, words
from refiner.stages.compose_when import MONTHS
from refiner.stages.compose_wording import third_person_verb

_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w'’-]*(?:\s+(?:of\s+|the\s+|and\s+)?(?=[A-Z])[A-Z][\w'’.-]*)*", re.UNICODE)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|to|from|near|towards?|through|outside|reach(?:ed)?|left)\s+$")
_KIN_TOPIC = re.compile(
    r"\b[Mm]y ((?:(?:elder|older|younger|little|big|best|late|old|first|only)\s+)?[a-z]+(?:-in-law)?)\b"
)
_NO_NAME = frozenset(
    [
        "i",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "mr",
        "mrs",
        "ms",
        "dr",
        "sir",
        "madam",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "god",
        "english",
        "ok",
    ]
) | {m.casefold() for m in MONTHS}
_NO_CHUNK = re.compile(
    r"(?:all|some|many|much|no|any|every|each|another|both|more|most|few|several|this|that|these|those|what|which|whose|how"
    r"|enough|such|half|only|same|other|one|two|three|four|five|six|seven|eight|nine|ten|\d\S*)\b",
    re.I,
)


@dataclass(frozen=True)
class Topic:
    """Words for a question: `words` fits after "about"."""

    kind: str  # person place topic
    words: str


@cache
def _people_words() -> frozenset[str]:
    from refiner.language.lexicon import table
    from refiner.language.lexicon import words as known

    out = set(table("male", ("kin",))) | set(table("female", ("kin",)))
    return frozenset(out | known("people", "roles") | {"parents", "friend", "friends", "cousin", "boss", "teacher"})


def _doc(text: str) -> object | None:
    from refiner.language.parse import parse

    try:
        return parse(text)
    except RefinerError:  # no model installed: names and kin are found without one
        return None


def topics(text: str, people: Sequence[Person], own_names: frozenset[str]) -> list[Topic]:
    """Topics of a passage, people first, then places, then things; none is the narrator."""
    known = {n.casefold(): p for p in people for n in p.names}
    doc = _doc(text)
    named_people = _entities(doc, {"PERSON"})
    out: list[Topic] = []
    for match in _CAPITAL.finditer(text):
        name = re.sub(r"['’]s$|[.'’-]+$", "", match[0])
        first = name.split()[0].casefold()
        begins = not re.search(r"[\w,;:)'\"’”-]\s+$", text[: match.start()])
        low = name.casefold()
        if first in _NO_NAME or first in own_names or low in own_names or len(name) < 3:
            continue
        if begins and low not in known and (" " not in name or len(name.split()[0]) < 4):
            continue  # a capital at the beginning of a sentence says nothing
        if (
            low in known
            or (first in known and " " not in name)
            or name in named_people
            and not _PLACE_BEFORE.search(text[: match.start()])
        ):
            out.append(Topic("person", name))
        elif _PLACE_BEFORE.search(text[: match.start()]):
            out.append(Topic("place", name))
        else:
            out.append(Topic("topic", name))
    for match in _KIN_TOPIC.finditer(text):
        if match[1].split()[-1] in _people_words():
            out.append(Topic("person", f"your {match[1]}"))
    out += _things(doc)
    order = {"person": 0, "place": 1, "topic": 2}
    unique = {normal(t.words): t for t in reversed(out)}
    return sorted((t for t in dict.fromkeys(out) if unique.get(normal(t.words)) == t), key=lambda t: order[t.kind])


def _entities(doc: object | None, labels: set[str]) -> set[str]:
    return {e.text for e in getattr(doc, "ents", ()) if e.label_ in labels}


def _things(doc: object | None) -> list[Topic]:
    """Noun chunks that have a head worth asking for: "the neighbour's dog", "your first job"."""
    out = []
    for chunk in getattr(doc, "noun_chunks", ()):
        head = chunk.root
        phrase = chunk.text.strip(" \"'“”‘’")
        if (
            head.pos_ != "NOUN"
            or head.text.casefold() in listed("dull")
            or _NO_CHUNK.match(phrase)
            or not 1 <= len(words(phrase)) <= 4
        ):
            continue
        if re.search(r"[^\w\s'’-]", phrase) or len(head.text) < 3 or head.text.casefold() in _people_words():
            continue
        phrase = re.sub(r"^(?:an?|A|An)\s+", "the ", phrase)
        phrase = re.sub(r"^(?:The)\b", "the", phrase)
        if re.match(r"(?:his|her|its|their)\b", phrase, re.I):
            continue  # whose it is does not show in the question
        phrase = to_you(phrase)
        if phrase[:1].isupper() and not phrase.split()[0].isupper():
            phrase = phrase[:1].lower() + phrase[1:]
        out.append(Topic("topic", phrase))
    return out


def rarest(found: Iterable[Topic], seen: Counter[str]) -> list[Topic]:
    """The topics in order of how few passages have them, which are the telling ones; kinds stay in their order."""
    order = {"person": 0, "place": 0, "topic": 1}
    return sorted(found, key=lambda t: (order[t.kind], seen[normal(t.words)]))


# ---- labels of events ----------------------------------------------------------------------------------------------


def _shape(label: str) -> tuple[str, str]:
    """("did" | "passive" | "clause" | "present" | "thing" | "", words) of a label."""
    label = label.strip()
    sentence = label.endswith((".", "!"))
    label = label.rstrip(".!")
    if not label or len(words(label)) > 16 or re.search(r"[?;:\"“”…\n]|[.!] ", label):
        return "", label
    if match := re.match(r"I\s+(?:(?:just|finally|first|suddenly|once|really|then)\s+)?(\w+)", label):
        verb = match[1].lower()
        return ("clause", label) if verb in listed("past") or verb.endswith("ed") else ("", label)
    if sentence or re.search(r"\bI\b", label):
        return "", label  # a sentence of a note, of which only "I did …" is understood
    first, *rest = label.split()
    low = first.lower()
    # "selected for the team" happened to her, "rejected the offer" is what she did; "bitten" can only be the first.
    object_ = bool(rest) and rest[0].lower() in listed("objects")
    if (
        low in listed("participles")
        or low.endswith("ed")
        and rest[:1] == ["by"]
        or low in listed("either")
        and not object_
    ):
        return "passive", label
    if first[0].islower() or not any(w[:1].isupper() for w in rest):
        label = low + label[len(first) :]
    if (
        low in listed("past")
        or re.fullmatch(r"[a-z]+ed", low)
        and low not in ("bed", "red", "wed", "need", "seed", "speed", "feed")
    ):
        return "did", label
    if low in (
        "he",
        "she",
        "they",
        "we",
        "it",
        "there",
        "when",
        "in",
        "on",
        "after",
        "before",
        "then",
        "at",
        "to",
        "not",
        "never",
    ):
        return "", label
    if third_person_verb(label):
        return "present", label
    return "thing", label


def did(label: str) -> str:
    """The label as a clause about "you", after "when": "moved to Pune" -> "you moved to Pune"; "" where it is none."""
    shape, text = _shape(label)
    if shape == "clause":
        return to_you(text)
    if shape == "did":
        return "you " + to_you(text)
    return "you were " + to_you(text) if shape == "passive" else ""


def thing(label: str) -> str:
    """The label as a thing, after "about": "first job" -> "your first job", "therapy"; "" where it is none."""
    shape, text = _shape(label)
    if shape != "thing":
        return ""
    text = to_you(text)
    return f"your {text}" if text.split()[0] in ("first", "last", "only", "second", "third") else text


def names_something(label: str) -> bool:
    """Whether a label can stand in a record after a date, "2014: eats biryani at a friend's house"."""
    return _shape(label)[0] in ("thing", "present")


def happened(label: str, name: str, gender_third: str) -> str:
    """The label as a sentence about her, without the time: "Anjali moved to Pune."; a noun as a record of its own.

    `gender_third` is the label turned into the third person.
    """
    shape, _ = _shape(label)
    _, text = _shape(gender_third)
    if shape == "clause":
        return f"{text}."
    if shape == "did":
        return f"{name} {text}."
    return f"{name} was {text}." if shape == "passive" else ""
