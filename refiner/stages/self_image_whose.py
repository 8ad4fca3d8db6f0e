"""Whose a trait is in a sentence that holds its words: who the last subject before them is. Plain patterns, pure.

Precision before recall: where somebody else may be meant, the sentence is nobody's evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from refiner.checks.trait_words import Hit
from refiner.config import PersonaSide
from refiner.language import lexicon
from refiner.models import Note
from refiner.phrases import phrase
from refiner.stages.people import ADDRESSES, RELATIONS
from refiner.stages.self_image_words import side_names

Voice = Literal["narrator", "author", "quoted"]
Whose = Literal["narrator", "other", ""]

KIN = "|".join(sorted(map(re.escape, RELATIONS), key=len, reverse=True))
# "My brother" in a note about the narrator is the narrator as likely as not. "My father" is somebody else.
_EQUAL = re.compile(
    r"(?:brother|sister|son|daughter|nephew|niece|cousin|husband|wife|boyfriend|girlfriend|friend|partner|roommate"
    r"|flatmate|classmate|batchmate|teammate|colleague|student|grandson|granddaughter)\Z",
    re.I,
)
_SUBJECT = phrase(
    rf"\b(?P<kin>(?:my|our|his|her|their|your) (?:\w+ ){{0,2}}(?:{KIN}))\b"
    r"|\b(?P<i>I|we)\b|\b(?P<he>he)\b|\b(?P<she>she)\b|\b(?P<you>you|your)\b"
    r"|\b(?P<other>they|who|somebody|someone|everybody|everyone|anybody|nobody|people)\b"
    r"|\b(?P<thing>(?:the|a|an|this|that|these|those|each|every|some|another|my|our|his|her|their|its))(?= \w)"
    r"|\b(?P<name>[A-Z][\w'’-]+)",
    re.I,
)
_PLACE = re.compile(
    r"(?:\A|[,.;:!?()—–-]|\b(?:and|but|or|so|that|because|since|as|when|while|if|whether|how|why|then|before|after|until"
    r"|says?|said|thinks?|thought))\s*[\"“'‘*_]*\Z",
    re.I,
)
_TIME = re.compile(
    r"\b(?:days?|nights?|evenings?|afternoons?|mornings?|weeks?|weekends?|months?|years?|times?|moments?|minutes?|hours?"
    r"|summer|winter|monsoon|autumn|spring|terms?|holidays?|birthdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.I,
)
_FINITE = re.compile(r"\b(?:was|were|is|are|am|has|had|have|did|does|went|got|became|would|will)\b|['’]s\b", re.I)
_VERB = re.compile(r"(?:ed|[^s]s)\Z", re.I)


def whose(note: Note, text: str, hit: Hit, voice: Voice, narrator: PersonaSide) -> Whose:
    """Who the last subject before a trait's word is; "" where nobody is named ("Shouted at her")."""
    called = side_names(narrator)
    he = "he" if narrator.gender == "male" else "she"
    last: Whose = ""
    another = False  # somebody else was named whom "he" may mean
    for m in _candidates(note, text, hit):
        kind, word = m.lastgroup, m[0]
        if kind == "i":
            last = "narrator" if voice == "narrator" else "other"
        elif kind == "you":
            last = "narrator" if voice == "quoted" else "other" if voice == "author" else last
        elif kind == "name" and bare(word) in called:
            last = "narrator"
        elif kind in ("he", "she"):
            last = "narrator" if voice == "author" and kind == he and not another else "other"
        elif kind == "kin" and voice == "author" and re.match(r"my\s", word, re.I) and _EQUAL.search(word):
            last = ""
        else:
            last = "other"
            another = another or kind in ("kin", "name")
    if voice == "quoted" and last == "" and re.search(r"\byour?\b", text, re.I):
        return "narrator"  # "liar, your last seen is a minute ago"
    return last


def _candidates(note: Note, text: str, hit: Hit) -> Iterator[re.Match[str]]:
    """What can be the subject of a word: pronouns, and who or what is named where a clause begins."""
    for m in _SUBJECT.finditer(text, 0, hit.start):
        kind = m.lastgroup
        if kind == "name" and not (m[0][0].isupper() and is_name(note, m[0])):
            continue
        if kind in ("kin", "name", "thing") and not _PLACE.search(text, 0, m.start()):
            continue  # "I told Papa lies": an object
        if kind == "thing" and not _does(text[m.end() : hit.start], text[hit.start : hit.end]):
            continue
        yield m


def _does(between: str, word: str) -> bool:
    """Whether the thing that a clause begins with does what the word says: "The conductor shouted", "My boss was
    furious", but not "My temper", "The next day shouted at her"."""
    clause = re.split(r"[,;:—–]", between)
    if len(clause) > 1 or not between.strip() or _TIME.search(between):
        return False
    return bool(_FINITE.search(between) or _VERB.search(word))


def bare(word: str) -> str:
    """A name without the s of possession, lower case."""
    return re.sub(r"['’]s?$", "", word).casefold()


def is_name(note: Note, word: str) -> bool:
    """Whether a word with a capital is a name: a known one, an address, or one with a capital within sentences too."""
    plain = re.sub(r"['’]s?$", "", word)
    return plain in ADDRESSES or lexicon.gender_of_name(plain) is not None or plain in _capitals(note.text)


@lru_cache(maxsize=64)
def _capitals(text: str) -> frozenset[str]:
    return frozenset(m[1] for m in re.finditer(r"(?<=[a-z,] )([A-Z][a-zà-ÿ]+)\b", text)) - {"I"}
