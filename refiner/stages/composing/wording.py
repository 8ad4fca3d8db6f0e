"""How a trait is said: "You are stubborn", "a fear of dogs", "do you take career risks". Pure.

A trait's name in refiner.toml may be an adjective, a thing, a kind of person or a habit, and each is asked for in other
words. Where the grammar cannot be told the name is quoted as it is, which is always right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from refiner.config import Config, Trait
from refiner.errors import RefinerError
from refiner.language.inflect import match_case, starts_with_vowel_sound
from refiner.language.lexicon import noun, other
from refiner.language.past_forms import is_verb, third_person
from refiner.models import Gender
from refiner.stages.composing.text import listed, words

TraitShape = Literal["adjective", "thing", "someone", "habit", "other"]

_IRREGULAR_BASE = {
    "has": "have",
    "does": "do",
    "goes": "go",
    "is": "be",
    "cannot": "cannot",
    "dies": "die",
    "lies": "lie",
}
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.I)


def _head(name: str) -> str:
    """The last word before a preposition, lower case: the head of an English noun phrase."""
    part = re.split(
        r"\s+(?:of|for|about|with|to|at|in|on|from|who|that|when|under|around|towards?)\s+", name.lower(), maxsplit=1
    )[0]
    return part.split()[-1] if part.split() else ""


def shape(trait: Trait) -> TraitShape:
    """What the name of a trait is in grammar, which decides how it is asked for."""
    name = (trait.name or trait.id.replace("-", " ").replace("_", " ")).strip()
    if re.search(r"[,;:.!?()/]", name) or len(words(name)) > 8 or _DENIES.match(name):
        return "other"
    head, first = _head(name), name.split()[0].lower()
    if first in listed("predicates") or re.match(r"an? (?:bit|little) ", name, re.I):
        return "adjective"
    if third_person_verb(name) or _verb_of_doing(_ARTICLE.sub("", name)):
        return "habit"
    bare = _ARTICLE.sub("", name)
    abstract = re.search(r"(?:ness|ism|ity|ance|ence|tion|sion|ship|phobia|itis|ment)$", head)
    has = _head(bare) in listed("things") or bare.split()[0].lower() in listed("things")
    if has or head in listed("no_doers") and head in listed("had"):
        return "thing"
    doer = re.search(r"(?:[^aeiou]er|[ts]or|ist|aholic)$", head) and head not in listed("no_doers")
    if head in listed("people") or head in listed("own_roles") or doer:
        return "someone"
    if abstract or _head(bare) in listed("had") or _doing(bare):
        return "thing"
    if _ARTICLE.match(name):
        return "other"
    return "thing" if _is_noun(bare) else "adjective"


def _doing(name: str) -> bool:
    """Whether a name is a doing: "overthinking", "nail biting", "biting nails"; not "caring"."""
    return any(
        w.endswith("ing") and w not in listed("adjectives_in_ing") for w in (_head(name), name.split()[0].lower())
    )


def _verb_of_doing(name: str) -> str:
    """The verb of a name that begins with its -ing form: "smoking" -> "smoke", "biting nails" -> "bite"; "" else."""
    first = name.split()[0].lower()
    if not first.endswith("ing") or first in listed("adjectives_in_ing") or first in ("being", "having"):
        return ""
    rest = name.split()[1:]
    if len(rest) == 1 and not rest[0].endswith("s") and rest[0].lower() not in listed("particles"):
        return ""  # "eating disorder" is no eating
    doc = _parsed(f"She is {first}.")
    verb = str(doc[2].lemma_).lower() if doc is not None and len(doc) > 2 and doc[2].tag_ == "VBG" else ""
    return verb if verb != first and verb and is_verb(verb) else ""


_DENIES = re.compile(r"(?:can|can['’]t|cannot|won['’]t|will|would|does|doesn['’]t|isn['’]t|is|has|hasn['’]t)\b", re.I)


def _is_noun(name: str) -> bool:
    """Whether a name that no list has is a noun ("imposter syndrome") and no adjective ("thrifty")."""
    doc = _parsed(f"She is {name}.")
    if doc is None or len(doc) < 4:
        return False
    root = next((t for t in doc if t.dep_ in ("attr", "acomp", "oprd") and t.head.i == 1), None)
    return root is not None and root.pos_ in ("NOUN", "PROPN") and root.tag_ in ("NN", "NNS", "NNP", "NNPS")


_ADJECTIVE = re.compile(
    r"(?:afraid|scared|frightened|terrified|ashamed|jealous|fond|proud|tired|sick|addicted|hooked|obsessed|shy|keen)\b"
    r"|[a-z]+-(?:[a-z]+ed|minded|prone)$",
    re.I,
)


def as_adjectives(trait: Trait) -> list[Trait]:
    """The trait under those of its aliases that are certainly adjectives: a fear of dogs is also asked for as "Are you
    afraid of dogs?", which is how people ask."""
    return [trait.model_copy(update={"name": a}) for a in trait.aliases if _ADJECTIVE.match(a)]


