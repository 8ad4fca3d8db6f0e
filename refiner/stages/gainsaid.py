"""Asks about what speaks against the timeline: "in 2024 you wrote that you are still shy, but therapy ended it".

An observation is evidence and no cause, so it changes no verdict by itself. The person says which of the two is wrong,
or what happened in between; the answer becomes an event or changes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refiner.config import Trait, followed
from refiner.edits import digest
from refiner.models import Choice, ChoiceEffect, Doubt, Effect, EffectKind, Event, Finding, Question, Timeline, When
from refiner.stages.base import StageInput
from refiner.stages.doubt import short
from refiner.timeline.bounds import to_iso
from refiner.timeline.order import BEGINS
from refiner.timeline.sayings import window_of

NAME = "override"


def questions(
    given: StageInput, timeline: Timeline, events: Mapping[str, Event], said: Iterable[Doubt]
) -> list[Question]:
    """The questions that belong to this note: it says what does not fit an important trait's verdict.

    `said`: the doubts whose `home` the note is, or that it says itself.
    """
    important = {t.id: t for t in given.config.important}
    found = []
    for doubt in said:
        if doubt.trait not in important:
            continue
        trait = important[doubt.trait]
        if doubt.kind == "observation":
            found.append(_observed(given, timeline, events, doubt, trait))
        elif doubt.kind == "opposites":
            found.append(_opposites(given, timeline, events, doubt, trait))
    return found


def findings(given: StageInput, said: Iterable[Doubt]) -> list[Finding]:
    """What was prevented and happened all the same, as this note has it; nothing hangs on it."""
    return [
        Finding(check="timeline", note=given.note.path, message=d.why)
        for d in said
        if d.kind == "prevented" and d.note == given.note.path
    ]


def home(doubt: Doubt, events: Mapping[str, Event], timeline: Timeline) -> str:
    """The note that asks: that of the last event, or of what was said last of the trait."""
    verdict = timeline.verdict(doubt.trait)
    said = (i["note"] for i in reversed(verdict.evidence if verdict else ()) if i.get("note"))
    return next((events[e].note for e in reversed(doubt.events) if e in events), "") or next(said, "")


def _observed(
    given: StageInput, timeline: Timeline, events: Mapping[str, Event], doubt: Doubt, trait: Trait
) -> Question:
    verdict = timeline.verdict(trait.id)
    assert verdict is not None
    cause = events.get(doubt.events[-1]) if doubt.events else None
    name, day = trait.title, doubt.at
    choices: list[Choice | None] = []
    if verdict.verdict == "NOT" and cause is not None:
        gone = [{"id": e, "drop_effect": [trait.id, "terminates"]} for e in doubt.events]
        still = ChoiceEffect(event={**gone[-1], "also": gone[:-1]})
        named = " and ".join(f"“{short(events[e])}”" for e in doubt.events[-2:] if e in events)
        choices = [
            Choice(id="still", label=f"{named} did not end it: it still holds", effect=still),
            _between(timeline, doubt, trait, cause, "reinitiates", f"it came back after “{short(cause)}”", "again"),
            Choice(id="over", label="it is over; that sentence is not to be taken so"),
        ]
    elif verdict.verdict in ("HOLDS", "DORMANT") and cause is not None:
        choices = [
            _between(timeline, doubt, trait, cause, "terminates", f"it ended after “{short(cause)}”", "ended"),
            Choice(id="holds", label="it holds; that sentence is not to be taken so"),
        ]
    else:
        choices = [Choice(id="never", label="it never was true; that sentence is not to be taken so")]
    quotes = "; ".join(f"“{q}”" for q in doubt.quotes)
    return _question(
        given, doubt, trait, f"{name}: {doubt.why}{f' ({quotes})' if quotes else ''}. What is right?",
        [*choices, Choice(id="open", label="leave it open")], f"what was written on {day} does not fit the events",
    )  # fmt: skip


def _between(
    timeline: Timeline, doubt: Doubt, trait: Trait, cause: Event, kind: EffectKind, label: str, choice: str
) -> Choice | None:
    """A new event between what decided the trait and the day on which it was seen otherwise."""
    verdict = timeline.verdict(trait.id)
    decided = [
        i["when"] for i in (verdict.evidence if verdict else ()) if i.get("decides") and i.get("event") == cause.id
    ]
    last = max((high for when in decided if (high := window_of(when).high) is not None), default=None)
    earliest, latest = to_iso(None if last is None else last + 1), to_iso(window_of(doubt.at).high)
    if earliest and latest and earliest > latest:
        return None
    when = When(raw=f"after {cause.label or cause.id}", earliest=earliest, latest=latest, granularity="range")
    told = f"{trait.title}: {'came back' if kind == 'reinitiates' else 'ended'}"
    said = _said(doubt, trait, kind, when, told, doubt.quotes[:1])
    return Choice(id=choice, label=label, effect=ChoiceEffect(event=said))


def _said(
    doubt: Doubt, trait: Trait, kind: EffectKind, when: When, label: str, quotes: tuple[str, ...]
) -> dict[str, object]:
    """A new event as the answer carries it."""
    event = Event(
        id="said-" + digest("said", doubt.note, trait.id, kind, doubt.at, *doubt.events)[:10],
        note=doubt.note,
        label=label.replace("“", "").replace("”", ""),
        when=when,
        written=to_iso(window_of(doubt.at).high),
        effects=(Effect(trait=trait.id, kind=kind, quote=quotes[0] if quotes else ""),),
    )
    return event.model_dump(mode="json")


def _opposites(
    given: StageInput, timeline: Timeline, events: Mapping[str, Event], doubt: Doubt, trait: Trait
) -> Question:
    known = {t.id: t for t in given.config.traits}
    other = known.get(trait.opposite, followed(trait.opposite))
    choices = []
    for number, (kept, gone) in enumerate(((trait, other), (other, trait)), 1):
        verdict = timeline.verdict(gone.id)
        evidence = verdict.evidence if verdict else ()
        began = [i["event"] for i in evidence if i.get("decides") and i.get("kind") in BEGINS][-1:]
        when = When(anchor=began[0], offset_min=1) if began else When()
        at_home = doubt.model_copy(update={"note": given.note.path})
        label = f"only “{kept.title}” holds: “{gone.title}” is over"
        effect = ChoiceEffect(event=_said(at_home, gone, "terminates", when, label, ()))
        choices.append(Choice(id=str(number), label=label, effect=effect))
    both = Choice(id="both", label="both hold, each in its place")
    return _question(
        given, doubt, trait, f"{doubt.why}. Which of them is she today?", [*choices, both],
        "refiner.toml says that one is the opposite of the other",
    )  # fmt: skip


def _question(
    given: StageInput, doubt: Doubt, trait: Trait, text: str, choices: list[Choice | None], reason: str
) -> Question:
    quote = doubt.quotes[0] if doubt.quotes else ""
    start = given.note.text.find(quote, given.note.body_start) if quote else -1
    return Question(
        id=digest("question", doubt.kind, trait.id, doubt.note, doubt.at, *doubt.events),
        note=given.note.path,
        stage=NAME,
        start=start if start >= 0 else None,
        end=start + len(quote) if start >= 0 else None,
        subject=f"trait:{trait.id}",
        question=text,
        choices=tuple(c for c in choices if c is not None),
        mentions=((start, start + len(quote)),) if start >= 0 else (),
        reason=reason,
        text_sha=digest(doubt.why, *doubt.quotes),
    )
