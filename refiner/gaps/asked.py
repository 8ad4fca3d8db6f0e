"""A gap's question worded better by a model: one narrow call a gap, from its facts alone; else the rule's stands.

The model decides nothing: which gaps there are, what is asked for and what is asked softly is settled before. A gap
that is gentle is never sent, since a model cannot be held to gentleness by rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.asking.untrusted import addresses_a_model, as_data
from refiner.checks.stems import WORD, stems, stop
from refiner.config import Trait
from refiner.gaps.gap import KINDS, Gap
from refiner.stages.selfimage import PRAISE
from refiner.timeline.numbers import NUMBERS

MOST_WORDS = 30
NEW_WORDS = 2  # content words that neither the facts nor the list of plain words have
QUOTES = 3
TOKENS = 80
_SPEAKS = re.compile(r"\b(?:I|me|my|mine|we|us|our)\b")


class Worded(Shape):
    """The question in the model's words."""

    question: str


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("refiner.gaps").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _plain() -> frozenset[str]:
    return frozenset(s for w in str(_words()["plain"]).split() for s in stems(w))


def facts_said(gap: Gap, trait: Trait | None) -> list[str]:
    """What the model gets of a gap, line by line."""
    out = [f"What is missing: {KINDS[gap.kind]}.", f"Why that is said: {as_data(gap.why)}."]
    if trait is not None:
        about = f" ({as_data(trait.description)})" if trait.description else ""
        out.append(f"The trait: {as_data(trait.title)}{about}.")
    if gap.years:
        out.append(f"The years: {gap.years}.")
    return out


def able(gap: Gap) -> bool:
    """Whether a gap's question may be put to a model at all."""
    return bool(gap.questions) and not gap.gentle and not addresses_a_model(" ".join((gap.why, *gap.quotes)))


def word_gaps(asker: Asker, gaps: Sequence[Gap], traits: Mapping[str, Trait]) -> dict[str, str]:
    """The questions that the model worded and that stand up to the checks, by the gap's id. Raises ModelError."""
    todo = [g for g in gaps if able(g)]
    said = asker.run([partial(_worded, asker, g, traits.get(g.trait)) for g in todo])
    return {gap.id: text for gap, text in zip(todo, said, strict=True) if text}


async def _worded(asker: Asker, gap: Gap, trait: Trait | None) -> str:
    facts, quotes = facts_said(gap, trait), [as_data(q) for q in gap.quotes[:QUOTES]]
    messages = asker.prompt("gap").messages(facts=facts, quotes=quotes, question=gap.question)
    known = " ".join([*facts, *quotes, gap.question])

    def check(answer: Worded) -> str:
        if _same(answer.question, gap.question):
            return ""  # it had nothing better: the rule's question stands
        why = wrong(answer.question, gap, known)
        return f"question: {why}" if why else ""

    # The first of the notes near it: what is said about a note that is deleted goes with it.
    ask = Ask("gap", gap.notes[0] if gap.notes else "", tuple(messages), Worded, TOKENS, check)
    answer = await asker.ask(ask)
    if answer is None or _same(answer.value.question, gap.question):
        return ""
    return " ".join(answer.value.question.split())


def _same(a: str, b: str) -> bool:
    return " ".join(a.split()).casefold() == " ".join(b.split()).casefold()


def wrong(question: str, gap: Gap, known: str) -> str:
    """Why a question cannot stand for the rule's, in words for the model; "" if it can. `known`: what it was given."""
    text = " ".join(question.split())
    words = [m[0] for m in WORD.finditer(text)]
    if not text.endswith("?") or text.count("?") != 1:
        return 'it must be one question that ends with "?"'
    if len(words) > MOST_WORDS or len(words) < 4:
        return f"it must have at most {MOST_WORDS} words"
    if re.search(r"[.!:;][\"”’]?\s+\S", text):
        return "it must be one sentence, nothing before the question"
    if not re.search(r"\byou(?:r|rs|rself)?\b", text, re.I) or _SPEAKS.search(_unquoted(text)):
        return 'it must speak to "you"'
    low = f" {text.casefold().replace('’', chr(39))} "
    for phrase in _words()["presupposes"].get(gap.kind, ()):
        if re.search(rf"\b{re.escape(phrase)}\b", low) and phrase not in gap.question.casefold():
            return f'it must not say that something is so which is not told ("{phrase}")'
    given = known.casefold()
    given_words = {m[0].casefold() for m in WORD.finditer(known)}
    new = sorted({d for d in re.findall(r"\d+", text) if d not in re.findall(r"\d+", known)})
    new += [w for w in words if w.casefold() in NUMBERS and w.casefold() not in {*given_words, "one"}]
    new += [w for w in words[1:] if w[0].isupper() and w != "I" and _bare(w) not in given]
    if new:
        return f"it must not bring in names or numbers: {', '.join(new)}"
    has = {s for w in given_words for s in stems(w)}
    fresh = {w.casefold() for w in words if not set(stems(w)) & (has | _plain()) and w.casefold() not in stop()}
    if praise := sorted(w for w in fresh if set(stems(w)[:1]) & PRAISE):
        return f"it must not praise: {', '.join(praise)}"
    if len(fresh) > NEW_WORDS:
        return f"it must bring in nothing that the facts do not have: {', '.join(sorted(fresh))}"
    return ""


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())


def _unquoted(text: str) -> str:
    return re.sub(r"[\"“][^\"“”]*[\"”]", "", text)
