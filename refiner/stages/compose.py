"""Refined notes -> samples, by rules alone: what somebody would ask, and her own refined sentences.

The parts, in composing/: scenes (passages), topics (what they are about), labels and wording (events
and traits in sentences), questions (forms), self (identity, boundary), traits (trait,
situation, now_and_then), told (memory, voice, opinion, event), choice (duplicates, mix), open
(what is undecided). Samples have no system message: export adds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refiner.config import Config
from refiner.models import Edit, Extraction, Note, Sample, Timeline
from refiner.stages.composing.choice import choose
from refiner.stages.composing.draft import tell
from refiner.stages.composing.facts import life_of
from refiner.stages.composing.open import OpenItem, open_items
from refiner.stages.composing.self import boundary, identity
from refiner.stages.composing.told import events, habits, memory, opinion, voice
from refiner.stages.composing.traits import now_and_then, trait_samples

COMPOSE_VERSION = "2"

__all__ = ["COMPOSE_VERSION", "OpenItem", "compose", "open_items"]


def compose(
    notes: Sequence[Note],
    edits: Mapping[str, Sequence[Edit]],
    config: Config,
    timeline: Timeline,
    extractions: Sequence[Extraction],
    *,
    open_items: Mapping[str, Iterable[str | OpenItem]] | None = None,
    name: str = "",
) -> list[Sample]:
    """The samples of a life, the same for the same input whatever its order.

    `edits`: by note path, rejected ones included or not. `open_items`: by note path, the ids that are undecided; made
    with `open_items(edits, questions, findings)` they hold back only what they touch, a bare id holds back all of its
    note. `name`: her name where refiner.toml leaves it to the tool.
    """
    told = tell(life_of(notes, edits, config, timeline, extractions, name))
    makers = (identity, now_and_then, trait_samples, opinion, habits, memory, events, boundary, voice)
    drafts = [draft for make in makers for draft in make(told)]
    return [d.sample(open_items or {}, edits) for d in choose(drafts, config)]
