"""The subject and the addressee of a verb of saying, read from the parse, and the party that a noun stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refiner.language import lexicon
from refiner.language.quotes import NARRATOR, Party


def subject_of(verb: Any, quote_after: bool) -> Any | None:
    subj = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]
    if subj:
        return subj[0]
    if verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX"):
        return subject_of(verb.head, quote_after)
    if verb.dep_ == "xcomp" and verb.head.pos_ in ("VERB", "AUX"):
        return subject_of(verb.head, quote_after)
    right = [t for t in verb.doc[verb.i + 1 : verb.i + 7] if not t.is_space]
    for t in right:  # "said the clerk", "said Pintoo"
        if t.is_punct or t.pos_ == "ADP":
            break
        if t.pos_ in ("NOUN", "PROPN", "PRON") and not (
            t.i + 1 < len(verb.doc) and t.nbor().pos_ in ("NOUN", "PROPN") and t.dep_ == "compound"
        ):
            return t
    if verb.dep_ in ("advcl", "xcomp", "acl", "ccomp", "pcomp") and verb.head.pos_ in ("VERB", "AUX"):
        return subject_of(verb.head, quote_after)
    return None


def addressee_of(verb: Any, subject: Any | None) -> Any | None:
    for c in verb.children:
        if c is subject:
            continue
        if (
            c.dep_ in ("dobj", "dative", "iobj")
            and c.pos_ in ("NOUN", "PROPN", "PRON")
            and verb.lemma_
            in (
                "tell",
                "ask",
                "inform",
                "remind",
                "assure",
                "warn",
                "order",
                "promise",
                "advise",
                "beg",
                "instruct",
                "greet",
                "call",
                "scold",
                "command",
            )
        ):
            return c
        if c.dep_ in ("prep", "dative") and (
            c.lower_ == "to"
            or c.lower_ == "at"
            and verb.lemma_ in ("shout", "yell", "snap", "scream", "bark", "call", "growl")
        ):
            for o in c.children:
                if o.dep_ == "pobj":
                    return o
    return None


def party_of(token: Any, base: int, is_me: Callable[[Any], bool]) -> Party:
    """The party that a noun or pronoun of the block stands for."""
    span = (base + token.idx, base + token.idx + len(token.text))
    low = token.lower_
    if low in ("i", "me", "myself"):
        return replace(NARRATOR, span=span)
    if is_me(token):
        return Party("narrator", noun=token.text, span=span)
    if low in ("we", "us", "you", "it", "they", "them", "who", "that", "this", "which"):
        return Party("other" if low not in ("we", "us") else "unknown", None, low, False, span)
    gender = lexicon.gender_of_word(low) or (lexicon.gender_of_name(token.text) if token.text[:1].isupper() else None)
    mine = any(c.lower_ in ("my", "our") for c in token.children if c.dep_ == "poss")
    return Party("other", gender, low, mine, span)
