"""Her own sentences that show a trait: how it began, times when it showed, what she says of it herself.

Where the person annotated the event or the observation, that is what shows it; else only sentences in which she is the
one who does it ("I shouted at him"), never those in which somebody else does, or which promise, wish or suppose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from refiner.checks.dead_traits import present_claims
from refiner.config import Trait
from refiner.models import Event, TraitVerdict
from refiner.stages.composing.deeds import parsed
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.scenes import LONGEST, Passage, Unit
from refiner.stages.composing.text import leans, listed, normal, plain, says_i, words
from refiner.stages.composing.wording import trait_words
from refiner.stages.relevance import WORDS

MAKES = ("initiates", "reinitiates", "continues")
SHORTEST = 8  # words that an example has at least
# Proof from which a bearing that only words speak for is looked at as an example. That is less than what a sample is
# labelled by (`Told.traits_shown`): here the sentence itself is read, whether she does it and what it says.
SURE = 0.5
_NO_INSTANCE = re.compile(
    r"\b(?:had been so|will|would|if|should|might|may|could|want|wants|wanted|wish|hope|promise[ds]?|never|not"
    r"|no longer|used to)\b"
    r"|n['’]t\b",
    re.I,
)
_ADDRESSED = re.compile(r"\b(?:you|your|yours|sir|madam|this letter)\b", re.I)
Scene = tuple[str, str, Passage]  # group of forms, what it is about, her sentences


def anecdotes(
    told: Told, trait: Trait, verdict: TraitVerdict, most: int, opening: Callable[[str], tuple[str, str]]
) -> Iterator[Draft]:
    """How it began (where that shall be kept) and how it showed, each asked outright and as the second turn of a talk.

    `opening` gives, by a key, the first turn of such a talk: a question about the trait and her answer.
    """
    slots = trait_words(trait, told.life.config).slots
    made = 0
    scenes = _scenes(told, trait, verdict)
    # One question for each scene before a second for any.
    for turn in range(3):
        for group, key, passage in scenes:
            kind = "trait" if group == "trait.origin" else "situation"
            scene = f"{kind}/{trait.id}/{passage.id}"
            if made < most:
                if turn == 1:
                    made += 1
                    yield _talk(told, trait, group, passage, scene, opening(passage.id))
                elif question := told.asked.ask(group, slots, (trait.id, key, str(turn))):
                    made += 1
                    yield told.from_passage(kind, passage, question, scene=scene, traits=(trait.id,))  # type: ignore[arg-type]
            if turn == 0 and (question := told.asked.ask(group, slots, (trait.id, key), held_out=True)):
                yield told.from_passage(kind, passage, question, scene=scene, traits=(trait.id,), held_out=True)  # type: ignore[arg-type]


def _talk(told: Told, trait: Trait, group: str, passage: Passage, scene: str, opening: tuple[str, str]) -> Draft:
    """Yes, she is so; and then one time when it showed, or how it began."""
    kind = "trait" if group == "trait.origin" else "situation"
    turn = "trait.began" if kind == "trait" else "situation.follow"
    on = told.asked.say(turn, (trait.id, passage.id))
    draft = told.from_passage(kind, passage, on, scene=scene, traits=(trait.id,))  # type: ignore[arg-type]
    return replace(draft, turns=(opening,))


def _scenes(told: Told, trait: Trait, verdict: TraitVerdict) -> list[Scene]:
    began = verdict.intervals[-1].by[:1] if verdict.intervals else ()
    scenes: list[Scene] = []
    for event in told.life.events.values():
        kinds = {e.kind for e in event.effects if e.trait == trait.id}
        if event.modality != "actual" or not kinds & set(MAKES):
            continue
        passage = event_passage(told, event)
        if passage is None or not about(event, trait, passage):
            continue
        origin = event.id in began
        if origin and trait.how_acquired:
            scenes.append(("trait.origin", event.id, passage))
        # How it began shows the trait only where the person says that it does.
        if not origin or trait.how_acquired and event.source == "person" and says_i(passage.text):
            scenes.append(("situation.trait", event.id, passage))
    seen = {u.place for _, _, p in scenes for u in p.units}
    for unit in _shown(told, trait):
        for after in (2, 1, 0):  # as much of what follows as is told nowhere else
            part = told.around(unit, after=after)
            if part and len(words(part.text)) <= LONGEST and not {u.place for u in part.units} & seen:
                seen |= {u.place for u in part.units}
                if len(words(part.text)) >= SHORTEST:
                    scenes.append(("situation.trait", part.id, part))
                break
    for passage in own_words(told, trait):
        # "I am stubborn" says the trait and shows nothing: an anecdote is longer.
        longer = told.around(passage.units[-1], after=2)
        acted = longer and acts(longer.text)
        if longer and acted and 15 <= len(words(longer.text)) <= LONGEST and not {u.place for u in longer.units} & seen:
            seen |= {u.place for u in longer.units}
            scenes.append(("situation.trait", longer.id, longer))
    return scenes


def _shown(told: Told, trait: Trait) -> Iterator[Unit]:
    """Her sentences that tell of a time when it showed, by what each sentence bears on the trait."""
    for path, units in told.units.items():
        places = [
            (b.start, b.end)
            for b in told.life.bearings.get(path, ())
            if b.trait == trait.id and b.side == "for" and b.teller == "self" and (b.source != WORDS or b.proof >= SURE)
        ]
        for unit in units:
            if unit.speaker or not _hers(told, unit) or not any(a < unit.end and unit.start < b for a, b in places):
                continue
            if told.life.notes[path].meta.kind == "letter" and _ADDRESSED.search(unit.text):
                continue
            if not acts(unit.text) and says_i(unit.text):
                continue  # what she always does is no example
            if (
                not _NO_INSTANCE.search(unit.text)
                and not list(present_claims(unit.text, trait))
                and does(unit.text, trait)
            ):
                yield unit


def acts(text: str) -> bool:
    """Whether she did something in it at some time: "I had a route plan", "I knocked"."""
    return any(v in listed("past") or v.endswith("ed") for v in re.findall(r"\b(?:I|we|We) (?:\w+ly )?(\w+)", text))


def does(text: str, trait: Trait) -> bool:
    """Whether she is the one who does it in a sentence: the trait's own verb has "I" or nobody for its subject."""
    doc = parsed(text)
    if doc is None:
        return False
    stems = _stems(trait)
    found = [t for t in doc if t.pos_ in ("VERB", "AUX", "NOUN", "ADJ") and t.lower_[:5] in stems]
    for token in found:
        verb = token
        while verb.pos_ not in ("VERB", "AUX") and verb.head.i != verb.i:
            verb = verb.head
        while verb.dep_ in ("conj", "xcomp", "pcomp") and not _subjects(verb):
            verb = verb.head
        subjects = _subjects(verb)
        # "Shouted at him." in a diary leaves the "I" out.
        left_out = not subjects and token.i == 0 and token.tag_ in ("VBD", "VBN")
        if left_out or not subjects and says_i(text) or any(s.lower_ in ("i", "we") for s in subjects):
            return True
    return not found and says_i(text)


