"""The gendered lexicon: `lexicon.toml`, read once. Pure look-up; who is meant is decided elsewhere."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.models import Gender


@dataclass(frozen=True)
class Word:
    """A gendered word: what stands there for the other gender, what kind of word it is, one or several."""

    word: str
    after: str
    kind: str  # person kin role address title
    plural: bool = False


def other(gender: Gender) -> Gender:
    """The other one of the two genders that a persona can have."""
    return "female" if gender == "male" else "male"


@cache
def data() -> dict[str, Any]:
    """The data file as read."""
    return tomllib.loads(files("refiner.language").joinpath("lexicon.toml").read_text(encoding="utf-8"))


def plural_of(word: str) -> str:
    """The regular English plural."""
    if word.endswith("man"):
        return word[:-3] + "men"
    if re.search(r"(?:s|x|z|ch|sh|ss)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


@cache
def table(gender: Gender, kinds: tuple[str, ...] = ("person", "kin", "role")) -> dict[str, Word]:
    """All words (lower case) that say `gender`, singular and plural, of the given kinds; the first listing wins."""
    out: dict[str, Word] = {}
    key = "to_female" if gender == "male" else "to_male"
    for kind in kinds:
        section = data()[kind]
        for before, after in section.get(key, {}).items():  # what is said for this direction alone goes first
            out.setdefault(before.casefold(), Word(before, after, kind))
        one_way = set(section.get("one_way", ()))
        for pair in section["pairs"]:
            male, female = pair[0], pair[1]
            plurals = pair[2:] or [plural_of(male), plural_of(female)]
            if gender == "male" and male.casefold() in one_way:
                continue
            before, after = (male, female) if gender == "male" else (female, male)
            many = (plurals[0], plurals[1]) if gender == "male" else (plurals[1], plurals[0])
            out.setdefault(before.casefold(), Word(before, after, kind))
            if kind != "title":
                out.setdefault(many[0].casefold(), Word(many[0], many[1], kind, plural=True))
        for before, after in section.get(key, {}).items():
            out.setdefault(before.casefold(), Word(before, after, kind))
            if kind != "title" and before.casefold() not in section.get("plural_call", ()):
                out.setdefault(
                    plural_of(before).casefold(), Word(plural_of(before), plural_of(after), kind, plural=True)
                )
    return out


@cache
def noun(word: str, gender: Gender) -> Word | None:
    """The entry of a gendered noun of `gender` (person, kin or role), composed kin terms included; else None."""
    low = word.casefold().replace("’", "'")
    known = table(gender)
    if low in known:
        return known[low]
    if match := re.match(r"^(\w+?)(s?)-in-law(s?)$", low):
        base = known.get(match[1])
        if base and base.kind == "kin":
            return Word(word, f"{base.after}{match[2]}-in-law{match[3]}", "kin", bool(match[2] or match[3]))
    if match := re.match(r"^((?:great-?|half-?|step-?|grand|foster-?|co-|ex-|twin-)+)(\w+)$", low):
        base = known.get(match[2])
        if base and base.kind in ("kin", "person"):
            return Word(word, match[1] + base.after, "kin", base.plural)
    if low.endswith(("woman", "women")) and gender == "male":
        return None  # "forewoman" ends in "man" too
    if gender_of_name(word) is not None:
        return None  # Salman is no role
    if (match := _composed(gender).match(low)) and low not in words("role", "no_person"):
        base = known[match[2]]
        return Word(word, match[1] + base.after, "role", base.plural)
    return None


@cache
def _composed(gender: Gender) -> re.Pattern[str]:
    """Words for what somebody does, made with "man" or "boy": "guardsman", "bell-boy"."""
    ends = "man|men|boys?" if gender == "male" else "woman|women|girls?"
    return re.compile(rf"^([a-z]{{3,}}-?)({ends})$")


@cache
def address(word: str, gender: Gender) -> Word | None:
    """The entry of a word that calls somebody of `gender` ("beta", "sir"); kin and person words count too."""
    low = word.casefold().replace("’", "'")
    ji = re.match(r"^(\w+?)([- ]?ji)$", low)
    found = table(gender, ("address",)).get(low)
    if not found and ji and (base := table(gender, ("address", "kin")).get(ji[1])):
        found = Word(word, base.after + ji[2], "address")
    return found or noun(low, gender)


@cache
def neutral(word: str) -> str | None:
    """The word for both genders ("brothers" -> "siblings"), singular or plural as given."""
    low = word.casefold()
    forms: dict[str, str] = data()["kin"]["neutral"]
    if low in forms:
        return forms[low]
    for single, after in forms.items():
        if low == plural_of(single):
            return "children" if after == "child" else "grandchildren" if after == "grandchild" else plural_of(after)
    return None


@cache
def words(*path: str) -> frozenset[str]:
    """A word list of the data file (a string of words, or a list), lower case."""
    node: Any = data()
    for key in path:
        node = node[key]
    return frozenset(w.casefold() for w in (node.split() if isinstance(node, str) else node))


@cache
def fixed() -> re.Pattern[str]:
    """Phrases that stay whoever is meant."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(data()['fixed']['phrases'])})(?![\w])", re.IGNORECASE)


@cache
def gender_of_word(word: str) -> Gender | None:
    """Which gender a common noun says, if it says one."""
    low = word.casefold()
    if low in words("people", "kin_female"):
        return "female"
    if low in words("people", "kin_male"):
        return "male"
    if low in ("sir", "mister", "saab", "sahib", "bhai", "bhaiya", "anna"):
        return "male"
    if low in ("madam", "ma'am", "miss", "behen", "behenji", "didi", "akka"):
        return "female"
    if low.endswith(("mistress", "stress")) and low not in ("mistress", "stress", "distress"):
        return "female"
    if noun(low, "male") or low in words("pronoun", "male") or low in ("mr", "mr.", "shri", "his"):
        return "male"
    if (
        noun(low, "female")
        or low in words("pronoun", "female")
        or low in ("mrs", "mrs.", "ms", "ms.", "miss", "smt", "her")
    ):
        return "female"
    return None


@cache
def gender_of_name(name: str) -> Gender | None:
    """Which gender a given name says, where it is a common one that says one."""
    low = name.casefold()
    if low in words("names", "mixed"):
        return None
    if low in words("names", "male"):
        return "male"
    return "female" if low in words("names", "female") else None


_TRADES = (
    "master",
    "keeper",
    "maker",
    "smith",
    "wallah",
    "walla",
    "wala",
    "driver",
    "worker",
    "singer",
    "ician",
    "ologist",
    "eteer",
)


@cache
def is_role(word: str) -> bool:
    """Whether a common noun is a word for a person."""
    low = word.casefold()
    roles = words("people", "roles") | words("people", "roles_more")
    if low in roles or gender_of_word(low):
        return True
    if low.endswith("s") and low[:-1] in roles:
        return True
    return low.endswith(_TRADES) and low not in words("people", "no_trade")


@cache
def speech_verb(lemma: str) -> bool:
    return lemma.casefold() in words("speech", "verbs")
