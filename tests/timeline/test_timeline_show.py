"""The drawing of the timeline: everything in words, nothing wider than the screen, every sign named."""

from __future__ import annotations

import pytest
from drawn_life import NOW, SCREENS, TRAITS, event, life, screens
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from small_lives import NOW as SMALL_NOW
from small_lives import TRAITS as SMALL_TRAITS
from small_lives import lives

from refiner.config import Trait
from refiner.models import EFFECT_KINDS, Event, Interval, Observation, Retraction, Timeline, TraitVerdict
from refiner.timeline import resolve, timeline_lines
from refiner.timeline.bars import Scale, bar
from refiner.timeline.lines import cells, fit, pad, plain, wrapped
from refiner.timeline.show import drawn, interval_words
from refiner.timeline.wording import ASCII, DARK, EFFECTS, LEGEND, NOT, date_words

MEANING = dict(LEGEND)
Given = tuple[list[Event], list[Observation], list[Retraction]]


def of(*events: Event, trait: str = "x") -> TraitVerdict:
    made = resolve(list(events), [], [], [], now=NOW, born="1985-05-14")
    return next(t for t in made.traits if t.id == trait)


def row(verdict: TraitVerdict, width: int = 41, clashing: tuple[str, ...] = ()) -> str:
    """The bar over the years 1985 to 2025: a cell a year."""
    return "".join(sign for sign, _ in bar(verdict, Scale(1985, 2025, width), clashing))


@pytest.mark.parametrize("name", sorted(screens()))
def test_the_screens_are_as_they_were_read(name: str) -> None:
    """After a change that is meant: python tests/timeline/drawn_life.py, and read the difference."""
    assert screens()[name] == (SCREENS / name).read_text(encoding="utf-8")


def test_the_drawing_says_everything_in_words() -> None:
    text = "\n".join(timeline_lines(life(), TRAITS, 100))
    for words in (
        "holds today", "gone", "dormant", "contested", "contradicts", "taken back", "unknown", "1995-05..08 to 2003",
        "suspended since 2014-06-01", "perhaps since 2020; by the order of telling", "cause unknown",
        "“First the promise, then the biryani.” [vow.md]", "“I crossed the street.” [park.md]", "only followed",
        "“Pune had a clinic.” [move.md]", "undecided because of it: vegetarian", "causes run in a circle",
    ):  # fmt: skip
        assert words in text
    assert "\x1b" not in text


def test_a_bar_has_a_mark_where_each_event_is() -> None:
    began = event("a", "1995-07-01", effects={"x": "initiates"})
    again = event("c", "2010-07-01", order=3, effects={"x": "reinitiates"})
    ended = event("b", "2003-01-01/2003-12-31", order=2, edtf="2003", effects={"x": "terminates"})
    assert row(of(began, ended, again)) == "··········▲███████▼······◆███████████████"


def test_a_contested_end_may_be_none() -> None:
    a = event("a", "2000-07-01", order=1, effects={"x": "initiates"})
    b = event("b", "2010-01-01/2010-12-31", order=2, edtf="2010", effects={"x": "reinitiates"})
    c = event("c", "2010-01-01/2010-12-31", order=3, edtf="2010", effects={"x": "terminates"})
    assert interval_words(of(a, b, c)) == "2000-07-01 to 2010, or still; by the order of telling: gone"
    assert row(of(a, b, c)) == "·" * 15 + "▲" + "█" * 8 + "▒*" + "▒" * 15


def test_windows_are_drawn_as_perhaps_around_their_mark() -> None:
    began = event("a", "1994-07-01/1996-07-01", effects={"x": "initiates"})
    assert row(of(began)).startswith("·········▒▲█████")


