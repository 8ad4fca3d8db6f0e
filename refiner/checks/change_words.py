"""Plain words of change: where a sentence says that something began, ended, came back, rests, is or never was.

A cue says nothing about *what* changed; `stages/told.py` looks for a trait's words near it. Where the
narrator is not the one who changes, where the change is only planned, imagined or denied, the cue says so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from refiner.checks.stems import stop, tables
from refiner.models import Modality
from refiner.phrases import on_one_line, phrase

CueKind = Literal["onset", "ending", "restart", "suspension", "weakening", "past", "present", "denial", "retraction"]
Where = Literal["after", "before", "clause"]  # where the words of the trait stand, seen from the cue


@dataclass(frozen=True)
class Cue:
    """A phrase of change; `start` and `end` count in the sentence's text, `clause` is the part of it that is meant."""

    kind: CueKind
    start: int
    end: int
    clause: tuple[int, int]
    where: Where
    rule: str
    modality: Modality = "actual"
    subject: Literal["self", "other"] = "self"
    pointing: bool = False  # "since then", "stopped it": what and when stand in the sentences before


_DATA: dict[str, Any] = tomllib.loads(files("refiner.checks").joinpath("change_words.toml").read_text(encoding="utf-8"))


def _filled(pattern: str) -> str:
    return re.sub(r"\{([A-Z]+)\}", lambda m: "(?:" + "|".join(map(_filled, _DATA["words"][m[1]])) + ")", pattern)


def _whole(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return phrase("|".join(map(_filled, _DATA["words"][name])), flags)


class _Rule(NamedTuple):
    kind: CueKind
    where: Where
    name: str
    pattern: re.Pattern[str]


_RULES = tuple(
    _Rule(c["kind"], c["where"], c["rule"], phrase("|".join(map(_filled, c["any"])), re.I)) for c in _DATA["cue"]
)
_POINT = _filled("{POINT}")
_CLAUSE = _whole("CLAUSE", 0)
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_LONG_QUOTE = 400  # characters
_PLAN = _whole("PLAN")
_IF = phrase(r"\b(?:if|unless|suppose|supposing|in case|whether|might|may|perhaps|maybe)\b", re.I)
_NO_IF = phrase(r"\b(?i:asks?|asked|wonder\w*|see|know|as) (?i:if)\b|even if")
_WOULD = phrase(r"\bwould\b|\bwere to\b")
_COUNTER = _whole("COUNTER")
DOUBLE = _whole("DOUBLE")
_SELF = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our)\b")
_POINTS = phrase(rf"{_POINT}|\bsince\s*(?:[.,;!]|$)", re.I)
_VERB_FIRST = re.compile(
    r"(?:has|have|had|was|were|is|did|does|do|will|would|not|never|no|stopped|gave|quit|came|went|took)\b", re.I
)
_DEADLINE = phrase(r"by (?:then|the end)\b", re.I)
_ONLY_POINT = phrase(rf"^(?:and |but |so )?{_POINT}", re.I)
_OTHER = _whole("OTHER", 0)
_SUBJECT = _whole("SUBJECT", 0)
_DIARY = phrase(_filled(r"^(?:{STOP}|{START})\b"), re.I)


_GAP = re.compile(r"\s{20,}")
_FILLER = "\u2060"  # a word joiner: no letter, no stop and no white space


def masked(text: str) -> str:
    """The text on one line, with what others say in quotation marks blanked; offsets stay.

    A long gap keeps its width and is white space only at its ends: patterns that look for blanks before or after a
    word try every blank of a run, which takes the square of its length.
    """
    text = _GAP.sub(lambda m: _gap(len(m[0])), on_one_line(text))
    return _QUOTED.sub(lambda m: " " * len(m[0]) if len(m[0]) <= _LONG_QUOTE else _gap(len(m[0])), text)


