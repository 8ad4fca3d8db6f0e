"""Why is she like this: the chain behind a trait in words."""

from __future__ import annotations

import pytest
from drawn_life import EVENTS, NOW, TRAITS, event, life
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lives import NOW as SMALL_NOW
from small_lives import TRAITS as SMALL_TRAITS
from small_lives import lives
from test_timeline_show import Given

from refiner.models import Event, Observation, Retraction
from refiner.timeline import resolve, why
from refiner.timeline.explain import explained
from refiner.timeline.lines import cells, plain


def told(trait: str, *events: Event, **more: list[Observation] | list[Retraction]) -> str:
    """The explanation on wide lines."""
    if not events and not more:
        return "\n".join(plain(explained(life(), trait, TRAITS, 400)))
    made = resolve(
        list(events), more.get("observations", []), more.get("retractions", []), TRAITS, now=NOW, born="1985-05-14"
    )  # type: ignore[arg-type]
    return "\n".join(plain(explained(made, trait, TRAITS, 400)))


def test_events_stand_in_the_order_of_time_with_what_stands_behind_them() -> None:
    text = told("fear-of-dogs")
    parts = [
        "fear of dogs: gone, since 2003",
        "1995-05..08: ▲ began",
        "bitten by the neighbour's dog [bite.md]",
        "“initiates fear-of-dogs”",
        "1999-04-01: no effect itself",
        "moves to Pune [move.md]",
        "caused by “bitten by the neighbour's dog”: “Because of the dog we moved.” [bite.md]",
        "caused by “goes to therapy”: “I wanted the therapy, so we moved.” [therapy.md]",
        "2003: ▼ ended – this decides",
        "made possible by “moves to Pune”: “Pune had a clinic.” [move.md]",
        "2010-01-01: (▲ began) counts for nothing, it was only planned",
        "2024-05-05: + seen to hold",
        "“I crossed the street.” [park.md]",
        "causes run in a circle",
        "what would change this: an event that began it again after 2003",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_circle_ends() -> None:
    text = told("fear-of-dogs")
    assert text.count("[therapy.md]\n    “terminates") == 1
    assert text.count("1999-04-01") == 1
    loop = event("a", "2001-01-01", effects={"x": "initiates"}, to=[("causes", "a", "It fed itself.")])
    assert "caused by itself: “It fed itself.”" in told("x", loop)


def test_the_same_event_told_twice_is_named_on_both() -> None:
    a = event("a", "2001-01-01", "the first words", effects={"x": "initiates"}, to=[("same_as", "b", "That again.")])
    b = event("b", "2001-01-01", "the second words", order=1)
    text = told("x", a, b)
    assert "the same as “the second words”" in text
    assert "the same as “the first words”" in text


@pytest.mark.parametrize(
    ("kind", "words"), [("prevents", "prevented by"), ("causes_to_end", "ended by"), ("enables", "made possible by")]
)
def test_links_in_words(kind: str, words: str) -> None:
    a = event("a", "2001-01-01", effects={"x": "initiates"})
    b = event("b", "2000-01-01", to=[(kind, "a", "Said so.")])
    assert f"{words} “b”: “Said so.” [b.md]" in told("x", a, b)


@pytest.mark.parametrize(
    ("modality", "words"),
    [
        ("planned", "only planned"),
        ("hypothetical", "only imagined"),
        ("negated", "not done"),
        ("counterfactual", "might"),
    ],
)
def test_what_counts_for_nothing_says_why(modality: str, words: str) -> None:
    ended = event("b", "2010-01-01", modality=modality, effects={"x": "terminates"})
    text = told("x", event("a", "2001-01-01", effects={"x": "initiates"}), ended)
    assert "(▼ ended) counts for nothing" in text
    assert words in text
    assert text.count("this decides") == 1


def test_what_lies_after_now_or_was_taken_back_says_so() -> None:
    a, b = event("a", "2001-01-01", effects={"x": "initiates"}), event("b", "2030-01-01", effects={"x": "terminates"})
    assert "it lies after the day that counts as today" in told("x", a, b)
    back = Retraction(target="b", by="c", note="c.md", quote="That was never so.")
    text = told("x", a, b.model_copy(update={"when": a.when}), event("c", "2005-01-01", "talks"), retractions=[back])
    assert "it was taken back" in text
    assert "taken back by “talks”: “b” never was so" in text
    assert "“That was never so.” [c.md]" in text


def test_open_questions_name_the_events_that_decide() -> None:
    assert "open: what came last? If “calls with Denver” (2020), it holds; if “starts to work at seven” (2020)" in told(
        "night-owl"
    )
    assert "refiner review --trait night-owl" in told("night-owl")
    text = told("vegetarian")
    assert "open: which of the days and orders told of “eats biryani” or “promises to eat no meat” is wrong?" in text
    assert text.count("! in a contradiction") == 2
    assert "this decides" not in text
    assert "a date or `before`" in told("x", *(e.model_copy(update={"effects": ()}) for e in EVENTS), *_contested())


def _contested() -> list[Event]:
    year = "2016-01-01/2016-12-31"
    return [event("p", year, effects={"x": "initiates"}), event("q", year, effects={"x": "terminates"})]


def test_verdicts_without_events() -> None:
    assert "no note says anything of it" in told("never-told-of")
    seen = told("x", observations=[Observation(trait="x", holds=True, at="", note="a.md", quote="still so")])
    assert "day unknown: + seen to hold" in seen
    assert "what was seen or told last decides" in seen
    dormant = told("poet")
    assert "dormant since 2014-06-01, held since 2001-03-03" in dormant
    assert "taken back\n    “I never was lazy.” [thyroid.md]" in told("lazy")
    with pytest.raises(KeyError):
        told("nothing")


def test_a_label_that_is_the_quote_stands_there_once() -> None:
    words = "Since that day I was afraid of dogs and of everything else that has teeth"
    told_ = event("a", "2001-01-01", words[:40].rstrip() + "…", quotes=(words,))
    told_ = told_.model_copy(update={"effects": event("a", effects={"x": "initiates"}).effects})
    quoted = told_.model_copy(update={"effects": tuple(f.model_copy(update={"quote": ""}) for f in told_.effects)})
    assert told("x", quoted).count("Since that day") == 1


@settings(max_examples=100, deadline=None)
@given(lives(), st.integers(20, 200))
def test_every_trait_can_be_explained(given_: Given, width: int) -> None:
    timeline = resolve(*given_, SMALL_TRAITS, now=SMALL_NOW)
    for t in timeline.traits:
        lines = plain(explained(timeline, t.id, SMALL_TRAITS, width))
        assert all(cells(line) <= max(width, 40) for line in lines)
        text = "\n".join(lines)
        assert text.count("this decides") <= sum(bool(item.get("decides")) for item in t.evidence)
        for step in why(timeline, t.id).steps:
            assert f"[{step.note}]" in text
        assert ("open: " in text) == (t.verdict in ("CONTESTED", "INCONSISTENT"))


def test_what_was_seen_without_words_shows_its_note_and_no_empty_quotes() -> None:
    seen = Observation(trait="calm", holds=True, at="2024-01-09", note="now.md")
    lines = plain(explained(resolve([], [seen], [], TRAITS, now=NOW), "calm", TRAITS, 80))
    assert "    [now.md]" in lines
    assert not any("“”" in line for line in lines)
