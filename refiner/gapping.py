"""The gaps of a workspace: what its notes do not tell yet, found by rules; the questions worded by a model if asked."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refiner.engine import Engine, ModelOptions, choose_engine, connected, pick_engine
from refiner.errors import Undecided, UsageError
from refiner.gaps import read_facts
from refiner.gaps.asked import word_gaps
from refiner.gaps.facts import Facts
from refiner.gaps.find import gaps_in
from refiner.gaps.gap import KINDS, Gap
from refiner.refine import Plan, last_options, with_life
from refiner.sampling import samples_of
from refiner.store import Workspace, locked

if TYPE_CHECKING:
    from refiner.asking.asker import Asker


@dataclass(frozen=True)
class Found:
    """The gaps of a life, the best first, and what they were found in."""

    gaps: tuple[Gap, ...]
    facts: Facts


def find(ws: Workspace, *, now: str) -> Found:
    """The gaps of a workspace as its notes stand. Raises Undecided without a note, ConfigError, StoreError."""
    with with_life(ws, now=now) as life:
        if not life.chain.notes:
            raise Undecided(f"there are no notes in {ws.raw}: all of it is a gap", mend="refiner note")
        facts = read_facts(life, samples_of(life).samples)
        return Found(tuple(gaps_in(facts)), facts)


def gap_named(ws: Workspace, given: str, *, now: str) -> Gap:
    """The gap with this id, or the only one whose id begins so. Raises UsageError that names the nearest ones."""
    gaps = find(ws, now=now).gaps
    exact = [g for g in gaps if g.id == given]
    begun = exact or [g for g in gaps if g.id.startswith(given)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UsageError(
            f'"{given}" begins several gaps: {", ".join(g.id for g in begun[:6])}', mend="write one of them out"
        )
    near = difflib.get_close_matches(given, [g.id for g in gaps], 3, 0.5)
    raise UsageError(
        f'there is no gap "{given}": it may be filled' + (f"; near it: {', '.join(near)}" if near else ""),
        mend="refiner gaps --all",
    )


def chosen(found: Found, *, trait: str = "", kind: str = "") -> list[Gap]:
    """The gaps of a trait (id, name or alias) and of a kind. Raises UsageError for what there is not."""
    gaps = list(found.gaps)
    if kind:
        if kind not in KINDS:
            raise UsageError(f'there is no kind "{kind}"; kinds are: {", ".join(KINDS)}', mend="refiner gaps --all")
        gaps = [g for g in gaps if g.kind == kind]
    if trait:
        wanted = trait.strip().casefold()
        traits = found.facts.config.traits
        ids = [
            t.id for t in traits if wanted in {t.id.casefold(), t.title.casefold(), *(w.casefold() for w in t.words)}
        ]
        ids += [v.id for v in found.facts.timeline.traits if v.id.casefold() == wanted and v.id not in ids]
        if len(ids) != 1:
            known = ", ".join(ids or [t.id for t in traits]) or "none"
            said = "means several traits" if ids else "is no trait"
            near = ids or difflib.get_close_matches(trait, [t.id for t in traits], 1, 0.5) or [t.id for t in traits]
            mend = f"refiner gaps --trait {near[0]}" if near else "refiner gaps --all"
            raise UsageError(f'"{trait}" {said}; traits are: {known}', mend=mend)
        gaps = [g for g in gaps if g.trait == ids[0]]
    return gaps


@dataclass(frozen=True)
class Wording:
    """The questions that a model worded, by gap id, and which engine was taken."""

    questions: dict[str, str]
    engine: str
    why: str
    lost: tuple[str, ...] = ()  # what got no answer for a fault of the network or the server


def word(ws: Workspace, found: Found, gaps: Sequence[Gap], *, engine: str, options: ModelOptions) -> Wording:
    """Has the questions of some gaps worded by a model where `engine` is one; none by rules.

    Answers are kept like all others, and asked for again only when the gap changed. Raises UsageError, RemoteRefused,
    StoreError, WorkspaceBusy, ModelError.
    """
    config = found.facts.config
    picked = pick_engine(config, engine, options)
    if picked.llm is None:
        return Wording({}, picked.name, picked.why)
    with locked(ws, "gaps"):
        chosen_engine = connected(picked, ws, _hidden(ws, options))
        try:
            asker = _covered(chosen_engine, found)
            questions = word_gaps(asker, gaps, {t.id: t for t in config.traits})
            return Wording(questions, chosen_engine.name, chosen_engine.why, tuple(asker.lost))
        finally:
            chosen_engine.close()


def plan_wording(ws: Workspace, found: Found, gaps: Sequence[Gap], *, engine: str, options: ModelOptions) -> Plan:
    """What `word` would send, and where; nothing is sent. Raises as it does, but not for an endpoint elsewhere."""
    config = found.facts.config
    with locked(ws, "gaps --dry-run"):
        chosen_engine = choose_engine(config, engine, ws, replace(_hidden(ws, options), dry=True))
        try:
            if chosen_engine.asker is None:
                return Plan(chosen_engine, (), 0)
            asker = _covered(chosen_engine, found)
            word_gaps(asker, gaps, {t.id: t for t in config.traits})
            return Plan(chosen_engine, tuple(asker.waiting), asker.usage.cached)
        finally:
            chosen_engine.close()


def _hidden(ws: Workspace, options: ModelOptions) -> ModelOptions:
    """The options, with names hidden where the last `refine` hid them."""
    return replace(options, pseudonymise=options.pseudonymise or last_options(ws.refined).pseudonymise)


def _covered(engine: Engine, found: Found) -> Asker:
    """The engine's asker, with stand-ins for names where they are asked for."""
    asker = engine.asker
    assert asker is not None
    if asker.pseudonymise:
        from refiner.stages.standing_in import stand_ins

        facts = found.facts
        asker.stand_ins = stand_ins(facts.notes, facts.config, facts.people, asker.answers)
    return asker
