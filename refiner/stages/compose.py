"""Refined notes -> samples, by rules alone: what somebody would ask, and her own refined sentences.

The parts, in composing/: scenes (passages), topics and deeds (what they are about), labels and wording (events and
traits in sentences), questions (forms), self (identity, boundary), traits and anecdotes (trait, situation,
now_and_then), told (opinion, habits), remembered (memory), records (event), sayings and talks (voice), choice
(duplicates, caps, mix), open (what is undecided). Samples have no system message: export adds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from refiner.config import Config
from refiner.models import Bearing, Edit, Extraction, Note, Sample, Timeline
from refiner.stages.asked.compose_kept import with_written
from refiner.stages.composing.choice import choose
from refiner.stages.composing.draft import Draft, Told, tell
from refiner.stages.composing.facts import life_of
from refiner.stages.composing.open import OpenItem, open_items
from refiner.stages.composing.records import events
from refiner.stages.composing.remembered import memory
from refiner.stages.composing.sayings import voice
from refiner.stages.composing.self import boundary, identity
from refiner.stages.composing.talks import chats
from refiner.stages.composing.told import habits, occasions, opinion, views
from refiner.stages.composing.traits import now_and_then, trait_samples
from refiner.store import Cache

COMPOSE_VERSION = "15"
MAKERS = (
    identity, now_and_then, trait_samples, opinion, views, habits, occasions, memory, chats, events, boundary, voice,
)  # fmt: skip

__all__ = ["COMPOSE_VERSION", "OpenItem", "compose", "open_items"]


def drafts_of(told: Told) -> list[Draft]:
    """All that the rules can make of a life, before the mix chooses."""
    return [draft for make in MAKERS for draft in make(told)]


def compose(
    notes: Sequence[Note],
    edits: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline,
    extractions: Sequence[Extraction],
    *,
    open_items: Mapping[str, Iterable[str | OpenItem]] | None = None,
    name: str = "",
    bearings: Mapping[str, Sequence[Bearing]] | None = None,
    written: Callable[[Told], Sequence[Draft]] = lambda told: (),
    cache: Cache | None = None,
) -> list[Sample]:
    """The samples of a life, the same for the same input whatever its order.

    `edits`: by note path, rejected ones included or not. `open_items`: by note path, the ids that are undecided; made
    with `open_items(edits, questions, findings)` they hold back only what they touch, a bare id holds back all of its
    note. `name`: her name where refiner.toml leaves it to the tool. `bearings`: what each sentence has to do with the
    important traits, by note path; without them fewer anecdotes are found. `written`: what a model wrote for samples
    of the life as it is told now. `cache`: where what a parse shows of each note is kept.
    """
    told = tell(life_of(notes, edits, config, timeline, extractions, name, bearings), cache)
    drafts = with_written(drafts_of(told), written(told))
    return [d.sample(open_items or {}, edits) for d in choose(drafts, config)]
