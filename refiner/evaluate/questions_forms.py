"""Wordings of the evaluation's own: filled from forms.toml, none of them near to what training asked."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from refiner.edits import digest
from refiner.evaluate.material import Material
from refiner.evaluate.shapes import Area, Ask, Item, Key, Wanted
from refiner.stages.composing.questions import fill, ordered

LONGEST_LABEL = 60


@cache
def table(name: str) -> dict[str, Any]:
    """A TOML file that lies beside this one: "forms", "scenes", "general", "never", "works", "gender"."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def forms(group: str) -> list[str]:
    """The wordings of a group of forms.toml: "fact.did", "dead.habit.polar"; [] where it has none."""
    found: Any = table("forms")
    for part in group.split("."):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return [str(f) for f in found] if isinstance(found, list) else []


@dataclass
class Wordings:
    """Chooses wordings by hash and refuses what training asked in nearly the same words."""

    material: Material
    seed: int = 0
    refused: Counter[Area] = field(default_factory=Counter)  # wordings that training asked

    def choose(
        self, area: Area, group: str, slots: Mapping[str, str], key: Sequence[str], count: int, wanted: Wanted
    ) -> list[Ask]:
        """Up to `count` wordings of a group, in an order that `key` and the seed decide."""
        return self.of(area, self.filled(group, slots, key), count, wanted)

    def filled(self, group: str, slots: Mapping[str, str], key: Sequence[str]) -> list[str]:
        """All wordings of a group whose slots are known, in an order that `key` and the seed decide."""
        options = ordered(forms(group), str(self.seed), group, *key)
        return [text for form in options if (text := fill(form, slots))]

    def of(self, area: Area, texts: Iterable[str], count: int, wanted: Wanted) -> list[Ask]:
        """Up to `count` of these texts, the first that training did not ask."""
        out: list[Ask] = []
        for text in dict.fromkeys(texts):
            if len(out) >= count:
                break
            if self.material.seen.near(text):
                self.refused[area] += 1
            else:
                out.append(Ask(text=text, wanted=wanted))
        return out


@dataclass(frozen=True)
class Offer:
    """An item that could be asked. `group`: what it should be spread over, as a note; `weight`: more is asked first.
    `always`: it is asked however few items an area may have."""

    item: Item
    group: str = ""
    weight: int = 0
    always: bool = False


def offer(
    area: Area,
    about: str,
    label: str,
    asks: Sequence[Ask],
    key: Key,
    *,
    notes: Sequence[str] = (),
    group: str = "",
    weight: int = 0,
    always: bool = False,
) -> list[Offer]:
    """The item of these wordings, as a list; [] where no wording is left."""
    if not asks:
        return []
    name = digest("evaluate", area, about, *(f"{a.wanted}\0{a.text}" for a in asks))
    item = Item(id=name, area=area, about=about, label=shorten(label), asks=tuple(asks), key=key, notes=tuple(notes))
    return [Offer(item, group or (notes[0] if notes else about), weight, always)]


def shorten(text: str, most: int = LONGEST_LABEL) -> str:
    """A text of at most so many signs, cut between words."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def pick(offers: Iterable[Offer], count: int, seed: int) -> list[Offer]:
    """`count` of the offers, and with them all that are always asked: spread over their groups, the weightiest first.

    Each offer's place is that within its own group and a hash, so another note does not shuffle the rest.
    """
    groups: dict[str, list[Offer]] = {}
    for one in {o.item.id: o for o in offers}.values():
        groups.setdefault(one.group, []).append(one)
    ranked: list[tuple[bool, int, int, str, Offer]] = []
    for of_group in groups.values():
        inside = sorted(of_group, key=lambda o: (-o.weight, digest("pick", str(seed), o.item.id)))
        ranked += [
            (not o.always, turn, -o.weight, digest("pick", str(seed), o.item.id), o) for turn, o in enumerate(inside)
        ]
    ranked.sort(key=lambda r: r[:4])
    always = sum(not r[0] for r in ranked)
    return [r[4] for r in ranked[: max(count, always)]]
