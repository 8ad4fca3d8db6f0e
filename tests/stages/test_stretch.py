"""A stretch that is told with its end is over; what no words close is not."""

from __future__ import annotations

import pytest

from refiner.chain import Chain
from refiner.config import Config
from refiner.models import Event
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985-05-14", "first_school_year": 1991},
        "traits": [{"id": "vegan", "name": "vegan", "importance": 2}, {"id": "shy", "name": "shy", "importance": 2}],
    }
)


def read(text: str) -> Chain:
    note = note_from_text(f"---\nwritten: 2024-01-01\n---\n{text}\n", "a.md")
    return run_chain([note], CONFIG, now="2026-01-01", stages=("override",))


def verdict(text: str) -> str:
    timeline = read(text).timeline
    assert timeline is not None
    return next(t.verdict for t in timeline.traits if t.verdict != "UNKNOWN")


def event(text: str) -> Event:
    timeline = read(text).timeline
    assert timeline is not None
    (found,) = timeline.events
    return found


@pytest.mark.parametrize(
    ("text", "when", "until"),
    [
        ("I was a vegan from 2010 to 2012.", ("2010-01-01", "2010-12-31"), ("2012-01-01", "2012-12-31")),
        ("Between 2003 and 2006 I was shy.", ("2003-01-01", "2003-12-31"), ("2006-01-01", "2006-12-31")),
        ("I was shy until 2003.", ("", "2003-12-31"), ("2003-01-01", "2003-12-31")),
        ("I was shy, from 6th to 10th class.", ("1996-06-01", "2001-05-31"), ("2000-06-01", "2001-05-31")),
    ],
)
def test_a_closed_stretch_is_over(text: str, when: tuple[str, str], until: tuple[str, str]) -> None:
    told = event(text)
    assert [(f.kind, f.at) for f in told.effects] == [("continues", "start"), ("terminates", "end")]
    assert (told.when.earliest, told.when.latest) == when
    assert (told.until.earliest, told.until.latest) == until
    assert verdict(text) == "NOT"


def test_a_length_of_time_in_the_past_is_over_too() -> None:
    told = event("In 2004 I was a vegan for three years.")
    assert (told.when.edtf, told.lasted.raw) == ("2004", "for three years")
    assert verdict("In 2004 I was a vegan for three years.") == "NOT"


@pytest.mark.parametrize("text", ["I have been shy since 2003.", "For years I was shy.", "As a child I was shy."])
def test_what_no_words_close_is_not_over(text: str) -> None:
    assert verdict(text) == "HOLDS"


def test_what_was_not_so_until_then_did_not_hold() -> None:
    chain = read("I was not shy until 2003.")
    assert chain.timeline is not None
    assert chain.timeline.events == ()


def test_the_text_closes_itself_and_gets_no_clause_more() -> None:
    chain = read("I was a vegan from 2010 to 2012. We lived in Thane.")
    assert chain.edits.get("a.md", []) == []
