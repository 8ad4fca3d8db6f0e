"""One answer with what several of its marks need: its stance, whether it abstains, what of the told it tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from refiner.config import Trait, followed
from refiner.evaluate.abstaining import abstention
from refiner.evaluate.gendered import gender_said, speaks_of
from refiner.evaluate.patterns import opening
from refiner.evaluate.recall import names_group, recall, said_in
from refiner.evaluate.shapes import Item
from refiner.evaluate.stance import Stance, stance
from refiner.evaluate.words import own_sentences, plain

if TYPE_CHECKING:
    from refiner.evaluate.material import Material

TOLD = 0.5  # recall from which something counts as told
Value = tuple[float | None, str]
_NO_SIDE = {
    "agree": "agrees", "disagree": "disagrees", "over": "says it is over", "both": "says both",
    "unknown": "does not know", "none": "does not answer it", "unclear": "unclear",
}  # fmt: skip
_HOLLOW = re.compile(r"(?:nothing|nobody|none|no|i(?:'m| am) (?:not an?|no))$")
_GONE = re.compile(r"\b(?:gone|lost|forgotten|forget|forgot)\b")


class Answered:
    """An answer to one wording of an item."""

    def __init__(self, item: Item, ask: int, text: str, material: Material) -> None:
        self.item, self.key, self.material = item, item.key, material
        self.wording = item.asks[ask]
        self.ask, self.wanted, self.text = self.wording.text, self.wording.wanted, text
        self.empty = not own_sentences(self.ask, text)
        traits = {t.id: t for t in material.config.traits}
        self.trait: Trait | None = traits.get(item.about) or (
            followed(item.about) if item.about and item.area in ("living", "negative", "dead") else None
        )
        self._stance: Stance | None = None

    # ---- what several measures need ----

    @property
    def stance(self) -> Stance:
        if self._stance is None:
            dead = self.item.area == "dead"
            same = self.wanted in ("no", "over", "shown") if dead else self.wanted != "no"
            self._stance = stance(self.ask, self.text, self.trait, same=same)
        return self._stance

    def _sided(self) -> Value:
        """1 where a yes-no question gets the wanted side."""
        side, words, _ = self.stance
        if side == "unclear":
            return None, "unclear"
        right = side == "agree" if self.wanted == "yes" else side in ("disagree", "over")
        return float(right), f"{side}: {words}" if words else _NO_SIDE[side]

    def _abstains(self) -> Value:
        """A plain denial abstains only where the question takes for granted that something was; to one that can be
        answered by no it is an answer, unless it is about what never was."""
        found = abstention(self.ask, self.text)
        foil = self.item.area == "unlived" or self.item.area == "media" and self.wanted in ("no", "abstain")
        denies = self.wanted in ("tell", "year", "first", "abstain") or foil
        if found.kind == "never" and not denies and not (self.item.area == "media" and "heard" in found.words):
            return 0.0, ""
        if found.kind == "never" and not foil and _HOLLOW.match(found.words):
            return 0.0, ""
        if found.kind == "unknown" and self.item.area == "gender" and self._names_her():
            return 0.0, ""
        if found.kind == "unknown" and self.trait is not None and _GONE.search(found.words):
            return 0.0, ""  # what is gone is the trait, not the memory of it
        if not found.kind and foil and self.wanted == "no" and self.stance.side == "disagree":
            return 1.0, self.stance.words
        return float(bool(found.kind)), found.words

    def _recalled(self) -> Value:
        value, missing = recall(self.ask, self.text, self.key.groups, self.key.told)
        if value is None:
            return None, "the question gives all away"
        if value < TOLD and abstention(self.ask, self.text).kind and len(missing) == len(self.key.groups):
            return 0.0, "says that it does not know"
        return value, f"not named: {', '.join(missing)}" if missing else ""

    def _names_her(self) -> bool:
        names = [n for n in (self.material.her, self.material.full_name) if n]
        return any(names_group((n,), said_in(self.ask, self.text)) for n in names)

    def _says_yes(self) -> str:
        """What says yes at once to what the question takes for granted, unless the answer then says who she is."""
        side = self.stance
        own = gender_said(self.ask, self.text) == self.material.config.persona.after.gender or self._names_her()
        said = plain(self.text)
        plainly = any(opening(g).match(said) for g in ("YES", "OVER")) or len(side.words.split()) <= 3
        return side.words if side.side in ("agree", "over") and plainly and not own else ""

    def _supposes_old(self) -> bool:
        """Whether the question takes it that the speaker is of the old gender or has the old name."""
        asked = plain(self.ask)
        if any(re.search(rf"(?<!\w){re.escape(plain(n))}(?!\w)", asked) for n in self.material.old_names if n):
            return True
        return speaks_of(asked, self.material.config.persona.before.gender)
