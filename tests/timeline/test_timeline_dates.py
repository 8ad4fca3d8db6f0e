"""Every form of a time, and the traps that general date parsers fall into."""

from __future__ import annotations

import pytest

from refiner.timeline import FUZZY, ImpossibleTime, find_times, parse_time
from refiner.timeline.bounds import to_day
from refiner.timeline.holidays import holiday

LIFE = {"born": "1985-05-14", "first_school_year": 1991, "written": "2014-08-19"}

WINDOWS = [
    # EDTF and figures
    ("1995-06~", "1995-05-01", "1995-07-31"),
    ("2014", "2014-01-01", "2014-12-31"),
    ("199X", "1990-01-01", "1999-12-31"),
    ("../1990", "", "1990-12-31"),
    ("1990/..", "1990-01-01", ""),
    ("2002-22", "2002-04-01", "2002-07-31"),
    ("1995-06-01/1995-08-31", "1995-06-01", "1995-08-31"),
    ("2014-08-19", "2014-08-19", "2014-08-19"),
    ("[2003, 2005..2006]", "2003-01-01", "2006-12-31"),
    ("[..2003-12]", "", "2003-12-31"),
    ("{1998,1999-03}", "1998-01-01", "1999-03-31"),
    ("2001-34", "2001-04-01", "2001-06-30"),
    ("2001-41", "2001-07-01", "2001-12-31"),
    ("2004-06~-11", "2003-12-11", "2004-12-11"),
    ("2004-~06-11", "2004-05-11", "2004-07-11"),
    ("1985/", "1985-01-01", ""),
    ("2014-08-19T23:20", "2014-08-19", "2014-08-19"),
    ("2003-04", "2003-04-01", "2003-04-30"),  # in a sentence it may be the years as well
    ("mid-2010", "2010-04-01", "2010-09-30"),
    ("14/9/2019", "2019-09-14", "2019-09-14"),
    ("9/14/2019", "2019-09-14", "2019-09-14"),
    ("1998-2001", "1998-01-01", "2001-12-31"),
    ("1998–99", "1998-01-01", "1999-12-31"),
    # days, months, years
    ("12 March 2014", "2014-03-12", "2014-03-12"),
    ("the 3rd of March, 2001", "2001-03-03", "2001-03-03"),
    ("March 12, 2014", "2014-03-12", "2014-03-12"),
    ("March of 2015", "2015-03-01", "2015-03-31"),
    ("March '98", "1998-03-01", "1998-03-31"),
    ("12-14 March 2010", "2010-03-12", "2010-03-14"),
    # seasons, decades, parts
    ("in the summer of 2002", "2002-04-01", "2002-07-31"),
    ("monsoon 2006", "2006-06-01", "2006-09-30"),
    ("the 90s", "1990-01-01", "1999-12-31"),
    ("early 90s", "1990-01-01", "1993-12-31"),
    ("mid-nineties", "1993-01-01", "1997-12-31"),
    ("late 1990s", "1996-01-01", "1999-12-31"),
    ("end of 1998", "1998-10-01", "1998-12-31"),
    ("by the end of 1998", "1998-10-01", "1998-12-31"),
    ("end of March 2010", "2010-03-21", "2010-03-31"),
    ("early 2010", "2010-01-01", "2010-04-30"),
    # about, before, after, from to
    ("circa 2009", "2008-07-01", "2010-06-30"),
    ("since about 2009", "2008-07-01", "2010-06-30"),
    ("2009 or so", "2008-07-01", "2010-06-30"),
    ("before 2003", "", "2002-12-31"),
    ("until 2003", "", "2003-12-31"),
    ("after June 2010", "2010-07-01", ""),
    ("since 2003", "2003-01-01", "2003-12-31"),
    ("between 1998 and 2001", "1998-01-01", "2001-12-31"),
    ("from June to August 2010", "2010-06-01", "2010-08-31"),
    ("from November to February 2010", "2009-11-01", "2010-02-28"),
    ("June-August 2010", "2010-06-01", "2010-08-31"),
    # school and age
    ("in 9th grade", "1999-06-01", "2000-05-31"),
    ("class 11", "2001-06-01", "2002-05-31"),
    ("class X", "2000-06-01", "2001-05-31"),
    ("in tenth standard", "2000-06-01", "2001-05-31"),
    ("when I was in 10th", "2000-06-01", "2001-05-31"),
    ("when I was twelve", "1997-05-14", "1998-05-13"),
    ("at fourteen", "1999-05-14", "2000-05-13"),
    ("aged 5", "1990-05-14", "1991-05-13"),
    ("at the age of twenty-one", "2006-05-14", "2007-05-13"),
    ("by the time I was twelve", "", "1998-05-13"),
    ("in my early twenties", "2005-05-14", "2009-05-13"),
    ("on my 21st birthday", "2006-05-14", "2006-05-14"),
    # from the day of writing
    ("last June", "2014-06-01", "2014-06-30"),
    ("last year", "2013-01-01", "2013-12-31"),
    ("March last year", "2013-03-01", "2013-03-31"),
    ("this March", "2014-03-01", "2014-03-31"),
    ("next June", "2015-06-01", "2015-06-30"),
    ("yesterday", "2014-08-18", "2014-08-18"),
    ("two years ago", "2012-02-18", "2013-02-18"),
    ("three years ago this month", "2011-08-01", "2011-08-31"),
    ("last Saturday", "2014-08-16", "2014-08-16"),
    ("in July", "2014-07-01", "2014-07-31"),
    ("last winter", "2013-11-01", "2014-02-28"),
    # several: the day lies in all
    ("June 2010, when I was 25", "2010-06-01", "2010-06-30"),
]


