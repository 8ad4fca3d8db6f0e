"""Samples about who she is (identity) and what she cannot tell (boundary). No note answers these: the facts are those
of [persona], of the timeline's *now*, and of what no note speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from refiner.models import SampleKind
from refiner.stages.composing.draft import Draft, Told
from refiner.stages.composing.questions import fill, fill_all, forms, ordered, that_fit
from refiner.stages.composing.text import and_join, says_i, upper_first, words
from refiner.stages.composing.when import in_words, years_of
from refiner.stages.composing.wording import trait_words

_WORK = re.compile(
    r"\bI (?:work (?:as|at|for|in|with)|teach|run|design|write|build|drive|manage|practi[sc]e|am employed"
    r"|am an? (?:\w+ ){0,2}(?:engineer|teacher|doctor|nurse|architect|designer|writer|editor|lawyer|accountant"
    r"|programmer|developer|manager|clerk|scientist|researcher|professor|lecturer|student|officer|analyst|consultant|journalist|artist|musician|farmer|cook|chef"
    r"|carpenter|electrician|pilot|banker|librarian|photographer))\b"
)
_WISHED = re.compile(
    r"\b(?:dream\w*|want\w*|would|wish\w*|hope\w*|plan\w*|used to|if|one day|never|not|like to)\b", re.I
)
PER_GROUP = {"future": 4, "before_birth": 3, "empty_year": 4, "place": 8, "detail": 10, "you": 8}
ANSWER_ONLY = 99


def identity(told: Told) -> Iterator[Draft]:
    """Who she is: every form is asked, for these few facts must not fail."""
    life = told.life
    slots = _about_her(told)
    groups = ["hello", "name", "who", "gender", "not_gender", "ai"]
    groups += [
        g
        for g, needs in (("nickname", "nickname"), ("born", "born"), ("age", "age"), ("culture", "culture"))
        if slots.get(needs)
    ]
    for group in groups:
        yield from _asked("identity", group, told, slots)
    before = life.config.persona.before
    for old in dict.fromkeys(n for n in (before.name.split(" ")[0], before.name, *before.nicknames[:1]) if n):
        if life.first and old.casefold() != life.first.casefold():
            wanted = ANSWER_ONLY if old == before.name.split(" ")[0] else 1
            asked = list(_asked("identity", "old_name", told, {**slots, "old": old}, most=wanted))
            yield from asked
            yield from _insisted(told, asked, "identity.insist", {**slots, "old": old}, most=3)
    yield from _work(told)


def _about_her(told: Told) -> dict[str, str]:
    life = told.life
    persona = life.config.persona
    female = persona.after.gender == "female"
    woman, girl, man, boy = ("woman", "girl", "man", "boy") if female else ("man", "boy", "woman", "girl")
    born = in_words(persona.born) if persona.born else ""
    names = [trait_words(t, life.config) for t, _ in life.taught("HOLDS")[:6]]
    traits = [w.mine.trait for w in names if w.shape == "adjective"]
    said = f" I am {and_join(traits[:3])}." if traits else ""
    return {
        "name": life.name, "first": life.first, "nickname": next((n for n in persona.after.nicknames if n), ""),
        "woman": woman, "a_woman": f"a {woman}", "man": man, "a_man": f"a {man}",
        "a_girl": f"a {girl}", "a_boy": f"a {boy}",
        "she": "she" if female else "he", "she_her": "she and her" if female else "he and him",
        "born": born, "age": _age(persona.born, life.timeline.now), "culture": persona.culture, "trait_sentence": said,
        "born_clause": f", born {born}" if born else "", "born_sentence": f" I was born {born}." if born else "",
    }  # fmt: skip


def _age(born: str, now: str) -> str:
    """How old she is today in years; "" where the day of birth is not known to the day, or the year not at all."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", born) or now[:10] < born:
        return ""
    return str(int(now[:4]) - int(born[:4]) - (now[5:10] < born[5:10]))


