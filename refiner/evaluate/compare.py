"""Two contestants on the same questions: what the second does better or worse, as far as the items can show. Pure.

Only questions that both answered count: the same item with the same wordings and the same key, and of an item's
wordings those that could be judged for both. Differences are paired by item. Many measures are looked at at once, so
that one in twenty would differ by chance: a measure is called better or worse only where its p-value, from exchanging
the two contestants' answers at random, stands Holm's correction (1979) for as many measures as are compared. `likeness`
is what is asked first; it is tested by itself and not corrected. Intervals are 95 % each, without correction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from refiner.errors import UsageError
from refiner.evaluate import honesty, likeness, sounding
from refiner.evaluate.intervals import Estimate, Floats, Statistic, chance, difference, holm, item_mean, of_totals
from refiner.evaluate.judge_claims import GROUPS
from refiner.evaluate.shapes import Area, Item, Mark, Measure, Report
from refiner.evaluate.tally import ByAsk, Side, judged, side_of

ALPHA = 0.05
Verdict = Literal["better", "worse", "no difference", "cannot say"]
PREFERRED = ("tuned+card", "model+card", "tuned", "model")
"""Whom a gate or a comparison is about where nobody is named."""
_APART = ("likeness", "general_loss", "abstained")  # the headline; the same as general_right; neither good nor bad


class Difference(NamedTuple):
    """A measure of two contestants on the items that both have. `value`: the second less the first."""

    measure: str
    before: float | None
    after: float | None
    value: float | None
    low: float | None
    high: float | None
    chance: float  # p-value
    corrected: float  # after Holm's correction; that of likeness is not corrected
    items: int
    verdict: Verdict
    why: str = ""

    @property
    def leans(self) -> bool:
        """The interval leaves 0 out, but among so many measures that can be chance."""
        if self.verdict != "no difference" or self.low is None or self.high is None:
            return False
        return self.low > 0 or self.high < 0

    @property
    def unasked(self) -> bool:
        """Neither of the two has anything of it."""
        return self.verdict == "cannot say" and self.why.startswith(("neither has", "no question"))


class Comparison(NamedTuple):
    """`before` and `after`: who is compared, in words. `compared`: measures that Holm's correction counts."""

    before: str
    after: str
    items: int
    left_out: int  # items that only one of them has, or with other wordings or another key
    compared: int
    differences: tuple[Difference, ...]  # likeness last
    notes: tuple[str, ...] = ()

    def of(self, verdict: Verdict) -> tuple[Difference, ...]:
        return tuple(d for d in self.differences if d.verdict == verdict)

    def difference(self, measure: str) -> Difference | None:
        return next((d for d in self.differences if d.measure == measure), None)


def asked_for(report: Report, contestant: str = "") -> str:
    """The contestant that is named, else the one whom a report is about. Raises UsageError where there is none."""
    there = [c.id for c in report.contestants]
    if contestant:
        if contestant not in there:
            raise UsageError(f"there is no contestant {contestant!r}; there are: {', '.join(there) or 'none'}")
        return contestant
    if not there:
        raise UsageError("the report has no contestant")
    return next((c for c in PREFERRED if c in there), there[-1])


def between(report: Report, before: str, after: str, *, seed: int = 0) -> Comparison:
    """Two contestants of one report. Raises UsageError where one is not in it."""
    for contestant in (before, after):
        asked_for(report, contestant)
    return _compared(
        report.items, report.marks.get(before, ()), report.marks.get(after, ()), report.measures,
        asked={i.id for i in report.items}, names=(before, after), left_out=0, notes=(), seed=seed,
    )  # fmt: skip


def compare(first: Report, second: Report, contestant: str = "", *, seed: int = 0) -> Comparison:
    """The same contestant of two reports (or the one each is about). Raises UsageError where there is none.

    Notes say what else differs between the two: the limit of tokens, the day that counted as today, the life.
    """
    one = asked_for(first, contestant)
    other = asked_for(second, contestant or (one if any(c.id == one for c in second.contestants) else ""))
    theirs = {i.id: i for i in second.items}
    both = tuple(i for i in first.items if i.id in theirs and _alike(i, theirs[i.id]))
    known = {m.id for m in first.measures}
    measures = (*first.measures, *(m for m in second.measures if m.id not in known))
    return _compared(
        both, first.marks.get(one, ()), second.marks.get(other, ()), measures,
        asked={i.id for i in first.items} | theirs.keys(), names=(f"{first.name} ({one})", f"{second.name} ({other})"),
        left_out=len({i.id for i in first.items} | theirs.keys()) - len(both), notes=_notes(first, second), seed=seed,
    )  # fmt: skip


