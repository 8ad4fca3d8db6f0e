"""Small English for samples: plain words from Markdown, "my" into "your", what can stand at the beginning. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from refiner.models import Gender

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_STRONG = re.compile(r"(\*\*|__|~~|==)(?=\S)(.+?)(?<=\S)\1")
_SOFT = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])")
_STRAY = re.compile(r"(?<!\w)\*+(?=\w)|(?<=[\w.,!?])\*+(?!\w)")
_SPACE = re.compile(r"\s+")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FIRST = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our|ours|I['’](?:m|ve|d|ll))\b")

# What leans on a sentence before it. "It" and "There" at the start of a thought are common in notes, so only "it" with
# something to point at counts.
_LEANS = re.compile(
    r"""["'“‘(]*(?:
      (?:then|so|but|and|or|nor|yet|also|too|besides|still|instead|otherwise|therefore|thus|hence|however|anyway
        |afterwards?|later|meanwhile|after\s+that|before\s+that|since\s+then|that['’]?s\s+(?:why|how|when)
        |(?:after|before|since|from|by|at|in|on|with|for|because\s+of|during|until|till)\s+(?:all\s+)?(?:this|that|these|those)
        |from\s+then|by\s+then|even\s+so|in\s+the\s+end|as\s+a\s+result)\b
      |(?!it(?:['’]s|\s+is|\s+was)\s+(?:\w+\s+)?(?:official|true|strange|funny|odd|hard|easy|clear|certain|possible|impossible
        |said|known)\b)(?:he|she|they|him|them|this|that|these|those|it|its|his|their|hers|theirs|both|neither|either|none|such
        |the\s+(?:other|others|latter|former|same|rest|second|third)|another|one\s+of\s+them)\b
    )""",
    re.I | re.X,
)
_YOU = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "i've": "you've",
    "i'd": "you'd", "i'll": "you'll", "we": "you", "us": "you", "our": "your", "ours": "yours",
    "ourselves": "yourselves", "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll",
}  # fmt: skip
_PRONOUN = re.compile(
    r"(?<![\w'’.-])(I am|I was|am I|was I|(?:I|we)['’](?:m|ve|d|ll|re)|I|me|my|mine|myself|we|us|our|ours|ourselves)"
    r"(?![\w'’])",
    re.I,
)
_VERBS = {"i am": "you are", "i was": "you were", "am i": "are you", "was i": "were you"}


@cache
def listed(name: str) -> frozenset[str]:
    """A word list of words.toml."""
    data = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return frozenset(str(data[name]).split())


def plain(text: str) -> str:
    """One line of running text: Markdown emphasis and links taken off, white space made single."""
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _SOFT.sub(r"\2", text)
    text = _STRAY.sub("", text)  # emphasis that began in another sentence
    return _SPACE.sub(" ", text).strip()


def words(text: str) -> list[str]:
    return WORD.findall(text)


def normal(text: str) -> str:
    """For comparing texts: lower case, words only."""
    return " ".join(w.casefold().replace("’", "'") for w in words(text))


def leans(text: str) -> bool:
    """Whether a sentence leans on one before it ("Then he …"), so that an answer should not begin with it."""
    return bool(_LEANS.match(text)) or text[:1].islower()


_FROM_NOW = re.compile(
    r"\b(?:today|yesterday|tonight|tomorrow|this (?:morning|afternoon|evening|week|month|year|summer|winter)"
    r"|\w+ (?:days?|weeks?|months?|years?) ago"
    r"|(?:last|next) (?:night|week|month|year|summer|winter|spring|autumn|eid|diwali|christmas|\w+day))\b",
    re.I,
)


def counts_from_now(text: str) -> bool:
    """Whether a text counts a time from the day on which it was written: "last year", "two days ago"."""
    return bool(_FROM_NOW.search(text))


_THIRD = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.I)
_PERSON = re.compile(
    r"(?<![.!?…:] )(?<!\A)\b[A-Z][a-z]+|\b[A-Z][a-z]+['’]s\b"
    r"|\A[A-Z][a-z]+(?= (?:was|is|had|has|said|came|went|took|told|gave|did)\b)"
)


def hangs(text: str, people: frozenset[str] = frozenset()) -> bool:
    """Whether the first "he" or "she" of a text has nobody before it in the text whom it could mean.

    `people`: common words for people, lower case. What stands in quotation marks does not count.
    """
    told = re.sub(r"[\"“][^\"”]*[\"”]", " ", text)
    first = _THIRD.search(told)
    if first is None:
        return False
    before = told[: first.start()]
    return not _PERSON.search(before) and not any(w.casefold() in people for w in words(before))


def says_i(text: str) -> bool:
    """Whether the narrator is in it, in the first person."""
    return bool(_FIRST.search(text))


def to_you(text: str) -> str:
    """First person turned into second: "my first job, when I was 20" -> "your first job, when you were 20"."""

    def turn(match: re.Match[str]) -> str:
        low = match[0].lower().replace("’", "'")
        new = _VERBS.get(low) or _YOU.get(low, match[0])
        return new[:1].upper() + new[1:] if match[0][:1].isupper() and low[:1] != "i" else new

    return _PRONOUN.sub(turn, text)


def third(text: str, gender: Gender, name: str) -> str:
    """First person turned into third, for labels: "my first job" -> "her first job"; "I" -> the name."""
    she, her, hers, herself = (
        ("she", "her", "hers", "herself") if gender == "female" else ("he", "his", "his", "himself")
    )
    object_ = "her" if gender == "female" else "him"
    table = {"i": name or she, "me": object_, "my": her, "mine": hers, "myself": herself, "i'm": f"{name or she} is"}
    pattern = re.compile(r"(?<![\w'’.-])(I['’]m|I am|I|me|my|mine|myself)(?![\w'’])", re.I)

    def turn(match: re.Match[str]) -> str:
        low = match[0].lower().replace("’", "'")
        return f"{name or she} is" if low == "i am" else table.get(low, match[0])

    return pattern.sub(turn, text)


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Small first letter, unless the first word is a name, an initialism or "I"."""
    first = text.split(" ", 1)[0]
    if first in ("I", "I'm", "I’m", "I've", "I’ve") or any(c.isupper() for c in first[1:]):
        return text
    return text[:1].lower() + text[1:]


def and_join(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""
