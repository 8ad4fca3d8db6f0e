"""Reads the files of times under `times/` and says how well `find_times` does on them.

A line is `sentence with [the words of a time] => earliest..latest`, several times joined by ` ; `, nothing found `-`.
`<anchor> few..most` counts days from an event, named by id or by its words. What stands after `|` is also right: a
later latest day that a careful reader would still call no wider than the words, `*` for any. `@` lines say whose life.

A window is right if it holds the careful reader's and is at most about twice as wide: tables differ by some days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from refiner.models import When
from refiner.timeline import FoundTime, find_times

FOLDER = Path(__file__).parent / "times"
VERDICTS = ("right", "wide", "missing", "narrow", "wrong")


@dataclass(frozen=True)
class Expected:
    anchor: str
    low: int | None
    high: int | None
    loose: int | None = None  # a later end that is right as well
    any_end: bool = False


@dataclass(frozen=True)
class Line:
    number: int
    sentence: str
    expected: tuple[Expected, ...]
    marks: tuple[tuple[int, int], ...]
    life: dict[str, Any] = field(hash=False)
    nothing_too: bool = False  # finding nothing is right as well, and so is finding what is expected


def _day(text: str) -> int | None:
    return date.fromisoformat(text).toordinal() if text else None


def _expected(text: str) -> Expected:
    text, _, loose = text.strip().partition("|")
    m = re.match(r"<(.+)>\s*(-?\d*)\.\.(-?\d*)$", text.strip())
    if m:
        low, high = (int(x) if x else None for x in (m[2], m[3]))
        return Expected(m[1], low, high, any_end=loose == "*")
    a, b = text.strip().split("..")
    return Expected("", _day(a), _day(b), _day(loose) if loose not in ("", "*") else None, loose == "*")


def lines(name: str) -> list[Line]:
    """The lines of a file of times, with the life that each is read against."""
    found: list[Line] = []
    life: dict[str, Any] = {}
    for number, raw in enumerate((FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        if not raw or raw.startswith("#"):
            continue
        if raw.startswith("@ event"):
            key, _, label = raw.removeprefix("@ event").strip().partition("=")
            life = {**life, "events": {**life.get("events", {}), key: label}}
        elif raw.startswith("@"):
            given = dict(part.split("=") for part in raw[1:].split())
            names = {"school": "first_school_year"}
            if "born" in given:
                life = {}
            new: dict[str, Any] = {names.get(k, k): v for k, v in given.items()}
            if "first_school_year" in new:
                new["first_school_year"] = int(new["first_school_year"]) if new["first_school_year"] else None
            life = {**life, **new}
        else:
            marked, _, right = raw.partition(" => ")
            sentence, marks = _unmark(marked)
            either = right.startswith("-|")
            right = right.removeprefix("-|")
            expected = () if right.strip() == "-" else tuple(_expected(part) for part in right.split(" ; "))
            found.append(Line(number, sentence, expected, marks, life, either))
    return found


def _unmark(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    plain, marks, at = "", [], 0
    for m in re.finditer(r"\[([^\]]*)\]", marked):
        plain += marked[at : m.start()]
        marks.append((len(plain), len(plain) + len(m[1])))
        plain += m[1]
        at = m.end()
    return plain + marked[at:], tuple(marks)


def _plain(words: str) -> str:
    return re.sub(r"^(?:the|my|our) ", "", words.casefold())


def _fits(when: When, want: Expected) -> str:
    if bool(when.anchor) != bool(want.anchor):
        return "wrong"
    if want.anchor:
        if not _plain(when.anchor).startswith(_plain(want.anchor)):
            return "wrong"
        low, high = when.offset_min, when.offset_max
    else:
        low, high = _day(when.earliest), _day(when.latest)
    a, b = want.low, want.high
    inf = 10**7
    lo, hi, wa, wb = (
        -inf if low is None else low,
        inf if high is None else high,
        -inf if a is None else a,
        inf if b is None else b,
    )
    if hi < wa or lo > wb:
        return "wrong"
    if lo > wa or hi < wb:
        return "narrow"
    if want.any_end:
        return "right"
    end = wb if want.loose is None else max(wb, want.loose)
    room = 2 * (end - wa + 1) + 10 if a is not None and b is not None else 1500
    if (a is not None and b is not None and hi - lo + 1 <= room) or (
        (a is None or b is None) and abs(lo - wa) <= room and abs(hi - wb) <= room
    ):
        return "right"
    return "wide"


def verdict(line: Line, found: list[FoundTime] | None = None) -> str:
    """How the times found in a line compare with those a reader gives: the worst of VERDICTS."""
    got = find_times(line.sentence, **line.life) if found is None else found
    got = [f for f in got if not f.problem and (f.when.earliest or f.when.latest or f.when.anchor)]
    if line.nothing_too and not got:
        return "right"
    worst = "right"
    left = list(got)
    for want in line.expected:
        tried = [(VERDICTS.index(_fits(f.when, want)), i) for i, f in enumerate(left)]
        if not tried:
            worst = max(worst, "missing", key=VERDICTS.index)
            continue
        best, at = min(tried)
        worst = max(worst, VERDICTS[best], key=VERDICTS.index)
        left.pop(at)
    return "wrong" if left else worst
