"""What a judge is asked about an answer: one closed question, and which of its options calls the answer right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refiner.asking.untrusted import as_data
from refiner.config import Trait
from refiner.evaluate.material import Material
from refiner.evaluate.shapes import Area, Item, Measure, Wanted

RIGHT = "judge_right"
RAW = "judge_right_raw"
GROUPS: dict[str, tuple[Area, ...]] = {
    "judge_fact": ("fact", "date", "order", "media"),
    "judge_trait": ("living", "negative", "dead"),
    "judge_gender": ("gender",),
    "judge_honest": ("unlived", "held_out"),
    "judge_general": ("general",),
}
WORDINGS = 2  # of an item that are judged: the first and the last
MOST_TOLD, MOST_ANSWER = 700, 900  # signs that a judge is shown
_TITLES = {
    "judge_fact": "facts right, by the judge",
    "judge_trait": "traits right, by the judge",
    "judge_gender": "gender right, by the judge",
    "judge_honest": "honest about what was not lived, by the judge",
    "judge_general": "general knowledge right, by the judge",
}
_CORRECTED = (
    "Rogan and Gladen 1978 (correction), Lang and Reiczigel 2014 (interval), over the areas weighed by their items by "
    "Zou and Donner 2008; a judge's use for open answers and its errors: Zheng et al. 2023, Judging LLM-as-a-judge, "
    "section 3"
)


_TELLS = ("the same, or a part of it", "something else, or with something changed", "nothing of it")
_TELLS_OR_NOT = ("the same, or a part of it", "that it is not known or not remembered", "something else")


@dataclass(frozen=True)
class Claim:
    """What an answer is judged by: a closed question about it. `prompt` is the file that asks it, `values` are its
    inputs beside name, question, answer and options; with one of the options in `right` the judge calls it right."""

    prompt: str
    values: Mapping[str, str]
    options: tuple[str, ...]
    right: frozenset[int] = frozenset({0})


def judge_measures() -> tuple[Measure, ...]:
    """What a judge measures. All are shares of right answers."""
    every = tuple(a for areas in GROUPS.values() for a in areas)
    said = "Share of answers of which a judge model says, in two orders of its options, that they say what is so"
    parts = [
        Measure(
            id=group, title=_TITLES[group], areas=areas, source=_CORRECTED,
            definition=f"{said}; corrected by how often it erred on planted right and wrong answers of each area.",
        )
        for group, areas in GROUPS.items()
    ]  # fmt: skip
    whole = Measure(
        id=RIGHT, title="right, by the judge", areas=every, source=_CORRECTED,
        definition=f"{said}, over all areas in which it can be used; corrected by its errors on planted answers.",
    )  # fmt: skip
    raw = Measure(
        id=RAW, title="right, by the judge, as it judged", areas=every, definition=f"{said}; not corrected.",
        source="of this project; interval: Wilson 1927, of items",
    )  # fmt: skip
    return whole, raw, *parts


def group_of(area: Area) -> str:
    """The measure that an area counts for."""
    return next(group for group, areas in GROUPS.items() if area in areas)


def judged_asks(item: Item, material: Material, most: int = WORDINGS) -> tuple[int, ...]:
    """Which wordings of an item are judged: those with a claim, at most so many, spread over them."""
    able = [n for n in range(len(item.asks)) if claim_of(item, n, material) is not None]
    if len(able) <= most:
        return tuple(able)
    if most <= 1:
        return tuple(able[:most])
    return tuple(dict.fromkeys(able[round(i * (len(able) - 1) / (most - 1))] for i in range(most)))


def claim_of(item: Item, ask: int, material: Material) -> Claim | None:
    """The claim about an answer to one wording; None where the key gives nothing to hold an answer against.

    The options say what an answer can say, one of them that it does not say it, which is not right. None asks the judge
    what is true, and none has a "not" of its own where that could be helped: small models read over it.
    """
    wanted, key, name = item.asks[ask].wanted, item.key, name_of(material)
    if trait := trait_of(item, material):
        if wanted == "shown":
            options = ("yes, that shows in it", "no, it shows something else", "no, it shows the opposite")
            return _choice(f"Does {name} act or think like this in the answer: {told_of(trait)}?", options)
        if wanted in ("yes", "no", "over"):
            options = ("yes, it is so today", "no, it is over or never was so", "it says nothing about that")
            asked = f"By the answer, is this so of {name} today: {told_of(trait)}?"
            return _choice(asked, options, 1 if item.area == "dead" else 0)
    told = as_data(shortened(" ".join(key.told), MOST_TOLD))
    match wanted:
        case "tell" if told:
            return Claim("judge_told", {"told": told}, _TELLS)
        case "abstain" if told:  # it was lived, and training did not see it
            return Claim("judge_told", {"told": told}, _TELLS_OR_NOT, frozenset({0, 1}))
        case "abstain":
            options = ("that it was never so, or is not known", "that it was so, or how it was", "neither of them")
            return _choice("What does the answer say of what the question asks about?", options)
        case "tell" | "name" if key.groups:
            options = ("yes, it gives that", "no, it gives something else", "no, it gives nothing of the kind")
            return _choice(f"Does the answer give this: {spelled(item, wanted)}?", options)
        case "year" if years := years_of(item):
            options = (f"in {years}", "in another year", "it names no year")
            return _choice("By the answer, when was it?", options)
        case "first" if len(key.groups) >= 2 and key.groups[0] and key.groups[1]:
            one, two = (f"“{as_data(g[0])}”" for g in key.groups[:2])
            return _choice("By the answer, which came first?", (one, two, "it does not say"))
        case "female" | "male":
            options = ("a woman or a girl", "a man or a boy", "it does not say")
            return _choice(f"By the answer, what is {name}?", options, ("female", "male").index(wanted))
        case "yes" | "no":
            options = ("it says yes", "it says no", "neither of them")
            return _choice("What does the answer say to the question?", options, ("yes", "no").index(wanted))
        case "over":
            options = ("that it is so today", "that it is over or never was so", "neither of them")
            return _choice("What does the answer say of what the question asks about?", options, 1)
    return None


def _choice(asked: str, options: tuple[str, ...], right: int = 0) -> Claim:
    return Claim("judge_choice", {"asked": as_data(asked)}, options, frozenset({right}))


def trait_of(item: Item, material: Material) -> Trait | None:
    """The trait that an item is about; None where it is about something else."""
    return material.config.trait(item.about) if item.area in ("living", "negative", "dead") else None


def name_of(material: Material) -> str:
    """What the prompts call who is asked."""
    return material.her or ("she" if material.config.persona.after.gender == "female" else "he")


def told_of(trait: Trait) -> str:
    """A trait in words: its name and what it looks like."""
    return f"{trait.title}: {trait.description}" if trait.description else trait.title


def spelled(item: Item, wanted: Wanted) -> str:
    """What the key's groups name, the first spelling of each."""
    return (" or " if wanted == "name" else " and ").join(f"“{g[0]}”" for g in item.key.groups if g)


def years_of(item: Item) -> str:
    """The years of the key in words: "2011", or "the years 2010 to 2012"; "" where they are open."""
    first, last = item.key.earliest[:4], item.key.latest[:4]
    if not first or not last:
        return ""
    return first if first == last else f"the years {first} to {last}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many signs, cut after a sentence or a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[:most]
    for mark in (". ", "! ", "? ", " "):
        if (at := cut.rfind(mark)) > most // 2:
            return cut[: at + 1].rstrip()
    return cut
