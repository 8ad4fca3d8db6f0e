"""What a sentence that was written anew may do to traits: claim none that it did not, lose none, soften nothing.

Holds for rules and models alike; names, numbers, length and gender of what a model wrote are looked at elsewhere.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable

from refiner.checks.brought import brought_in
from refiner.checks.change_words import masked
from refiner.checks.dead_traits import claims
from refiner.checks.trait_words import TraitWords
from refiner.config import Trait
from refiner.language.parse import parse
from refiner.stages.self_image_words import softenings

MATTERS = 0.5  # weight of a trait's words from which a sentence has to do with it
LEFT = 0.6  # share of that weight that the new sentence must keep

_NO = r"(?:\bnot|n['’]t|\bnever|\bno longer|\bno more)\b"
# What a closing clause says, and what a sentence must say instead of it; {Y} is the clause's year.
_SAYS = tuple(
    (re.compile(clause, re.IGNORECASE), said)
    for clause, said in (
        (
            r"came back|changed again|\bheld\b",
            r"\buntil\b[^.]*{Y}|{IT} (?:came back|returned|(?:began|started) again)\b[^.]*{Y}"
            r"|{Y}[^.]*{IT} (?:came back|returned|(?:began|started) again)\b",
        ),
        (
            r"\brest(?:s|ed|ing)?\b|\bpause|given up",
            rf"{_NO}[^.]*\bsince {{Y}}|\bsince {{Y}}[^.]*{_NO}"
            r"|\bpaused?\b[^.]*\bsince {Y}|\bsince {Y}[^.]*\bpaused?\b"
            r"|{IT} (?:(?:has|have|had|is) )?(?:been )?rest(?:s|ed|ing)?\b[^.]*{Y}"
            r"|{Y}[^.]*{IT} (?:(?:has|have|had|is) )?(?:been )?rest(?:s|ed|ing)?\b",
        ),
        (
            r"thought|believed|as I know",
            r"(?<!true that I )(?<!so that I )\b(?:thought|believed)\b(?: then| at the time)?,?(?: that)? (?:I|we|my)\b"
            r"|\btook myself\b|{IT} was not (?:so|true)\b(?! that)|{IT} never (?:was|had been) (?:so|true)\b(?! that)",
        ),
        (
            r"\d",
            r"\b(?:until|till|up to)\b[^.,;]{0,12}{Y}|\b(?:ended|stopped|over|finished|lasted)\b[^.]{0,16}{Y}"
            rf"|{_NO}[^.]*\bsince {{Y}}|\bsince {{Y}}[^.]*{_NO}",
        ),
        (r"", rf"\b(?:used to|did not last|ended|no longer|no more|is over|was over)\b|{_NO}[^.]*\bany ?more\b"),
    )
)


def wrong_with_traits(
    old: str, new: str, traits: Iterable[Trait], words: TraitWords, over: Collection[str] = ()
) -> str:
    """What a new sentence does to the traits that it may not, in words; "" where nothing. `over`: ids of the traits
    that are not so today, which it must tell as past."""
    had, has = words.evidence(masked(old)), words.evidence(masked(new))
    for trait in traits:
        if trait.id in over and claims(new, trait):
            return f"it still says that “{trait.title}” is so today"
        if claims(new, trait) and not claims(old, trait):
            return f"it says of the writer what the sentence did not: “{trait.title}”"
        before, after = had.get(trait.id), has.get(trait.id)
        if before is None or before.weight < MATTERS:
            if after is not None and after.weight >= MATTERS and after.state:
                return f"it must not bring in another trait: {', '.join(after.words(masked(new)))}"
            continue
        if after is None or after.weight < LEFT * before.weight:
            gone = ", ".join(w for w in before.words(masked(old)) if w not in new) or trait.title
            return f"it must still tell of “{trait.title}”: keep {gone}"
    weaker = softenings(old, new, denials=not over)  # "no longer" denies, and is meant to
    if over:  # "used to" says that it is over, and "not any more" no less
        weaker = tuple(w for w in weaker if not re.search(r"“(?:used to(?: be)?|no longer|any ?more)”", w))
    return f"it must not be weaker than the sentence: it {weaker[0]}" if weaker else ""


def says_the_same(new: str, clause: str) -> bool:
    """Whether a sentence says by itself what a closing clause says: that it ended then, came back, rests, never was."""
    years = re.findall(r"\d{4}|\d{3}0s", clause)
    said = next(said for pattern, said in _SAYS if pattern.search(clause))
    year = re.escape(years[0]) if years else ""
    said = said.replace("{Y}", year).replace("{IT}", r"\b(?:it|that|this|which)")
    return all(y in new for y in years) and re.search(said, new, re.IGNORECASE) is not None


_DENIED = re.compile(r"\b(?:not|cannot|never|no|none|nobody|nothing|neither|nor|without)\b|n['’]t\b", re.I)
_PEOPLE = {
    "he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she", "they": "they", "them": "they",
    "their": "they", "we": "we", "us": "we", "our": "we", "you": "you", "your": "you",
}  # fmt: skip
_ELSE = re.compile(
    r"\b(?:will|would|shall|should|could|might|may|must|ought|(?:had|have|has) to|had (?:I|we)|if|unless|whether"
    r"|as though)\b",
    re.I,
)
_MARKS = '*_`[]"“”'
_PLAIN = frozenset(string.ascii_letters + string.digits + " .,;:!?'’()-–—")
_WHEN_WORDS = frozenset(
    ("then", "once", "later", "when", "until", "till", "back", "again", "anymore", "longer", "ago", "before", "after",
     "ever", "since", "up", "so", "too", "also", "only", "just", "now", "more", "there", "here", "where", "why", "how",
     "as", "on")
)  # fmt: skip


_PERFECT = re.compile(r"\b(?:I|we)(?: have|['’]ve)\b", re.I)
# "Since that day", "from that day": one and the same.
_TIMES = frozenset(("since", "from", "until", "till", "after", "before", "on", "in", "at", "by", "during"))


def turned(old: str, new: str, clause: str = "") -> str:
    """What a new sentence makes of the old one that it may not, in words; "" where nothing: a denial more or less,
    other people, who does what to whom, a wish or a supposition, a question, things of its own, foreign characters.

    `clause`: a second sentence that the new one says as well, whose words are no news. Needs spaCy's model.
    """
    if strange := set(new) - set(old) - _PLAIN:
        return f"it must be plain words: without {' '.join(sorted(strange))}"
    if any(new.count(m) != old.count(m) for m in _MARKS):
        return "it must keep the marks of the sentence"
    if "?" in new and "?" not in old or re.search(r"[.!…]\W*\Z", old) and not re.search(r"[.!…]\W*\Z", new):
        return "it must end as the sentence ends"
    if old[:1].isupper() and new[:1].islower():
        return "it must begin with a capital"
    if why := _denied(old, new, clause):
        return why
    people = {_PEOPLE[w] for w in _words(new) if w in _PEOPLE} - {_PEOPLE[w] for w in _words(old) if w in _PEOPLE}
    if people or "i" in _words(old) and "i" not in _words(new):
        return "it must stay with the people of the sentence, the writer first of all"
    can = {"could"} if re.search(r"\b(?:can|cannot|can['’]t)\b", old, re.I) else set[str]()
    if fresh := {m[0].lower() for m in _ELSE.finditer(new)} - {m[0].lower() for m in _ELSE.finditer(old)} - can:
        return f"it must tell what was, without “{min(fresh)}”"
    adverbs = {t.text.lower() for t in parse(new) if t.pos_ == "ADV"} - set(_words(f"{old} {clause}")) - _WHEN_WORDS
    if found := [*brought_in(f"{old} {clause}", new), *sorted(adverbs)]:
        return f"it must bring in nothing new: {', '.join(dict.fromkeys(found))}"
    if re.search(r"\buntil\b", new, re.I) and (kept := _PERFECT.search(new)) and not _PERFECT.search(old):
        return f"it must be told as past: “{kept[0]}” reaches into today"
    return _otherwise(old, new)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _denials(text: str) -> Counter[str]:
    found = (m[0].lower() for m in _DENIED.finditer(text))
    return Counter(
        "not" if d.endswith(("not", "n't", "n’t")) else d for d in found
    )  # "cannot", "can't" and "could not" are one


def _denied(old: str, new: str, clause: str) -> str:
    """ "not" may come in only to say the end ("not since 2003"), and none may go."""
    was_denied, is_denied = _denials(old), _denials(new)
    more, less = is_denied - was_denied, was_denied - is_denied
    if less:
        return f"it must still deny what the sentence denies: keep {min(less)}"
    before = re.search(r"\b(?:until|till|up to)\b", new, re.I) is not None
    ends = re.search(rf"{_NO}[^.]*\b(?:since|any ?more)\b|\bsince\b[^.]*{_NO}|\bno (?:longer|more)\b", new, re.I)
    untrue = re.search(r"thought|believed", clause) is not None
    if more.total() > int(untrue or bool(ends) and not before):
        return f"it must not deny what the sentence says: {min(more)}"
    if ends and not untrue and not before and not more and not re.search(r"\bsince\b", old, re.I):
        return "it must not say that it has been so since then"
    return ""


def _otherwise(old: str, new: str) -> str:
    """Who does what to whom, as far as both sentences have the same verbs and nouns: "my brother hit me"."""
    was, now = _roles(old), _roles(new)
    for key, words in was.items():
        if key in now and not words & now[key] and not (key[0] == "with" and words | now[key] <= _TIMES):
            return f"it must leave who does what to whom: {key[1]} {', '.join(sorted(words))}"
    return ""


def _roles(text: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for t in parse(text):
        if t.dep_ in ("nsubj", "dobj") and t.head.pos_ == "VERB":
            found.setdefault((t.dep_, t.head.lemma_.lower()), set()).add(t.lemma_.lower())
        if t.dep_ == "pobj" and t.pos_ in ("NOUN", "PROPN"):
            found.setdefault(("with", t.lemma_.lower()), set()).add(t.head.lower_)
    return found
