"""Why is she like this? The chain of events behind one trait, in words, in the order of time. Pure.

    stage fright: holds today, since 2021-11-16

    2021-11-16  ◆ began again  (decides)
        freezes in front of the Denver client [demo.md]
        “It is back, the stage fright”
        caused by “moves to Denver”: “Had we stayed, …” [denver.md]

Each event stands there once, with what stands behind it named beneath, so that a circle of causes ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from refiner.config import Trait
from refiner.models import Event, RelationKind, Timeline, TraitVerdict
from refiner.timeline.causes import Link, Step, why
from refiner.timeline.lines import Line, Span, flat, wrapped
from refiner.timeline.order import BEGINS
from refiner.timeline.show import NARROWEST, name_of, paused_since, stretches
from refiner.timeline.wording import (
    CLASH,
    EFFECTS,
    SEEN,
    SEEN_NOT,
    VOID,
    WORDS,
    date_words,
    in_quotes,
    labels,
    quoted,
    sourced,
    troubles,
    unsaid,
)

BEHIND: dict[RelationKind, str] = {
    "causes": "caused by",
    "enables": "made possible by",
    "prevents": "prevented by",
    "causes_to_end": "ended by",
    "same_as": "the same as",
}
"""How an event names what stands behind it."""
TAUGHT = {
    "keep": "kept as it is", "include": "kept, with what came after it",
    "reframe": "to be told anew", "drop": "left out",
}  # fmt: skip
"""What an action means to who reads the timeline."""


def explained(timeline: Timeline, trait: str, traits: Sequence[Trait], width: int, shown: int = 0) -> list[Line]:
    """The lines that say why the trait of this id has its verdict, none wider than `width` cells (40 at least).

    `traits` gives names and importance; `shown` is how many sentences show the trait.
    Raises KeyError where the timeline has no such trait.
    """
    width = max(width, NARROWEST)
    chain = why(timeline, trait)
    verdict = next(t for t in timeline.traits if t.id == trait)
    known = {t.id: t for t in traits}
    names = {t.id: name_of(t.id, known) for t in timeline.traits}
    events, called = {e.id: e for e in timeline.events}, labels(timeline)
    clashing = {e for c in timeline.conflicts if trait in c.traits for e in c.events}
    out = _heading(verdict, names[trait], width)
    for step in chain.steps:
        out += [(), *_step(step, verdict, step.event in clashing, width)]
        out += _links(step.event, chain.links, events, called, width)
    for item in chain.observations:
        sign, words = (SEEN, "seen to hold") if item["observation"] else (SEEN_NOT, "seen not to hold")
        out += [(), *_head(item["when"], [(f"{sign} {words}", "mark")], width)]
        out += quoted(item["quote"], item["note"], width, 4)
    for item in chain.retractions:
        by = f" by {in_quotes(called.get(item['by'], item['by']))}" if item.get("by") else ""
        what = "" if item["retraction"] == trait else f": {in_quotes(called.get(item['retraction'], ''))} never was so"
        out += [(), *wrapped([(f"taken back{by}{what}", "mark")], width, 4, first=0)]
        out += quoted(item["quote"], item["note"], width, 4)
    if not (chain.steps or chain.observations or chain.retractions):
        out += [(), *wrapped([(unsaid(shown), "dim")], width)]
    conflicts, doubts = timeline.conflicts, timeline.doubts
    out += troubles(timeline, [conflicts[i] for i in chain.conflicts], [doubts[i] for i in chain.doubts], names, width)
    taught = (known[trait].importance if trait in known else 0) > 0
    return [*out, (), *wrapped(_open(timeline, verdict, called, taught), width, 2, first=0)]


def _heading(t: TraitVerdict, name: str, width: int) -> list[Line]:
    spans: list[Span] = [(name, "name"), (": ", ""), (WORDS[t.verdict], f"verdict.{t.verdict}")]
    if paused := paused_since(t):
        spans.append((f" since {paused}", ""))
    if t.verdict in ("HOLDS", "DORMANT") and t.intervals:
        held = ", held" if t.verdict == "DORMANT" else ","
        spans.append((f"{held} since {date_words(t.intervals[-1].from_)}", ""))
    elif t.verdict == "NOT" and t.intervals:
        spans.append((f", since {date_words(t.intervals[-1].until)}", ""))
    elif t.verdict == "CONTESTED":
        spans.append((f"; by the order of telling: {WORDS[t.default_verdict]}", ""))
    elif t.verdict == "INCONSISTENT":
        spans.append(("; the notes contradict each other", ""))
    lines = wrapped([*spans, (f"; {t.note}" if t.note else "", "")], width, 2, first=0)
    if len(t.intervals) > 1:
        lines += wrapped([(f"held {'; '.join(stretches(t))}", "dim")], width, 2)
    if "cause unknown" in t.note:
        lines += wrapped([("nothing began or ended it; what was seen or told last decides", "dim")], width, 2)
    return lines


def _head(when: str, spans: Sequence[Span], width: int) -> list[Line]:
    return wrapped([(date_words(when, "day unknown"), "date"), (": ", ""), *spans], width, 4, first=0)


def _step(step: Step, verdict: TraitVerdict, clashes: bool, width: int) -> list[Line]:
    spans: list[Span] = []
    for item in step.effects:
        mark, words = EFFECTS[item["kind"]]
        spans.append((", " if spans else "", ""))
        if void := item.get("void"):
            spans += [(f"({mark} {words})", "dim"), (f" counts for nothing, {VOID.get(void, void)}", "dim")]
            continue
        spans.append((f"{mark} {words}", "mark"))
        if item.get("at") == "end":
            spans.append((f" with its end, {date_words(item['when'], 'day unknown')}", ""))
        if item.get("decides") and verdict.verdict != "INCONSISTENT":
            spans.append((" – perhaps the last" if verdict.verdict == "CONTESTED" else " – this decides", "decides"))
    if not step.effects:
        spans.append(("no effect itself", "dim"))
    if clashes:
        spans.append((f", {CLASH} in a contradiction", "conflict"))
    lines = _head(_told(step), spans, width)
    quotes = dict.fromkeys(q for q in (*(item.get("quote", "") for item in step.effects), step.quote) if q)
    label, begun = flat(step.label), flat(step.label).rstrip("….")
    source = step.note
    if not any(flat(q).startswith(begun) for q in quotes):
        lines += wrapped([(label, "label"), (f" [{flat(step.note)}]" if step.note else "", "note")], width, 4)
        source = ""
    lines += [line for q in quotes for line in quoted(q, source, width, 4)]
    return lines + (wrapped([(f"{taught(step)}", "dim")], width, 4) if step.reason else [])


def taught(step: Step) -> str:
    """What becomes of the event when she is taught, and why."""
    return ": ".join(part for part in (TAUGHT.get(step.action, ""), flat(step.reason)) if part)


def _told(step: Step) -> str:
    """The day as the verdict's evidence has it, else as the chain does."""
    begun = (str(item["when"]) for item in step.effects if item.get("when") and item.get("at") != "end")
    return next(begun, step.when)


