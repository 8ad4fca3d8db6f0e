"""What a judge is asked about an answer: one closed claim, so worded that an answer which is right makes it true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from refiner.asking.untrusted import as_data
from refiner.config import Trait
from refiner.evaluate.material import Material
from refiner.evaluate.shapes import Area, Item, Measure

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


YES_NO = ("yes, it does", "no, it does not", "cannot tell")
STANCES = ("yes, it is so today", "no, it is over or never was so", "it says nothing about that")


@dataclass(frozen=True)
class Claim:
    """One claim: `prompt` is the file that asks it; `values` are its inputs beside name, question, answer, options."""

    prompt: str
    values: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = YES_NO
    right: frozenset[int] = frozenset({0})  # the options that call the answer right
    unsure: frozenset[int] = frozenset({2})  # the options with which the judge says that it cannot tell


def judge_measures() -> tuple[Measure, ...]:
    """What a judge measures. All are shares of right answers."""
    every = tuple(a for areas in GROUPS.values() for a in areas)
    said = "Share of answers of which a judge model says, in two orders of its options, that they say what is true"
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
    """The claim about an answer to one wording; None where the key gives nothing to hold an answer against."""
    wanted, key = item.asks[ask].wanted, item.key
    name = name_of(material)
    trait = material.config.trait(item.about) if item.area in ("living", "negative", "dead") else None
    if wanted == "shown":
        return Claim("judge_shown", {"trait": as_data(told_of(trait))}) if trait else None
    if trait is not None and wanted in ("yes", "no", "over"):
        right = frozenset({1 if item.area == "dead" else 0})
        return Claim("judge_stance", {"trait": as_data(told_of(trait))}, STANCES, right, frozenset())
    match wanted:
        case "tell" if key.told:
            return Claim("judge_told", {"told": as_data(shortened(" ".join(key.told), MOST_TOLD))})
        case "tell" | "name":
            return _claim(f"It gives this: {spelled(item)}.") if key.groups else None
        case "year":
            return _claim(f"It was in {years}.") if (years := years_of(item)) else None
        case "first" if len(key.groups) >= 2 and key.groups[0] and key.groups[1]:
            return _claim(f"“{key.groups[0][0]}” came first, before “{key.groups[1][0]}”.")
        case "female":
            return _claim(f"{name} is a woman or a girl, and nowhere a man or a boy.")
        case "male":
            return _claim(f"{name} is a man or a boy, and nowhere a woman or a girl.")
        case "yes":
            return _claim("Yes is the answer to the question.")
        case "no":
            return _claim("No is the answer to the question.")
        case "abstain":
            return _claim(f"{name} never had this, or does not know it; nothing of it is told as lived.")
        case "over":
            return _claim("It is not so any more, or never was.")
    return None


def _claim(text: str) -> Claim:
    return Claim("judge_claim", {"claim": as_data(text)})


def name_of(material: Material) -> str:
    """What the prompts call her."""
    return material.her or "she"


def told_of(trait: Trait) -> str:
    """A trait in words: its name and what it looks like."""
    return f"{trait.title}: {trait.description}" if trait.description else trait.title


def spelled(item: Item) -> str:
    """What the key's groups name, the first spelling of each."""
    firsts = [f"“{g[0]}”" for g in item.key.groups if g]
    return (" or " if any(a.wanted == "name" for a in item.asks) else " and ").join(firsts)


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


def weighed(areas: Sequence[Area]) -> tuple[Area, ...]:
    """The areas in the order in which measures name them."""
    return tuple(a for group in GROUPS.values() for a in group if a in areas)
