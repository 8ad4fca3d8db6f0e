"""Questions about traits: whether one shows, whether she denies a dark one when flattered, whether one that is over is
still claimed. Each important trait gets its items, however few an area may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refiner.checks.stems import WORD, faint, stop
from refiner.config import Trait
from refiner.evaluate.material import Material, begins, stems_of
from refiner.evaluate.questions_forms import Offer, Wordings, offer
from refiner.evaluate.questions_scenes import FIVE, before_question, said_of, scenes, situations, virtue
from refiner.evaluate.shapes import Area, Ask, Key
from refiner.stages.composing.questions import ordered
from refiner.stages.composing.wording import TraitWords, as_adjectives, in_person

MOST_TOLD = 6
_OFTEN = re.compile(r"(?:always|never|often|rarely|seldom|hardly|usually|sometimes|almost|not)\b", re.I)
_NOT = re.compile(r"\b(?:never|not)\b|n['’]t\b")


def _said(trait: Trait, material: Material) -> list[TraitWords]:
    """The trait in words, as it is called and by those of its aliases that are adjectives ("afraid of dogs")."""
    also = as_adjectives(trait)
    return [said_of(t, material.config) for t in (trait, *also)]


def _key(trait: Trait, material: Material) -> Key:
    looks = in_person(trait.description, "I") if trait.description else ""
    begun = {e.id for e in material.timeline.events if begins(e, (trait.id,))}
    shown = [s for p in material.passages_on(trait.id) for s in _showing(trait, p.sentences, not begun & set(p.events))]
    told = ([looks] if looks else []) + shown[:MOST_TOLD]
    return Key(told=tuple(dict.fromkeys(told)))


def _showing(trait: Trait, sentences: Sequence[str], whole: bool) -> list[str]:
    """The sentences of a passage that have a word of the trait or of its description, and what such a one introduces;
    where none has, all of them if `whole`: of how a trait came most sentences tell the contrary."""
    named = {w.lower() for said in trait.words for w in WORD.findall(said) if not _OFTEN.fullmatch(w)}
    described = {w.lower() for w in WORD.findall(trait.description)} - faint()
    own = stems_of((named | described) - stop())
    out: list[str] = []
    for before, sentence in zip(("", *sentences), sentences, strict=False):
        if stems_of([sentence]) & own or before in out and before.rstrip().endswith(":"):
            out.append(sentence)
    return out or (list(sentences) if whole else [])


def _notes(trait: Trait, material: Material) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.note for p in material.passages_on(trait.id)))


def living(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Each living trait in five situations, and asked outright five times."""
    for trait in material.living:
        key, notes, title = _key(trait, material), _notes(trait, material), trait.title
        shown = wordings.of("living", situations(trait, material, wordings), FIVE, "shown")
        if len(shown) < 2:
            shown = []
        yield from offer(
            "living", trait.id, f"{title}: shown", shown, key, notes=notes, group=f"{trait.id}/shown",
            weight=trait.importance, always=True,
        )  # fmt: skip
        if trait.polarity != "negative":
            texts = _mixed(trait, material, wordings, "living", "polar")
            asks = wordings.of("living", texts, FIVE, "yes")
            yield from offer(
                "living", trait.id, f"{title}: asked", asks, key, notes=notes, group=f"{trait.id}/asked",
                weight=trait.importance, always=True,
            )  # fmt: skip


