"""What follows when one sport becomes another in the narrator's life: bat -> racquet, "batted" -> "played". By data.

`activities_sports.toml` says for each sport what its players, tools, grounds and units are called; two sports that it
knows make a pair. Pure look-up and inflection; who is meant is decided in `activities_follow`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from refiner.language.lexicon import plural_of
from refiner.language.past_forms import ing_form, participle, past_form, third_person

ROLES = ("tool", "field", "unit", "ball", "player", "position")
_MANY = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|[2-9]|\d\d+|both|many|few|several|all|these|those)[ \t]+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Follower:
    """A word of the old sport. `after` "" where nothing is known that could stand there.

    sure: the new sport has the very thing; else `after` is only what any sport could have there. own: the word says
    the old sport alone, so that it counts where the sport is not named. verb: it is a verb's base form.
    """

    word: str
    after: str
    role: str  # tool field unit ball player position verb none
    sure: bool
    own: bool = False
    plural: bool = False
    verb: bool = False
    common: bool = False  # the word means much else besides, so that its place must show that the sport is meant


@cache
def data() -> dict[str, Any]:
    """The data file as read."""
    return tomllib.loads(files("refiner.language").joinpath("activities_sports.toml").read_text(encoding="utf-8"))


def sport(name: str) -> dict[str, Any] | None:
    """The words of a sport by any of its names, None for what the data does not hold."""
    low = name.casefold().strip()
    found: dict[str, Any] | None = data()["sports"].get(data()["also"].get(low, low))
    return found


def _forms(word: str) -> tuple[str, str]:
    """Singular and plural of a role word as the data writes it ("half/halves")."""
    one, slash, many = word.partition("/")
    return one, many if slash else plural_of(one)


@cache
def followers(before: str, after: str) -> tuple[Follower, ...]:
    """The words of sport `before` and what stands there once it is `after`, longest first; () for what is no sport.

    A word that both sports call the same is not among them: nothing changes for it.
    """
    old, new = sport(before), sport(after)
    if old is None or old is new:
        return ()
    to: dict[str, Any] = new or {}
    own = {w.casefold() for w in old.get("own", ())}
    neutral: dict[str, str] = data()["neutral"]
    out: dict[str, Follower] = {}
    never, common = data()["common"]["never"], data()["common"]["asked"]
    theirs = {f for role in ROLES for w in to.get(role, ()) for f in _forms(w)}
    for word, instead in old.get("none", {}).items():
        plain = word in own or word in {plural_of(w) for w in own}
        out[word] = Follower(word, instead, "none", False, plain)
    for role in ROLES:
        there = to.get("player" if role == "player" else role, ()) if role != "position" else ()
        one, many = _forms(there[0]) if there else _forms(neutral[role])
        sure = bool(there) or role == "position" and new is not None
        for word in old.get(role, ()):
            single, plural = _forms(word)
            if single in theirs:
                continue
            for form, there_now in ((single, one), (plural, many)):
                if form not in never and form != there_now:
                    several = form == plural != single
                    found = Follower(form, there_now, role, sure, single in own, several, common=form in common)
                    out.setdefault(form, found)
    does: dict[str, str] = to.get("does", {})
    for verb, role in old.get("verbs", {}).items():
        said = does.get(role, "" if new is None else does.get("play", "play"))
        if said != verb:
            out.setdefault(f"to {verb}", Follower(verb, said, "verb", bool(said), verb=True))
    return tuple(sorted(out.values(), key=lambda f: (-len(f.word), f.word)))


def forms(before: str, after: str) -> dict[str, str]:
    """The nouns that follow for sure, as a canon entry holds them: `forms("cricket", "badminton")["bat"]`."""
    found = [f for f in followers(before, after) if f.sure and not f.verb and not f.common]
    return {f.word: f.after for f in sorted(found, key=lambda f: f.word)}


def match_word(name: str) -> str:
    """What a contest of this sport is called: match, bout, race, game."""
    return str((sport(name) or {}).get("match", "match"))


def act(name: str) -> str:
    """The verb that goes with the sport's name: play, do or go; play for what the data does not hold."""
    return str((sport(name) or {}).get("act", "play"))


def shares(word: str, but: str) -> frozenset[str]:
    """The other sports that use this word too, by name."""
    known = sport(but)
    return frozenset(
        name
        for name, s in data()["sports"].items()
        if s is not known and any(word in _forms(w) for role in ROLES for w in s.get(role, ()))
    )


def plural_after(text: str, start: int) -> bool:
    """Whether the words before `start` count several: "two innings"."""
    return _MANY.search(text[max(0, start - 16) : start]) is not None


@cache
def other_senses() -> re.Pattern[str]:
    """Phrases in which a word of a sport means something else."""
    return re.compile(rf"\b(?:{'|'.join(data()['common']['other'])})\b", re.IGNORECASE)


# ---- verbs ---------------------------------------------------------------------------------------------------------


@cache
def conjugated(verb: str) -> dict[str, str]:
    """The forms of a verb by tag: VB VBP VBZ VBD VBN VBG."""
    known = data()["verbs"].get(verb)
    if known is None:
        past = past_form(verb) or verb
        known = [third_person(verb), past, participle(verb) or past, ing_form(verb)]
    return {"VB": verb, "VBP": verb, "VBZ": known[0], "VBD": known[1], "VBN": known[2], "VBG": known[3]}


def inflect(verb: str, tag: str) -> str:
    """The verb in the form of a Penn tag; its base form for a tag that no verb has."""
    return conjugated(verb).get(tag, verb)
