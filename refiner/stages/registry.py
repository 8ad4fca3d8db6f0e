"""The chain's stages in their order, one line each; nothing is registered by magic."""

from __future__ import annotations

from refiner.errors import UsageError
from refiner.stages.base import Stage
from refiner.stages.override import Override
from refiner.stages.reframe import Reframe
from refiner.stages.selfimage import SelfImage
from refiner.stages.swap import Swap

STAGES: dict[str, type[Stage]] = {
    "swap": Swap,
    "reframe": Reframe,
    "override": Override,
    "selfimage": SelfImage,
}


def chosen(names: tuple[str, ...]) -> list[Stage]:
    """The named stages in the chain's order. Raises UsageError for a name that is none."""
    for name in names:
        if name not in STAGES:
            raise UsageError(f'there is no stage "{name}"', mend=f"stages are: {', '.join(STAGES)}")
    return [make() for key, make in STAGES.items() if key in names]
