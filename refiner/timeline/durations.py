"""How long something lasted, from words: "for two years", "it took eleven months", "from 2003 to 2006".

    find_durations("I was there for about ten years now")   one, 3288 to 4018 days, still going on
    parse_duration("two years and three months")            the length alone, as in front matter

A length is no time: `find_times` does not find these. What the words mean in days is in `FUZZY` ("a length in …").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict, Unpack

from refiner.models import Duration
from refiner.timeline.bounds import ImpossibleTime, to_day
from refiner.timeline.dates import FoundTime, find_times, parse_time
from refiner.timeline.fuzzy import bounds_of
from refiner.timeline.offsets import ABOUT
from refiner.timeline.spans import DAYS, Length, span_of, unit_of
from refiner.timeline.words import NUMBER, QUANTITY, UNIT, UNITS

__all__ = ["FoundDuration", "find_durations", "parse_duration"]


class Life(TypedDict, total=False):
    """What `find_times` takes besides the sentence: only stretches between two times need it."""

    born: str
    first_school_year: int | None
    school_year_starts: int
    culture: str
    written: str
    context: str


@dataclass(frozen=True)
class FoundDuration:
    """A length of time in a sentence, `sentence[start:end]`; `ongoing`: the words say that it is not over."""

    start: int
    end: int
    duration: Duration
    ongoing: bool = False


_OF = "a length in"
_WHOLE = r"(?:(?:whole|full|long|straight|solid|good)\s+)?"
_LENGTH = rf"{ABOUT}{QUANTITY}\s+{_WHOLE}{UNIT}"
_NOT_LENGTH = r"(?!\s*(?:ago|old|later|earlier|hence|back)\b|['’]|-old)"
_LEAD = (
    r"(?:for|lasted(?:\s+for)?|lasting|took(?:\s+(?:me|us|him|her|them))?|takes?|(?:went|goes|gone|kept|carried|dragged)\s+on"
    r"(?:\s+for)?|continued(?:\s+for)?|stayed(?:\s+for)?|spent|served|within\s+the\s+space\s+of|in\s+all)"
)
_SPAN = r"(?P<span>the\s+(?:next|last|past|first|following|better\s+part\s+of)\s+|all\s+of\s+|another\s+)?"
_PLAIN = re.compile(rf"\b{_LEAD}\s+{_SPAN}{_LENGTH}{_NOT_LENGTH}", re.IGNORECASE)
_OVER = re.compile(
    rf"\b(?:over|during|through)\s+(?P<span>the\s+(?:next|last|past|first|following)\s+|these\s+)?{QUANTITY}\s+{_WHOLE}{UNIT}"
    rf"{_NOT_LENGTH}(?!\s+(?:after|before)\b)",
    re.IGNORECASE,
)
_LONG = re.compile(rf"\b{_LENGTH}(?:['’]?\s+(?:long|at\s+a\s+stretch|on\s+end|in\s+all|altogether)\b)", re.IGNORECASE)
_ADJECTIVE = re.compile(
    rf"\b(?:an?|the|my|our|that|this)\s+(?P<n>{NUMBER})-(?P<unit>{UNITS})(?:-long)?\s+(?!old\b)[a-z]{{3,}}",
    re.IGNORECASE,
)
_UNSAID = re.compile(
    rf"\bfor\s+(?:(?:many|long|whole)\s+)?(?P<unit>days|weeks|months|years|decades)(?:\s+(?:on\s+end|together))?{_NOT_LENGTH}",
    re.IGNORECASE,
)
_STAGE = re.compile(
    r"\b(?:all\s+(?:through|of|my)|throughout|the\s+whole\s+of)\s+(?:my\s+)?(?P<stage>school|college)\b"
    r"(?!\s+(?:fees|bag|uniform))",
    re.IGNORECASE,
)
_AND_MORE = re.compile(rf"\s*(?:,|and)\s+{QUANTITY}\s+{UNIT}", re.IGNORECASE)
_STILL = re.compile(r"\s+now\b|\s+and\s+counting\b", re.IGNORECASE)
_PERFECT = re.compile(r"(?:\b(?:have|has|am|is|are)|['’](?:ve|m))\s+[^.;:!?]*$", re.IGNORECASE)
_WORDS = (
    "for",
    "last",
    "took",
    "take",
    "over",
    "during",
    "through",
    "went",
    "on",
    "continu",
    "stay",
    "spent",
    "long",
    "-",
)


def find_durations(sentence: str, **life: Unpack[Life]) -> list[FoundDuration]:
    """The lengths of time in a sentence, in order, none overlapping. `life` as for `find_times`; raises as it does."""
    found: list[FoundDuration] = []
    low = sentence.lower()
    if any(w in low for w in _WORDS):
        for pattern in (_PLAIN, _OVER, _LONG, _ADJECTIVE, _UNSAID, _STAGE):
            found += (d for m in pattern.finditer(sentence) if (d := _found(m, sentence, pattern)))
    if "from " in low:
        found += (d for t in find_times(sentence, **life) if (d := _stretch(t, life)))
    found.sort(key=lambda d: (d.start, -d.end))
    kept: list[FoundDuration] = []
    for duration in found:
        if not kept or duration.start >= kept[-1].end:
            kept.append(duration)
    return kept


def parse_duration(raw: str) -> Duration | None:
    """What a length of time alone means ("two years", "about six weeks", "for years"); None where it is none."""
    text = raw.strip()
    for pattern, words in ((_PLAIN, f"for {text}"), (_PLAIN, text), (_UNSAID, f"for {text}"), (_UNSAID, text)):
        m = pattern.match(words)
        if m and (found := _found(m, words, pattern)) and found.end == len(words):
            return found.duration.model_copy(update={"raw": text})
    m = _STAGE.fullmatch(text)
    found = _found(m, text, _STAGE) if m else None
    return found.duration if found else None


def _found(m: re.Match[str], text: str, pattern: re.Pattern[str]) -> FoundDuration | None:
    end = m.end()
    if pattern is _STAGE:
        low, high = bounds_of(m["stage"].casefold(), "a length")
        span: Length | None = Length(round(low * DAYS["year"]), round(high * DAYS["year"]), "year")
    elif pattern is _UNSAID:
        unit = unit_of(m["unit"].casefold().removesuffix("s"))
        span = Length(round(bounds_of("some", "how many")[0] * DAYS[unit]), None, unit)
    elif pattern is _ADJECTIVE:
        span = _adjective(m)
    else:
        span = span_of(m, _OF)
        more = _AND_MORE.match(text, end)
        rest = span_of(more, _OF) if span and more else None
        if span and more and rest and rest.most is not None and DAYS[rest.unit] < DAYS[span.unit]:
            # "two years and three months": the smaller unit says how exact it is.
            exact = round(DAYS[span.unit] * _count(span))
            span, end = Length(exact + rest.few, exact + rest.most, rest.unit), more.end()
        if span and "better part" in (m.groupdict().get("span") or "").casefold():
            span = span._replace(few=span.few // 2)
        if span and pattern is _OVER and not m["span"]:
            span = span._replace(most=None)  # "over three years": during them, or more than that
    if span is None:
        return None
    still = _STILL.match(text, end)
    recent = bool(re.match(r"the\s+(?:last|past)\b|these\b", m.groupdict().get("span") or "", re.IGNORECASE))
    ongoing = bool(still or recent or _PERFECT.search(text[: m.start()]))
    end = still.end() if still else end
    duration = Duration(raw=text[m.start() : end], days_min=span.few, days_max=span.most)
    return FoundDuration(m.start(), end, duration, ongoing)


def _count(span: Length) -> int:
    """How many units a length is about: the middle of it."""
    return round((span.few + (span.most or span.few)) / 2 / DAYS[span.unit])


def _adjective(m: re.Match[str]) -> Length | None:
    """ "a two-year break"."""
    plain = re.match(rf"{QUANTITY}\s+{UNIT}", f"{m['n']} {m['unit']}", re.IGNORECASE)
    return span_of(plain, _OF) if plain else None


_FROM_TO = re.compile(r"from\s+(?P<a>.+?)\s*(?:\bto\b|\buntil\b|\btill\b|–|—|-)\s*(?P<b>.+)\Z", re.IGNORECASE)


def _stretch(time: FoundTime, life: Life) -> FoundDuration | None:
    """ "from 2003 to 2006": at least from the last day of the one to the first of the other."""
    m = _FROM_TO.match(time.when.raw)
    if m is None or time.problem:
        return None
    try:
        right = parse_time(m["b"], **life)
        inner: Life = {**life, "context": right.edtf if right and "/" not in right.edtf else ""}
        left = parse_time(m["a"], **inner)
    except ImpossibleTime:
        return None
    if left is None or right is None:
        return None
    first, last = to_day(left.earliest), to_day(right.latest)
    few = (to_day(right.earliest) or 0) - (to_day(left.latest) or 0)
    if first is None or last is None or last < first or not right.earliest or not left.latest:
        return None
    duration = Duration(raw=time.when.raw, days_min=max(0, few), days_max=last - first + 1)
    return FoundDuration(time.start, time.end, duration)
