"""Too little evidence of a trait: few sentences, no statement, no occasion, only hedged words. Pure.

Evidence is what `refiner selfimage` counts, for traits of every polarity, with what the relevance labels as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from refiner.config import Trait
from refiner.gaps.facts import Facts, Sight, tells_a_story
from refiner.gaps.gap import Gap, GapKind, note_command
from refiner.gaps.gentle import Weight, weight_of
from refiner.gaps.wording import questions, shape_of, slots_of
from refiner.stages.self_image_life import who
from refiner.timeline.wording import unsaid

LIVING = ("HOLDS", "DORMANT")
SCENES = ("memory", "situation", "event")  # kinds of samples that show a trait in an occasion


def wanted(importance: int) -> int:
    """How many sentences of evidence a trait of this importance should have at least."""
    return 1 + importance


def worth_of(facts: Facts, trait: Trait, base: float) -> float:
    """The worth of a gap of a trait: `base` by importance, more where samples about the trait are few."""
    live = sum(trait.id in s.traits for s in facts.samples if s.status != "rejected")
    lack = max(0.0, 1 - live / (4 + 2 * trait.importance)) if facts.samples else 0.0
    return round(min(1.0, base * (0.25 + 0.15 * trait.importance) * (1 + 0.3 * lack)), 4)


def trait_gap(
    facts: Facts, trait: Trait, kind: GapKind, why: str, base: float, *, sights: Sequence[Sight] = (),
    notes: Sequence[str] = (), form: str = "", command: str = "", more: dict[str, str] | None = None,
) -> Gap:  # fmt: skip
    """A gap of a trait with its questions in the raw life's words."""
    key = f"{trait.id}:{kind}"
    near = list(dict.fromkeys([*notes, *(s.note for s in sights)]))
    weight = max((facts.weights.get(n, Weight.LIGHT) for n in near), default=Weight.LIGHT)
    own = weight_of(f"{trait.title} {trait.description}")
    # A trait that is heavy itself (panic attacks) is asked about by its name alone and never by a scene of it.
    scene = kind in ("few", "instance", "softened")
    asked = () if own == Weight.GRAVE or (own and scene) else questions(
        form or kind, key, {**slots_of(trait, facts.config), **(more or {})}, shape=shape_of(trait, facts.config)
    )  # fmt: skip
    quotes = tuple(dict.fromkeys(q for s in sights if (q := facts.quote(s.text, s.note))))
    return Gap(
        id=key, kind=kind, trait=trait.id, why=why, questions=asked, notes=tuple(near[:4]), quotes=quotes[:3],
        command=command or note_command(key), worth=worth_of(facts, trait, base),
        gentle=own > Weight.LIGHT or weight == Weight.GRAVE,
    )  # fmt: skip


def counted(number: int, word: str) -> str:
    """`1 sentence`, `3 sentences`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def shown(number: int, verb: str) -> str:
    """`1 sentence shows`, `3 sentences show`."""
    return f"1 sentence {verb}s" if number == 1 else f"{number} sentences {verb}"


def thin_traits(facts: Facts) -> Iterable[Gap]:
    """Gaps of the important traits that hold today, rest, or of which nothing is known."""
    for trait in facts.config.important:
        verdict, sights = facts.says(trait.id), facts.sights[trait.id]
        if verdict == "UNKNOWN":
            said = unsaid(len(sights)) if sights else "no note says whether it is so"
            near = sorted({x.note for x in sights}) or _touching(facts, trait)
            why = f"importance {trait.importance}, and {said}"
            yield trait_gap(facts, trait, "few", why, 1.0, notes=near, form="unknown")
            continue
        if verdict in LIVING:
            yield from _thin(facts, trait, sights)


def _touching(facts: Facts, trait: Trait) -> list[str]:
    """The notes in which words only touch the trait."""
    return sorted({p for p, some in facts.bearings.items() for b in some if b.trait == trait.id})


def _thin(facts: Facts, trait: Trait, sights: Sequence[Sight]) -> Iterable[Gap]:
    notes = {s.note for s in sights}
    need = wanted(trait.importance)
    spread = trait.importance >= 3 and len(notes) < 2
    own = [s for s in sights if s.own]
    if sights and not own:
        return  # what others show and the narrator never says is a gap of its own
    if len(sights) < need or spread:
        lack = 1 - min(len(sights), need) / need
        where = f"{counted(len(sights), 'sentence')} in {counted(len(notes), 'note')}, by {_by(facts, sights)}"
        asks = f"at least {need}" if len(sights) < need else "at least 2 notes"
        why = f"{where if sights else 'no sentence'}; for importance {trait.importance} {asks} would do"
        near = () if sights else _touching(facts, trait)
        yield trait_gap(facts, trait, "few", why, 0.6 + 0.4 * lack, sights=sights, notes=near)
    if not own:
        return
    scenes = sum(s.kind in SCENES and trait.id in s.traits for s in facts.samples if s.status != "rejected")
    told = any(trait.id in {x.trait for x in e.effects} for e in facts.timeline.events if e.modality == "actual")
    if not any(s.named for s in sights) and not _observed(facts, trait):
        why = f"{shown(len(sights), 'show')} it, none of them says it in so many words"
        yield trait_gap(facts, trait, "statement", why, 0.5 * trait.explicit + 0.2, sights=sights)
    if not any(s.past for s in sights) and not scenes and not (told and _story(facts, trait)):
        why = f"{shown(len(sights), 'say')} it, none of them tells of a time when it showed"
        yield trait_gap(facts, trait, "instance", why, 0.9 - 0.4 * trait.explicit, sights=sights)
    yield from _softened(facts, trait, sights)


def _by(facts: Facts, sights: Sequence[Sight]) -> str:
    """Who tells it: "you alone", "you and your sister", "you and 3 others"."""
    others = sorted({who(s.teller, facts.people) for s in sights if not s.own})
    if not others:
        return "you alone"
    return f"you and {others[0]}" if len(others) == 1 else f"you and {len(others)} others"


def _observed(facts: Facts, trait: Trait) -> bool:
    own = {n.path for n in facts.notes if n.meta.author == "self"}
    return any(o.trait == trait.id for x in facts.extractions.values() for o in x.observations if o.note in own)


def _story(facts: Facts, trait: Trait) -> bool:
    """Whether an event of the trait is told with more than the sentence that names it."""
    events = [e for e in facts.timeline.events if any(x.trait == trait.id for x in e.effects)]
    return any(e.source == "person" or tells_a_story(facts.near(s.note, s.start)) for e in events for s in e.spans)


def _softened(facts: Facts, trait: Trait, sights: Sequence[Sight]) -> Iterable[Gap]:
    own = [s for s in sights if s.own]
    if trait.polarity != "negative" or len(own) < 2 or not all(s.hedges for s in own):
        return
    hedge = Counter(h for s in own for h in s.hedges).most_common(1)[0][0]
    why = f"all {len(own)} sentences of yours about it are softened (most often “{hedge}”)"
    yield trait_gap(facts, trait, "softened", why, 0.75, sights=own, more={"hedge": hedge})
