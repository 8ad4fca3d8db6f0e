"""Whether an answer has begun to go round in circles, as small models do at temperature 0. Pure."""

from __future__ import annotations

import re

from refiner.talk_why import sentences

TIMES = 5  # the same sentence in a row; a person says "No!" three times, not five
_WHOLE = re.compile(r"(?:[.!?…][\"'”’)]*\s*|\n\s*)$")


def repeats(text: str, times: int = TIMES) -> bool:
    """Whether the last `times` whole sentences of a text are the same, apart from case and blanks. False within a
    sentence: it may go on otherwise than the ones before."""
    if not _WHOLE.search(text):
        return False
    last = sentences(text)[-times:]
    return len(last) == times and len({" ".join(s.casefold().split()) for s in last}) == 1
