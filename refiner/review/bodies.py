"""What each kind of item shows between its header and the prompt: enough to decide, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from refiner.models import CanonEntry, Event, Sample, Status, TraitVerdict
from refiner.review.diff import rewritten, segments
from refiner.review.items import Item
from refiner.review.origins import Find, Standing, canon_words, event_lines, sample_lines, trait_lines
from refiner.review.paint import DIM, NEW, OLD, Paint
from refiner.review.visible import one_line
from refiner.review.words import counted

VIEWS = ("words", "before", "after", "side by side")
SIDE_FROM = 120  # columns
_AROUND = 160  # characters of a neighbouring sentence


def sentence(item: Item) -> tuple[str, str]:
    """The sentence of an item before and after, white space at its ends taken off on both sides alike."""
    left, right = item.context_before.lstrip("\n"), item.context_after.rstrip("\n")
    return left + item.before + right, left + item.after + right


def _alone(_: str) -> None:
    return None


def _given(item: Item) -> Status:
    return item.status


def body(
    item: Item,
    paint: Paint,
    view: str = "words",
    width: int = 80,
    find: Find = _alone,
    standing: Standing = _given,
) -> Iterator[RenderableType]:
    """The lines of an item. `find` gives the items that it comes from, by id, and `standing` their status of now."""
    match item.payload:
        case CanonEntry():
            yield from _canon(item, item.payload, paint)
        case Event():
            yield from event_lines(item.payload, paint, find)
        case TraitVerdict():
            yield from trait_lines(item, item.payload, paint)
        case Sample():
            yield from sample_lines(item.payload, paint, find, standing)
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
        yield paint.columns(
            paint.text("before\n", DIM).append_text(paint.text(before, OLD)),
            paint.text("after\n", DIM).append_text(paint.text(after, NEW)),
            width,
        )
    else:
        parts = segments(before, after)
        if rewritten(parts):
            yield _signed("- ", paint.text(before, OLD), paint)
            yield _signed("+ ", paint.text(after, NEW), paint)
        else:
            yield paint.diff(parts)


def _signed(sign: str, text: Text, paint: Paint) -> Text:
    out = paint.indented(text, " " * len(sign))
    return paint.text(sign).append_text(out[len(sign) :])


def _neighbour(text: str, paint: Paint) -> Iterator[Text]:
    if text.strip():
        yield paint.indented(paint.text(one_line(text, _AROUND), DIM))


def _canon(item: Item, entry: CanonEntry, paint: Paint) -> Iterator[Text]:
    words = canon_words(entry)
    old = paint.join((entry.before, "" if paint.plain else OLD), (" → ", ""), (entry.after, NEW))
    yield paint.indented(paint.text(words) if words else old)
    if entry.forms:
        line = paint.text("and ", DIM)
        for n, (key, value) in enumerate(entry.forms.items()):
            line.append_text(paint.join((f"{', ' if n else ''}{key} → ", DIM), (value, NEW)))
        yield paint.indented(line, "    ")
    if count := len(item.depends):
        yield paint.text(f"  {counted(count, 'edit')} of your notes follow{'s' * (count == 1)} from it", DIM)


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
            yield from (diff,) if diff else _preview(choice.before, choice.after, paint)
        if choice.canon:
            yield paint.text(f"     for the whole life: {choice.canon}", DIM)
        if choice.elsewhere:
            yield paint.text(f"     in {choice.places} places of this note, also:", DIM)
        for before, after in choice.elsewhere:
            yield from _preview(before, after, paint)


def _preview(before: str, after: str, paint: Paint) -> Iterator[Text]:
    parts = segments(before, after)
    if rewritten(parts) and after.strip():
        yield _signed("   - ", paint.text(before, OLD), paint)
        yield _signed("   + ", paint.text(after, NEW), paint)
    else:
        yield paint.diff(parts, "     ")
