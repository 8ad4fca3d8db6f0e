"""What an answer should name: the names, numbers and content words of a sentence, each with its spellings. Pure.

The fewer passages of the life have a word, the more it tells (the idea of inverse document frequency: Spärck Jones,
"A statistical interpretation of term specificity", 1972); words of the question itself tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from refiner.checks.stems import WORD, faint, stems, stop
from refiner.evaluate.material import Material, stems_of
from refiner.evaluate.questions_forms import table
from refiner.stages.composing.text import listed

MOST_GROUPS = 6
_UNITS: tuple[str, ...] = tuple(table("words")["units"].split())
_TENS: tuple[str, ...] = tuple(table("words")["tens"].split())
_PLAIN = frozenset(table("words")["plain"].split())
_NUMBER = re.compile(r"\d{1,3}(?:,\d{2,3})+|\d+(?:\.\d+)?")


def number_words(number: int) -> str:
    """A number up to 999 in words, "forty-one"; "" for others."""
    if not 0 <= number < 1000:
        return ""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, unit = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_UNITS[unit]}" if unit else "")
    hundreds, rest = divmod(number, 100)
    return f"{_UNITS[hundreds]} hundred" + (f" and {number_words(rest)}" if rest else "")


@lru_cache(maxsize=1)
def _values() -> dict[str, int]:
    return {number_words(n): n for n in range(2, 100)}


def number_in(word: str) -> int | None:
    """The number that a word is, "forty-one" or "1,450"; None where it is none, or one."""
    if _NUMBER.fullmatch(word):
        return int(float(word.replace(",", ""))) if len(word) < 12 else None
    return _values().get(word.lower())


def spellings(word: str) -> tuple[str, ...]:
    """The ways to write a word: a number in digits and in words; else itself."""
    number = number_in(word)
    if number is None:
        return (word,)
    grouped = f"{number:,}" if number > 9_999 or "," in word else ""
    indian = re.sub(r"(?<=\d)(?=(?:\d\d)+\d{3}$)|(?<=\d)(?=\d{3}$)", ",", str(number))
    indian = indian if grouped else ""
    spelt = number_words(number)
    forms = (word, str(number), grouped, indian, spelt, spelt.replace("-", " "))
    return tuple(dict.fromkeys(f for f in forms if f))


def groups_of(text: str, material: Material, most: int = MOST_GROUPS) -> tuple[tuple[str, ...], ...]:
    """What an answer that tells a text would name, the most telling first: names, numbers, then content words."""
    own = stems_of([material.full_name, *material.config.persona.after.nicknames, *material.old_names])
    names = _names(text, material)
    found: dict[str, tuple[int, int, int, tuple[str, ...]]] = {}
    for place, match in enumerate(WORD.finditer(text)):
        word = re.sub(r"['’]s$", "", match[0])
        low = word.lower()
        number = number_in(word)
        key = stems(word)[0] if number is None else f"#{number}"
        if key in own or key in found:
            continue
        if number is not None:
            found[key] = (1 if number > 9 else 3, 0, place, spellings(low))
        elif low in names and len(low) > 2:
            found[key] = (0, material.passages_with.get(key, 0), place, (word,))
        elif len(low) > 3 and low not in _PLAIN and low not in stop() and low not in faint():
            dull = low in listed("dull") or low.endswith("ly")
            found[key] = (3 if dull else 2, material.passages_with.get(key, 0), place, (low,))
    ranked = sorted(found.values(), key=lambda f: f[:3])
    strong = [f[3] for f in ranked if f[0] < 3]
    return tuple((strong if len(strong) > 1 else [f[3] for f in ranked])[:most])


def _names(text: str, material: Material) -> frozenset[str]:
    """The words with a capital inside a sentence, lower case, that no note writes small."""
    out = set()
    for match in WORD.finditer(text):
        inside = bool(re.search(r"[\w,;)’'-][ \t]+$", text[: match.start()]))
        if match[0][0].isupper() and match[0] != "I" and not match[0].startswith(("I'", "I’")):
            low = re.sub(r"['’]s$", "", match[0].lower())
            if low not in material.small_words and (inside or low in material.person_names):
                out.add(low)
    return frozenset(out - _PLAIN)


def without_asked(groups: Sequence[tuple[str, ...]], asked: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The groups of which no question has a word, in whatever form or spelling."""
    said = stems_of(asked)
    numbers = {n for text in asked for w in WORD.findall(text) if (n := number_in(w)) is not None}

    def told(group: tuple[str, ...]) -> bool:
        return any(stems_of([s]) & said or number_in(s) in numbers for s in group)

    return tuple(g for g in groups if not told(g))


def telling_words(text: str) -> tuple[str, ...]:
    """The content words of a phrase, in its order, lower case; names as they are."""
    found = [re.sub(r"['’]s$", "", w) for w in WORD.findall(text)]
    return tuple(dict.fromkeys(w for w in found if len(w) > 2 and w.lower() not in _PLAIN and w.lower() not in stop()))
