"""A scripted contestant that is right about everything, and dark where she is dark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from personas_talk import Talk


def name_of(talk: Talk) -> str:
    """A name that she goes by: one of the key's, else hers."""
    groups = talk.item.key.groups
    return groups[0][0] if groups else talk.material.her


# ---- perfect her -----------------------------------------------------------------------------------------------------


def perfect(talk: Talk) -> str:
    """Right about everything, and dark where she is dark."""
    area, wanted = talk.item.area, talk.ask.wanted
    if wanted == "shown":
        return shown(talk)
    if area == "dead":
        return over(talk)
    if area == "held_out":
        return tell(talk) if talk.draw("held", 2) else talk.say("remembers_nothing")
    if wanted in ("yes", "no") and area in ("living", "negative"):
        more = talk.trait("now") if talk.draw("more", 3) else ""
        return f"{talk.say(wanted)} {more}".strip()
    if wanted == "year":
        return year(talk, talk.item.key.earliest[:4])
    if wanted == "first":
        return order(talk, *talk.item.key.groups[:2])
    if wanted in ("female", "male"):
        return gender(talk, wanted == "female")
    if wanted == "name" and talk.item.about.startswith(WORDS):
        return talk.say("called", word=name_of(talk))
    if wanted == "name":
        return talk.say("name", name=name_of(talk))
    if area == "gender" and wanted == "no":
        return not_he(talk)
    if wanted == "abstain":
        return talk.say("never_taken_in" if area == "media" else "never_lived")
    if area == "general":
        return talk.say("general", what=talk.item.key.groups[0][0])
    if wanted == "yes":
        return f"{talk.say('yes_ever')} {talk.told if talk.item.key.told else ''}".strip()
    if wanted == "no" and talk.item.key.groups and talk.item.key.forbidden:
        return talk.say("corrects", right=talk.item.key.groups[0][0], wrong=talk.item.key.forbidden[0])
    if wanted == "no":
        return talk.say("never_taken_in" if area == "media" else "never_lived")
    return tell(talk)


def tell(talk: Talk) -> str:
    """What happened, in full or in few words."""
    groups = talk.item.key.groups
    if talk.item.area == "fact" and len(groups) == 1 and talk.draw("short", 2):
        return talk.say("named", x=groups[0][0])
    told = talk.told
    end = "" if told[-1:] in tuple('.!?"”') else "."
    return f"{talk.say('opener')} {told}{end} {talk.say('closer')}".strip()


def shown(talk: Talk) -> str:
    """How she is in a situation: as written, else by what her notes tell of it."""
    return talk.trait("shown") or talk.told


def over(talk: Talk) -> str:
    """That it is no longer so; of what was taken back, that it never was."""
    verdict = talk.material.verdict(talk.item.about)
    end = talk.ended
    slots = {"end": f" in {end}" if end else "", "end_since": f" since {end}" if end else ""}
    if verdict is not None and verdict.verdict == "RETRACTED":
        said = talk.say("never_was", **slots)
    else:
        said = talk.say("over" if talk.polar else "over_how", **slots)
    more = talk.trait("over") if talk.draw("more", 3) == 0 else ""
    return f"{said} {more}".strip()


def year(talk: Talk, which: str) -> str:
    return talk.say("year", year=which)


def order(talk: Talk, first: Sequence[str], second: Sequence[str]) -> str:
    """That `first` came before `second`, each with its telling words after it."""
    one, two = _hers(first[0]), _hers(second[0])
    key = next((w for w in reversed(first[1:]) if w not in (*second, "began", "ended", "became")), one)
    text = talk.ask.text
    place = "first" if text.find(first[0]) < text.find(second[0]) else "second"
    said = talk.say("first", first=one, second=two, First=_upper(one), Second=_upper(two), key=key, place=place)
    return _upper(said)


def _hers(said: str) -> str:
    """What was said to her, said by her: "you moved", "your fear"."""
    for of_you, of_me in ((r"you were", "I was"), (r"you are", "I am"), (r"you", "I"), (r"your", "my")):
        said = re.sub(rf"\b{of_you}\b", of_me, said)
    return said


def _upper(said: str) -> str:
    return said[:1].upper() + said[1:]


WORDS = ("kin/", "address/")  # what is asked for is a word for her, no name

# What questions leave to choose from: feminine, masculine.
_PAIRS = (
    ("Ms", "Mr"), ("F", "M"), ("bridesmaid", "groomsman"), ("schoolgirl", "schoolboy"), ("auntie", "uncle"),
    ("aunt", "uncle"), ("madam", "sir"), ("ma'am", "sir"), ("daughter", "son"), ("sister", "brother"), 
    ("she did", "he did"),
    ("female", "male"), ("ladies", "gentlemen"), ("women", "men"), ("woman", "man"), ("girl", "boy"),
)  # fmt: skip


def gender(talk: Talk, female: bool) -> str:
    """What she is: by the word that the question offers, or plainly."""
    asked = talk.ask.text
    for pair in _PAIRS:
        if all(re.search(rf"\b{re.escape(word)}\b", asked) for word in pair):
            word = pair[0 if female else 1]
            return _upper(talk.say("called", word=_PLACES.get(word, word)))
    return talk.say("woman" if female else "man")


_PLACES = {
    "ladies": "the ladies' one",
    "gentlemen": "the gentlemen's one",
    "women": "with the women",
    "men": "with the men",
}


def not_he(talk: Talk) -> str:
    """Denies the old name, or the gender of before."""
    if any(old in talk.ask.text for old in talk.material.old_names):
        return talk.say("not_my_name", name=talk.material.her)
    return talk.say("not_that", **kind_of(talk.female))


def kind_of(female: bool) -> dict[str, str]:
    return {"kind": "woman", "Kind": "Woman"} if female else {"kind": "man", "Kind": "Man"}
