"""What stands behind each trait, told in words: one chapter a trait, made from its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refiner.drawing.edges import ENDS
from refiner.drawing.tips import head_of, quoted
from refiner.drawing.words import RELATIONS, date_words, effect_words, interval_words, when_words
from refiner.models import Event, Timeline, TraitVerdict, VerdictName
from refiner.review.visible import one_line
from refiner.timeline.causes import Chain, Step, why
from refiner.timeline.explain import taught
from refiner.timeline.show import WORDS

MOST_STEPS = 40
"""Events of a chain that are told; those that decide the verdict or changed the trait come first."""


@dataclass(frozen=True)
class Paragraph:
    """A step of a chain. `event` is "" for what is no event (an observation, or words that take something back)."""

    event: str
    when: str
    head: str
    effects: tuple[str, ...]
    quote: str
    note: str
    taught: str = ""  # what becomes of it when she is taught, and why


@dataclass(frozen=True)
class Chapter:
    """`events` and `links` are all that the chain lights; `links` are (source, target, kind)."""

    trait: str
    name: str
    verdict: VerdictName
    word: str
    facts: tuple[str, ...]
    steps: tuple[Paragraph, ...]
    left_out: int
    links: tuple[str, ...]  # in words
    seen: tuple[Paragraph, ...]
    events: tuple[str, ...]
    lit: tuple[tuple[str, str, str], ...]
    conflicts: tuple[int, ...]
    doubts: tuple[int, ...]


def chapters(timeline: Timeline, names: Mapping[str, str]) -> list[Chapter]:
    """A chapter for each trait of the timeline, in its order. `names` maps a trait's id to what it is called."""
    events = {e.id: e for e in timeline.events}
    return [_chapter(t, one_line(names.get(t.id) or t.id, 120), timeline, events) for t in timeline.traits]


def _chapter(t: TraitVerdict, name: str, timeline: Timeline, events: Mapping[str, Event]) -> Chapter:
    chain = why(timeline, t.id)
    told = _told(chain)
    facts = [f"{text[0].upper()}{text[1:]}." for text in map(interval_words, t.intervals)]
    if t.verdict == "CONTESTED" and t.default_verdict != t.verdict:
        facts.append(f"By the order of telling: {WORDS[t.default_verdict]}.")
    if t.note:
        facts.append(f"{one_line(t.note[0].upper() + t.note[1:])}.")
    inside = {s.event for s in chain.steps}
    lit: list[tuple[str, str, str]] = [(link.source, link.target, link.kind) for link in chain.links]
    lit += [(i.by[0], i.by[1], ENDS) for i in t.intervals if len(i.by) == 2 and inside >= set(i.by)]
    return Chapter(
        trait=one_line(t.id),
        name=name,
        verdict=t.verdict,
        word=WORDS[t.verdict],
        facts=tuple(facts),
        steps=tuple(_paragraph(s, when_words(events[s.event], timeline)) for s in told),
        left_out=len(chain.steps) - len(told),
        links=tuple(_links(chain)),
        seen=tuple(_seen(chain)),
        events=tuple(s.event for s in chain.steps),
        lit=tuple(dict.fromkeys(lit)),
        conflicts=chain.conflicts,
        doubts=chain.doubts,
    )


def _told(chain: Chain) -> list[Step]:
    """The steps to tell, in their order."""
    if len(chain.steps) <= MOST_STEPS:
        return list(chain.steps)

    def weight(i: int) -> tuple[bool, bool, int]:
        effects = chain.steps[i].effects
        return not any(e["decides"] for e in effects), not effects, i

    return [chain.steps[i] for i in sorted(sorted(range(len(chain.steps)), key=weight)[:MOST_STEPS])]


def _paragraph(step: Step, when: str) -> Paragraph:
    return Paragraph(
        event=step.event,
        when=when,
        head=head_of(step.label, step.quote),
        effects=tuple(dict.fromkeys(effect_words(e) for e in step.effects)),
        quote=quoted(step.quote),
        note=one_line(step.note),
        taught=one_line(taught(step)) if step.reason else "",
    )


def _links(chain: Chain) -> list[str]:
    labels = {s.event: one_line(s.label, 80) for s in chain.steps}
    said = [
        f"“{labels[x.source]}” {RELATIONS[x.kind]} “{labels[x.target]}”" + (f": {quoted(x.quote)}" if x.quote else "")
        for x in chain.links
    ]
    return said[:MOST_STEPS]


def _seen(chain: Chain) -> list[Paragraph]:
    found = []
    for item in chain.observations[-12:]:
        head = "seen to be so" if item["observation"] else "seen not to be so"
        when = date_words(str(item["when"])) or "no date"
        found.append(Paragraph("", when, head, (), quoted(item["quote"]), one_line(item["note"])))
    for item in chain.retractions:
        found.append(Paragraph("", "", "taken back", (), quoted(item["quote"]), one_line(item["note"])))
    return found
