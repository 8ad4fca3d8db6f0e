"""What an event, a trait's verdict and a sample show: what they say, and everything that they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.text import Text

from refiner.models import FROM_CHAT, CanonEntry, Edit, Event, Sample, Status, TraitVerdict, When
from refiner.review.items import Item
from refiner.review.paint import DIM, NEW, OLD, WARN, Paint
from refiner.review.visible import one_line
from refiner.review.words import (
    BEGINS,
    EFFECTS,
    MODALITIES,
    RELATIONS,
    VERDICTS,
    date_words,
    event_name,
    trait_name,
    when_words,
)

Find = Callable[[str], Item | None]
"""The item of an id, None where the review has none."""
Standing = Callable[[Item], Status]
STATUS: dict[Status, str] = {"approved": "yes", "rejected": "no", "edited": "your text", "undecided": "undecided"}
_VOID = {"retracted": "taken back", "after now": "it lies in the future"} | {k: v for k, v in MODALITIES.items() if v}
_SHORT = 50  # characters that name an event whose words stand above
_CHANGE = 60  # characters of either side of an edit in a list of edits


# ---- events --------------------------------------------------------------------------------------------------------


def event_lines(event: Event, paint: Paint, find: Find) -> Iterator[Text]:
    """An event's words, its days, and what it does to which trait."""
    for quote in event.quotes:
        yield paint.indented(paint.text(f"“{quote}”"))
    yield _line(paint, f"when: {_dated(event.when, find, _read(event, find)) or 'unknown'}")
    if until := _dated(event.until, find):
        yield _line(paint, f"until: {until}")
    if event.lasted.raw:
        yield _line(paint, f"lasted: {event.lasted.raw}")
    if event.source.endswith("landmark") and not event.effects:
        yield _line(paint, "only a date that others count from: it changes no trait", DIM)
    elif event.modality != "actual" or event.subject != "self":
        whose = "" if event.subject == "self" else "somebody else's"
        said = ", ".join(p for p in (MODALITIES[event.modality], whose) if p)
        yield _line(paint, f"{said}: it changes no trait of yours", WARN)
    for effect in event.effects:
        quote = f" (“{effect.quote}”)" if effect.quote and effect.quote not in event.quotes else ""
        end = ", when it was over" if effect.at == "end" else ""
        yield paint.indented(
            paint.join(("so: ", ""), (f"{trait_name(effect.trait)} {EFFECTS[effect.kind]}", "bold"), (end + quote, ""))
        )
    for relation in event.relations:
        yield _line(paint, f"{RELATIONS[relation.kind]}: {_named(relation.to, find)}")


def _dated(when: When, find: Find, read: str = "") -> str:
    return when_words(when, _named(when.anchor, find) if when.anchor else "", read)


def _named(event_id: str, find: Find) -> str:
    """What an event is called; its id only where the review does not know it."""
    item = find(f"event:{event_id}")
    return event_name(item.payload) if item and isinstance(item.payload, Event) else event_id


def _read(event: Event, find: Find) -> str:
    """The day that the timeline made of a time which is counted from another event, as a verdict of it says."""
    if event.when.edtf or not event.when.anchor:
        return ""
    for effect in event.effects:
        item = find(f"trait:{effect.trait}")
        evidence = item.payload.evidence if item and isinstance(item.payload, TraitVerdict) else ()
        for told in evidence:
            if told.get("event") == event.id and told.get("at") != "end" and told.get("when") not in ("", ".."):
                return str(told.get("when", ""))
    return ""


# ---- traits --------------------------------------------------------------------------------------------------------


