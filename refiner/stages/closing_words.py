"""What a closing clause says of what is over in a sentence, and the reason why the text must say it."""

from __future__ import annotations

import re
from collections.abc import Callable

from refiner.checks import closing
from refiner.checks.change_words import masked
from refiner.checks.dead_traits import claims
from refiner.language.lexicon import gender_of_word
from refiner.language.past import present_verbs
from refiner.stages.base import StageInput
from refiner.stages.composing.wording import trait_words as trait_forms
from refiner.stages.declared import find_quote
from refiner.stages.extract import trait_words
from refiner.stages.over import Overs
from refiner.stages.over_when import Over
from refiner.stages.relevance import TOUCHES

_PARTS = re.compile(
    r"\sand (?=(?-i:[A-Z])|(?:he|she|we|they|it)\b)|[,;:—–]\s+(?:and|but|so|because|since|yet)?\b"
    r"|\s(?:but|so that|because)\s",
    re.IGNORECASE,
)


_WHOSE = re.compile(r"\b(?:his|her|their|himself|herself|themselves)\b", re.I)


class ClosingWords:
    """The words for one note."""

    def __init__(self, given: StageInput, overs: Overs) -> None:
        self.given, self.note, self.overs = given, given.note, overs
        self.traits = {t.id: t for t in given.config.traits}

    def clause(self, items: list[Over]) -> str:
        """The clause; "" where none can say it without touching what is still so."""
        one = items[0]
        alive = self.alive_beside(items)
        kinds = {i.kind for i in items}
        if one.kind == "unhappened":
            return closing.unhappened(one.event.id)
        if len({i.trait for i in items}) > 1:
            whens = {i.when for i in items}
            if alive or kinds != {"ended"}:
                return ""
            return closing.several([i.event.id for i in items], whens.pop() if len(whens) == 1 else "")
        if alive:
            if one.kind == "rests":
                return self._said(one, closing.rests_named)
            return self._said(one, closing.ended_named) if one.kind == "ended" and one.last else ""
        return self._clause_on(one)

    def _clause_on(self, one: Over) -> str:
        match one.kind:
            case "never":
                trait = self.traits.get(one.trait)
                return closing.never_true(one.event.id, one.trait, trait.name if trait else "")
            case "back":
                back = closing.changed if one.first else closing.back_again
                return back(one.event.id, one.trait, one.when)
            case "rests":
                trait = self.traits.get(one.trait)
                shape = trait_forms(trait, self.given.config).shape if trait else "habit"
                return closing.rests(one.event.id, one.trait, one.when, habit=shape not in ("adjective", "thing"))
        # "Last night I hid under the cot. That lasted until 2008": what is only shown is named.
        # Where it came back and ended again, "no longer" would be untrue.
        named = "" if self._points_at_it(one) or not one.last else self._said(one, closing.ended_named)
        return named or closing.ended(one.event.id, one.trait, one.when)

    def of_all(self, one: Over, words: str) -> str:
        """What closes several sentences in a row: the trait's name, else "all that"."""
        named = self._said(one, closing.ended_named) if one.kind == "ended" and one.last else ""
        return named or closing.all_of(words)

    def _said(self, one: Over, clause: Callable[[str, str, str], str]) -> str:
        trait = self.traits.get(one.trait)
        if trait is None or _WHOSE.search(trait.name):
            return ""  # whose mother "loves his mother" means does not show
        said = trait_forms(trait, self.given.config)
        return clause(said.shape, said.bare if said.shape == "thing" else said.trait, one.when)

    def names_it(self, one: Over) -> bool:
        """The sentence has the trait's own words."""
        found = trait_words(self.given.config.traits).evidence(masked(one.sentence.text)).get(one.trait)
        return one.trait not in self.traits or found is not None and found.weight >= TOUCHES

    def _points_at_it(self, one: Over) -> bool:
        """ "That" behind the sentence can only mean the trait: its own words stand in the last part, which tells more
        than one day."""
        text = masked(one.sentence.text)
        found = trait_words(self.given.config.traits).evidence(text).get(one.trait)
        if one.trait not in self.traits:
            return True
        if says_what_she_is(text):
            return False  # "a girl who is afraid of dogs. That stopped"
        if found is None or found.weight < TOUCHES or one.event.id.startswith("seen-") and not present_verbs(text):
            return False
        part = max([0, *(m.end() for m in _PARTS.finditer(text, 0, len(text.rstrip(" .!?"))))])
        return any(h.end > part and h.named for h in found.hits)

    def alive_beside(self, items: list[Over]) -> bool:
        """The same sentence tells of another trait, which the words must not be taken to end."""
        sentence, traits = items[0].sentence, {i.trait for i in items}
        told = [(f.trait, f.quote, e.spans) for e in self.overs.mine for f in e.effects]
        seen = self.given.extraction.observations if self.given.extraction else ()
        told += [(o.trait, o.quote, ()) for o in seen]
        for trait, quote, spans in told:
            span = find_quote(self.note, quote) if quote else next(iter(spans), None)
            if trait not in traits and span and span.start < sentence.end and sentence.start < span.end:
                return True
        return any(claims(sentence.text, t) for t in self.given.config.traits if t.id not in traits)

    def why(self, items: list[Over]) -> str:
        """What is over, and why the text must say so."""
        one, names = items[0], f"“{self.names(items)}”"
        if one.kind == "unhappened":
            return f"{names}: the narrator took back that this happened"
        if one.kind == "never":
            return f"{names}: the narrator took it back"
        if len({i.when for i in items}) > 1:
            return f"{names} are over, each since another time, which the note does not say"
        what = f" (“{one.by.label}”)" if one.by and one.by.label else ""
        if one.kind == "rests":
            return (
                f"{names} rests{' since ' + one.when if one.when else ' at present'}{what}, which the note does not say"
            )
        change = "ended" if one.kind == "ended" else "began" if one.first else "came back"
        return f"{names} {change}{' in ' + one.when if one.when else ' later'}{what}, which the note does not say"

    def names(self, items: list[Over]) -> str:
        named = (self.traits.get(i.trait) for i in items)
        return ", ".join(
            dict.fromkeys((t.name if t else "") or i.trait or i.event.id for i, t in zip(items, named, strict=True))
        )


def says_what_she_is(text: str) -> bool:
    """ "I am a girl who hates maths": she did not cease to be a girl."""
    phrases = re.findall(r"\b(?:an?|the)((?: [\w-]+){1,4})", text, re.IGNORECASE)
    return any(gender_of_word(w.lower()) for phrase in phrases for w in phrase.split())
