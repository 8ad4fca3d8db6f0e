"""What a model writes for a sample must rest on its passage: no name, number, word or deed that is not there, the right
gender, no dead trait in the present, nothing milder."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from refiner.checks.change_words import masked
from refiner.checks.dead_traits import claims
from refiner.checks.gender import leftover_gender
from refiner.checks.stems import WORD, stems, stop
from refiner.config import Config, Trait
from refiner.language import lexicon
from refiner.language.parse import parse
from refiner.models import CanonEntry, Entry
from refiner.notes import split_sentences
from refiner.stages.asked.sentence_checks import man_or_woman
from refiner.stages.extract import trait_words
from refiner.stages.rewriting import MATTERS
from refiner.stages.self_image_words import PRAISE, softenings
from refiner.timeline.numbers import NUMBERS, ORDINALS

_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_FIRST = re.compile(r"(?<![\w'’])(?:I|me|my|mine|myself|I['’](?:m|ve|d|ll)|we|us|our|ours|ourselves)(?![\w’])")
_STRANGE = re.compile(r"[^\w .,;:!?'’\"“”‘()%&/–—-]|_")
_ENDINGS = re.compile(r"['’](?:s|re|ve|d|ll|m|t)$")
_MALE, _FEMALE = frozenset(("he", "him", "his", "himself")), frozenset(("she", "her", "hers", "herself"))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("refiner.stages.asked").joinpath("compose_words.toml").read_text(encoding="utf-8"))


@cache
def allowed(*lists: str) -> frozenset[str]:
    """The words of some lists of compose_words.toml."""
    return frozenset(w for name in lists for w in str(_data()[name]).split())


@cache
def _said(name: str) -> re.Pattern[str]:
    return _pattern(str(_data()[name]))


@cache
def _same() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(row.split()) for row in _data()["same"])


def lacking(question: str, answer: str) -> str:
    """What a question asks for and an answer has not, in words; "" for nothing: no number for "how many"."""
    for asks, has, what in _needs():
        if asks.search(question) and not has.search(answer):
            return what
    return ""


@cache
def _needs() -> tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...]:
    rows = _data()["needs"]
    return tuple((_pattern(r["asks"]), _pattern(r["has"]), str(r["what"])) for r in rows)


def _pattern(listed: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\s*\n\s*", "", listed), re.I)


@dataclass(frozen=True)
class Source:
    """What a text may draw on: a passage and its date in words; `names` may come in too (her own)."""

    passage: str
    when: str = ""
    names: frozenset[str] = frozenset()  # lower case, single words

    @cached_property
    def words(self) -> frozenset[str]:
        said = frozenset(_low(f"{self.passage} {self.when}")) | self.names
        return said.union(*(row for row in _same() if row & said))

    @cached_property
    def stems(self) -> frozenset[str]:
        text = f"{self.passage} {self.when}"
        return frozenset(s for w in self.words for s in stems(w)) | {str(t.lemma_).casefold() for t in parse(text)}

    def has(self, word: str) -> bool:
        """Whether a word stands in it, in whatever form."""
        return word in self.words or any(s in self.stems for s in stems(word))


def _low(text: str) -> list[str]:
    """The words in small letters, without "'s" and what is drawn together with a pronoun."""
    return [_ENDINGS.sub("", m[0].casefold().replace("’", "'")) for m in WORD.finditer(text)]


def content(text: str) -> set[str]:
    """The stems of the words that say something."""
    return {stems(w)[0] for w in _low(text) if w not in stop() and len(w) > 1}


def sentences(text: str) -> list[str]:
    """The text's sentences."""
    return [s.text for s in split_sentences(text, (Entry(start=0, end=len(text)),))]


def ungrounded(text: str, source: Source, free: Collection[str] = frozenset()) -> str:
    """What a text has that its source has not: names, numbers, words; "" where there is nothing. `free`: words in small
    letters that tell nothing. Needs spaCy's model."""
    if strange := _STRANGE.search(text.strip()):
        return f"it must be plain words in one line, without {strange[0]!r}"
    lemmas = {t.text.casefold(): str(t.lemma_).casefold() for t in parse(text)}
    had = Counter(_numbers(f"{source.passage} {source.when}"))
    if more := [n for n in _numbers(text) if n not in had]:
        return f"it must bring in no number: {more[0]}"
    news: list[str] = []
    for m in WORD.finditer(text):
        word = _low(m[0])[0] if _low(m[0]) else ""
        if not word or word in stop() or m[0].casefold().replace("’", "'") in stop() or source.has(word):
            continue
        begins = not re.search(r"[\w,;:)\]'’\"“”-]\s*$", text[: m.start()])
        name = m[0][0].isupper() and not (begins and word in free)
        if not name and (word in free or lemmas.get(word, word) in source.stems or word in NUMBERS):
            continue
        if all(p in stop() or p in free or source.has(p) for p in word.split("-")) and "-" in word and not name:
            continue
        news.append(m[0])
    return f"it must bring in nothing that is not in the text: {', '.join(dict.fromkeys(news))}" if news else ""