def trait_lines(item: Item, trait: TraitVerdict, paint: Paint) -> Iterator[Text]:
    """The chain behind a verdict: each stretch with the events that began and ended it, then what else was said."""
    told = [e for e in trait.evidence if "event" in e]
    shown: set[str] = set()
    for interval in trait.intervals:
        since = f"since {date_words(interval.from_)}" if interval.from_ not in ("", "..") else "always"
        until = f" until {date_words(interval.until)}" if interval.until else ", and today"
        yield _line(paint, f"{since}{until}", "bold")
        for name in interval.by:
            shown.add(name)
            yield from _told(name, [e for e in told if e["event"] == name], item.around, paint)
    rest = [e for e in told if e["event"] not in shown]
    if trait.verdict == "CONTESTED":
        yield from _against(trait, told, item.around, paint)
    elif trait.verdict == "INCONSISTENT":
        yield _line(paint, "these cannot all be true as they are dated:", WARN)
        for name in dict.fromkeys(e["event"] for e in rest if e.get("decides")):
            yield from _told(name, [e for e in rest if e["event"] == name], item.around, paint)
        rest = [e for e in rest if not e.get("decides")]
    for name in dict.fromkeys(e["event"] for e in rest):
        yield from _told(name, [e for e in rest if e["event"] == name], item.around, paint, DIM)
    words = {e.get("quote") for e in told}
    for evidence in trait.evidence:
        if "observation" in evidence and evidence.get("quote") not in words:
            seen = "seen" if evidence["observation"] else "seen that it is not so"
            yield _line(paint, f"{seen}, {date_words(str(evidence.get('when', '')))}: {_said(evidence)}")
    for evidence in trait.evidence:
        if "retraction" in evidence:
            yield _line(paint, f"taken back: {_said(evidence)}", WARN)


def _told(
    name: str, effects: list[dict[str, Any]], around: Mapping[str, Event], paint: Paint, style: str = ""
) -> Iterator[Text]:
    """An event with its day, what it did, and its words: `began 2015-02: “…” [note.md]`."""
    event = around.get(name)
    first = effects[0] if effects else {}
    did = " and ".join(dict.fromkeys(EFFECTS.get(e["kind"], e["kind"]) for e in effects)) or "an event"
    day = date_words(str(first.get("when", ""))) if first else (when_words(event.when) if event else "")
    void = next((_VOID.get(str(e["void"]), str(e["void"])) for e in effects if e.get("void")), "")
    called = event_name(event) if event else one_line(str(first.get("quote") or name))
    quote = str(first.get("quote") or (next(iter(event.quotes), "") if event else ""))
    more = f": “{one_line(quote)}”" if quote and not called.startswith("“") else ""
    raw = event.when.raw if event else ""
    said = (
        f" (“{raw}”)" if raw and raw not in (day, quote) and raw.casefold() not in f"{quote} {day}".casefold() else ""
    )
    note = event.note if event else str(first.get("note", ""))
    counts = f"counts for nothing, {void}: " if void else ""
    text = f"{counts}{did}, {day or 'day unknown'}{said}: {called}{more} [{note}]"
    yield paint.indented(paint.text(text, DIM if void else style), "    " if not style and not void else "  ")


def _said(evidence: Mapping[str, Any]) -> str:
    quote, note = evidence.get("quote"), evidence.get("note")
    return " ".join(p for p in (f"“{one_line(str(quote))}”" if quote else "", f"[{note}]" if note else "") if p)


def _against(
    trait: TraitVerdict, told: list[dict[str, Any]], around: Mapping[str, Event], paint: Paint
) -> Iterator[Text]:
    """What stands against what, where the days do not say what came last."""

    def names(begins: bool) -> str:
        found = (e for e in told if e.get("decides") and not e.get("void") and (e["kind"] in BEGINS) == begins)
        return " or ".join(dict.fromkeys(_short(e, around) for e in found))

    holds, ends = names(True), names(False)
    if holds and ends:
        yield _line(paint, "the days do not say what came last:", WARN)
        yield paint.indented(paint.text(f"if {holds}, it holds today"), "    ")
        yield paint.indented(paint.text(f"if {ends}, it is over"), "    ")
    else:
        yield _line(paint, "the days do not say which of these is the latest", WARN)
    if trait.default_verdict != trait.verdict:
        yield _line(paint, f"in the order in which you tell it, it {VERDICTS[trait.default_verdict]}")


def _short(evidence: Mapping[str, Any], around: Mapping[str, Event]) -> str:
    event = around.get(evidence["event"])
    called = event_name(event, _SHORT) if event else f"“{one_line(str(evidence.get('quote', '')), _SHORT)}”"
    return f"{called} ({date_words(str(evidence.get('when', '')))})"


# ---- samples -------------------------------------------------------------------------------------------------------


