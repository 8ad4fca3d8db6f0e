"""A report in words: its measures in the order of likeness, its figures, and what they say plainly. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from refiner.evaluate.compare import Comparison, Difference, asked_for, between
from refiner.evaluate.likeness import PILLARS
from refiner.evaluate.shapes import Area, Measure, Report, Score
from refiner.evaluate.sounding import DRIFT

AREAS: dict[Area, str] = {
    "fact": "Facts", "date": "Dates", "order": "What came first", "living": "Living traits",
    "negative": "Negative traits", "dead": "Dead traits", "gender": "Gender", "unlived": "Never lived",
    "media": "Books, films, games", "general": "General knowledge", "held_out": "Held out of training",
}  # fmt: skip
_MORE = {"honesty": ("abstention_precision", "abstention_recall", "invented"), "general": ("general_loss",)}
_RIVALS = {
    "tuned+card": ("base+card", "base", "tuned"), "tuned": ("base", "base+card"), "model+card": ("model",),
    "base+card": ("base",),
}  # fmt: skip
_FEW = re.compile(r"([0-9]+) items? only: the interval is wide")
_MOST = 6  # measures named in one sentence


class Group(NamedTuple):
    """A pillar with its measures; that without a pillar (`total` is None) holds the rest. `total`: the pillar's own."""

    title: str
    total: Measure | None
    measures: tuple[Measure, ...]


def groups(report: Report) -> tuple[Group, ...]:
    """The measures by pillar, without likeness. A pillar that is one measure by the same figures has no other row."""
    known = {m.id: m for m in report.measures}
    found, used = [], {"likeness", *(f"likeness.{p.id}" for p in PILLARS)}
    for pillar in PILLARS:
        ids = (*(m for m, _ in pillar.measures), *_MORE.get(pillar.id, ()))
        mine = tuple(known[m] for m in ids if m in known)
        used.update(ids)
        total = known.get(f"likeness.{pillar.id}")
        if total is not None and mine:
            mine = tuple(m for m in mine if asked(report, m) and not _same(report, total.id, m.id))
        if total is not None or mine:
            found.append(Group(pillar.title, total, mine))
    rest = tuple(m for m in report.measures if m.id not in used and asked(report, m))
    return (*found, Group("Besides", None, rest)) if rest else tuple(found)


def _same(report: Report, one: str, other: str) -> bool:
    pairs = [(report.score(c.id, one), report.score(c.id, other)) for c in report.contestants]
    return all(
        a and b and (a.value, a.low, a.high, a.unjudged) == (b.value, b.low, b.high, b.unjudged) for a, b in pairs
    )


def figure(value: float | None, measure: Measure | None, *, signed: bool = False) -> str:
    """A value as it is printed: two digits, points as whole numbers."""
    if value is None:
        return "none"
    plus = "+" if signed else ""
    text = format(value, f"{plus}.0f" if measure is not None and measure.unit == "points" else f"{plus}.2f")
    return text.replace("-0.00", "0.00") if text == "-0.00" else "0" if text == "-0" else text


def cell(score: Score | None, measure: Measure) -> str:
    """A score in at most 12 signs: the value and half the width of its interval, or in a word why there is none.

    A value at one end of its interval, as 0 of 8 is, has the whole width on its only side: "0.00 +0.32".
    """
    if score is None:
        return "unavailable"
    if score.value is None:
        if score.unjudged:
            return f"unjudged {score.unjudged}"
        words = {"it is the base itself": "reference", "it never abstains": "never does"}
        return "not asked" if score.why.startswith("no question") else words.get(score.why, "unavailable")
    if score.low is None or score.high is None:
        return figure(score.value, measure)
    starred = "*" if measure.id == "likeness" and "without " in score.why else ""
    width = figure(score.high - score.low, measure)
    if figure(score.low, measure) == figure(score.high, measure):
        around = f"±{width}"
    elif figure(score.value, measure) == figure(score.low, measure):
        around = f"+{width}"
    elif figure(score.value, measure) == figure(score.high, measure):
        around = f"-{width}"
    else:
        around = f"±{figure((score.high - score.low) / 2, measure)}"
    return f"{figure(score.value, measure)} {around}{starred}"


def rival(report: Report, contestant: str = "") -> str:
    """Whom a contestant is held against: the base with the same card, else another; "" where there is nobody."""
    who = asked_for(report, contestant)
    others = [c.id for c in report.contestants if c.id != who]
    return next((c for c in _RIVALS.get(who, ()) if c in others), others[0] if others else "")


def against_rival(report: Report, contestant: str = "", *, seed: int = 0) -> Comparison | None:
    """The contestant that a report is about beside its rival; None where it stands alone."""
    other = rival(report, contestant)
    return between(report, other, asked_for(report, contestant), seed=seed) if other else None


def conclusions(found: Comparison, measures: Sequence[Measure]) -> tuple[str, ...]:
    """What a comparison says, in plain sentences: first likeness, then better, worse, and what cannot be told."""
    known = {m.id: m for m in measures}
    lines = [_headline(found)]
    if not found.items and not found.compared:
        lines.append("They have no question in common: evaluate both with the same --seed, --questions and --only.")
        return (*lines, *_noted(found))
    rest = [d for d in found.differences if d.measure != "likeness"]
    for verdict in ("better", "worse"):
        mine = [d for d in rest if d.verdict == verdict]
        if mine:
            lines.append(f"{verdict.capitalize()}: {_named(mine, known)}.")
        else:
            lines.append(f"{verdict.capitalize()}: in nothing that these questions can show.")
    for word, good in (("better", True), ("worse", False)):
        if leaning := [d for d in rest if d.leans and _improves(d, known) == good]:
            lines.append(f"Perhaps {word}, though among so many measures it can be chance: {_named(leaning, known)}.")
    same = [d for d in rest if d.verdict == "no difference" and not d.leans]
    if same:
        lines.append(f"No difference that these questions can show: {_list(_title(d, known) for d in same)}.")
    if unknown := [d for d in rest if d.verdict == "cannot say" and not d.unasked]:
        lines.append(f"Not comparable: {_list(_title(d, known) for d in unknown)}.")
    lines.append(
        f"{found.compared} measures are compared at once, on {many(found.items, 'question')} that both have"
        + (f" ({found.left_out} more have no counterpart)" if found.left_out else "")
        + " and on answers that could be judged for both, so that figures may differ a little from those of each "
        "alone; what is called better or worse stands Holm's correction for that many."
    )
    return (*lines, *_noted(found))


