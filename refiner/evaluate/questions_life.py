"""Questions about what happened: by a thing cut out of her sentence, by an event, by whom or what a passage is about;
and about events that training never saw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from rapidfuzz import fuzz

from refiner.errors import RefinerError
from refiner.evaluate.material import Material, Telling, stems_of
from refiner.evaluate.questions_cut import Cut, cuts
from refiner.evaluate.questions_forms import Offer, Wordings, offer
from refiner.evaluate.questions_keys import groups_of, without_asked
from refiner.evaluate.shapes import Area, Key
from refiner.language.lexicon import gender_of_name
from refiner.language.parse import parse_all
from refiner.models import Event
from refiner.stages.composing.deeds import parsed
from refiner.stages.composing.labels import did, in_past, thing
from refiner.stages.composing.sentences import person_words
from refiner.stages.composing.text import normal
from refiner.stages.composing.when import in_month
from refiner.timeline.holidays import ALIASES, RULES

LEAST_GROUPS = 2  # things that an answer can name, below which a passage is not asked for openly
_CUT_WEIGHT, _EVENT_WEIGHT, _TOPIC_WEIGHT = 2, 3, 1


def tellable(material: Material, event: Event) -> bool:
    """Whether an event happened, to her."""
    dropped = material.timeline.actions.get(event.id) == "drop"
    return event.modality == "actual" and event.subject == "self" and not dropped


def facts(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Events by their labels, and passages by what is in them; none that tells of a held-out event."""
    with suppress(RefinerError):  # without a model nothing is cut out of a sentence
        parse_all(s for p in material.passages for s in p.sentences)
    for event in material.timeline.events:
        passage = material.telling(event.id)
        if passage and tellable(material, event) and event.id not in material.held_out:
            yield from _event(material, wordings, "fact", event, passage)
    for passage in material.passages:
        if material.held_out & set(passage.events):
            continue
        yield from _cuts(material, wordings, passage)
        if passage.kind not in ("letter", "chat", "media") and not _on_a_work(passage, material):
            yield from _topics(material, wordings, passage)


