"""Where a pronoun's clause speaks against whom it seems to mean, in notes that tell of the narrator as she or he."""

from __future__ import annotations

from typing import Any

from refiner.language.people import Mention
from refiner.language.scene import Scene


class ClauseTests:
    """Tests on the clause of a pronoun for Teller, whose `scene` and `who` (start of a pronoun: its person) it uses."""

    scene: Scene
    who: dict[int, str]

    def _contrasted(self, m: Mention, mentions: list[Mention]) -> bool:
        """ "He talks and Kofi solders": who is named as subject of the next clause is not the subject before it."""
        verb = verb_of(m.token)
        if m.role != "subj" or verb is None:
            return False
        for x in mentions:
            if x.key == "narrator" and not x.pronoun and x.start > m.start and x.sent == m.sent and x.role == "subj":
                other = verb_of(x.token)
                if other is not None and other.dep_ == "conj" and other.head.i == verb.i:
                    return True
        return False

    def _both(self, m: Mention, mentions: list[Mention]) -> bool:
        """Whether another pronoun of that gender is an argument of the same verb: "she asked after her"."""
        verb = verb_of(m.token)
        own = m.token.dep_ != "poss" and not m.token.lower_.endswith("self")
        return (
            own
            and verb is not None
            and any(
                x.pronoun
                and x.start != m.start
                and x.gender == m.gender
                and x.token.dep_ != "poss"
                and x.token.sent == m.token.sent
                and not x.token.lower_.endswith("self")
                and verb_of(x.token) == verb
                for x in mentions
            )
        )

    def _between(self, m: Mention, mentions: list[Mention]) -> Mention | None:
        """Another person of that gender that the possessive may lean to: "with her aunt's voice and her temper"."""
        if m.token.dep_ != "poss":
            return None
        head = m.token.head
        for x in reversed([x for x in mentions if x.start < m.start and x.sent == m.sent]):
            if (
                x.key == "narrator"
                or x.gender not in (None, m.gender)
                or x.pronoun
                and self.who.get(x.start) == "narrator"
                or x.token.i == head.i
            ):
                continue
            if x.gender is None and x.token.pos_ != "PROPN":
                continue
            joined = x.token.dep_ == "poss" and any(
                t.lower_ in ("and", "but", "or") for t in m.token.doc[x.token.i : m.token.i]
            )
            verb = verb_of(m.token.head) or (m.token.head.head if m.token.head.head.pos_ == "VERB" else None)
            while verb is not None and verb.dep_ == "conj" and verb.head.pos_ == "VERB":
                verb = verb.head
            loose = (
                verb is not None
                and verb.dep_ in ("advcl", "acl", "ccomp", "xcomp")
                and verb.tag_ == "VBG"
                and x.token.i < verb.i
                and x.token.head.i == verb.head.i
                and x.role == "obj"
            )
            subjects = [c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")] if verb is not None else []
            owner = any(
                c.i == x.token.i
                or c.lower_ in ("who", "that")
                and c.head.dep_ == "relcl"
                and c.head.head.i == x.token.i
                for c in subjects
            ) or any(
                c.lower_ in ("he", "she") and self.who.get(self.scene.block_start(m) + c.idx) == x.key for c in subjects
            )
            if joined or loose or owner:
                return x
        return None

    def _cataphor(self, m: Mention, mentions: list[Mention]) -> bool:
        """Whether a person of that gender is named later, in the main clause: "When he left, Dev …"."""
        verb = verb_of(m.token)
        if verb is None or verb.dep_ != "advcl" or verb.head.i < verb.i:
            return False
        return any(
            x.start > m.start
            and x.token.sent == m.token.sent
            and not x.pronoun
            and x.key != "narrator"
            and x.gender in (None, m.gender)
            and x.role == "subj"
            for x in mentions
        )


def verb_of(token: Any) -> Any | None:
    """The verb whose argument the token is, prepositions and conjuncts passed through."""
    head = token.head
    if token.dep_ == "pobj" and head.head.pos_ in ("VERB", "AUX"):
        return head.head
    if head.pos_ in ("VERB", "AUX"):
        return head
    return None


def clause_of(token: Any) -> int:
    """The number of the verb that heads the token's clause."""
    t = token
    while t.head.i != t.i:
        t = t.head
        if t.pos_ in ("VERB", "AUX"):
            return int(t.i)
    return int(t.i)
