"""Who else is in a note, by simple evidence: "my brother Mohit", "Ritu, my friend", "Amma". No guess at a gender."""

from __future__ import annotations

import re

from refiner.chat_lines import is_chat, line_of
from refiner.config import PersonaSide
from refiner.models import Gender, Note, Person, Sentence
from refiner.phrases import phrase

_MALE = (
    "brother father dad daddy son uncle nephew grandfather grandson husband boyfriend fiancé father-in-law"
    " brother-in-law son-in-law stepfather stepbrother godfather"
)
_FEMALE = (
    "sister mother mum mom mummy daughter aunt niece grandmother granddaughter wife girlfriend fiancée mother-in-law"
    " sister-in-law daughter-in-law stepmother stepsister godmother"
)
_EITHER = (
    "friend cousin colleague neighbour neighbor roommate flatmate classmate teammate batchmate teacher boss manager"
    " partner senior junior tutor coach mentor student child twin doctor guru"
)
RELATIONS: dict[str, Gender | None] = {
    **dict.fromkeys(_MALE.split(), "male"),
    **dict.fromkeys(_FEMALE.split(), "female"),
    **dict.fromkeys(_EITHER.split(), None),
}
# What people are called by their place in the family, without a name: word -> (relation, gender).
_CALLED: tuple[tuple[str, Gender, str], ...] = (
    ("mother", "female", "Amma Mummy Maa Aai Ammi Mum Mom"),
    ("father", "male", "Appa Achan Papa Baba Abbu Dad Bapu"),
    ("grandfather", "male", "Nana Dada Ajja Aajoba Thatha Appachan Grandpa"),
    ("grandmother", "female", "Nani Dadi Aaji Ajji Paati Ammamma Ammachi Grandma Granny"),
    ("elder brother", "male", "Chettan Anna Bhaiya"),
    ("elder sister", "female", "Chechi Akka Didi"),
)
ADDRESSES: dict[str, tuple[str, Gender]] = {
    name: (relation, gender) for relation, gender, names in _CALLED for name in names.split()
}

_NAME = r"[A-Z][a-zà-ÿ]+(?:[-'][A-Z]?[a-z]+)?(?: (?!(?:The|And|But|He|She|It|We|I)\b)[A-Z][a-zà-ÿ]+)?"
_KIN = "|".join(sorted((re.escape(r) for r in RELATIONS), key=len, reverse=True))
_ADJECTIVE = (
    r"(?:(?:elder|older|younger|little|big|small|best|old|dear|late|first|second|good|close|oldest|eldest|youngest|twin"
    r"|paternal|maternal|school|college|childhood|only) ){0,2}"
)
_MY = phrase(rf"\b(?:my|our|My|Our) (?P<adj>{_ADJECTIVE})(?P<rel>{_KIN}),? (?P<name>{_NAME})")
_MY_TWO = phrase(
    rf"\b(?:my|our|My|Our) {_ADJECTIVE}(?P<rel>{_KIN})s,? (?P<a>{_NAME})(?:,| and) (?:and )?(?P<b>{_NAME})"
)
_APPOSED = phrase(rf"\b(?P<name>{_NAME}), (?:who (?:is|was) )?(?:my|our) (?P<adj>{_ADJECTIVE})(?P<rel>{_KIN})\b")
_IS = phrase(rf"\b(?P<name>{_NAME}) (?:is|was) (?:my|our) (?P<adj>{_ADJECTIVE})(?P<rel>{_KIN})\b")
_ADDRESS = re.compile(rf"\b(?:{'|'.join(ADDRESSES)})\b")
_NO_NAMES = frozenset(
    [
        "The",
        "And",
        "But",
        "He",
        "She",
        "It",
        "We",
        "They",
        "In",
        "On",
        "At",
        "When",
        "Then",
        "So",
        "My",
        "Our",
        "His",
        "Her",
        "Their",
        "This",
        "That",
        "Who",
        "What",
        "Why",
        "How",
        "If",
        "Since",
        "After",
        "Before",
        "Once",
        "And",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
)


def people_of(note: Note) -> tuple[Person, ...]:
    """The people that a note names together with who they are to the narrator, in order of first mention."""
    found: dict[str, Person] = {}

    def add(name: str, relation: str, gender: Gender | None) -> None:
        name, relation = " ".join(name.split()), " ".join(relation.split())
        if name.split()[0] in _NO_NAMES or name in found:
            return
        found[name] = Person(names=(name,), relation=relation, gender=gender, notes=(note.path,))

    for sentence in note.sentences:
        places: list[tuple[int, str, str, Gender | None]] = []
        for pattern in (_MY, _APPOSED, _IS):
            for m in pattern.finditer(sentence.text):
                gender = RELATIONS[m["rel"]] or _pronoun(sentence.text, m)
                places.append((m.start(), m["name"], (m["adj"] + m["rel"]).strip(), gender))
        for m in _MY_TWO.finditer(sentence.text):
            places += [(m.start(), m[key], m["rel"], RELATIONS[m["rel"]]) for key in ("a", "b")]
        for m in _ADDRESS.finditer(sentence.text):
            if not re.match(r"['’]s\s+(?:\w+\s+)?friend", sentence.text[m.end() :]):
                places.append((m.start(), m[0], *ADDRESSES[m[0]]))
        for _, name, relation, gender in sorted(places, key=lambda p: p[0]):
            add(name, relation, gender)
    return tuple(found.values())


def _pronoun(text: str, match: re.Match[str]) -> Gender | None:
    """The gender that a pronoun right after the name shows, where nobody else is named in between."""
    rest = text[match.end() :]
    pronoun = re.search(r"\b(he|him|his|she|her|hers)\b", rest, re.I)
    if not pronoun or re.search(rf"\b(?:{_KIN})\b|[a-z,]\s+[A-Z][a-z]", rest[: pronoun.start()]):
        return None
    return "male" if pronoun[1].lower() in ("he", "him", "his") else "female"


def said_by_another(note: Note, sentence: Sentence, narrator: PersonaSide) -> bool:
    """A line of a chat that somebody else wrote, or a sentence that is a quotation as a whole."""
    if re.fullmatch(r"[\"“][^\"“”]*[\"”]", sentence.text.strip()):
        return True
    if not is_chat(note):
        return False
    line = line_of(note, sentence.start)
    own = {"me", "i", *(n.casefold() for n in (*narrator.nicknames, *narrator.handles, narrator.name))}
    own |= {part for n in (narrator.name,) for part in n.casefold().split()}
    return line is not None and line.who.casefold() not in own
