"""A substitute for an entry of the canon that waits for one, with its forms, fitting the culture and the years.

The model is asked twice, the second time with everything in the other order: what it says both times is proposed as an
entry (origin "model", undecided); where it says two things, the person chooses. Nothing else is written anywhere.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, Field

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.untrusted import addresses_a_model, as_data
from refiner.checks.stems import stems, stop
from refiner.config import Config
from refiner.culture import is_indian
from refiner.edits import digest, question_id
from refiner.language import activities_sports as sports
from refiner.language import lexicon
from refiner.language.handles import within_handle
from refiner.language.names import from_canon
from refiner.language.parse import parse
from refiner.models import CanonEntry, Choice, ChoiceEffect, Note, Question, StageResult
from refiner.prompts import Prompt
from refiner.stages.asked.sentence_checks import man_or_woman
from refiner.stages.selfimage import PRAISE

NAME = "canon"
SENTENCES = 5
WORDS = 16  # beside the entry, as candidates for its forms
FORMS = 8
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Form(Shape):
    """A word that follows the entry, and what stands there instead."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: str = Field(alias="from")
    to: str


class Substitute(Shape):
    """What the model chose."""

    after: str
    forms: tuple[Form, ...]
    why: str


@dataclass(frozen=True)
class Place:
    """Where an entry stands: what the model gets of it, and what its answer is held against."""

    note: Note
    start: int
    end: int
    sentences: tuple[str, ...]
    words: tuple[str, ...]
    years: str
    taken: frozenset[str]  # words of names: of the persona and of the people in the notes
    told: frozenset[str]  # all words of the notes


def waiting(canon: Iterable[CanonEntry], config: Config, notes: Sequence[Note]) -> list[CanonEntry]:
    """The entries that need a substitute and that a note holds.

    In practice: `policy.replace = {X = "*"}` where the table of the culture has no X, so that the rule could only take
    what it takes for everything; user names and nicknames without a partner, in which the old name does not stand; and
    institutions or activities that somebody entered without a substitute. What the person wrote is never asked about.
    """
    canon = tuple(canon)
    names = from_canon(canon)
    out = []
    for e in canon:
        if e.origin in ("person", "model") or e.status in ("rejected", "edited") or not e.before.strip():
            continue
        empty = e.after == "" and e.kind in ("name", "institution", "activity") and not within_handle(e.before, names)
        empty = empty and not e.id.startswith("name:middle:")  # she has none
        if (empty or _left_to_chance(e, config)) and any(_holds(e.before).search(n.text, n.body_start) for n in notes):
            out.append(e)
    return out


def _left_to_chance(entry: CanonEntry, config: Config) -> bool:
    """Whether `policy.replace` leaves the choice open and the rules have nothing better than their default."""
    asked = {k.casefold(): v for k, v in config.policy.replace.items()}
    low = entry.before.casefold()
    if asked.get(low) != "*" or entry.id != f"replace:{low}":
        return False
    culture = "india" if is_indian(config.persona.culture) else "other"
    table = lexicon.data()["activities"][culture][config.persona.after.gender]
    return low not in table


async def offers(
    asker: Asker, entries: Sequence[CanonEntry], notes: Sequence[Note], config: Config
) -> tuple[StageResult, ...]:
    """For each entry its proposal, or the question that offers both where two askings disagree. Stage "canon"."""
    return tuple(await asyncio.gather(*(_offer(asker, e, notes, config) for e in entries)))


async def _offer(asker: Asker, entry: CanonEntry, notes: Sequence[Note], config: Config) -> StageResult:
    place = _place(entry, notes, config)
    if place is None:
        return StageResult(note="", stage=NAME)
    nothing = StageResult(note=place.note.path, stage=NAME)
    prompt, failed_before = asker.prompt("canon"), asker.failed
    said: list[Substitute] = []
    for turned in (False, True):
        ask = Ask(
            "canon", place.note.path, _messages(prompt, entry, place, config, turned), Substitute, 220,
            _checker(entry, place, config),
        )  # fmt: skip
        answer = await asker.ask(ask)
        if answer is not None:
            said.append(answer.value)
        elif not asker.dry:
            break
    if len(said) == 2 and _plain(said[0].after) == _plain(said[1].after):
        return nothing.model_copy(update={"canon": (_entry(entry, said, "model"),)})
    if len(said) == 2:
        return nothing.model_copy(update={"questions": (_which(entry, place, said),)})
    if asker.failed > failed_before:
        return nothing.model_copy(update={"questions": (_none_found(entry, place),)})
    return nothing


# ---- what the model gets ---------------------------------------------------------------------------------------------


