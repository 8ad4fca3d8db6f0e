"""Numbers in digits and in words, and the words of a phrase that tell something. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from refiner.checks.stems import WORD, stop
from refiner.evaluate.questions_forms import table

_UNITS: tuple[str, ...] = tuple(table("words")["units"].split())
_TENS: tuple[str, ...] = tuple(table("words")["tens"].split())
_PLAIN = frozenset(table("words")["plain"].split())
NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{2,3})+|\d+(?:\.\d+)?)(?![\w])")


def plain() -> frozenset[str]:
    """Words that say nothing of what happened."""
    return _PLAIN


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
    """The whole number that a word is, "forty-one" or "1,450"; None where it is none, or one."""
    if NUMBER.fullmatch(word) and "." not in word:
        return int(word.replace(",", "")) if len(word) < 12 else None
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


def telling_words(text: str) -> tuple[str, ...]:
    """The content words of a phrase, in its order, lower case; names as they are."""
    found = [re.sub(r"['’]s$", "", w) for w in WORD.findall(text)]
    return tuple(dict.fromkeys(w for w in found if len(w) > 2 and w.lower() not in _PLAIN and w.lower() not in stop()))
