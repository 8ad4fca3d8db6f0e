"""What each kind of item shows between its header and the prompt: enough to decide, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from refiner.models import CanonEntry, Event, Sample, TraitVerdict, When
from refiner.review.diff import rewritten, segments
from refiner.review.items import Item
from refiner.review.paint import DIM, NEW, OLD, WARN, Paint
from refiner.review.visible import one_line

VIEWS = ("words", "before", "after", "side by side")
SIDE_FROM = 120  # columns
_AROUND = 160  # characters of a neighbouring sentence


def sentence(item: Item) -> tuple[str, str]:
    """The sentence of an item before and after, white space at its ends taken off on both sides alike."""
    left, right = item.context_before.lstrip("\n"), item.context_after.rstrip("\n")
    return left + item.before + right, left + item.after + right


def body(item: Item, paint: Paint, view: str = "words", width: int = 80) -> Iterator[RenderableType]:
    """The lines of an item."""
    match item.payload:
        case CanonEntry():
            yield from _canon(item, item.payload, paint)
        case Event():
            yield from _event(item.payload, paint)
        case TraitVerdict():
            yield from _trait(item, item.payload, paint)
        case Sample():
            yield from _sample(item.payload, paint)
        case _ if item.kind == "question":
            yield from _question(item, paint, view)
        case _:
            yield from _neighbour(item.above, paint)
            yield from change(*sentence(item), paint, view, width)
            yield from _neighbour(item.below, paint)


def change(before: str, after: str, paint: Paint, view: str = "words", width: int = 80) -> Iterator[RenderableType]:
    """A change in the view chosen: by words, before, after, or both side by side."""
    if view == "before":
        yield paint.indented(paint.text(before))
    elif view == "after":
        yield paint.indented(paint.text(after))
    elif view == "side by side" and width >= SIDE_FROM:
        table = Table.grid(padding=(0, 3), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(paint.text("  before", DIM), paint.text("after", DIM))
        table.add_row(paint.indented(paint.text(before, OLD)), paint.text(after, NEW))
        yield table
    else:
        parts = segments(before, after)
        if rewritten(parts):
            yield _signed("- ", paint.text(before, OLD), paint)
            yield _signed("+ ", paint.text(after, NEW), paint)
        else:
            yield paint.diff(parts)


def _signed(sign: str, text: Text, paint: Paint) -> Text:
    out = paint.indented(text)
    return paint.text(sign).append_text(out[len(sign) :])


def _neighbour(text: str, paint: Paint) -> Iterator[Text]:
    if text.strip():
        yield paint.indented(paint.text(one_line(text, _AROUND), DIM))


def _canon(item: Item, entry: CanonEntry, paint: Paint) -> Iterator[Text]:
    yield paint.join(("  ", ""), (entry.before, "" if paint.plain else OLD), (" → ", ""), (entry.after, NEW))
    for key, value in entry.forms.items():
        yield paint.join((f"    and {key} → ", DIM), (value, NEW))
    count = len(item.depends)
    if count:
        yield paint.text(f"  {count} edit{'s' * (count != 1)} of your notes follow{'s' * (count == 1)} from it", DIM)


def _question(item: Item, paint: Paint, view: str) -> Iterator[Text]:
    yield from _neighbour(item.above, paint)
    if item.start >= 0:
        left, right = item.context_before.lstrip("\n"), item.context_after.rstrip("\n")
        mark = ("«", "»") if paint.plain else ("", "")
        line = paint.join((left + mark[0], ""), (item.before, "bold underline"), (mark[1] + right, ""))
        yield paint.indented(line)
    yield from _neighbour(item.below, paint)
    yield paint.text(item.title, "bold")
    for choice in item.choices:
        yield paint.join((f"  {choice.key}  ", "bold"), (choice.label, ""))
        if choice.before != choice.after:
            shown = choice.after if view == "after" else ""
            diff = paint.indented(paint.text(shown), "     ") if shown else None
            yield diff or next(_preview(choice.before, choice.after, paint))
        if choice.canon:
            yield paint.text(f"     for the whole life: {choice.canon}", DIM)
        if choice.places > 1:
            yield paint.text(f"     in {choice.places} places of this note", DIM)


def _preview(before: str, after: str, paint: Paint) -> Iterator[Text]:
    parts = segments(before, after)
    yield paint.indented(paint.text(after, NEW), "     ") if rewritten(parts) else paint.diff(parts, "     ")


def when_words(when: When) -> str:
    """A time in words: what the note says, and what it was taken for."""
    read = when.edtf or "/".join(dict.fromkeys(d for d in (when.earliest, when.latest) if d))
    said = f"“{when.raw}”" if when.raw and when.raw != read else ""
    anchor = f"counted from {when.anchor}" if when.anchor else ""
    return ", ".join(p for p in (f"{said} = {read}" if said and read else said or read, anchor) if p) or "unknown"


def _event(event: Event, paint: Paint) -> Iterator[Text]:
    for quote in event.quotes:
        yield paint.indented(paint.text(f"“{quote}”"))
    yield paint.text(f"  when: {when_words(event.when)}")
    if event.modality != "actual" or event.subject != "self":
        whose = "" if event.subject == "self" else ", somebody else's"
        yield paint.text(f"  {event.modality}{whose}: it changes no trait of yours", WARN)
    for effect in event.effects:
        quote = f" (“{effect.quote}”)" if effect.quote and effect.quote not in event.quotes else ""
        yield paint.text(f"  {effect.kind} {effect.trait}{quote}")
    for relation in event.relations:
        yield paint.text(f"  {relation.kind.replace('_', ' ')} {relation.to}")


def _trait(item: Item, trait: TraitVerdict, paint: Paint) -> Iterator[Text]:
    likely = "" if trait.default_verdict == trait.verdict else f"; in the order of telling: {trait.default_verdict}"
    yield paint.join((f"  {trait.id}: ", ""), (trait.verdict, "bold"), (likely, ""))
    for interval in trait.intervals:
        yield paint.text(f"  {interval.from_ or '…'} until {interval.until or 'now'}")
        for name in interval.by:
            event = item.around.get(name)
            told = f": {event.label or next(iter(event.quotes), '')} ({when_words(event.when)})" if event else ""
            yield paint.text(f"    {name}{told}")
    shown = {name for interval in trait.intervals for name in interval.by}
    for evidence in trait.evidence:
        if evidence.get("event") not in shown:
            parts = (f"{key}: {value}" for key, value in evidence.items() if value not in ("", None, [], ()))
            yield paint.text(f"    {', '.join(parts)}", DIM)


def _sample(sample: Sample, paint: Paint) -> Iterator[Text]:
    for message in sample.messages:
        who = {"user": "asked", "assistant": "she", "system": "system"}[message.role]
        yield paint.text(f"  {who}:", "bold")
        yield paint.indented(paint.text(message.content), "    ")
    about = {"from": sample.notes, "events": sample.events, "traits": sample.traits}
    told = " · ".join(f"{key} {', '.join(values)}" for key, values in about.items() if values)
    if told:
        yield paint.text(f"  {told}", DIM)
    over = [b.removeprefix("today:") for b in sample.blocked if b.startswith("today:")]
    if over:
        yield paint.text(f"  blocked: says of what is over that it is so today ({', '.join(over)})", WARN)
    if count := len(sample.blocked) - len(over):
        yield paint.text(f"  blocked: {count} item{'s' * (count != 1)} in its sources still undecided", WARN)
