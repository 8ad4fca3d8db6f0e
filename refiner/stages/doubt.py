"""Asks where the timeline cannot tell: one question for each important trait that is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from refiner.config import Config, Trait
from refiner.edits import digest
from refiner.models import Choice, ChoiceEffect, Conflict, Effect, Event, Question, Timeline, TraitVerdict
from refiner.stages.base import StageInput
from refiner.timeline.bounds import to_day
from refiner.timeline.order import BEGINS
from refiner.timeline.sayings import words_of

NAME = "override"
CHOICES = 9  # that a question may have before those that leave it open


@dataclass(frozen=True)
class Contested:
    """An important trait of which the timeline cannot tell what is so today, with the events that change it."""

    trait: Trait
    verdict: TraitVerdict
    told: tuple[Event, ...]


def contested(config: Config, timeline: Timeline, events: Mapping[str, Event]) -> dict[str, list[Contested]]:
    """The traits in doubt by the note that asks: that of its first event, or of what was said of it last."""
    found: dict[str, list[Contested]] = {}
    for trait in config.important:
        verdict = timeline.verdict(trait.id)
        if verdict is None or verdict.verdict not in ("CONTESTED", "INCONSISTENT"):
            continue
        told = sorted(_told(trait, verdict, events), key=lambda e: e.place)
        said = (i["note"] for i in reversed(verdict.evidence) if i.get("note"))
        home = told[0].note if told else next(said, "")
        found.setdefault(home, []).append(Contested(trait, verdict, tuple(told)))
    return found


def questions(
    given: StageInput, timeline: Timeline, events: Mapping[str, Event], doubted: Iterable[Contested]
) -> list[Question]:
    """The questions that belong to this note. `doubted`: the traits that it asks about."""
    found = []
    for trait, verdict, told in ((c.trait, c.verdict, list(c.told)) for c in doubted):
        clash = next((c for c in timeline.conflicts if trait.id in c.traits), None)
        if not told:
            found.append(_only_seen(trait, verdict, given.note.path))
        elif verdict.verdict == "INCONSISTENT" and clash is not None and clash.claims:
            found.append(_which_is_wrong(trait, clash, told, events))
        else:
            found.append(_question(trait, verdict, told, clash.quotes if clash else (), timeline))
    return found


def _told(trait: Trait, verdict: TraitVerdict, events: Mapping[str, Event]) -> list[Event]:
    """The events that count for the verdict and change the trait."""
    counting = {i["event"] for i in verdict.evidence if "event" in i and not i.get("void")}
    changing = {i["event"] for i in verdict.evidence if i.get("kind") not in (None, "weakens", "continues")}
    return [events[e] for e in sorted(counting & changing) if e in events]


def _only_seen(trait: Trait, verdict: TraitVerdict, home: str) -> Question:
    """No event changed the trait, and what was seen of it differs: the person says what is so today."""
    quotes = "; ".join(f"“{i['quote']}”" for i in verdict.evidence if i.get("quote"))
    choices = []
    for choice, holds, label in (("holds", True, "it holds"), ("gone", False, "it does not")):
        event = Event(
            id="said-" + digest("said", home, trait.id, choice)[:10], note=home, label=label,
            effects=(Effect(trait=trait.id, kind="initiates" if holds else "terminates"),),
        )  # fmt: skip
        choices.append(Choice(id=choice, label=label, effect=ChoiceEffect(event=event.model_dump(mode="json"))))
    return Question(
        id=digest("question", "seen", trait.id, home),
        note=home,
        stage=NAME,
        subject=f"trait:{trait.id}",
        question=f"{trait.title}: does it hold today? {quotes or 'What the notes say of it differs'}",
        choices=(*choices, Choice(id="open", label="leave it open")),
        reason="no event began or ended it, and what was seen of it differs",
        text_sha=digest(trait.id, quotes),
    )


def _which_is_wrong(trait: Trait, clash: Conflict, told: list[Event], events: Mapping[str, Event]) -> Question:
    """One choice for each thing told that the contradiction needs: without it, the rest can be true."""
    seen: set[tuple[str, str, str]] = set()
    choices: list[Choice] = []
    # Dates are where one errs most; a person can weigh a handful of choices.
    claims = sorted(clash.claims, key=lambda c: c.what not in ("when", "until", "lasted"))
    for c in claims if len(claims) > CHOICES else clash.claims:
        if len(choices) == CHOICES:
            break
        if c.what in ("written", "born", "end") or (c.event, c.what, c.to) in seen:
            continue
        seen.add((c.event, c.what, c.to))
        label = f"wrong: {c.why}" + (f" (“{c.quote}”)" if c.quote and c.quote not in c.why else "")
        forget = [c.what, c.to, said_of(events.get(c.event), c.what)]
        effect = ChoiceEffect(event={"id": c.event, "forget": forget})
        choices.append(Choice(id=f"wrong-{len(choices) + 1}", label=label, effect=effect))
    anchor = next((e for e in told if e.id in clash.events), told[0])
    span = anchor.spans[0] if anchor.spans else None
    return Question(
        id=digest("question", "contradiction", trait.id, *(f"{c.event} {c.what} {c.to}" for c in clash.claims)),
        note=told[0].note,
        stage=NAME,
        start=span.start if span and anchor.note == told[0].note else None,
        end=span.end if span and anchor.note == told[0].note else None,
        subject=f"trait:{trait.id}",
        question=f"{trait.title}: {clash.why}. Which of them is wrong?{_loosest(clash, events)}",
        choices=(
            *choices,
            Choice(id="date", label="I will give a date (front matter: when)"),
            Choice(id="open", label="leave it open"),
        ),
        mentions=tuple((s.start, s.end) for e in told if e.note == told[0].note for s in e.spans),
        reason="the notes contradict each other, and without knowing which is wrong there is no verdict",
        text_sha=digest(trait.id, clash.why),
    )


def _loosest(clash: Conflict, events: Mapping[str, Event]) -> str:
    """Whose date would settle a contradiction: that of what takes part in it and was told without a day."""
    told = [events[e] for e in clash.events if e in events]
    undated = [e for e in told if not (e.when.earliest and e.when.latest)]
    named = " or ".join(f"“{short(e)}”" for e in (undated or told)[:3])
    return f" The date of {named} would settle it." if named else ""


def _question(
    trait: Trait, verdict: TraitVerdict, told: list[Event], quotes: tuple[str, ...], timeline: Timeline
) -> Question:
    live = {
        (i["event"], i["kind"]): i.get("at", "start") for i in verdict.evidence if i.get("decides") and "event" in i
    }
    begins = [e for e in told if any((e.id, kind) in live for kind in BEGINS)]
    ends = [e for e in told if (e.id, "terminates") in live]
    first, last = (begins or told)[-1], (ends or told)[-1]
    said = quotes[:4] or tuple(dict.fromkeys(_quote(e, trait.id) for e in (first, last)))
    lines = "; ".join(f"“{q}”" for q in said if q)
    settle = settles(first, last, timeline)
    if verdict.verdict == "INCONSISTENT":
        text = f"{trait.title}: these cannot all be true{f': {lines}' if lines else ''}. Which date is wrong? {settle}"
    else:
        text = f"{trait.title}: does it hold today?{f' {lines}.' if lines else ''} What came last? {settle}"
    anchor = told[0]
    span = anchor.spans[0] if anchor.spans else None
    return Question(
        id=digest("question", "trait", trait.id, first.id, last.id),  # of several pairs the next is asked after this
        note=anchor.note,
        stage=NAME,
        start=span.start if span else None,
        end=span.end if span else None,
        subject=f"trait:{trait.id}",
        question=text,
        choices=(
            *(
                _orders(first, last, len(begins) == len(ends) == 1)
                if live.get((last.id, "terminates")) != "end"
                else ()
            ),
            Choice(id="date", label="I will give a date (front matter: when)"),
            Choice(id="open", label="leave it open"),
        ),
        mentions=tuple((s.start, s.end) for e in told if e.note == anchor.note for s in e.spans),
        reason=f"the timeline finds {verdict.verdict.lower()}: the order of these events decides on today",
        text_sha=digest(trait.id, *(f"{e.id} {e.when.edtf} {e.when.earliest} {e.when.latest}" for e in told)),
    )


def settles(begin: Event, end: Event, timeline: Timeline) -> str:
    """Which date would tell which of two events came last, in words; "" where they are one event."""
    if begin.id == end.id:
        return ""
    known = {e.id: timeline.windows.get(e.id, (e.when.earliest, e.when.latest)) for e in (begin, end)}
    open_ = [e for e in (begin, end) if not all(known[e.id])]
    if len(open_) == 2:
        return f"The year of “{short(begin)}” and that of “{short(end)}” would settle it."
    if open_:
        other = end if open_[0] is begin else begin
        when = _window(known[other.id])
        return f"The year of “{short(open_[0])}” would settle it: was it before or after {when} (“{short(other)}”)?"
    both = sorted(known.values())
    if both[0] == both[1]:
        finer = "day" if both[0][0][:7] == both[0][1][:7] else "month" if both[0][0][:4] == both[0][1][:4] else "year"
        return f"Both are dated {_window(both[0])}: the {finer} of either would settle it."
    overlap = _window((both[1][0], min(both[0][1], both[1][1])))
    wide = max((begin, end), key=lambda e: days_between(*known[e.id]))
    return f"Both can have been in {overlap}: a closer date of “{short(wide)}” would settle it."


def days_between(first: str, last: str) -> int:
    """Days from one ISO day to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _window(window: tuple[str, str]) -> str:
    return words_of(to_day(window[0]), to_day(window[1]))