def _asked(
    kind: SampleKind, group: str, told: Told, slots: Mapping[str, str], *, most: int = ANSWER_ONLY
) -> Iterator[Draft]:
    """The forms of a group with answers of the group, each chosen by hash."""
    name = f"{kind}.{group}"
    facts = tuple(slots.get(k, "") for k in ("old", "year", "place"))
    for held_out in (False, True):
        made = 0
        listed = forms(name, "held_out" if held_out else "train")
        # Of herself the plainest questions come first, as the file has them; years and places take theirs by hash.
        for form in listed if kind == "identity" else ordered(listed, name, *facts):
            question = fill(form, slots)
            fit = that_fit(question or "", forms(name, "answers"))
            answers = [a for f in ordered(fit, name, form, *facts) if (a := fill_all(f, slots))]
            if (
                question
                and answers
                and made < (most if not held_out else max(1, most // 2))
                and told.asked.claim(question, (name, *facts))
            ):
                made += 1
                scene = "/".join((kind, group, *(f for f in facts if f and group != "old_name"))).replace(" ", "-")
                yield Draft(kind, scene, question, upper_first(answers[0].strip()), (name, *facts), held_out=held_out)


def _insisted(
    told: Told, asked: Sequence[Draft], group: str, slots: Mapping[str, str], *, most: int
) -> Iterator[Draft]:
    """A second turn for some of what was asked: the asker does not let go, and she stays with her answer."""
    for held_out in (False, True):
        for first in [d for d in asked if d.held_out == held_out][: most if not held_out else 1]:
            on = told.asked.say(group, (first.id,), slots, held_out=held_out)
            options = [a for f in ordered(forms(group, "answers"), group, first.id) if (a := fill_all(f, slots))]
            yield replace(first, question=on, answer=options[0], turns=((first.question, first.answer),))


def _work(told: Told) -> Iterator[Draft]:
    """What she does, in her own sentence, where a note of the last two years says it."""
    now = int(told.life.timeline.now[:4])
    recent = [p for p in told.passages if p.at_the_time and p.date[:4].isdigit() and now - 2 <= int(p.date[:4]) <= now]
    undated = [p for p in told.passages if not p.date]  # of the present, as what has no date is
    for passage in (*sorted(recent, key=lambda p: p.date, reverse=True), *undated):
        for unit in passage.units:
            real = _WORK.search(unit.text) and says_i(unit.text) and not _WISHED.search(unit.text)
            part = told.around(unit) if real else None
            if part is None or len(words(part.text)) > 60:
                continue
            for held_out in (False, True):
                for _ in range(1 if held_out else 3):
                    if question := told.asked.ask("identity.work", {}, (part.id,), held_out=held_out):
                        yield told.from_passage("identity", part, question, scene="identity/work", held_out=held_out)
            return


def boundary(told: Told) -> Iterator[Draft]:
    """Years that have not come or have nothing, places and details that no note has, and what only the asker knows."""
    life = told.life
    now_year = int(life.timeline.now[:4])
    born = re.match(r"\d{4}", life.config.persona.born)
    everything = "\n".join(n.text for n in life.notes.values())
    said = {w.casefold() for w in words(everything)}
    slots = {"now_year": str(now_year), "born_year": born[0] if born else ""}
    years = ordered((str(now_year + n) for n in range(1, 16)), "future")[: PER_GROUP["future"]]
    pools = [("future", years)]
    if born:
        early = ordered((str(int(born[0]) - n) for n in range(2, 40)), "before_birth")[: PER_GROUP["before_birth"]]
        pools += [("before_birth", early), ("empty_year", _empty_years(told, int(born[0]), now_year, everything))]
    for group, pool in pools:
        for year in pool:
            yield from _asked("boundary", group, told, {**slots, "year": year}, most=2)
    # A place of two words counts as named when any of its words is there.
    places = [p for p in forms("boundary.place", "places") if not {w.casefold() for w in words(p)} & said]
    for place in ordered(places, "place")[: PER_GROUP["place"]]:
        yield from _asked("boundary", "place", told, {**slots, "place": place}, most=1)
    details = list(_details(told, said))
    yield from details
    yield from _insisted(told, details, "boundary.insist", slots, most=5)
    yield from _asked("boundary", "you", told, slots, most=PER_GROUP["you"])
    yield from _not_lived(told)


def _empty_years(told: Told, born: int, now: int, everything: str) -> list[str]:
    """Years of her life of which no note, date or event speaks."""
    full: set[int] = {born, now}
    for event in told.life.events.values():
        span = years_of(event.when)
        if span is None or span[1] - span[0] > 12:
            continue
        full |= set(range(span[0] - 1, span[1] + 2))
    full |= {int(y) for y in re.findall(r"\b(?:19|20)\d{2}\b", everything)}
    for verdict in told.life.timeline.traits:  # years in which something that is told went on
        for interval in verdict.intervals:
            if interval.from_[:4].isdigit() and interval.until[:4].isdigit():
                full |= set(range(int(interval.from_[:4]), int(interval.until[:4]) + 1))
    # Only in the middle of a silence: a class or an age near by may be of the year before or after.
    empty = [str(y) for y in range(born + 4, now) if not {y - 1, y, y + 1} & full]
    return ordered(empty, "empty_year")[: PER_GROUP["empty_year"]]


def _details(told: Told, said: set[str]) -> Iterator[Draft]:
    for held_out in (False, True):
        made = 0
        for form in ordered(forms("boundary.detail", "held_out" if held_out else "train"), "detail"):
            question, _, keys = (part.strip() for part in form.partition("|"))
            known = any(k in said or f"{k}s" in said for k in keys.split())
            if known or made >= PER_GROUP["detail"] or not told.asked.claim(question, ("boundary.detail",)):
                continue
            made += 1
            answer = ordered(forms("boundary.detail", "answers"), question)[0]
            # One scene for all: what is learnt is to say "I don't know", whatever is asked.
            yield Draft("boundary", "boundary/detail", question, answer, ("boundary.detail",), held_out=held_out)


def _not_lived(told: Told) -> Iterator[Draft]:
    """What was planned, denied or only imagined, asked as if it had happened; she answers in her own sentences."""
    from refiner.stages.composing.labels import did

    for event in told.life.events.values():
        clause = did(told.life.labels.get(event.id, ""))
        if event.modality == "actual" or event.subject != "self" or not clause:
            continue
        for unit in (u for s in event.spans for u in told.units.get(s.note, ()) if u.start < s.end and s.start < u.end):
            if unit.speaker or unit.note not in told.passages_of:
                continue  # somebody's message, or another's note: not her sentence
            if part := told.around(unit, after=1):
                for held_out in (False, True):
                    if question := told.asked.ask(
                        "boundary.not_lived", {"did": clause}, (event.id,), held_out=held_out
                    ):
                        scene = f"boundary/not-lived/{event.id}"
                        yield told.from_passage("boundary", part, question, scene=scene, held_out=held_out)
                break