def _place(entry: CanonEntry, notes: Sequence[Note], config: Config) -> Place | None:
    holds, found, years = _holds(entry.before), list[tuple[Note, int, int, str]](), set[str]()
    for note in notes:
        for s in note.sentences:
            m = holds.search(s.text)
            if m is None or addresses_a_model(s.text):
                continue
            found.append((note, s.start + m.start(), s.start + m.end(), as_data(" ".join(s.text.split()))))
            dated = (note.meta.date, note.meta.written, note.entries[s.entry].date if note.entries else "")
            years.update(_YEAR.findall(" ".join((*dated, s.text))))
    if not found:
        return None
    # A few from everywhere rather than all from the first note.
    step = max(1, len(found) // SENTENCES)
    sentences = tuple(dict.fromkeys(x[3] for x in found[::step]))[:SENTENCES]
    persona = config.persona
    own = (persona.before, persona.after)
    taken = {w for side in own for n in (side.name, *side.nicknames, *side.handles) for w in _low(n)}
    small = {m[0] for n in notes for m in _WORD.finditer(n.text[n.body_start :]) if m[0].islower()}
    people = {w for n in notes for s in n.sentences for w in _names_in(s.text)}
    taken |= {w for w in people - small if not sports.sport(w)}  # "Badminton Club" is nobody
    note, start, end, _ = found[0]
    when = f"{min(years)} to {max(years)}" if len(years) > 1 else next(iter(years), "not told")
    told = frozenset(w for n in notes for w in _low(n.text[n.body_start :]))
    return Place(note, start, end, sentences, tuple(_beside(entry, sentences)), when, frozenset(taken), told)


def _holds(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w]){re.escape(words)}(?![\w])", re.IGNORECASE)


def _low(text: str) -> list[str]:
    return [re.sub(r"['’]s?$", "", m[0].casefold()) for m in _WORD.finditer(text)]


def _names_in(text: str) -> set[str]:
    """Words with a capital within a sentence, and given names at its beginning."""
    capitals = ((m.start(), w) for m in _WORD.finditer(text) if m[0][0].isupper() for w in _low(m[0]))
    return {w for at, w in capitals if w not in stop() and (at or lexicon.gender_of_name(w))}


def _beside(entry: CanonEntry, sentences: Sequence[str]) -> Iterator[str]:
    """Nouns and verbs of the entry's sentences that may belong to it: gendered words and people stay what they are."""
    seen = set(_low(entry.before))
    for sentence in sentences:
        for t in parse(sentence):
            low = t.lower_
            word = t.pos_ in ("NOUN", "VERB") or t.pos_ == "PROPN" and t.text.islower()  # one that spaCy does not know
            if not word or low in seen or low in stop() or not t.is_alpha or len(low) < 3:
                continue
            seen.add(low)
            if not lexicon.gender_of_word(low) and len(seen) <= WORDS + len(_low(entry.before)):
                yield low


def _messages(
    prompt: Prompt, entry: CanonEntry, place: Place, config: Config, turned: bool
) -> tuple[dict[str, str], ...]:
    persona = config.persona
    facts = [
        f"Thing: {as_data(entry.before)} ({_kind(entry)})",
        f"Culture: {persona.culture or 'not told'}",
        f"Years: {place.years}" + (f"; the narrator was born {persona.born}" if persona.born else ""),
    ]
    turn = reversed if turned else list
    return tuple(
        prompt.messages(
            was=man_or_woman(persona.before.gender), now=man_or_woman(persona.after.gender), facts=list(turn(facts)),
            sentences=list(turn(place.sentences)), words=list(turn(place.words)),
        )
    )  # fmt: skip


def _kind(entry: CanonEntry) -> str:
    if entry.kind != "name":
        return entry.kind
    return "user name" if entry.id.startswith("name:handle") else "nickname"


# ---- how its answer is checked ---------------------------------------------------------------------------------------


