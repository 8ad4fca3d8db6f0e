"""How many of those that nobody looked at are wrong, judged by a random sample. Pure.

Drawn without replacement from a finite number of items, the count of wrong ones in the sample is hypergeometric. The
interval inverts both its tails exactly, so that it holds the true count at least as often as it says, however small
the sample is (Buonaccorsi 1987, "A note on confidence intervals for proportions in finite populations"; Wright 1991,
"Exact Confidence Bounds when Sampling from Small Finite Universes"). Whole numbers throughout: no rounding decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

ONE_IN = 40
"""Each tail is at most one in this many: 2.5 %, so the interval is one of 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample says about the items that were not drawn."""

    population: int
    looked: int  # drawn and decided
    wrong: int  # of these
    unknown: int  # drawn and not decided
    about: int  # wrong among the rest, by the share of wrong ones seen
    low: int
    high: int

    @property
    def rest(self) -> int:
        """How many were not drawn."""
        return self.population - self.looked - self.unknown

    @property
    def words(self) -> str:
        """`You looked at 30 of 812: 1 was wrong. Of the 782 that …, about 26 are wrong (95 %: 0 to 128).`"""
        seen = f"You looked at {self.looked} of {self.population}"
        if not self.looked:
            return f"{seen}: nothing can be said yet."
        seen += f": {_none(self.wrong)} {'was' if self.wrong < 2 else 'were'} wrong."
        if not self.rest:
            return f"{seen} There is no rest." if not self.unknown else f"{seen} {self._doubt} There is no rest."
        verb = "is" if self.about == 1 else "are"
        span = f"95 %: {self.low} to {self.high}" if self.low or self.wrong else f"at most {self.high}, 95 %"
        that = f"Of the {self.rest} that you have not looked at," if self.rest > 1 else "Of the one left,"
        out = f"{seen} {that} about {self.about} {verb} wrong ({span})."
        return f"{out} {self._doubt}" if self.unknown else out

    @property
    def _doubt(self) -> str:
        those = "1 of those drawn is" if self.unknown == 1 else f"{self.unknown} of those drawn are"
        return f"{those} undecided, which makes this unsure: the bounds take what is undecided for right and for wrong."


def _none(count: int) -> str:
    return str(count) if count else "none"


def estimate(population: int, looked: int, wrong: int, unknown: int = 0) -> Estimate:
    """What `wrong` of `looked` items says about the rest of a population that they were drawn from at random.

    `unknown` are items drawn and not decided: the lower bound takes them for right, the upper one for wrong.
    Raises ValueError for counts that cannot be.
    """
    if not 0 <= wrong <= looked or unknown < 0 or looked + unknown > population:
        raise ValueError(f"{wrong} wrong of {looked} looked at, {unknown} unknown, {population} in all")
    drawn = looked + unknown
    rest = population - drawn
    if not looked or not rest:
        return Estimate(population, looked, wrong, unknown, 0, 0, rest if not looked else 0)
    low = least(population, drawn, wrong) - wrong
    high = most(population, drawn, wrong + unknown) - wrong - unknown
    about = (2 * rest * wrong + looked) // (2 * looked)  # to the nearest whole number
    return Estimate(population, looked, wrong, unknown, min(max(about, low), high), low, high)


def most(population: int, drawn: int, wrong: int) -> int:
    """The largest count of wrong ones in the population that the sample does not speak against."""
    low, high = wrong, population - drawn + wrong
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(population, drawn, middle, wrong):
            low = middle
        else:
            high = middle - 1
    return low


def least(population: int, drawn: int, wrong: int) -> int:
    """The smallest one: as many right ones as possible, which is the upper bound seen from the other side."""
    return population - most(population, drawn, drawn - wrong)


def _at_most(population: int, drawn: int, bad: int, seen: int) -> bool:
    """Whether P(at most `seen` wrong ones drawn | `bad` in the population) is more than one in ONE_IN."""
    good = population - bad
    lowest = max(0, drawn - good)
    whole = comb(population, drawn)
    if seen - lowest <= min(drawn, bad) - seen:  # the shorter of the two tails
        return ONE_IN * _ways(good, drawn, bad, lowest, seen) > whole
    return ONE_IN * (whole - _ways(good, drawn, bad, seen + 1, min(drawn, bad))) > whole


def _ways(good: int, drawn: int, bad: int, first: int, last: int) -> int:
    """The number of ways to draw from `first` to `last` wrong ones."""
    if first > last:
        return 0
    ways = total = comb(bad, first) * comb(good, drawn - first)
    for wrong in range(first, last):
        # Divides without remainder: each step is again a product of two binomials.
        ways = ways * ((bad - wrong) * (drawn - wrong)) // ((wrong + 1) * (good - drawn + wrong + 1))
        total += ways
    return total
