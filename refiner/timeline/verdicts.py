"""A trait's verdict as it is shown: with the stretches in which it held, all that was said of it, and what speaks
against the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from refiner.models import Doubt, Event, Interval, Observation, TraitVerdict, VerdictName
from refiner.timeline.blocks import END
from refiner.timeline.closure import Life
from refiner.timeline.order import BEGINS, ENDS, Told
from refiner.timeline.sayings import days_of, words_of
from refiner.timeline.sequence import in_time
from refiner.timeline.traits import Facts, Judgement

_STANDS: dict[VerdictName, str] = {
    "HOLDS": "it holds", "NOT": "it is over", "DORMANT": "it rests", "RETRACTED": "it never was true",
}  # fmt: skip


class Verdicts:
    """Builds verdicts of a life. `names` are the traits' names by id, `born` the day of birth as EDTF."""

    def __init__(self, life: Life, names: Mapping[str, str], born: str) -> None:
        self.life, self.names, self.born = life, names, born
        self._dates: dict[str, str] = {}

    def moved(self, event: str) -> None:
        """Must be called when an event's days changed."""
        self._dates.pop(event, None)
        self._dates.pop(event + END, None)

    def of(self, trait: str) -> TraitVerdict:
        """The verdict on a trait that was judged."""
        facts, j = self.life.facts[trait], self.life.judgements[trait]
        hidden = j.verdict in ("RETRACTED", "UNKNOWN", "INCONSISTENT")
        against = self.doubts(trait)
        notes = [j.note] if j.note else []
        notes += [f"but on {d.at} the notes say otherwise" for d in against[-1:]]
        return TraitVerdict.model_construct(
            id=trait,
            verdict=j.verdict,
            default_verdict=j.default,
            intervals=() if hidden else tuple(self._intervals(facts, j)),
            evidence=tuple(self._evidence(facts, j)),
            note="; ".join(notes),
        )

    # -- evidence ----------------------------------------------------------------------------------------------------

    def _evidence(self, facts: Facts, j: Judgement) -> Iterable[dict[str, Any]]:
        """Everything that was said about the trait, each with whether it counts for the verdict."""
        deciding = {t.key for w in j.worlds for t in (*w.live, *w.pausing, *w.deciding)}
        for t in facts.told:
            quote = t.quote or (t.event.quotes[0] if t.event.quotes else "")
            found: dict[str, Any] = {"event": t.event.id, "kind": t.kind, "when": self.dated(t), "note": t.event.note}
            found["quote"] = quote
            found["decides"] = t.key in deciding
            effect = t.event.effects[t.number]
            if effect.at == "end":
                found["at"] = "end"
            if effect.strength != 1.0:
                found["strength"] = effect.strength
            if t.void:
                found["void"] = t.void
            yield found
        for o, _ in facts.observations:
            yield {"observation": o.holds, "when": o.at, "note": o.note, "quote": o.quote}
        for r in facts.retractions:
            yield {"retraction": r.target, "by": r.by, "note": r.note, "quote": r.quote}

    def dated(self, told: Told) -> str:
        """EDTF of the day as it was told, or what the constraints leave of it; ".." where nothing is known."""
        found = self._dates.get(told.point)
        if found is None:
            found = self._dates[told.point] = self._date(told)
        return found

    def _date(self, told: Told) -> str:
        when = told.event.when if told.point == told.event.id else told.event.until
        if when.edtf:
            return when.edtf
        network = self.life.network
        low, high = network.window(told.point) if told.point in network else (None, None)
        if low is None and high is None:
            low, high = days_of(when)
        return words_of(low, high) or ".."

    # -- intervals ---------------------------------------------------------------------------------------------------

    def _intervals(self, facts: Facts, j: Judgement) -> Iterable[Interval]:
        """When the trait held: by date, and where dates leave it open by the order of telling."""
        last = j.worlds[0].last if not j.cycles and j.worlds else None
        changing = [t for t in facts.told if not t.void and (t.kind in BEGINS or t.kind in ENDS)]
        by: tuple[str, ...] = ()
        since = (self.born or "..") if facts.initially else ""
        open_ = facts.initially
        for t in in_time(changing, self.life.network, last.key if last else None):
            if t.kind in BEGINS and not open_:
                since, by, open_ = self.dated(t), (t.event.id,), True
            elif t.kind in ENDS and (open_ or not by):
                if open_:
                    ends = (t.event.id,) if t.event.id not in by else ()
                    yield Interval.model_construct(from_=since, until=self.dated(t), by=(*by, *ends))
                open_ = False
        if open_:
            yield Interval.model_construct(from_=since, until="", by=by)

    # -- what speaks against it --------------------------------------------------------------------------------------

    def doubts(self, trait: str) -> list[Doubt]:
        """Observations that were made after all that decides the verdict and say otherwise."""
        facts, j = self.life.facts[trait], self.life.judgements[trait]
        if not facts.observations or j.verdict not in _STANDS or j.note.startswith("cause unknown"):
            return []
        found = []
        for o, window in facts.observations:
            if o.holds != (j.verdict in ("NOT", "RETRACTED")) or j.verdict == "DORMANT":
                continue  # of what rests either may be said: it is there, and it does not show
            since = self._decided(facts, j)
            if since is None or window.low is None or any(not self._before(e, window.low) for e in since):
                continue
            found.append(self._doubt(trait, o, since, j))
        return found

    def _decided(self, facts: Facts, j: Judgement) -> list[Told] | list[Event] | None:
        """What decides the verdict; None where nothing does that an observation could come after."""
        if j.verdict == "RETRACTED":
            by = sorted({e for r in facts.retractions for e in self.life.taken_back.get(r.target, ())})
            return [self.life.ledger.events[e] for e in by if e in self.life.ledger.events] or None
        found = {t.key: t for w in j.worlds for t in (*w.live, *w.pausing)}.values()
        return sorted(found, key=lambda t: (self._last_day(t) or 0, t.key)) or None

    def _last_day(self, what: Told | Event) -> int | None:
        point = what.point if isinstance(what, Told) else what.id
        return self.life.network.window(point)[1] if point in self.life.network else None

    def _before(self, what: Told | Event, day: int) -> bool:
        high = self._last_day(what)
        return high is not None and high < day

    def _doubt(self, trait: str, o: Observation, since: list[Told] | list[Event], j: Judgement) -> Doubt:
        last = since[-1]
        event = last.event if isinstance(last, Told) else last
        quote = (last.quote if isinstance(last, Told) else "") or (event.quotes[0] if event.quotes else "")
        events = tuple(dict.fromkeys(x.event.id if isinstance(x, Told) else x.id for x in since))
        name = self.names.get(trait) or trait
        says = "still holds" if o.holds else "does not hold"
        why = f"on {o.at} the notes say that “{name}” {says}, but by “{event.label or event.id}” {_STANDS[j.verdict]}"
        quotes = tuple(q for q in dict.fromkeys((o.quote, quote)) if q)
        return Doubt.model_construct(
            kind="observation", trait=trait, events=events, note=o.note, at=o.at, quotes=quotes, why=why
        )