def _numbers(text: str) -> list[str]:
    words = (w for w in _low(text) if (w in NUMBERS or w in ORDINALS) and w not in ("one", "first", "second"))
    return [m.rstrip(".,:/-") for m in _DIGITS.findall(text)] + list(words)


def first_person(text: str) -> bool:
    """Whether a text says "I" outside quotation marks."""
    return _FIRST.search(masked(text)) is not None


def wrong_gender(
    text: str, source: Source, config: Config, canon: Sequence[CanonEntry] = (), author: str = "self"
) -> str:
    """What in a text says the old gender of the person; "" where nothing does. `author`: whose words they are."""
    was = config.persona.before.gender
    old = {w for side in (config.persona.before,) for n in (side.name, *side.nicknames, *side.handles) for w in _low(n)}
    new = {w for n in (config.persona.after.name, *config.persona.after.nicknames) for w in _low(n)}
    words = set(_low(text))
    if named := (words & old) - new - source.words:
        return f"it must not use the name {sorted(named)[0]}"
    fresh = [w for w in sorted(words - source.words - _MALE - _FEMALE) if lexicon.gender_of_word(w) == was]
    # "He" may be somebody of whom the text tells by a name or as kin.
    others = any(lexicon.noun(w, was) or lexicon.gender_of_name(w) == was for w in source.words - old)
    pronouns = set() if others else (_MALE if was == "male" else _FEMALE) & words - source.words
    if fresh or pronouns:
        return f"“{[*fresh, *sorted(pronouns)][0]}” is wrong here: the one who tells is a {man_or_woman(_other(was))}"
    if leftover_gender(text, config, canon=tuple(canon), author=author):
        return f"it says that the one who tells is a {man_or_woman(was)}"
    return ""


def _other(gender: str) -> Any:
    return "female" if gender == "male" else "male"


def dead_claim(text: str, dead: Iterable[Trait]) -> str:
    """The trait that is over and that a text says to be so today; "" for none."""
    for trait in dead:
        if any(claims(s, trait) for s in sentences(text)):
            return f"it says that “{trait.title}” is so today, and that is over"
    return ""


def other_trait(old: str, new: str, traits: Sequence[Trait], but: str = "") -> str:
    """The trait that a text brings in and its passage does not speak of; "" for none. `but`: one that it may."""
    words = trait_words(tuple(traits))
    had, has = words.evidence(masked(old)), words.evidence(masked(new))
    for trait in traits:
        after, before = has.get(trait.id), had.get(trait.id)
        if trait.id == but or after is None or after.weight < MATTERS or not after.state:
            continue
        if before is None or before.weight < MATTERS:
            return f"it must not bring in another trait: {', '.join(after.words(masked(new)))}"
    return ""


def flattering(old: str, new: str) -> str:
    """The praise or the softening that a text brings in; "" for none."""
    had = {s for w in _low(old) for s in stems(w)}
    if found := [w for w in _low(new) if w not in stop() and any(s in PRAISE and s not in had for s in stems(w)[:1])]:
        return f"it must not praise: {found[0]}"
    weaker = [s for s in softenings(old, new, denials=False) if s.startswith("brings in")]
    return f"it must not be milder than the text: it {weaker[0]}" if weaker else ""


def praises(text: str) -> str:
    """The first adjective or adverb of praise in a text; "" for none. Needs spaCy's model."""
    told = (t.text for t in parse(text) if t.pos_ in ("ADJ", "ADV"))
    return next((w for w in told if any(s in PRAISE for s in stems(w)[:1])), "")


def improving(text: str) -> str:
    """What a text has of promises, advice or an assistant's talk; "" for nothing."""
    for name, why in (
        ("promise", "it must not promise to do better"),
        ("advice", "it must not give advice"),
        ("assistant", "it must not speak like an assistant"),
    ):
        if found := _said(name).search(text):
            return f"{why}: {found[0]}"
    return ""
