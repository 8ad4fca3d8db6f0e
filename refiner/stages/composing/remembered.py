"""Samples of what she remembers: each passage of the refined notes, asked for in several ways.

A passage is asked for by a deed in it ("Why did you grow a fringe?"), by an event, by whom or what it is about, by when
it was; a longer one is also told in two turns, as a talk would have it, and one that leans on what stands before it is
only ever told after that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from refiner.models import Event
from refiner.stages.composing.deeds import Deed
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.labels import did, thing
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.scenes import Passage, Unit, goes_on
from refiner.stages.composing.text import counts_from_now, leans, words
from refiner.stages.composing.topics import rarest
from refiner.stages.composing.when import heading_edtf, in_month, when_words

EACH_SCENE = 4  # questions that training asks of one scene
OPENING = 22  # words of a first sentence that can stand in a question
_DEAR = re.compile(
    r"\b(?:Dear|Dearest|My dear|Respected|Pyari|Pyare|Priya|Priyo|Pujya|Hi|Hello|Hey)[ \t]+"
    r"(?P<to>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)(?=[ \t]*[,!:\n])"
)
TELLS = 5  # words that an answer has at least beyond the deed that it is asked for by
_OWN_TIME = re.compile(
    r"\b(?:when (?:I|we) (?:was|were)|as a (?:boy|girl|child)|in (?:those days|my childhood|school|college)"
    r"|at (?:the age of )?\w+teen"
    r"|(?:in|since|until|by|of) (?:[A-Z][a-z]+ )?(?:19|20)\d\d|in the (?:19|20)\d0s|\w+ (?:class|grade|standard))\b"
)
TURN = 14  # words that each turn of a telling in two has at least
OLD = 2  # years after which a diary is asked for with its date: what it says may be over


@dataclass(frozen=True)
class Way:
    """One way to ask for a passage: a group of forms, what fills them, and the part of it that answers."""

    group: str
    slots: Mapping[str, str]
    key: str
    part: Passage | None = None  # None: the whole passage
    telling: bool = True  # whether somebody who has not read the note can ask so


def memory(told: Told) -> Iterator[Draft]:
    """What she remembers, passage by passage."""
    before: Passage | None = None
    for passage in told.passages:
        follows = before is not None and before.note == passage.note and before.units[-1].text == passage.lead
        told_after = list(_after(told, before, passage)) if before is not None and passage.lead and follows else []
        # What leans on a sentence that nothing can be asked about is told all the same: no memory may be lost.
        yield from told_after or _memory_of(told, replace(passage, lead=""))
        before = passage


def _memory_of(told: Told, passage: Passage) -> Iterator[Draft]:
    options = ways(told, passage)
    cut = _halves(passage)
    long = len(passage.units) >= 6 and len(words(passage.text)) >= 70
    for held_out in (False, True):
        made = 0
        if cut and long and not held_out:
            yield from _two_turns(told, *cut, f"memory/{passage.id}", held_out=held_out)
        for way in options:
            if made >= (1 if held_out else EACH_SCENE - bool(cut)):
                break
            if question := told.asked.ask(way.group, way.slots, (passage.id, way.key), held_out=held_out):
                made += 1
                scene = f"memory/{passage.id}"
                yield told.from_passage("memory", way.part or passage, question, scene=scene, held_out=held_out)
        if cut and (held_out or not long):
            yield from _two_turns(told, *cut, f"memory/{passage.id}", held_out=held_out)


def _after(told: Told, before: Passage, passage: Passage) -> Iterator[Draft]:
    """What leans on a passage, as the second turn of a talk in which that one was told: the end of it at least."""
    short = before
    while len(words(short.text)) > 60 and len(short.units) > 1:
        rest = replace(short, units=short.units[1:])
        if leans(rest.units[0].text) and len(rest.units) == 1:
            break
        short = rest
    while leans(short.units[0].text) and len(short.units) < len(before.units):
        short = replace(before, units=before.units[-len(short.units) - 1 :])
    for held_out in (False, True):
        yield from _two_turns(told, replace(short, lead=""), passage, f"memory/{passage.id}", held_out=held_out)


def _two_turns(told: Told, first: Passage, rest: Passage, scene: str, *, held_out: bool) -> Iterator[Draft]:
    for way in ways(told, first):
        if way.part is not None and way.group != "memory.goes_on":
            continue
        first = way.part or first
        if question := told.asked.ask(way.group, way.slots, (first.id, rest.id, way.key), held_out=held_out):
            on = follow_up(told, rest, held_out=held_out)
            draft = told.from_passage("memory", rest, on, scene=scene, held_out=held_out)
            yield told.after(draft, question, first)
            return


def follow_up(told: Told, passage: Passage, *, held_out: bool = False) -> str:
    """What a listener says who wants to hear more: about what comes next where that can be named, else "And then?"."""
    first = replace(passage, units=passage.units[:1], lead="")
    named = [t.words for t in told.about(first) if t.telling and t.kind != "topic"]
    for words_ in named[:1]:
        return told.asked.say("follow.topic", (passage.id,), {"topic": words_}, held_out=held_out)
    return told.asked.say("follow.on", (passage.id,), held_out=held_out)


def _halves(passage: Passage) -> tuple[Passage, Passage] | None:
    """A passage cut where a new paragraph or a new thought begins, nearest to its middle; None where it is short."""
    total = len(words(passage.text))
    if len(passage.units) < 4 or total < 3 * TURN:
        return None
    best: tuple[tuple[bool, int], int] | None = None
    for i in range(1, len(passage.units)):
        size = len(words(replace(passage, units=passage.units[:i]).text))
        if TURN <= size <= total - TURN:
            inside = passage.units[i].paragraph == passage.units[i - 1].paragraph
            if goes_on(passage.units[i - 1].text, passage.units[i].text):
                continue
            rank = ((inside, abs(size - total // 2)), i)
            best = min(best, rank) if best else rank
    if best is None:
        return None
    return replace(passage, units=passage.units[: best[1]]), replace(passage, units=passage.units[best[1] :])


def ways(told: Told, passage: Passage) -> list[Way]:
    """All ways to ask for a passage that begins by itself, the most telling first, each with its slots."""
    # What a note of these days says can be asked without its date. What was written in the present of its day, or
    # counts from it, is asked for with it; a date of writing says nothing of when a story happened.
    note = told.life.notes[passage.note]
    diary = bool(note.entries and note.entries[passage.units[0].entry].date)
    written = passage.date if passage.at_the_time else heading_edtf(note.meta.written)
    past_year = written[:4].isdigit() and written[:4] < told.life.timeline.now[:4]
    of_its_day = diary and is_old(told, passage) or past_year and counts_from_now(passage.text)
    # "When I was five …" in a note of 2018 is not of 2018.
    own_time = _OWN_TIME.search(passage.text) is not None and not diary
    dated = (of_its_day or not passage.at_the_time) and not own_time
    when = in_month(written if of_its_day else passage.date) if dated else ""
    options: list[Way] = []
    if to := _letter_to(told, passage):
        return [Way("memory.letter", {"to": to}, "letter")]
    for event in told.events_in(passage.note, [(u.start, u.end) for u in passage.units]):
        options += _by_event(told, event)
    deeds = [] if of_its_day else list(_by_deed(told, passage))
    options += deeds[:1]
    found = rarest(told.topics[passage.id] if passage.id in told.topics else told.about(passage), told.seen)[:6]
    for topic in found:
        if when:
            group = "memory.topic_wrote" if of_its_day else "memory.topic_when"
            options.append(Way(group, {"topic": topic.words, "when": when}, topic.words, None, topic.telling))
        else:
            slots = {topic.kind: topic.words, "bare_topic": re.sub(r"^(?:the|your) ", "", topic.words)}
            options.append(Way(f"memory.{topic.kind}", slots, topic.words, None, topic.telling))
    options[2:2] = deeds[1:3]
    if when:
        group = "memory.wrote" if of_its_day else "memory.when"
        options.insert(min(1, len(options)), Way(group, {"when": when}, "when"))
    telling = [o for o in options if o.telling]
    if telling or len(passage.units) < 2:
        return telling or options[:1]
    # Nothing that somebody else could ask for: her own first sentence leads to the rest.
    first = passage.units[0]
    if 4 <= first.length <= OPENING and len(words(passage.text)) - first.length >= 8:
        rest = replace(passage, units=passage.units[1:])
        return [Way("memory.goes_on", {"opening": first.text}, "goes-on", rest)]
    return options[:1]


def _letter_to(told: Told, passage: Passage) -> str:
    """Whom a letter is to, where a passage of it says "you"; "" where it does not or is no letter."""
    note = told.life.notes[passage.note]
    if note.meta.kind != "letter" or not re.search(r"\byou(?:r|rs)?\b", passage.text, re.I):
        return ""
    match = _DEAR.search(note.text, note.body_start)
    return match["to"].strip() if match else ""


def _by_deed(told: Told, passage: Passage) -> Iterator[Way]:
    """By what she did in it. Where the deed stands late in a long passage, a shorter part around it answers."""
    found: list[tuple[Unit, Deed]] = [(u, d) for u in passage.units for d in told.deeds(u) if d.tense == "past"]
    found = [(u, d) for u, d in found if len(words(d.said)) >= 3]
    order = ordered((d.said for _, d in found), passage.id)
    for unit, deed in sorted(found, key=lambda f: (not f[1].reason, order.index(f[1].said))):
        near = told.around(unit, after=2)
        part = passage if passage.units.index(unit) == 0 and len(words(passage.text)) < 60 else near
        if part is None or len(words(part.text)) < len(words(deed.said)) + TELLS:
            continue
        slots = {"did": deed.did, "said": deed.said, "base": deed.base}
        if deed.reason and deed.base:
            yield Way("deed.why", slots, deed.said, part)
        else:
            yield Way("memory.did", slots, deed.said, None if len(passage.units) <= 6 else part)
            yield Way("deed.past", slots, f"{deed.said} ever", part)


def is_old(told: Told, passage: Passage, years: int = OLD) -> bool:
    """Whether it was told, in the present of its day, more than some years ago: what it says may be over."""
    year = passage.date[:4]
    return passage.at_the_time and year.isdigit() and int(year) < int(told.life.timeline.now[:4]) - years


def _by_event(told: Told, event: Event) -> list[Way]:
    label = told.life.labels.get(event.id, "")
    if event.modality != "actual" or event.subject != "self" or not label:
        return []
    if clause := did(label):
        return [Way("memory.did", {"did": clause}, event.id)]
    if name := thing(label):
        when = when_words(event.when)
        group = "memory.topic_when" if when else "memory.topic"
        return [Way(group, {"topic": name, "bare_topic": label, "when": when}, event.id)]
    return []
