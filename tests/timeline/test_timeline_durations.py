"""How long something lasted: in days, and whether it still goes on."""

from __future__ import annotations

import pytest

from refiner.timeline.durations import find_durations, parse_duration

FOUND = [
    ("I did not speak for two years.", "for two years", 547, 913, False),
    ("I was in bed for eleven months.", "for eleven months", 317, 353, False),
    ("It lasted a week and was gone.", "lasted a week", 3, 11, False),
    ("I lived in Kota from 2003 to 2006.", "from 2003 to 2006", 732, 1461, False),
    ("From June to August 2010 I drank.", "From June to August 2010", 32, 92, False),
    ("Over three years I changed.", "Over three years", 913, None, False),
    ("It changed over the next three years.", "over the next three years", 913, 1279, False),
    ("I was shy all through school.", "all through school", 3287, 5479, False),
    ("I have been there for about ten years now.", "for about ten years now", 3287, 4017, True),
    ("For the last six months I sleep.", "For the last six months", 165, 201, True),
    ("It took me a year and a half.", "took me a year and a half", 365, 731, False),
    ("I was away for two years and three months.", "for two years and three months", 803, 839, False),
    ("I smoked for more than ten years.", "for more than ten years", 3652, None, False),
    ("I fasted for less than a week.", "for less than a week", 0, 7, False),
    ("He stayed for years.", "for years", 730, None, False),
    ("I took a two-year break.", "a two-year break", 547, 913, False),
    ("I was off meat for a week or two.", "for a week or two", 3, 18, False),
    ("We fought for 20-odd years.", "for 20-odd years", 7122, 9314, False),
]


@pytest.mark.parametrize(("text", "raw", "low", "high", "ongoing"), FOUND)
def test_lengths_in_a_sentence(text: str, raw: str, low: int, high: int | None, ongoing: bool) -> None:
    (found,) = find_durations(text)
    assert (found.duration.raw, found.duration.days_min, found.duration.days_max) == (raw, low, high)
    assert text[found.start : found.end] == raw
    assert found.ongoing == ongoing


@pytest.mark.parametrize(
    "text",
    [
        "I stopped two years ago.", "a 16-year-old boy", "for a while", "two years later",
        "I paid for two years' rent.",
        "for ages", "in 2003",
        "since 2003", "two years after the move", "I am for ever late", "",
    ],
)  # fmt: skip
def test_these_are_no_lengths(text: str) -> None:
    assert find_durations(text) == []


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        ("two years", (547, 913)),
        ("about six weeks", (35, 49)),
        ("for more than ten years", (3652, None)),
        ("less than a year", (0, 366)),
        ("10 days", (9, 11)),
        ("a year and a half", (365, 731)),
        ("years", (730, None)),
        ("all through school", (3287, 5479)),
    ],
)
def test_a_length_alone(raw: str, days: tuple[int, int | None]) -> None:
    found = parse_duration(raw)
    assert found is not None
    assert (found.raw, found.days_min, found.days_max) == (raw, *days)


@pytest.mark.parametrize("raw", ["", "sometime", "2003", "until 2005", "two years ago", "two years and then some"])
def test_what_is_no_length(raw: str) -> None:
    assert parse_duration(raw) is None
