"""Samples about traits: what she is (trait), how it shows (situation), what she no longer is (now_and_then).

Only verdicts of the timeline are said, and a trait's dark side as plainly as its bright one. What is CONTESTED,
INCONSISTENT or UNKNOWN is not taught. Where her own sentences say it, they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refiner.config import Trait
from refiner.models import TraitVerdict
from refiner.stages.composing.anecdotes import about, anecdotes, event_passage, own_words, quoted, speaks_of
from refiner.stages.composing.conduct import conducts
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import fill, forms, ordered, that_fit
from refiner.stages.composing.scenes import Passage
from refiner.stages.composing.text import normal, upper_first
from refiner.stages.composing.when import bare
from refiner.stages.composing.wording import TraitWords, as_adjectives, in_person, trait_words

HELD_OUT_EACH = 2
ENDED_EACH = 8  # rows that say that a trait is over


def cap(trait: Trait) -> int:
    """How many samples a trait is offered at most, by its importance, before the mix chooses among them."""
    return 6 + 4 * trait.importance


def trait_samples(told: Told) -> Iterator[Draft]:
    """Explicit statements and anecdotes of every important trait, in the share that the trait's `explicit` asks for."""
    for trait, verdict in told.life.taught("HOLDS", "DORMANT"):
        explicit = round(cap(trait) * trait.explicit)
        if verdict.verdict == "DORMANT":
            yield from _longing(told, trait, max(1, explicit))
        elif explicit:
            yield from _explicit(told, trait, verdict, explicit)
            yield from _conduct(told, trait)
            if trait.polarity == "negative":
                yield from _flattered(told, trait)
        if cap(trait) > explicit:
            yield from anecdotes(
                told,
                trait,
                verdict,
                cap(trait) - explicit,
                lambda key, t=trait: _opening(told, t, key),  # type: ignore[misc]
            )


def _opening(told: Told, trait: Trait, key: str) -> tuple[str, str]:
    """The first turn of a talk about a trait: somebody asks whether she is so, and she says that she is."""
    said = trait_words(trait, told.life.config)
    group = f"trait.{said.shape}"
    question = told.asked.say(group, (trait.id, key), said.slots)
    looks = in_person(trait.description, "I") if trait.description else ""
    return question, f"{_pick(forms(group, 'yes'), said, trait.id, question)} {looks}".strip()


def _explicit(told: Told, trait: Trait, verdict: TraitVerdict, most: int) -> Iterator[Draft]:
    said = trait_words(trait, told.life.config)
    group = f"trait.{said.shape}"
    own = own_words(told, trait)
    since = _since(verdict)
    looks = in_person(trait.description, "I") if trait.description else ""
    for held_out in (False, True):
        for n in range(HELD_OUT_EACH if held_out else most):
            question = told.asked.ask(group, said.slots, (trait.id,), held_out=held_out)
            if question is None:
                break
            pool = [y for y in forms(group, "yes") if trait.polarity == "negative" or "deny" not in y]
            yes = _pick(pool, said, trait.id, question)
            # In turn: her own sentence where there is one, what it looks like, since when, and the plain word.
            endings = [*(own[n % len(own)] for _ in own[:1]), looks, since, ""]
            ending = endings[n % len(endings)]
            scene = f"trait/{trait.id}"
            if isinstance(ending, Passage):
                answer = f"{_short(yes, said, ending.text)} {ending.text}"
                yield told.from_passage(
                    "trait", ending, question, scene=scene, answer=answer, traits=(trait.id,), held_out=held_out
                )
            else:
                answer = f"{yes} {ending}".strip()
                yield Draft(
                    "trait", scene, question, answer, ("refiner.toml", trait.id), traits=(trait.id,),
                    events=_by(verdict), held_out=held_out,
                )  # fmt: skip


def _short(yes: str, said: TraitWords, text: str) -> str:
    """Only "Yes." where her own sentence says the trait by its name."""
    return "Yes." if normal(said.mine.bare) in normal(text) else yes


def _conduct(told: Told, trait: Trait) -> Iterator[Draft]:
    """What she does when, as the trait's own description says it; each asked in so many ways as it is important."""
    for n, conduct in enumerate(conducts(trait)):
        for held_out in (False, True):
            for _ in range(1 if held_out else 1 + trait.importance):
                key = (trait.id, conduct.clause)
                question = told.asked.ask("situation.habit", {"clause": conduct.clause}, key, held_out=held_out)
                if question is not None:
                    yield Draft(
                        "situation", f"situation/{trait.id}/described-{n}", question, conduct.answer,
                        ("refiner.toml", trait.id, conduct.clause), traits=(trait.id,), held_out=held_out,
                    )  # fmt: skip


