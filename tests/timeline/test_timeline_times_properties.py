"""What must be true of every expression of time."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_times import lines

from refiner.models import When
from refiner.timeline import ImpossibleTime, find_times, parse_time
from refiner.timeline.bounds import FIRST, LAST, Window, edtf_of, edtf_window, to_day, to_iso
from refiner.timeline.durations import find_durations
from refiner.timeline.table import COMMAND, PAGE, page

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = st.dates(date(1905, 1, 1), date(2094, 12, 31))
LIFE = {"born": "1985-05-14", "first_school_year": 1991, "written": "2014-08-19"}
SENTENCES = lines("first.txt")


def window(raw: str) -> tuple[int, int]:
    when = parse_time(raw, **LIFE)  # type: ignore[arg-type]
    assert when is not None, raw
    return _window(when)


def _window(when: When) -> tuple[int, int]:
    low, high = to_day(when.earliest), to_day(when.latest)
    return FIRST if low is None else low, LAST if high is None else high


def _holds(wide: str, narrow: str) -> None:
    (a, b), (c, d) = window(wide), window(narrow)
    assert a <= c <= d <= b, (wide, narrow)


@settings(max_examples=150, deadline=None)
@given(DAYS)
def test_narrower_words_lie_in_wider_ones(day: date) -> None:
    month, year = MONTHS[day.month - 1], day.year
    chain = [f"{day.day} {month} {year}", f"{month} {year}", f"{year}", f"the {year // 10}0s"]
    for narrow, wide in zip(chain, chain[1:], strict=False):
        _holds(wide, narrow)
    for part in ("early", "mid", "late", "the beginning of", "the end of", "the first half of", "the last months of"):
        _holds(f"{year}", f"{part} {year}")
        _holds(f"{month} {year}", f"{part.replace('months', 'week')} {month} {year}")
    for about in ("about", "around", "circa", "sometime around", "maybe"):
        for exact in chain[:3]:
            _holds(f"{about} {exact}", exact)
    for way in ("until", "by", "no later than"):
        _holds(f"{way} {year}", f"{year}")
    _holds(f"not before {year}", f"{year}")
    assert window(f"before {year}")[1] == window(f"{year}")[0] - 1
    assert window(f"after {year}")[0] == window(f"{year}")[1] + 1


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(5, 60), st.integers(1, 40))
def test_ages_grades_and_offsets_lie_in_looser_ones(grade: int, age: int, years: int) -> None:
    _holds(f"between class {grade} and class {min(12, grade + 2)}", f"in class {grade}")
    _holds(f"{years} years ago", f"{years} years ago this month") if years < 29 else None
    _holds(f"about {years} years ago", f"{years} years ago")
    _holds(f"more than {max(1, years - 1)} years ago", f"{years} years ago") if years > 2 else None
    if age <= 28:
        _holds(f"when I was about {age}", f"when I was {age}")
        _holds(f"when I was {age} or {age + 1}", f"when I was {age}")
        _holds(f"until I was {age}", f"when I was {age}")


@settings(max_examples=300, deadline=None)
@given(DAYS, st.integers(0, 4000), st.sampled_from(["both", "low", "high"]))
def test_edtf_reads_back_as_the_same_window(day: date, length: int, open_end: str) -> None:
    low, high = day.toordinal(), min(day.toordinal() + length, LAST)
    given_ = Window(None if open_end == "low" else low, None if open_end == "high" else high)
    found = edtf_window(edtf_of(given_))
    assert found is not None
    assert found[0] == given_


@pytest.mark.parametrize("line", SENTENCES, ids=lambda line: f"line {line.number}")
def test_windows_never_invert_and_raw_is_the_slice(line) -> None:  # type: ignore[no-untyped-def]
    end = 0
    for found in find_times(line.sentence, **line.life):
        assert end <= found.start < found.end
        end = found.end
        assert found.when.raw == line.sentence[found.start : found.end]
        low, high = _window(found.when)
        assert low <= high
        few, most = found.when.offset_min, found.when.offset_max
        assert few is None or most is None or few <= most
        if found.when.edtf and not found.when.edtf.endswith("~"):
            again = edtf_window(found.when.edtf, {"spring": (2, 5)})
            assert again is not None
            assert (to_iso(again[0].low), to_iso(again[0].high)) == (found.when.earliest, found.when.latest)


FRAMES = (
    "The kettle whistled, and {} the dog slept.",
    "My cousin laughed: {}; nobody knew why.",
    "(It rained.) {} — so they say.",
    "I kept it a secret, {}, with the others.",
)
EXPRESSIONS = (
    "in March 2004", "on 12 March 2004", "in the summer of 2004", "early 2004", "in the late nineties", "in class 9",
    "when I was twelve", "two years ago", "last year", "before 2004", "from 2003 to 2006",
    "in the first week of June 2011",
    "14/9/2011", "on Diwali 2012", "by the end of 1998", "FY 2012-13", "the day before yesterday", "2004-05-06",
)  # fmt: skip


@pytest.mark.parametrize("words", EXPRESSIONS)
@pytest.mark.parametrize("frame", FRAMES)
def test_words_around_change_nothing(words: str, frame: str) -> None:
    alone = find_times(words, **LIFE)  # type: ignore[arg-type]
    there = find_times(frame.format(words), **LIFE)  # type: ignore[arg-type]
    assert [f.when for f in there] == [f.when for f in alone]
    assert len(alone) == 1


_WORDS = (
    "for", "over", "from", "to", "two", "a", "year", "years", "months", "half", "and", "about", "week", "or", "so",
    "now",     "lasted", "took", "school", "the", "last", "all", "through",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=9))
def test_no_sentence_breaks_the_reading_of_lengths(words: list[str]) -> None:
    text = " ".join(words)
    for found in find_durations(text):
        assert found.duration.raw == text[found.start : found.end]
        low, high = found.duration.days_min, found.duration.days_max
        assert low is None or high is None or low <= high


_SALAD = (
    "the", "first", "week", "of", "half", "quarter", "Q3", "FY", "2012-13", "academic", "year", "weekend",
    "night", "4 May", "turn", "century", "between", "ages", "eight", "and", "twelve", "as a", "16-year-old",
    "boy of", "my", "tenth", "after", "before", "since", "until", "by the time", "when", "I was", "we moved",
    "Dada died", "wedding", "my wedding", "soon", "within", "less than", "more than", "into", "class", "15", "to",
    "8th std", "final year", "college", "semester", "during", "the lockdown", "Covid", "at the latest", "or",
    "maybe", "ish", "last to last", "Diwalis ago", "2003-04", "[", "]", "{", "31/6", "31/6/2010", "0.5", "½",
    "two", "years", "later", "this year", "(", ")", "1999", "9999", "0001", "'98", "…", "\n",
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.sampled_from(_SALAD), max_size=10),
    st.sampled_from(["", "2014-08-19", "0001-01-01", "9999-12-31", "2014"]),
    st.booleans(),
)
def test_no_salad_of_words_is_an_error(words: list[str], written: str, recent: bool) -> None:
    text, end = " ".join(words), 0
    life = {"born": "1985" if written else "", "written": written, "context": written, "recent": recent}
    for found in find_times(text, events={"move": "we moved", "w": "my wedding"}, **life):  # type: ignore[arg-type]
        assert end <= found.start < found.end <= len(text)
        end = found.end
        assert found.when.raw == text[found.start : found.end]
        low, high = _window(found.when)
        assert low <= high
    with suppress(ImpossibleTime):
        parse_time(text, any_event=True, **{k: v for k, v in life.items() if k != "recent"})  # type: ignore[arg-type]
    find_durations(text)


def test_the_page_shows_the_table_that_the_code_reads() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"{COMMAND} writes docs/dates.md anew"
