"""Questions to her own sentences, as a friend would ask them: written by the model, held against the passage, and heard
only where the model itself finds the passage again by the question among others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.untrusted import as_data
from refiner.checks.stems import WORD
from refiner.config import Config
from refiner.edits import digest
from refiner.models import CanonEntry
from refiner.stages.asked.compose_checks import (
    Source,
    allowed,
    content,
    first_person,
    lacking,
    sentences,
    ungrounded,
    wrong_gender,
)
from refiner.stages.asked.compose_trust import answered_by
from refiner.stages.composing.scenes import Unit
from refiner.stages.composing.text import leans, normal, says_i

LONGEST = 25  # words of a question
GIVES_AWAY = 0.6  # share of the answer's words that a question may have
RUN = 9  # words in a row of the answer that it may not have
OPTION = 60  # words of a passage among the four
_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.I)
_I = {"you": "I", "your": "my", "yours": "mine", "yourself": "myself"}
_BE = re.compile(r"\b(?:(were|are) you|you (were|are))\b", re.I)


class Asked(Shape):
    """The question, or ""."""

    question: str


class Chosen(Shape):
    """The sentences that answer, by number, and the question, or nothing."""

    sentences: list[int]
    question: str


@dataclass(frozen=True)
class Setting:
    """What all questions of a life are held against."""

    config: Config
    canon: tuple[CanonEntry, ...]
    name: str
    taken: frozenset[str]  # questions that are asked already, in normal form


def to_i(question: str) -> str:
    """A question to "you" as she would put it to herself, for the rules that read what the narrator says."""
    text = _BE.sub(lambda m: (("was" if (m[1] or m[2]).lower() == "were" else "am") + " I") if m[1] else
                   "I " + ("was" if m[2].lower() == "were" else "am"), question)  # fmt: skip
    return _YOU.sub(lambda m: _I[m[0].lower()], text)


def wrong_question(question: str, answer: str, source: Source, given: Setting) -> str:
    """Why a question cannot stand before an answer, in words for the model; "" if it can."""
    question = question.strip()
    count = len(WORD.findall(question))
    if question.count("?") != 1 or not question.endswith("?") or len(sentences(question)) != 1:
        return "it must be one question with a question mark at its end"
    if not 3 <= count <= LONGEST:
        return f"it must have at most {LONGEST} words" if count > LONGEST else "it must be a whole question"
    if first_person(question) or not _YOU.search(question):
        return 'it must speak to "you", and not say "I" or "we"'
    if why := ungrounded(question, source, allowed("asking")):
        return why
    if why := wrong_gender(to_i(question), source, given.config, given.canon):
        return why
    asked, told = content(question), content(answer)
    if len(told) >= 4 and len(asked & told) > GIVES_AWAY * len(told) or runs(question) & runs(answer):
        return "it must not tell the answer"
    if not asked & content(f"{source.passage} {source.when}"):
        return "it must ask for something that stands in the text"
    if what := lacking(question, f"{answer} {source.when}"):
        return f"the text does not answer it: it has not {what}"
    return "this question is asked already: ask for something else" if normal(question) in given.taken else ""


def runs(text: str) -> set[str]:
    """All runs of so many words that nobody says them twice by chance."""
    words = normal(text).split()
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def option(text: str) -> str:
    """A passage as one of four: one line, not too long."""
    words = as_data(" ".join(text.split())).split()
    return " ".join(words[:OPTION]) + (" …" if len(words) > OPTION else "")


async def _found_again(
    asker: Asker, note: str, question: str, answer: str, others: Sequence[str], before: str = ""
) -> bool:
    """Whether the model finds the answer by its question among others. Its place follows from its words."""
    options = sorted((option(t) for t in (answer, *others)), key=lambda t: digest("order", question, t))
    truth = options.index(option(answer))
    return await answered_by(asker, note, question, options, option(before) if before else "") == truth


async def ask_for(asker: Asker, note: str, source: Source, others: Sequence[str], given: Setting, stand_in: str) -> str:
    """The question to which a passage is the answer; "" where the model has none. `others`: passages that are not it.
    `stand_in`: a question of like length, for a dry run."""
    messages = asker.prompt("compose_ask").messages(name=given.name, passage=as_data(source.passage), when=source.when)

    def check(answer: Asked) -> str:
        why = wrong_question(answer.question, source.passage, source, given) if answer.question.strip() else ""
        return f'question: {why}, or be ""' if why else ""

    said = await asker.ask(Ask("compose_ask", note, tuple(messages), Asked, 60, check))
    question = said.value.question.strip() if said else stand_in if asker.dry else ""
    found = question and await _found_again(asker, note, question, source.passage, others)
    return question if found else ""


async def follow_up(
    asker: Asker, note: str, talk: tuple[str, str], second: str, others: Sequence[str], given: Setting, stand_in: str,
    names: frozenset[str],
) -> str:  # fmt: skip
    """The question between two parts of what she tells; "" where the model has none. `talk`: the first question and
    its answer."""
    question, first = talk
    messages = asker.prompt("compose_follow").messages(
        name=given.name, question=question, first=as_data(first), second=as_data(second)
    )
    source = Source(f"{first} {second}", names=names)

    def check(answer: Asked) -> str:
        why = wrong_question(answer.question, second, source, given) if answer.question.strip() else ""
        return f'question: {why}, or be ""' if why else ""

    said = await asker.ask(Ask("compose_follow", note, tuple(messages), Asked, 60, check))
    new = said.value.question.strip() if said else stand_in if asker.dry else ""
    return new if new and await _found_again(asker, note, new, second, [first, *others[:2]], first) else ""


async def media_answer(
    asker: Asker, note: str, title: str, units: Sequence[Unit], others: Sequence[str], given: Setting, stand_in: str,
    names: frozenset[str],
) -> tuple[tuple[Unit, ...], str]:  # fmt: skip
    """Her sentences that say what a work did to her, and the question for them; nothing where the model has none."""
    shown = "\n".join(f"{n}. {as_data(u.text)}" for n, u in enumerate(units, 1))
    messages = asker.prompt("compose_media").messages(name=given.name, title=as_data(title), sentences=shown)
    source = Source(f"{title} {' '.join(u.text for u in units)}", names=names)

    def check(answer: Chosen) -> str:
        if not answer.sentences and not answer.question.strip():
            return ""
        if why := wrong_choice(answer.sentences, units):
            return f"sentences: {why}, or both empty"
        told = " ".join(units[n - 1].text for n in answer.sentences)
        why = wrong_question(answer.question, told, source, given)
        if not why and normal(title) not in normal(answer.question):
            why = f"it must name “{title}”"
        return f'question: {why}, or "" and no sentences' if why else ""

    said = await asker.ask(Ask("compose_media", note, tuple(messages), Chosen, 80, check))
    if said is None and asker.dry:
        await _found_again(asker, note, stand_in, " ".join(u.text for u in units), others)
    if said is None or not said.value.sentences:
        return (), ""
    part = tuple(units[n - 1] for n in said.value.sentences)
    question = said.value.question.strip()
    found = await _found_again(asker, note, question, " ".join(u.text for u in part), others)
    return (part, question) if found else ((), "")


def wrong_choice(numbers: Sequence[int], units: Sequence[Unit]) -> str:
    """Why these sentences are no answer, in words for the model; "" if they are one."""
    if not numbers or any(not 1 <= n <= len(units) for n in numbers):
        return f"give numbers from 1 to {len(units)}"
    if list(numbers) != list(range(numbers[0], numbers[0] + len(numbers))):
        return "they must stand together, in order"
    part = [units[n - 1] for n in numbers]
    if leans(part[0].text) and numbers[0] > 1:
        return f"sentence {numbers[0]} leans on the one before it: begin there"
    return "" if any(says_i(u.text) for u in part) else "one of them must say what it did to the one who tells"
