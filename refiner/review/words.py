"""The records' terms in words for a person who has read no documentation: verdicts, effects, dates, sources. Pure.

Nothing of the timeline is imported: its tables of dates cost more time than the whole start of a review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from refiner.models import EffectKind, Event, Modality, RelationKind, VerdictName, When
from refiner.review.visible import one_line

VERDICTS: dict[VerdictName, str] = {
    "HOLDS": "holds today",
    "NOT": "is over",
    "CONTESTED": "contested",
    "INCONSISTENT": "the notes contradict each other",
    "RETRACTED": "taken back, so it never was true",
    "DORMANT": "dormant",
    "UNKNOWN": "unknown",
}
EFFECTS: dict[EffectKind, str] = {
    "initiates": "began",
    "terminates": "ended",
    "reinitiates": "began again",
    "suspends": "paused",
    "resumes": "went on after a pause",
    "continues": "went on",
    "weakens": "grew weaker",
}
BEGINS: tuple[EffectKind, ...] = ("initiates", "reinitiates", "resumes")
MODALITIES: dict[Modality, str] = {
    "actual": "",
    "planned": "only planned",
    "hypothetical": "only imagined",
    "negated": "told as not done",
    "counterfactual": "told as what might have been",
}
RELATIONS: dict[RelationKind, str] = {
    "causes": "it led to",
    "enables": "it made possible",
    "prevents": "it kept from happening",
    "causes_to_end": "it brought to an end",
    "before": "it was before",
    "same_as": "it is the same as",
}
_LONG = 100  # characters of a quote that names an event
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}  # EDTF level 1
_UNSURE = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}


def trait_name(trait: str) -> str:
    """A trait's id as words: `fear-of-dogs` is fear of dogs."""
    return trait.replace("-", " ").replace("_", " ")


def maker(source: str, *, named: bool = True) -> str:
    """Who proposed something: `rule:no-longer` is the rule “no longer”, `model:qwen3:4b` the model qwen3:4b.

    `named=False` leaves out the rule's name, where it stands on the screen already.
    """
    kind, _, name = source.partition(":")
    if kind == "rule":
        return f"the rule “{trait_name(name)}”" if name and named else "a rule"
    given = {"person": "you", "config": "your refiner.toml", "model": f"the model {name}" if name else "a model"}
    return given.get(kind, source)


def counted(count: int, word: str) -> str:
    """`1 edit`, `2 edits`."""
    return f"{count} {word}{'s' * (count != 1)}"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    named = list(parts)
    return " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)


def date_words(edtf: str) -> str:
    """An EDTF date for reading: `2014~` is about 2014, `2008-07/2009-06` (one day within them) 2008-07..2009-06."""
    left, slash, right = edtf.partition("/")
    if slash and left in ("", ".."):
        return f"{_one(right)} or before" if right not in ("", "..") else "day unknown"
    if slash and right in ("", ".."):
        return f"{_one(left)} or later"
    return f"{_one(left)}..{_one(right)}" if slash else _one(edtf)


def _one(edtf: str) -> str:
    if edtf in ("", ".."):
        return "day unknown"
    if (season := _SEASONS.get(edtf[5:7])) and len(edtf) <= 8:
        edtf = f"{season} {edtf[:4]}{edtf[7:]}"
    return f"{_UNSURE[edtf[-1]]}{edtf[:-1]}" if edtf[-1] in _UNSURE else edtf


def when_words(when: When, anchor: str = "", read: str = "") -> str:
    """A time as the note says it and what it was taken for: “about 2003” = about 2003.

    `anchor` is what it is counted from, in words; `read` the EDTF date that the timeline made of it, used where the
    note's words alone give none. "" where nothing is known.
    """
    bounds = list(dict.fromkeys(d for d in (when.earliest, when.latest) if d))
    found = when.edtf or ("/".join(bounds) if len(bounds) > 1 else "") or read
    if not found and bounds:
        found = f"{when.earliest}/.." if when.earliest else f"../{when.latest}"
    taken = date_words(found) if found else ""
    said = f"“{when.raw}”" if when.raw and re.sub(r"\W", "", when.raw) != re.sub(r"\W", "", found) else ""
    out = f"{said} = {taken}" if said and taken else said or taken
    return f"{out}, counted from {anchor}" if out and anchor else out


def event_name(event: Event, limit: int = _LONG) -> str:
    """What an event is called in at most `limit` characters: its label, or the words that tell it, in quotation
    marks."""
    quote = next(iter(event.quotes), "")
    if event.label and not (quote and one_line(quote).startswith(one_line(event.label).rstrip("….:"))):
        return one_line(event.label, limit)
    return f"“{one_line(quote, limit)}”" if quote else one_line(event.label, limit) or "an event without words"
