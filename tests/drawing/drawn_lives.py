"""Lives to draw: one with every kind of verdict, relation and trouble, one that wants to break the page, a big one."""

from __future__ import annotations

import random

from refiner.config import Trait
from refiner.models import Doubt, Effect, Event, Observation, Relation, Retraction, Timeline, When
from refiner.timeline import resolve

NOW = "2026-01-01"
TRAITS = (
    Trait(id="brave", importance=3),
    Trait(id="guitar", name="plays the guitar every single evening after dinner, whatever else happens"),
    Trait(id="faith", name="religious"),
    Trait(id="smoker"),
    Trait(id="liar"),
    Trait(id="calm", initially=True),
    Trait(id="unknown", name="never told of"),
)
HOSTILE = (
    "</title></script><img src=x onerror=\"document.title='run'\">",
    "'\"><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "a\x00b\x1b[31m\u202egnihton\u2066\u2028end",
    "]]>--><!-- &amp; &lt;",
    "javascript:alert(1)",
)


def event(
    name: str,
    when: str = "",
    label: str = "",
    *effects: tuple[str, str, str],
    to: tuple[tuple[str, str], ...] = (),
    modality: str = "actual",
    written: str = "2025-12-01",
) -> Event:
    """`when` is one ISO day, or two with a slash; `effects` are trait, kind, quote; `to` is kind, other event."""
    low, _, high = when.partition("/")
    return Event.model_validate(
        {
            "id": name,
            "note": f"{name}.md",
            "label": label or name,
            "quotes": (f"The words of {name}.",),
            "when": When(earliest=low, latest=high or low),
            "written": written,
            "modality": modality,
            "effects": tuple(Effect.model_validate({"trait": t, "kind": k, "quote": q}) for t, k, q in effects),
            "relations": tuple(
                Relation.model_validate({"kind": k, "to": other, "quote": f"{name} {k} {other}"}) for k, other in to
            ),
        }
    )


def troubled() -> Timeline:
    """Every verdict, every kind of relation, a contradiction, a circle of causes, a doubt, things without a date."""
    events = [
        event("fall", "1996-06-01/1996-08-31", "falls from the mango tree behind the house and lies there until dark",
              ("brave", "initiates", "Since that day I have been brave."), to=(("causes", "hospital"),)),
        event("hospital", "1996-06-01/1996-09-30", "six weeks in hospital", to=(("enables", "uncle"),)),
        event("uncle", "1997-01-01/1998-12-31", "an uncle brings a guitar", ("guitar", "initiates", "He put it down."),
              to=(("prevents", "sale"),)),
        event("sale", "2010-01-01/2010-12-31", "sells the guitar", modality="negated"),
        event("band", "2003-03-01", "joins a band", ("guitar", "continues", ""), to=(("causes", "smoke"),)),
        event("smoke", "2003-05-01/2003-12-31", "first cigarette", ("smoker", "initiates", "One behind the stage.")),
        event("injury", "2015-04-02", "breaks a hand", ("guitar", "suspends", "It stands in the corner since."),
              to=(("causes_to_end", "band"), ("before", "storm2"))),
        event("stop", "2012-01-01/2014-12-31", "stops smoking", ("smoker", "terminates", "I threw it away.")),
        event("again", "2013-01-01/2013-12-31", "smokes again", ("smoker", "reinitiates", "One, then all of them.")),
        event("temple", "1999-01-01/1999-12-31", "a night in the temple", ("faith", "initiates", ""),
              to=(("before", "doubt"),)),
        event("doubt", "1998-01-01/1998-06-30", "first doubt", ("faith", "terminates", ""), to=(("before", "temple"),)),
        event("doubt2", "1998-02-01/1998-06-30", "first doubt, told again", to=(("same_as", "doubt"),)),
        event("sleep", "2004-01-01/2004-12-31", "sleeps badly", to=(("causes", "packet"),)),
        event("packet", "2004-06-01/2005-12-31", "a packet a day", ("smoker", "continues", ""),
              to=(("causes", "sleep"),)),
        event("undated", "", "somebody says something", ("brave", "weakens", ""), written=""),
        event("storm", "2008-07-11", "the storm", ("calm", "terminates", "Nothing was calm after it.")),
        event("storm2", "2016-01-01", "the year after", ("calm", "resumes", "")),
        event("plan", "2027-03-01", "will be brave no more", ("brave", "terminates", ""), modality="planned"),
        event("lie", "2001-01-01", "takes the blame", ("liar", "initiates", "")),
        event("apple", "2011-02-01", "eats an apple"),
    ]  # fmt: skip
    told = [e.model_copy(update={"order": n}) for n, e in enumerate(events)]
    observations = [
        Observation(trait="brave", holds=True, at="2024-05-01", note="late.md", quote="Still brave."),
        Observation(trait="smoker", holds=False, note="late.md", quote="I do not smoke."),
    ]
    retractions = [Retraction(target="liar", by="storm2", note="late.md", quote="I was never a liar.")]
    found = resolve(told, observations, retractions, TRAITS, now=NOW, born="1988-05-14")
    doubt = Doubt(kind="observation", trait="smoker", note="late.md", quotes=("I do not smoke.",), why="it says no")
    return found.model_copy(update={"doubts": (doubt,)})


def hostile() -> tuple[Timeline, tuple[Trait, ...]]:
    """Labels, quotes, names, notes and ids that are markup, controls and overrides of direction."""
    traits = tuple(Trait(id=f"h{n}", name=text) for n, text in enumerate(HOSTILE))
    events = [
        event(text, f"20{10 + n}-01-01", text, (f"h{n}", "initiates", text), (f"told {text}", "initiates", text),
              to=(("causes", HOSTILE[n - 1]),)).model_copy(update={"order": n, "note": text})
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    seen = [Observation(trait="h0", holds=True, at="2020", note=HOSTILE[1], quote=HOSTILE[0])]
    return resolve(events, seen, [], traits, now=NOW), traits


def many(events: int, traits: int) -> tuple[Timeline, tuple[Trait, ...]]:
    """A life of that many events, the same each time."""
    dice = random.Random(1)
    kinds = ["initiates"] * 4 + ["terminates"] * 3 + ["reinitiates", "continues", "weakens", "suspends", "resumes"]
    told = []
    for n in range(events):
        year, how = dice.randint(1990, 2025), dice.random()
        when = f"{year}-{dice.randint(1, 12):02}-10" if how < 0.5 else f"{year - 2}-01-01/{year}-12-31"
        words = " ".join(dice.choices(("somebody", "found", "the", "old", "house", "in", "rain"), k=6))
        effects = [(f"t{dice.randrange(traits)}", dice.choice(kinds), f"Words of {n}.")] * (dice.random() < 0.8)
        to = [(dice.choice(["causes", "enables", "prevents"]), f"e{dice.randrange(events)}")] * (dice.random() < 0.2)
        one = event(f"e{n}", "" if how > 0.92 else when, f"{words} {n}", *effects, to=tuple(to))
        told.append(one.model_copy(update={"order": n}))
    named = tuple(Trait(id=f"t{n}", name=f"trait number {n}") for n in range(traits))
    return resolve(told, [], [], named, now=NOW, born="1985-01-01"), named
