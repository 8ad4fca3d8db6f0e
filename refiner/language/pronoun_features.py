"""What speaks for the narrator and what for the nearest rival as the one whom a pronoun means, in numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from refiner.language.people import Mention
from refiner.language.scene import Scene
from refiner.models import Gender


@dataclass
class Person:
    """One who is told of, with the mentions so far."""

    key: str
    gender: Gender | None
    seen: list[tuple[int, float, Mention]] = field(default_factory=list)  # sentence, weight, mention


class PronounFeatures:
    """Features of a pronoun for Teller, whose `scene`, `persons` and `who` (start of a pronoun: its person) it uses."""

    scene: Scene
    persons: dict[str, Person]
    who: dict[int, str]

    def _features(self, m: Mention, scored: list[tuple[Person, float]], mentions: list[Mention]) -> dict[str, float]:
        """The features that `pronoun_model` weighs, by name; all 0 or 1 but `salience`.

        salience: log of narrator over rival; rival_open: says no gender; rival_last: spoken of last; before_me,
        before_rival: whom the last pronoun meant; rival_owned: brought in as the narrator's ("his father"); of_me,
        of_rival: a possessive in a clause whose subject is that one.
        """
        mine = next((s for p, s in scored if p.key == "narrator"), 0.0)
        others = [(p, s) for p, s in scored if p.key != "narrator"]
        best = others[0][1] if others else 0.0
        share = min(0.98, max(0.02, mine / (mine + best) if mine + best else 0.02))
        rival, me = (others[0][0] if others else None), self.persons.get("narrator")
        before = max((k for k in self.who if k < m.start), default=None)
        at = self._owner(m)
        told = {
            "rival_open": rival is not None and rival.gender is None,
            "rival_last": rival is not None
            and bool(rival.seen)
            and (me is None or not me.seen or rival.seen[-1][2].start > me.seen[-1][2].start),
            "before_me": before is not None and self.who[before] == "narrator",
            "before_rival": before is not None and self.who[before] != "narrator",
            "of_me": at >= 0 and (self.who.get(at) == "narrator" or self.scene.is_name(at, at + 1)),
            "of_rival": at >= 0
            and (
                self.who.get(at, "narrator") != "narrator"
                or any(x.start == at and x.key not in ("narrator", "?") for x in mentions)
            ),
            "rival_owned": rival is not None and self._mine(rival),
            "object": m.role == "obj",
            "possessive": m.token.dep_ == "poss",
        }
        return {"salience": math.log(share / (1 - share)), **{k: float(v) for k, v in told.items()}}

    def _mine(self, rival: Person) -> bool:
        """Whether the first mention of the rival has a possessive that means the narrator."""
        first = rival.seen[0][2] if rival.seen else None
        if first is None:
            return False
        for c in first.token.children:
            if c.dep_ == "poss":
                at = self.scene.block_start(first) + c.idx
                return self.who.get(at) == "narrator" or self.scene.is_name(at, at + 1)
        return False

    def _owner(self, m: Mention) -> int:
        """Where the subject of a possessive's clause begins; -1 where the pronoun is none or its clause has none."""
        if m.token.dep_ != "poss":
            return -1
        clause = m.token.head
        while clause.head.i != clause.i and clause.pos_ not in ("VERB", "AUX"):
            clause = clause.head
        subject = next((c for c in clause.children if c.dep_ in ("nsubj", "nsubjpass")), None)
        return self.scene.block_start(m) + subject.idx if subject is not None else -1
