"""Asks where the timeline cannot tell: one question for each important trait that is in doubt."""

from __future__ import annotations

from collections.abc import Mapping

from refiner.config import Trait
from refiner.edits import digest
from refiner.models import Choice, ChoiceEffect, Conflict, Event, Question, Relation, Timeline
from refiner.stages.base import StageInput

NAME = "override"
CHOICES = 9  # that a question may have before those that leave it open
_BEGINS = ("initiates", "reinitiates")


def questions(given: StageInput, timeline: Timeline, events: Mapping[str, Event]) -> list[Question]:
    """The questions that belong to this note: a trait is asked about in the note of its first event."""
    found = []
    for trait in given.config.important:
        verdict = timeline.verdict(trait.id)
        if verdict is None or verdict.verdict not in ("CONTESTED", "INCONSISTENT"):
            continue
        told = sorted(_told(trait, events), key=lambda e: e.place)
        clash = next((c for c in timeline.conflicts if trait.id in c.traits), None)
        if told and told[0].note == given.note.path:
            if verdict.verdict == "INCONSISTENT" and clash is not None and clash.claims:
                found.append(_which_is_wrong(trait, clash, told))
            else:
                found.append(_question(trait, verdict.verdict, told, clash.quotes if clash else ()))
    return found


def _told(trait: Trait, events: Mapping[str, Event]) -> list[Event]:
    return [
        e for e in events.values()
        if e.modality == "actual" and e.subject == "self"
        and any(f.trait == trait.id and f.kind not in ("weakens", "continues") for f in e.effects)
    ]  # fmt: skip


def _which_is_wrong(trait: Trait, clash: Conflict, told: list[Event]) -> Question:
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
        choices.append(
            Choice(
                id=f"wrong-{len(choices) + 1}", label=label,
                effect=ChoiceEffect(event={"id": c.event, "forget": [c.what, c.to]}),
            )
        )  # fmt: skip
    anchor = next((e for e in told if e.id in clash.events), told[0])
    span = anchor.spans[0] if anchor.spans else None
    return Question(
        id=digest("question", "contradiction", trait.id, *(f"{c.event} {c.what} {c.to}" for c in clash.claims)),
        note=told[0].note,
        stage=NAME,
        start=span.start if span and anchor.note == told[0].note else None,
        end=span.end if span and anchor.note == told[0].note else None,
        subject=f"trait:{trait.id}",
        question=f"{trait.title}: {clash.why}. Which of them is wrong?",
        choices=(
            *choices,
            Choice(id="date", label="I will give a date (front matter: when)"),
            Choice(id="open", label="leave it open"),
        ),
        mentions=tuple((s.start, s.end) for e in told if e.note == told[0].note for s in e.spans),
        reason="the notes contradict each other, and without knowing which is wrong there is no verdict",
        text_sha=digest(trait.id, clash.why),
    )


def _question(trait: Trait, verdict: str, told: list[Event], quotes: tuple[str, ...]) -> Question:
    name = trait.title
    begins = [e for e in told if any(f.trait == trait.id and f.kind in _BEGINS for f in e.effects)]
    ends = [e for e in told if any(f.trait == trait.id and f.kind == "terminates" for f in e.effects)]
    first, last = (begins or told)[-1], (ends or told)[-1]
    said = quotes[:4] or tuple(dict.fromkeys(_quote(e, trait.id) for e in (first, last)))
    lines = "; ".join(f"“{q}”" for q in said if q)
    undated = [e for e in (first, last) if not (e.when.earliest or e.when.latest)]
    settle = undated[0] if undated else last
    if verdict == "INCONSISTENT":
        text = f"{name}: these cannot all be true: {lines}. Which date is wrong?"
    else:
        text = f"{name}: does it hold today? {lines}. The day of “{settle.label or settle.id}” would settle it."
    anchor = told[0]
    span = anchor.spans[0] if anchor.spans else None
    choices = [
        Choice(id="later", label=f"“{_short(last)}” came last: it is over", effect=_after(last, first))
        if first.id != last.id
        else None
    ]
    choices.append(
        Choice(id="earlier", label=f"“{_short(first)}” came last: it holds", effect=_after(first, last))
        if first.id != last.id
        else None
    )
    return Question(
        id=digest("question", "trait", trait.id, *sorted(e.id for e in told)),
        note=anchor.note,
        stage=NAME,
        start=span.start if span else None,
        end=span.end if span else None,
        subject=f"trait:{trait.id}",
        question=text,
        choices=(
            *(c for c in choices if c is not None),
            Choice(id="date", label="I will give a date (front matter: when)"),
            Choice(id="open", label="leave it open"),
        ),
        mentions=tuple((s.start, s.end) for e in told if e.note == anchor.note for s in e.spans),
        reason=f"the timeline finds {verdict.lower()}: the order of these events decides whether it holds today",
        text_sha=digest(trait.id, *(f"{e.id} {e.when.edtf} {e.when.earliest} {e.when.latest}" for e in told)),
    )


def _after(later: Event, earlier: Event) -> ChoiceEffect:
    relations = [r.model_dump() for r in earlier.relations] + [Relation(kind="before", to=later.id).model_dump()]
    return ChoiceEffect(event={"id": earlier.id, "relations": relations})


def _short(event: Event) -> str:
    label = event.label or event.id
    return label if len(label) <= 60 else label[:59].rsplit(" ", 1)[0] + "…"


def _quote(event: Event, trait: str) -> str:
    return next(
        (f.quote for f in event.effects if f.trait == trait and f.quote),
        event.quotes[0] if event.quotes else event.label,
    )
