"""Finds sentences that say in the first person and the present tense that a trait holds; for traits that are dead.

Used on the refined text: "I am afraid of dogs" must not stand there when the fear ended in 2003. Deterministic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from refiner.checks import closing
from refiner.checks.change_words import clauses, cues, masked, present
from refiner.checks.trait_words import TraitWords, prove
from refiner.config import Config, Persona, Trait
from refiner.language.blocks import Block, is_chat, split
from refiner.language.quotes import quotes_in
from refiner.models import Entry, Finding, Note, Sentence, Span, Timeline
from refiner.notes import split_sentences
from refiner.phrases import phrase

CHECK = "dead-traits"
DEAD = ("NOT", "RETRACTED")
ENOUGH = 0.7  # weight of a trait's words in the clause
_NO = re.compile(r"\b(?:not|cannot|never|no|hardly|nothing|nobody|without)\b|n['’]t\b", re.I)
_PAST = phrase(r"\b(?:was|were|had|did|used to|until|back then|in those days|as a (?:child|boy|girl))\b", re.I)
_COMPARED = phrase(r"\bas (?:I|we) (?:was|were|did|had)\b.*", re.I)  # "as shy as we were then"


_SUPPOSED = phrase(r"(?<!even )(?<!as )\b(?:if|unless|whether|suppose)\b", re.I)
_ASKED = phrase(r"\b(?:am|are|do|can|have|could|should)(?:n['’]t)? (?:I|we)\b", re.I)


@lru_cache(maxsize=64)
def _words(trait: Trait) -> TraitWords:
    return TraitWords((trait,))


def told(text: str, start: int = 0, persona: Persona | None = None) -> str:
    """A text with all that stands in quotation marks blanked, from `start` on, also where it runs over sentences, and,
    given the persona, the lines of a chat that others wrote. Places stay."""
    out = list(text)
    for block in split(text, start, chat=is_chat(text, start)):
        spans = [(a, b) for a, b, _ in quotes_in(text, block)]
        if persona is not None and block.kind == "chat" and block.label.casefold() not in _own_labels(persona):
            spans = [(block.start, block.end)]
        for a, b in spans:
            out[a:b] = [" " if c != "\n" else c for c in text[a:b]]
    return "".join(out)


def _own_labels(persona: Persona) -> set[str]:
    sides = (persona.before, persona.after)
    names = {n.casefold() for s in sides for n in (s.name, *s.name.split(), *s.nicknames, *s.handles) if n}
    return {"me", "i", *names}


def claims(sentence: str, trait: Trait) -> bool:
    """The sentence asserts `trait` of the narrator, today."""
    text = list(masked(sentence))
    for a, b, _ in quotes_in(sentence, Block(0, len(sentence))):
        text[a:b] = " " * (b - a)
    return _claims("".join(text), sentence, trait)


def _claims(text: str, sentence: str, trait: Trait) -> bool:
    found = cues(sentence)
    for start, end in clauses(text):
        clause = _COMPARED.sub("", text[start:end])
        if _PAST.search(clause) or not (now := present(clause)):
            continue
        if _SUPPOSED.search(clause[: now.end()]) or "?" in text[end - 1 : end + 1] and _ASKED.search(clause):
            continue
        if any(c.kind in ("ending", "retraction", "past", "suspension") and start <= c.start < end for c in found):
            continue
        evidence = _words(trait).evidence(clause).get(trait.id)
        if evidence is None or min(evidence.weight, prove(evidence.hits)) < ENOUGH:
            continue
        denied = bool(_NO.search(clause[: max(evidence.hits[0].start, now.end())]))
        says = (not denied) if evidence.sign > 0 else denied
        if says and (evidence.sign > 0 or evidence.weight >= 1):
            return True
    return False


def present_claims(text: str | Iterable[Sentence], trait: Trait, *, note: str = "") -> list[Span]:
    """Spans of the sentences that assert `trait` of the narrator today; spans count in the text given.

    A claim that the next sentence takes back ("That lasted until 2003.") is none.
    """
    sentences = list(split_sentences(text, (Entry(start=0, end=len(text)),)) if isinstance(text, str) else text)
    found = []
    for s, after in zip(sentences, [*(n.text for n in sentences[1:]), ""], strict=False):
        if claims(s.text, trait) and not closing.CLOSED.search(s.text) and not closing.CLOSED.match(after.lstrip(" (")):
            found.append(Span(note=note, start=s.start, end=s.end))
    return found


def check_dead_traits(note: Note, refined: str, config: Config, timeline: Timeline) -> list[Finding]:
    """One finding for each sentence of a refined note that claims a trait which is over or never was.

    An error where the trait is important, else a warning. Spans count in the refined text. What somebody else wrote is
    their claim: only the narrator's own notes are read, and of those not the front matter.
    """
    found: list[Finding] = []
    if note.meta.author != "self":
        return found
    start = note.body_start  # no edit touches the front matter, so it is as long as in the raw note
    own = told(refined, start, config.persona)
    sentences = [
        s.model_copy(update={"start": a, "end": b, "text": own[a:b]})
        for s in split_sentences(refined[start:], (Entry(start=0, end=len(refined) - start),))
        for a, b in ((s.start + start, s.end + start),)
    ]
    for trait in config.traits:
        verdict = timeline.verdict(trait.id)
        if verdict is None or verdict.verdict not in DEAD:
            continue
        why = "was taken back" if verdict.verdict == "RETRACTED" else "does not hold any more"
        for span in present_claims(sentences, trait, note=note.path):
            quote = " ".join(refined[span.start : span.end].split())
            found.append(
                Finding(
                    check=CHECK,
                    severity="error" if trait.importance else "warning",
                    note=note.path,
                    start=span.start,
                    end=span.end,
                    message=f"“{quote}” says that {trait.title} is so today; it {why}",
                )
            )
    return found