def third_person_verb(name: str) -> bool:
    """Whether words without a subject begin with a verb in the third person: "tells small lies", "goes silent"."""
    first = name.split()[0].lower()
    if first in listed("things"):
        return False
    if first in listed("verbs") or re.sub(r"^(?:over|under|re|out)-?", "", first) in listed("verbs"):
        return True
    if not first.endswith("s") or first.endswith("ss") or first.endswith("ous"):
        return False
    if len(name.split()) == 1:  # one word is too little for a parse
        return first not in listed("had") and is_verb(base_form(first))
    doc = _parsed(f"She {name[:1].lower() + name[1:]}.")
    return doc is not None and len(doc) > 1 and doc[1].tag_ == "VBZ"


@lru_cache(maxsize=512)
def _parsed(text: str) -> Any:
    from refiner.language.parse import parse

    try:
        return parse(text)
    except RefinerError:  # no model installed: the word lists alone
        return None


_ADVERB = re.compile(r"(?:never|always|often|hardly|rarely|seldom|usually|sometimes|still|also|only|simply) ", re.I)
_MODAL = re.compile(
    r"(cannot|can['’]t|can|won['’]t|will|would|must|may|might|should)\b"
    r"(?!.*\b(?:he|she|his|him|her|himself|herself|their|they|them)\b)", re.I
)  # fmt: skip


def in_person(description: str, person: Literal["I", "you"]) -> str:
    """A description without a subject ("shouts at home; argues late") as sentences ("I shout at home. I argue late.").

    Clauses that do not begin with a verb are left out; "" where none does.
    """
    out = []
    for clause in re.split(r"[;.]\s+|[;.]$", description):
        plain = clause.strip()
        if match := _ADVERB.match(plain):
            rest = in_person(plain[match.end() :], person)
            if rest:
                out.append(re.sub(r"^(I|You) ", rf"\1 {match[0]}", rest))
            continue
        if match := _MODAL.match(plain):
            out.append(f"{'You' if person == 'you' else 'I'} {plain}.")
            continue
        doc = _parsed(f"She {plain} .") if plain and (third_person_verb(plain) or plain.startswith("does ")) else None
        if doc is None or re.search(r"\b(?:he|she|his|him|her|himself|herself|their|they|them)\b", clause, re.I):
            continue
        root = next(t for t in doc if t.head.i == t.i)
        heads = {root.i, 1}  # the word after the "She" that was added is the verb, whatever the parse says
        for token in doc[2:]:  # "makes charts, rehearses, has a plan": all verbs of the same subject
            own_subject = any(c.dep_ in ("nsubj", "nsubjpass") for c in token.children)
            goes_on = token.nbor(-1).text in (",", "and", "or", "then")
            after = token.nbor(1).pos_ if token.i + 1 < len(doc) else ""
            looks = token.text.endswith("s") and after in ("DET", "ADP", "SCONJ", "ADV", "PRON", "PART")
            looks = looks or token.text.endswith("s") and token.nbor(-1).text == "then"
            listed_verb = goes_on and (token.text in listed("verbs") or looks and is_verb(base_form(token.lower_)))
            if listed_verb or token.dep_ == "conj" and token.head.i in heads and not own_subject:
                heads.add(token.i)
        text = ""
        for token in doc[1:-1]:
            own = token.i in heads or token.dep_ in ("aux", "auxpass") and token.head.i in heads
            verb = own and (token.tag_ == "VBZ" or token.text in listed("verbs") or token.text.endswith("s"))
            text += (_person_form(token.text, person) if verb else token.text) + token.whitespace_
        out.append(f"{'You' if person == 'you' else 'I'} {text.strip()}.")
    return " ".join(out)


def _person_form(verb: str, person: str) -> str:
    low = verb.lower()
    if low in ("is", "'s"):
        return "am" if person == "I" else "are"
    return base_form(low)


