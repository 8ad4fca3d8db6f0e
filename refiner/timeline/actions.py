"""What to do with each event that is kept, and why: keep, include, reframe or drop (FORMATS, Actions)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refiner.models import ActionName, EffectKind
from refiner.timeline.closure import Life
from refiner.timeline.order import BEGUN, CLASS, ENDS, PAUSED, POSITIVE, RESUMED, Told

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
        """The action on a kept event and its reason: the weightiest thing that it says.

        `include`: what it says is over, but the events that ended it are kept too, so that telling all of them in
        their order is enough. `reframe`: it must say itself that it is over, unsure, resting or taken back.
        """
        told = self.life.by_event.get(event, [])
        taken = next((t for t in told if t.void == "retracted"), None)
        if taken is not None:
            return "drop", self._taken_back(event)
        weaker: tuple[ActionName, str] | None = None
        for t in told:
            if t.void in ("negated", "hypothetical", "counterfactual"):
                continue  # as it stands it says that it was not so
            if t.void == "planned":
                if t.event.when.latest and t.event.when.latest < self.now:
                    return "reframe", f"it was planned for {t.event.when.latest} at the latest, and that day is over"
                continue
            found = self._one(t)
            if found and found[0] == "reframe":
                return found
            weaker = weaker or found
        return weaker or ("keep", self._kept(told))

    def _one(self, t: Told) -> tuple[ActionName, str] | None:
        judgement = self.life.judgements[t.trait]
        name = self.names.get(t.trait) or t.trait
        match judgement.verdict:
            case "CONTESTED":
                return "reframe", f"whether “{name}” holds today cannot be told from these dates"
            case "INCONSISTENT":
                return "reframe", f"the dates that decide on “{name}” contradict each other"
            case "RETRACTED":
                return "reframe", f"“{name}” was taken back: it never was true"
            case "DORMANT" if t.kind in POSITIVE:
                paused = {p.event.id: p for w in judgement.worlds for p in w.pausing}
                return "reframe", f"“{name}” rests{self._since(paused.values())}"
        if t.void == "after now":
            return "reframe", "it lies after today"
        if not self._dead(t):
            return None
        if t.trait not in self._over:
            self._over[t.trait] = self._ended(t.trait, name)
        return self._over[t.trait]

    def _ended(self, trait: str, name: str) -> tuple[ActionName, str]:
        """The action on what says of a trait what is not so today."""
        live = {x.event.id: x for w in self.life.judgements[trait].worlds for x in w.live}
        if not live:
            return "reframe", f"“{name}” is not so today"
        back = CLASS.get(next(iter(live.values())).kind) == BEGUN
        said = f"“{name}” {'is back' if back else 'is over'}{self._since(live.values())}"
        if all(self.life.is_kept(e) for e in live):
            return "include", f"{said}; that is kept and told too"
        return "reframe", said

    def _since(self, told: Iterable[Told]) -> str:
        some = list(told)[-2:]
        return " since " + " and ".join(f"“{t.event.label or t.event.id}”" for t in some) if some else ""

    def _taken_back(self, event: str) -> str:
        by = sorted(self.life.taken_back.get(event, ()))
        return "the notes take it back" + (f" in “{by[0]}”" if by else "")

    def _kept(self, told: list[Told]) -> str:
        counting = [t for t in told if not t.void]
        if not counting:
            return "it tells of what was not so, and says it"
        listed = ", ".join(dict.fromkeys(f"“{self.names.get(t.trait) or t.trait}”" for t in counting))
        return f"nothing that it says of {listed} is over"

    def told_along(self, event: str) -> str:
        """Why an event of the closure that is not kept is told along."""
        roles: list[str] = []
        for t in self.life.by_event.get(event, ()):
            worlds = self.life.judgements[t.trait].worlds
            if t.void or all(t.key != x.key for w in worlds for x in (*w.live, *w.pausing, *w.waking, *w.deciding)):
                continue
            roles.append(f"“{self.names.get(t.trait) or t.trait}” {_DID[t.kind]} here")
        if not roles:
            taken = sorted(target for target, by in self.life.taken_back.items() if event in by)
            said = [f"“{self.names.get(t) or t}” was taken back here" for t in taken]
            roles = said or ["it decides what may be said of a kept event"]
        return "told along: " + "; ".join(dict.fromkeys(roles))
