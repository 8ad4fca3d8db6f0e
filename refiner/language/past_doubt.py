"""Where the parse of a sentence is not believed: words that may be verbs although they were read as something else."""

from __future__ import annotations

from typing import Any

from refiner.language.past_clauses import Clause, shares_auxiliary
from refiner.language.past_forms import alike, is_verb, known, third_person
from refiner.language.past_words import table

_OBJECTS = ("DT", "PRP", "PRP$", "NN", "NNS", "NNP", "RB", "WP", "VBG")


def uncertain_coordination(doc: Any, found: list[Clause]) -> bool:
    """Whether a word joined by "and" may be one more verb of the narrator that was read as something else."""
    read = {c.head.i for c in found}
    if any(c.subject is None and not _joined_here(c) for c in found):
        return True
    for token in doc:
        if not token.i:
            continue
        if token.dep_ == "conj" and token.tag_ == "VBP" and _finite_beside_bare(token):
            return True
        if token.i in read:
            continue
        if token.tag_ == "VB" and token.dep_ in ("conj", "dep") and _stranded(token):
            return True
        if token.tag_ == "VB" and token.dep_ == "conj" and _own_adverb(token):
            return True
        if doc[token.i - 1].tag_ == "CC" and _like_a_verb(token):
            return True
        if token.dep_ != "conj":
            continue
        verb, other = token.head, token
        if other.tag_ in ("NN", "NNS", "JJ", "NNP") and verb.pos_ in ("VERB", "AUX") and verb.tag_ != "VBG":
            return True
    return False


def _finite_beside_bare(verb: Any) -> bool:
    """Whether a verb read as finite is joined to one behind an auxiliary: "I can eat ten and still want more"."""
    if any(c.dep_ in ("aux", "nsubj") for c in verb.children) or shares_auxiliary(verb):
        return False
    return verb.head.tag_ == "VB" and any(c.dep_ == "aux" for c in verb.head.children)


def _own_adverb(verb: Any) -> bool:
    """Whether an adverb parts the verb from "and", so that it may share no "to": "I have to win and never do"."""
    before = verb.doc[verb.i - 1]
    return bool(before.tag_ in ("RB", "RBR") and verb.i > 1 and verb.doc[verb.i - 2].tag_ in ("CC", ","))


def _joined_here(clause: Clause) -> bool:
    """Whether "and" or a comma stands before a verb that has no subject of its own, adverbs apart."""
    i = clause.finite.i - 1
    while i > 0 and (clause.finite.doc[i].tag_ in ("RB", "RBR") or clause.finite.doc[i].is_space):
        i -= 1
    return bool(i >= 0 and clause.finite.doc[i].tag_ in ("CC", ",", ":"))


def _like_a_verb(token: Any) -> bool:
    """Whether the word behind "and" has the form of a verb, or an object behind it, but is tagged as none."""
    if token.tag_.startswith(("VB", "MD")) or token.tag_ not in ("NN", "NNS", "JJ", "RB", "IN", "UH", "NNP"):
        return False
    if known(token.lower_):
        return True
    if token.tag_ not in ("NN", "JJ") or not is_verb(token.lower_):
        return False
    after = token.doc[token.i + 1].tag_ if token.i + 1 < len(token.doc) else ""
    before = token.doc[token.i - 2] if token.i > 1 else token
    return after in _OBJECTS or alike(before.lower_)


def _stranded(verb: Any) -> bool:
    """Whether a bare verb shares no "to" and no auxiliary with what it is joined to, and so may be finite."""
    top = verb
    while top.dep_ in ("conj", "dep") and top.head.i != top.i:
        if any(c.dep_ == "aux" for c in top.children):
            return False
        top = top.head
    return not any(c.dep_ == "aux" for c in top.children)


def misread_plural(doc: Any) -> bool:
    """Whether a noun in -s is more likely what somebody does: "my father drinks", "nobody minds"."""
    for before, token in zip(doc, doc[1:], strict=False):
        if token.tag_ != "NNS" or not any(is_verb(b) and third_person(b) == token.lower_ for b in _bases(token.lower_)):
            continue
        if before.lower_ in table()["persons"] or before.tag_ in ("PRP", "WP", "WDT"):
            return True
    return False


def _bases(word: str) -> tuple[str, str, str]:
    return word[:-1], word[:-2], word[:-3] + "y"