def base_form(verb: str) -> str:
    """ "takes" -> "take", "worries" -> "worry", "goes" -> "go"."""
    if verb in _IRREGULAR_BASE:
        return _IRREGULAR_BASE[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", verb):
        # "closes", "loses", "refuses" keep their e; "pushes", "watches", "misses" do not.
        return verb[:-1] if re.search(r"[^s]ses$|zes$", verb) else verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def her_words(text: str, config: Config) -> str:
    """Words about the person from refiner.toml, for the persona's gender: "hands-on father" -> "hands-on mother"."""
    target: Gender = config.persona.after.gender
    table = {"he": "she", "his": "her", "him": "her", "himself": "herself"}
    if target == "male":
        table = {"she": "he", "her": "his", "hers": "his", "herself": "himself"}

    def turn(match: re.Match[str]) -> str:
        low = match[0].lower()
        if low in table:
            return match_case(match[0], table[low])
        found = noun(low, other(target)) if low in listed("own_roles") else None
        return match_case(match[0], found.after) if found else match[0]

    return re.sub(r"[A-Za-z]+", turn, text)


_THEIRS = re.compile(r"\b(?:his|her|their|himself|herself|themselves|themself)\b")
_OWN = re.compile(r"\b(?:your|yourself)\b")


def _to_me(match: re.Match[str]) -> str:
    return "myself" if match[0] == "yourself" else "my"


@dataclass(frozen=True)
class TraitWords:
    """A trait's name in the forms that sentences need."""

    shape: TraitShape
    trait: str  # "stubborn", "a fear of dogs", "a heavy coffee drinker", "take career risks"
    bare: str  # without an article
    trait_s: str = ""  # "takes career risks"
    you: str = ""  # "You are stubborn", "You have a fear of dogs"

    @property
    def mine(self) -> TraitWords:
        """The same where she says it herself: "careful with my work"."""
        trait, bare, trait_s = (_OWN.sub(_to_me, t) for t in (self.trait, self.bare, self.trait_s))
        return replace(self, trait=trait, bare=bare, trait_s=trait_s)

    @property
    def that(self) -> str:
        """For "I mean …": a noun phrase that says the trait."""
        if self.shape in ("adjective", "someone"):
            return f"being {self.trait}"
        if self.shape == "habit":
            return f"the way you {self.trait}"
        return f"your {self.bare}" if self.shape == "thing" else f"“{self.trait}”"

    @property
    def slots(self) -> dict[str, str]:
        return {
            "trait": self.trait, "bare_trait": self.bare, "trait_s": self.trait_s,
            "that_trait": self.that,
        }  # fmt: skip


def trait_words(trait: Trait, config: Config) -> TraitWords:
    """How to say a trait in a sentence about her, its context included ("stubborn at work")."""
    kind = shape(trait)
    raw = (trait.name or trait.id.replace("-", " ").replace("_", " ")).strip()
    # It is said to her: "careful with his work" is "careful with your work".
    name = _THEIRS.sub(lambda m: "yourself" if m[0].endswith("self") else "your", her_words(raw, config))
    if not any(c.isupper() for c in name.split()[0][1:]):
        name = name[:1].lower() + name[1:]
    if trait.context and trait.context.casefold() not in name.casefold():
        name = f"{name} {trait.context}"
    bare = _ARTICLE.sub("", name)
    an = "an" if starts_with_vowel_sound(bare) else "a"
    if kind == "habit":
        first, _, rest = bare.partition(" ")
        doing = _verb_of_doing(bare)
        base = f"{doing or base_form(first)} {rest}".strip()
        said = f"{third_person(doing)} {rest}".strip() if doing else bare
        return TraitWords(kind, base, base, said, f"You {base}")
    if kind == "someone":
        said = name if _ARTICLE.match(name) else f"{an} {bare}"
        return TraitWords(kind, said, bare, you=f"You are {said}")
    if kind == "thing":
        counted = bare.split()[0].lower() in listed("counted") and " " in bare or _head(bare) in listed("counted_heads")
        said = f"{an} {bare}" if counted else bare
        if _doing(bare) and not counted:
            return TraitWords(kind, said, bare, you=f"{said[:1].upper()}{said[1:]} is part of you")
        return TraitWords(kind, said, bare, you=f"You have {said}")
    if kind == "adjective":
        return TraitWords(kind, name, name, you=f"You are {name}")
    return TraitWords(kind, name, name, you=f"True of you: “{name}”")
