"""What a sentence that a model rewrote must be: the same sentence, with nothing lost, nothing new and no praise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from refiner.checks.gender import leftover_gender
from refiner.checks.stems import WORD, stems, stop
from refiner.config import Config
from refiner.language import lexicon
from refiner.models import Gender
from refiner.notes import note_from_text
from refiner.stages.asked.refined_lines import Line
from refiner.stages.canon import full_name, seed_canon
from refiner.stages.selfimage import PRAISE
from refiner.timeline.numbers import NUMBERS

CONDENSED = 0.7  # of the length of what is condensed, at most
_PLAIN = {0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"}
_FIRST = frozenset(("i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"))
_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_QUOTED = re.compile(r"^[\"“‘'(\[*_]*")


@dataclass(frozen=True)
class Mending:
    """What a rewritten sentence is held against: the new names, those in the note, and the prompt's own words."""

    config: Config
    new_names: frozenset[str]
    old_names: frozenset[str]
    known: frozenset[str]  # words with capitals within sentences of the note
    prompt: frozenset[tuple[str, ...]]  # its runs of words

    @property
    def was(self) -> Gender:
        return self.config.persona.before.gender


def mending(config: Config, lines: Sequence[Line], prompt: Sequence[str]) -> Mending:
    persona, canon = config.persona, seed_canon(config)
    new = {persona.after.name, full_name(canon), *persona.after.nicknames, *persona.after.handles}
    new |= {c.after for c in canon if c.kind == "name"}
    old = {persona.before.name, *persona.before.nicknames, *persona.before.handles}
    return Mending(
        config,
        frozenset(w for name in new for w in _low(name)),
        frozenset(w for name in old for w in _low(name)),
        frozenset(w for line in lines for w in _capitals(line.text, first=False)),
        frozenset(run for part in prompt for run in _runs(_low(part))),
    )


def _low(text: str) -> list[str]:
    return [re.sub(r"'s?$", "", m[0].casefold().translate(_PLAIN)) for m in WORD.finditer(text)]


def _capitals(text: str, *, first: bool) -> set[str]:
    """The words with a capital, in lower case, without those that only begin a sentence or say nothing."""
    out = set[str]()
    for m in WORD.finditer(text):
        begins = not re.search(r"[\w,;:)\]]", text[max(0, m.start() - 2) : m.start()])
        if m[0][0].isupper() and (first or not begins) and m[0].casefold().translate(_PLAIN) not in stop():
            out.update(_low(m[0]))
    return out


def _names(text: str, known: Collection[str]) -> set[str]:
    """Words for people, places, months: those with a capital; one that begins a sentence only where it is known."""
    sure = _capitals(text, first=False)
    return sure | {w for w in _capitals(text, first=True) - sure if w in known or lexicon.gender_of_name(w)}


def _numbers(text: str) -> Counter[str]:
    words = (w for w in _low(text) if w in NUMBERS and w != "one")
    return Counter([m.rstrip(".,:/-") for m in _DIGITS.findall(text)]) + Counter(words)


def _person(word: str) -> bool:
    """Whether a word with a capital calls somebody, so that it must not go: a given name, or kin."""
    found = lexicon.noun(word, "male") or lexicon.noun(word, "female")
    return word != "adam" and (lexicon.gender_of_name(word) is not None or found is not None and found.kind == "kin")


def wrong_with(old: str, new: str, quote: str, m: Mending, kind: str = "leftover", *, said: str = "") -> str:
    """Why a rewritten sentence cannot be offered, in words for the model; "" if it can.

    `said`: what the person wants of it. Names, numbers and words in it may come in, and it may ask for others to go.
    """
    new = new.strip()
    had, has = _low(old), _low(new)
    if "\n" in new or _sentences(new) > _sentences(old):
        return "it must be one sentence"
    if kind == "condense" and len(new) > CONDENSED * len(old):
        return "it must be much shorter"
    if kind != "condense" and not 0.5 * len(old) <= len(new) <= 1.6 * len(old):
        return "it must be about as long as the sentence"
    if _FIRST & set(had) and not _FIRST & set(has):
        return 'it must stay in the first person ("I", "my")'
    more, fewer = _numbers(new) - _numbers(old) - _numbers(said), _numbers(old) - _numbers(new)
    if more or fewer and not _numbers(said):
        return "it must keep the numbers of the sentence and add none"
    # A second name, and a pronoun in doubt, are mended with the names of the note; her own may always take his place.
    wanted = set(_low(said))
    may_add = m.new_names | wanted | (m.known if kind in ("name", "pronoun") else frozenset())
    may_go = m.old_names | wanted | {w for w in _low(quote) if kind == "name" or not _person(w)}
    lost = _names(old, m.known) - set(has) - may_go - _gendered(old, m.was)
    added = _names(new, m.known) - set(had) - may_add
    begins = _QUOTED.sub("", new)[:1].isupper() and has and has[0] not in {*had, *stop(), *may_add}
    if begins and not (has[0].endswith(("ed", "ing")) or stems(has[0])[0] in {s for w in had for s in stems(w)}):
        added.add(has[0])
    if lost:
        return f"it must keep the names, dates and places of the sentence: {', '.join(sorted(lost))}"
    if added:
        return f"it must not bring in new names, nor begin with a new word: {', '.join(sorted(added))}"
    fresh = set(has) - set(had) - wanted
    if kind != "pronoun" and any(lexicon.gender_of_word(w) == m.was for w in fresh):
        return f"it must not call {'him' if m.was == 'female' else 'her'} by a word for a {man_or_woman(m.was)}"
    if kind == "leftover" and leftover_gender(new, m.config):
        return f"it still says that the writer is a {man_or_woman(m.was)}"
    if any(s in PRAISE for w in fresh for s in stems(w)[:1]):
        return "it must not praise anybody"
    if (_runs(has) - _runs(had)) & m.prompt:
        return "it must be the sentence of the diary, not words of this task"
    told = set(had) - set(_low(quote)) - stop() - _names(old, m.known) - set(NUMBERS)
    rest = {stems(w)[0] for w in told if not w.isdecimal()}
    if kind != "condense" and len(rest & {stems(w)[0] for w in has}) < len(rest) / 2:
        return "change only what must change, and keep the rest of the sentence"
    brought = fresh - stop() - m.new_names - m.known
    if len(brought) > (0 if kind == "condense" else len(set(had) - set(has) - stop())) + 2:
        return f"it must bring in nothing new: {', '.join(sorted(brought))}"
    return ""


def unchanged(line: Line, instead: str) -> bool:
    """Whether a model "mends" a line into itself: it has found nothing (small ones do so)."""
    return bool(instead) and _low(instead) == _low(line.shown)


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    """All runs of so many words that nobody writes them twice by chance."""
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def _sentences(text: str) -> int:
    return len(note_from_text(text).sentences)


def _gendered(text: str, gender: Gender) -> set[str]:
    """Words of the old gender in names that change with it ("Boys' School"); kin are people, who stay."""
    return {w for w in _low(text) if (n := lexicon.noun(w, gender)) is not None and n.kind in ("person", "role")}


def man_or_woman(gender: Gender) -> str:
    return {"male": "man", "female": "woman"}[gender]
