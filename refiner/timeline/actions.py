"""What to do with each event that is kept, and why: keep, include, reframe or drop (FORMATS, Actions)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refiner.models import ActionName, EffectKind
from refiner.timeline.closure import Life
from refiner.timeline.order import BEGUN, CLASS, ENDS, PAUSED, POSITIVE, RESUMED, Told
from refiner.timeline.sayings import days_of, words_of
from refiner.timeline.traits import World

_DID: dict[EffectKind, str] = {
    "initiates": "began", "reinitiates": "began again", "terminates": "ended", "suspends": "paused",
    "resumes": "was taken up again", "continues": "went on", "weakens": "grew weaker",
}  # fmt: skip


class Actions:
    """Dead effects and actions of a life, on the day `now` (ISO). `names` are the traits' names by id."""

    def __init__(self, life: Life, names: Mapping[str, str], now: str) -> None:
        self.life, self.names, self.now = life, names, now
        self._over: dict[str, tuple[ActionName, str]] = {}

    def forget(self, trait: str) -> None:
        """Must be called when a trait was judged anew."""
        self._over.pop(trait, None)

    def dead(self, event: str) -> list[str]:
        """The traits of which the event says what is not so today, in the order in which it says it."""
        return list(dict.fromkeys(t.trait for t in self.life.by_event.get(event, ()) if self._dead(t)))

    def _dead(self, told: Told) -> bool:
        verdict = self.life.judgements[told.trait].verdict
        if told.void or verdict == "RETRACTED":
            return True
        match verdict:
            case "HOLDS":
                return told.kind in ENDS or (told.kind == "suspends" and self._followed(told, RESUMED | BEGUN))
            case "DORMANT":
                return told.kind in ENDS or (told.kind == "resumes" and self._followed(told, PAUSED))
            case "NOT":
                return told.kind in POSITIVE
        return False

    def _followed(self, told: Told, classes: int) -> bool:
        return bool(self.life.followed.get(told.trait, {}).get(told.key, 0) & classes)

    def of(self, event: str) -> tuple[ActionName, str]:
        """The action on a kept event and its reason: the weightiest things that it says.

        `include`: what it says is over, but the events that ended it are kept too, so that telling all of them in
        their order is enough. `reframe`: it must say itself that it is over, unsure, resting or taken back.
        """
        told = self.life.by_event.get(event, [])
        if self.life.ledger.is_retracted(event):
            return "drop", self._taken_back(event)
        found: dict[ActionName, dict[str, None]] = {}
        for t in told:
            if (one := self._one(t)) is not None:
                found.setdefault(one[0], {})[one[1]] = None
        for action in ("reframe", "include", "keep"):
            if action in found:
                return action, "; ".join(found[action])
        return "keep", self._kept(told)

    def _one(self, t: Told) -> tuple[ActionName, str] | None:
        if t.void in ("negated", "hypothetical", "counterfactual"):
            return None  # as it stands it says that it was not so
        if t.void == "planned":
            return self._planned(t)
        if t.void == "after now":
            return "reframe", f"its day, {self._day(t)}, is after today"
        judgement = self.life.judgements[t.trait]
        name = self._name(t.trait)
        match judgement.verdict:
            case "CONTESTED":
                return "reframe", f"whether {name} holds today cannot be told from these dates"
            case "INCONSISTENT":
                return "reframe", f"the dates that decide on {name} contradict each other"
            case "RETRACTED":
                return "reframe", f"{name} was taken back: it never was true"
            case "DORMANT" if t.kind in POSITIVE:
                paused = {p.event.id: p for w in judgement.worlds for p in w.pausing}
                return "reframe", f"{name} rests since {_listed(paused.values())}"
            case "HOLDS" if t.kind == "suspends" and not self._followed(t, RESUMED | BEGUN):
                return "reframe", f"it is open whether this pause of {name} is over"
        if not self._dead(t):
            return None
        if t.kind == "suspends":
            woken = {x.event.id: x for w in judgement.worlds for x in w.waking}
            return "reframe", f"{name} was taken up again" + (f" in {_listed(woken.values())}" if woken else "")
        if t.trait not in self._over:
            self._over[t.trait] = self._ended(t.trait, name)
        return self._over[t.trait]

    def _planned(self, t: Told) -> tuple[ActionName, str]:
        if t.event.when.latest and t.event.when.latest < self.now:
            return "reframe", f"it was planned for {self._day(t)}, and that is past; nothing says that it was done"
        return "keep", "it tells of a plan whose day is still to come"

    def _ended(self, trait: str, name: str) -> tuple[ActionName, str]:
        """The action on what says of a trait what is not so today."""
        live = {x.event.id: x for w in self.life.judgements[trait].worlds for x in w.live}
        if not live:
            return "reframe", f"{name} is not so today"
        back = CLASS.get(next(iter(live.values())).kind) == BEGUN
        said = f"{name} is {'back: it began' if back else 'over: it ended'} in {_listed(live.values())}"
        if all(self.life.is_kept(e) for e in live):
            return "include", f"{said}, which is kept and told too"
        return "reframe", said

    def _name(self, trait: str) -> str:
        return f"“{self.names.get(trait) or trait}”"

    def _label(self, event: str) -> str:
        told = self.life.ledger.events.get(event)
        return f"“{told.label or event}”" if told else f"“{event}”"

    def _day(self, t: Told) -> str:
        low, high = days_of(t.event.when)
        return t.event.when.edtf or words_of(low, high)

    def _taken_back(self, event: str) -> str:
        by = sorted(self.life.taken_back.get(event, ()))
        return "the notes take it back" + (f" in {self._label(by[0])}" if by else "")

    def _kept(self, told: list[Told]) -> str:
        counting = [t for t in told if not t.void]
        if not counting:
            return "it tells of what was not so, and says it"
        resting = [t for t in counting if self.life.judgements[t.trait].verdict == "DORMANT"]
        if resting and all(t.kind == "suspends" for t in resting):
            return f"{self._name(resting[0].trait)} rests today, so that it was paused may stand as told"
        listed = ", ".join(dict.fromkeys(self._name(t.trait) for t in counting))
        return f"what it says of {listed} is still so"

    def told_along(self, event: str) -> str:
        """Why an event of the closure that is not kept is told along."""
        taken = sorted(target for target, by in self.life.taken_back.items() if event in by)
        roles = [
            f"{self._label(t) if t in self.life.ledger.events else self._name(t)} was taken back here" for t in taken
        ]
        for t in self.life.by_event.get(event, ()) if not roles else ():
            worlds = self.life.judgements[t.trait].worlds
            if not t.void and any(t.key == x.key for w in worlds for x in _deciding(w)):
                roles.append(f"{self._name(t.trait)} {_DID[t.kind]} here")
        said = roles or ["it decides what may be said of a kept event"]
        return "told along: " + "; ".join(dict.fromkeys(said))


def _deciding(world: World) -> tuple[Told, ...]:
    return (*world.live, *world.pausing, *world.waking, *world.deciding)


def _listed(told: Iterable[Told]) -> str:
    return ", and again in ".join(f"“{t.event.label or t.event.id}”" for t in list(told)[-2:])
