"""What was not open to her in those years; what others did, what was only wished for, and what came later."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_again import again, config, findings, shown

from refiner.checks.years import closed_years, table
from refiner.models import Event, Span, When

MAN = config()
BRITON = config("Arthur Hill", "Anna Hill", culture="UK")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I joined the NDA in 1998.", "joined the NDA"),
        ("Cleared the NDA in 1998 and packed one trunk.", "Cleared the NDA"),
        ("In 1988 I went to Sainik School, Rewa.", "went to Sainik School"),
        ("Anjali became a fighter pilot in 2004. She was thin.", "became a fighter pilot"),
        ("I read law at Wadham in 1962.", "read law at Wadham"),
        ("I ran the Boston\nMarathon in 1968.", "ran the Boston\nMarathon"),
        ("---\nwritten: 2004-02-03\n---\nI passed out of the IMA with two left boots.", "passed out of the IMA"),
        ("# 3 March 1999\n\nJoined the OTA? No: I joined the NDA.", "joined the NDA"),
    ],
)
def test_what_was_closed_is_found(text: str, words: str) -> None:
    found = closed_years(again(text, [], MAN))
    assert shown(found, text) == [words]
    assert "Source: " in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "I joined the NDA in 2023.",
        "I joined the NDA.",  # no day at all
        "My brother joined the NDA in 1998.",
        "He became a fighter pilot in 2004.",
        "I wanted to join the NDA, and in 1998 I sat for it. I never joined the NDA.",
        "If I had joined the NDA in 1998 I would be fat.",
        "I joined the NDA as a lecturer in 1998.",
        "I did not join. In 1998 I met a man who passed out of the National Defence Academy.",
        "In 2023 I joined the NDA, founded in 1954.",
        "I joined the MCC in 1985, in Tambaram.",  # another one
        "I trained at the Air Force Academy in 1996.",  # India's took women then
        "In 1965 I was elected a Fellow of the Royal Society of Arts.",
        '"I joined the NDA in 1998," said my uncle.',
    ],
)
def test_near_misses(text: str) -> None:
    assert closed_years(again(text, [], MAN)) == []


def test_the_year_right_behind_the_deed_counts() -> None:
    text = "I joined the NDA in January 1976 and still have the tie in 2024."
    assert "(in 1976)" in closed_years(again(text, [], MAN))[0].message


def test_the_culture_picks_the_country_and_a_named_place_needs_none() -> None:
    text = "In 1970 I was elected a member of the Stock Exchange. In 1962 I read law at Wadham."
    assert shown(closed_years(again(text, [], BRITON)), text) == [
        "was elected a member of the Stock Exchange",
        "read law at Wadham",
    ]
    assert shown(closed_years(again(text, [], MAN)), text) == ["read law at Wadham"]


def test_what_was_closed_to_men_counts_for_him_alone() -> None:
    text = "I went up to Girton in 1960."
    assert closed_years(again(text, [], MAN)) == []
    man = config("Meera Iyer", "Mohan Iyer", gender="female")
    assert shown(closed_years(again(text, [], man)), text) == ["went up to Girton"]


def test_the_timeline_dates_what_the_sentence_does_not() -> None:
    read = again("---\nwritten: 2024\n---\nI joined the NDA.", [], MAN)
    start = read.note.body_start
    event = Event(
        id="e", note="n.md", spans=(Span(note="n.md", start=start, end=start + 17),), when=When(latest="1998-06-30")
    )
    assert closed_years(read) == []
    dated = again("---\nwritten: 2024\n---\nI joined the NDA.", [], MAN, events=(event,))
    assert "in 1998 by the timeline" in closed_years(dated)[0].message


def test_the_chain_reports_it() -> None:
    notes = {"a.md": "Arjun Rao is my name. I joined the NDA in 1998.", "b.md": "My cousin joined the NDA in 1998."}
    found = findings(notes, MAN)
    assert [(f.check, f.note) for f in found] == [("years", "a.md")]


def test_every_row_is_whole() -> None:
    rows = table()
    assert len({r.id for r in rows}) == len(rows) >= 30
    for r in rows:
        assert 1800 < r.year <= 2026
        assert r.says.endswith(".")
        assert r.source
        assert r.country in ("", "India", "UK", "US")
        assert not re.search(r"\s$", r.source)


@given(st.integers(1900, 2030))
@settings(max_examples=30)
def test_only_years_before_the_change_are_closed(year: int) -> None:
    found = closed_years(again(f"I joined the NDA in {year}.", [], MAN))
    assert bool(found) == (year < 2022)