def _flattered(told: Told, trait: Trait) -> Iterator[Draft]:
    """Somebody who would rather not believe it, and she, who says that it is so: bad sides are not up for flattery."""
    said = trait_words(trait, told.life.config)
    group = f"trait.{said.shape}"
    looks = in_person(trait.description, "I") if trait.description else ""
    for held_out in (False, True):
        options = ordered(forms(group, "flattered_held_out" if held_out else "flattered"), trait.id)
        for n, form in enumerate(options[: 1 if held_out else trait.importance]):
            question = fill(form, said.slots)
            if question is None or not told.asked.claim(question, (trait.id, "flattered")):
                continue
            but = _pick(forms(group, "but"), said, trait.id, question)
            yield Draft(
                "trait", f"trait/{trait.id}/flattered", question, f"{but} {looks if n % 2 == 0 else ''}".strip(),
                ("refiner.toml", trait.id, "flattered"), traits=(trait.id,), held_out=held_out,
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
                if not ended and question.startswith("How"):
                    continue  # "No" answers no "How lazy …?"
                no = _pick(forms(f"trait.{said.shape}", "no"), said, trait.id, question) if ended else "No."
                then = f" {_then(said, verdict)}" if ended and n % 3 != 2 else ""
                scene = f"now_and_then/{trait.id}"
                short = Draft(
                    "now_and_then", scene, question, f"{no}{then}", ("refiner.toml", trait.id), traits=(trait.id,),
                    events=_by(verdict), held_out=held_out,
                )  # fmt: skip
                if ending is not None and (not ended or n % 2 == 0):
                    # Her own sentence often says until when as well.
                    answer = f"{no} {ending.text}" if speaks_of(ending.text, trait) else f"{no}{then} {ending.text}"
                    yield told.from_passage(
                        "now_and_then", ending, question, scene=scene, answer=answer, traits=(trait.id,),
                        held_out=held_out,
                    )  # fmt: skip
                else:
                    yield short
                if ended and (held_out or n == 0):
                    yield from _talks(told, trait, verdict, short)


def _talks(told: Told, trait: Trait, verdict: TraitVerdict, first: Draft) -> Iterator[Draft]:
    """The talk goes on after she has said that it is over: how it ended, and how it had begun."""
    ending = _ending(told, trait, verdict)
    began = [e for i in verdict.intervals for e in i.by[:1] if e in told.life.events]
    starts = [p for e in began if trait.how_acquired and (p := event_passage(told, told.life.events[e], 80))]
    opening = (first.question, first.answer)
    turns = [("now_and_then.ended", ending)] if ending else []
    turns += [("now_and_then.began", p) for p in starts[:1] if ending is None or p.id != ending.id]
    for group, passage in turns:
        on = told.asked.say(group, (trait.id, passage.id), held_out=first.held_out)
        scene = f"now_and_then/{trait.id}"
        draft = told.from_passage("now_and_then", passage, on, scene=scene, traits=(trait.id,), held_out=first.held_out)
        yield replace(draft, turns=(opening,), events=tuple(dict.fromkeys((*draft.events, *first.events))))


def _ending(told: Told, trait: Trait, verdict: TraitVerdict) -> Passage | None:
    """Her sentences about how it ended, or in which she took it back."""
    for event in told.life.events.values():
        ends = any(e.trait == trait.id and e.kind == "terminates" for e in event.effects)
        passage = event_passage(told, event, 70) if event.modality == "actual" and ends else None
        if passage and about(event, trait, passage):
            return passage
    over = [
        o.quote
        for o in told.life.observations
        if o.trait == trait.id
        and not o.holds
        and verdict.verdict == "NOT"
        and (o.source == "person" or speaks_of(o.quote, trait))
    ]
    if found := next((p for u in quoted(told, over) if (p := told.around(u, after=2))), None):
        return found
    if verdict.verdict == "RETRACTED":
        taken = [
            r.quote
            for r in told.life.retractions
            if r.target == trait.id and (r.source == "person" or speaks_of(r.quote, trait))
        ]
        return next((p for u in quoted(told, taken) if (p := told.around(u))), None)
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
    said = said.mine
    if said.shape == "habit":
        return f"I used to {said.trait}{',' if span else ''}{span}."
    if said.shape == "thing":
        return f"I had {said.trait}{span}."
    return f"It was true of me{span}." if said.shape == "other" else f"I was {said.trait}{span}."


def _pick(options: list[str], said: TraitWords, *key: str) -> str:
    fit = that_fit(key[-1], options) if key else options
    return upper_first(fill(ordered(fit, *key)[0], said.mine.slots) or "")


def _by(verdict: TraitVerdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e for i in verdict.intervals for e in i.by))
