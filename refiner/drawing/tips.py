"""What the page says of one thing when it is pointed at: a few lines, each of a kind that says how it is set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from refiner.drawing.words import MODALITIES, date_words, effect_words, interval_words, when_words
from refiner.models import Event, Timeline, TraitVerdict
from refiner.review.visible import one_line
from refiner.timeline.show import WORDS

LONGEST_QUOTE = 400
"""Characters of a quote that are shown; the note has the rest."""


@dataclass(frozen=True)
class Tip:
    """Lines of text; `kinds` has a letter for each: h head, w when, e effect, q quote, n note."""

    lines: tuple[str, ...]
    kinds: str

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _tip(lines: Iterable[tuple[str, str]]) -> Tip:
    told = [(kind, one_line(text)) for kind, text in lines if text]
    return Tip(tuple(text for _, text in told), "".join(kind for kind, _ in told))


def quoted(text: str) -> str:
    return f"“{one_line(text, LONGEST_QUOTE)}”" if text.strip() else ""


def label_of(event: Event) -> str:
    """The event's label, safe to show; its id where it has none."""
    return one_line(event.label or event.id, 200)


def head_of(label: str, quote: str) -> str:
    """What to put above a quote: the label, or "" where it only repeats the quote's beginning."""
    return "" if one_line(quote).startswith(one_line(label).removesuffix("…").rstrip()) else one_line(label, 200)


def event_tip(event: Event, timeline: Timeline, effects: Iterable[tuple[str, Mapping[str, Any]]]) -> Tip:
    """An event with all that it did. `effects` are pairs of a trait's name and the evidence that has the effect."""

    effects = list(effects)
    quotes = dict.fromkeys(item["quote"] for _, item in effects if item.get("quote")) or event.quotes[:1]

    def lines() -> Iterator[tuple[str, str]]:
        yield "h", label_of(event) if all(head_of(label_of(event), q) for q in quotes) else ""
        yield "w", when_words(event, timeline)
        if event.modality != "actual":
            yield "w", MODALITIES[event.modality]
        if event.subject == "other":
            yield "w", "told of somebody else"
        for trait, item in effects:
            yield "e", f"{trait}: {effect_words(item)}"
        for quote in quotes:
            yield "q", quoted(quote)
        yield "n", event.note

    return _tip(lines())


def mark_tip(name: str, item: Mapping[str, Any], event: Event | None, timeline: Timeline) -> Tip:
    """What one piece of evidence did to the trait called `name`; `event` is None for an observation."""
    if event is None:
        told = f"{name}: {'so' if item['observation'] else 'not so'} on that day"
        when = date_words(str(item["when"])) or "no date"
        return _tip([("h", told), ("w", when), ("q", quoted(item["quote"])), ("n", item["note"])])
    lines = [
        ("h", head_of(label_of(event), item["quote"])),
        ("w", when_words(event, timeline)),
        ("e", f"{name}: {effect_words(item)}"),
    ]
    return _tip([*lines, ("q", quoted(item["quote"])), ("n", event.note)])


def trait_tip(name: str, verdict: TraitVerdict) -> Tip:
    """A trait's verdict and when it held."""
    when = [("w", interval_words(i)) for i in verdict.intervals]
    return _tip([("h", f"{name}: {WORDS[verdict.verdict]}"), *when, ("e", verdict.note)])
