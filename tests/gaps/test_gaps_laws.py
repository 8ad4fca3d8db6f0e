"""What holds of every life: no silence where something is told, the same in any order, ids that stay."""

from __future__ import annotations

from datetime import date

import pytest
from gaps_life import CONFIG, NOTES, facts, gaps, planted
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refiner.config import Config
from refiner.gaps.facts import Facts, facts_of
from refiner.gaps.find import gaps_in
from refiner.gaps.gap import slug
from refiner.gaps.periods import ACROSS, UNDATED, Period, life_periods, period_of
from refiner.gaps.silence import LEAST, life_years, silent_runs, silent_years, threshold, told_years
from refiner.gaps.told import WIDE
from refiner.models import Event, Timeline
from refiner.notes import note_from_text

BORN, NOW = 1970, date(2020, 6, 1)
YEARS = st.sets(st.integers(1960, 2025), max_size=50)
PERSONA = Config.from_dict(CONFIG).persona


def life(years: set[int], wide: tuple[int, int] | None = None) -> Facts:
    """A life with an event on 1 May of each year, and one of an uncertain date."""
    windows = {f"e{y}": (f"{y}-05-01", f"{y}-05-01") for y in years}
    if wide:
        windows["wide"] = (f"{wide[0]}-01-01", f"{wide[1]}-12-31")
    events = tuple(Event(id=i, note="n.md", label=i) for i in sorted(windows))
    timeline = Timeline(now=NOW.isoformat(), events=events, windows=windows)
    return facts_of([note_from_text("Nothing dated.\n", "n.md")], Config.from_dict(CONFIG), timeline, now=NOW)


def runs(years: set[int]) -> list[tuple[int, int]]:
    return silent_runs(life(years))


@given(YEARS)
def test_no_told_year_is_called_silent_and_every_stretch_is_as_long_as_it_can_be(years: set[int]) -> None:
    told = life(years)
    inside = life_years(told)
    for first, last in silent_runs(told):
        assert not years & set(range(first, last + 1))
        assert first in inside
        assert last in inside
        assert first == inside[0] or first - 1 in years
        assert last == inside[-1] or last + 1 in years
        assert last - first + 1 >= LEAST


@given(YEARS, st.data())
def test_an_event_in_a_silent_stretch_removes_or_splits_it(years: set[int], data: st.DataObject) -> None:
    before = runs(years)
    if not before:
        return
    first, last = data.draw(st.sampled_from(before))
    year = data.draw(st.integers(first, last))
    after = runs(years | {year})
    assert (first, last) not in after
    assert not any(a <= year <= b for a, b in after)
    parts = [r for r in after if first <= r[0] and r[1] <= last]
    assert len(parts) <= 2
    assert all(r in parts or r in before or r[1] < first or r[0] > last for r in after)


@given(YEARS, st.integers(1975, 2010), st.integers(6, 40))
def test_what_is_dated_too_widely_fills_no_year(years: set[int], start: int, length: int) -> None:
    assert length * 365 >= WIDE or length == 5 or length * 366 >= WIDE
    with_wide = silent_runs(life(years, (start, start + length)))
    assert with_wide == runs(years)


@given(st.integers(1, 100), st.integers(0, 100))
def test_silence_is_judged_by_the_density_of_the_life(years: int, told: int) -> None:
    least = threshold(years, min(told, years))
    assert 2 <= least <= 4
    assert threshold(years, years) == 2
    assert threshold(years, min(told, years)) >= threshold(years, min(told + 1, years)) or told == 0


def test_the_gaps_are_the_same_in_any_order() -> None:
    assert gaps_in(facts()) == gaps_in(facts(backwards=True)) == list(planted().values())


WORDS = st.lists(st.sampled_from(["rain", "lamp", "tin", "rope", "salt", "paper", "bell"]), min_size=3, max_size=9)


@settings(max_examples=12)
@given(st.lists(WORDS, min_size=1, max_size=3))
def test_unrelated_notes_change_no_gap(texts: list[list[str]]) -> None:
    more = {f"z-{i}.md": f"There is {' and '.join(t)} on the table.\n" for i, t in enumerate(texts)}
    found = gaps({**NOTES, **more})
    assert set(found) == set(planted())
    assert all(found[i].why == planted()[i].why and found[i].questions == planted()[i].questions for i in found)


@given(YEARS)
def test_every_silent_stretch_is_a_gap_with_one_id(years: set[int]) -> None:
    told = life(years)
    found = list(silent_years(told))
    assert [g.years for g in found] == [f"{a}-{b}" if a != b else str(a) for a, b in silent_runs(told)]
    assert len({g.id for g in found}) == len(found)
    assert all(0 < g.worth <= 1 for g in found)
    assert set(told_years(told)) >= {y for y in years if y <= 2025}


# ---- periods -------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(["", "1970", "1970-03-10", "1985~", "2015-06"]),
    st.one_of(st.none(), st.integers(1974, 2020)),
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.lists(st.dates(date(1950, 1, 1), date(2060, 1, 1)), max_size=4),
)
def test_periods_cover_the_life_without_holes(born: str, school: int | None, now: date, told: list[date]) -> None:
    persona = PERSONA.model_copy(update={"born": born, "first_school_year": school})
    if born and school and school < int(born[:4]) + 3:
        return
    periods = life_periods(persona, now, [d.toordinal() for d in told])
    for a, b in zip(periods, periods[1:], strict=False):
        assert b.first == a.last + 1
    assert all(p.first <= p.last <= now.toordinal() for p in periods)
    assert len({p.id for p in periods}) == len(periods)
    if born and int(born[:4]) < now.year:
        assert periods[-1].last == now.toordinal()


DAYS = st.tuples(st.integers(700_000, 740_000), st.integers(0, 900)).map(lambda w: (w[0], w[0] + w[1]))


@given(st.lists(DAYS, max_size=4))
def test_a_stretch_lies_in_one_period_in_several_or_in_none(windows: list[tuple[int, int]]) -> None:
    periods = [Period("a", "a", 700_000, 719_999), Period("b", "b", 720_000, 745_000)]
    found = period_of(windows, periods)
    assert (found == UNDATED) == (not windows)
    assert found == period_of(windows[::-1], periods)
    for key, first, last in (("a", 700_000, 719_999), ("b", 720_000, 745_000)):
        if windows and all(first <= low and high <= last for low, high in windows):
            assert found == key
    if found in ("a", "b"):
        assert period_of([*windows, (700_000, 700_001) if found == "b" else (730_000, 730_001)], periods) == ACROSS


@example("\U0001d56c")  # a mathematical A, which only normalising makes a letter
@given(st.text(min_size=1, max_size=20))
def test_a_slug_is_typeable(words: str) -> None:
    made = slug(words)
    assert made
    assert not any(c.isspace() or c in ":/'\"`$" for c in made)
    assert slug(made) == made


@pytest.mark.parametrize(("words", "made"), [("Zoë", "zoe"), ("Sri Lata", "sri-lata"), ("अमित", "अमित"), ("…", "x")])
def test_slugs(words: str, made: str) -> None:
    assert slug(words) == made
