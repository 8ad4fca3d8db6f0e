"""What a sentence is by itself: whether it can be understood alone, how it is told in the third person, and of what it
gives her view. Pure, but for spaCy's parse; what is not sure is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from refiner.stages.composing.deeds import CLAUSES, OTHERS, in_quotes, parsed, subject_of
from refiner.stages.composing.text import listed, lower_first, to_you, words

_HE = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_THEY = ("they", "them", "their", "theirs", "themselves")
_POINTING = ("same", "other", "others", "such", "above", "former", "latter", "following")
_FIRST_WORD = re.compile(r"[\w’']+")


@cache
def person_words() -> frozenset[str]:
    """Common words for people: kin, roles, boy and girl."""
    from refiner.language.lexicon import table
    from refiner.language.lexicon import words as known

    kin = set(table("male", ("kin",))) | set(table("female", ("kin",)))
    more = {"parents", "friend", "friends", "cousin", "boss", "teacher", "baby", "child", "kid", "neighbour", "doctor"}
    return frozenset(kin | known("people", "roles") | more)


def stands_alone(text: str) -> bool:
    """Whether a sentence can be understood without those around it.

    It cannot where a pronoun has nothing before it in the sentence that it could mean, where it begins or points with
    a word that needs a sentence before ("such", "the other"), or where it has no verb at all.
    """
    doc = parsed(text)
    if doc is None:
        return False
    first = _FIRST_WORD.search(text)
    if first is None or first[0].lower() in listed("points") or text[:1].islower() and first[0] != "i":
        return False
    if not any(t.pos_ in ("VERB", "AUX") and t.tag_ in ("VBD", "VBP", "VBZ", "MD") for t in doc):
        return False
    seen = 0
    persons: set[str] = set()
    meant: set[str] = set()
    for token in doc:
        low = token.lower_
        if token.pos_ in ("NOUN", "PROPN") and token.text[:1].isalpha():
            seen += 1
            if token.pos_ == "PROPN" or token.lemma_.lower() in person_words():
                persons.add(low)
        elif low in _HE:
            meant.add(_HE[low])
            # Two genders need two people before them.
            if len(persons) < len(meant):
                return False
        elif low in _THEY:
            if not seen:
                return False
        elif low in ("it", "its", "itself"):
            impersonal = token.dep_ == "expl" or token.i == 0 and token.head.lemma_ in listed("impersonal")
            if not seen and not impersonal:
                return False
        elif low in ("this", "that", "these", "those"):
            if token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "det"):
                return False
        elif low in _POINTING or low in ("then", "there") and token.dep_ == "advmod" and token.i < 2:
            return False
    return True


def view(text: str) -> str:
    """What a sentence gives her view of, in words to her: "I cannot abide hurling on the television" -> "hurling on the
    television", "I think that Joe is the best man" -> "Joe". "" where it gives none, or of what only the note knows.
    """
    doc = parsed(text)
    root = next((t for t in doc if t.head.i == t.i), None) if doc is not None else None
    if root is None or root.lemma_.lower() not in listed("views") or "?" in text:
        return ""
    helpers = {c.lower_ for c in root.children if c.dep_ in ("aux", "neg")}
    subject = subject_of(root)
    if subject is None or subject.lower_ != "i" or helpers - {"do", "not", "n't", "can", "ca", "could", "never"}:
        return ""
    if root.tag_ not in ("VBP", "VB") or in_quotes(doc, root):
        return ""
    thing = next((c for c in root.children if c.dep_ in ("dobj", "xcomp") and c.i > root.i), None)
    said = next((c for c in root.children if c.dep_ == "ccomp" and c.i > root.i), None)
    if thing is None and said is not None:
        thing = next((c for c in said.children if c.dep_ in ("nsubj", "nsubjpass")), None)
    if thing is None or thing.pos_ not in ("NOUN", "PROPN") and thing.tag_ != "VBG":
        return ""
    if any(c.dep_ in ("relcl", "acl") for c in thing.children) or thing.lemma_.lower() in listed("dull"):
        return ""  # "people who honk": of which people only the clause tells
    first = next((c.i for c in thing.children if c.dep_ == "prep" and c.i > thing.i), -1)
    inside = [t for t in thing.subtree if t.i <= thing.i or all(_close(a, first) for a in _up(t, thing))]
    phrase = text[inside[0].idx : inside[-1].idx + len(inside[-1].text)].strip(" ,;:")
    if len(words(phrase)) > 7 or OTHERS.search(phrase) or re.search(r"[\"“”()\[\],;:?!]", phrase):
        return ""
    return to_you(lower_first(phrase) if thing.pos_ != "PROPN" else phrase)


def _close(token: Any, first: int) -> bool:
    """Whether a word still belongs to what is spoken of: no clause, and of several prepositions only the first."""
    return bool(token.dep_ not in CLAUSES and (token.dep_ != "prep" or token.i == first))


def _up(token: Any, to: Any) -> Iterator[Any]:
    """A token and those above it, below `to`."""
    while token.i != to.i:
        yield token
        token = token.head


def third_person(text: str, name: str, *, female: bool) -> str:
    """A sentence that she tells about herself, told about her: "I grew a fringe" -> "Anjali grew a fringe".

    "" where more than her own words would have to change: present tense, "we", "you", speech, another woman's "her".
    """
    doc = parsed(text)
    if doc is None:
        return ""
    low = {t.lower_ for t in doc}
    her = {"she", "her", "hers", "herself"} if female else {"he", "him", "his", "himself"}
    if (
        not low & {"i", "my", "me"}
        or low & her
        or low & {"we", "us", "our", "ours", "ourselves", "you", "your", "yours"}
    ):
        return ""
    if re.search(r"[\"“”‘?!:*_]|(?<!\w)'|\bI['’](?:m|ve|ll)\b|\bi\b", text):
        return ""
    she, object_, own, self_ = ("she", "her", "her", "herself") if female else ("he", "him", "his", "himself")
    named = False
    out = ""
    for token in doc:
        word = token.lower_
        if token.tag_ in ("VBP", "VBZ") or word in ("am", "today", "now", "yesterday", "ago", "tomorrow"):
            return ""
        if word == "i":
            if token.dep_ not in ("nsubj", "nsubjpass"):
                return ""
            said = she if named else name
            named = True
        elif word == "my":
            said = own if named else f"{name}’s"
            named = True
        elif word in ("me", "mine", "myself"):
            if not named and word != "me":
                return ""
            said = {"me": object_ if named else name, "mine": "hers" if female else "his", "myself": self_}[word]
            named = True
        else:
            said = token.text
        out += said + token.whitespace_
    return out[:1].upper() + out[1:] if named else ""
