"""The signs of the page: SVG paths about the origin, and what each means. Each differs in shape, so that none needs
colour to be told apart."""

from __future__ import annotations

from refiner.drawing.words import EFFECTS
from refiner.models import VerdictName

_RING = "M-6.4 0a6.4 6.4 0 1 0 12.8 0a6.4 6.4 0 1 0-12.8 0zM-4.5 0a4.5 4.5 0 1 1 9 0a4.5 4.5 0 1 1-9 0z"

MARKS: dict[str, str] = {
    "initiates": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "reinitiates": _RING + "M-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
    "terminates": "M-5-3.1-3.1-5 0-1.9 3.1-5 5-3.1 1.9 0 5 3.1 3.1 5 0 1.9-3.1 5-5 3.1-1.9 0z",
    "suspends": "M-4.4-5h3.2v10h-3.2zM1.2-5h3.2v10h-3.2z",
    "resumes": "M-3.6-5.6 5.6 0-3.6 5.6z",
    "continues": "M0-5.6 5.6 0 0 5.6-5.6 0z",
    "weakens": "M-5.6-4.2h11.2L0 5.4z",
    "seen": "M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z",
    "unseen": "M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0zM-5 5 5-5",
    "": "M-3.4-3.4h6.8v6.8h-6.8z",
}
"""Marks by kind of effect; "" is an event that touches no trait."""

MARK_WORDS: dict[str, str] = {
    "initiates": EFFECTS["initiates"],
    "reinitiates": EFFECTS["reinitiates"],
    "terminates": EFFECTS["terminates"],
    "suspends": EFFECTS["suspends"],
    "resumes": EFFECTS["resumes"],
    "continues": EFFECTS["continues"],
    "weakens": EFFECTS["weakens"],
    "seen": "seen to be so",
    "unseen": "seen not to be so",
}

VERDICTS: dict[VerdictName, str] = {
    "HOLDS": "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z",
    "DORMANT": _RING + "M-2.4-2.6h1.7v5.2h-1.7zM.7-2.6h1.7v5.2h-1.7z",
    "CONTESTED": _RING + "M0-4.5a4.5 4.5 0 0 1 0 9z",
    "INCONSISTENT": "M0-6.4 6.6 5.6h-13.2zM-.8-2.6v4.2h1.6v-4.2zM-.8 2.6v1.6h1.6v-1.6z",
    "NOT": _RING,
    "RETRACTED": _RING + "M-4.2 3.2 3.2-4.2 4.2-3.2-3.2 4.2z",
    "UNKNOWN": _RING + "M-1-1h2v2h-2z",
}
"""Signs of verdicts, in the order in which the page counts them."""

BAR_WORDS: dict[str, str] = {
    "sure": "held",
    "fuzzy": "perhaps: it began or ended in these days",
    "fade": "nothing says since when",
    "hollow": "dormant",
    "contested": "contested: the notes leave it open",
    "broken": "the notes contradict each other",
}

EDGE_WORDS: dict[str, str] = {
    "causes": "led to",
    "enables": "made possible",
    "prevents": "prevented",
    "causes_to_end": "put an end to",
    "before": "was before",
    "same_as": "the same event",
    "ends": "began a trait, and the event that ended it",
}
