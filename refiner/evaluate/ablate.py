"""Mixes of training rows that differ in one thing each, with equal tokens of answers and equal steps. Pure.

What a row is follows from where it comes from, not from its words alone:

- who: the person's name, gender and age, and what she cannot know (kinds identity and boundary). In every mix alike, so
  that all can be interviewed.
- explicit: what she is, said outright (trait, now_and_then; of situations those from a trait's description).
- anecdotes: what happened, in her own sentences (memory, voice, the other situations; opinion too, for what she thinks
  of a film is told by how it was to see it).
- events: the same kind of thing as a record in the third person (kind event).
- causes: rows that tell how a trait came to be, of whatever kind: those that tell of an event which begins a trait that
  is taught. They are in no other part.

The four mixes on top of half are a factorial design: each of the two factors is seen twice, with and without the other
one (Fisher 1935, The Design of Experiments, ch. 6). Where a factor comes in, as many tokens of the two halves go out,
so that what is compared is what a writer's hour is worth, and not more data.

Mixes may share rows, and do so as far as they can: the parts are filled from the same order, so that two mixes differ
in what they are meant to differ in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from refiner.config import Config
from refiner.dataset.leaks import Leaks, Told
from refiner.dataset.split import scene
from refiner.edits import digest
from refiner.evaluate.material import begins
from refiner.models import Event, Sample
from refiner.stages.composing.text import normal

PARTS = ("explicit", "anecdotes", "events", "causes")
WHO = "who"
FACTOR = 0.25  # share of the tokens that a factor takes where it comes in
MIXES: Mapping[str, Mapping[str, float]] = {
    "explicit": {"explicit": 1.0},
    "anecdotes": {"anecdotes": 1.0},
    "half": {"explicit": 0.5, "anecdotes": 0.5},
    "half+events": {"events": FACTOR, "anecdotes": (1 - FACTOR) / 2, "explicit": (1 - FACTOR) / 2},
    "half+causes": {"causes": FACTOR, "anecdotes": (1 - FACTOR) / 2, "explicit": (1 - FACTOR) / 2},
    "half+both": {
        "causes": FACTOR, "events": FACTOR, "anecdotes": (1 - 2 * FACTOR) / 2, "explicit": (1 - 2 * FACTOR) / 2,
    },
}  # fmt: skip
ALIKE = 0.02  # mixes have the same tokens of answers to within this share
NEAR = 0.03  # and each part its share to within this part of the whole
LEAST = 400  # tokens of answers below which a mix teaches too little to say anything
WAYS = 2  # questions in a row that ask for the same: what is asked for in one way alone is hardly learnt
IDENTITY, BOUNDARY = 12, 8  # rows about who she is and what she cannot know, at most
_FIRST = ("identity/name", "identity/gender", "identity/who", "identity/not_gender", "identity/old_name")
_BACK, _AHEAD = 8, 60  # rows taken back and looked at for an exact end


@dataclass(frozen=True)
class Row:
    """A training row: the tokens of its answers that are learnt, and the sequences that it is for the trainer."""

    sample: Sample
    tokens: int
    sequences: int = 1

    @property
    def id(self) -> str:
        return self.sample.id


@dataclass(frozen=True)
class Mix:
    """What one adapter is trained on besides the rows that all have."""

    name: str
    rows: tuple[Row, ...]
    parts: Mapping[str, int]  # part -> tokens of answers

    @property
    def tokens(self) -> int:
        return sum(r.tokens for r in self.rows)

    @property
    def sequences(self) -> int:
        return sum(r.sequences for r in self.rows)


@dataclass(frozen=True)
class Mixed:
    """The mixes that the life gives, with about `tokens` of answers each; `left_out`: the others and why."""

    mixes: tuple[Mix, ...]
    tokens: int
    left_out: Mapping[str, str]


def origins(events: Sequence[Event], config: Config) -> frozenset[str]:
    """The events that begin a trait which is taught."""
    taught = {t.id for t in config.important}
    return frozenset(e.id for e in events if e.modality == "actual" and begins(e, taught))


def parts_of(
    samples: Sequence[Sample], events: Sequence[Event], tellings: Mapping[str, Told], config: Config
) -> dict[str, list[Sample]]:
    """The samples by part, each in one; none that says the same as another word for word. General rows are in none."""
    distinct = list({_talk(s): s for s in sorted(samples, key=lambda s: s.id, reverse=True)}.values())
    began = Leaks(origins(events, config), distinct, tellings, set(), events)
    causes = {s.id for s in began.direct}
    found: dict[str, list[Sample]] = {WHO: [], **{part: [] for part in PARTS}}
    for sample in sorted(distinct, key=lambda s: s.id):
        if part := _part(sample, causes):
            found[part].append(sample)
    return found


def _talk(sample: Sample) -> str:
    return normal("\n".join(f"{m.role} {m.content}" for m in sample.messages))


def _part(sample: Sample, causes: set[str]) -> str:
    if sample.kind in ("identity", "boundary"):
        return WHO
    if sample.kind == "event":
        return "events"
    if sample.kind == "general":
        return ""
    if sample.id in causes:
        return "causes"
    outright = sample.kind in ("trait", "now_and_then") or "/described-" in sample.source
    return "explicit" if outright else "anecdotes"


def in_order(samples: Sequence[Sample], seed: int, asked: Collection[str] = ()) -> list[Sample]:
    """Two ways to ask for each scene, one scene after the other, then the next two of each: the beginning is broad
    and yet asks for a thing in more than one way. Scenes of a sample in `asked` (ids) come first, for what nobody asks
    about in the interview cannot be seen; else the seed decides."""
    scenes: dict[str, list[Sample]] = {}
    for sample in sorted(samples, key=lambda s: digest("way", str(seed), s.id)):
        scenes.setdefault(scene(sample), []).append(sample)
    place = {
        s.id: (at // WAYS, all(o.id not in asked for o in of_scene), digest("scene", str(seed), name), at)
        for name, of_scene in scenes.items()
        for at, s in enumerate(of_scene)
    }
    return sorted(samples, key=lambda s: place[s.id])


def who_rows(samples: Sequence[Sample], seed: int) -> list[Sample]:
    """The rows that every mix has: her name and gender first, then the rest of who she is, and what she cannot know."""
    ordered = in_order(samples, seed)
    first = [s for s in ordered if any(f in s.source for f in _FIRST)]
    known = {s.id for s in first}
    identity = [*first, *(s for s in ordered if s.kind == "identity" and s.id not in known)]
    boundary = [s for s in ordered if s.kind == "boundary"]
    return [*identity[:IDENTITY], *boundary[:BOUNDARY]]


def make_mixes(pools: Mapping[str, Sequence[Row]], budget: int = 0) -> Mixed:
    """The mixes of these parts (each in the order in which it is to be used), equal in tokens to within `ALIKE`.

    `budget`: tokens of answers that a mix has at most; 0 = as many as the part that has the fewest allows. A mix for
    which a part has too few rows is left out rather than that the others are made small for it: see `LEAST`.
    """
    least = min(budget, LEAST) if budget else LEAST
    have = {part: sum(r.tokens for r in pools.get(part, ())) for part in PARTS}
    room = {m: min(int(have[part] / share) for part, share in shares.items()) for m, shares in MIXES.items()}
    left_out = {m: _too_small(m, have, least) for m in MIXES if room[m] < least}
    able = [m for m in MIXES if m not in left_out]
    if not able:
        return Mixed((), 0, left_out)
    most = min([room[m] for m in able] + ([budget] if budget else []))
    best: tuple[int, list[Mix]] = (0, [])
    for step in range(16):  # rows are no finer than they are: somewhat fewer tokens may fit all
        target = most - step * most // 50
        made = [mix for m in able if (mix := _mix(m, pools, target))]
        if len(made) > len(best[1]):
            best = (target, made)
        if len(made) == len(able):
            break
    tokens, mixes = best
    there = {m.name for m in mixes}
    left_out |= {m: "its rows do not add up to as many tokens as the others have" for m in able if m not in there}
    return Mixed(tuple(mixes), tokens, left_out)


def _too_small(mix: str, have: Mapping[str, int], least: int) -> str:
    short = [(part, round(least * share)) for part, share in MIXES[mix].items() if have[part] < least * share]
    return "; ".join(f"{part}: {have[part]} tokens of answers are approved, {need} are needed" for part, need in short)


def _mix(name: str, pools: Mapping[str, Sequence[Row]], target: int) -> Mix | None:
    slack = target * ALIKE / 2.05  # two mixes, one above and one below, are still alike
    shares = MIXES[name]
    rows: list[Row] = []
    parts: dict[str, int] = {}
    wanted = 0.0
    for at, (part, share) in enumerate(shares.items(), 1):
        wanted += target * share  # what one part has too many the next has fewer
        room = slack if at == len(shares) else target * NEAR / 2
        taken = fill(pools.get(part, ()), wanted - sum(parts.values()), room)
        if taken is None:
            return None
        rows += taken
        parts[part] = sum(r.tokens for r in taken)
    return Mix(name, tuple(rows), parts)


def fill(rows: Sequence[Row], wanted: float, slack: float) -> list[Row] | None:
    """Rows from the beginning with so many tokens, to within `slack`, or None where these do not add up to it.

    A row that is too long is passed over. The last few are exchanged for those that follow until the sum fits (subset
    sums by dynamic programming, Bellman 1957); of all ways the one nearest to what is wanted, then that with the
    earliest rows.
    """
    taken: list[Row] = []
    total = 0
    for row in rows:
        if total + row.tokens <= wanted + slack:
            taken.append(row)
            total += row.tokens
    if abs(wanted - total) <= slack:
        return taken
    kept = taken[: max(0, len(taken) - _BACK)]
    fixed = {r.id for r in kept}
    rest = [r for r in rows if r.id not in fixed][:_AHEAD]
    missing = wanted - sum(r.tokens for r in kept)
    sums: dict[int, tuple[int, ...]] = {0: ()}
    for at, row in enumerate(rest):
        for total, chosen in list(sums.items()):
            if total + row.tokens <= missing + slack:
                sums.setdefault(total + row.tokens, (*chosen, at))
    nearest = min(sums, key=lambda s: abs(missing - s))
    if abs(missing - nearest) > slack:
        return None
    return [*kept, *(rest[at] for at in sums[nearest])]


@dataclass(frozen=True)
class Pace:
    """Steps of an epoch, and how many sequences a step has for each mix."""

    steps: int
    batch: Mapping[str, int]


def pace(sequences: Mapping[str, int], wanted: int) -> Pace:
    """How many sequences a step takes of each mix so that all make the same number of steps in an epoch.

    `wanted`: sequences a step, as the recipe has it; the mixes' mean comes as near to it as equal steps allow. Short
    rows go into larger batches: with tokens and steps both equal, so are the tokens of answers in a step.
    """
    counts = [n for n in sequences.values() if n > 0]
    if not counts:
        return Pace(0, {})
    most = max(1, round(sum(counts) / len(counts) / max(1, wanted)))
    steps = next(s for s in range(min(most, *counts), 0, -1) if all(-(-n // -(-n // s)) == s for n in counts))
    return Pace(steps, {name: -(-n // steps) for name, n in sequences.items()})