def _gap(length: int) -> str:
    return f" {_FILLER * (length - 2)} "


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a sentence that can each hold a change of their own."""
    at = 0
    for match in _CLAUSE.finditer(text):
        if match.start() - at > 8:
            yield at, match.start()
            at = match.end()
    yield at, len(text)


def _modality(sentence: str, clause: str, before: str) -> Modality:
    if _COUNTER.search(clause) or (_IF.search(sentence) and _WOULD.search(sentence)):
        return "counterfactual"
    if re.search(r"\bif\b", clause, re.I) and not _NO_IF.search(clause):
        return "hypothetical"
    if re.search(r"\b(?:perhaps|maybe|might)\b", before, re.I):
        return "hypothetical"
    return "planned" if _PLAN.search(before) else "actual"


def _subject(text: str, clause: tuple[int, int], cue: re.Match[str], rule: str) -> Literal["self", "other"]:
    """Whose change it is: the narrator's unless the clause has another subject before the cue."""
    if re.match(r"(?:I|we)\b", cue[0]) or rule in ("made-me", "cured-me"):
        return "self"
    part = text[clause[0] : clause[1]]
    before = part[: cue.start()] if cue.start() > 3 else ""
    if _VERB_FIRST.match(cue[0]) and (name := re.search(r"\b([A-Z][a-z]+)\s+\Z", before)):
        return "self" if name[1].lower() in stop() else "other"
    if last := next(reversed(list(_SUBJECT.finditer(before))), None):
        return (
            "self"
            if _SELF.fullmatch(last[0]) or last[0].lower() in ("it", "that", "this", "which", "what")
            else "other"
        )
    return "other" if _OTHER.match(_ONLY_POINT.sub("", part).lstrip(" ,:")) else "self"


@cache
def _past() -> frozenset[str]:
    """Past forms without -ed, which look like the present."""
    more = (
        "went came saw got gave took made said told felt knew thought understood stood sat put found left met heard"
        " held kept began read let meant sent won hit cut ought used became chose caught brought fell hung laid led lay"
        " rang shot shut sank slid stuck struck swept threw tore crept clung bent lit stung just then also and too"
    )
    return frozenset(tables()["irregular"]) - {"drunk", "sings"} | frozenset(more.split())


def cues(sentence: str) -> list[Cue]:
    """The changes that a sentence speaks of, one for each clause at most, in order."""
    text = masked(sentence)
    found: list[Cue] = []
    for start, end in clauses(text):
        part = text[start:end]
        if re.search(r"\?\s*$", part):
            continue
        if _DIARY.match(part) and (not found or found[-1].subject == "self"):
            # "Stopped smoking today.": a diary leaves the I out.
            part_cue = "I " + part
            shift = -2
        else:
            part_cue, shift = part, 0
        for kind, where, rule, pattern in _RULES:
            match = pattern.search(part_cue)
            if not match:
                continue
            if kind == "ending" and where == "clause" and DOUBLE.search(part_cue):
                continue
            if where == "before" and re.search(r"(?:\bnever|\bnot|n['’]t)\s+\Z", part_cue[: match.start()], re.I):
                continue
            if rule == "am" and len(match[0].split()) < 3 and match[0].split()[-1].lower() in _past():
                continue
            a, b = max(0, match.start() + shift), max(0, match.end() + shift)
            pointing = bool(
                _POINTS.search(part)
                or re.search(r"\b(?:it|that|this|them)\b", part[a : b + 12])
                or not part[b:].strip(" .,!")
            )
            until = len(text) if rule in ("became-mine", "made-me") else end
            modality = _modality(text, part, part[:b])
            if modality == "planned" and _DEADLINE.match(part, a):
                continue  # "I hope to have the roof on by then": a day to be done by begins nothing
            if kind == "denial":
                modality = "negated"
            found.append(
                Cue(
                    kind,
                    start + a,
                    start + b,
                    (start, until),
                    where,
                    rule,
                    modality,
                    _subject(text, (start, end), match, rule),
                    pointing,
                )
            )
            break
    return found


_NOW = tuple(pattern for kind, _, _, pattern in _RULES if kind == "present")
_EVER = phrase(r"\b(?:I|we) have (?:always|ever) been\b", re.I)


def present(text: str) -> re.Match[str] | None:
    """Where a clause speaks of the narrator in the present tense, or None."""
    for pattern in (*_NOW, _EVER):
        match = pattern.search(text)
        if (
            match
            and (len(match[0].split()) > 2 or match[0].split()[-1].lower() not in _past())
            and (_SELF.search(text) or not _OTHER.match(text))
        ):
            return match
    return None
