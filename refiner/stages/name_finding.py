"""Finds what could tell who is meant: names of people, places and firms, addresses, numbers. Cheap rules, no parser.

Rather too much than too little: a word with a capital in the middle of a sentence that no dictionary knows counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from refiner.asking.standins import LETTER, LETTERS, WORD
from refiner.language import lexicon
from refiner.language.quotes import is_title
from refiner.models import Note
from refiner.stages.known_words import in_dictionary, keep, known, listed

# ---- what is no word ------------------------------------------------------------------------------------------------

_OTHER: tuple[tuple[str, str], ...] = (
    ("mail", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("url", r"(?:https?://|www\.)[^\s<>()\"'\\]*[^\s<>()\"'\\.,;:!?*_]"),
    ("url", r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|io|in|co\.in|ac\.in|gov\.in)"
            r"(?:/[^\s<>()\"'\\]*[\w/])?(?![\w.]\w)"),
    ("handle", r"(?<=(?<!\w)@)[A-Za-z][\w.]{1,30}\w"),
    ("handle", r"(?<![\w@/.])[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+(?!\w)"),
    ("phone", r"(?<![\w.,/-])\+?\(?\d(?:[ \u00a0().-]{0,2}\d){8,13}(?![\w/]|[.,-]\d)"),
    ("house", r"(?i:\b(?:flat|house|plot|quarter|qtr|door|h\.? ?no|apartment|apt|bungalow|villa)\.?"
              r"(?: (?:no|number|num)\.?)? ?#?)"
              r"[A-Z]?-?\d{1,4}(?:[/-][A-Z]?\d{1,4})*[A-Z]?\b"),
    ("house", r"\b\d{1,4}[A-Za-z]?(?:[/-]\d{1,4})?"
              r"(?=,? (?:[A-Z]\w+ ){1,3}(?:Street|St|Road|Rd|Lane|Avenue|Marg|Nagar)\b)"),
    ("code", r"\b(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z-]*\d){4})[A-Z0-9]+(?:-[A-Z0-9]+)*\b"),
    ("digits", r"(?i:(?<=ending )|(?<=ending in )|(?<=account )|(?<=a/c )|(?<=pin ))(?:no\.? )?\d{4,}\b"),
    ("digits", r"(?<![\w.,/₹$€£-])(?<!Rs )(?<!Rs\. )(?<!INR )(?<!₹ )"
               r"\d{6,}(?![\w/-]|[.,]\d| (?:rupees|lakhs?|crores?|km|people|dollars|pounds))"),
)  # fmt: skip
_SPECIAL = tuple((kind, re.compile(pattern)) for kind, pattern in _OTHER)
_ADDRESS = re.compile("|".join(f"(?:{pattern})" for kind, pattern in _OTHER if kind in ("mail", "url", "handle")))
_PERHAPS_ADDRESS = re.compile(r"[@_]|://|www\.|\w\.(?:com|org|net|edu|io|in)\b")
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ][01]?\d[-./ ][0-3]?\d|[0-3]?\d[-./ ][01]?\d[-./ ](?:19|20)\d\d|(?:(?:19|20)\d\d\W*){2,}"
)


def others(text: str) -> list[tuple[str, str]]:
    """Addresses, user names, numbers: (kind, as it stands there)."""
    out = []
    address, number = _PERHAPS_ADDRESS.search(text), re.search(r"\d", text)
    for kind, pattern in _SPECIAL:
        if not (address if kind in ("mail", "url", "handle") else number):
            continue
        for match in pattern.finditer(text):
            if kind in ("phone", "digits", "code") and _DATE.match(match[0]):
                continue
            out.append((kind, match[0].strip()))
    return out


# ---- words ----------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What the notes show of one word, whatever its capitals."""

    forms: Counter[str] = field(default_factory=Counter)  # spellings with a capital
    inside: int = 0  # times with a capital where only a name has one
    first: int = 0  # times with a capital where any word has one
    small: int = 0
    called: int = 0  # times in small letters where only a name stands: "ravi bhai", "ravi: hello"
    cues: Counter[str] = field(default_factory=Counter)  # kind -> times that what stands beside it says so


_STARTS = frozenset('.!?:…\n"“”‘«*_#>|-•~`')
_SHORT_FORM = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Smt|Shri|Prof|Rev|Capt|Col|Lt|Gen|Hon|Jr|Sr|No|Chi|[A-Z])\.\s*\Z")


