"""Which words speak of which trait. Evidence, with weights: a trait's own words, and groups of related plain words.

The traits of one workspace are weighed against each other: a word that fits three of them says little about each.
Traits that consist in avoiding something ("afraid of dogs", "shy of strangers") keep two kinds of words apart: the
*state* (afraid, shy) and its *target* (dogs, strangers). "The fear was gone" ends the trait; "I have not touched a dog
since" begins it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from refiner.checks.stems import WORD, share, stems, tables
from refiner.checks.word_proof import homonyms, plain, proofs_of, share_of
from refiner.config import Trait
from refiner.phrases import phrase

Role = Literal["self", "state", "target"]
_ITEM = re.compile(r'(-?)(?:"([^"]+)"|(\S+))')
_NEGATION = re.compile(r"\b(?:not|never|without|no|nothing|n't|avoids?|refuses?)\b", re.I)
_AVOIDS = re.compile(
    r"\b(?:afraid|fear\w*|fright\w*|scared|terrified|phobi\w+|dread\w*|panic\w*|anxious about|nervous (?:of|about)"
    r"|shy(?:ness)?|hates?|dislikes?|avoids?)\b",
    re.I,
)

_GIVES_UP = re.compile(
    r"\b(giv\w+|gav\w+|stop\w*|quit\w*|abandon\w*|drop\w*|leav\w+|end\w*|los\w+|break\w*|finish\w*)\b", re.I
)

_DENIED = re.compile(r"(?:\b(?:not|never|cannot|without|nothing|no|too \w+ to)\b|n['’]t\b)((?:\s+[\w'’-]+){1,4})", re.I)
_STOPS = re.compile(r"\b(?:once|when|until|till|after|before|because|unless|if|and|but)\b", re.I)
_AS_SHOWN = re.compile(r"\b(?:when|rather than|instead of)\b", re.I)  # "crosses the road when a dog comes"


def _denied(text: str) -> list[tuple[int, int]]:
    """The parts of a trait's words that say what it is not: "does not *ask anyone for help*"."""
    found = list(_DENIED.finditer(text))
    if len(found) != 1 or len(_NEGATION.findall(text)) > 1:
        return []  # two denials cancel out
    start, end = found[0].span(1)
    cut = _STOPS.search(text, start, end)
    return [(start, cut.start() if cut else end)]


class Group(NamedTuple):
    """Related words: stems and phrases, each with the side it is on (+1 of the trait, -1 against it)."""

    stems: dict[str, int]
    phrases: tuple[tuple[re.Pattern[str], int], ...]


@dataclass(frozen=True)
class Hit:
    """A word or phrase of a text that speaks of a trait; a span of that text."""

    start: int
    end: int
    weight: float
    sign: int
    role: Role
    key: str = ""  # its stem or phrase: said twice, it counts once
    proof: float = 0.0  # how far it proves by itself that the trait is meant; 1 = beyond doubt
    named: bool = False  # a word of the trait's name or an alias, not only of its description or a related one


def weigh(hits: Iterable[Hit]) -> float:
    """The weight of some hits, each word counted once."""
    return sum({h.key: h.weight for h in hits}.values())


def prove(hits: Iterable[Hit]) -> float:
    """How far some hits prove together that the trait is meant, each word counted once."""
    best: dict[str, Hit] = {}
    for h in hits:
        if h.key not in best or best[h.key].proof < h.proof:
            best[h.key] = h
    total, taken = 0.0, list[Hit]()
    for h in sorted(best.values(), key=lambda h: -h.proof):
        if not any(h.start < t.end and t.start < h.end for t in taken):  # a phrase and the words in it count once
            total += h.proof
            taken.append(h)
    return total


@dataclass
class Evidence:
    """All hits of one trait in one text."""

    trait: str
    hits: list[Hit] = field(default_factory=list)

    @property
    def weight(self) -> float:
        return weigh(self.hits)

    @property
    def sign(self) -> int:
        """-1 if all that speaks, speaks against the trait or of what it avoids; else +1."""
        return -1 if self.hits and all(h.sign < 0 or h.role == "target" for h in self.hits) else 1

    @property
    def state(self) -> bool:
        """The avoided thing's feeling itself is named."""
        return any(h.role != "target" for h in self.hits)

    def words(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text[h.start : h.end] for h in self.hits))


class Key(NamedTuple):
    weight: float
    sign: int
    role: Role
    proof: float = 0.0
    named: bool = False


def _group(source: str) -> Group:
    found: dict[str, int] = {}
    phrases: list[tuple[re.Pattern[str], int]] = []
    for minus, several, word in _ITEM.findall(source):
        sign = -1 if minus else 1
        if several:
            phrases.append(
                (phrase(rf"\b(?:{several})\b" if several[-1].isalnum() else rf"\b(?:{several})", re.I), sign)
            )
        else:
            for stem in stems(word)[:1]:
                found.setdefault(stem, sign)
    return Group(found, tuple(phrases))


@cache
def groups() -> dict[str, Group]:
    """The groups of related words, by name."""
    return {name: _group(words) for name, words in tables()["concepts"].items()}


@cache
def _states() -> dict[str, Group]:
    return {name: _group(words) for name, words in tables()["state"].items()}


def _touches(group: Group, text: str, *, faint_too: bool) -> tuple[int, bool]:
    """`(sign, negated)` with which a text touches a group; sign 0: it does not."""
    for match in WORD.finditer(text):
        word = match[0].lower()
        if not share(word) or share(word) < 1 and not faint_too:
            continue
        for stem in stems(word):
            if stem in group.stems:
                return group.stems[stem], bool(_NEGATION.search(text, 0, match.start()))
    for pattern, sign in group.phrases:
        if match2 := pattern.search(text):
            return sign, bool(_NEGATION.search(text, 0, match2.start()))
    return 0, False


