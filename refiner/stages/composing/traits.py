"""Samples about traits: what she is (trait), how it shows (situation), what she no longer is (now_and_then).

Only verdicts of the timeline are said, and a trait's dark side as plainly as its bright one. What is CONTESTED,
INCONSISTENT or UNKNOWN is not taught. Where her own sentences say it, they answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refiner.checks.dead_traits import present_claims
from refiner.config import Trait
from refiner.models import Event, TraitVerdict
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import fill, forms, ordered
from refiner.stages.composing.scenes import LONGEST, Passage, Unit
from refiner.stages.composing.text import leans, normal, plain, upper_first, words
from refiner.stages.composing.when import bare
from refiner.stages.composing.wording import TraitWords, as_adjectives, in_person, trait_words

HELD_OUT_EACH = 2
ENDED_EACH = 8  # rows that say that a trait is over
_MAKES = ("initiates", "reinitiates", "continues")


def cap(trait: Trait) -> int:
    """How many samples a trait gets at most, by its importance."""
    return 4 + 3 * trait.importance


def trait_samples(told: Told) -> Iterator[Draft]:
    """Explicit statements and anecdotes of every important trait, in the share that the trait's `explicit` asks for."""
    for trait, verdict in told.life.taught("HOLDS", "DORMANT"):
        explicit = round(cap(trait) * trait.explicit)
        if verdict.verdict == "DORMANT":
            yield from _longing(told, trait, max(1, explicit))
        elif explicit:
            yield from _explicit(told, trait, verdict, explicit)
        if cap(trait) > explicit:
            yield from _anecdotes(told, trait, verdict, cap(trait) - explicit)


def _explicit(told: Told, trait: Trait, verdict: TraitVerdict, most: int) -> Iterator[Draft]:
    said = trait_words(trait, told.life.config)
    group = f"trait.{said.shape}"
    own = _own_words(told, trait)
    since = _since(verdict)
    looks = in_person(trait.description, "I") if trait.description else ""
    for held_out in (False, True):
        for n in range(HELD_OUT_EACH if held_out else most):
            question = told.asked.ask(group, said.slots, (trait.id,), held_out=held_out)
            if question is None:
                break
            yes = _pick(forms(group, "yes"), said, trait.id, question)
            # In turn: her own sentence where there is one, what it looks like, since when, and the plain word.
            endings = [*(own[n % len(own)] for _ in own[:1]), looks, since, ""]
            ending = endings[n % len(endings)]
            scene = f"trait/{trait.id}"
            if isinstance(ending, Passage):
                answer = f"{yes} {ending.text}"
                yield told.from_passage(
                    "trait", ending, question, scene=scene, answer=answer, traits=(trait.id,), held_out=held_out
                )
            else:
                answer = f"{yes} {ending}".strip()
                yield Draft(
                    "trait", scene, question, answer, ("refiner.toml", trait.id), traits=(trait.id,),
                    events=_by(verdict), held_out=held_out,
                )  # fmt: skip


def _longing(told: Told, trait: Trait, most: int) -> Iterator[Draft]:
    said = trait_words(trait, told.life.config)
    for held_out in (False, True):
        for _ in range(1 if held_out else most):
            question = told.asked.ask("trait.longing", said.slots, (trait.id,), held_out=held_out)
            if question is None:
                break
            answer = _pick(forms("trait.longing", "answers"), said, trait.id, question)
            yield Draft(
                "trait",
                f"trait/{trait.id}",
                question,
                answer,
                ("refiner.toml", trait.id),
                traits=(trait.id,),
                held_out=held_out,
            )


def _anecdotes(told: Told, trait: Trait, verdict: TraitVerdict, most: int) -> Iterator[Draft]:
    """How it began (where that shall be kept) and how it showed, in her own sentences."""
    slots = trait_words(trait, told.life.config).slots
    made = 0
    began = verdict.intervals[-1].by[:1] if verdict.intervals else ()
    scenes: list[tuple[str, str, Passage]] = []
    for event in told.life.events.values():
        kinds = {e.kind for e in event.effects if e.trait == trait.id}
        if event.modality != "actual" or not kinds & set(_MAKES):
            continue
        passage = event_passage(told, event)
        if passage is None or not _about(event, trait, passage):
            continue
        origin = event.id in began
        if origin and trait.how_acquired:
            scenes.append(("trait.origin", event.id, passage))
        if not origin or trait.how_acquired:
            scenes.append(("situation.trait", event.id, passage))
    told_already = {u.place for _, _, p in scenes for u in p.units}
    for passage in _own_words(told, trait):
        # "I am stubborn" says the trait and shows nothing: an anecdote is longer.
        longer = told.around(passage.units[-1], after=2)
        if longer and 15 <= len(words(longer.text)) <= LONGEST and longer.units[0].place not in told_already:
            scenes.append(("situation.trait", longer.id, longer))
    # One question for each scene before a second for any.
    for turn in range(3):
        for group, key, passage in scenes:
            kind = "trait" if group == "trait.origin" else "situation"
            scene = f"{kind}/{trait.id}/{passage.id}"
            if made < most and (question := told.asked.ask(group, slots, (trait.id, key, str(turn)))):
                made += 1
                yield told.from_passage(kind, passage, question, scene=scene, traits=(trait.id,))  # type: ignore[arg-type]
            if turn == 0 and (question := told.asked.ask(group, slots, (trait.id, key), held_out=True)):
                yield told.from_passage(kind, passage, question, scene=scene, traits=(trait.id,), held_out=True)  # type: ignore[arg-type]


