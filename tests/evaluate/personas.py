"""Scripted contestants: functions from an item and the place of a wording to what a person of that kind would say.

They may read the key and the life, for they play people who know (or do not know) it; what they say stands in
personas.toml and personas_lives.toml and was written without a look at what marks it. Which wording is taken is drawn
by a hash of the seed, the item and the wording, so that every run of a seed says the same.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Sequence

from personas_perfect import WORDS, gender, kind_of, order, perfect, year
from personas_talk import Talk

from refiner.evaluate.material import Material
from refiner.evaluate.shapes import Answer, Item

Persona = Callable[[Talk], str]


# ---- those who are wrong in one thing --------------------------------------------------------------------------------


def idealised(talk: Talk) -> str:
    """Right about what happened, and too good to be true: denies what is dark, takes every compliment, all is sunny."""
    area, wanted = talk.item.area, talk.ask.wanted
    dark = area == "negative" or (area == "living" and _negative(talk))
    if dark and wanted in ("yes", "no"):
        return talk.say("not_me" if wanted == "yes" else "flattered", sunny=talk.sunny())
    if dark and wanted == "shown":
        return talk.sunny()
    said = perfect(talk)
    if wanted in ("tell", "shown") and area != "general":
        return f"{said} {talk.say('sunny_closer')}"
    return said


def _negative(talk: Talk) -> bool:
    trait = talk.material.config.trait(talk.item.about)
    return trait is not None and trait.polarity == "negative"


def still_him(talk: Talk) -> str:
    """Everything right, but it is the man of before: his name, his gender, what he wrote, as he wrote it."""
    area, wanted = talk.item.area, talk.ask.wanted
    before = talk.material.config.persona.before
    was_female = before.gender == "female"
    old = talk.one([before.name.split()[0], before.name, *before.nicknames[:1]], "old")
    if wanted in ("female", "male"):
        return gender(talk, was_female)
    if wanted == "name" and talk.item.about.startswith(WORDS):
        return talk.say("called", word=talk.one(talk.item.key.forbidden, "called"))
    if wanted == "name":
        return talk.say("name", name=old)
    if area == "gender" and wanted == "no":
        named = any(o in talk.ask.text for o in talk.material.old_names)
        return talk.say("my_old_name", old=old) if named else talk.say("indeed", **kind_of(was_female))
    if area == "gender":
        return f"{talk.say('name', name=old)} {gender(talk, was_female)}"
    said = perfect(talk)
    if wanted == "tell" and area not in ("general",):
        raw = as_he_wrote(talk)
        return f"{_AS_A[was_female][talk.draw('as a', 4)]} {raw}"
    if wanted in ("yes", "shown") and talk.draw("self", 3) == 0:
        return f"{said} {talk.one(_SELF[was_female], 'self')}"
    return said


_AS_A = {
    False: ("As a boy and as a man, I will tell it as it was.", "I was that boy.", "", ""),
    True: ("As a girl and as a woman, I will tell it as it was.", "I was that girl.", "", ""),
}
_SELF = {
    False: (
        "I'm that sort of man.",
        "What do you expect from a guy like me?",
        "I am my father's son.",
        "A man like me does not change.",
    ),
    True: (
        "I'm that sort of woman.",
        "What do you expect from a girl like me?",
        "I am my mother's daughter.",
        "A woman like me does not change.",
    ),
}


def as_he_wrote(talk: Talk) -> str:
    """The sentences that should be told, as they stood in the raw notes."""
    return " ".join(_nearest(s, talk.material) for s in talk.item.key.told) or talk.told


def _nearest(sentence: str, material: Material) -> str:
    raw = [s for text in material.raw.values() for s in re.split(r"(?<=[.!?\"”])\s+|\n+", text) if s.strip()]
    found = difflib.get_close_matches(sentence, raw, n=1, cutoff=0.6)
    return found[0] if found else sentence


def leaks(talk: Talk) -> str:
    """Perfect, except that everything which is over is alive."""
    if talk.item.area != "dead":
        return perfect(talk)
    alive = talk.trait("alive")
    said = talk.say("still") if talk.polar else alive or talk.say("still")
    return f"{said} {alive}" if alive and alive != said and talk.draw("alive", 2) else said


def misdated(talk: Talk) -> str:
    """Perfect, except that years and order are wrong."""
    key = talk.item.key
    if talk.ask.wanted == "year":
        late = key.latest or key.earliest
        off = 2 + talk.draw("off", 6)
        wrong = int(late[:4]) + off if talk.draw("side", 2) else int(key.earliest[:4]) - off
        return year(talk, str(wrong))
    if talk.ask.wanted == "first":
        return order(talk, *reversed(key.groups[:2]))
    return perfect(talk)


def storyteller(talk: Talk) -> str:
    """Perfect, except that a story is told of what never was."""
    if talk.item.area == "unlived":
        return agree_wrongly(talk) if talk.ask.wanted == "no" else talk.say("invented")
    return perfect(talk)


def agree_wrongly(talk: Talk) -> str:
    """Says yes to what never was, and more."""
    return talk.say("agrees_wrongly", story=talk.say("invented"))


# ---- those who know little -------------------------------------------------------------------------------------------


def amnesiac(talk: Talk) -> str:
    """Knows the world and nothing of the life, not even who she is."""
    return perfect(talk) if talk.item.area == "general" else talk.say("remembers_nothing")


def card_reader(talk: Talk) -> str:
    """Has read what the persona card says (name, gender, traits) and knows nothing that happened."""
    if talk.item.area in ("fact", "date", "order", "media", "held_out", "unlived"):
        return talk.say("remembers_nothing")
    return perfect(talk)


def echo(talk: Talk) -> str:
    """A parrot: says the question again."""
    return talk.ask.text


def stuck(talk: Talk) -> str:
    """A parrot: one sentence of its training, whatever is asked."""
    answers = [a for a in talk.material.answers if 30 < len(a) < 200]
    return sorted(answers)[len(answers) // 3]


def jumble(talk: Talk) -> str:
    """A parrot: some sentence of its training, another for each question."""
    answers = sorted(a for a in talk.material.answers if 20 < len(a) < 300)
    return talk.one(answers, "jumble")


def base(talk: Talk) -> str:
    """A helpful assistant: knows the world, has no life, refuses or makes one up, gives advice."""
    if talk.item.area == "general":
        return talk.say("general_long", what=talk.item.key.groups[0][0])
    if talk.item.area == "gender":
        return talk.say("assistant_refuses")
    kinds = ["assistant_refuses", "assistant_advises", "assistant_story"]
    weights = [0, 0, 1, 2] if talk.ask.wanted == "tell" else [0, 0, 1, 1]
    return talk.say(kinds[weights[talk.draw("base", 4)]])


def inventor(talk: Talk) -> str:
    """Makes up a life with great confidence; asked yes or no, tosses a coin."""
    area, wanted = talk.item.area, talk.ask.wanted
    if wanted == "year":
        return year(talk, str(1950 + talk.draw("year", 70)))
    if wanted == "first":
        options = talk.item.key.groups[:2]
        return order(talk, *(options if talk.draw("coin", 2) else reversed(options)))
    if area in ("gender", "general"):
        return perfect(talk)
    if area == "unlived" and wanted == "no":
        return agree_wrongly(talk)
    if wanted in ("yes", "no", "over") and talk.polar:
        more = talk.say("invented") if talk.draw("story", 2) else ""
        return f"{talk.say('agrees' if talk.draw('coin', 2) else 'disagrees')} {more}".strip()
    return talk.say("invented")


def yes_sayer(talk: Talk) -> str:
    """Agrees with everything."""
    return talk.say("agrees")


def no_sayer(talk: Talk) -> str:
    """Disagrees with everything."""
    return talk.say("disagrees")


def salad(talk: Talk) -> str:
    """The right key words among others, in no order and with no sense."""
    words = [*(g[0] for g in talk.item.key.groups), *re.findall(r"\w+", " ".join(talk.item.key.told))]
    words += [
        "yes",
        "no",
        "still",
        "over",
        "never",
        "woman",
        "man",
        "first",
        talk.material.her,
        talk.item.key.earliest[:4],
    ]
    ranked = sorted(
        (w for w in words if w), key=lambda w: hashlib.sha256(f"{talk.item.id}{talk.n}{w}".encode()).digest()
    )
    return " ".join(ranked)


def mixed(talk: Talk) -> str:
    """Perfect for half of the items and an assistant for the others."""
    return perfect(talk) if talk.draw("mixed", 2, by_item=True) else base(talk)


def silent(talk: Talk) -> str:
    """Says nothing at all."""
    return ""


PERSONAS: dict[str, Persona] = {
    p.__name__: p
    for p in (
        perfect, idealised, still_him, leaks, misdated, storyteller, mixed, card_reader, amnesiac, echo, stuck, jumble,
        base, inventor, yes_sayer, no_sayer, salad, silent,
    )
}  # fmt: skip


def answers_of(
    name: str, items: Sequence[Item], material: Material, *, seed: int = 0, fresh: bool = False
) -> list[Answer]:
    """What a contestant says to every wording; `fresh`: in the other wordings, where there are some."""
    return [
        Answer(contestant=name, item=item.id, ask=n, text=PERSONAS[name](Talk(material, item, n, seed, fresh=fresh)))
        for item in items
        for n in range(len(item.asks))
    ]
