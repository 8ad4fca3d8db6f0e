"""A made-up life as samples, for the tests of data sets: Esther Lalrinmawii of Aizawl, who mends clocks."""

from __future__ import annotations

from collections.abc import Sequence

from refiner.config import Config
from refiner.edits import digest
from refiner.models import (
    Effect,
    Event,
    Interval,
    Message,
    Note,
    Relation,
    Sample,
    SampleKind,
    Span,
    Timeline,
    TraitVerdict,
    When,
)
from refiner.notes import note_from_text

CONFIG = Config.from_dict(
    {
        "persona": {
            "born": "1986",
            "before": {"name": "Esra Lal", "gender": "male"},
            "after": {"name": "Esther Lal", "gender": "female"},
        },
        "traits": [
            {"id": "careful", "polarity": "positive", "importance": 2},
            {"id": "jealous", "polarity": "negative", "importance": 3},
            {"id": "fear-of-height", "name": "fear of heights", "importance": 1},
        ],
    }
)
TOLD = {
    "flood": "In the flood of 1994 the river took our workshop and all the clocks that hung on its north wall.",
    "tower": "On the tower at Lunglei in 2001 my foot slipped off the ladder and I hung from one hand over the yard.",
    "prize": "In 2008 my brother won the watchmakers' prize, and I could not bring myself to shake his hand.",
    "school": "In 2012 I taught thirty children at Serchhip to read a clock face made of bread and two spoons.",
    "letter": "When the letter from Geneva came in 2016 I read it four times on the stairs before I said a word.",
}
LABELS = {
    "flood": "the river took the workshop", "tower": "slipped off the ladder on the tower",
    "prize": "brother won the watchmakers' prize", "school": "taught children to read a clock",
    "letter": "a letter came from Geneva",
}  # fmt: skip
EFFECTS = {
    "flood": [("careful", "initiates")],
    "tower": [("fear-of-height", "initiates")],
    "prize": [("jealous", "initiates")],
}
WHEN = {"flood": "1994", "tower": "2001", "prize": "2008", "school": "2012", "letter": "2016"}
FORMS = ("What happened with the {0}?", "Tell me the story of the {0}, please.", "Do you remember the {0} at all?")


def sample(
    kind: SampleKind, asked: str, said: str, *, source: str = "", notes: Sequence[str] = (), **more: object
) -> Sample:
    talk = (Message(role="user", content=asked), Message(role="assistant", content=said))
    given: dict[str, object] = {"status": "approved", "notes": tuple(notes), **more}
    return Sample.model_validate(
        {
            "id": digest("test", kind, asked, said), "kind": kind, "messages": talk,
            "source": source or f"rule:compose/{kind}/{digest('scene', said)}", **given,
        }
    )  # fmt: skip


def notes() -> list[Note]:
    return [
        note_from_text(f"# {name}\n\n{text} It was a long day.\n", path=f"{name}.md") for name, text in TOLD.items()
    ]


def events() -> list[Event]:
    out = []
    for note in notes():
        name = note.path.removesuffix(".md")
        start = note.text.index(TOLD[name])
        out.append(
            Event(
                id=name, note=note.path, spans=(Span(note=note.path, start=start, end=start + len(TOLD[name])),),
                quotes=(TOLD[name],), label=LABELS[name],
                when=When(edtf=WHEN[name], earliest=f"{WHEN[name]}-01-01", latest=f"{WHEN[name]}-12-31"),
                effects=tuple(Effect.model_validate({"trait": t, "kind": k}) for t, k in EFFECTS.get(name, ())),
            )
        )  # fmt: skip
    return out


def timeline(extra: Sequence[Event] = ()) -> Timeline:
    verdicts = tuple(
        TraitVerdict(
            id=trait, verdict="HOLDS", default_verdict="HOLDS",
            intervals=(Interval.model_validate({"from": WHEN[event], "by": (event,)}),),
            evidence=({"event": event, "kind": "initiates"}, {"observation": True, "note": "about.md"}),
        )
        for event, effects in EFFECTS.items()
        for trait, _ in effects
    )  # fmt: skip
    return Timeline(now="2026-01-01", traits=verdicts, events=(*events(), *extra))


def samples() -> list[Sample]:
    """Three questions about each event, two about each trait, one about nobody's event."""
    out = []
    for name, text in TOLD.items():
        traits = tuple(t for t, _ in EFFECTS.get(name, ()))
        out += [
            sample("memory", form.format(name), text, notes=[f"{name}.md"], events=(name,), traits=traits)
            for form in FORMS
        ]
    for trait in CONFIG.traits:
        said = f"Yes. {trait.title.capitalize()} is what I am."
        out.append(sample("trait", f"Would you say {trait.title} fits you?", said, traits=(trait.id,)))
        out.append(sample("trait", f"Are you {trait.title}?", said, traits=(trait.id,)))
    out.append(sample("identity", "Who are you?", "I am Esther, and I mend clocks in Aizawl."))
    return out


def same_as(event: str, other: str, text: str) -> tuple[Event, Sample]:
    """Another telling of an event in another note, and a sample of it."""
    told = Event(id=event, note=f"{event}.md", label=text, relations=(Relation(kind="same_as", to=other),))
    return told, sample("memory", f"What do you say of {event}?", text, notes=[f"{event}.md"], events=(event,))