def _orders(begin: Event, end: Event, only: bool) -> list[Choice]:
    """Which of the two came last; `only`: there is no other pair, so that it decides the trait."""
    if begin.id == end.id:
        return []
    over, holds = (": it is over", ": it holds") if only else ("", "")
    return [
        Choice(id="later", label=f"“{short(end)}” came last{over}", effect=_before(begin, end)),
        Choice(id="earlier", label=f"“{short(begin)}” came last{holds}", effect=_before(end, begin)),
    ]


def _before(first: Event, then: Event) -> ChoiceEffect:
    return ChoiceEffect(event={"id": first.id, "add_relation": ["before", then.id]})


def said_of(event: Event | None, what: str) -> str:
    """A hash of what an event says of its day, end or length: a person who called it wrong did not mean another."""
    said = getattr(event, what, None) if event is not None and what in ("when", "until", "lasted") else None
    return digest("said of", what, said.model_dump_json()) if said is not None else ""


def short(event: Event) -> str:
    """An event's label, cut to what a choice has room for."""
    label = event.label or event.id
    return label if len(label) <= 60 else label[:59].rsplit(" ", 1)[0] + "…"


def _quote(event: Event, trait: str) -> str:
    return next(
        (f.quote for f in event.effects if f.trait == trait and f.quote),
        event.quotes[0] if event.quotes else event.label,
    )
