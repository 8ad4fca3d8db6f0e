"""A reading with its evidence, and the small tests on words that several rules share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from refiner.language import lexicon
from refiner.language.people import Mention
from refiner.language.quotes import Frame
from refiner.language.scene import Scene

ASK_SPEECH = 0.22  # a third-person word in speech that nothing in the speech explains: at least a question
EPITHETS = (
    "boy",
    "man",
    "guy",
    "lad",
    "fellow",
    "chap",
    "girl",
    "woman",
    "lady",
    "lass",
    "kid",
    "bloke",
    "gentleman",
    "fella",
    "dude",
    "ladka",
    "ladki",
)


ANIMAL = re.compile(
    r"\b(?:dog|puppy|pup|cat|kitten|horse|pony|donkey|mule|cow|calf|bull|bullock|buffalo|goat|kid|sheep|ram|"
    r"parrot|tortoise|rabbit|elephant|camel|monkey|hen|cock|pigeon|terrier|spaniel|mare|colt)\b",
    re.I,
)


@dataclass
class Reading:
    """The verdict on one mention: how sure it is that the narrator is meant (0..1), with the evidence in words."""

    confidence: float
    why: list[str] = field(default_factory=list)
    chain: int = -1  # start of the first of the pronouns that one answer settles, where there are several

    def add(self, weight: float, words: str) -> None:
        self.confidence += weight
        self.why.append(words)


def definite(m: Mention) -> bool:
    return any(
        c.lower_ in ("that", "this", "the", "our", "your", "my", "such")
        for c in m.token.children
        if c.dep_ in ("det", "poss", "predet", "amod")
    )


def vocative(scene: Scene, m: Mention) -> bool:
    """Whether a name calls somebody: set off by commas or alone at an end of the speech."""
    left = scene.text[max(0, m.start - 3) : m.start].rstrip()
    right = scene.text[m.end : m.end + 3].lstrip()
    if (
        right[:1] == "."
        and (frame := scene.frame_at(m.start)).kind != "base"
        and not re.search(r"\b(?:you|your)\b", scene.text[frame.start : frame.end], re.IGNORECASE)
    ):
        return False
    starts = not left or left[-1] in "\"“‘,.!?—–-*'("
    return starts and right[:1] in (",", "!", "?", ".", '"', "”", "") or left.endswith(",") and right[:1] in ',.!?"”'


def is_vocative(scene: Scene, start: int, end: int) -> bool:
    """Whether the word at the span calls somebody (see `vocative`)."""
    return vocative(scene, Mention(start, end, "", None, 0, "other"))


def speaker_relation(frame: Frame) -> str:
    """The kin word that the speaker is to the narrator ("mother"), or "" where it is not said."""
    noun = frame.speaker.noun
    if frame.speaker.role != "other" or not noun:
        return ""
    calls = lexicon.words("address", "parents") | lexicon.words("address", "elders")
    return noun if frame.speaker.mine or noun in calls else ""


def caption(frame: Frame) -> str:
    """The kind of a caption before a colon ("Item 2:" -> "item"), "" where a person speaks."""
    m = re.search(r"([A-Za-z]+)\s*[\d.]*\s*:\s*[\"“‘*_]*$", frame.attribution)
    return m[1].casefold() if m and not lexicon.is_role(m[1]) else ""


def said_of_me(token: Any) -> bool:
    """Whether a noun only says what the narrator is ("I was the third son", "as a boy I")."""
    head = token.head
    if token.dep_ == "attr" or token.dep_ == "pobj" and head.lower_ == "as":
        verb = head if token.dep_ == "attr" else head.head
        return any(c.dep_ in ("nsubj", "nsubjpass") and c.lower_ == "i" for c in verb.children)
    return False


def is_predicate(token: Any) -> bool:
    """Whether a noun says what somebody is ("she is a friend"): nobody new is named by it."""
    head = token.head
    if token.pos_ != "NOUN" and not (token.pos_ == "PROPN" and lexicon.is_role(token.lower_)):
        return False
    if token.dep_ in ("ROOT", "attr", "dep", "npadvmod") and any(c.lower_ in ("what", "such") for c in token.children):
        return True  # "What a gentleman!"
    if token.dep_ in ("attr", "oprd") or token.dep_ == "dobj" and head.lemma_ in ("become", "be"):
        return not any(c.dep_ == "expl" for c in head.children)
    return bool(token.dep_ == "pobj" and head.lower_ == "as")