def sample_lines(sample: Sample, paint: Paint, find: Find, standing: Standing) -> Iterator[Text]:
    """A sample's words, then what it was made from: traits, events, and the notes' own words with every edit."""
    for message in sample.messages:
        who = {"user": "asked", "assistant": "she", "system": "system"}[message.role]
        yield paint.text(f"  {who}:", "bold")
        yield paint.indented(paint.text(message.content), "    ")
    for trait in sample.traits:
        item = find(f"trait:{trait}")
        verdict = f": {VERDICTS[item.payload.verdict]}" if item and isinstance(item.payload, TraitVerdict) else ""
        yield _line(paint, f"about the trait {trait_name(trait)}{verdict}", DIM)
    for name in sample.events:
        item = find(f"event:{name}")
        if item and isinstance(item.payload, Event):
            event = item.payload
            day = date_words(event.when.edtf or _read(event, find)) if event.when != When() else "day unknown"
            quote = next(iter(event.quotes), "")
            more = f": “{one_line(quote)}”" if quote and not event_name(event).startswith("“") else ""
            state = STATUS[standing(item)]
            yield _line(paint, f"event: {event_name(event)}{more} ({day}; {state}) [{event.note}]", DIM)
    yield from _edits(sample, paint, find, standing)
    for check in sample.checks:
        yield _line(paint, f"checked: {check}", DIM)
    over = [b.removeprefix("today:") for b in sample.blocked if b.startswith("today:")]
    if over:
        named = ", ".join(trait_name(t) for t in over)
        yield _line(paint, f"held back: says of what is over that it is so today ({named})", WARN)
    if waits := _waiting(sample, find, standing):
        yield _line(paint, f"held back until you have decided {waits} in its sources", WARN)


def _edits(sample: Sample, paint: Paint, find: Find, standing: Standing) -> Iterator[Text]:
    """The raw sentences that edits changed, each with its edits in the order of their stages; then the other notes."""
    found = [i for name in sample.edits if (i := find(name)) is not None and isinstance(i.payload, Edit)]
    sentences: dict[tuple[str, str], list[Item]] = {}
    for item in found:
        raw = f"{item.context_before}{item.before}{item.context_after}".strip()
        sentences.setdefault((item.note, raw), []).append(item)
    for (note, raw), items in sentences.items():
        yield _line(paint, f"from {note}: {one_line(raw)}", DIM)
        for item in dict.fromkeys(items):
            status = STATUS[standing(item)]
            after = item.after
            old, new = one_line(item.before, _CHANGE) or "nothing", one_line(after, _CHANGE) or "nothing"
            yield paint.indented(
                paint.join(
                    (f"{item.stage}: ", DIM), (old, "" if paint.plain else OLD), (" → ", DIM), (new, NEW),
                    (f" ({status})", DIM),
                ),
                "    ",
            )  # fmt: skip
    if unknown := len(sample.edits) - len(found):
        yield _line(paint, f"and {unknown} edits that are no longer proposed", DIM)
    untouched = [n for n in sample.notes if n not in {note for note, _ in sentences}]
    if untouched:
        yield _line(paint, f"from {', '.join(untouched)}, no word changed", DIM)
    elif sample.source.startswith(FROM_CHAT):
        yield _line(paint, "from no note: she said it in a talk, and you wrote what she would have said", DIM)
    elif not sample.notes and not sample.events and not sample.edits:
        yield _line(paint, "from no note: made of your settings and the timeline", DIM)


def _waiting(sample: Sample, find: Find, standing: Standing) -> str:
    names = [b for b in sample.blocked if not b.startswith("today:")]
    items = [(name, find(name)) for name in names]
    open_ = [i for _, i in items if i is not None and standing(i) == "undecided"]
    kinds = [k for k in ("canon", "question", "edit", "event") if any(i.kind == k for i in open_)]
    words = {"canon": "canon entr", "question": "question", "edit": "edit", "event": "event"}
    parts = []
    for kind in kinds:
        n = sum(i.kind == kind for i in open_)
        plural = ("y" if n == 1 else "ies") if kind == "canon" else "s" * (n != 1)
        parts.append(f"{n} {words[kind]}{plural}")
    gone = sum(i is None for _, i in items)
    return " and ".join([*parts, *([f"{gone} more"] if gone else [])])


def _line(paint: Paint, words: str, style: str = "") -> Text:
    return paint.indented(paint.text(words, style))


def canon_words(entry: CanonEntry) -> str:
    """What an entry does: "my janeu stays", "my janeu goes", "" where other words stand in its place."""
    if entry.after == entry.before:
        return f"{entry.before} stays as it is"
    return "" if entry.after else f"what is told of {entry.before} goes"
