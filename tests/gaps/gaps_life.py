"""A made-up life with gaps that are known: Leela Menon of Kozhikode, who becomes Anand. Told: all but 1989 to 1995."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from refiner.config import Config
from refiner.gaps.facts import Facts, facts_of
from refiner.gaps.find import gaps_in
from refiner.gaps.gap import Gap
from refiner.models import Sample
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

NOW = "2020-06-01"

CONFIG: dict[str, Any] = {
    "persona": {
        "born": "1970-03-10",
        "first_school_year": 1976,
        "culture": "India",
        "before": {"name": "Leela Menon", "gender": "female", "nicknames": ["Lee"]},
        "after": {"name": "Anand Menon", "gender": "male", "nicknames": ["Andy"]},
    },
    "traits": [
        {"id": "stubborn", "name": "stubborn", "polarity": "negative", "importance": 4},
        {"id": "jealous", "name": "jealous", "polarity": "negative", "importance": 1},
        {"id": "patient", "name": "patient", "polarity": "positive", "importance": 1},
        {"id": "smoker", "name": "smoker", "polarity": "negative", "importance": 2, "aliases": ["smoking", "smoke"]},
        {"id": "generous", "name": "generous", "polarity": "positive", "importance": 3},
        {"id": "sulks", "name": "sulks", "polarity": "negative", "importance": 3},
        {"id": "swimmer", "name": "swimmer", "polarity": "positive", "importance": 2, "aliases": ["swims", "swim"]},
        {"id": "fear-of-heights", "name": "fear of heights", "importance": 2, "aliases": ["afraid of heights"]},
        {"id": "night-owl", "name": "night owl", "importance": 0},
    ],
}

# One thing for each year but those that are silent.
YEARS = {
    1974: "we kept ducks behind the kitchen",
    1975: "the roof was tiled anew",
    1976: "I lost a front tooth",
    1977: "my sister Sunita was given a parrot",
    1978: "the well ran dry",
    1979: "I won a comb at the fair",
    1980: "a bus service came to our road",
    1981: "my father bought a radio",
    1982: "we painted the gate green",
    1983: "I carried the lamp in the procession",
    1984: "the mango tree fell",
    1985: "I read by candle for a month",
    1986: "a cousin taught me to type",
    1987: "I was given a bicycle",
    1988: "I sat the typing test",
    1996: "I rented the room above the press",
    1997: "the press bought a second machine",
    1998: "I went to Ooty by train",
    1999: "the ceiling fan came down",
    2000: "we printed calendars for a bank",
    2001: "I learnt to set a page on a screen",
    2002: "the river came up to the third step",
    2003: "I bought the press",
    2004: "the cat had kittens in the ink room",
    2005: "we moved the machines to the new shed",
    2006: "I had two apprentices",
    2007: "my sister Sunita came back",
    2008: "the bank stopped its calendars",
    2009: "I printed a cookbook",
    2010: "I sold the old machine",
    2011: "we planted a jackfruit tree",
    2012: "the shed got a proper door",
    2013: "I began to go to the library",
    2014: "the apprentices opened a shop",
    2015: "I sorted forty years of proofs",
    2016: "the tree bore its first fruit",
    2017: "we had no rain until July",
    2018: "the river came up to the fifth step",
    2019: "I gave the press to the two",
}

NOTES: dict[str, str] = {
    "childhood.md": "\n\n".join(f"In {y} {what}." for y, what in YEARS.items() if y < 1989) + "\n",
    "press.md": "\n\n".join(f"In {y} {what}." for y, what in YEARS.items() if y > 1995) + "\n",
    "me.md": "I am stubborn.\n\nI am perhaps a little jealous.\n\nSometimes I am kind of jealous.\n",
    "patience.md": "In 1999 I became patient.\n",
    "tobacco.md": "In 1986 I became a smoker when the typing school let us sit on the roof.\n\nThat was that.\n",
    "stopped.md": "In 2006 I stopped smoking.\n",
    "water.md": (
        "I am a swimmer. In 1981, after the ferry had gone over at Beypore, my father threw me off the jetty, and from "
        "that day I swim. In 2002 I swam to the post office for the letters. I am still a swimmer at fifty.\n"
    ),
    "sunita.md": (
        "---\nauthor: Sunita Menon\nwritten: 2019-05-05\n"
        "observations:\n  - {trait: sulks, holds: true, at: 2019-05-05, quote: She sulks for days.}\n---\n"
        "She sulks for days. Nobody may say why. And she swims like an otter, my sister, in any weather.\n"
    ),
    "names-1.md": "At the press there was always Radha. She had the key.\n",
    "names-2.md": "On Sundays I walked with Radha to the sea wall and back.\n",
    "names-3.md": "I have never told Radha what the second machine cost.\n",
    "films.md": (
        "---\nkind: media\n---\n- *The Blue Umbrella* (film)\n"
        "- *Chemmeen* (film): I sat in the front row and afterwards would not eat fish for a year.\n"
    ),
    "heights.md": "One day I stood on the water tower at Feroke, and from that day I was afraid of heights.\n",
    "owl.md": "In 2009 I became a night owl. In 2009 I stopped being a night owl. In 2009 I was a night owl again.\n",
}


def facts(
    notes: Mapping[str, str] = MappingProxyType(NOTES),
    config: Mapping[str, Any] = MappingProxyType(CONFIG),
    *,
    now: str = NOW,
    samples: Iterable[Sample] = (),
    backwards: bool = False,
) -> Facts:
    """A life as the rules of the gaps see it; `backwards`: everything in the other order."""
    settings = Config.from_dict(dict(config))
    paths = sorted(notes, reverse=backwards)
    read = [note_from_text(notes[p], p) for p in paths]
    chain = run_chain(read, settings, now=now, stages=())
    assert chain.timeline is not None
    turn = -1 if backwards else 1
    return facts_of(
        chain.notes[::turn], settings, chain.timeline, now=date.fromisoformat(now),
        extractions=chain.extractions[::turn], bearings=chain.bearings, samples=tuple(samples)[::turn],
        people=chain.people[::turn],
    )  # fmt: skip


def gaps(notes: Mapping[str, str] = MappingProxyType(NOTES), **more: Any) -> dict[str, Gap]:
    """The gaps of a life by id."""
    return {g.id: g for g in gaps_in(facts(notes, **more))}


@cache
def planted() -> dict[str, Gap]:
    """The gaps of Leela's life."""
    return gaps()


def with_notes(**more: str) -> dict[str, str]:
    """Leela's notes with some more, or with others; "" takes one out. Names stand without ".md"."""
    texts = {**NOTES, **{f"{name.replace('_', '-')}.md": text for name, text in more.items()}}
    return {path: text for path, text in texts.items() if text}
