"""What a life does not tell yet, and what to ask oneself about it.

gap (the shape), facts (what is read once for all rules), told (which days the notes speak of), periods (the stretches
of a life), the rules: silence, traits, causes, views, around; gentle (what is asked softly or not at all), wording
(question forms), find (all rules, ranked), asked (a question worded better by a model).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from refiner.chain import Chain
    from refiner.config import Config
    from refiner.gaps.facts import Facts
    from refiner.models import Sample


class Lived(Protocol):
    """A life that is open: what the chain knows of it, its settings, and the ISO day that counts as today."""

    @property
    def chain(self) -> Chain: ...
    @property
    def config(self) -> Config: ...
    @property
    def now(self) -> str: ...


def read_facts(life: Lived, samples: Iterable[Sample] = ()) -> Facts:
    """What the rules see of a life. Raises UsageError for a life without a timeline."""
    from datetime import date

    from refiner.errors import UsageError
    from refiner.gaps.facts import facts_of

    chain = life.chain
    if chain.timeline is None:
        raise UsageError("the notes were not read yet", mend="refiner refine")
    return facts_of(
        chain.notes, life.config, chain.timeline, now=date.fromisoformat(life.now), extractions=chain.extractions,
        bearings=chain.bearings, samples=samples, people=chain.people,
    )  # fmt: skip