@pytest.mark.parametrize(("raw", "earliest", "latest"), WINDOWS)
def test_windows(raw: str, earliest: str, latest: str) -> None:
    when = parse_time(raw, **LIFE)  # type: ignore[arg-type]
    assert when is not None
    assert (when.earliest, when.latest, when.raw) == (earliest, latest, raw)


@pytest.mark.parametrize(
    ("raw", "anchor", "low", "high"),
    [
        ("two years after move", "move", 547, 913),
        ("about two years after move", "move", 365, 1095),
        ("two years after the big move", "move", 547, 913),
        ("three months before Amma's stroke", "Amma's stroke", -109, -73),
        ("the year after Dada died", "Dada died", 1, 730),
        ("the day after move", "move", 1, 1),
        ("after move", "move", 1, None),
        ("before move", "move", None, -1),
    ],
)
def test_offsets_keep_their_anchor(raw: str, anchor: str, low: int | None, high: int | None) -> None:
    when = parse_time(raw, events={"move": "the big move"})
    assert when is not None
    assert (when.anchor, when.offset_min, when.offset_max) == (anchor, low, high)
    assert (when.earliest, when.latest) == ("", "")


def test_an_offset_from_a_date_is_a_date() -> None:
    when = parse_time("two years after 2004")
    assert when is not None
    assert (when.anchor, when.earliest, when.latest) == ("", "2005-07-01", "2007-07-02")


@pytest.mark.parametrize(
    "text",
    [
        "for two years", "eleven months", "I paid 2000 rupees in room 2012", "locked at ten each night",
        "May I go?", "we may march 20 km", "up at five, also on Sundays", "Rs 2014", "my son is in class 3",
        "she, sixty-eight and in running shoes", "every June", "he is in his nineties", "second-hand",
        "I play football in winter", "I was sixteen kilos heavier", "the last year of school",
        "the class of 40 students",
    ],
)  # fmt: skip
def test_these_are_no_times(text: str) -> None:
    assert find_times(text, **LIFE) == []  # type: ignore[arg-type]
    assert parse_time(text, **LIFE) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", ["31 February 2010", "2014-02-31", "30/2/2011", "the 31st of June", "2010/2005"])
def test_impossible_days_say_so(raw: str) -> None:
    with pytest.raises(ImpossibleTime):
        parse_time(raw, **LIFE)  # type: ignore[arg-type]


def test_an_impossible_day_in_a_sentence_is_a_problem_and_no_error() -> None:
    (found,) = find_times("It was on 31 February 2010, I think.")
    assert found.problem
    assert (found.when.earliest, found.when.latest) == ("", "")


def test_several_times_in_a_sentence() -> None:
    text = "In 2012 the roof leaked, in March of 2015 we mended it, and by the end of 1998 nobody had complained."
    found = find_times(text)
    assert [text[f.start : f.end] for f in found] == ["2012", "March of 2015", "by the end of 1998"]
    assert all(f.when.raw == text[f.start : f.end] for f in found)


def test_what_is_missing_is_said() -> None:
    (found,) = find_times("It began last June.")
    assert found.problem == "the day of writing is not known"
    assert parse_time("last June") is None
    (found,) = find_times("when I was twelve, we moved")
    assert "birth" in found.problem
    assert parse_time("in 9th grade") is None


def test_context_gives_the_year() -> None:
    when = parse_time("in July", context="1999", written="2014-08-19")
    assert when is not None
    assert when.edtf == "1999-07"
    when = parse_time("the April after that", context="2007-07-02")
    assert when is not None
    assert when.edtf == "2008-04"


def test_school_years_without_a_first_year_are_wide() -> None:
    when = parse_time("in 9th grade", born="1985-05-14")
    assert when is not None
    assert (when.earliest, when.latest) == ("1998-06-01", "2001-05-31")


def test_seasons_follow_the_culture() -> None:
    edtf = {c: parse_time("summer 2002", culture=c) for c in ("India", "Germany", "Australia")}
    assert [w.edtf if w else "" for w in edtf.values()] == ["2002-04/2002-07", "2002-06/2002-08", "2002-12/2003-02"]
    us = parse_time("5/6/2010", culture="US")
    assert us is not None
    assert us.edtf == "2010-05-06"


@pytest.mark.parametrize(
    ("name", "days"),
    {
        "Diwali": "1982-11-15 1990-10-18 2001-11-14 2009-10-17 2012-11-13 2017-10-19 2020-11-14 2023-11-12",
        "Holi": "2009-03-11 2010-03-01 2015-03-06 2018-03-02 2021-03-29 2024-03-25",
        "Ganpati": "2010-09-11 2012-09-19 2017-08-25 2020-08-22 2023-09-19",
        "Dussehra": "2012-10-24 2017-09-30 2020-10-25 2024-10-12",
        "Onam": "2004-08-28 2012-08-29 2018-08-25 2021-08-21 2024-09-15",
        "Eid": "2009-09-21 2015-07-18 2019-06-05 2024-04-11",
        "Easter": "2010-04-04 2016-03-27 2024-03-31",
    }.items(),
)
def test_holidays_hold_the_true_day(name: str, days: str) -> None:
    for day in days.split():
        window = holiday(name, int(day[:4]))
        n = to_day(day)
        assert window is not None
        assert n is not None
        assert window.low is not None
        assert window.high is not None
        assert window.low <= n <= window.high
        assert window.high - window.low < 50


def test_the_table_is_what_the_code_reads() -> None:
    assert {(row.word, row.of) for row in FUZZY} >= {("circa", "year"), ("summer", "South Asia"), ("late", "decade")}
    assert all(row.low <= row.high and row.says for row in FUZZY)
