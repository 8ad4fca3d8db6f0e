"""People and works that a model read in a note, beside those that the rules know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from refiner.config import Persona
from refiner.language.lexicon import gender_of_word, is_role
from refiner.models import Medium, Note, Person
from refiner.stages.asked.extract_items import GENDERS, Somebody, Told
from refiner.stages.people import RELATIONS

# Words for a person that do not say who it is.
_PLAIN = "he him his himself she her hers herself man men boy boys guy woman women girl girls lady person people"
_ANYBODY = frozenset(_PLAIN.split())
_CAPITAL = re.compile(r"[^\W\d_a-zß-ÿ]|\d")


def people_named(told: Sequence[Told], known: Sequence[Person], persona: Persona) -> list[Told]:
    """One reading for each person with a name, but for the narrator and those of whom the rules know enough."""
    rules = {n.casefold(): p for p in known for n in p.names}
    sides = (persona.before, persona.after)
    own = {n.casefold() for s in sides for n in (*s.name.split(), s.name, *s.nicknames) if n}
    found: dict[str, Told] = {}
    for t in told:
        low = t.name.casefold()
        if low in own or not _CAPITAL.search(t.name) or (low in rules and rules[low].gender):
            continue
        if low not in found or (found[low].item.kind == "person" and t.item.kind != "person"):
            found[low] = t
    return list(found.values())


def shows_gender(told: Told) -> bool:
    """Does the quote, or what the person is called there, hold a word of the gender that the model read?"""
    assert isinstance(told.item, Somebody)
    words = re.findall(r"[^\W\d_]+", f"{told.item.quote} {told.name}")
    return told.item.kind in GENDERS and GENDERS[told.item.kind] in {gender_of_word(w) for w in words}


def person_of(note: Note, told: Told, sure: bool) -> Person | None:
    """The person; who they are to the narrator only in the quote's own words. None where nothing is told of them."""
    name = " ".join(told.name.split())
    who = _relation(note.sentences[told.index].text, told.name)
    gender = GENDERS[told.item.kind] if sure else None
    if not who and not gender:
        return None
    return Person(names=(name,), relation=who, gender=gender, notes=(note.path,))


def _relation(sentence: str, name: str) -> str:
    """The word beside the name that says who it is: "my sister Zoya", "Zoya, my sister", "Sneha's brother Omkar" (whose
    he is to somebody else is not who he is to the narrator); "" if there is none."""
    m = re.search(rf"(?P<before>(?:\b[\w'’-]+[ ,]+){{0,2}}){re.escape(name)}(?P<after>, (?:my|our) [\w-]+)?", sentence)
    if m is None:
        return ""
    words = re.findall(r"[\w'’-]+", m["before"])
    if m["after"]:
        words = m["after"].split()
    if len(words) > 1 and re.search(r"['’]s?\Z|\A(?:his|her|their|your|whose)\Z", words[-2], re.IGNORECASE):
        return ""
    return words[-1].lower() if words and _who(words[-1].lower()) else ""


def _who(word: str) -> bool:
    """Does a word say who somebody is, and not only man or woman?"""
    return word in RELATIONS or (is_role(word) and word not in _ANYBODY)


def works_of(note: Note, told: Sequence[Told], known: Sequence[Medium]) -> list[Medium]:
    """Books, films, games and music, with the note's own words for what they did."""
    seen = {m.title.casefold() for m in known}
    found = []
    for t in told:
        title = " ".join(t.name.strip("\"“”'‘’*_ ").split())
        if not _CAPITAL.search(title) or title.casefold() in seen:
            continue
        seen.add(title.casefold())
        effect = " ".join(note.text[t.start : t.end].split())
        found.append(Medium(title=title, kind=t.item.kind, effect=effect, notes=(note.path,)))
    return found