def look(texts: Iterable[tuple[str, frozenset[int]]]) -> dict[str, Seen]:
    """Every word of some texts. With each text go the places where its sentences begin."""
    found: dict[str, Seen] = {}
    for text, starts in texts:
        if _PERHAPS_ADDRESS.search(text):
            text = _ADDRESS.sub(lambda m: " " * len(m[0]), text)
        words = [(m.start(), m.end(), m[0]) for m in WORD.finditer(text)]
        for i, (start, _, word) in enumerate(words):
            low = word.lower()
            seen = found.get(low)
            if seen is None:
                seen = found[low] = Seen()
            if word == low:
                seen.small += 1
                seen.called += len(low) > 3 and _called(text, words, i)
                continue
            seen.forms[word] += 1
            if _begins(text, start, starts):
                seen.first += 1
            else:
                seen.inside += 1
            _cues(seen, text, words, i)
    return found


def _called(text: str, words: Sequence[tuple[int, int, str]], i: int) -> bool:
    """Whether a word in small letters stands where a name does: before "bhai", or as who speaks in a chat."""
    start, end, _ = words[i]
    if text[end : end + 2] == ": " and (start == 0 or text[start - 1] == "\n"):
        return True
    after = words[i + 1][2] if i + 1 < len(words) and text[end : words[i + 1][0]] == " " else ""
    return after in listed("cues", "after_male") or after in listed("cues", "after_female")


def _begins(text: str, start: int, starts: frozenset[int]) -> bool:
    joined = _HYPHEN.match(text, start)  # "Jean-Luc"
    if start in starts or joined:
        return not joined
    before = text[max(0, start - 12) : start].rstrip(" \t'’")
    if not before:
        return start < 12
    if before[-1] == "\n":
        return not starts  # sentences are known where `starts` is given, and a line may break within one
    return before[-1] in _STARTS and not (before[-1] == "." and _SHORT_FORM.search(before + " "))


_HYPHEN = re.compile(rf"{LETTERS}-(?=[^\W\d_a-z]{LETTER})")
_THE = re.compile(r"\b(?i:the|an?|my|our|this|that|his|her|their|your|every)\s\Z")
_INITIAL = re.compile(r"(?<![.!?] )\b[A-Z]\.[ ]?\Z")
_PRONOUN = re.compile(r"[^A-Z]{0,80}?(?:[.!?] )?(?-i:\b([Hh]e|[Ss]he|him|his|her)\b)")


def _cues(seen: Seen, text: str, words: Sequence[tuple[int, int, str]], i: int) -> None:
    """Counts what the words right beside a word with a capital say about it."""
    start, end, _ = words[i]
    before = words[i - 1] if i and len(text[words[i - 1][1] : start].strip("\n")) <= 2 else None
    after = words[i + 1] if i + 1 < len(words) and text[end : words[i + 1][0]] in (" ", "\n", "-") else None
    if text[end : end + 2] in ("'s", "’s"):
        after = None
        seen.cues["person"] += 1
    if text[end : end + 1] in ("'", "’") and not _THE.search(text, max(0, start - 8), start):
        seen.cues["owner"] += (text[end + 1 : end + 2] in " s") and (
            i + 1 == len(words) or text[end + 2 : end + 3] == " "
        )
    if _INITIAL.search(text, max(0, start - 6), start):
        seen.cues["initial"] += 1
        seen.cues["surname"] += 2
    if before:
        low, gap = before[2].lower(), text[before[1] : start]
        near = gap.strip() in ("", ".")
        if near and low in listed("cues", "before_male"):
            seen.cues["school" if low in ("st", "saint") else "male"] += 3
        elif near and low in listed("cues", "before_female"):
            seen.cues["female"] += 3
        elif near and low in listed("cues", "before_person"):
            seen.cues["person"] += 1
        elif near and low in listed("cues", "in_place"):
            seen.cues["place"] += 1
        if near and low in listed("cues", "title"):
            seen.cues["titled"] += 1
        elif near and before[2][0].isupper() and lexicon.gender_of_name(low):
            seen.cues["surname"] += 3
        elif (
            near
            and before[2][0].isupper()
            and before[2] != before[2].upper()
            and not in_dictionary(low)
            and low not in keep()
        ):
            seen.cues["surname"] += 1
    if after:
        low = after[2].lower()
        for kind, amount in (("after_male", 3), ("after_female", 3), ("after_person", 1)):
            if low in listed("cues", kind):
                seen.cues[kind.removeprefix("after_")] += amount
        if low in listed("cues", "after_person") and (len(low) > 3 or low == "is"):
            seen.cues["subject"] += 1
        if after[2][0].isupper() and (known(low) in ("surname", "") and not in_dictionary(low) and low not in keep()):
            seen.cues["given"] += 2
        for distance in (1, 2, 3):
            if i + distance >= len(words) or "\n\n" in text[end : words[i + distance][0]]:
                break
            head = words[i + distance][2]
            for kind in ("place", "firm", "school"):
                if head.lower() in listed("cues", f"{kind}_head") and (head[0].isupper() or distance == 1):
                    seen.cues[kind] += 3
            if not head[0].isupper() and head != "s":
                break
    if (pronoun := _PRONOUN.match(text, end)) is not None:
        seen.cues["he" if pronoun[1].lower() in ("he", "him", "his") else "she"] += 1
    if re.match(r":[ \t]", text[end : end + 2]) and (start == 0 or text[start - 1] == "\n"):
        seen.cues["person"] += 2