class Profile:
    """The words of one trait, with their weights."""

    def __init__(self, trait: Trait) -> None:
        self.trait = trait
        names = [*trait.words, trait.context] if trait.context else list(trait.words)
        self.avoids = any(_AVOIDS.search(n) for n in names)
        self.keys: dict[str, Key] = {}
        self.phrases: list[tuple[re.Pattern[str], Key]] = []
        state = [
            g
            for g in _states().values()
            if any(_touches(g, n, faint_too=False)[0] for n in (*names, trait.description))
        ]
        for group in state if self.avoids else []:
            self._add_group(group, 0.8, 1, "state", 0.6)
        rest: Role = "target" if self.avoids else "self"
        spelled = re.sub("[-_]", " ", trait.id)
        for text, weight in [(n, 0.6 if n == spelled and trait.name else 1.0) for n in names] + [
            (trait.description, 0.5)
        ]:
            denied, named = _denied(text), weight > 0.5
            proofs = proofs_of(text, named)
            if text == spelled and trait.name and text != trait.name.lower():
                proofs = {stem: proof / 2 for stem, proof in proofs.items()}
            shown = _AS_SHOWN.search(text) if weight == 0.5 else None
            for match in WORD.finditer(text):
                word = match[0].lower()
                role: Role = "self" if shown and match.end() <= shown.start() else rest
                sign = -1 if role == "self" and any(a <= match.start() < b for a, b in denied) else 1
                for stem in stems(word) if share(word) else ():
                    self._add(stem, Key(weight * share(word), sign, role, proofs.get(stem, 0.0), named))
        for name in trait.words:
            if len(name.split()) > 1:
                self.phrases.append((phrase(rf"\b{re.escape(name)}\b", re.I), Key(1.0, 1, "self", 1.0, True)))
        self._add_groups(names, rest)

    @property
    def targets(self) -> bool:
        """A name says what is avoided."""
        return any(k.role == "target" and k.named for k in self.keys.values())

    def shows(self, verb: str) -> bool:
        """The words of a cue are part of the trait's own description ("gives up safe positions")."""
        if not _GIVES_UP.search(self.trait.description):
            return False
        return bool(
            {s for m in WORD.finditer(verb) for s in stems(m[0])}
            & {s for m in _GIVES_UP.finditer(self.trait.description) for s in stems(m[1])}
        )

    def _add(self, stem: str, key: Key) -> None:
        had = self.keys.get(stem, key)
        best = key if stem not in self.keys or had.weight < key.weight else had
        self.keys[stem] = best._replace(role=had.role, proof=max(had.proof, key.proof), named=had.named or key.named)

    def _add_group(self, group: Group, weight: float, sign: int, role: Role, proof: float) -> None:
        for stem, side in group.stems.items():
            self._add(stem, Key(weight * share_of(stem), side * sign, role, proof * plain(stem)))
            if side * sign < 0 and self.keys[stem].role == "self" and self.keys[stem].weight < 1:
                self.keys[stem] = self.keys[stem]._replace(sign=-1)
        self.phrases += [(pattern, Key(weight, side * sign, role, proof + 0.2)) for pattern, side in group.phrases]

    def _add_groups(self, names: list[str], role: Role) -> None:
        chosen: dict[str, tuple[float, int]] = {}
        for name, group in groups().items():
            for text, weight in [(n, 0.8) for n in names] + [(self.trait.description, 0.5)]:
                sign, negated = _touches(group, text, faint_too=weight > 0.5)
                if sign and name not in chosen:
                    # "Does not eat meat": what the description denies is on the other side; two denials cancel out.
                    twice = len(_NEGATION.findall(text)) > 1
                    chosen[name] = weight, sign * (-1 if negated and not twice and role == "self" else 1)
        for name, others in tables()["unless"].items():
            if name in chosen and any(o in chosen and chosen[o][0] >= chosen[name][0] for o in others.split()):
                del chosen[name]
        for name, (weight, sign) in chosen.items():
            self._add_group(groups()[name], weight, sign, role, 0.5 if weight > 0.5 else 0.35)


class TraitWords:
    """Evidence for the traits of one workspace."""

    def __init__(self, traits: Iterable[Trait]) -> None:
        self.profiles = {t.id: Profile(t) for t in traits}
        self.by_stem: dict[str, list[tuple[str, Key]]] = defaultdict(list)
        count: Counter[str] = Counter(stem for p in self.profiles.values() for stem in p.keys)
        for trait_id, profile in self.profiles.items():
            for stem, key in profile.keys.items():
                self.by_stem[stem].append((trait_id, key._replace(weight=key.weight / count[stem] ** 0.5)))

    def evidence(self, text: str) -> dict[str, Evidence]:
        """What a text holds for each trait; traits without any hit are left out."""
        out: dict[str, Evidence] = {}
        for match in WORD.finditer(text):
            for stem in stems(match[0]) if share(match[0].lower()) else ():
                if (other := homonyms().get(stem)) and other.match(text, match.start()):
                    continue
                for trait_id, key in self.by_stem.get(stem, ()):
                    hit = Hit(match.start(), match.end(), key.weight, key.sign, key.role, stem, key.proof, key.named)
                    out.setdefault(trait_id, Evidence(trait_id)).hits.append(hit)
        for trait_id, profile in self.profiles.items():
            for pattern, key in profile.phrases:
                if found := pattern.search(text):
                    hit = Hit(
                        found.start(),
                        found.end(),
                        key.weight,
                        key.sign,
                        key.role,
                        pattern.pattern,
                        key.proof,
                        key.named,
                    )
                    out.setdefault(trait_id, Evidence(trait_id)).hits.append(hit)
        return out
