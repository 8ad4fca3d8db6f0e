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
from refiner.stages.compose_wording import base_form, third_person_verb

_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w'’-]*(?:[ \t]+(?:of[ \t]+)?(?!I\b)(?=[A-Z])[A-Z][\w'’-]*)*")
_PLACE_BEFORE = re.compile(r"\b(?:in|near|outside|towards?)[ \t]+$")
_TOWARDS = re.compile(r"\b(?:at|to|from|through|left|reached|of)[ \t]+$")
_QUOTED = re.compile(r'"[^"]{1,400}"|“[^”]{1,400}”')
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


def names_in(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """(words that have a capital inside a sentence, words that stand in small letters) in a whole life, lower case.

    The first are names even where they begin a sentence; the second are none where they have a capital by chance.
    """
    named: set[str] = set()
    small: set[str] = set()
    for text in texts:
        small |= {w for w in words(text) if w[0].islower()}
        for match in _CAPITAL.finditer(text):
            if not _begins(text, match.start()):
                named |= {w.casefold() for w in match[0].split()}
    return frozenset(named - {w for w in named if w in small}), frozenset(small)


def _begins(text: str, at: int) -> bool:
    return not re.search(r"[\w,;)’'-][ \t]+$", text[:at])


def topics(
    text: str,
    people: Sequence[Person],
    own_names: frozenset[str],
    life: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
) -> list[Topic]:
    """Topics of a passage, people first, then places, then things; none is the narrator.

    What stands in quotation marks is left out: in "my son", said by a father, nobody's son is meant but the narrator.
    """
    text = _QUOTED.sub(lambda m: " " * (len(m[0]) - 1) + ".", text)
    known = {n.casefold(): p for p in people for n in p.names}
    doc = _doc(text)
    persons, places = _entities(doc, {"PERSON"}), _entities(doc, {"GPE", "LOC", "FAC"})
    out: list[Topic] = []
    for match in _CAPITAL.finditer(text):
        parts = re.sub(r"['’]s$|[’'-]+$", "", match[0]).split()
        if _begins(text, match.start()) and parts[0].casefold() not in known and parts[0].casefold() not in life[0]:
            parts = parts[1:]  # a capital at the beginning of a sentence says nothing
        while parts and (parts[0].casefold() in _NO_NAME or parts[0] == "of"):
            parts = parts[1:]
        name = " ".join(parts)
        low = name.casefold()
        if not parts or len(name) < 3 or parts[0].casefold() in own_names or low in own_names:
            continue
        if len(parts) == 1 and low in life[1] and low not in known:
            continue
        near = text[: match.start()]
        if low in known or parts[0].casefold() in known and len(parts) == 1 or name in persons - places:
            out.append(Topic("person", name))
        elif _PLACE_BEFORE.search(near) or name in places and _TOWARDS.search(near):
            out.append(Topic("place", name))
        else:
            out.append(Topic("topic", name))
    for match in _KIN_TOPIC.finditer(text):
        if match[1].split()[-1] in _people_words():
            out.append(Topic("person", f"your {match[1]}"))
    out += _things(doc)
    order = {"person": 0, "place": 1, "topic": 2}
    first = {normal(t.words): t for t in reversed(sorted(out, key=lambda t: order[t.kind]))}
    return sorted(first.values(), key=lambda t: (order[t.kind], out.index(t)))


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
    return sorted(found, key=lambda t: (seen[normal(t.words)] > 3, order[t.kind], seen[normal(t.words)]))


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


def in_past(label: str) -> str:
    """A label in the present, "moves to Pune", in the past; "" where that is no matter of the first word alone."""
    first, _, rest = label.partition(" ")
    if re.search(r"\b(?:and|but|then)\s+[a-z-]+s\b|\b(?:is|has|does|will|can|who|that|when)\b", rest):
        return ""
    base = base_form(first.lower())
    irregular = dict(pair.split(":") for pair in listed("irregular"))
    if base in irregular:
        past = irregular[base]
    elif base.endswith("e"):
        past = base + "d"
    elif re.search(r"[^aeiou]y$", base):
        past = base[:-1] + "ied"
    elif re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]", base):
        past = base + base[-1] + "ed"  # stop, plan, drop
    else:
        past = base + "ed"
    return f"{past} {rest}".strip()


def did(label: str) -> str:
    """The label as a clause about "you", after "when": "moved to Pune" -> "you moved to Pune"; "" where it is none."""
    shape, text = _shape(label)
    if shape == "clause":
        return to_you(text)
    if shape == "did":
        return "you " + to_you(text)
    if shape == "present" and (past := in_past(text)):
        return "you " + to_you(past)
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
    if shape == "present":
        text = in_past(text)
        return f"{name} {text}." if text else ""
    if shape == "did":
        return f"{name} {text}."
    return f"{name} was {text}." if shape == "passive" else ""
