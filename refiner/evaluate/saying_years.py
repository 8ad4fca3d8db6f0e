"""Which year an answer gives: in figures, in words, as an age or as a school class."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from refiner.config import Persona
from refiner.evaluate.words import own_sentences, plain
from refiner.timeline.numbers import NUMBERS, ORDINALS, number

_WORDS = "|".join(sorted((re.escape(w).replace(r"\ ", "[ -]") for w in NUMBERS), key=len, reverse=True))
_ORDINAL = "|".join(sorted(map(re.escape, ORDINALS), key=len, reverse=True))
_FULL = re.compile(
    r"(?<![\d.,:/₹$€£])(?:(?<=-)|(?<!-))(1[5-9]\d\d|20\d\d)(?:\s?(?:-|–|/)\s?(\d\d(?:\d\d)?))?(?![\d:%]|,\d|\.\d)"
)
_SPAN = re.compile(r"\bbetween ((?:1[5-9]|20)\d\d) and ((?:1[5-9]|20)\d\d)\b")
_SHORT = re.compile(r"(?:(?<=\s)|^)'(\d\d)(?:-(\d\d))?\b(?!')")
_SPELT = re.compile(
    rf"\b(nineteen|twenty|eighteen)[ -](?:hundred (?:and )?)?(oh[ -](?:one|two|three|four|five|six|seven|eight"
    rf"|nine)|{_WORDS})\b"
)
_THOUSAND = re.compile(rf"\btwo thousand(?: and)?(?: ({_WORDS}))?\b|\b2k(\d\d?)\b")
_DECADE = re.compile(
    r"\b(?:(1[89]|20)?(\d)0'?s|(twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties))\b"
)
_AGE = re.compile(
    rf"\b(?:i (?:was|had turned|turned|must have been|would have been)|when i was|at|aged|age|at the age of"
    rf"|at age|being)"
    rf"(?: (?:about|around|maybe|only|just|barely|all of|some|then))* (\d{{1,2}}|{_WORDS})\b(?! (?:o'clock|am"
    rf"|pm|a\.m|p\.m|hours?|weeks?|"
    rf"months?|days?|minutes?|of|people|times|in the|percent|kilo\w*|km|rupees))"
)
_AGE_TAIL = re.compile(rf"\b(\d{{1,2}}|{_WORDS})(?:-| )years?(?:-| )old\b")
_CLASS = re.compile(
    rf"\b(?:in|during|was in)(?: my| the)? (?:(\d{{1,2}})(?:st|nd|rd|th)|({_ORDINAL}))(?: (?:class|grade"
    rf"|standard|std))?\b"
    rf"|\b(?:class|grade|standard|std\.?) (\d{{1,2}}|{_WORDS}|x{{0,1}}i{{1,3}}|iv|vi{{0,3}}|ix|xi{{0,2}})\b"
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday)\b")
_YEARS_ON = re.compile(
    rf"\b(?:and|then|,)(?: it was)? ?(\d\d?|{_WORDS}) years? (?:later|on|afterwards?|after(?=\s*[,.;!]|$))"
)
_OH = re.compile(r"\b(?:oh|nought)[ -](one|two|three|four|five|six|seven|eight|nine)\b")
_NOT = re.compile(
    r"\b(?:not|never|wasn't|isn't|neither|nor|rather than|instead of|not in)(?: (?:in|until|till|before|after))*\s*$"
)
_UNSURE = re.compile(r"\b(?:or|either|between|maybe|perhaps)\b")
_TAKEN_BACK = re.compile(r"^(?:no\b|wait\b|actually\b|sorry\b|or\b|maybe\b|perhaps\b|hmm\b|correction\b|i mean\b)")
MANY = 4  # different years: whoever names so many has dated nothing

Way = Literal["right", "wrong", "both", "none"]


class Found(NamedTuple):
    """Years that a phrase may mean, inclusive, and where it stands in its sentence."""

    low: int
    high: int
    start: int
    end: int


def years_said(sentence: str, persona: Persona) -> list[Found]:
    """The years that a `plain` sentence names of the event, in order. Those of birth and those denied are left out."""
    out: list[Found] = []

    def add(low: int, high: int, m: re.Match[str]) -> None:
        if not any(f.start < m.end() and m.start() < f.end for f in out):
            out.append(Found(low, high, m.start(), m.end()))

    for m in _SPAN.finditer(sentence):
        add(int(m[1]), int(m[2]), m)
    for m in _FULL.finditer(sentence):
        low = int(m[1])
        tail = m[2] or ""
        high = int(tail) if len(tail) == 4 else low - low % 100 + int(tail) if tail else low
        add(low, high if low <= high <= low + 30 else low, m)
    for m in _SPELT.finditer(sentence):
        century = {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}[m[1]]
        rest = number(re.sub("[ -]", " ", m[2].removeprefix("oh").strip(" -")).replace(" ", "-")) or number(m[2]) or 0
        if (m[1] != "twenty" or rest >= 10 or m[2].startswith("oh")) and rest < 100:
            add(century + rest, century + rest, m)
    for m in _THOUSAND.finditer(sentence):
        rest = int(m[2]) if m[2] else number((m[1] or "zero").replace(" ", "-")) or 0
        add(2000 + rest, 2000 + rest, m)
    for m in _OH.finditer(sentence):
        add(2000 + (number(m[1]) or 0), 2000 + (number(m[1]) or 0), m)
    for m in _SHORT.finditer(sentence):
        year = _century(int(m[1]), persona)
        add(year, _century(int(m[2]), persona) if m[2] else year, m)
    born = int(persona.born[:4]) if persona.born[:4].isdigit() else 0
    if not out and born:
        for m in [*_AGE.finditer(sentence), *_AGE_TAIL.finditer(sentence)]:
            age = number(m[1])
            if age is not None and age < 110:
                add(born + age, born + age + (len(persona.born) < 5 or persona.born[4:] != "-01-01"), m)
    if not out and persona.first_school_year:
        for m in _CLASS.finditer(sentence):
            grade = _grade(m[1] or m[2] or m[3])
            if 1 <= grade <= 12:
                start = persona.first_school_year + grade - 1
                add(start, start + 1, m)
    if not out:
        for m in _DECADE.finditer(sentence):
            names = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
            tens = 10 * (names.index(m[3]) + 2) if m[3] else 10 * int(m[2])
            low = int(m[1]) * 100 + tens if m[1] else _century(tens, persona)
            add(low, low + 9, m)
    kept = [f for f in sorted(out, key=lambda f: f.start) if not _of_birth(sentence, f, persona)]
    if len(kept) == 1 and (on := _YEARS_ON.search(sentence, kept[0].end)):
        more, only = number(on[1]) or 0, kept[0]
        kept = [Found(only.low + more, only.high + more, only.start, on.end())]
    return [f for f in kept if not _NOT.search(sentence[max(0, f.start - 30) : f.start])]


def _century(two: int, persona: Persona) -> int:
    born = int(persona.born[:4]) if persona.born[:4].isdigit() else 1950
    return next(y for y in (1800 + two, 1900 + two, 2000 + two, 2100 + two) if y >= born)


def _grade(said: str) -> int:
    roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
    return roman.index(said) + 1 if said in roman else number(said) or 0


def _of_birth(sentence: str, found: Found, persona: Persona) -> bool:
    return persona.born[:4] == str(found.low) and bool(_BIRTH.search(sentence[max(0, found.start - 30) : found.start]))


def year_given(ask: str, text: str, earliest: str, latest: str, persona: Persona) -> tuple[Way, str]:
    """Whether the year that an answer gives first lies from `earliest` to `latest` (ISO days), and what it said.

    "2003 or 2004" is right only if both are; so is what it takes back in the next sentence. An age counts from the
    birth year, a class from the first year of school.
    """
    low, high = int((earliest or latest)[:4]), int((latest or earliest)[:4])
    given = {int(y) for y in re.findall(r"\b(?:1[5-9]|20)\d\d\b", plain(ask))}
    way: Way = "none"
    words = ""
    seen: set[int] = set()
    for sentence in own_sentences(ask, text):
        found = [
            f for f in years_said(sentence, persona) if f.low != f.high or f.low not in given or low <= f.low <= high
        ]
        if not found:
            continue
        seen |= {f.low for f in found}
        ends = [_fits(f, low, high) for f in found if not _until(sentence, f, found)]
        if way == "none":
            words = ", ".join(sentence[f.start : f.end] for f in found)
            way = "right" if all(ends) else "both" if any(ends) else "wrong"
            if (
                way == "both"
                and ends[0]
                and not _UNSURE.search(sentence[found[0].end :])
                and not _corrected(sentence, found)
                or way == "both"
                and ends[-1]
                and _corrected(sentence, found)
            ):
                way = "right"
        elif _TAKEN_BACK.match(sentence):
            way = (
                ("right" if all(ends) else "wrong")
                if sentence.startswith(("no", "wait", "actually", "sorry", "i mean"))
                else (way if way == "right" and all(ends) else "both")
            )
            words = ", ".join(sentence[f.start : f.end] for f in found)
    if len(seen) >= MANY and high - low < len(seen):
        return "both", "names many years"
    return way, words


def _fits(found: Found, low: int, high: int) -> bool:
    """Whether what was said lies in the window, or is as narrow as it allows: an age or a class spans two years."""
    return (
        low <= found.low
        and found.high <= high
        or found.high - found.low <= 1
        and found.low <= high
        and found.high >= low
    )


def _until(sentence: str, found: Found, among: list[Found]) -> bool:
    """The end of a stretch whose beginning was said: "from 2003 to 2005"."""
    return found != among[0] and bool(
        re.search(r"\b(?:to|till|until|through|and ended in)\s*$", sentence[: found.start])
    )


def _corrected(sentence: str, found: list[Found]) -> bool:
    return len(found) > 1 and bool(
        re.search(r"\b(?:no|wait|sorry|i mean|rather|actually)\b", sentence[found[0].end : found[-1].start])
    )
