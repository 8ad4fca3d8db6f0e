"""How far a model is to be heard: control questions whose answers are known, as annotators are weighed by them.

A small model that says "the narrator" of nearly every mention agrees with itself in every order; agreement alone does
not show it. So it first answers control questions of the same kind and difficulty. How often it says "narrator" of
mentions that mean the narrator, and of those that do not, gives a likelihood ratio for each of its two answers (the
error rates of Dawid and Skene 1979, known here by the controls); an answer counts only if it makes its side probable.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from refiner.models import Gender

PROBABLE = 5 / 6 - 1e-9  # of a side, from even odds, for an answer to settle it: five right ones to one wrong


@dataclass(frozen=True)
class Control:
    """A passage with a marked mention, and whether it means the narrator (alone or among others)."""

    name: str
    gender: Gender
    narrator: bool
    before: str
    marked: str
    after: str


@cache
def controls() -> tuple[Control, ...]:
    """The control questions, those of both answers in turn."""
    text = resources.files("refiner.stages.asked").joinpath("controls.toml").read_text(encoding="utf-8")
    return tuple(Control(**c) for c in tomllib.loads(text)["control"])


@dataclass(frozen=True)
class Trust:
    """Counts of a model's answers to controls; a control it did not answer in both orders alike counts as neither."""

    narrator: int = 0  # controls that mean the narrator
    said_of_narrator: int = 0  # how many of these it called the narrator
    denied_of_narrator: int = 0  # and how many it called somebody else
    other: int = 0
    said_of_other: int = 0
    denied_of_other: int = 0

    @property
    def right(self) -> int:
        return self.said_of_narrator + self.denied_of_other

    @property
    def asked(self) -> int:
        return self.narrator + self.other

    def probability(self, narrator: bool) -> float:
        """How probable its answer makes that side, from even odds; half a count is added to each (Jeffreys)."""
        of_narrator = self.said_of_narrator if narrator else self.denied_of_narrator
        of_other = self.said_of_other if narrator else self.denied_of_other
        yes, no = (of_narrator + 0.5) / (self.narrator + 1), (of_other + 0.5) / (self.other + 1)
        return (yes if narrator else no) / (yes + no)

    def hears(self, narrator: bool) -> bool:
        """Whether such an answer of this model settles anything."""
        return self.probability(narrator) >= PROBABLE

    @property
    def heard(self) -> bool:
        """Whether any answer of it settles anything."""
        return self.hears(True) or self.hears(False)

    @property
    def tells_apart(self) -> bool:
        """Whether it says of the two kinds of controls so different things that more of them are worth asking. After
        six of each, a model that is right in 85 of 100 fails this twice in a hundred times, one that guesses passes
        once in five (binomial)."""
        return self.said_of_narrator - self.said_of_other + self.denied_of_other - self.denied_of_narrator > 2


def trust_of(answers: Sequence[tuple[Control, bool | None]]) -> Trust:
    """What controls and a model's answers to them (True: the narrator; None: none, or one for each order) amount to."""

    def count(narrator: bool, said: bool | None) -> int:
        return sum(c.narrator == narrator and s is said for c, s in answers)

    return Trust(
        sum(c.narrator for c, _ in answers), count(True, True), count(True, False),
        sum(not c.narrator for c, _ in answers), count(False, True), count(False, False),
    )  # fmt: skip
