"""The persona card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refiner.config import Config
from refiner.models import Medium, Person, Timeline


def persona_card(
    config: Config, timeline: Timeline, people: Sequence[Person] = (), media: Sequence[Medium] = (), *,
    name: str = "", labels: Mapping[str, str] | None = None,
) -> str:
    """One page, second person."""
    return ""


def system_prompt(card: str, tokens: int = 120) -> str:
    """The card, shortened."""
    return card
