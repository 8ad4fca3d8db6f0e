"""Numbers in figures and in words, cardinal, ordinal and Roman: "8", "eight", "8th", "eighth", "VIII"."""

from __future__ import annotations

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBERS: dict[str, int] = {w: i for i, w in enumerate(_ONES)}
for _i, _tens in enumerate(_TENS, 2):
    NUMBERS[_tens] = 10 * _i
    for _one in _ONES[1:10]:
        NUMBERS[f"{_tens}-{_one}"] = NUMBERS[f"{_tens} {_one}"] = 10 * _i + NUMBERS[_one]
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_IRREGULAR |= {"twelve": "twelfth"}


def _ordinal(word: str) -> str:
    head, sep, last = word.rpartition("-")
    return head + sep + (_IRREGULAR.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


ORDINALS: dict[str, int] = {_ordinal(w): n for w, n in NUMBERS.items() if " " not in w}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
ROMAN: dict[str, int] = {r: i for i, r in enumerate(_ROMAN, 1)}


def number(word: str) -> int | None:
    """A number in figures or words, cardinal or ordinal ("8", "eight", "8th", "eighth"); None where it is none."""
    word = word.strip().casefold()
    digits = word.rstrip("stndrh")
    if digits.isdecimal():
        return int(digits)
    word = " ".join(word.split())
    return NUMBERS.get(word, ORDINALS.get(word))
