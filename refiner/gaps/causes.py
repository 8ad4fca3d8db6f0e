"""Beginnings and endings without an event, what contradicts, what rests without a reason, what has no date. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from refiner.config import Trait, followed
from refiner.gaps.facts import Facts, tells_a_story
from refiner.gaps.gap import Gap, note_command
from refiner.gaps.gentle import Weight
from refiner.gaps.traits import trait_gap, worth_of
from refiner.gaps.wording import questions
from refiner.models import Event
from refiner.review.visible import one_line
from refiner.stages.composing.when import in_words

BEGINS, ENDS = ("initiates", "reinitiates", "resumes"), ("terminates", "suspends")
VAGUE = 3 * 366  # days; an event that is known no closer has no date
_REASON = re.compile(
    r"\b(?:since|when|after|because|from that|from the|that (?:day|night|week|month|year|summer|winter|evening|morning)"
    r"|due to|thanks to|then|made me|taught me|cured|until (?!(?:19|20)\d\d)|ever since|so that|broke me|as soon as"
    r"|once)\b",
    re.I,
)
_INTO = ("causes", "enables", "causes_to_end", "same_as")


def bare(facts: Facts, event: Event) -> bool:
    """Whether an event says only that something began or ended: read by a rule, in a sentence without a reason, with
    nothing told beside it and nothing that leads to it."""
    if event.source == "person" or event.relations:
        return False
    leads = any(r.to == event.id for e in facts.timeline.events for r in e.relations if r.kind in _INTO)
    text = " ".join((event.label, *event.quotes))
    if leads or _REASON.search(text):
        return False
    return not any(tells_a_story(facts.near(s.note, s.start)) for s in event.spans)


def causeless(facts: Facts) -> Iterable[Gap]:
    """Traits that hold, or rest, and did not begin with an event."""
    for trait in facts.config.important:
        found = facts.verdict(trait.id)
        if found is None or found.verdict not in ("HOLDS", "DORMANT") or trait.initially or not trait.how_acquired:
            continue
        begins = [e for e in _effects(facts, trait.id) if e["kind"] in BEGINS and not e.get("void")]
        first = facts.events.get(begins[0]["event"]) if begins else None
        sights = facts.sights[trait.id]
        if not begins:
            if not found.evidence and not sights:
                continue  # nothing is told of it at all: another gap
            seen = in_words(str(found.evidence[0].get("when", ""))) if found.evidence else ""
            why = f"it is said to hold{f' ({seen})' if seen else ''}; nothing says since when, or with what it began"
            yield trait_gap(facts, trait, "cause", why, 0.55, sights=sights)
        elif len(begins) == 1 and first is not None and bare(facts, first):
            why = f"{_telling(facts, first, trait)} says that it began{_when(first)}, and not with what"
            slots, form = {"when": _when(first).strip()}, "since" if _when(first) else ""
            yield trait_gap(facts, trait, "cause", why, 0.45, sights=sights, notes=[first.note], form=form, more=slots)


def endless(facts: Facts) -> Iterable[Gap]:
    """Traits that were so and are not, and did not end with an event."""
    for trait in facts.config.important:
        found = facts.verdict(trait.id)
        if found is None or found.verdict != "NOT":
            continue
        ends = [e for e in _effects(facts, trait.id) if e["kind"] == "terminates" and not e.get("void")]
        last = facts.events.get(ends[-1]["event"]) if ends else None
        if last is not None and all(bare(facts, e) for x in ends if (e := facts.events.get(x["event"]))):
            why = f"{_telling(facts, last, trait)} says that it ended{_when(last)}, and not with what"
            yield trait_gap(facts, trait, "ending", why, 0.55, notes=[last.note])
        elif not ends:
            pair = _seen_then_not(found.evidence)
            if pair is not None:
                was, is_not = pair
                was_when, not_when = in_words(str(was["when"])), in_words(str(is_not["when"]))
                why = f"it held {was_when}, and no longer {not_when}; nothing is told between"
                yield trait_gap(facts, trait, "ending", why, 0.55, notes=[str(was["note"]), str(is_not["note"])])


def _telling(facts: Facts, event: Event, trait: Trait) -> str:
    """The words of an event with its note, or the trait where the words are heavy."""
    return f"“{facts.quote(event.label, event.note) or trait.title}” ({one_line(event.note)})"


def _when(event: Event) -> str:
    said = in_words(event.when.edtf)
    return f" {said}" if said else ""


def _effects(facts: Facts, trait: str) -> list[dict[str, Any]]:
    found = facts.verdict(trait)
    return [e for e in found.evidence if "event" in e and "kind" in e] if found else []


def _seen_then_not(evidence: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The last time that a trait was seen to hold before the first time that it was seen not to."""
    dated = sorted((e for e in evidence if "observation" in e and e.get("when")), key=lambda e: str(e["when"]))
    for was, is_not in zip(dated, dated[1:], strict=False):
        if was["observation"] and not is_not["observation"]:
            return was, is_not
    return None


