"""What a good short answer would hold: the names, numbers and nouns of the sentence that tells it, each with its
spellings, then those of the sentences around. Pure, but for spaCy's parse.

Names and numbers come before other nouns, and of these the ones that fewer passages of the life have (the idea of
inverse document frequency: Spärck Jones, "A statistical interpretation of term specificity", 1972). Verbs, adjectives
and adverbs are asked for only where there is nothing else: whoever tells the same in other words has other ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from refiner.checks.stems import WORD, faint, stop
from refiner.evaluate.material import Material, stems_of
from refiner.evaluate.questions_forms import table
from refiner.evaluate.questions_words import NUMBER, number_in, plain, spellings
from refiner.language.lexicon import gender_of_word
from refiner.stages.composing.deeds import parsed
from refiner.stages.composing.text import listed
from refiner.stages.composing.when import MONTHS

MOST_GROUPS = 4  # a short answer holds no more
ENOUGH = 3  # things of the sentence itself, from which on those around are not needed
Group = tuple[str, ...]

_NAME, _NUMBER, _NOUN, _TIME, _SMALL, _OTHER = range(6)  # kinds, the most telling first
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMES = frozenset([*(m.casefold() for m in MONTHS), *_DAYS, *(f"{d}s" for d in _DAYS)])
# the hour, or the day of a month
_OF_DAY = re.compile(rf"\s*(?:am\b|pm\b|a\.m|p\.m|o['’]clock|:\d|(?:of )?(?:{'|'.join(MONTHS)})\b)", re.I)
_AFTER_TIME = re.compile(rf"(?:\d:|\b(?:{'|'.join(MONTHS)}) )$", re.I)
_LINKS = frozenset(table("words")["links"].split())  # within a name, "Rua das Flores"
_JOINED = re.compile(rf"[ \t]+(?:(?:{'|'.join(sorted(_LINKS))})[ \t]+){{0,2}}")
_QUOTED = re.compile(r'"[^"]*(?:"|$)|“[^”]*(?:”|$)')


@dataclass(frozen=True)
class _Found:
    kind: int
    quoted: bool  # somebody else's words, which an answer seldom repeats
    known_in: int  # passages that have it
    place: int
    group: Group
    stems: frozenset[str]

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        return self.quoted, self.kind, self.known_in, self.place


def groups_of(
    sentences: Sequence[str], material: Material, asked: Iterable[str] = (), most: int = MOST_GROUPS
) -> tuple[Group, ...]:
    """What an answer would name, at most `most` things: `sentences` are those that tell it, the one that does so first.

    Nothing that a question of `asked` says is among them, in whatever form or spelling.
    """
    asked = list(asked)
    taken: set[str] = set()
    chosen: list[_Found] = []
    spare: list[_Found] = []
    for sentence in sentences:
        if len([f for f in chosen if f.kind < _TIME]) >= min(ENOUGH, most):
            break
        found = [left for f in _found(sentence, material) if (left := _not_asked(f, asked))]
        for one in sorted(found, key=lambda f: f.rank):
            if one.stems & taken:
                continue
            taken |= one.stems
            timed = one.kind == _TIME and any(f.kind == _TIME for f in chosen)
            (spare if one.kind > _TIME or one.quoted or timed else chosen).append(one)
    chosen = [f for f in chosen if f.kind < _TIME][:most] + [f for f in chosen if f.kind == _TIME]
    if len(chosen) < 2:
        chosen += sorted(spare, key=lambda f: f.rank)[: 2 - len(chosen)]
    return tuple(f.group for f in chosen[:most])


def _not_asked(found: _Found, asked: Sequence[str]) -> _Found | None:
    """The thing, where no question says it; of two nouns together, "mutton biryani", that which none says."""
    if without_asked([found.group], asked):
        return found
    if found.kind != _NOUN or " " not in found.group[0]:
        return None
    left = tuple(p for p in found.group[1:] if without_asked([(p,)], asked))
    return replace(found, group=left, stems=stems_of(left)) if left else None


def without_asked(groups: Sequence[Group], asked: Iterable[str]) -> tuple[Group, ...]:
    """The groups of which no question has a word, in whatever form or spelling."""
    asked = list(asked)
    said = stems_of(asked)
    numbers = {n for text in asked for w in WORD.findall(text) if (n := number_in(w)) is not None}

    def told(group: Group) -> bool:
        return any(stems_of([s]) & said or number_in(s) in numbers for s in group)

    return tuple(g for g in groups if not told(g))


def _found(sentence: str, material: Material) -> Iterator[_Found]:
    quotes = [m.span() for m in _QUOTED.finditer(sentence)]
    used: list[tuple[int, int]] = []
    own = _own(material)

    def one(kind: int, start: int, end: int, group: Group) -> _Found:
        used.append((start, end))
        said = stems_of([group[0]]) if kind not in (_NUMBER, _SMALL) else frozenset({f"#{number_in(group[0])}"})
        known = max((material.passages_with.get(s, 0) for s in said), default=0)
        quoted = any(a < start < b for a, b in quotes)
        return _Found(kind, quoted, known, start, group, said)

    for start, end, group in _names(sentence, material):
        yield one(_TIME if group[0].casefold() in _TIMES else _NAME, start, end, group)
    for match in NUMBER.finditer(sentence):
        number = number_in(match[0])
        timed = _OF_DAY.match(sentence[match.end() :]) or _AFTER_TIME.search(sentence[: match.start()])
        if timed and (number is None or number < 60):
            used.append(match.span())
            continue
        if number is None:
            yield one(_NUMBER, *match.span(), (match[0],))
        else:
            year = bool(re.fullmatch(r"(?:19|20)\d\d", match[0]))
            yield one(_TIME if year else _NUMBER if number > 9 else _SMALL, *match.span(), spellings(match[0]))
    nouns = _nouns(sentence)
    for match in WORD.finditer(sentence):
        if any(a < match.end() and match.start() < b for a, b in used):
            continue
        word = re.sub(r"['’]s$", "", match[0]).lower()
        number = number_in(word)
        if number is not None:
            yield one(_NUMBER if number > 9 else _SMALL, *match.span(), spellings(word))
        elif _tells(word) and not stems_of([word]) <= own:
            end = match.end() if nouns is None else nouns.get(match.start(), 0)
            parts = [w.lower() for w in WORD.findall(sentence[match.start() : end])]
            if len(parts) > 1 and all(map(_tells, parts)):
                yield one(_NOUN, match.start(), end, (" ".join(parts), *parts))
                continue
            group = material.called((word,)) if gender_of_word(word) and word != "friend" else (word,)
            yield one(_NOUN if end and word not in listed("dull") else _OTHER, *match.span(), group)


def _tells(word: str) -> bool:
    said = len(word) > 2 and word not in plain() and word not in stop() and word not in faint()
    return said and not word.endswith("ly") and not word.isdigit()


def _nouns(sentence: str) -> dict[int, int] | None:
    """Where the nouns begin and end, "curtain rod" as one; None where no English model is installed."""
    doc = parsed(sentence)
    if doc is None:
        return None
    ends: dict[int, int] = {}
    for token in reversed(doc):
        if token.pos_ in ("NOUN", "PROPN"):
            joined = token.dep_ == "compound" and token.i + 1 < len(doc) and doc[token.i + 1].idx in ends
            whole = joined and token.whitespace_ and token.head.i == token.i + 1
            ends[token.idx] = ends[token.head.idx] if whole else token.idx + len(token.text)
    return ends


def _names(sentence: str, material: Material) -> Iterator[tuple[int, int, Group]]:
    """The names in a sentence with their places: "Dona Graça" is one, and so is "Rua das Flores"."""
    own = _own(material)
    run: list[re.Match[str]] = []
    for match in [*WORD.finditer(sentence), None]:
        joined = bool(run) and match is not None and _JOINED.fullmatch(sentence[run[-1].end() : match.start()])
        ended = bool(run) and re.search(r"['’]s$", run[-1][0]) is not None
        if match is not None and _is_name(sentence, match, material, bool(joined)):
            if run and (not joined or ended):
                yield from _joined(run, own, material)
                run = []
            run.append(match)
        elif run and (match is None or match[0] not in _LINKS):
            yield from _joined(run, own, material)
            run = []


def _own(material: Material) -> frozenset[str]:
    return stems_of([material.full_name, *material.config.persona.after.nicknames, *material.old_names])


def _joined(run: Sequence[re.Match[str]], own: frozenset[str], material: Material) -> Iterator[tuple[int, int, Group]]:
    parts = [re.sub(r"['’]s$", "", m[0]) for m in run]
    if stems_of(parts) <= own:
        return
    text = run[0].string
    whole = re.sub(r"['’]s$", "", text[run[0].start() : run[-1].end()])
    alone = [p for p in parts if len(p) > 2 and not stems_of([p]) <= own]
    yield run[0].start(), run[-1].end(), material.called(tuple(dict.fromkeys([whole, *alone])))


def _is_name(sentence: str, match: re.Match[str], material: Material, joined: bool) -> bool:
    """Whether a word has a capital inside a sentence and no note writes it small."""
    word = match[0]
    if not word[0].isupper() or word == "I" or word.startswith(("I'", "I’")) or len(word) < 2:
        return False
    low = re.sub(r"['’]s$", "", word.lower())
    if low in material.small_words or low in plain() and low not in material.person_names:
        return False
    inside = bool(re.search(r"[\w,;)’'-][ \t]+$", sentence[: match.start()])) or _proper_first(sentence, match)
    return (inside or joined or low in material.person_names) and len(low) > 2


def _proper_first(sentence: str, match: re.Match[str]) -> bool:
    """Whether the word that begins a sentence is a name: "Imli came." but not "Curtain rod." """
    if sentence[: match.start()].strip() or match[0].isupper():
        return False
    doc = parsed(sentence)
    token = next((t for t in doc or () if t.idx == match.start()), None)
    return token is not None and token.tag_ == "NNP" and token.dep_ in ("nsubj", "nsubjpass", "poss", "dobj", "ROOT")
