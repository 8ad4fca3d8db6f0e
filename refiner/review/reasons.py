"""Why a person rejects: the reasons that are offered, and which rejections are in words of the person's own. Pure."""

from __future__ import annotations

from refiner.models import ItemKind
from refiner.review.history import Decided

REASONS: dict[ItemKind, tuple[str, ...]] = {
    "edit": ("not about the narrator", "wrong word", "changes the meaning", "the raw text shall stay"),
    "canon": ("another substitute", "not for the whole life"),
    "question": ("none of these", "the raw text shall stay"),
    "event": ("never happened", "not about me", "wrong date", "wrong effect"),
    "trait": (),
    "sample": ("not true", "not her voice", "a trait that is gone", "badly written"),
}
NEVER_AGAIN = "never again"


def own_words(decided: Decided) -> str:
    """What the person said of a rejected edit in words of their own; "" for an offered reason or none."""
    said = (decided.reason or "").strip()
    # A rejection that stands for more than one item has no decision of its own.
    offered = {*REASONS["edit"], NEVER_AGAIN}
    return said if decided.status == "rejected" and decided.decision and said not in offered else ""
