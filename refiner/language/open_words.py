"""What the questions about unexplained words share: how sure they are, and what the note calls the narrator."""

from __future__ import annotations

import re
from functools import cached_property

from refiner.language import lexicon
from refiner.language.reader import Reader
from refiner.language.scene import Scene

ASKED = 0.41  # just enough for a question
NEAR = 3  # sentences in which a pronoun's antecedent is looked for
# A niece or nephew of the narrator in the note, to whom the narrator is an uncle or aunt.
NIECE = re.compile(
    r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?(?:nephews?|nieces?)\b"
    r"|\b(?:[Mm]y|[Oo]ur|[Hh]is) (?:[\w-]+ )?(?:brother|sister|cousin)['’]s (?:[\w-]+ )?"
    r"(?:sons?|daughters?|kids?|child|children|boys?|girls?|twins|baby|little)\b"
)


class OpenWords:
    """The note and its readings, for the mixins of Unexplained."""

    def __init__(self, scene: Scene, reader: Reader) -> None:
        self.scene, self.reader = scene, reader

    @cached_property
    def mine_too(self) -> frozenset[str]:
        """What the narrator says to be: after "I am the elder sister", another's "the big sister" may be meant so."""
        pattern = (
            r"(?<!\w)I(?:['’]m| am| was|['’]ve been| have been),? "
            r"(?:an?|the|his|her|their|also|only|just|[A-Z]\w+['’]s) (?:[\w-]+ ){0,2}(\w+)"
        )
        found = re.findall(pattern, self.scene.text[self.scene.body :])
        return frozenset(w.casefold() for w in found if lexicon.noun(w, self.scene.gender))

    @cached_property
    def kin_names(self) -> frozenset[str]:
        """Kin words before the narrator's own name in somebody else's telling: "My aunt Ambika lives above it"."""
        text = self.scene.text
        heads = [
            m.start for m in self.scene.mentions if m.head and m.confidence > 0.9 and not self.scene.quoted(m.start)
        ]
        found = [re.search(r"\b(?:[Mm]y|[Oo]ur) (?:[\w-]+ )?(\w+) $", text[max(0, at - 30) : at]) for at in heads]
        return frozenset(m[1].casefold() for m in found if m and lexicon.noun(m[1], self.scene.gender))


def overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether `[start, end)` shares a character with one of the spans."""
    return any(a < end and start < b for a, b in taken)