def _alike(a: Item, b: Item) -> bool:
    return (a.area, a.asks, a.key) == (b.area, b.asks, b.key)


def _notes(first: Report, second: Report) -> tuple[str, ...]:
    notes = []
    if first.life != second.life:
        notes.append("the notes changed between the two; only questions that stayed the same are compared")
    if first.now != second.now:
        notes.append(f"another day counted as today: {first.now}, then {second.now}")
    for key in ("max_tokens", "temperature"):
        one, other = first.settings.get(key), second.settings.get(key)
        if one != other and None not in (one, other):
            notes.append(f"{key} was {one}, then {other}: the answers are not quite comparable")
    return tuple(notes)


def _compared(
    items: Sequence[Item], before: Iterable[Mark], after: Iterable[Mark], measures: Sequence[Measure], *,
    asked: Collection[str], names: tuple[str, str], left_out: int, notes: tuple[str, ...], seed: int,
) -> Comparison:  # fmt: skip
    before, after = tuple(before), tuple(after)
    items = (*items, *_beside(before, after, measures, asked))
    one, other = side_of(items, before), side_of(items, after)
    found = [
        _difference(one, other, m, seed) for m in measures if m.id not in _APART and not m.id.startswith("likeness.")
    ]
    tested = [d for d in found if d.verdict != "cannot say"]
    corrected = dict(zip((d.measure for d in tested), holm([d.chance for d in tested]), strict=True))
    if any(d.measure in GROUPS for d in tested):
        notes = (*notes, "what a judge found is compared as it judged: its errors make differences look smaller")
    better = {m.id: m.better for m in measures}
    ended = [_decided(d, corrected.get(d.measure, 1.0), better[d.measure] == "lower") for d in found]
    headline = _headline(one, other, seed)
    ended.append(_decided(headline, headline.chance, False))
    return Comparison(*names, sum(i.id in asked for i in items), left_out, len(tested), tuple(ended), notes)


def _beside(
    before: Sequence[Mark], after: Sequence[Mark], measures: Sequence[Measure], asked: Collection[str]
) -> tuple[Item, ...]:
    """What both have marks for and is no question of the report: the choices of a forced choice, by their own ids."""
    areas = {m.id: m.areas[0] if m.areas else "fact" for m in measures}
    mine: dict[str, Area] = {m.item: areas[m.measure] for m in before if m.item not in asked and m.measure in areas}
    theirs = {m.item for m in after}
    return tuple(Item(id=i, area=area, asks=()) for i, area in sorted(mine.items()) if i in theirs)


def _decided(found: Difference, corrected: float, lower: bool) -> Difference:
    if found.verdict == "cannot say" or found.value is None:
        return found
    value = found.value
    if found.measure == sounding.DRIFT and None not in (found.before, found.after):
        value, lower = abs(found.after or 0.0) - abs(found.before or 0.0), True
    verdict: Verdict = "no difference"
    if corrected < ALPHA and value:
        verdict = "better" if (value < 0) == lower else "worse"
    return found._replace(corrected=corrected, verdict=verdict)


def _difference(one: Side, other: Side, measure: Measure, seed: int) -> Difference:
    if measure.id in {m.id for m in honesty.MEASURES}:
        return _abstention(one, other, measure.id, seed)
    first, second = _paired(one.values(measure.id, measure.areas), other.values(measure.id, measure.areas))
    ids = sorted(first)
    if not ids:
        return _nothing(measure.id, _missing(one, other, measure))
    a = np.array([[sum(first[i]) / len(first[i]), 1.0] for i in ids])
    b = np.array([[sum(second[i]) / len(second[i]), 1.0] for i in ids])
    statistic = _from_zero if measure.id == sounding.DRIFT else item_mean
    if measure.id == sounding.DRIFT:  # what counts is how far each is from 0
        found = of_totals(
            np.hstack((a, b)), lambda t: _from_zero(t[:, 2:]) - _from_zero(t[:, :2]), share=False, seed=seed
        )
    else:
        share = measure.unit == "share"
        found = difference([first[i] for i in ids], [second[i] for i in ids], share=share, seed=seed)
    return _told(measure.id, a, b, item_mean, found, chance(a, b, statistic, seed=seed))


def _abstention(one: Side, other: Side, measure: str, seed: int) -> Difference:
    first, second = _joint(one, other, "abstained")
    items = [i for i in one.items if first.values("abstained").get(i.id)]
    if not honesty.wanting(items):
        return _nothing(measure, "no question of what was never lived that both answered")
    a, b = honesty.columns(first, items), honesty.columns(second, items)
    statistic = honesty.precision if measure == "abstention_precision" else honesty.recall
    found = of_totals(
        np.hstack((a, b)), lambda t: statistic(t[:, 3:]) - statistic(t[:, :3]),
        strata=honesty.strata(items), least=honesty.wanting(items), share=False, seed=seed,
    )  # fmt: skip
    if found.value is None:
        return _nothing(measure, "one of them never abstains")
    return _told(measure, a, b, statistic, found, chance(a, b, statistic, seed=seed))


