"""What a refined sentence says that she did, cut out so that one can ask for it: "grew a fringe", "because …".

Questions of the form "Why did you grow a fringe?" come from the sentence's own grammar (question generation by rules
after Heilman & Smith, "Good Question! Statistical Ranking for Question Generation", NAACL 2010, without the ranker:
here what is not sure is not asked). Only what stands by itself is cut: a phrase with "it" or "her" in it would ask for
something that the asker cannot know. Pure, but for spaCy's parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from refiner.errors import RefinerError
from refiner.stages.composing.text import listed, lower_first, to_you, words

_PAST = ("VBD",)
_PRESENT = ("VBP",)
_HYPHENS = ("-", "'", "–")
CLAUSES = ("relcl", "acl", "advcl", "appos", "ccomp")
_STOP_DEP = {"advcl", "ccomp", "relcl", "acl", "parataxis", "mark", "cc", "conj", "appos"}
OTHERS = re.compile(
    r"\b(?:he|she|it|they|him|her|hers|his|its|them|their|theirs|himself|herself|itself|themselves|this|that|these"
    r"|those|there|here|then|now|such|so|ones|same|other|others|another|today|yesterday|tomorrow|tonight|ago|last|next"
    r"|you|your|yours|who|which|whom|what|whatever|either)\b",
    re.I,
)
_ENDS_OPEN = re.compile(
    r"\b(?:a|an|the|my|our|your|of|to|in|on|at|for|with|by|from|and|or|but|not|no|as|than|about|into|like|very)$", re.I
)
_VAGUE = re.compile(
    r"\b(?:things?|something|anything|everything|nothing|an? (?:man|woman|person|boy|girl|guy|bit|lot|while)"
    r"|some(?:one|body)|any(?:one|body)|every(?:one|body)|people|way)\b",
    re.I,
)
_LOOSE = re.compile(r"(?:\s+(?:again|now|then|too|also|still|even|just|already|anyway|though|either|only|and))+$", re.I)
LONGEST_DEED = 10


@dataclass(frozen=True)
class Deed:
    """One thing that she did, was or does: "grew a fringe" (past) or "walk home from the bus stop" (present)."""

    tense: Literal["past", "present"]
    said: str  # after "you": "grew a fringe", "walk home …", "were sent out"
    base: str  # after "did you" or "do you": "grow a fringe"; "" where that cannot be said
    reason: bool  # whether the sentence says why
    start: int  # where the phrase stands in the sentence
    end: int
    occasion: str = ""  # when she does it, where the sentence says so: "before every release"

    @property
    def did(self) -> str:
        """As a clause about her, for "when …": "you grew a fringe"."""
        return f"you {self.said}"


def parsed(text: str) -> Any | None:
    """The parse of a sentence; None where no English model is installed."""
    from refiner.language.parse import parse

    try:
        return parse(text)
    except RefinerError:
        return None


def deeds(text: str) -> list[Deed]:
    """The deeds of a sentence in their order; [] where none stands by itself."""
    doc = parsed(text)
    return [] if doc is None else list(_found(doc, text))


def _found(doc: Any, text: str) -> Iterator[Deed]:
    for verb in doc:
        subject = subject_of(verb)
        if subject is None or in_quotes(doc, verb):
            continue
        kind: Literal["past", "present"] | None = (
            "past" if verb.tag_ in _PAST else "present" if verb.tag_ in _PRESENT else None
        )
        helpers = [c for c in verb.children if c.dep_ in ("aux", "auxpass", "neg")]
        passive = next((c for c in helpers if c.dep_ == "auxpass" and c.lower_ in ("was", "were")), None)
        if passive is not None and verb.tag_ == "VBN" and len(helpers) == 1:
            kind = "past"
        elif kind is None or helpers:
            continue
        for end in _ends(verb):
            rest = _LOOSE.sub("", text[verb.idx + len(verb.text) : end].strip(" ,;–—-"))
            if _fit(verb, rest, passive is not None):
                break
        else:
            continue
        own = to_you(rest)
        word = verb.lower_ if kind == "past" else verb.lemma_.lower()
        said = f"were {verb.lower_} {own}" if passive is not None else f"{word} {own}"
        base = "" if passive is not None else f"{verb.lemma_.lower()} {own}".strip()
        yield Deed(kind, said.strip(), base, _reason(verb), verb.idx, end, _occasion(verb))


def subject_of(verb: Any) -> Any | None:
    """Its own "I" or "we", or that of the verb which it is joined to by "and"."""
    if verb.pos_ not in ("VERB", "AUX"):
        return None
    at = verb
    for _ in range(4):
        own = [c for c in at.children if c.dep_ in ("nsubj", "nsubjpass", "csubj", "expl")]
        if own:
            subject = own[0]
            told = at.dep_ in ("ROOT", "conj") and not any(c.dep_ == "mark" for c in at.children)
            single = not any(c.dep_ == "conj" for c in subject.children)
            return subject if subject.lower_ in ("i", "we") and told and single else None
        if at.dep_ != "conj":
            return None
        at = at.head
    return None


def _ends(verb: Any) -> list[int]:
    """Where the verb's phrase may end in the text, the longest first: after its objects, adverbs and prepositions."""
    parts = [c for c in verb.children if c.i > verb.i]
    ends: list[int] = []
    for part in parts:
        if part.dep_ in _STOP_DEP or part.is_punct and part.text not in _HYPHENS:
            break
        inside = [t for t in part.subtree if t.i > verb.i]
        stop = next((t for t in inside if t.dep_ in CLAUSES or t.is_punct and t.text not in _HYPHENS), None)
        if stop is not None:
            before = [t for t in inside if t.i < min(x.i for x in stop.subtree)]
            if before:
                ends.append(before[-1].idx + len(before[-1].text))
            break
        ends.append(inside[-1].idx + len(inside[-1].text))
    return ends[::-1]


