"""A gate: figures that a contestant must reach before it may replace another. Pure.

It never opens on what is missing: a measure that is not available, or most of which could not be judged, is not
reached. What is held against the limit is the value; with `strict` the worse end of its interval, so that luck with the
questions cannot open it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from refiner.errors import UsageError
from refiner.evaluate.compare import asked_for
from refiner.evaluate.likelihood import FORCED_CHOICE
from refiner.evaluate.likeness import PILLARS
from refiner.evaluate.scores import MEASURES as SCORED
from refiner.evaluate.shapes import Measure, Report, Score

_ONE = re.compile(r"\s*([a-z_.]+?)\s*(<=|>=|=)\s*(-?[0-9]*\.?[0-9]+)\s*(%?)\s*", re.IGNORECASE)
_ALONE = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*")
_ALWAYS = ("facts", "dates", "honesty", "general")  # parts of likeness that every life has questions for
_MOST = 0.5


class Limit(NamedTuple):
    """`most`: the value may be at most so much; otherwise it must be at least so much."""

    measure: str
    value: float
    most: bool = False

    def __str__(self) -> str:
        return f"{self.measure} {'at most' if self.most else 'at least'} {self.value:g}"


class Held(NamedTuple):
    """A limit held against a contestant's score. `why`: in words, for a person."""

    limit: Limit
    value: float | None
    passed: bool
    why: str


class Gate(NamedTuple):
    """What came of it. An empty gate is not passed."""

    contestant: str
    strict: bool
    held: tuple[Held, ...]

    @property
    def passed(self) -> bool:
        return bool(self.held) and all(h.passed for h in self.held)


def parse(text: str, more: Sequence[Measure] = ()) -> tuple[Limit, ...]:
    """The limits of `--fail-under`: "likeness=0.6,dead_leak<=0.1", or a number alone for likeness.

    `=` means at least for measures of which more is better, at most for the others; `more`: measures beside those of
    this project. Raises UsageError for anything else, so that a misspelt limit cannot open the gate.
    """
    if alone := _ALONE.fullmatch(text):
        text = f"likeness={alone[1]}{alone[2]}"
    known = {m.id: m for m in (*SCORED, FORCED_CHOICE, *more)}
    found: list[Limit] = []
    for part in text.split(","):
        match = _ONE.fullmatch(part)
        if not match:
            raise UsageError(
                f"{part.strip()!r} is no limit", mend='--fail-under "likeness=0.6,dead_leak<=0.1", or --fail-under 0.6'
            )
        name, sign, number, percent = match[1].lower(), match[2], float(match[3]), match[4]
        measure = known.get(name)
        if measure is None and not name.startswith("judge_"):
            near = difflib.get_close_matches(name, known, 1)
            raise UsageError(
                f"there is no measure {name!r}" + (f"; did you mean {near[0]}?" if near else ""),
                mend=f"one of: {', '.join(known)}",
            )
        found.append(_limit(measure, name, sign, number / 100 if percent else number))
    return tuple(found)


def gate(report: Report, limits: Sequence[Limit], contestant: str = "", *, strict: bool = False) -> Gate:
    """Holds the limits against a contestant: the one named, else the one the report is about (with the card, tuned).

    Raises UsageError where there is no such contestant.
    """
    who = asked_for(report, contestant)
    return Gate(who, strict, tuple(_held(report, report.score(who, x.measure), x, strict) for x in limits))


def _limit(measure: Measure | None, name: str, sign: str, number: float) -> Limit:
    if (measure is None or measure.unit == "share") and not 0 <= number <= 1:
        raise UsageError(
            f"{name} lies between 0 and 1, so {number:g} is no limit for it", mend=f"--fail-under {name}=0.5"
        )
    lower = measure is not None and measure.better == "lower"
    if sign != "=" and (sign == "<=") != lower:
        raise UsageError(
            f"of {name} {'less' if lower else 'more'} is better, so {name}{sign}{number:g} would ask for a bad one",
            mend=f'--fail-under "{name}{"<=" if lower else ">="}{number:g}"',
        )
    return Limit(name, number, lower)


def _held(report: Report, score: Score | None, limit: Limit, strict: bool) -> Held:
    if score is None or score.value is None or not math.isfinite(score.value):
        unjudged = f", unjudged {score.unjudged}" if score and score.unjudged else ""
        return Held(limit, None, False, f"unavailable: {(score.why if score else '') or 'not measured'}{unjudged}")
    if score.unjudged > _MOST * (score.marks + score.unjudged):
        return Held(
            limit, score.value, False,
            f"{_said(score.value)}, but {score.unjudged} of {score.marks + score.unjudged} answers are unjudged",
        )  # fmt: skip
    if limit.measure == "likeness" and (lacking := _lacking(report, score.contestant)):
        return Held(limit, score.value, False, f"{_said(score.value)}, but without {lacking}")
    value = score.value
    if strict:
        bound = score.high if limit.most else score.low
        if bound is None:
            return Held(limit, value, False, f"{_said(value)}, but it has no interval: {score.why}")
        value = bound
    # The drift is a distance from 0 on both sides.
    reached = abs(value) if limit.measure == "valence_drift" else value
    if limit.measure == "valence_drift" and strict:
        reached = max(abs(score.low or 0.0), abs(score.high or 0.0))
    passed = reached <= limit.value if limit.most else reached >= limit.value
    whole = f" (interval {_said(score.low)} to {_said(score.high)})" if score.low is not None else ""
    remark = f"; {score.why}" if score.why else ""
    return Held(limit, score.value, passed, f"{_said(score.value)}{whole}{remark}")


def _lacking(report: Report, contestant: str) -> str:
    """Parts of likeness that were asked for or belong to every life, and have no value."""
    found = []
    for pillar in PILLARS:
        score = report.score(contestant, f"likeness.{pillar.id}")
        asked = any(i.area in pillar.areas for i in report.items)
        excluded = "areas" in report.settings and not set(pillar.areas) & set(report.settings["areas"])
        if (score is None or score.value is None) and (asked or excluded or pillar.id in _ALWAYS):
            found.append(pillar.title.lower() + (" (left out by --only)" if excluded else ""))
    return ", ".join(found)


def _said(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
