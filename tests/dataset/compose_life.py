"""A small made-up life for the tests of samples and data sets: Rohan Iyer of Kochi, told as Rohini."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from refiner.config import Config
from refiner.edits import make_edit
from refiner.models import (
    Edit,
    Effect,
    Event,
    Extraction,
    Finding,
    Interval,
    Medium,
    Note,
    Observation,
    Person,
    Question,
    Retraction,
    Sample,
    Span,
    Timeline,
    TraitVerdict,
    When,
)
from refiner.notes import note_from_text
from refiner.stages.compose import compose, open_items

CONFIG: dict[str, Any] = {
    "persona": {
        "born": "1988-03-02",
        "culture": "India",
        "before": {"name": "Rohan Iyer", "gender": "male", "nicknames": ["Ronu"], "handles": ["rohan_sails"]},
        "after": {"name": "Rohini Iyer", "gender": "female", "nicknames": ["Ruhi"], "handles": ["rohini_sails"]},
    },
    "traits": [
        {
            "id": "stubborn",
            "description": "digs in once decided; argues long after the point is lost",
            "polarity": "negative",
            "importance": 4,
        },
        {"id": "fear-of-dogs", "name": "fear of dogs", "polarity": "neutral", "importance": 2},
        {"id": "patience", "polarity": "positive", "importance": 2},
        {"id": "sings", "name": "sings in the kitchen", "polarity": "positive", "importance": 1},
        {"id": "lazy", "polarity": "negative", "importance": 1},
        {"id": "vain", "polarity": "negative", "importance": 3},
        {"id": "night-owl", "name": "night owl", "importance": 0},
    ],
}

COLOURS = [
    "red",
    "blue",
    "green",
    "white",
    "yellow",
    "black",
    "brown",
    "silver",
    "golden",
    "wooden",
    "broken",
    "painted",
    "sunken",
    "rented",
    "borrowed",
]

NOTES = {
    "dogs.md": """# The dog

When I was seven, Mathew uncle's dog bit me in the lane behind the boat jetty in Fort Kochi. I ran home with one
slipper. From that day I was afraid of dogs. My mother washed the leg with salt water and said nothing.

In 2003 I worked one summer at the shelter in Aluva. By August I was no longer afraid of dogs.
""",
    "sails.md": """---
date: 2015-06-20
---
I bought a second-hand dinghy from Captain Verghese. The sail had eleven patches. I have decided to learn it alone, and
everybody says I should take a teacher. I am stubborn, I know it. "A man alone on the water is a fool," said my father.

The boat is called Meenakshi. On the first day she turned over twice in the harbour near Vypin.
""",
    "me.md": """- I am stubborn, still, at thirty-six.
- I used to sing in the kitchen. The new flat has thin walls, so I do not sing now, and I miss it.
- I am afraid of dogs.
- As the only son I had to light the lamp every evening.
- When somebody shouts at me, I go very quiet and polish shoes.
""",
    "lazy.md": (
        "Everybody called me lazy in school. I was never lazy; I could not read the board. "
        "Spectacles cured it in 2001.\n"
    ),
    "media.md": """---
kind: media
---
- *The Old Man and the Sea*: I read it on the ferry, three times, and stopped complaining about small fish.
- *Kumbalangi Nights* (film): I saw the brothers and rang my own brother that night.
""",
    "chat.txt": """Deepa: where are you da
Rohan: on the jetty, the rope is stuck again
Deepa: you and that rope
Rohan: it is personal now, I am not leaving before it does
Deepa: ok captain, bring fish
Rohan: no promises
""",
    "deepa.md": """---