def held_out(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Events that training never saw: to say that one does not know them is right; that one could tell them would show
    that they came from elsewhere."""
    for event in material.timeline.events:
        passage = material.telling(event.id)
        if passage and event.id in material.held_out and tellable(material, event):
            yield from _event(material, wordings, "held_out", event, passage)


def _event(material: Material, wordings: Wordings, area: Area, event: Event, passage: Telling) -> list[Offer]:
    label = material.labels.get(event.id, "")
    clause, topic = named(label)
    wanted, way = ("abstain" if area == "held_out" else "tell"), "did" if clause else "thing"
    slots = {"did": clause, "topic": topic}
    if not clause and not topic:
        return []
    asks = wordings.choose(area, f"{area}.{way}", slots, (event.id,), 2, wanted)  # type: ignore[arg-type]
    told = around(material, event)
    own = own_sentence(material, event)
    groups = groups_of([own, *(s for s in told if s != own)], material, [a.text for a in asks])
    if len(groups) < LEAST_GROUPS:
        return []
    key = Key(groups=groups, told=told, earliest=event.when.earliest, latest=event.when.latest)
    notes = tuple(dict.fromkeys(s.note for s in event.spans)) or (passage.note,)
    return offer(area, event.id, label, asks, key, notes=notes, weight=_EVENT_WEIGHT)


def named(label: str) -> tuple[str, str]:
    """(clause, thing) of an event's label, the other one "": ("you moved to Pune", ""), ("", "the dinner"); ("", "")
    where neither can be said. "Grandfather dies in the hospital" is a clause about somebody else."""
    clause, topic = did(label), thing(label)
    if clause or not topic:
        return clause, ""
    topic = _first_case(topic, label.strip())
    doc = parsed(f"{topic}.")
    root = next((t for t in doc if t.head.i == t.i), None) if doc is not None else None
    verb = next((t for t in doc or () if t.tag_ in ("VBZ", "VBD") and t.i), None)
    if root is None or verb is None:
        return "", _with_article(topic, root)
    if verb.i != root.i or not any(c.dep_ in ("nsubj", "nsubjpass") for c in verb.children):
        return "", ""
    subject, rest = topic[: verb.idx].strip(), topic[verb.idx :]
    rest = in_past(rest) if verb.tag_ == "VBZ" else rest
    kin = subject.split()[0].lower() in person_words()
    return (f"{'your ' if kin else ''}{subject} {rest}", "") if rest and subject else ("", "")


def _first_case(topic: str, label: str) -> str:
    """The topic with the capital that its first word has as a name: "Ravi breaks …", but "school trip to Ooty"."""
    first = label.split()[0]
    if not first[0].isupper() or topic.split()[0].lower() != first.lower():
        return topic
    if len(first) > 1 and first.isupper():
        return first + topic[len(first) :]
    doc = parsed(f"{label}.")
    name = gender_of_name(first) is not None or doc is not None and doc[0].tag_ in ("NNP", "NNPS")
    name = name and first.lower() not in person_words()
    return (first if name else first.lower()) + topic[len(first) :]


def _with_article(topic: str, root: Any | None) -> str:
    """ "school trip to Ooty" -> "the school trip to Ooty", "mother's operation" -> "your mother's operation"."""
    if root is None or root.tag_ != "NN" or topic.split()[0].lower() in ("the", "a", "an", "your", "my", "no"):
        return topic
    if re.sub(r"['’]s$", "", topic.split()[0].lower()) in person_words():
        return f"your {topic}"
    owned = any(c.dep_ in ("poss", "det", "nummod") for c in root.children)
    return topic if owned or topic[0].isupper() else f"the {topic}"


def around(material: Material, event: Event, most: int = 4) -> tuple[str, ...]:
    """The sentences of her passage that tell of an event: that which it was read from, and those around it."""
    passage = material.telling(event.id)
    if passage is None:
        return event.quotes
    best = _told_at(passage, event)
    start = max(0, best - 1) if len(passage.sentences[best]) < 60 else best
    return passage.sentences[start : start + most]


def own_sentence(material: Material, event: Event) -> str:
    """The sentence that an event was read from, as her notes have it now; "" where none is known."""
    passage = material.telling(event.id)
    return passage.sentences[_told_at(passage, event)] if passage else "".join(event.quotes[:1])


def _told_at(passage: Telling, event: Event) -> int:
    quotes = [normal(q) for q in event.quotes if q] or [normal(event.label)]
    near = [max(fuzz.partial_ratio(q, normal(s)) for q in quotes) for s in passage.sentences]
    return near.index(max(near))


def _cuts(material: Material, wordings: Wordings, passage: Telling) -> Iterator[Offer]:
    for sentence, deeds in zip(passage.sentences, passage.deeds, strict=False):
        for cut in cuts(sentence, deeds):
            group = (material.called(cut.group),)
            if cut.way != "number" and not _one_meant(cut, material):
                continue
            slots = {"said": cut.asked, "question": f"who {cut.asked}?"}
            asks = wordings.choose("fact", f"fact.{cut.way}", slots, (passage.id, cut.asked), 2, "tell")
            if not without_asked(group, [a.text for a in asks]):
                continue
            about = passage.events[0] if passage.events else passage.id
            yield from offer(
                "fact", about, f"{cut.way}: {cut.asked}", asks, Key(groups=group, told=(sentence,)),
                notes=(passage.note,), weight=_CUT_WEIGHT,
            )  # fmt: skip


def _one_meant(cut: Cut, material: Material) -> bool:
    """Whether what is asked for is nobody's old name."""
    return not {n.casefold() for n in cut.group} & {n.casefold() for n in material.old_names}


def _topics(material: Material, wordings: Wordings, passage: Telling) -> Iterator[Offer]:
    """By a topic that only this passage has; else, for a diary, by its month."""
    seen = material.topics_seen
    telling = [
        t
        for t in passage.topics
        if t.telling and seen[t.words.casefold()] == 1 and _sayable(t.words, passage.text)
        if t.kind == "person" or about(t.words, passage) and not _asked_elsewhere(t.words, material)
    ]
    for topic in telling[:1]:
        way = "person" if topic.kind == "person" else "topic"
        yield from _open(material, wordings, passage, f"fact.{way}", {"topic": topic.words}, topic.words)
    month = in_month(passage.date) if passage.at_the_time else ""
    alone = sum(p.date[:7] == passage.date[:7] for p in material.passages if p.at_the_time) == 1
    if not telling and month and alone and len(passage.date) >= 7:
        yield from _open(material, wordings, passage, "fact.dated", {"when": month}, month)


def _asked_elsewhere(topic: str, material: Material) -> bool:
    """Whether a topic is a work, of which the area of media asks, a feast, which comes every year, or has her own
    family name."""
    if topic.casefold() in RULES or topic.casefold() in ALIASES:
        return True
    own = stems_of([material.full_name, *material.old_names])
    return any(normal(topic) in normal(m.title) for m in material.media) or bool(stems_of([topic]) & own)


def _on_a_work(passage: Telling, material: Material) -> bool:
    """Whether a passage is a note on a book or a film: what is in it happened there."""
    first = normal(" ".join(passage.sentences[:1]))
    return any(first.startswith(normal(m.title)) for m in material.media if m.title)


def about(topic: str, passage: Telling) -> bool:
    """Whether a passage tells of a topic, and does not only name it in passing: it stands in several sentences, or a
    verb has it as its subject, its object or its place ("had a Murphy radio", "stood in Pampilhosa"); where there is no
    verb, it stands at the beginning. What is put ("put the cable reverse") or said may have more than a thing in its
    words, and what one has in a place may have the place in its own."""
    core = re.sub(r"^(?:the|your) ", "", topic)
    pattern = re.compile(rf"(?<!\w){re.escape(core)}(?!\w)", re.I)
    found = [(i, m) for i, s in enumerate(passage.sentences) if (m := pattern.search(s))]
    if core[0].islower() and " " not in core:
        return False  # "your packet": which one?
    if len(found) > 1:
        return True
    for place, match in found:
        doc = parsed(passage.sentences[place])
        inside = [t for t in doc or () if match.start() <= t.idx < match.end()]
        head = next((t for t in inside if t.head not in inside), None)
        if doc is None or head is None:
            return False
        if head.dep_ == "ROOT" or not any(t.tag_ in ("VBD", "VBZ", "VBP", "VBN") for t in doc):
            return place == 0 and len(passage.sentences[0][: match.start()].split()) <= 1
        verb = head.head.head if head.dep_ == "pobj" else head.head
        said = head.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "dative") and verb.pos_ in ("VERB", "AUX")
        loose = (
            head.dep_ == "dobj" and verb.lemma_ in ("put", "say")
            or head.dep_ == "pobj" and verb.lemma_ == "have"
            or head.dep_ in ("nsubj", "nsubjpass") and head.i > verb.i
        )  # fmt: skip
        return bool(said and not loose)
    return False