def test_a_stretch_in_which_it_was_suspended_is_dormant() -> None:
    began = event("a", "1990-07-01", effects={"x": "initiates"})
    paused = event("b", "2000-07-01", effects={"x": "suspends"})
    woken = event("c", "2005-07-01", effects={"x": "resumes"})
    assert row(of(began, paused, woken)) == "·····▲█████████‖▄▄▄▄►████████████████████"
    assert row(of(began, paused)).endswith("‖▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄")
    undated = event("b", "", effects={"x": "suspends"})
    assert row(of(event("a", "1990-07-01", effects={"x": "initiates"}), undated))[-1] in "▄█"


def test_effects_in_one_cell_are_one_mark() -> None:
    same = [event(f"e{i}", "1995-07-01", order=i, effects={"x": "initiates"}) for i in range(3)]
    assert row(of(*same))[10] == "▲"
    other = event("end", "1995-09-01", order=9, effects={"x": "terminates"})
    assert row(of(*same, other))[10] == "*"
    assert row(of(*same, other), clashing=("end",))[10] == "!"


def test_an_event_of_an_unknown_day_stands_at_the_edge() -> None:
    told = event("a", "", written="2025-01-01", effects={"x": "initiates"})
    assert row(of(told))[0] == "?"
    assert row(of(event("a", "", effects={"x": "initiates"})))[0] == "?"
    free = resolve([event("a", "", effects={"x": "initiates"})], [], [], [], now=NOW)
    assert row(free.traits[0])[0] == "?"


def test_what_did_not_happen_leaves_no_mark() -> None:
    began = event("a", "1990-07-01", effects={"x": "initiates"})
    planned = event("b", "2000-07-01", modality="planned", effects={"x": "terminates"})
    assert row(of(began, planned)) == "·····▲" + "█" * 35


def test_a_better_dated_beginning_makes_a_vague_one_sure() -> None:
    vague = event("a", "1986-01-01/2019-12-31", order=1, effects={"x": "initiates"})
    dated = event("b", "2005-01-01/2005-12-31", order=2, edtf="2005", effects={"x": "initiates"})
    ended = event("c", "2020-07-01", order=3, effects={"x": "terminates"})
    bars = row(of(vague, dated, ended))
    assert bars[21:35] == "█" * 14
    assert "█" not in bars[:20]
    between = event("d", "2004-01-01/2008-12-31", order=1, effects={"x": "terminates"})
    assert "█" not in row(of(vague, dated, between, ended))[:21]


def test_bars_without_intervals() -> None:
    assert row(of(event("a", "2000-07-01", effects={"x": "terminates"}))) == "╌" * 15 + "▼" + "·" * 25
    seen = resolve([], [Observation(trait="x", holds=False, at="2000-07-01")], [], [], now=NOW).traits[0]
    assert row(seen) == "╌" * 15 + "×" + "╌" * 25
    back = resolve([], [], [Retraction(target="x")], [], now=NOW).traits[0]
    assert row(back) == " " * 41


def test_those_that_are_taught_come_first() -> None:
    lines = timeline_lines(life(), TRAITS, 100)
    at = {name: next(i for i, line in enumerate(lines) if line.startswith(name)) for name in ("only f", "lazy", "calm")}
    assert at["lazy"] < at["only f"] < at["calm"]
    only = timeline_lines(resolve([event("a", "2000-01-01", effects={"x": "initiates"})], [], [], [], now=NOW), (), 80)
    assert not any("only followed" in line for line in only)


def test_the_signs_line_up_behind_names_of_any_script() -> None:
    lines = timeline_lines(life(), TRAITS, 90)
    beginnings = [cells(line[: line.index("···")]) for line in lines if line[:1].strip() and "···" in line]
    assert len(beginnings) >= 4
    assert len(set(beginnings)) == 1


def test_an_axis_of_any_length_keeps_its_width() -> None:
    for first in (1, 500, 999, 1900, 1985, 2024):
        for width in (12, 24, 60, 150):
            assert len(Scale(first, 2026, width).axis()) <= width
    assert "2000" in Scale(1985, 2026, 60).axis()