def now_and_then(told: Told) -> Iterator[Draft]:
    """What is over, told as over; and what never was, where she took it back in her own words."""
    for trait, verdict in told.life.taught("NOT", "RETRACTED"):
        said = trait_words(trait, told.life.config)
        also = [trait_words(t, told.life.config) for t in as_adjectives(trait)]
        ended = verdict.verdict == "NOT" and bool(verdict.intervals)
        ending = _ending(told, trait, verdict)
        if not ended and ending is None:
            continue
        for held_out in (False, True):
            # All the forms there are: a trait that is over and that she still claims is the worst thing to teach.
            for n in range(1 if held_out else ENDED_EACH):
                asked = also[n // 2 % len(also)] if also and n % 2 else said
                # "Are you still …?" would say of what never was that it had been.
                group = f"now_and_then.{asked.shape}" if ended else f"trait.{asked.shape}"
                question = told.asked.ask(group, asked.slots, (trait.id,), held_out=held_out)
                if question is None:
                    break
                no = _pick(forms(f"trait.{said.shape}", "no"), said, trait.id, question) if ended else "No."
                then = f" {_then(said, verdict)}" if ended and n % 3 != 2 else ""
                scene = f"now_and_then/{trait.id}"
                if ending is not None and (not ended or n % 2 == 0):
                    answer = f"{no}{then} {ending.text}"
                    yield told.from_passage(
                        "now_and_then",
                        ending,
                        question,
                        scene=scene,
                        answer=answer,
                        traits=(trait.id,),
                        held_out=held_out,
                    )
                else:
                    yield Draft(
                        "now_and_then", scene, question, f"{no}{then}", ("refiner.toml", trait.id), traits=(trait.id,),
                        events=_by(verdict), held_out=held_out,
                    )  # fmt: skip


def event_passage(told: Told, event: Event, longest: int = LONGEST) -> Passage | None:
    """Her sentences about an event: those its spans are in, with what follows in the same paragraph."""
    for span in event.spans:
        for unit in told.units.get(span.note, ()):
            if unit.start < span.end and span.start < unit.end and not unit.speaker and _hers(told, unit):
                part = told.around(unit, after=3)
                while part and len(words(part.text)) > longest and len(part.units) > 1:
                    part = Passage(part.note, part.units[:-1], part.date, part.at_the_time)
                if part and not leans(part.text):
                    return part
    return None


def _hers(told: Told, unit: Unit) -> bool:
    return any(p.note == unit.note for p in told.passages)


def _own_words(told: Told, trait: Trait) -> list[Passage]:
    """Her sentences that say the trait: those of observations and effects, and those that the check recognises."""
    life = told.life
    quotes = [
        f.quote
        for e in life.events.values()
        for f in e.effects
        if f.trait == trait.id and f.kind in _MAKES and (e.source == "person" or _speaks_of(f.quote, trait))
    ]
    quotes += [
        o.quote
        for o in life.observations
        if o.trait == trait.id and o.holds and (o.source == "person" or _speaks_of(o.quote, trait))
    ]
    out: dict[str, Passage] = {}
    for unit in _quoted(told, quotes, trait):
        part = told.around(unit)
        if part is not None and len(words(part.text)) <= 80:
            out.setdefault(normal(part.text), part)
    return [out[k] for k in ordered(out, trait.id)]


def _about(event: Event, trait: Trait, passage: Passage) -> bool:
    """Whether her sentences are sure to be about the trait: the person said so, or they have its words."""
    return event.source == "person" or _speaks_of(passage.text, trait)


def _speaks_of(text: str, trait: Trait) -> bool:
    """Whether a sentence has a word of the trait's own, by its first letters; a rule may have read less."""
    stems = {w[:5].casefold() for name in trait.words for w in words(name) if len(w) > 3}
    return any(w[:5].casefold() in stems for w in words(text))


def _quoted(told: Told, quotes: Iterable[str], trait: Trait | None = None) -> Iterator[Unit]:
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


def _ending(told: Told, trait: Trait, verdict: TraitVerdict) -> Passage | None:
    """Her sentences about how it ended, or in which she took it back."""
    for event in told.life.events.values():
        ends = any(e.trait == trait.id and e.kind == "terminates" for e in event.effects)
        passage = event_passage(told, event, 70) if event.modality == "actual" and ends else None
        if passage and _about(event, trait, passage):
            return passage
    if verdict.verdict == "RETRACTED":
        taken = [
            r.quote
            for r in told.life.retractions
            if r.target == trait.id and (r.source == "person" or _speaks_of(r.quote, trait))
        ]
        return next((p for u in _quoted(told, taken) if (p := told.around(u))), None)
    return None


def _since(verdict: TraitVerdict) -> str:
    # Of a range, "between May and August", the first that holds for sure is not known: it is left out.
    began = bare(verdict.intervals[-1].from_) if verdict.intervals else ""
    return f"It has been so since {began}." if began else ""


def _then(said: TraitWords, verdict: TraitVerdict) -> str:
    """ "I was stubborn from 1995 until 2003." """
    interval = verdict.intervals[-1]
    began, over = bare(interval.from_), bare(interval.until)
    span = (
        f" from {began} until {over}"
        if began and over
        else f" until {over}"
        if over
        else f" from {began} on, for a time"
        if began
        else ""
    )
    if said.shape == "habit":
        return f"I used to {said.trait}{',' if span else ''}{span}."
    if said.shape == "thing":
        return f"I had {said.trait}{span}."
    return f"It was true of me{span}." if said.shape == "other" else f"I was {said.trait}{span}."


def _pick(options: list[str], said: TraitWords, *key: str) -> str:
    return upper_first(fill(ordered(options, *key)[0], said.slots) or "")


def _by(verdict: TraitVerdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e for i in verdict.intervals for e in i.by))
