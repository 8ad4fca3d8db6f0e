"""All gaps of a life, those that are worth most first. Pure: the same in whatever order the life is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from refiner.gaps.around import silent_media, strangers
from refiner.gaps.causes import causeless, contradicted, endless, resting, undated
from refiner.gaps.facts import Facts
from refiner.gaps.gap import Gap
from refiner.gaps.silence import bare_periods, silent_years
from refiner.gaps.traits import thin_traits
from refiner.gaps.views import nobody_else, one_sided

RULES: tuple[Callable[[Facts], Iterable[Gap]], ...] = (
    thin_traits, one_sided, nobody_else, causeless, endless, contradicted, resting, undated, silent_years, bare_periods,
    strangers, silent_media,
)  # fmt: skip
SHOWN = 8  # gaps that are shown unasked
OF_TRAIT, OF_KIND = 2, 3  # and of these at most so many about one trait, and of one kind


def gaps_in(facts: Facts) -> list[Gap]:
    """The gaps that the rules find, by worth and then by id; no id twice. Nothing is asked of anybody."""
    found: dict[str, Gap] = {}
    for rule in RULES:
        for gap in rule(facts):
            found.setdefault(gap.id, gap)
    return sorted(found.values(), key=lambda g: (-g.worth, g.id))


def best(gaps: Sequence[Gap], most: int = SHOWN) -> list[Gap]:
    """The gaps to show first: worth most, not all about one trait or of one kind, none that nothing is asked about."""
    traits: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    out: list[Gap] = []
    for gap in gaps:
        if not gap.questions or kinds[gap.kind] >= OF_KIND or (gap.trait and traits[gap.trait] >= OF_TRAIT):
            continue
        traits[gap.trait] += 1
        kinds[gap.kind] += 1
        out.append(gap)
        if len(out) == most:
            break
    return out