_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")


def is_name(low: str, seen: Seen) -> bool:
    """Whether a word is to be taken for a name after all that the notes show of it."""
    large = seen.inside + seen.first
    if (
        len(low) < 2
        or low in keep()
        or (low[0] in "xvi" and _ROMAN.fullmatch(low))
        or not (large or seen.called or known(low))
    ):
        return False
    name, english = known(low), in_dictionary(low)
    strong = seen.cues["male"] + seen.cues["female"] + seen.cues["titled"] >= 3 or seen.cues["surname"] >= 3
    shouted = all(form.isupper() for form in seen.forms) and len(low) > 1
    if not english:
        if name or seen.called or large >= max(seen.small, 1):
            return True
        return seen.inside >= 2 and any(seen.cues.values())
    if shouted:
        return False
    if name:
        if english == "noun":
            return large > 0 and (not seen.small or seen.inside > 0)
        return seen.cues["subject"] > 0 or seen.inside > 0
    if english == "noun":
        return (seen.inside > 0 and not seen.small) or (strong and seen.inside > seen.small)
    if not seen.inside or lexicon.is_role(low) or low in listed("keep", "nouns"):
        return False
    if seen.cues["titled"] or seen.cues["owner"] or seen.cues["initial"]:
        return True
    return not seen.small and seen.cues["person"] + seen.cues["surname"] + seen.cues["subject"] > 0


def kind_of(low: str, seen: Seen) -> str:
    """What kind of name it is: male female person surname place firm school thing letters."""
    if all(form.isupper() for form in seen.forms) and seen.forms and len(low) <= 6:
        return "letters"
    if name := known(low):
        if name == "person":
            return _gender(seen.cues)
        if name in ("male", "female") and seen.cues["surname"] > 3 * seen.first + seen.inside:
            return "surname"
        return name
    cues = seen.cues
    if cues["titled"] and cues["given"] >= cues["titled"] * 2:
        return _gender(cues)
    best, most = max(
        ((k, cues[k]) for k in ("school", "firm", "place", "male", "female", "surname")), key=lambda c: c[1]
    )
    if low.endswith(tuple(listed("places", "endings"))) and len(low) > 5 and cues["male"] + cues["female"] < 3:
        return "place"
    if most and most >= cues["person"]:
        return "surname" if best in ("male", "female") and cues["titled"] and not cues["surname"] else best
    if cues["titled"]:
        return "surname"
    return _gender(cues) if cues["person"] else "thing"


def _gender(cues: Counter[str]) -> str:
    he, she = cues["he"] + cues["male"], cues["she"] + cues["female"]
    if max(he, she) >= 2 and max(he, she) >= 4 * min(he, she):
        return "male" if he > she else "female"
    return "person"


# ---- titles ---------------------------------------------------------------------------------------------------------

_MARKED = re.compile(r"(?<!\w)(?:[*_]{1,2}(?P<star>[^*_\n]{3,60})[*_]{1,2}|[\"“](?P<quote>[^\"”\n]{3,60})[\"”])")


def titles(note: Note) -> list[str]:
    """Titles of books and films in a note: marked, with capitals, and a word beside them that says so."""
    out = []
    for match in _MARKED.finditer(note.text, note.body_start):
        words = match["star"] or match["quote"]
        line = note.text[max(0, match.start() - 60) : match.end() + 60].lower()
        alone = match["star"] and re.search(r"(?:^|\n)[ \t]*[-*+][ \t]+\Z", note.text[: match.start()])
        if is_title(words) and (alone or listed("cues", "work") & set(re.findall(r"[a-z]+", line))):
            out.append(words)
    return out
