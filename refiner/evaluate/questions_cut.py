"""Questions cut out of a sentence of hers: who did it, where, with whom, how many. One thing is asked for, and the rest
of the sentence says of what.

After Heilman & Smith, "Good Question! Statistical Ranking for Question Generation" (NAACL 2010), without the ranker and
without moving words: "Farhan came out and hit me on the back" gives "Who came out and hit you on the back?". What is
not sure is not asked. Pure, but for spaCy's parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from refiner.checks.stems import WORD
from refiner.evaluate.questions_words import number_in, spellings
from refiner.language.parse import entity_type
from refiner.stages.composing.deeds import OTHERS, Deed, in_quotes, parsed
from refiner.stages.composing.sentences import person_words, stands_alone
from refiner.stages.composing.text import counts_from_now, to_you, words

LONGEST = 18  # words of a question
_ODD = re.compile(r"[\"“”()\[\]:;…!?₹*_/–—]|(?<!\w)['‘]")
_PLACE = ("in", "at", "near", "outside", "behind", "inside")


@dataclass(frozen=True)
class Cut:
    """One question: `asked` is what follows "who" or "you", `group` the spellings of what it asks for."""

    way: Literal["who", "where", "with", "number"]
    asked: str
    group: tuple[str, ...]
    sentence: str


def cuts(sentence: str, deeds: tuple[Deed, ...] = ()) -> list[Cut]:
    """The questions that a sentence answers, with what it answers."""
    return [*_who(sentence), *(c for d in deeds if d.tense == "past" for c in _of_deed(sentence, d))]


def _who(sentence: str) -> Iterator[Cut]:
    """ "Papa came home and did not slap me." -> "Who came home and did not slap you?" """
    text = sentence.strip().rstrip(".")
    if _ODD.search(text) or not 5 <= len(words(text)) <= LONGEST or counts_from_now(text):
        return
    doc = parsed(sentence)
    if doc is None or not stands_alone(sentence):
        return
    root = next((t for t in doc if t.head.i == t.i), None)
    if root is None or root.tag_ != "VBD" or any(t.dep_ == "neg" or t.dep_ == "aux" and t.head is root for t in doc):
        return
    subject = next((c for c in root.children if c.dep_ == "nsubj"), None)
    if subject is None or subject.i > root.i:
        return
    whole = [t for t in subject.subtree if not t.is_punct]
    if whole[0].i != 0 or len(whole) != subject.i + 1 or whole[-1].i + 1 > root.i:
        return
    name = _named(whole, subject)
    if not name:
        return
    rest = text[doc[whole[-1].i + 1].idx :].strip()
    if not any(t.i > whole[-1].i and t.pos_ in ("NOUN", "PROPN", "NUM") for t in doc):
        return  # "came home": who did not?
    if re.match(r"[,.]", rest) or _points_away(doc, whole[-1].i) or name.casefold() in rest.casefold():
        return
    yield Cut("who", to_you(rest), _spelled(name), sentence)


def _points_away(doc: Any, after: int) -> bool:
    """Whether a word after the subject means something that only the note knows. "His" and "her" before a noun are the
    subject's own, as long as nobody else is there whose they could be."""
    rest = [t for t in doc if t.i > after]
    people = any(t.pos_ == "PROPN" or t.lower_ in person_words() for t in rest)
    owned = {"his", "her", "himself", "herself"}
    after_verb = {t.i + 1 for t in doc if t.tag_ == "VBD"}  # "gave her tea": hers, or to her?
    return any(
        OTHERS.fullmatch(t.text) and (t.lower_ not in owned or people or t.lower_ == "her" and t.i in after_verb)
        for t in rest
    )


def _named(whole: list[Any], subject: Any) -> str:
    """The one who did it: a name, or a relative of hers; "" where it is somebody whom nobody could name."""
    if subject.pos_ == "PROPN" and all(t.pos_ == "PROPN" for t in whole):
        name = " ".join(t.text for t in whole)
        return name if re.fullmatch(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}", name) else ""
    if len(whole) == 2 and whole[0].lower_ == "my" and subject.lower_ in person_words():
        return str(subject.text)
    return ""


def _spelled(name: str) -> tuple[str, ...]:
    """A name and its parts that are names by themselves."""
    parts = [p for p in name.split() if len(p) > 2]
    return tuple(dict.fromkeys([name, *parts]))


def _of_deed(sentence: str, deed: Deed) -> Iterator[Cut]:
    said = deed.said
    if _ODD.search(said):
        return
    text = f"You {said}."
    doc = parsed(text)
    if doc is None or len(doc) < 4 or in_quotes(doc, doc[1]):
        return
    verbs = [t for t in doc if t.i >= 1 and t.tag_ in ("VBD", "VBN") and t.head.i == t.i]
    if not verbs:
        return
    for child in verbs[0].children:
        if child.dep_ != "prep" or child.i < verbs[0].i:
            continue
        noun = next((c for c in child.children if c.dep_ == "pobj"), None)
        phrase = list(child.subtree)
        left = _cut(text, doc, phrase)
        name = _place_name(noun, phrase)
        if not name or len(words(left)) < 3 or name.casefold() in left.casefold():
            continue
        if child.lower_ in _PLACE:
            yield Cut("where", left, _spelled(name), sentence)
        elif child.lower_ == "with":
            yield Cut("with", left, _spelled(name), sentence)
    yield from _numbers(said, sentence)


def _place_name(noun: Any, phrase: list[Any]) -> str:
    if noun is None or noun.pos_ != "PROPN" or entity_type(noun) in ("DATE", "TIME"):
        return ""
    names = [t for t in phrase if t.pos_ == "PROPN" and (t.head is noun or t is noun)]
    run = all(b.i == a.i + 1 for a, b in zip(names, names[1:], strict=False))
    name = " ".join(t.text for t in names)
    return name if run and re.fullmatch(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}", name) else ""


def _cut(text: str, doc: Any, phrase: list[Any]) -> str:
    """What "you" did, without a phrase."""
    start, end = phrase[0].idx, phrase[-1].idx + len(phrase[-1].text)
    left = (text[:start].rstrip() + text[end:]).strip(" .")
    return re.sub(r"^You\s+", "", re.sub(r"\s+", " ", left))


_COUNTED = re.compile(
    r"\b(?P<number>\d[\d,]*|[a-z]+(?:-[a-z]+)?) (?P<noun>(?:[a-z-]+ )?[a-z]{2,}s)\b(?! (?:ago|later|old))"
)


def _numbers(said: str, sentence: str) -> Iterator[Cut]:
    """ "ate forty laddoos at the wedding" -> "ate how many laddoos at the wedding" """
    found = [(m, n) for m in _COUNTED.finditer(said) if (n := number_in(m["number"])) is not None and n < 10_000]
    if len(found) != 1 or sum(number_in(w) is not None for w in WORD.findall(said)) != 1:
        return
    match, _ = found[0]
    left = f"{said[: match.start()]}how many {match['noun']}{said[match.end() :]}"
    if len(words(left)) >= 4:
        yield Cut("number", left, spellings(match["number"]), sentence)
