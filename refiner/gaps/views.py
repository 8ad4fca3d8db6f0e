"""Whose view there is: traits that only the narrator speaks of, or only others; a life without anybody else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from refiner.gaps.facts import Facts, Sight
from refiner.gaps.gap import Gap, note_command
from refiner.gaps.gentle import Weight, weight_of
from refiner.gaps.traits import LIVING, counted, shown, trait_gap
from refiner.gaps.wording import questions
from refiner.stages.self_image_life import who

NEGATIVE_FROM, OTHER_FROM = 2, 3  # importance from which an outside view is missed


def one_sided(facts: Facts) -> Iterable[Gap]:
    """Traits that hold and that only one side speaks of."""
    for trait in facts.config.important:
        sights = facts.sights[trait.id]
        if facts.says(trait.id) not in LIVING or not sights:
            continue
        own, others = [s for s in sights if s.own], [s for s in sights if not s.own]
        if others and not own and not _said_outright(facts, trait.id):
            yield _own_words(facts, trait.id, others)
            continue
        least = NEGATIVE_FROM if trait.polarity == "negative" else OTHER_FROM
        if others or trait.importance < least or _touched_by_others(facts, trait.id) or _reported(own):
            continue
        where = f"{shown(len(own), 'show')} it, in {counted(len({s.note for s in own}), 'note')}"
        base = 0.6 if trait.polarity == "negative" else 0.35
        yield trait_gap(
            facts, trait, "only-me", f"{where}, in your words alone: nobody else is heard on it", base,
            sights=own, more={"person": _witness(facts, own)},
        )  # fmt: skip


def _said_outright(facts: Facts, trait: str) -> bool:
    """Whether the narrator's front matter or words say it where no sentence counts as evidence."""
    own = {n.path for n in facts.notes if n.meta.author == "self"}
    seen = (o for x in facts.extractions.values() for o in x.observations if o.note in own)
    told = (e for e in facts.timeline.events if e.note in own)
    return any(o.trait == trait for o in seen) or any(x.trait == trait for e in told for x in e.effects)


_REPORTED = re.compile(
    r"\b(?!I\b|we\b|you\b)[A-Za-z]\w*,? (?:(?:always|once|often|still|also|then|never) )?"
    r"(?:said|says|calls?|called|told me|tells me|thinks?|thought|complain\w*|insists?|insisted|claims?"
    r"|finds me|found me|laughed|remarked|noticed)\b"
)


def _reported(sights: Sequence[Sight]) -> bool:
    """Whether the narrator reports somebody's words beside the trait: "Mummy said that I am stubborn"."""
    return any(_REPORTED.search(s.text) for s in sights)


def _touched_by_others(facts: Facts, trait: str) -> bool:
    """Whether somebody else's words have anything to do with it: then the rules may only have failed to read them."""
    own = {n.path for n in facts.notes if n.meta.author == "self"}
    return any(
        b.trait == trait and (b.teller != "self" or b.note not in own) for some in facts.bearings.values() for b in some
    )


def _own_words(facts: Facts, trait_id: str, others: Sequence[Sight]) -> Gap:
    trait = next(t for t in facts.config.important if t.id == trait_id)
    first = min(others, key=lambda s: (s.teller.voice != "author", s.note, s.start))
    name = who(first.teller, facts.people)
    said = facts.quote(first.text, first.note)
    voices = len({s.teller.name or s.note for s in others})
    why = (
        f"{name} shows it"
        + (f" (“{said}”)" if said else "")
        + f"; {counted(len(others), 'sentence')} by {counted(voices, 'teller')}, none of yours"
    )
    sights = sorted(others, key=lambda s: s is not first)
    return trait_gap(facts, trait, "own-words", why, 0.9, sights=sights, more={"who": _asked_of(name)})


def _asked_of(name: str) -> str:
    """A name as a question can say it; "" where nobody is named."""
    return "" if name == "somebody" else name


def _witness(facts: Facts, own: Sequence[Sight]) -> str:
    """Somebody named beside the trait who could be asked; "" where none is, or heavy words stand beside the name."""
    for s in own:
        near = " ".join([s.text, *facts.near(s.note, s.start, 4)])
        if facts.weights.get(s.note, Weight.LIGHT) == Weight.GRAVE:
            continue
        for person in facts.people:
            name = person.names[0]
            if person.relation and re.search(rf"\b{re.escape(name)}\b", near) and not _departed(facts, name):
                return name
    return ""


def _departed(facts: Facts, name: str) -> bool:
    """Whether anything heavy stands in a sentence with a name, or in the ones beside it: then nobody is sent there."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for note in facts.notes:
        texts = [s.text for s in note.sentences]
        for i, text in enumerate(texts):
            if word.search(text) and weight_of(" ".join(texts[max(0, i - 1) : i + 2])):
                return True
    return False


def nobody_else(facts: Facts) -> Iterable[Gap]:
    """A life in which no note is by another, and none is a letter or a chat."""
    if len(facts.notes) < 3:
        return
    heard = [n for n in facts.notes if n.meta.author != "self" or n.meta.kind in ("letter", "chat")]
    quoted = any(not s.own for some in facts.sights.values() for s in some)
    if heard or quoted or any(_reported(some) for some in facts.sights.values()):
        return
    why = f"{len(facts.notes)} notes, all by you: no letter, no chat, nothing by anybody else"
    yield Gap(
        id="others:none", kind="others", why=why, questions=questions("others", "others:none", {}, shape="plain"),
        command=note_command("others:none"), worth=0.55,
    )  # fmt: skip
