"""Verdicts, closure and actions on small lives, and the traps of TIMELINE."""

from __future__ import annotations

import pytest

from refiner.config import Trait
from refiner.errors import RefinerError
from refiner.models import Effect, EffectKind, Event, Observation, Relation, Retraction, Timeline, When
from refiner.timeline import resolve
from refiner.timeline.blocks import ORIGIN
from refiner.timeline.constraints import Network
from refiner.timeline.resolve import track
from refiner.timeline.ties import Constraint

NOW = "2026-01-01"
DOGS, NATURE = Trait(id="fear-of-dogs", importance=0), Trait(id="loves-nature", name="love of nature", importance=3)


def event(
    name: str,
    when: str = "",
    *,
    anchor: tuple[str, int, int] | None = None,
    before: str = "",
    same_as: str = "",
    causes: str = "",
    order: int = 0,
    modality: str = "actual",
    subject: str = "self",
    written: str = "",
    **effects: EffectKind,
) -> Event:
    low, _, high = when.partition("/")
    time_ = When(earliest=low, latest=high or low)
    if anchor:
        time_ = When(anchor=anchor[0], offset_min=anchor[1], offset_max=anchor[2])
    told = (("before", before), ("same_as", same_as), ("causes", causes))
    return Event.model_validate(
        {
            "id": name,
            "note": f"{name}.md",
            "label": name,
            "quotes": (f"quote of {name}",),
            "when": time_,
            "modality": modality,
            "subject": subject,
            "written": written,
            "order": order,
            "effects": tuple(Effect(trait=t.replace("_", "-"), kind=k) for t, k in effects.items()),
            "relations": tuple(Relation(kind=k, to=to, quote=f"{name} {k} {to}") for k, to in told if to),  # type: ignore[arg-type]
        }
    )


def run(*events: Event, traits: tuple[Trait, ...] = (), born: str = "1985-05-14", **more: object) -> Timeline:
    observations = more.get("observations", ())
    retractions = more.get("retractions", ())
    return resolve(
        list(events), list(observations), list(retractions), traits, now=str(more.get("now", NOW)), born=born
    )  # type: ignore[call-overload]


def verdicts(timeline: Timeline) -> dict[str, str]:
    return {t.id: t.verdict for t in timeline.traits}


YEAR = "2016-01-01/2016-12-31"


def test_the_example_of_the_formats() -> None:
    bite = event("bite", "1995-05-01/1995-08-31", fear_of_dogs="initiates", loves_nature="initiates")
    therapy = event("therapy", "2003-01-01/2003-12-31", order=1, fear_of_dogs="terminates")
    t = run(bite, therapy, traits=(DOGS, NATURE))
    assert verdicts(t) == {"fear-of-dogs": "NOT", "loves-nature": "HOLDS"}
    assert t.closure == ("therapy",)
    assert t.actions == {"bite": "reframe"}
    assert [(d.event, d.trait) for d in t.dead_effects] == [("bite", "fear-of-dogs")]
    shown = t.model_dump(mode="json")
    assert shown["traits"][0]["intervals"] == [{"from": "1995-05/1995-08", "until": "2003", "by": ["bite", "therapy"]}]


def test_years_are_windows_and_the_order_of_telling_is_only_the_default() -> None:
    first = event("a", YEAR, x="initiates", written="2020-01-01", order=5)
    second = event("b", YEAR, x="terminates", written="2020-01-02", order=2)
    (t,) = run(first, second).traits
    assert (t.verdict, t.default_verdict) == ("CONTESTED", "NOT")
    (t,) = run(first.model_copy(update={"written": "2020-01-03"}), second).traits
    assert (t.verdict, t.default_verdict) == ("CONTESTED", "HOLDS")


def test_before_and_anchors_decide_where_dates_do_not() -> None:
    assert verdicts(run(event("a", YEAR, before="b", x="initiates"), event("b", YEAR, x="terminates"))) == {"x": "NOT"}
    later = event("b", anchor=("a", 300, 400), x="terminates")
    assert verdicts(run(event("a", "", x="initiates"), later)) == {"x": "NOT"}


def test_causes_decide_no_order_and_a_circle_of_them_no_verdict() -> None:
    a, b = event("a", YEAR, causes="b", x="initiates"), event("b", YEAR, causes="a", x="terminates")
    t = run(a, b)
    assert verdicts(t) == {"x": "CONTESTED"}
    (loop,) = t.conflicts
    assert set(loop.events) == {"a", "b"}
    assert loop.traits == ()
    assert "circle" in loop.why


@pytest.mark.parametrize("modality", ["planned", "hypothetical", "negated", "counterfactual"])
def test_what_did_not_happen_ends_nothing(modality: str) -> None:
    t = run(event("a", "2001-01-01", x="initiates"), event("b", "2010-01-01", modality=modality, x="terminates"))
    assert verdicts(t) == {"x": "HOLDS"}
    assert [(d.event, d.trait) for d in t.dead_effects] == [("b", "x")]


def test_somebody_elses_change_is_not_the_narrators() -> None:
    t = run(event("a", "2001-01-01", x="initiates"), event("b", "2010-01-01", subject="other", x="terminates"))
    assert verdicts(t) == {"x": "HOLDS"}
    assert t.dead_effects == ()
    grandfather = event("g", "1940-01-01", subject="other")
    assert run(grandfather).conflicts == ()


def test_what_lies_after_now_is_left_out() -> None:
    events = event("a", "2001-01-01", x="initiates"), event("b", "2010-01-01", x="terminates")
    assert verdicts(run(*events, now="2005-01-01")) == {"x": "HOLDS"}
    assert verdicts(run(*events)) == {"x": "NOT"}


