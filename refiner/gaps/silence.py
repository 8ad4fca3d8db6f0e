"""Silent years, measured against the life's own density, and times of life in which no trait shows. Pure.

A year is told when anything is dated to it to within five years: an event, a sentence, an entry. A run of untold years
is a gap from the usual distance between told years on, but at least two years and from four years always; the years of
early childhood, and the year that is still going on, do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from refiner.config import Persona
from refiner.gaps.facts import Facts
from refiner.gaps.gap import Gap, note_command
from refiner.gaps.gentle import Weight
from refiner.gaps.periods import CLASSES, age_on, born_window, school_class
from refiner.gaps.told import Telling
from refiner.gaps.wording import questions
from refiner.review.visible import one_line
from refiner.timeline.bounds import year_window

REMEMBERED = 4  # years of age from which something can be told
LEAST, ALWAYS = 2, 4  # years: a shorter run is never silence, a longer one always is
VAGUEST = 15 * 366  # days; what is dated no closer than that may lie anywhere
NEAR = 366  # days on either side of a stretch in which what is told weighs on its question


def told_years(facts: Facts) -> dict[int, list[Telling]]:
    """The years that something is dated to."""
    out: dict[int, list[Telling]] = {}
    for t in facts.lived:
        for year in range(date.fromordinal(t.low).year, date.fromordinal(t.high).year + 1):
            out.setdefault(year, []).append(t)
    return out


def life_years(facts: Facts) -> range:
    """The years in which something could be told: from about four years of age, or from the first told year where the
    birth is not known, to the last whole year."""
    born = born_window(facts.config.persona)
    years = told_years(facts)
    if born is not None and born.high is not None:
        first = date.fromordinal(born.high).year + REMEMBERED
    elif years:
        first = min(years)
    else:
        return range(0)
    return range(first, facts.now.year)


def threshold(years: int, told: int) -> int:
    """From how many untold years on a run of them is a gap, in a life of `years` with `told` told ones."""
    return max(LEAST, min(ALWAYS, round(years / told))) if told else ALWAYS


def silent_runs(facts: Facts) -> list[tuple[int, int]]:
    """The silent stretches as first and last year, the longest first."""
    life, told = life_years(facts), told_years(facts)
    if not life or not facts.notes:
        return []
    least = threshold(len(life), sum(y in told for y in life))
    runs: list[tuple[int, int]] = []
    for year in life:
        if year in told:
            continue
        if runs and runs[-1][1] == year - 1:
            runs[-1] = runs[-1][0], year
        else:
            runs.append((year, year))
    return sorted((r for r in runs if r[1] - r[0] + 1 >= least), key=lambda r: (r[0] - r[1], r[0]))


def silent_years(facts: Facts) -> Iterable[Gap]:
    """A gap for each silent stretch."""
    persona = facts.config.persona
    for first, last in silent_runs(facts):
        window = year_window(first, last)
        low, high = window.low or 0, window.high or 0
        before = max((t for t in facts.lived if t.high < low), key=lambda t: (t.high, t.note, t.start), default=None)
        after = min((t for t in facts.lived if t.low > high), key=lambda t: (t.low, t.note, t.start), default=None)
        around = [t for t in facts.lived if low - NEAR <= t.high and t.low <= high + NEAR]
        wide = sorted(
            {
                t.note
                for some in facts.told.values()
                for t in some
                if t.wide and t.high - t.low < VAGUEST and _meets(t, low, high)
            }
        )
        weight = max((facts.weight_near(t.note, t.start) for t in around), default=Weight.LIGHT)
        span = f"{first}-{last}" if first != last else f"{first}"
        asked = _questions(persona, f"years:{span}", first, last, weight)
        notes = list(dict.fromkeys([*(t.note for t in (before, after) if t), *wide]))
        light = [t for t in (before, after) if t]
        yield Gap(
            id=f"years:{span}", kind="years", years=span,
            why=_why(facts, first, last, before, after, wide), questions=asked, notes=tuple(notes[:4]),
            quotes=tuple(q for t in light if (q := _quote(facts, t)))[:2], command=note_command(f"years:{span}"),
            worth=min(0.85, 0.3 + 0.08 * (last - first + 1)) * (0.7 if wide else 1.0), gentle=weight > Weight.LIGHT,
        )  # fmt: skip


def _meets(t: Telling, low: int, high: int) -> bool:
    """Can something vaguely dated have been in the stretch, as likely as not?"""
    return t.low <= high and low <= t.high and min(t.high, high) - max(t.low, low) >= (high - low) / 2


def _why(
    facts: Facts, first: int, last: int, before: Telling | None, after: Telling | None, wide: list[str]
) -> str:  # fmt: skip
    n, life = last - first + 1, life_years(facts)
    told = sum(y in told_years(facts) for y in life)
    ages = _ages(facts.config.persona, first, last)
    if before and after:
        where = f"between {_at(facts, before)} and {_at(facts, after)}"
    else:
        where = f"after {_at(facts, before)}" if before else f"before {_at(facts, after)}" if after else "all of it"
    out = f"{n} years with nothing dated in them{ages}, {where}"
    out += f"; of the other {len(life) - n} years {told} are told"
    if wide:
        out += f"; {', '.join(map(one_line, wide[:2]))} may lie there, but is dated too widely to say"
    return out


def _ages(persona: Persona, first: int, last: int) -> str:
    low, high = (age_on(persona, year_window(y).high or 0) for y in (first, last))
    if low is None or high is None:
        return ""
    return f" (you were {low})" if low == high else f" (you were {low} to {high})"


def _at(facts: Facts, t: Telling) -> str:
    """What is told on one side of the silence: its words where they are light, and its year."""
    year = date.fromordinal(t.low).year
    said = _quote(facts, t)
    return f"“{said}” ({one_line(t.note)}, {year})" if said else f"what {one_line(t.note)} tells of {year}"


def _quote(facts: Facts, t: Telling) -> str:
    note = facts.by_path.get(t.note)
    sentence = note.sentence_at(t.start) if note and t.start >= 0 else None
    return facts.quote(sentence.text, t.note) if sentence else ""


def _questions(persona: Persona, key: str, first: int, last: int, weight: Weight) -> tuple[str, ...]:
    """Questions about years in the middle and towards both ends, so that a long stretch is asked for in several ages;
    softly near what is heavy, not at all near what is grave."""
    span = f"{first} to {last}" if first != last else f"{first}"
    if weight == Weight.GRAVE:
        return ()
    if weight == Weight.HEAVY:
        return questions("years", key, {"span": span}, shape="gentle")
    out = []
    middle, quarter = (first + last) // 2, (last - first + 1) // 4
    for year in dict.fromkeys((middle, first + quarter, last - quarter)):
        stage, slots = _stage(persona, year)
        made = questions("years", f"{key}:{year}", {**slots, "span": span}, shape=stage)
        out += [q for q in made if q not in out][:1]
    return tuple(out)


def _stage(persona: Persona, year: int) -> tuple[str, dict[str, str]]:
    """The time of life of a year, by the first school year where it is known and else by age, with what forms may
    say of it."""
    day = date(year, 9, 30).toordinal()
    age, grade = age_on(persona, day), school_class(persona, day)
    slots = {"year": str(year), "age": str(age) if age is not None else "", "class": str(grade or "")}
    if grade:
        return "school", slots
    if age is None:
        return "unknown", slots
    start = persona.first_school_year
    if age < 6 or (start is not None and year < start):
        return "child", slots
    if start is None and age < 18:
        return "minor", slots
    young = age < 23 if start is None else year < start + CLASSES + 5
    return ("young" if young else "adult"), slots


def bare_periods(facts: Facts) -> Iterable[Gap]:
    """Times of life that are over, with notes in them, in which no sentence shows an important trait."""
    if not facts.config.important:
        return
    shown = {s.note for some in facts.sights.values() for s in some}
    changes = {e.id for e in facts.timeline.events if e.effects}
    for period in facts.periods:
        inside = [t for t in facts.lived if not t.written and period.share(t.low, t.high) >= 0.5]
        notes = sorted({t.note for t in inside})
        over = period.last < facts.now.toordinal()
        if not over or len(inside) < 2 or shown & set(notes) or period.id == "before-school":
            continue
        if any(e.id in changes and e.note in notes for e in facts.timeline.events):
            continue
        weight = max(facts.weights.get(n, Weight.LIGHT) for n in notes)
        slots, key = {"period": f"{period.name}, {period.years}"}, f"period:{period.id}"
        asked = questions("period", key, slots, shape="gentle" if weight else "plain")
        yield Gap(
            id=key, kind="period", years=period.years,
            why=f"{len(notes)} {'note tells' if len(notes) == 1 else 'notes tell'} of {period.name} ({period.years}); "
            "no sentence in them shows an important trait",
            questions=() if weight == Weight.GRAVE else asked, notes=tuple(notes[:4]),
            command=note_command(key), worth=0.4, gentle=weight > Weight.LIGHT,
        )  # fmt: skip
