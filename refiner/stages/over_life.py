"""The events and verdicts of a whole life, ready to be looked up by note, trait and effect. Made once for all notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from refiner.config import Config
from refiner.models import Doubt, EffectKind, Event, Timeline, TraitVerdict
from refiner.stages import doubt, gainsaid


class LifeEvents:
    """What `over`, `doubt` and `gainsaid` ask of a life; they give the same as by going through all of it each time."""

    def __init__(self, timeline: Timeline, events: Mapping[str, Event], config: Config) -> None:
        self.timeline, self.config = timeline, config
        self.events: dict[str, Event] = {e.id: e for e in timeline.events} | dict(events)
        self.verdicts: dict[str, TraitVerdict] = {v.id: v for v in timeline.traits}
        said = (i for v in timeline.traits for i in v.evidence)
        self.unhappened = {str(i["event"]) for i in said if i.get("void") == "retracted" and "event" in i}

    @cached_property
    def of_note(self) -> dict[str, list[Event]]:
        """The events by the note that tells them."""
        out: dict[str, list[Event]] = {}
        for event in self.events.values():
            out.setdefault(event.note, []).append(event)
        return out

    @cached_property
    def dead(self) -> frozenset[tuple[str, str]]:
        """(event, trait) of the effects that are dead."""
        return frozenset((d.event, d.trait) for d in self.timeline.dead_effects)

    @cached_property
    def _latest(self) -> dict[tuple[str, EffectKind], Event]:
        out: dict[tuple[str, EffectKind], Event] = {}
        for e in self.events.values():
            if e.modality == "actual" and e.subject == "self" and e.id not in self.unhappened:
                for f in e.effects:
                    old = out.get((f.trait, f.kind))
                    if old is None or _late(old) < _late(e):
                        out[f.trait, f.kind] = e
        return out

    def latest(self, trait: str, kinds: Iterable[EffectKind]) -> Event | None:
        """The latest event that happened to the narrator and did such a thing to the trait."""
        found = [e for k in kinds if (e := self._latest.get((trait, k))) is not None]
        return max(found, key=_late, default=None)

    @cached_property
    def contested(self) -> dict[str, list[doubt.Contested]]:
        """The traits in doubt by the note that asks about them."""
        return doubt.contested(self.config, self.timeline, self.events)

    @cached_property
    def gainsaid(self) -> dict[str, list[Doubt]]:
        """What does not fit the verdicts, by the note that asks about it."""
        out: dict[str, list[Doubt]] = {}
        for said in self.timeline.doubts:
            out.setdefault(said.note or gainsaid.home(said, self.events, self.timeline), []).append(said)
        return out


def _late(event: Event) -> tuple[str, tuple[str, str, int, str]]:
    return event.when.latest, event.place