def test_birth_and_the_day_of_writing_bound_what_has_no_date() -> None:
    a = event("a", "", x="initiates", written="2005-06-01")
    b = event("b", "2010-01-01", x="terminates")
    assert verdicts(run(a, b)) == {"x": "NOT"}
    born = event("c", "1970-01-01/1985-05-14", x="initiates")
    assert verdicts(run(born, event("d", "1985-05-15", x="terminates"))) == {"x": "NOT"}


def test_a_contradiction_is_told_with_its_quotes_and_decides_only_what_it_touches() -> None:
    a = event("a", "2008-07-03/2012-12-31", before="t", x="initiates")
    t_ = event("t", "2003-07-01/2007-07-01", x="terminates")
    other = event("o", "2001-01-01", y="initiates")
    timeline = run(a, t_, other)
    assert verdicts(timeline) == {"x": "INCONSISTENT", "y": "HOLDS"}
    (conflict,) = timeline.conflicts
    assert set(conflict.events) == {"a", "t"}
    assert conflict.traits == ("x",)
    assert "a before t" in conflict.quotes
    assert "was before" in conflict.why


def test_a_contradiction_that_changes_nothing_leaves_the_verdict() -> None:
    a = event("a", "2010-01-01", before="b")
    b = event("b", "2005-01-01", before="c")
    c = event("c", "2020-01-01", x="initiates")
    timeline = run(a, b, c)
    assert verdicts(timeline) == {"x": "HOLDS"}
    assert timeline.conflicts[0].traits == ()


def test_retractions_of_traits_and_of_events() -> None:
    z, s = event("z", "2005-10-01", lazy="initiates"), event("s", "2022-09-01")
    lazy = Trait(id="lazy", importance=1)
    t = run(z, s, traits=(lazy,), retractions=[Retraction(target="lazy", by="s", quote="I was never lazy")])
    assert verdicts(t) == {"lazy": "RETRACTED"}
    assert t.closure == ("s",)
    assert t.actions == {"z": "reframe"}
    t = run(z, s, traits=(lazy,), retractions=[Retraction(target="z", by="s")])
    assert verdicts(t) == {"lazy": "RETRACTED"}
    assert (t.closure, t.actions) == (("s",), {"z": "drop"})


def test_a_trait_is_not_taken_back_by_leaving_its_other_beginning_out() -> None:
    brave = Trait(id="brave", importance=1)
    began = [event("rope", "2001-01-01", brave="initiates"), event("cliff", "2002-01-01", order=1, brave="initiates")]
    goes_on = event("still", "2010-01-01", order=2, brave="continues")
    life = track([*began, goes_on], [], [Retraction(target="rope")], (brave,), now=NOW).life
    assert life.judgements["brave"].verdict == "HOLDS"
    assert life.closure({"still"}) == {"still"}
    assert life.replay({"still"}) == {"brave": "HOLDS"}


def test_dormant_and_taken_up_again() -> None:
    poet, twins = event("p", "2003-01-01", poet="initiates"), event("t", "2021-04-01", poet="suspends")
    assert verdicts(run(poet, twins)) == {"poet": "DORMANT"}
    assert verdicts(run(poet, twins, event("r", "2023-01-01", poet="resumes"))) == {"poet": "HOLDS"}
    assert verdicts(run(poet, twins, event("e", "2023-01-01", poet="terminates"))) == {"poet": "NOT"}


def test_observations_decide_only_where_no_cause_is_known() -> None:
    still = Observation(trait="stubborn", holds=True, at="2014-01-01")
    no_more = Observation(trait="stubborn", holds=False, at="2020-01-01")
    (t,) = run(observations=[still]).traits
    assert (t.verdict, t.note) == ("HOLDS", "cause unknown")
    (t,) = run(observations=[still, no_more]).traits
    assert t.verdict == "NOT"
    assert verdicts(run(event("a", "2001-01-01", stubborn="initiates"), observations=[no_more])) == {
        "stubborn": "HOLDS"
    }
    assert verdicts(run(event("a", "2001-01-01", stubborn="continues"))) == {"stubborn": "HOLDS"}
    assert verdicts(run(traits=(Trait(id="x"),))) == {"x": "UNKNOWN"}


def test_held_at_birth() -> None:
    (t,) = run(traits=(Trait(id="calm", initially=True),)).traits
    assert (t.verdict, t.intervals[0].from_) == ("HOLDS", "1985-05-14")
    assert verdicts(run(event("a", "", calm="terminates"), traits=(Trait(id="calm", initially=True),))) == {
        "calm": "NOT"
    }


def test_a_chain_of_overrides_is_closed() -> None:
    a = event("a", "1999-07-01", plans="initiates", fear="initiates")
    b = event("b", "2008-01-01", fear="terminates", cyclist="initiates")
    c = event("c", "2013-01-01", cyclist="terminates", swimmer="initiates")
    d = event("d", "2018-08-01", swimmer="terminates")
    t = run(a, b, c, d, traits=(Trait(id="plans", importance=2),))
    assert (t.closure, t.actions) == (("b", "c", "d"), {"a": "reframe"})


def test_parallel_edges_take_the_minimum() -> None:
    loose, tight = Constraint(ORIGIN, "a", 10), Constraint(ORIGIN, "a", 3)
    for order in ([loose, tight], [tight, loose]):
        assert Network(["a"], order).window("a") == (None, 3)


def test_a_negative_cycle_that_the_origin_cannot_reach_is_found() -> None:
    cycle = [Constraint("b", "a", -1), Constraint("a", "b", -1)]
    network = Network(["a", "b", "c"], cycle)
    assert [set(b.nodes) for b in network.conflicts] == [{"a", "b"}]


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(RefinerError, match="two events"):
        run(event("a"), event("a"))
