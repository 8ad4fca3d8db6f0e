"""What the rules say in corners that a life reaches sooner or later."""

from __future__ import annotations

from refiner.config import Trait
from refiner.models import Effect, EffectKind, Event, Observation, Relation, Retraction, Timeline, When
from refiner.timeline import resolve

NOW = "2026-01-01"
ENDS = {0: ("", ""), 4: ("-01-01", "-12-31"), 10: ("", "")}


def event(
    name: str, day: str = "", *, before: str = "", modality: str = "actual", written: str = "", **effects: EffectKind
) -> Event:
    """An event on a day or in a year, told in the order of the names."""
    first, last = ENDS[len(day)]
    return Event.model_validate(
        {
            "id": name,
            "note": "n.md",
            "label": name,
            "when": When(edtf=day, earliest=day and day + first, latest=day and day + last),
            "modality": modality,
            "written": written,
            "order": ord(name),
            "effects": tuple(Effect(trait=t, kind=k) for t, k in effects.items()),
            "relations": tuple(Relation(kind="before", to=to) for to in before.split()),
        }
    )


def live(
    *events: Event,
    traits: str = "",
    observations: tuple[Observation, ...] = (),
    retractions: tuple[Retraction, ...] = (),
) -> Timeline:
    important = [Trait(id=t, name=t.upper(), importance=2) for t in traits.split()]
    return resolve(events, observations, retractions, important, now=NOW, born="1980-01-01")


def verdict(timeline: Timeline, trait: str = "x") -> str:
    found = timeline.verdict(trait)
    assert found is not None
    return found.verdict


def intervals(timeline: Timeline) -> list[tuple[str, str, tuple[str, ...]]]:
    found = timeline.verdict("x")
    assert found is not None
    return [(i.from_, i.until, i.by) for i in found.intervals]


def test_what_was_taken_back_orders_nothing() -> None:
    i, r = event("i", "2010", before="r", x="initiates"), event("r", "2005", x="terminates")
    back = (Retraction(target="r"),)
    assert verdict(live(i, r)) == "INCONSISTENT"
    assert verdict(live(i, r, retractions=back)) == "HOLDS"
    between = event("r", "2000", before="t")
    a, t = event("i", before="r", x="initiates"), event("t", x="terminates")
    assert verdict(live(a, between, t)) == "NOT"
    assert verdict(live(a, between, t, retractions=back)) == "CONTESTED"


def test_what_lies_after_today_orders_nothing_and_contradicts_nothing() -> None:
    later = event("f", "2026-05-03", before="i", written="2025-11-01", x="terminates")
    found = live(later, event("i", "2010", x="initiates"), traits="x")
    assert (verdict(found), found.conflicts) == ("HOLDS", ())
    assert found.reasons["f"] == "its day, 2026-05-03, is after today"


def test_a_plan_that_is_taken_back_takes_no_trait_back() -> None:
    t, p = event("t", "2010", x="terminates"), event("p", "2020", modality="planned", x="initiates")
    found = live(t, p, retractions=(Retraction(target="p"),), traits="x")
    assert verdict(found) == "NOT"
    assert found.actions == {"t": "keep", "p": "drop"}


def test_no_more_is_forgotten_than_must_be() -> None:
    same = event("c", "2013", z="initiates").model_copy(update={"relations": (Relation(kind="same_as", to="e"),)})
    some = (event("g", "2009", z="terminates"), same, event("d", "2014", before="e", z="initiates"), event("e"))
    assert verdict(live(*some), "z") == "HOLDS"
    assert verdict(live(*some, event("f", "2014", before="e")), "z") == "HOLDS"


def test_a_pause_that_stands_needs_nothing_that_ended_an_earlier_one() -> None:
    told = [event("i", "2001", y="initiates"), event("a", "2005", y="suspends"), event("b", "2006", y="resumes")]
    found = live(*told, event("c", "2020", y="suspends", x="initiates"), traits="x")
    assert verdict(found, "y") == "DORMANT"
    assert found.closure == ()


def test_intervals_follow_the_days_and_then_the_telling() -> None:
    a, b = event("a", "2019", x="initiates"), event("b", "2019", before="c", x="terminates")
    assert [by for _, _, by in intervals(live(a, b, event("c", "2019", x="reinitiates")))] == [("a", "b"), ("c",)]
    s, t = event("s", "2005", x="initiates"), event("t", written="2020-01-01", x="reinitiates")
    assert intervals(live(s, t, event("u", "2019", x="terminates")))[0][2][0] == "s"


def test_intervals_of_contradicted_events_go_by_the_days_that_were_told() -> None:
    found = live(event("a", "2008", x="initiates"), event("b", "2015", written="2012-04-04", x="reinitiates"))
    assert intervals(found) == [("2008", "", ("a",))]
    assert found.conflicts[0].why == "“b” is dated 2015, but was told on 2012-04-04: that cannot be"


def test_an_observation_outweighs_what_only_takes_the_trait_for_granted() -> None:
    no = Observation(trait="x", holds=False, at="2011-01-01")
    assert verdict(live(event("w", "2012", x="weakens"), observations=(no,))) == "NOT"
    assert verdict(live(event("w", "2012", x="weakens"))) == "HOLDS"
    assert verdict(live(event("w", "2012", x="continues"), observations=(no,))) == "HOLDS"


def test_reasons_name_what_they_mean() -> None:
    a, pause = event("a", "2001", x="initiates"), event("b", "2003", x="suspends")
    back = live(a, pause, event("c", "2005", x="resumes"), traits="x")
    assert back.reasons["b"] == "“X” was taken up again in “c”"
    assert back.reasons["a"] == "what it says of “X” is still so"
    unsure = live(a, pause, event("c", x="resumes"), traits="x")
    assert unsure.reasons["b"] == "it is open whether this pause of “X” is over"
    both = event("a", "2001", x="initiates", y="initiates")
    over = live(both, event("b", "2003", x="terminates"), event("c", "2004", y="terminates"), traits="x y")
    told = "is over: it ended in “{}”, which is kept and told too"
    assert over.actions["a"] == "include"
    assert over.reasons["a"] == f"“X” {told.format('b')}; “Y” {told.format('c')}"
    plan = live(event("p", "2027", modality="planned", x="initiates"), traits="x")
    assert plan.reasons["p"] == "it tells of a plan whose day is still to come"


def test_what_took_a_trait_back_is_told_along_for_that() -> None:
    found = live(
        event("a", "2001", x="initiates"), event("s", "2020", y="initiates"), traits="x",
        retractions=(Retraction(target="x", by="s"),),
    )  # fmt: skip
    assert found.reasons["s"] == "told along: “X” was taken back here"


def test_a_circle_of_before_is_told_forwards() -> None:
    (conflict,) = live(event("a", before="b"), event("b", before="c"), event("c", before="a")).conflicts
    assert conflict.why == "“a” was before “b”; “b” was before “c”; “c” was before “a”: these cannot all be true"
