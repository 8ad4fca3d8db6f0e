"""A timeline that is kept up to date says what one made from nothing says, and does no more than it must."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lives import BASE, NOW, TRAITS, lives, tellings_of_a_life

from refiner.config import Trait
from refiner.errors import RefinerError
from refiner.models import Effect, Event, Observation, Relation, Retraction, When
from refiner.timeline import ImpossibleTime
from refiner.timeline.bounds import to_iso
from refiner.timeline.incremental import Tracker
from refiner.timeline.ledger import Telling
from refiner.timeline.resolve import tellings, track

NOTES = ["a.md", "b.md", "c.md", "d.md", "e.md"]


def made_anew(notes: dict[str, Telling]) -> Tracker:
    fresh = Tracker(TRAITS, now=NOW, born="1999")
    fresh.update(notes)
    return fresh


def redated(was: Telling, other: Telling) -> Telling:
    """The same effects with other days and ties: what no change of effects brings to light."""
    said = {e.id: e for e in other.events}
    events = [
        e.model_copy(update={k: getattr(said[e.id], k) for k in ("when", "until", "relations")}) if e.id in said else e
        for e in was.events
    ]
    return was._replace(events=tuple(events))


@settings(max_examples=600, deadline=None)
@given(tellings_of_a_life(), st.lists(tellings_of_a_life(), min_size=1, max_size=4), st.data())
def test_any_series_of_changes_gives_what_a_new_timeline_gives(
    first: dict[str, Telling], later: list[dict[str, Telling]], data: st.DataObject
) -> None:
    notes = dict(first)
    tracker = made_anew(notes)
    for step in later:
        for note in data.draw(st.lists(st.sampled_from(NOTES), min_size=1, max_size=3, unique=True)):
            told = step.get(note)
            if told and note in notes and data.draw(st.booleans()):
                told = redated(notes[note], told)
            tracker.update({note: told})
            notes.pop(note, None)
            if told is not None:
                notes[note] = told
            assert tracker.timeline().model_dump_json() == made_anew(notes).timeline().model_dump_json()
    assert tracker.life.added() == tracker.life.closure(tracker.timeline().actions) - tracker.timeline().actions.keys()


@settings(max_examples=200, deadline=None)
@given(tellings_of_a_life(), tellings_of_a_life())
def test_all_at_once_is_one_by_one(first: dict[str, Telling], then: dict[str, Telling]) -> None:
    whole, single = made_anew(first), made_anew(first)
    whole.update({n: then.get(n) for n in NOTES})
    for note in reversed(NOTES):
        single.update({note: then.get(note)})
    assert whole.timeline() == single.timeline() == made_anew(then).timeline()


@settings(max_examples=100, deadline=None)
@given(lives())
def test_what_is_told_again_is_no_work(life: tuple[list[Event], list[Observation], list[Retraction]]) -> None:
    tracker = track(*life, TRAITS, now=NOW)
    work = tracker.update(tellings(*life))
    assert (work.blocks, work.ordered, work.judged) == (0, 0, 0)


def dated(name: str, day: int, **effects: str) -> Event:
    when = When(earliest=to_iso(BASE + day), latest=to_iso(BASE + day))
    told = tuple(Effect.model_validate({"trait": t, "kind": k}) for t, k in effects.items())
    return Event(id=name, note=f"{name}.md", label=name, when=when, effects=told)


def test_a_date_that_changes_no_order_judges_nothing() -> None:
    events = [dated("a", 10, x="initiates"), dated("b", 50, x="terminates"), dated("c", 20, y="initiates")]
    tracker = track(events, [], [], (), now=NOW)
    work = tracker.update({"b.md": Telling((dated("b", 51, x="terminates"),))})
    assert (work.blocks, work.judged) == (1, 0)
    shown = {t.id: t.intervals for t in tracker.timeline().traits}
    assert shown["x"][0].until == to_iso(BASE + 51)  # but the new day is shown
    work = tracker.update({"b.md": Telling((dated("b", 5, x="terminates"),))})
    assert (work.blocks, work.judged) == (1, 1)
    assert {t.id: t.verdict for t in tracker.timeline().traits} == {"x": "HOLDS", "y": "HOLDS"}


def test_an_effect_redoes_its_traits_and_no_block() -> None:
    events = [dated(f"e{i}", i, **{f"t{i % 3}": "initiates"}) for i in range(9)]
    tracker = track(events, [], [], (), now=NOW)
    work = tracker.update({"e4.md": Telling((dated("e4", 4, t1="terminates", t2="initiates"),))})
    assert (work.blocks, work.judged) == (0, 2)


def test_a_tie_joins_two_blocks_and_its_end_parts_them() -> None:
    a, b = dated("a", 10, x="initiates"), dated("b", 10, x="terminates")
    tracker = track([a, b], [], [], (), now=NOW)
    assert [len(block.nodes) for block in tracker.life.network.blocks] == [1, 1]
    tied = a.model_copy(update={"relations": (Relation(kind="same_as", to="b"),)})
    assert tracker.update({"a.md": Telling((tied,))}).blocks == 1
    assert [len(block.nodes) for block in tracker.life.network.blocks] == [2]
    assert tracker.update({"a.md": Telling((a,))}).blocks == 2


def test_a_retraction_counts_from_when_its_event_is_told() -> None:
    lazy = (Trait(id="lazy", importance=1),)
    notes = {
        "z.md": Telling((dated("z", 1, lazy="initiates"),)),
        "s.md": Telling(retractions=(Retraction(target="lazy", by="told", note="s.md"),)),
    }
    tracker = Tracker(lazy, now=NOW)
    tracker.update(notes)
    assert tracker.timeline().closure == ()
    tracker.update({"t.md": Telling((dated("told", 9),))})
    assert tracker.timeline().closure == ("told",)
    assert tracker.timeline().reasons["told"] == "told along: “lazy” was taken back here"
    tracker.update({"s.md": None})
    (verdict,) = tracker.timeline().traits
    assert verdict.verdict == "HOLDS"


def test_what_is_wrong_changes_nothing() -> None:
    a = dated("a", 1, x="initiates")
    tracker = track([a], [], [], (), now=NOW)
    before = tracker.timeline()
    with pytest.raises(RefinerError, match='two events have the id "a" \\(a.md, b.md\\)'):
        tracker.update({"b.md": Telling((a.model_copy(update={"note": "b.md"}),))})
    bad = a.model_copy(update={"when": When(earliest="2010-02-31")})
    with pytest.raises(ImpossibleTime):
        tracker.update({"a.md": Telling((bad,)), "b.md": Telling(observations=(Observation(trait="y", holds=True),))})
    with pytest.raises(ImpossibleTime):
        tracker.update({"b.md": Telling(observations=(Observation(trait="y", holds=True, at="2010-02-31"),))})
    assert tracker.timeline() == before


def test_an_event_that_moves_to_another_note_is_one_event() -> None:
    a = dated("a", 1, x="initiates")
    tracker = track([a], [], [], (), now=NOW)
    moved = a.model_copy(update={"note": "z.md"})
    tracker.update({"a.md": None, "z.md": Telling((moved,))})
    assert [e.note for e in tracker.timeline().events] == ["z.md"]


def test_a_denied_event_that_is_taken_back_is_told_along_with_what_took_it_back() -> None:
    brave = (Trait(id="brave", importance=1),)
    denied = dated("d", 1, brave="initiates").model_copy(update={"modality": "negated"})
    tracker = Tracker(brave, now=NOW)
    tracker.update({"d.md": Telling((denied,))})
    back = Retraction(target="d", by="c", note="c.md")
    tracker.update({"c.md": Telling((dated("c", 9),), (), (back,))})
    assert tracker.timeline().closure == ("c",)


def test_a_doubt_about_what_was_taken_back_moves_with_the_event_that_took_it_back() -> None:
    told = When(anchor="mv", offset_min=0, offset_max=10)
    notes = {
        "s.md": Telling((dated("s", 1, shy="initiates"),)),
        "g.md": Telling(
            (Event(id="diag", note="g.md", when=told),), (), (Retraction(target="shy", by="diag", note="g.md"),)
        ),
        "o.md": Telling(observations=(Observation(trait="shy", holds=True, at=to_iso(BASE + 40), note="o.md"),)),
        "m.md": Telling((dated("mv", 5).model_copy(update={"note": "m.md"}),)),
    }
    tracker = Tracker(TRAITS, now=NOW)
    tracker.update(notes)
    assert [d.kind for d in tracker.timeline().doubts] == ["observation"]
    tracker.update({"m.md": Telling((dated("mv", 60).model_copy(update={"note": "m.md"}),))})
    assert tracker.timeline().doubts == ()