def _sayable(topic: str, text: str) -> bool:
    """Whether a topic is a name, or has an article: not "curtain rod", and not "Pomeranian", told as "a Pomeranian"."""
    if topic.startswith(("the ", "your ")):
        return True
    one = re.search(
        rf"\b(?:an?|the|my|our|his|her|their|some|no|every|each|\w+['’]s)\s+{re.escape(topic)}\b", text, re.I
    )
    return len(topic) > 3 and not one and all(w[0].isupper() or w == "of" for w in topic.split())


def _open(
    material: Material, wordings: Wordings, passage: Telling, group: str, slots: dict[str, str], label: str
) -> list[Offer]:
    asks = wordings.choose("fact", group, slots, (passage.id,), 2, "tell")
    asked, near = [a.text for a in asks], _nearest(passage, slots.get("topic", ""))
    groups = groups_of(near, material, asked)
    if len(groups) < LEAST_GROUPS or "topic" in slots and not groups_of(near[:1], material, asked):
        return []
    about = passage.events[0] if passage.events else passage.id
    key = Key(groups=groups, told=passage.sentences)
    return offer("fact", about, label, asks, key, notes=(passage.note,), weight=_TOPIC_WEIGHT)


def _nearest(passage: Telling, topic: str) -> tuple[str, ...]:
    """The sentences of a passage by how near they are to the one that has the topic; those after it before others."""
    words_of = normal(re.sub(r"^(?:the|your) ", "", topic))
    at = next((i for i, s in enumerate(passage.sentences) if words_of and words_of in normal(s)), 0)
    places = sorted(range(len(passage.sentences)), key=lambda i: (abs(i - at), i < at))
    return tuple(passage.sentences[i] for i in places)
