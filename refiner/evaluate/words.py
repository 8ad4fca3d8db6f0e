"""An answer in comparable words: one case, one white space, its sentences, its words as stems and numbers. Pure.

The normalisation is that of Rajpurkar et al., SQuAD (EMNLP 2016, section 4: no case, punctuation, articles or white
space), with stems instead of words and numbers in one form whether they stand in words or in figures.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

from refiner.checks.stems import share, stems
from refiner.timeline.numbers import number

PIECE = 400  # signs of a sentence that are read as one; what runs on without a stop is cut there
LOOP = 3  # times from which a sentence is one that goes round
NOES = 4  # times from which one word alone is no answer
MANY_WORDS, VARIED = 40, 0.5  # words, and the share of different triples of words under which they go round
PARROT = 88.0  # of 100, by rapidfuzz's ratio: from here a sentence is the question said again
_SPACES = re.compile(r"\s+")
_END = re.compile(r"(?<=[.!?;…])[\"')\]*_]*\s+")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_RHETORICAL = re.compile(r",? (?:why|what else|who else|where else|how else|why not)\?")
_STOPPED = re.compile(r"\b(?:mr|mrs|ms|dr|vs|etc|e\.g|i\.e|prof|sr|jr)\.$")
_CURLY = str.maketrans(
    {"‘": "'", "’": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‑": "-", "\u200b": ""}
)
_DASH = re.compile(r"\s-+\s|--+|(?<=\w)\s*—\s*(?=\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d\d)")
_SCALES = {"hundred": 100, "thousand": 1000, "lakh": 100_000, "lac": 100_000, "crore": 10_000_000, "million": 1_000_000}
_SCALES |= {f"{k}s": v for k, v in list(_SCALES.items()) if k != "lac"}
_ARTICLES = frozenset({"a", "an", "the"})
_LEADING = re.compile(r"^(?:[\s\"*_#>()\[\]-]|'(?!\d\d))+")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """One line in one case, with straight quotation marks and spaced dashes, without accents."""
    text = _DASH.sub(" — ", text)
    text = unicodedata.normalize("NFKD", text.translate(_CURLY)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _SPACES.sub(" ", text.replace(" - ", " — ").replace(" — ", " -- ")).strip()


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text that `plain` made; none is longer than `PIECE` signs."""
    out: list[str] = []
    text = _RHETORICAL.sub(".", text)
    for part in _END.split(text):
        if out and _STOPPED.search(out[-1][-6:]) and len(out[-1]) + len(part) < PIECE:
            out[-1] += f" {part}"
        else:
            while len(part) > PIECE:
                cut = part.rfind(" ", PIECE // 2, PIECE)
                cut = cut if cut > 0 else PIECE
                out.append(part[:cut])
                part = part[cut:].lstrip()
            out.append(part)
    return tuple(p for s in out if (p := _LEADING.sub("", s).strip()))


def flat(text: str) -> str:
    """The words of a `plain` text alone, to compare sentences by."""
    return " ".join(_WORD.findall(text))


@lru_cache(maxsize=8192)
def own_sentences(ask: str, text: str) -> tuple[str, ...]:
    """The sentences of an answer, without those that only say the question again, whole, begun or turned to "I".

    A sentence that adds a word of its own that says something is kept: "Ritesh got it" answers "Who got it?".
    """
    asked = [f for s in (ask, *sentences(plain(ask))) if (f := flat(plain(s)))]
    turned = [_turned(a) for a in asked]
    given = stems_in([ask])
    parts = sentences(plain(text))
    told: Counter[str] = Counter(flat(s) for s in parts)
    return tuple(
        s
        for s in parts
        if not _again(s, asked, turned, given) and not senseless(s) and not _loops(s, told[flat(s)] >= LOOP)
    )


def _loops(sentence: str, often: bool) -> bool:
    """Whether a sentence is only said over and over: "I am not so. I am not so. I am not so.", "No, no, no, no, no"."""
    words = flat(sentence).split()
    if len(words) >= NOES and len(set(words)) == 1:
        return True
    return often and not any(w >= 0.3 for w in content(sentence).values())


@lru_cache(maxsize=8192)
def babbles(text: str) -> bool:
    """Whether a text goes round: a sentence said over and over, or few different words in many."""
    parts = [f for s in sentences(plain(text)) if (f := flat(s))]
    words = " ".join(parts).split()
    triples = {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
    return (
        any(senseless(s) for s in sentences(plain(text)))
        or bool(parts) and max(Counter(parts).values()) >= LOOP
        or len(words) >= MANY_WORDS and len(triples) < VARIED * (len(words) - 2)
    )  # fmt: skip


_FUNCTION = r"is|was|are|were|of|and|in|on|to|at|with|for|from|by|the|a|an|my|our|i|he|she|it|they|we"
_ODD = re.compile(
    rf"\b(?:a|an|the|my|our|their) (?=(?:{_FUNCTION}|no|yes|not)\b(?!-))|\b(?P<w>{_FUNCTION}|that|be|been|his"
    rf"|her) (?=(?P=w)\b)"
)


def senseless(sentence: str) -> bool:
    """Whether a sentence is a heap of words: several articles without a noun, or function words said twice over.

    It tells nothing, whatever words it holds.
    """
    words = sentence.count(" ") + 1
    odd = sum(1 for _ in _ODD.finditer(sentence))
    return words >= 8 and odd >= max(2, words // 20) or 5 <= words < 12 and (odd > 0 or _heaped(sentence))


def _heaped(sentence: str) -> bool:
    """Whether a short sentence is made of one or two words that say something, said again and again."""
    words = flat(sentence).split()
    most = Counter(w for w in words if w not in _ARTICLES).most_common(1)
    return len(words) >= 6 and bool(most) and most[0][1] >= 3 and len(set(words)) * 5 <= len(words) * 3


def _again(sentence: str, asked: list[str], turned: list[str], given: frozenset[str]) -> bool:
    said = flat(sentence)
    if not said:
        return True
    mine = _turned(said)
    for a, b in zip(asked, turned, strict=True):
        if len(said.split()) >= min(4, len(a.split())) and (a.startswith(said) or b.startswith(mine)):
            return True
        like = fuzz.ratio(said, a) >= PARROT or "?" in sentence and fuzz.ratio(mine, b) >= PARROT
        if like and min(len(a.split()), len(said.split())) >= 3 and not _adds(said, given):
            return True
    return False


def _adds(said: str, given: frozenset[str]) -> bool:
    return any(w >= 0.3 and s not in given for s, w in content(said).items())


_TURN = {"you": "i", "your": "my", "yours": "mine", "yourself": "myself", "me": "i", "you're": "i'm", "you've": "i've",
         "are": "am", "were": "was", "aren't": "am not", "weren't": "wasn't"}  # fmt: skip


def _turned(said: str) -> str:
    return " ".join(_TURN.get(w, w) for w in said.split())


def numbers_in(words: list[str]) -> list[str]:
    """Words, with each number as one number in figures: "two hundred" → 200, "1,50,000" → 150000."""
    out: list[str] = []
    at = 0
    while at < len(words):
        value = number(words[at]) if words[at] != "second" else None
        if value is None and words[at] in ("second", "half"):
            out.append("2" if words[at] == "second" else "half")
            at += 1
            continue
        if value is None:
            out.append(words[at])
            at += 1
            continue
        at += 1
        if at < len(words) and 20 <= value <= 90 and value % 10 == 0 and 0 < (number(words[at]) or 0) < 10:
            value += number(words[at]) or 0
            at += 1
        while at < len(words) and words[at] in _SCALES and value < 10_000_000:
            value *= _SCALES[words[at]]
            at += 1
        out.append(str(value))
    return out


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in one form, without articles; numbers in figures."""
    flat_text = _THOUSANDS.sub("", plain(text))
    words = [w.removesuffix("'s").strip("'") for w in _WORD.findall(flat_text)]
    split = [p for w in words for p in (w.split("-") if "-" in w else (w,)) if p]
    return tuple(w for w in numbers_in(split) if w not in _ARTICLES)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """One stem of a token; numbers stay."""
    return word if word.isdigit() else (stems(word) or (word,))[0]


def content(text: str) -> dict[str, float]:
    """The stems of the words that say something, with how much they say (0 to 1)."""
    out: dict[str, float] = {}
    for word in tokens(text):
        weight = 1.0 if word.isdigit() else share(word)
        if weight:
            out[stem(word)] = max(weight, out.get(stem(word), 0.0))
    return out


def stems_in(texts: Iterable[str]) -> frozenset[str]:
    """All stems of some texts, each word with every stem it has."""
    return frozenset(s for t in texts for w in tokens(t) for s in (stem(w), *(() if w.isdigit() else stems(w))))


def written(text: str, names: Iterable[str] = ()) -> str:
    """A `plain` text as it would be written: "I", a capital at the beginning of sentences and of `names`.

    What reads capital letters reads this, so that a mark does not hang on the case that a model writes in.
    """
    text = re.sub(r"(?<![\w'.-])i(?=\s|'|$|[,.!?;:)])", "I", text)
    text = re.sub(r"(^|[.!?…][\"')]*\s+)([^\W\d_])", lambda m: m[1] + m[2].upper(), text)
    for name in sorted({w for n in names for w in plain(n).split() if len(w) > 1}, key=lambda w: (-len(w), w)):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", name[:1].upper() + name[1:], text)
    return text