def _subjects(verb: Any) -> list[Any]:
    return [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")]


def _stems(trait: Trait) -> set[str]:
    return {w[:5].casefold() for name in trait.words for w in words(name) if len(w) > 3}


def event_passage(told: Told, event: Event, longest: int = LONGEST) -> Passage | None:
    """Her sentences about an event: those its spans are in, with what follows in the same paragraph, and with what
    stands before where they lean on it."""
    for span in event.spans:
        for unit in told.units.get(span.note, ()):
            if not (unit.start < span.end and span.start < unit.end and not unit.speaker and _hers(told, unit)):
                continue
            part = told.around(unit, after=3) or _up_to(told, unit, longest)
            while part and len(words(part.text)) > longest and len(part.units) > 1 and part.units[-1] != unit:
                part = replace(part, units=part.units[:-1])
            if part and not leans(part.text) and len(words(part.text)) <= max(longest, unit.length):
                return part
    return None


def _up_to(told: Told, unit: Unit, longest: int) -> Passage | None:
    """A sentence with all that stands before it in its passage, from a thought's beginning on."""
    whole = next((p for p in told.passages_of.get(unit.note, ()) if unit in p.units), None)
    if whole is None:
        return None
    at = whole.units.index(unit)
    for first in range(at):
        part = replace(whole, units=whole.units[first : at + 1], lead="")
        if not leans(part.text) and len(words(part.text)) <= longest:
            return part
    return None


def _hers(told: Told, unit: Unit) -> bool:
    return unit.note in told.passages_of


def own_words(told: Told, trait: Trait) -> list[Passage]:
    """Her sentences that say the trait: those of observations and effects, and those that the check recognises."""
    if trait.id not in told.said:
        told.said[trait.id] = _own_words(told, trait)
    return told.said[trait.id]


def _own_words(told: Told, trait: Trait) -> list[Passage]:
    life = told.life
    effects = [f for e in life.events.values() for f in e.effects if f.trait == trait.id and f.kind in MAKES]
    of_person = {id(f) for e in life.events.values() if e.source == "person" for f in e.effects}
    seen = [o for o in life.observations if o.trait == trait.id and o.holds]
    given = [f.quote for f in effects if id(f) in of_person] + [o.quote for o in seen if o.source == "person"]
    read = [f.quote for f in effects if id(f) not in of_person and speaks_of(f.quote, trait)]
    read += [o.quote for o in seen if o.source != "person" and speaks_of(o.quote, trait)]
    units = [*quoted(told, given), *(u for u in quoted(told, read, trait) if does(u.text, trait))]
    out: dict[str, Passage] = {}
    for unit in units:
        part = told.around(unit)
        if part is not None and len(words(part.text)) <= 80:
            out.setdefault(normal(part.text), part)
    return [out[k] for k in ordered(out, trait.id)]


def about(event: Event, trait: Trait, passage: Passage) -> bool:
    """Whether her sentences are sure to be about the trait: the person said so, or they have its words."""
    return event.source == "person" or speaks_of(passage.text, trait)


def speaks_of(text: str, trait: Trait) -> bool:
    """Whether a sentence has a word of the trait's own, by its first letters; a rule may have read less."""
    stems = _stems(trait)
    return any(w[:5].casefold() in stems for w in words(text))


def quoted(told: Told, quotes: Iterable[str], trait: Trait | None = None) -> Iterator[Unit]:
    """Her units whose raw sentence holds one of the quotes, or that claim the trait."""
    sought = {normal(plain(q)) for q in quotes} - {""}
    for units in told.units.values():
        for unit in units:
            if unit.speaker or not 4 <= unit.length <= 60 or not _hers(told, unit):
                continue
            raw = normal(plain(told.life.notes[unit.note].text[unit.start : unit.end]))
            if (
                any(q in raw or raw in q and len(raw) > 20 for q in sought)
                or trait
                and present_claims(unit.text, trait)
            ):
                yield unit
