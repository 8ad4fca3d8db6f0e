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
from functools import cache
from typing import Any, Literal

from refiner.errors import RefinerError
from refiner.stages.composing.text import listed, lower_first, to_you, words

_PAST = ("VBD",)
_PRESENT = ("VBP",)
_HYPHENS = ("-", "'", "–")
_CLAUSES = ("relcl", "acl", "advcl", "appos", "ccomp")
_STOP_DEP = {"advcl", "ccomp", "relcl", "acl", "parataxis", "mark", "cc", "conj", "appos"}
_OTHERS = re.compile(
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
        subject = _subject(verb)
        if subject is None or _quoted(doc, verb):
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


def _subject(verb: Any) -> Any | None:
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
        stop = next((t for t in inside if t.dep_ in _CLAUSES or t.is_punct and t.text not in _HYPHENS), None)
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
    if not 1 <= size <= LONGEST_DEED or _OTHERS.search(rest) or _ENDS_OPEN.search(rest):
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


def _quoted(doc: Any, verb: Any) -> bool:
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
        plain = not _OTHERS.search(phrase) and not re.search(r"[^\w\s'’-]|\d{3}", phrase)
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
    subject = _subject(root)
    if subject is None or subject.lower_ != "i" or helpers - {"do", "not", "n't", "can", "ca", "could", "never"}:
        return ""
    if root.tag_ not in ("VBP", "VB") or _quoted(doc, root):
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
    if len(words(phrase)) > 7 or _OTHERS.search(phrase) or re.search(r"[\"“”()\[\],;:?!]", phrase):
        return ""
    return to_you(lower_first(phrase) if thing.pos_ != "PROPN" else phrase)


def _close(token: Any, first: int) -> bool:
    """Whether a word still belongs to what is spoken of: no clause, and of several prepositions only the first."""
    return bool(token.dep_ not in _CLAUSES and (token.dep_ != "prep" or token.i == first))


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
