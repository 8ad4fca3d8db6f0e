"""What one cue of change says of one trait, and how several such readings of a note settle into one telling."""

from __future__ import annotations

from dataclasses import dataclass

from refiner.checks.change_words import Cue
from refiner.checks.stems import WORD, share, stems
from refiner.models import EffectKind, Modality

BEGINS: tuple[EffectKind, ...] = ("initiates", "reinitiates", "resumes")
_BODY = ("hand", "hands", "head", "eyes")


@dataclass(frozen=True)
class Reading:
    """A cue with the trait it is about. `kind` None: it only says that the trait holds or not."""

    sentence: int
    cue: Cue
    trait: str
    kind: EffectKind | None
    holds: bool
    score: float
    rivals: tuple[str, ...] = ()
    retracts: bool = False
    doubt: bool = False  # the words may mean this trait: a question, no effect
    sure: bool = False  # the clause itself proves the trait; else it leans on what was told before

    @property
    def modality(self) -> Modality:
        return self.cue.modality


def content(text: str) -> set[str]:
    """The stems of a text's words that say what it is about."""
    return {stems(m[0])[0] for m in WORD.finditer(text) if share(m[0].lower()) >= 1 or m[0].lower() in _BODY}


def settle(found: list[Reading]) -> list[Reading]:
    """Joins readings of one trait that say the same or correct each other within a sentence or two."""
    out: list[Reading] = []
    for r in sorted(found, key=lambda r: (r.sentence, r.cue.start)):
        if r.doubt:
            out.append(r)
            continue
        near = [o for o in out if r.kind and o.kind and not o.doubt and _together(o, r)]
        twin = next((o for o in near if o.kind == r.kind or {o.kind, r.kind} <= set(BEGINS)), None)
        both = next((o for o in near if _says_both(o, r)), None)
        rest = next((o for o in near if {o.kind, r.kind} == {"terminates", "suspends"}), None)
        if _only_since(out, r):
            continue  # "I gave up sweets. I have passed the shop daily since": what came after the end
        if twin:
            if r.score > twin.score:
                out[out.index(twin)] = r
        elif both:
            # One sentence that seems to say both: the ending is the safer reading.
            if r.kind == "terminates":
                out[out.index(both)] = r
        elif rest:
            # "There has been no poem since. It is not over": it rests.
            if r.kind == "suspends":
                out[out.index(rest)] = r
        else:
            out.append(r)
    return out


def _only_since(out: list[Reading], r: Reading) -> bool:
    before = [o for o in out if o.trait == r.trait and o.kind and 0 <= r.sentence - o.sentence <= 1]
    last = before[-1] if before else None
    return r.cue.rule == "since-then" and r.cue.pointing and last is not None and last.kind == "terminates" != r.kind


def _together(a: Reading, b: Reading) -> bool:
    return a.trait == b.trait and a.modality == b.modality and b.sentence - a.sentence <= 1


def _says_both(a: Reading, b: Reading) -> bool:
    kinds, cue_kinds = {a.kind, b.kind}, (a.cue.kind, b.cue.kind)
    return a.sentence == b.sentence and kinds == {"terminates", "initiates"} and "onset" in cue_kinds


def in_order(a: Reading, b: Reading) -> bool:
    """`a`, told first, came before `b`: a beginning before its end, an end before what points back to it or repeats."""
    begins = ("initiates", "reinitiates", "resumes")
    if "actual" not in (a.modality,) or b.modality != "actual":
        return False
    if a.kind in begins and b.kind in ("terminates", "suspends"):
        return True
    return a.kind in ("terminates", "suspends") and b.kind in begins and (b.cue.pointing or b.cue.kind == "restart")
