"""What a scripted contestant may draw on when it answers one wording: the key, the life, and wordings by stance."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refiner.evaluate.material import Material
from refiner.evaluate.shapes import Ask, Item

_HERE = Path(__file__).parent
_WORDINGS = tomllib.loads((_HERE / "personas.toml").read_text(encoding="utf-8"))
SAY: dict[str, list[str]] = _WORDINGS["say"]
FRESH: dict[str, list[str]] = _WORDINGS["fresh"]  # other wordings of the same
LIVES: dict[str, Any] = tomllib.loads((_HERE / "personas_lives.toml").read_text(encoding="utf-8"))
_OPEN = re.compile(r"\b(?:what|how|why|which|who|whom|where)\b", re.I)


class Talk:
    """One wording that is put to a contestant, with what it may draw on."""

    def __init__(self, material: Material, item: Item, ask: int, seed: int = 0, *, fresh: bool = False) -> None:
        self.material, self.item, self.n, self.seed = material, item, ask, seed
        self.wordings = SAY | FRESH if fresh else SAY
        self.ask: Ask = item.asks[ask]

    def draw(self, salt: str, many: int, *, by_item: bool = False) -> int:
        place = self.item.id if by_item else f"{self.item.id}/{self.n}"
        digest = hashlib.sha256(f"{self.seed}/{salt}/{place}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % many

    def one(self, choices: Sequence[str], salt: str = "") -> str:
        return choices[self.draw(salt or repr(choices[:1]), len(choices))]

    def say(self, which: str, **slots: str) -> str:
        return re.sub(r"\s+", " ", self.one(self.wordings[which], which).format(**slots)).strip()

    def trait(self, kind: str) -> str:
        """What somebody with this trait says, "" where nothing was written about it."""
        known = LIVES["trait"].get(self.item.about, {}).get(kind)
        return self.one(known, f"trait {kind}") if known else ""

    def sunny(self) -> str:
        return self.trait("sunny") or self.say("sunny")

    @property
    def polar(self) -> bool:
        """Whether it asks for a yes or a no."""
        last = re.split(r"(?<=[.!:])\s+", self.ask.text)[-1]
        return last.endswith("?") and not _OPEN.search(last)

    @property
    def told(self) -> str:
        """What should be told: a retelling where one was written, else the sentences of the key, else its things."""
        key = self.item.key
        for retold in LIVES["retold"]:
            if retold["cue"] in " ".join(key.told) and self.draw("retold", 2):
                return self.one(retold["say"])
        if key.told:
            return " ".join(key.told if self.draw("long", 3) == 0 else self._telling(key.told))
        return ", ".join(g[0] for g in key.groups) + "."

    def _telling(self, told: Sequence[str]) -> Sequence[str]:
        """The three sentences in a row that name most."""
        names = [self.item.label, *(g for group in self.item.key.groups for g in group)]
        starts = range(max(1, len(told) - 2))
        best = max(starts, key=lambda n: sum(name in " ".join(told[n : n + 3]) for name in names))
        return told[best : best + 3]

    @property
    def ended(self) -> str:
        """The year in which a trait ended, "" where it is not known."""
        verdict = self.material.verdict(self.item.about)
        return verdict.intervals[-1].until[:4] if verdict and verdict.intervals and verdict.intervals[-1].until else ""

    @property
    def female(self) -> bool:
        return self.material.config.persona.after.gender == "female"