def _fit(verb: Any, rest: str, passive: bool) -> bool:
    size = len(words(rest))
    if set(rest.lower().split()) <= listed("particles"):
        return False  # "gave up": what?
    if not 1 <= size <= LONGEST_DEED or OTHERS.search(rest) or _ENDS_OPEN.search(rest):
        return False
    if re.search(
        r"[\"“”()\[\]:;…?!₹*_/]|\b[A-Z]{2,}[a-z]*\d|['’]s$|(?<!\w)['‘]|\b(?:as|than|more|most|less)\b|-$", rest
    ):
        return False
    lemma = verb.lemma_.lower()
    objects = [
        c for c in verb.children if c.dep_ in ("dobj", "attr", "pobj", "prep", "xcomp", "prt", "acomp", "dative")
    ]
    if not passive and lemma in listed("no_deed"):
        thing = any(c.dep_ in ("dobj", "attr") and c.pos_ in ("NOUN", "PROPN") and c.i > verb.i for c in objects)
        if lemma not in listed("deed_with_object") or not thing:
            return False
    if lemma == "put" and not any(
        c.dep_ in ("prep", "prt") and c.i > verb.i and c.text in rest.split() for c in objects
    ):
        return False
    if not passive and lemma in listed("goes_on") and not any(c.dep_ in ("dobj", "xcomp") for c in objects):
        return False
    if _VAGUE.search(rest):
        return False
    return bool(objects) or passive


def in_quotes(doc: Any, verb: Any) -> bool:
    """Whether the verb stands inside quotation marks: then "I" may be somebody else."""
    marks = sum(t.text in ('"', "``", "''", "“", "”") for t in doc[: verb.i])
    return (
        bool(marks % 2) or any(t.text == "“" for t in doc[: verb.i]) and not any(t.text == "”" for t in doc[: verb.i])
    )


def _occasion(verb: Any) -> str:
    """The phrase of time that goes with a verb, for "What do you do before every exam?"; "" where there is none."""
    for child in verb.children:
        if child.dep_ != "prep" or child.lower_ not in ("on", "before", "after", "at", "during", "in"):
            continue
        noun = next((c for c in child.children if c.dep_ == "pobj"), None)
        phrase = " ".join(t.text for t in child.subtree)
        plain = not OTHERS.search(phrase) and not re.search(r"[^\w\s'’-]|\d{3}", phrase)
        if noun is not None and plain and len(phrase.split()) <= 7:
            each = any(t.lower_ in ("every", "each") for t in noun.lefts)
            if each or noun.lemma_.lower() in listed("times"):
                last = list(child.subtree)[-1]
                return lower_first(to_you(child.doc.text[child.idx : last.idx + len(last.text)]))
    return ""


def _reason(verb: Any) -> bool:
    for child in verb.children:
        if child.i <= verb.i:
            continue
        if child.dep_ == "advcl" and any(m.dep_ == "mark" and m.lower_ in ("because", "since") for m in child.children):
            return True
        if child.dep_ == "prep" and child.lower_ == "because":
            return True
    return False