def negative(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Each living negative trait, five times with an invitation to deny it, and once plainly."""
    for trait in material.living:
        if trait.polarity != "negative":
            continue
        good = {"virtue": virtue(trait, material.person_names)}
        praised = (
            wordings.choose("negative", "negative.virtue.flattered", good, (trait.id,), 2, "no")
            if good["virtue"]
            else []
        )
        texts = _mixed(trait, material, wordings, "negative", "flattered")
        asks = [*praised, *wordings.of("negative", texts, FIVE - len(praised), "no")]
        asks += wordings.of("negative", _mixed(trait, material, wordings, "negative", "plain"), 1, "yes")
        yield from offer(
            "negative", trait.id, trait.title, asks, _key(trait, material), notes=_notes(trait, material),
            weight=trait.importance, always=True,
        )  # fmt: skip


def dead(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """Each trait that is over, five ways: outright, as if it were so, in a scene, by what people say, by what helps."""
    for trait in material.dead:
        asks: list[Ask] = []
        asks += wordings.of("dead", _mixed(trait, material, wordings, "dead", "polar"), 1, "no")
        asks += wordings.of("dead", _mixed(trait, material, wordings, "dead", "presupposing"), 1, "over")
        asks += wordings.of("dead", _in_scenes(trait, material, wordings), 1, "no")
        asks += wordings.of("dead", _mixed(trait, material, wordings, "dead", "people"), 1, "over")
        asks += wordings.of("dead", _mixed(trait, material, wordings, "dead", "coping"), 1, "over")
        key, notes = _ended(trait, material)
        yield from offer("dead", trait.id, trait.title, asks, key, notes=notes, weight=trait.importance, always=True)


def _mixed(trait: Trait, material: Material, wordings: Wordings, area: Area, way: str) -> list[str]:
    """The wordings of one way to ask, those by an adjective in turn with those by the trait's own name."""
    lists = []
    for said in _said(trait, material):
        found = wordings.filled(f"{area}.{said.shape}.{way}", said.slots, (trait.id, way, said.trait))
        if _OFTEN.match(said.trait):  # not "never always late": quoted instead
            quoted = {"trait": said.trait_s or said.trait}
            found = [text for text in found if not _NOT.search(text.replace(said.trait, ""))]
            found += wordings.filled(f"{area}.other.{way}", quoted, (trait.id, way, said.trait))
        lists.append(found)
    lists.sort(key=lambda of: ordered(["".join(of)], trait.id, way))
    if len(lists) > 1:  # how people ask, "are you afraid of dogs?", comes first
        lists = [*lists[1:], lists[0]] if way in ("polar", "plain") else lists
    longest = max(map(len, lists), default=0)
    turns = [of[i] for i in range(longest) for of in lists if i < len(of)]
    return list(dict.fromkeys(turns))


def _in_scenes(trait: Trait, material: Material, wordings: Wordings) -> list[str]:
    """Scenes that end by asking whether the trait shows; the plain question where no scene fits."""
    said = [s for s in _said(trait, material)]
    # How one says it of a moment: by the adjective where there is one.
    best = said[1] if len(said) > 1 else said[0]
    then = wordings.filled(f"dead.{best.shape}.then", best.slots, (trait.id, "then"))
    found = ordered(scenes(trait, material.person_names), str(wordings.seed), trait.id)
    out = [f"{scene} {t}" for full in found if (scene := before_question(full)) for t in then[:1]]
    then.sort(key=lambda t: "one" not in t.split())  # "Would one see then …" asks of a day, "Are you …" of a moment
    return out or [f"Suppose I spend an ordinary day with you. {t}" for t in then]


def _ended(trait: Trait, material: Material) -> tuple[Key, tuple[str, ...]]:
    """What tells that it is over: her sentences about the event that ended it."""
    ends = {
        e.id for e in material.timeline.events if any(f.trait == trait.id and f.kind == "terminates" for f in e.effects)
    }
    found = [p for p in material.passages if ends & set(p.events)]
    told = tuple(s for p in found for s in p.sentences)[:MOST_TOLD]
    return Key(told=told), tuple(dict.fromkeys(p.note for p in found))


def reasons(material: Material, area: Area) -> str:
    """Why an area about traits has no items; "" where it could have some."""
    if area in ("living", "negative", "dead") and not material.config.important:
        return "refiner.toml declares no trait of importance 1 or more"
    if area == "negative" and not any(t.polarity == "negative" for t in material.living):
        return "no important trait of negative polarity holds today"
    if area == "living" and not material.living:
        return "no important trait holds today, as far as the notes show"
    if area == "dead" and not material.dead:
        return "no important trait is over"
    return ""
