"""Whether a note tells of the narrator as the other gender already: one that was swapped before, or written so.

Read a second time with the genders exchanged, a raw note shows next to nothing of the narrator; a note that was swapped
shows more as what the narrator is to be than as what the narrator was. In such a note, and in one that shows as much of
the one as of the other, what rests on the narrator's gender is only asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from refiner.language.scene import Proposal

# Rules that show which gender the narrator is; a sport, a partner or a beard shows nothing of the kind.
_TELLING = (
    "speech-",
    "told-",
    "reported-",
    "role-",
    "kin",
    "vocative",
    "called",
    "name-",
    "title",
    "form",
    "group-called",
)


def telling(p: Proposal) -> bool:
    """Whether the proposal rests on which gender the narrator is said to be."""
    return p.rule.startswith(_TELLING)


def told_as_other(forward: list[Proposal], backward: Callable[[], list[Proposal]]) -> Literal["yes", "perhaps", "no"]:
    """Whether the note shows the narrator as the new gender oftener than as the old one ("perhaps": as often).

    `forward`: the edits that the swap would make; `backward`: gives those of the opposite swap, only asked for when
    there is something to decide.
    """
    if not forward:
        return "no"
    mine, theirs = sum(map(telling, forward)), sum(map(telling, backward()))
    return "no" if theirs < max(1, mine) else "yes" if theirs > mine else "perhaps"