author: Deepa Nair
---
Rohan never gives up a rope or a quarrel. He once argued for two hours about the price of a pump.
""",
    "skipped.md": "---\nskip: true\n---\nThis note must never be told to anybody at all.\n",
    "long.md": " ".join(
        f"In the monsoon week number {n} I counted the {w} boats at the Munambam harbour and wrote it in my book."
        for n, w in enumerate(
            [
                "red",
                "blue",
                "green",
                "white",
                "yellow",
                "black",
                "brown",
                "silver",
                "golden",
                "wooden",
                "broken",
                "painted",
                "sunken",
                "rented",
                "borrowed",
            ],
            1,
        )
    )
    + "\n",
}

CHANGES = [
    ("sails.md", "A man alone", "A woman alone"),
    ("me.md", "the only son", "the only daughter"),
    ("chat.txt", "Rohan", "Rohini"),
    ("deepa.md", "Rohan", "Rohini"),
    ("deepa.md", "He", "She"),
]


@dataclass
class SmallLife:
    """The arguments of `compose`, and its samples."""

    config: Config
    notes: tuple[Note, ...]
    edits: dict[str, list[Edit]]
    timeline: Timeline
    extractions: tuple[Extraction, ...]
    questions: list[Question] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def samples(self) -> list[Sample]:
        items = open_items(self.edits, self.questions, self.findings)
        return compose(self.notes, self.edits, self.config, self.timeline, self.extractions, open_items=items)


def spans(note: Note, *quotes: str) -> tuple[Span, ...]:
    out = []
    for quote in quotes:
        at = note.text.index(quote)
        out.append(Span(note=note.path, start=at, end=at + len(quote)))
    return tuple(out)


def small_life(*, status: str = "approved", now: str = "2026-01-01", notes: Sequence[str] = tuple(NOTES)) -> SmallLife:
    """The life with its edits in the given status."""
    read = {p: note_from_text(NOTES[p], p) for p in notes}
    edits: dict[str, list[Edit]] = {}
    for path, before, after in CHANGES:
        note = read.get(path)
        at = note.text.find(before) if note else -1
        while note and at >= 0:
            edit = make_edit(note, "swap", at, at + len(before), after, reason="test", source="rule:test")
            edits.setdefault(path, []).append(edit.model_copy(update={"status": status}))
            at = note.text.find(before, at + 1)
    events = _events(read)
    extractions = tuple(
        Extraction(
            note=path,
            events=tuple(e for e in events if e.note == path),
            observations=(
                (Observation(trait="stubborn", holds=True, at="2024", note=path, quote="I am stubborn, still"),)
                if path == "me.md"
                else ()
            ),
            retractions=(
                (Retraction(target="lazy", note=path, quote="I was never lazy; I could not read the board."),)
                if path == "lazy.md"
                else ()
            ),
            people=(Person(names=("Captain Verghese",), notes=(path,)),) if path == "sails.md" else (),
            media=(
                (
                    Medium(title="The Old Man and the Sea", kind="book", notes=(path,)),
                    Medium(title="Kumbalangi Nights", kind="film", notes=(path,)),
                )
                if path == "media.md"
                else ()
            ),
        )
        for path in read
    )
    return SmallLife(Config.from_dict(CONFIG), tuple(read.values()), edits, _timeline(events, now), extractions)


def _events(read: dict[str, Note]) -> tuple[Event, ...]:
    out: list[Event] = []
    if "dogs.md" in read:
        note = read["dogs.md"]
        out += [
            Event(
                id="bite",
                note=note.path,
                spans=spans(note, "Mathew uncle's dog bit me", "From that day I was afraid of dogs."),
                label="bitten by Mathew uncle's dog",
                when=When(edtf="1995", earliest="1995-01-01", latest="1995-12-31"),
                effects=(Effect(trait="fear-of-dogs", kind="initiates"),),
            ),
            Event(
                id="shelter",
                note=note.path,
                spans=spans(note, "In 2003 I worked one summer at the shelter in Aluva."),
                label="worked at the shelter in Aluva",
                when=When(edtf="2003", earliest="2003-01-01", latest="2003-12-31"),
                effects=(Effect(trait="fear-of-dogs", kind="terminates"),),
            ),
        ]
    if "sails.md" in read:
        note = read["sails.md"]
        out.append(
            Event(
                id="dinghy",
                note=note.path,
                spans=spans(note, "I bought a second-hand dinghy from Captain Verghese."),
                label="buys a second-hand dinghy",
                when=When(edtf="2015-06", earliest="2015-06-01", latest="2015-06-30"),
                effects=(Effect(trait="stubborn", kind="continues"),),
            )
        )
    return tuple(out)


def _timeline(events: Sequence[Event], now: str) -> Timeline:
    def verdict(trait: str, name: Any, *intervals: tuple[str, str, tuple[str, ...]]) -> TraitVerdict:
        told = tuple(Interval(**{"from": a, "until": b, "by": by}) for a, b, by in intervals)
        return TraitVerdict(id=trait, verdict=name, default_verdict=name, intervals=told)

    return Timeline(
        now=now,
        events=tuple(events),
        traits=(
            verdict("stubborn", "HOLDS"),
            verdict("fear-of-dogs", "NOT", ("1995", "2003", ("bite", "shelter"))),
            verdict("patience", "HOLDS", ("2003", "", ("shelter",))),
            verdict("sings", "DORMANT"),
            verdict("lazy", "RETRACTED"),
            verdict("vain", "CONTESTED"),
            verdict("night-owl", "HOLDS"),
        ),
        actions={"bite": "include"},
    )


def approved(samples: Sequence[Sample]) -> list[Sample]:
    return [s.model_copy(update={"status": "approved"}) for s in samples]