def _headline(one: Side, other: Side, seed: int) -> Difference:
    counted = [{p.pillar.id for p in likeness.likeness(s, seed).counted} for s in (one, other)]
    pillars = tuple(p for p in likeness.PILLARS if p.id in counted[0] & counted[1])
    tables: list[tuple[Floats, Floats]] = []
    least = len(one.items)
    kept: list[likeness.Pillar] = []
    for pillar in pillars:
        a, b = _pillar(one, other, pillar)
        rows = int(np.count_nonzero(a.any(axis=1) | b.any(axis=1)))
        if rows:
            least = min(least, honesty.wanting(one.items) if pillar.id == likeness.HONESTY else rows)
            tables.append((a, b))
            kept.append(pillar)
    if not tables:
        return _nothing("likeness", "no part of it that both have")
    a, b = np.hstack([t[0] for t in tables]), np.hstack([t[1] for t in tables])
    width, those = a.shape[1], tuple(kept)

    def statistic(totals: Floats) -> Floats:
        return likeness.statistic(totals, those)

    found = of_totals(
        np.hstack((a, b)), lambda t: statistic(t[:, width:]) - statistic(t[:, :width]),
        strata=[i.area for i in one.items], least=least, share=False, seed=seed,
    )  # fmt: skip
    p = chance(a, b, statistic, seed=seed)
    missing = [x.title.lower() for x in likeness.PILLARS if x not in kept]
    why = f"without {', '.join(missing)}, which not both have" if missing else ""
    return _told("likeness", a, b, statistic, found, p, why)


def _pillar(one: Side, other: Side, pillar: likeness.Pillar) -> tuple[Floats, Floats]:
    if pillar.id == likeness.HONESTY:
        first, second = _joint(one, other, "abstained")
        return likeness.columns(first, (pillar,)), likeness.columns(second, (pillar,))
    a, b = _paired(likeness.answers_of(one, pillar), likeness.answers_of(other, pillar))
    return tuple(
        np.array([(sum(v) / len(v), 1.0, 0.0) if (v := side.get(i.id)) else (0.0, 0.0, 0.0) for i in one.items])
        for side in (a, b)
    )  # type: ignore[return-value]


def _paired(a: Mapping[str, ByAsk], b: Mapping[str, ByAsk]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """The values of both at the answers that are judged for both."""
    one: dict[str, ByAsk] = {}
    other: dict[str, ByAsk] = {}
    for item in a.keys() & b.keys():
        asks = [n for n, v in a[item].items() if v is not None and b[item].get(n) is not None]
        one[item], other[item] = {n: a[item][n] for n in asks}, {n: b[item][n] for n in asks}
    return judged(one), judged(other)


def _joint(a: Side, b: Side, measure: str) -> tuple[Side, Side]:
    """Both sides with no marks but those of a measure that are judged for both."""
    one, other = a.values(measure), b.values(measure)
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for item in one.keys() & other.keys():
        asks = [n for n, v in one[item].items() if v is not None and other[item].get(n) is not None]
        if asks:
            found[0][item] = {measure: {n: one[item][n] for n in asks}}
            found[1][item] = {measure: {n: other[item][n] for n in asks}}
    return Side(a.items, found[0]), Side(b.items, found[1])


def _told(
    measure: str, a: Floats, b: Floats, statistic: Statistic, found: Estimate, p: float, why: str = ""
) -> Difference:
    ends = statistic(np.vstack((a.sum(axis=0), b.sum(axis=0))))
    rows = int(np.count_nonzero(a.any(axis=1) | b.any(axis=1)))
    return Difference(
        measure, float(ends[0]), float(ends[1]), found.value, found.low, found.high, p, 1.0, rows, "no difference", why
    )  # fmt: skip


def _nothing(measure: str, why: str) -> Difference:
    return Difference(measure, None, None, None, None, None, 1.0, 1.0, 0, "cannot say", why)


def _missing(one: Side, other: Side, measure: Measure) -> str:
    there = [bool(s.values(measure.id, measure.areas)) for s in (one, other)]
    if not any(there):
        return "neither has it item by item"
    return "no answer that could be judged for both" if all(there) else "only one of them has it"


def _from_zero(totals: Floats) -> Floats:
    found: Floats = np.abs(item_mean(totals))
    return found
