"""Sentences that say in the first person and the present tense that a trait holds."""

from __future__ import annotations

from refiner.config import Trait


def present_claims(text: str, trait: Trait) -> list[tuple[int, int]]:
    """Spans of the sentences of `text` that assert `trait` of the narrator today."""
    return []