def _links(
    event: str, links: Sequence[Link], events: Mapping[str, Event], called: Mapping[str, str], width: int
) -> list[Line]:
    """What stands behind an event, each with the words that say so."""
    out: list[Line] = []
    seen = set()
    for link in links:
        other = link.source if link.target == event else link.target
        if event not in (link.source, link.target) or (link.target != event and link.kind != "same_as"):
            continue
        if (link.kind, other, link.quote) in seen:
            continue
        seen.add((link.kind, other, link.quote))
        name = "itself" if other == event else in_quotes(called.get(other, other))
        spans: list[Span] = [(BEHIND[link.kind], "link"), (f" {name}", "")]
        for quote, note in sourced([link.quote], [events[link.source]] if link.source in events else []):
            spans += [(f": {in_quotes(quote)}", "quote"), (f" [{flat(note)}]" if note else "", "note")]
        out += wrapped(spans, width, 6, first=4)
    return out


def _open(timeline: Timeline, t: TraitVerdict, called: Mapping[str, str], taught: bool) -> list[Span]:
    """What would change the verdict, or which question is open."""
    deciding = [item for item in t.evidence if item.get("decides")]
    settle = f"refiner review --trait {t.id}" if taught else "a date or `before` in the front matter of a note"
    last = t.intervals[-1] if t.intervals else None
    if t.verdict == "CONTESTED":
        return [("open: ", "conflict"), (_contested(deciding, called), ""), (f" To settle it: {settle}.", "dim")]
    if t.verdict == "INCONSISTENT":
        events = dict.fromkeys(e for c in timeline.conflicts if t.id in c.traits for e in c.events)
        names = _listed([in_quotes(called.get(e, e)) for e in events]) or "the events above"
        text = f"which of the days and orders told of {names} is wrong? Without that there is no verdict."
        return [("open: ", "conflict"), (text, ""), (f" To settle it: {settle}.", "dim")]
    if "cause unknown" in t.note:
        text = "a later observation that says otherwise, or an event that began or ended it"
    elif t.verdict == "HOLDS":
        text = (
            f"an event that ended it after {date_words(last.from_) if last else 'all this'}; none that counts is told"
        )
    elif t.verdict == "NOT":
        after = date_words(last.until) if last else "all this"
        text = f"an event that began it again after {after}; none that counts is told"
    elif t.verdict == "DORMANT":
        text = "an event in which it was resumed, or ended"
    elif t.verdict == "RETRACTED":
        text = "only that the words which take it back left the notes"
    else:
        text = "a note that says whether it holds, or an event that began it"
    return [("what would change this: ", "dim"), (text, "")]


def _contested(deciding: Sequence[Mapping[str, Any]], called: Mapping[str, str]) -> str:
    def of(kinds: Collection[str]) -> str:
        found = [item for item in deciding if item["kind"] in kinds]
        return _listed([f"{in_quotes(called.get(i['event'], i['event']))} ({date_words(i['when'])})" for i in found])

    begins, ends = of(BEGINS), of(("terminates",))
    if begins and ends:
        return f"what came last? If {begins}, it holds; if {ends}, it is gone."
    if ends:
        return f"did it begin again after {ends}?"
    return "which observation is the latest? Their days do not say."


def _listed(names: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`; the rest of many as a number."""
    shown = [*names[:4], *([f"{len(names) - 4} more"] if len(names) > 4 else [])]
    return " or ".join(([", ".join(shown[:-1])] if shown[1:] else []) + shown[-1:])
