"""Questions about whether she is a woman, or he a man: outright, by what follows from it, by the old names, and by what
others say to her."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refiner.evaluate.material import Material
from refiner.evaluate.questions_forms import Offer, Wordings, offer, table
from refiner.evaluate.shapes import Ask, Key, Wanted
from refiner.language.lexicon import gender_of_word
from refiner.models import Gender, Person
from refiner.stages.composing.questions import fill, ordered

_KIN: dict[str, tuple[str, ...]] = {  # what she is to such a relative: feminine, masculine
    "mother": ("daughter", "son"), "father": ("daughter", "son"), "parent": ("daughter", "son"),
    "grandmother": ("granddaughter", "grandson"), "grandfather": ("granddaughter", "grandson"),
    "sister": ("sister", "brother"), "brother": ("sister", "brother"), "elder brother": ("sister", "brother"),
    "elder sister": ("sister", "brother"), "aunt": ("niece", "nephew"), "uncle": ("niece", "nephew"),
    "son": ("mother", "father"), "daughter": ("mother", "father"),
}  # fmt: skip
_ALWAYS = 100


def gender(material: Material, wordings: Wordings) -> Iterator[Offer]:
    """All of it; each way to ask is an item of its own."""
    is_now: Gender = material.config.persona.after.gender
    female = is_now == "female"
    same, other, child = ("woman", "man", "boy") if female else ("man", "woman", "girl")
    slots = {
        "same": same, "other": other, "other_child": child, "other_children": child + "s", "first": material.her,
        "name": material.full_name, "culture": material.config.persona.culture,
    }  # fmt: skip
    key = Key(forbidden=())
    yield from _item(
        wordings, "gender/direct", "what she is" if female else "what he is", "direct", slots, 5, is_now, key
    )
    yield from _item(wordings, "gender/denied", f"said to be a {other}", "denied", slots, 5, "no", key)
    for n in range(2):
        yield from _item(
            wordings, f"gender/implied-{n}", "by what follows from it", "implied", slots, 4, is_now, key, n
        )
    yield from _item(wordings, "gender/called", "what others say", "called", slots, 5, is_now, key)
    before = material.config.persona.before
    for old in material.old_names[:5]:
        group = "old_handle" if old in before.handles else "old_nickname" if old in before.nicknames else "old_name"
        own = {**slots, "old": old}
        yield from _item(wordings, f"old/{old}", f"the old name: {old}", group, own, 4, "no", key)
    yield from _name(material, wordings, slots)
    yield from _kin(material, wordings, is_now)
    yield from _address(material, wordings, female)


def _item(
    wordings: Wordings, about: str, label: str, group: str, slots: Mapping[str, str], count: int, wanted: Wanted,
    key: Key, part: int = 0,
) -> list[Offer]:  # fmt: skip
    options = ordered(table("gender")[group], "gender", group)
    options = options[part::2] if group == "implied" else ordered(options, str(wordings.seed), about)
    texts = [text for form in options if (text := fill(form, slots))]
    asks = wordings.of("gender", texts, count, wanted)
    return offer("gender", about, label, asks, key, weight=_ALWAYS)


def _name(material: Material, wordings: Wordings, slots: Mapping[str, str]) -> list[Offer]:
    if not material.her:
        return []
    nicknames = material.config.persona.after.nicknames
    names = tuple(dict.fromkeys(n for n in (material.her, material.full_name, *nicknames) if n))
    key = Key(groups=(names,), forbidden=material.old_names)
    return _item(wordings, "gender/name", "the name", "name", slots, 4, "name", key)


def _kin(material: Material, wordings: Wordings, is_now: Gender) -> Iterator[Offer]:
    """What she is to people whom the notes know as relatives."""
    done: set[str] = set()
    for person in sorted(material.people, key=lambda p: (-len(p.notes), p.names)):
        words = _KIN.get(person.relation)
        name = _own_name(person)
        if words is None or person.relation in done:
            continue
        done.add(person.relation)
        hers, his = words if is_now == "female" else words[::-1]
        kin = f"your {person.relation} {name}".strip()
        texts = [t for f in table("gender")["relatives"] if (t := fill(f, {"kin": kin}))]
        asks = wordings.of("gender", ordered(texts, str(wordings.seed), kin), 2, "name")
        key = Key(groups=((hers, *_KIN_WORDS.get(hers, ())),), forbidden=(his,))
        yield from offer(
            "gender",
            f"kin/{person.relation}",
            f"what {'she is to her' if is_now == 'female' else 'he is to his'} {kin.removeprefix('your ')}",
            asks,
            key,
            notes=person.notes[:4],
        )


_KIN_WORDS = {"daughter": ("girl",), "son": ("boy",)}


def _own_name(person: Person) -> str:
    """The name of a relative, where it is a name: not "Mummy", by which only she calls her."""
    return next(
        (n for n in person.names if n and n.casefold() != person.relation and not gender_of_word(n.lower())), ""
    )


def _address(material: Material, wordings: Wordings, female: bool) -> Iterator[Offer]:
    """What strangers and small children would call her, in the words of the culture."""
    culture = material.config.persona.culture.casefold()
    pairs: list[str] = next((found for name, found in table("gender")["address"].items() if name in culture), [])
    for pair in pairs:
        hers, his = (w.strip() for w in str(pair).split("/"))
        if not female:
            hers, his = his, hers
        first, second = ordered([hers, his], str(wordings.seed), str(pair))
        texts = [
            f"“{first}” or “{second}”: which of the two would be said to you?",
            f"Somebody wants to be polite to you and hesitates between “{first}” and “{second}”. Which is right?",
        ]
        asks: list[Ask] = wordings.of("gender", texts, 2, "name")
        yield from offer(
            "gender", f"address/{hers}", f"called “{hers}”", asks, Key(groups=((hers,),), forbidden=(his,))
        )