def contradicted(facts: Facts) -> Iterable[Gap]:
    """Traits whose notes contradict each other; followed ones too, last."""
    known = {t.id: t for t in facts.config.traits}
    for found in facts.timeline.traits:
        if found.verdict not in ("CONTESTED", "INCONSISTENT"):
            continue
        trait: Trait = known.get(found.id) or followed(found.id)
        notes = sorted({str(e["note"]) for e in found.evidence if e.get("note") in facts.by_path})
        clash = next((c for c in facts.timeline.conflicts if found.id in c.traits), None)
        said = "what is told of it cannot all be true" if found.verdict == "INCONSISTENT" else (
            "its beginning and its end are told, and not which came last"
        )  # fmt: skip
        quotes = [q for text in (clash.quotes if clash else _last_quotes(found.evidence)) if (q := facts.quote(text))]
        if quotes:
            said += ": " + " / ".join(f"“{q}”" for q in quotes[:2])
        gap = trait_gap(
            facts, trait, "conflict", f"{said}; it is not taught until that is settled", 0.9, notes=notes,
            command=f"refiner review --trait {trait.id}",
        )  # fmt: skip
        yield gap.model_copy(update={"quotes": tuple(quotes[:3])})


def _last_quotes(evidence: Iterable[dict[str, Any]]) -> list[str]:
    deciding = [str(e.get("quote", "")) for e in evidence if e.get("decides")]
    return [q for q in dict.fromkeys(deciding) if q]


def resting(facts: Facts) -> Iterable[Gap]:
    """Traits that rest, where nothing says why."""
    for trait in facts.config.important:
        if facts.says(trait.id) != "DORMANT":
            continue
        stops = [
            e for x in _effects(facts, trait.id) if x["kind"] == "suspends" and (e := facts.events.get(x["event"]))
        ]
        if stops and not all(bare(facts, e) for e in stops):
            continue
        note = [stops[-1].note] if stops else []
        yield trait_gap(facts, trait, "dormant", "it rests, and nothing says what stands in its way", 0.5, notes=note)


def undated(facts: Facts) -> Iterable[Gap]:
    """Events without a date that begin or end an important trait, one gap an event."""
    important = {t.id: t for t in facts.config.important}
    for event in facts.timeline.events:
        changed = [x for x in event.effects if x.trait in important and x.kind in (*BEGINS, *ENDS)]
        if event.modality != "actual" or event.subject != "self" or not changed or _known(facts, event):
            continue
        quote = facts.quote(event.quotes[0] if event.quotes else event.label, event.note)
        weight = facts.weights.get(event.note, Weight.LIGHT)
        if not quote:
            continue
        trait = max((important[x.trait] for x in changed), key=lambda t: (t.importance, t.id))
        key = f"date:{event.id.removeprefix('told-')}"
        shape = "school" if facts.config.persona.first_school_year is not None and not _grown(facts, event) else "plain"
        named = ", ".join(dict.fromkeys(f"“{important[x.trait].title}”" for x in changed))
        low, high = facts.timeline.windows.get(event.id, ("", ""))
        known = f"; by its place it was {_between(low, high)}" if low or high else ""
        yield Gap(
            id=key, kind="date", trait=trait.id, why=f"it {_does(changed[0].kind)} {named}, and has no date{known}",
            questions=questions("date", key, {"quote": quote.rstrip(".")}, shape=shape), notes=(event.note,),
            quotes=(quote,), command=note_command(key), worth=worth_of(facts, trait, 0.5),
            gentle=weight > Weight.LIGHT,
        )  # fmt: skip


def _does(kind: str) -> str:
    return "begins" if kind in BEGINS else "ends" if kind == "terminates" else "pauses"


def _between(low: str, high: str) -> str:
    if low and high:
        return f"between {low[:4]} and {high[:4]}"
    return f"after {low[:4]}" if low else f"before {high[:4]}"


def _known(facts: Facts, event: Event) -> bool:
    low, high = facts.timeline.windows.get(event.id, ("", ""))
    low, high = low or event.when.earliest, high or event.when.latest
    if not (low and high):
        return False
    return (date.fromisoformat(high) - date.fromisoformat(low)).days <= VAGUE


def _grown(facts: Facts, event: Event) -> bool:
    """Was it certainly after school?"""
    start = facts.config.persona.first_school_year
    low, _ = facts.timeline.windows.get(event.id, ("", ""))
    return bool(start and low and int(low[:4]) > start + 12)
