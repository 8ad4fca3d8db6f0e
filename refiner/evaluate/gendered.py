"""Which gender and which name an answer gives the one who speaks.

Read directly ("I'm a woman", "her daughter", "She/her"), and for contradictions also by the rules that find the old
gender in refined notes (`refiner.checks.gender`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from refiner.checks.gender import leftover_gender
from refiner.evaluate.words import own_sentences, plain, written
from refiner.models import Gender

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

Said = Literal["female", "male", "both", ""]
_NOUNS: dict[Gender, str] = {
    "female": r"aurat|ladki|mahila"
    r"|woman|women|girl|girls|lady|ladies|female|females|gal|daughter|daughters|sister|sisters|sis"
    r"|wife|mother|mum|mom|mummy|mama|aunt|auntie|aunty|niece|granddaughter|grandmother|grandma|girlfriend"
    r"|bride|actress|heroine|schoolgirl|tomboy|didi|beti|bahu|behen|akka|bua|maasi|mausi|chachi|madam|ma'am"
    r"|mrs|ms|miss|queen|princess|feminine|goddaughter|stepdaughter|stepmother|daughter-in-law|sister-in-law",
    "male": r"aadmi|ladka|mard"
    r"|man|men|boy|boys|gentleman|gentlemen|male|males|guy|guys|lad|bloke|dude|son|sons|brother|brothers"
    r"|bro|husband|father|dad|daddy|papa|uncle|nephew|grandson|grandfather|grandpa|boyfriend|groom|actor"
    r"|hero|schoolboy|bhaiya|bhai|bhaisaab|chacha|mama ji|sir|mr|king|prince|masculine|godson|stepson"
    r"|stepfather|son-in-law|brother-in-law",
}
_PRONOUNS: dict[Gender, str] = {"female": r"she|her|hers|herself", "male": r"he|him|his|himself"}
_NEGATED = re.compile(
    r"\b(?:not|never|no|isn't|wasn't|am not|neither|nor|rather than|instead of|anything but|don't|didn't|isnt"
    r"|wasnt|hardly)(?: \w+){0,3}\s*$|n't(?: \w+){0,3}\s*$"
)
_OTHERS = re.compile(
    r"\b(?:my|our|your|his|their|the|some|that|every|any|each|whose|\w+'s|two|three|no|other|another|these"
    r"|those|many|most|all)(?: (?!and\b|a\b)\w+){0,2}\s*$"
)
_SELF = (
    r"(?:\bi(?:,(?= (?:an?|the)\b)|'m| am| was| have (?:always )?been|'ve (?:always )?been| grew up| remain| became"
    r"| was born"
    r"| identify| see myself| think of myself| live| lived|'d been| had been| feel| still am)"
    r"|\b(?:call(?:s|ed|ing)?|consider(?:s|ed)?|see(?:s|n)?|treat(?:s|ed)?|raised|brought|address(?:es|ed)?"
    r"|introduc(?:es|ed)|describ(?:es|ed)) me(?: up)?|\bme)"
)
_LINK = (
    r"(?: (?:still|just|simply|also|only|very much|always|definitely|certainly|of course|now|obviously|as"
    r"|to be|like|clearly|proudly|actually|really|in fact|both|first))*"
)
_DET = (
    r"(?: (?:a|an|the|her|his|their|my \w+'s|my parents'|one of the|your|this|\w+'s|my mother's"
    r"|my father's))?(?: (?!not\b|never\b|no\b|and\b|or\b|to\b|in\b|at\b|by\b|with\b|from\b|of\b|who\b|that\b"
    r"|my\b|i\b|was\b|had\b)[\w-]+){0,3}"
)
_DENYING = re.compile(r"\b(?:not|never|no|nor|neither)\b|n't\b")
_BARE = (
    r"^(?:(?:look again|think again|sorry|oh|well|yes|no|nope|yeah|of course|obviously|certainly|definitely|hmm|ha|why"
    r"|it's|it is|that's"
    r"|i'd say|i would say|always|mostly|just|as|simply|clearly|they say|she says|he says|say|use|please use"
    r"|prefer|i prefer|i use|i go by|my pronouns are|pronouns|gender|the)[,.:;!]? )*"
)


@lru_cache(maxsize=4)
def _self(gender: Gender) -> re.Pattern[str]:
    return re.compile(
        rf"{_SELF}{_LINK}{_DET} (?P<w>{_NOUNS[gender]})\b(?!'s|-| (?:called|named|said|told|who|whom|came"
        rf"|friend|was|is|and i|used|did|had|can|has)\b)"
    )


@lru_cache(maxsize=4)
def _as(gender: Gender) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:as|being|like|taken for|mistaken for|passed? for) an? (?:[\w-]+ ){{0,2}}?"
        rf"(?P<w>{_NOUNS[gender]})\b(?=[ ,.;!?]|$)"
    )


@lru_cache(maxsize=4)
def _bare(gender: Gender) -> re.Pattern[str]:
    return re.compile(
        rf"{_BARE}(?:an? |the |her |his |their |my |my mother's "
        rf"|my parents' )?(?:[\w-]+ )?(?P<w>{_NOUNS[gender]}"
        rf"|{_PRONOUNS[gender]})\b(?:[ ]?[/,] ?(?:\w+))?(?=[,.;:!]|$| (?:of course|always|obviously|to|for|by"
        rf"|hoon|hu|in|and|since|through|from|as|please|is|when|all)\b)"
    )


def _affirmed(sentence: str, m: re.Match[str]) -> bool:
    return not _NEGATED.search(sentence[: m.start("w")]) and not _DENYING.search(sentence[m.start() : m.start("w")])


def gender_said(ask: str, text: str) -> Said:
    """The gender that the speaker gives itself, or is given by others in what it tells; "" for none."""
    found: set[Gender] = set()
    genders: tuple[Gender, Gender] = ("female", "male")
    for sentence in _unoffered(ask, text):
        if sentence.endswith("?"):
            continue
        for gender in genders:
            for pattern in (_self(gender), _as(gender), _bare(gender)):
                if any(_affirmed(sentence, m) for m in pattern.finditer(sentence)):
                    found.add(gender)
            called = re.compile(
                rf"[\"'](?:\w+ ){{0,2}}(?P<w>{_NOUNS[gender]}|{_PRONOUNS[gender]})\b[^\"']{{0,20}}[\"']"
            )
            if any(_affirmed(sentence, m) for m in called.finditer(sentence)):
                found.add(gender)
    return "both" if len(found) == 2 else next(iter(found), "") or _chosen(ask, text)


def _unoffered(ask: str, text: str) -> list[str]:
    """The sentences, without what only says both sides again: "a man or a woman"."""
    both = "|".join(_NOUNS.values())
    pair = re.compile(rf"\b(?:{both}) or (?:(?:an?|the) )?(?:{both})\b")
    return [pair.sub(" ", s) for s in own_sentences(ask, text)]


def _chosen(ask: str, text: str) -> Said:
    """Which of the two sides that the question offers is taken: "the ladies' one", "F", "with the men"."""
    found: set[Gender] = set()
    asked = plain(ask)
    genders: tuple[tuple[Gender, str], ...] = (("female", "f|ms|mrs"), ("male", "m|mr"))
    offered = {g: set(re.findall(rf"\b(?:{_NOUNS[g]}|{_PRONOUNS[g]}|{more})\b", asked)) for g, more in genders}
    if not all(offered.values()):
        return ""
    for gender, _ in genders:
        words = "|".join(map(re.escape, sorted(offered[gender])))
        own = re.compile(rf"(?<![\w'])(?P<w>{words})(?:'s|s'|')?(?!\w)")
        for sentence in _unoffered(ask, text):
            if any(not _NEGATED.search(sentence[: m.start()]) for m in own.finditer(sentence)):
                found.add(gender)
    return "both" if len(found) == 2 else next(iter(found), "")


def speaks_of(text: str, gender: Gender) -> bool:
    """Whether a `plain` text, a question put to the speaker, uses a word of this gender alone."""
    other: Gender = "male" if gender == "female" else "female"
    return bool(re.search(rf"\b(?:{_NOUNS[gender]})\b", text)) and not re.search(rf"\b(?:{_NOUNS[other]})\b", text)


def denies(ask: str, text: str, gender: Gender) -> bool:
    """Whether it is said not to be so: "I was never a boy"."""
    if any(
        re.match(rf"(?:no,? |i(?:'m| am| was) )*(?:not|never) (?:an? |the )?(?:{_NOUNS[gender]})\b", s)
        for s in own_sentences(ask, text)
    ):
        return True
    return any(
        not _affirmed(s, m)
        for s in own_sentences(ask, text)
        for pattern in (_self(gender), _as(gender), _bare(gender))
        for m in pattern.finditer(s)
    )


@lru_cache(maxsize=4096)
def old_name_as_own(ask: str, text: str, old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """The old name that the speaker gives as its own or answers to, "" for none."""
    known = {plain(n) for n in new}
    for sentence in own_sentences(ask, text):
        for name in old:
            word = plain(name)
            if not word or word in known:
                continue
            for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", sentence):
                before, after = sentence[: m.start()], sentence[m.end() :]
                if (
                    after.lstrip().startswith("?")
                    or _NEGATED.search(before)
                    or re.search(r"\bn[o']t\b|n't|\bnever\b", before[-40:])
                ):
                    continue
                if re.match(r"[, ]*(?:is|was|isn't|wasn't) (?:not|no|never)|[, ]*(?:isn't|wasn't)", after):
                    continue
                told = re.match(r"[, ]*(?:that's me|that is me|here\b|speaking\b|(?:yes|i am)[.,!]?$)", after)
                own = told or re.search(
                    r"(?:\bi(?:'m| am| was)|\bi(?:'m| am)? (?:called|named|known as)|\bname(?:'s| is| was)"
                    r"|\bcall(?:s|ed)? me|\bit's|\bit is|\bthis is|\byes,?|\bsay(?:s)?|\bas|\bwas born"
                    r"|\bknow(?:s|n)? me as|\bme)"
                    r"(?: (?:still|just|also|always|actually|really|only|by|as|my old|indeed"
                    r"|simply))*[,:]?\s*[\"']?\s*$",
                    before,
                )  # fmt: skip
                if own or not re.search(r"\w", before) and not re.search(r"\w", after):
                    return sentence[m.start() : m.end()]
    return ""


def contradiction(ask: str, text: str, material: Material) -> str:
    """What of an answer gives the speaker the old gender or the old name, "" for nothing.

    Raises RefinerError without spaCy's model, and only where words of the old gender are there.
    """
    persona = material.config.persona
    old = persona.before.gender
    new_names = (material.her, material.full_name, *persona.after.nicknames, *persona.after.handles)
    if name := old_name_as_own(ask, text, material.old_names, tuple(n for n in new_names if n)):
        return name
    for sentence in own_sentences(ask, text):
        if sentence.endswith("?"):
            continue
        for pattern in (_self(old), _as(old)):
            for m in pattern.finditer(sentence):
                if _affirmed(sentence, m) and not _comparing(sentence, m):
                    return m[0].strip()
    return _leftover(ask, text, material)


def _comparing(sentence: str, m: re.Match[str]) -> bool:
    """It is a comparison or a supposition: "like a boy", "if I were a man"."""
    return bool(
        re.search(
            r"\b(?:if|wish|than|like|as if|as though|were|would|had i|could have)\b",
            sentence[max(0, m.start() - 20) : m.end()],
        )
    )


def _leftover(ask: str, text: str, material: Material) -> str:
    persona = material.config.persona
    parts = [s for s in own_sentences(ask, text) if not s.endswith("?") and not _DENYING.search(s)]
    said = " ".join(parts)
    if not re.search(rf"\b(?:{_NOUNS[persona.before.gender]})\b", said):
        return ""
    people = tuple(n for p in material.people for n in p.names)
    sides = (persona.before, persona.after)
    own = tuple(n for s in sides for n in (s.name, *s.nicknames, *s.handles) if n)
    text = written(said, (*people, *own))
    for finding in leftover_gender(text, material.config):
        if finding.severity == "error" and "the old name" not in finding.message:
            return text[finding.start or 0 : finding.end or 0]
    return ""