def _checker(entry: CanonEntry, place: Place, config: Config) -> Callable[[Substitute], str]:
    """Says what is wrong with an answer, in words for the model."""
    was = config.persona.before.gender
    gender = man_or_woman(was)

    def unfit(words: str) -> bool:
        low = _low(words)
        named = entry.kind == "name" and any(lexicon.gender_of_name(w) == was for w in low)
        return named or any(lexicon.gender_of_word(w) == was for w in (*low, *re.findall(r"[a-z]+", words.casefold())))

    def check(answer: Substitute) -> str:
        after, low = answer.after.strip(), _low(answer.after)
        if not low or len(low) > 4 or len(after) > 40 or "\n" in after:
            return "after: give 1 to 4 words"
        had = set(_low(entry.before))
        same_kind = entry.kind in ("name", "institution")  # these may keep the rest of it
        if _plain(after) == _plain(entry.before) or set(low) & had and not same_kind:
            return "after: give something else than the old thing"
        if unfit(after):
            return f"after: that says a {gender} again"
        called = {*low, *re.findall(r"[^\W\d_]+", after.casefold())} & place.taken - had
        if entry.kind == "name" and (called or not re.fullmatch(r"@?[\w.-]+", after)):
            return "after: give one new word that nobody in the notes is called"
        if entry.kind != "name" and (called or any(map(lexicon.gender_of_name, low))):
            return "after: do not name people"
        if any(w in _SAYING or stems(w)[0] in PRAISE for w in low):
            return "after: name a thing, and do not praise"
        if any(s in PRAISE for w in _low(answer.why) for s in stems(w)[:1]) or len(answer.why.split()) > 20:
            return "why: at most 20 plain words, no praise"
        return _forms_complaint(answer)

    def _forms_complaint(answer: Substitute) -> str:
        if len(answer.forms) > FORMS:
            return f"forms: at most {FORMS}"
        for f in answer.forms:
            word = f.from_.strip().casefold()
            if not _low(word) or not set(_low(word)) <= place.told or word == entry.before.casefold():
                return f'forms: "{f.from_}" is no other word of the notes; leave it out'
            if not f.to.strip() or _plain(f.to) == _plain(f.from_) or len(f.to.split()) > 4:
                return f'forms: "{f.from_}" needs another word, or is left out'
            if unfit(f.to) or any(stems(w)[0] in PRAISE for w in _low(f.to)) or set(_low(f.to)) & place.taken:
                return f'forms: "{f.to}" cannot stand there; leave "{f.from_}" out'
            if lexicon.gender_of_word(word) or set(_low(word)) & place.taken:
                return f'forms: "{f.from_}" is a person; leave it out'
        return ""

    return check


# A thing that is named holds none of these; a sentence about somebody does.
_SAYING = frozenset(("is", "are", "was", "she", "he", "her", "his", "i", "you", "they", "ignore", "instructions"))


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).strip(" .\"'")


# ---- what becomes of it ----------------------------------------------------------------------------------------------


def _entry(entry: CanonEntry, said: Sequence[Substitute], origin: str) -> CanonEntry:
    """The entry with a substitute. Only forms that all answers give are in it; what the rules know of a sport wins."""
    after = said[0].after.strip()
    each = [{f.from_.strip().casefold(): f.to.strip() for f in s.forms} for s in said]
    agreed = {w: to for w, to in each[0].items() if all(_plain(e.get(w, "")) == _plain(to) for e in each)}
    forms = {**agreed, **sports.forms(entry.before, after)}
    mine = origin == "person"
    return entry.model_copy(
        update={
            "after": after,
            "forms": dict(sorted(forms.items())),
            "origin": origin,
            "status": "approved" if mine else "undecided",
            "reason": "your answer for the whole life" if mine else f"the model says: {said[0].why.strip()}",
        }
    )


def _which(entry: CanonEntry, place: Place, said: Sequence[Substitute]) -> Question:
    """Two askings gave two substitutes: the person chooses one, or what the rules have, for the whole life."""
    choices = [
        Choice(
            id=str(n),
            label=f'"{s.after.strip()}", wherever it is told ({s.why.strip()})',
            effect=ChoiceEffect(canon=_entry(entry, [s], "person")),
        )
        for n, s in enumerate(said, 1)
    ]
    if entry.after and all(_plain(entry.after) != _plain(s.after) for s in said):
        kept = entry.model_copy(update={"origin": "person", "status": "approved"})
        choices.append(Choice(id="rule", label=f'"{entry.after}", as it is now', effect=ChoiceEffect(canon=kept)))
    stays = entry.model_copy(update={"after": entry.before, "forms": {}, "origin": "person", "status": "approved"})
    choices.append(Choice(id="stay", label=f'"{entry.before}" stays', effect=ChoiceEffect(canon=stays)))
    return _question(entry, place, f'What shall stand for "{entry.before}" in the whole life?', choices, said)


def _none_found(entry: CanonEntry, place: Place) -> Question:
    return _question(
        entry, place, f'The model found no substitute for "{entry.before}": choose one yourself (canon.toml).',
        [Choice(id="fine", label="it stays as it is"), Choice(id="mend", label="I shall write one")], (),
    )  # fmt: skip


def _question(
    entry: CanonEntry, place: Place, text: str, choices: Sequence[Choice], said: Sequence[Substitute]
) -> Question:
    qid, sha = question_id(place.note, NAME, place.start, place.end, f"substitute:{entry.id}")
    return Question(
        id=qid, note=place.note.path, stage=NAME, start=place.start, end=place.end, subject=f"canon:{entry.id}",
        question=text, choices=tuple(choices), mentions=((place.start, place.end),),
        reason="the model gave two answers" if said else "its answers did not stand up to the checks",
        text_sha=digest(sha, entry.before, *(s.model_dump_json() for s in said)),
    )  # fmt: skip