def _noted(found: Comparison) -> list[str]:
    return [f"{n[:1].upper()}{n[1:]}." for n in found.notes]


def remarks(report: Report) -> tuple[str, ...]:
    """Why a measure has no value or a doubtful one, each reason once: what, why, and for whom if not for all."""
    everyone = [c.id for c in report.contestants]
    found: dict[tuple[str, str], list[str]] = {}
    few: dict[str, set[int]] = {}
    unheard: dict[str, list[str]] = {}
    for measure in report.measures:
        for one in everyone:
            score = report.score(one, measure.id)
            if score is None or measure.id.startswith("likeness."):
                continue
            if only := _FEW.fullmatch(score.why):
                few.setdefault(measure.title, set()).add(int(only[1]))
            elif score.why and not score.why.startswith(("no question", "it is the base")):
                found.setdefault((_by_reason(score.why), measure.title), []).append(one)
            total = score.marks + score.unjudged
            if score.value is not None and score.unjudged * 5 >= total and score.unjudged:
                unheard.setdefault(measure.title, []).append(f"{one} {score.unjudged} of {total}")
    merged: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (why, title), who in found.items():
        merged.setdefault((why, () if who == everyone else tuple(who)), []).append(title)
    lines = [f"{', '.join(t)}: {why}" + (f" ({', '.join(w)})" if w else "") for (why, w), t in merged.items()]
    if few:
        counts = sorted(set().union(*few.values()))
        span = f"{counts[0]} to {counts[-1]}" if counts[1:] else f"{counts[0]}"
        which = ", ".join(few) if len(few) <= _MOST else f"{len(few)} measures"
        lines.insert(0, f"few questions ({span}), so that the intervals are wide (--questions asks more): {which}")
    if unheard:
        said = "; ".join(f"{title} ({', '.join(who)})" for title, who in unheard.items())
        lines.append(f"a fifth or more of the answers could not be judged and count for nothing: {said}")
    unasked = [m.title for m in report.measures if not m.id.startswith("likeness") and not asked(report, m)]
    return (*lines, *([f"no questions for: {', '.join(unasked)}"] if unasked else []))


def _by_reason(why: str) -> str:
    """ "without facts: no questions; without gender: no questions" with each reason said once."""
    parts = [p.removeprefix("without ").split(": ", 1) for p in why.split("; ") if p.startswith("without ")]
    if len(parts) != why.count(";") + 1 or any(len(p) != 2 for p in parts):
        return why
    said: dict[str, list[str]] = {}
    for title, reason in parts:
        said.setdefault(reason, []).append(title)
    return "; ".join(f"without {', '.join(titles)}: {reason}" for reason, titles in said.items())


def many(count: int, thing: str) -> str:
    """A number of things in words: "1 question", "2 questions"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def asked(report: Report, measure: Measure) -> bool:
    """Whether there was a question for a measure."""
    found = [report.score(c.id, measure.id) for c in report.contestants]
    return not found or not all(s is not None and s.value is None and s.why.startswith("no question") for s in found)


def _headline(found: Comparison) -> str:
    d = found.difference("likeness")
    if d is None or d.value is None or d.verdict == "cannot say":
        return f"Likeness of {found.after} and {found.before} cannot be compared{': ' + d.why if d and d.why else ''}."
    ends = f"likeness {figure(d.after, None)} against {figure(d.before, None)}"
    wide = "" if d.low is None else f"; the difference is {_interval(d, None)}"
    only = f", {d.why}" if d.why else ""
    if d.verdict == "no difference":
        return (
            f"These questions cannot tell which is more like her, {found.after} or {found.before}: {ends}{wide}{only}."
        )
    more = "more" if d.verdict == "better" else "less"
    return f"{found.after} is {more} like her than {found.before}: {ends}{wide}{only}."


def _named(found: Sequence[Difference], known: dict[str, Measure]) -> str:
    first = []
    for d in found[:_MOST]:
        measure = known.get(d.measure)
        less = ", less is better" if measure is not None and measure.better == "lower" else ""
        first.append(f"{_title(d, known)} ({figure(d.after, measure)} against {figure(d.before, measure)}{less})")
    return _list([*first, *([f"{len(found) - _MOST} more"] if len(found) > _MOST else [])])


def _improves(d: Difference, known: dict[str, Measure]) -> bool:
    measure = known.get(d.measure)
    if d.measure == DRIFT:
        return abs(d.after or 0.0) < abs(d.before or 0.0)
    return ((d.value or 0.0) < 0) == (measure is not None and measure.better == "lower")


def _interval(d: Difference, measure: Measure | None) -> str:
    low, high = figure(d.low, measure, signed=True), figure(d.high, measure, signed=True)
    return f"{figure(d.value, measure, signed=True)} ({low} to {high})"


def _title(d: Difference, known: dict[str, Measure]) -> str:
    return known[d.measure].title if d.measure in known else d.measure


def _list(parts: Iterable[str]) -> str:
    return "; ".join(parts)
