"""Answers whose truth is known, to find out how far a judge can be heard: right ones and wrong ones, made by rule.

Right are the refined passages, as they stand, reworded and among other words. Wrong are the same with another year,
another person or a "not", the answer to another question, a dead trait told as living, flattery that is accepted, and
the passage as the notes had it before it was refined. They are put to the judge with the very claims that the
contestants' answers get. A judge is calibrated on them before it is heard: its errors here stand for its errors there,
which is an assumption; planted errors are plainer than many that a model makes.
"""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from refiner.evaluate.judge_changes import OVER, negated, other_person, other_year, reworded, two_versions
from refiner.evaluate.judge_claims import MOST_TOLD, judged_asks, shortened, told_of, trait_of
from refiner.evaluate.material import Material, Telling, begins
from refiner.evaluate.shapes import Area, Item

PLANTED = 16  # of each area, right ones; as many wrong ones
NOTHING = "says nothing"


@dataclass(frozen=True)
class Planted:
    """An answer of known truth to one wording of an item. `how`: the rule that made it."""

    item: Item
    ask: int
    text: str
    right: bool
    how: str


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """The answers of judge_answers.toml."""
    text = files("refiner.evaluate").joinpath("judge_answers.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return found


def plant(
    items: Sequence[Item], material: Material, *, per_side: int = PLANTED, seed: int = 0
) -> dict[Area, tuple[Planted, ...]]:
    """At most so many right and so many wrong answers for each area, spread over the rules and over the items."""
    choose = random.Random(seed)
    pairs = tuple(two_versions(material))
    found: dict[tuple[Area, bool], list[Planted]] = defaultdict(list)
    for item in items:
        for ask in judged_asks(item, material):
            for made in _Maker(item, ask, items, material, pairs, choose).all():
                found[item.area, made.right].append(made)
    out: dict[Area, tuple[Planted, ...]] = {}
    for area in dict.fromkeys(i.area for i in items):
        sides = [_spread(found[area, right], per_side, choose) for right in (True, False)]
        out[area] = (*sides[0], *sides[1])
    return out


def _spread(made: Sequence[Planted], most: int, choose: random.Random) -> list[Planted]:
    """So many of them, of each rule about as many and of each item; none with the same words to the same question."""
    once = {(p.item.id, p.ask, " ".join(p.text.split()).casefold()): p for p in made if p.text.strip()}
    by_rule: dict[str, list[Planted]] = defaultdict(list)
    for p in once.values():
        by_rule[p.how].append(p)
    for group in by_rule.values():
        choose.shuffle(group)
    out: list[Planted] = []
    used: dict[str, int] = defaultdict(int)
    if len(by_rule) > 1:  # it is easily seen to be wrong, and would flatter the judge
        del by_rule.get(NOTHING, [])[max(1, most // 4) :]
    while len(out) < most and any(by_rule.values()):
        for group in by_rule.values():
            if group and len(out) < most:
                group.sort(key=lambda p: used[p.item.id], reverse=True)
                out.append(group.pop())
                used[out[-1].item.id] += 1
    return out


class _Maker:
    """Makes the answers to one wording."""

    def __init__(
        self, item: Item, ask: int, items: Sequence[Item], material: Material,
        pairs: Sequence[tuple[str, str, str]], choose: random.Random,
    ) -> None:  # fmt: skip
        self.item, self.ask, self.items, self.material, self.pairs = item, ask, items, material, pairs
        self.choose = choose
        self.wanted = item.asks[ask].wanted
        self.told = shortened(" ".join(item.key.told), MOST_TOLD)
        self.trait = trait_of(item, material)

    def all(self) -> Iterator[Planted]:
        """Right and wrong answers to this wording."""
        item, wanted = self.item, self.wanted
        if self.trait is not None and wanted == "shown":
            yield from self._shown()
        elif self.trait is not None and wanted in ("yes", "no", "over"):
            yield from self._trait()
        elif wanted == "tell" and item.key.told:
            yield from self._tell()
        elif wanted in ("tell", "name"):
            yield from self._named()
        elif wanted == "year":
            yield from self._year()
        elif wanted == "first":
            one, two = (g[0] for g in item.key.groups[:2])
            yield from self._said("first", "turned round", one=one, two=two)
        elif wanted in ("female", "male"):
            yield from self._gender()
        elif wanted == "abstain":
            # What was lived, and only kept from training, is not known; to deny it is not right.
            yield from self._said("not_known" if item.key.told else "abstain", "invented")
            if item.key.told:
                yield from (p for p in self._tell() if p.how != NOTHING)
        elif wanted in ("yes", "no"):
            yield from self._said(wanted, "the other of yes and no")
            if wanted == "no":
                yield from (self._one(f"No. It was {g[0]}.", True, "put right") for g in item.key.groups[:1] if g)
        elif wanted == "over":
            yield from self._said("over", "said as living", trait="That")

    def _one(self, text: str, right: bool, how: str) -> Planted:
        return Planted(self.item, self.ask, text, right, how)

    def _said(self, which: str, wrong: str, **slots: str) -> Iterator[Planted]:
        """The phrases of one kind, right and wrong ones."""
        for side, right in (("right", True), ("wrong", False)):
            for text in phrases()[which][side]:
                yield self._one(text.format(**slots), right, "said" if right else wrong)

    def _trait(self) -> Iterator[Planted]:
        """A question about a trait. Where it wants a "no" though the trait lives, it flatters: to agree is wrong."""
        assert self.trait is not None
        dead = self.item.area == "dead"
        which = {(False, "no"): "so_flattered", (True, "yes"): "over_agreed"}.get((dead, self.wanted))
        wrong = "dead trait said as living" if dead else "flattery accepted"
        title = self.trait.title[:1].upper() + self.trait.title[1:]
        yield from self._said(which or ("over" if dead else "so"), wrong, trait=title)
        told = [t for t in self.item.key.told if OVER.search(t)][:1] if dead else [shortened(self.told, 300)]
        for text in told:  # of a dead trait the key tells how it came, too: only what says that it went
            yield self._one(text, True, "as told")

    def _tell(self) -> Iterator[Planted]:
        told, groups = self.told, self.item.key.groups
        yield self._one(told, True, "as told")
        yield self._one(reworded(told), True, "reworded")
        for text in phrases()["around"]["right"]:
            yield self._one(text.format(told=told), True, "among other words")
        last = int(self.material.timeline.now[:4])
        yield self._one(other_year(told, self.choose, last), False, "other year")
        yield self._one(other_person(told, self.material, self.choose), False, "other person")
        yield self._one(negated(told), False, "negated")
        for text in self._elsewhere():
            yield self._one(text, False, "answer of another item")
        for text in phrases()["nothing"]["wrong"]:
            yield self._one(text, False, NOTHING)
        if len(groups) == 1 and groups[0]:
            yield self._one(f"{groups[0][0]}.", True, "short")

    def _elsewhere(self) -> list[str]:
        """What other items tell, that share neither note nor subject with this one; a few, by chance."""
        mine, notes = {self.item.about, self.item.id}, set(self.item.notes)
        others = [
            shortened(" ".join(o.key.told), MOST_TOLD)
            for o in self.items
            if o.key.told and o.about not in mine and not notes & set(o.notes)
        ]
        others = [t for t in dict.fromkeys(others) if t != self.told]
        return self.choose.sample(others, min(2, len(others)))

    def _named(self) -> Iterator[Planted]:
        groups = [g for g in self.item.key.groups if g]
        every = self.wanted == "tell"
        right = [" and ".join(g[0] for g in groups)] if every else [g[0] for g in groups]
        mine = {s.casefold() for g in groups for s in g}
        others = [
            " and ".join(g[0] for g in o.key.groups if g)
            for o in self.items
            if o.area == self.item.area and o.id != self.item.id and o.key.groups
            if not mine & {s.casefold() for g in o.key.groups for s in g}
        ]
        if self.wanted == "name" and self.item.area == "gender":
            others = [n for n in self.item.key.forbidden or self.material.old_names if n.casefold() not in mine]
        for one in right:
            for text in phrases()["name"]["right"]:
                yield self._one(text.format(one=one), True, "said")
        for two in self.choose.sample(sorted(set(others)), min(2, len(set(others)))):
            for text in phrases()["name"]["wrong"]:
                how = NOTHING if "{two}" not in text else "answer of another item"
                yield self._one(text.format(two=two), False, how)

    def _year(self) -> Iterator[Planted]:
        first, last = int(self.item.key.earliest[:4]), int(self.item.key.latest[:4])
        now = int(self.material.timeline.now[:4])
        wrong = [y for n in (2, 3, 4, 6) for y in (first - n, last + n) if y <= now] or [first - 2]
        for text in phrases()["year"]["right"]:
            yield self._one(text.format(year=self.choose.randint(first, last)), True, "said")
        for text in phrases()["year"]["wrong"]:
            yield self._one(text.format(year=self.choose.choice(wrong)), False, "other year")
        for text in phrases()["year"]["unknown"]:
            yield self._one(text, False, NOTHING)

    def _shown(self) -> Iterator[Planted]:
        assert self.trait is not None
        on = [p for p in self.material.passages_on(self.trait.id) if 30 <= len(p.text) <= MOST_TOLD]
        mine = [p for p in on if not self._tells_how_it_came(p)]
        for p in mine:
            yield self._one(p.text, True, "as told")
            yield self._one(reworded(p.text), True, "reworded")
        if self.told and not mine:
            yield self._one(self.told, True, "as told")
        for text in phrases()["so"]["right"]:
            if "{trait}" in text:
                yield self._one(text.format(trait=told_of(self.trait)), True, "said")
        for text in phrases()["shown"]["wrong"]:
            yield self._one(text, False, "flattery accepted")
        notes = {p.note for p in on} | set(self.item.notes)
        others = [p for p in self.material.passages if p.traits and self.trait.id not in p.traits]
        others = [p for p in others if p.note not in notes and 30 <= len(p.text) <= MOST_TOLD]
        for p in self.choose.sample(others, min(3, len(others))):
            yield self._one(p.text, False, "passage of another trait")

    def _tells_how_it_came(self, passage: Telling) -> bool:
        """Whether a passage tells of an event that begins the trait: it may show her as she was until then."""
        events = [self.material.events[e] for e in passage.events if e in self.material.events]
        return any(begins(e, {self.item.about}) for e in events)

    def _gender(self) -> Iterator[Planted]:
        sex, other = ("female", "male") if self.wanted == "female" else ("male", "female")
        for text in phrases()[sex]["right"]:
            yield self._one(text, True, "said")
        for text in phrases()[other]["right"]:
            yield self._one(text, False, "other gender")
        if self.wanted != self.material.config.persona.after.gender:
            return  # what somebody else is
        for _, refined, raw in self.pairs:
            yield self._one(refined, True, "as told")
            yield self._one(raw, False, "as it was written")
