"""What no rule explains: gendered words for which the text names nobody else. They become questions, never edits.

The other rules look for signs that the narrator is meant. This one runs after them and looks for the opposite, a sign
that somebody else is: an owner, an "a" that brings in a new person, words behind the noun that say which man. Where
there is none, silence would be a guess. Pronouns in the narrator's own telling are not asked about: a narrator who says
"I" is no "he" there (12 of 12 such questions were idle on our passages).
"""

from __future__ import annotations

from collections.abc import Iterator

from refiner.language.open_calls import OpenCalls
from refiner.language.open_groups import OpenGroups
from refiner.language.open_nouns import OpenNouns
from refiner.language.scene import Proposal


class Unexplained(OpenNouns, OpenGroups, OpenCalls):
    """Asks about every word of the old gender that neither the narrator's rules nor another person claims."""

    def run(self, found: list[Proposal]) -> Iterator[Proposal]:
        """Questions for what `found` (the other rules' proposals, weak ones too) leaves open."""
        taken = [(p.start, p.end) for p in found]
        yield from self._nouns(taken)
        yield from self._groups(taken)
        yield from self._called(found)