def test_dates_in_words() -> None:
    for edtf, words in {
        "": "some time", "..": "some time", "2014": "2014", "2014-06": "2014-06", "2014~": "about 2014",
        "2014?": "perhaps 2014", "2014%": "perhaps about 2014", "199X": "the 1990s", "19XX": "the 1900s",
        "2012-22": "summer 2012", "2012-22~": "about summer 2012", "2008-07/2009-06": "2008-07..2009-06",
        "2019-10-24/2019-11-01": "2019-10-24..11-01", "../2003": "2003 or before", "2003/..": "2003 or later",
        "2009-04/2009-07": "2009-04..07", "2012-21/2012-22": "spring 2012..summer 2012", "1995-XX": "1995",
        "nonsense": "nonsense", "1995-05/1998": "1995-05..1998", "1994-02-11/2020-12-30": "some time in 1994..2020",
    }.items():  # fmt: skip
        assert date_words(edtf) == words, edtf


def test_every_sign_has_a_stand_in_of_its_own() -> None:
    signs = [sign.translate(ASCII) for sign, _ in LEGEND]
    assert all(sign.isascii() and len(sign) == 1 for sign in signs)
    assert len(set(signs)) == len(signs)
    assert set(EFFECTS) == set(EFFECT_KINDS)


@settings(max_examples=100, deadline=None)
@given(lives(), st.integers(20, 200))
def test_every_life_can_be_drawn(given_: Given, width: int) -> None:
    timeline = resolve(*given_, SMALL_TRAITS, now=SMALL_NOW)
    spans = drawn(timeline, SMALL_TRAITS, width)
    lines = timeline_lines(timeline, SMALL_TRAITS, width)
    assert all(cells(line) <= max(width, 40) and cell_len(line) <= max(width, 40) for line in lines)
    named = {text.strip() for line in spans for text, role in line if role == "legend.mark"}
    for t in timeline.traits:
        assert {d.trait for d in timeline.dead_effects} <= {t.id for t in timeline.traits}
        assert t.default_verdict != "CONTESTED"
    # `dim` is also the role of words: of it only the signs that no word has.
    used = {c for line in spans for text, role in line for c in text if role.startswith(("mark", "bar."))}
    assert used | ({c for line in lines for c in line} & {NOT, DARK}) <= named
    assert all(MEANING[sign] in "\n".join(lines) for sign in named)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.integers(40, 200))
def test_no_name_breaks_the_drawing(name: str, width: int) -> None:
    verdict = TraitVerdict(
        id="x", verdict="HOLDS", default_verdict="HOLDS", intervals=(Interval(from_="1999", until=""),)
    )
    timeline = Timeline(now=NOW, traits=(verdict,))
    lines = timeline_lines(timeline, (Trait(id="x", name=name),), width)
    assert all(cells(line) <= width for line in lines)
    assert any("holds today" in line for line in lines)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120), st.integers(10, 60), st.integers(0, 12))
def test_wrapping_loses_nothing(text: str, width: int, indent: int) -> None:
    lines = plain(wrapped([(text, "a"), (" ", ""), (text[::-1], "b")], width, indent))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join((text + text[::-1]).split())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.integers(1, 40))
def test_fitting_and_padding(text: str, width: int) -> None:
    assert cells(fit(text, width)) <= width
    assert cells(pad(fit(text, width), width)) == width


def test_cells_of_scripts_and_emoji() -> None:
    for text, width in {
        "abc": 3, "舞蹈": 4, "e\u0301": 1, "👩‍👩‍👧": 2, "👍🏽": 2, "❤️": 2, "🇮🇳": 2, "한글": 4, "नम": 2, "मु": 1,
        "का": 2, "\x1b": 0, "\u200b": 0, "█▲╌": 3,
    }.items():  # fmt: skip
        assert cells(text) == width, ascii(text)
