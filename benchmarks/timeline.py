"""How long the timeline takes, and how much memory: a life from nothing, and after one edit.

    python benchmarks/timeline.py [--sizes 100,1000,10000] [--shapes …] [--json]

The lives are made up by a fixed seed. `edit` is the mean over edits of one note each: a date moved, an effect changed,
a note added, a note removed. Memory is what the timeline itself holds and returns (tracemalloc, a run of its own).
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from refiner.config import Trait  # noqa: E402
from refiner.models import Effect, EffectKind, Event, Relation, When  # noqa: E402
from refiner.timeline.bounds import to_iso, year_window  # noqa: E402
from refiner.timeline.incremental import Telling, Tracker  # noqa: E402

NOW, BORN = "2026-01-01", "1985-05-14"
KINDS: tuple[EffectKind, ...] = (
    "initiates", "terminates", "initiates", "terminates", "continues", "suspends", "resumes",
)  # fmt: skip
A_NOTE = 5  # events in a note


def _year(rng: random.Random, share: float) -> When:
    if rng.random() > share:
        return When()
    low, high = year_window(rng.randint(1990, 2023))
    return When(earliest=to_iso(low), latest=to_iso(high), granularity="year")


def _event(rng: random.Random, i: int, traits: int, when: When, *relations: Relation) -> Event:
    effects = tuple(
        Effect(trait=f"t{rng.randrange(traits)}", kind=rng.choice(KINDS), quote=f"quote {i}")
        for _ in range(rng.choice((1, 1, 2)))
    )
    return Event(
        id=f"e{i}", note=f"n{i // A_NOTE:05}.md", label=f"event {i}", quotes=(f"quote {i}",), when=when,
        written="2024-01-01", effects=effects, relations=relations, order=i % A_NOTE,
    )  # fmt: skip


def typical(n: int, rng: random.Random) -> list[Event]:
    """Most events have a year; some count from another one, some are told to be before the next."""
    traits, out = max(12, n // 50), []
    for i in range(n):
        chance = rng.random()
        if chance < 0.1 and i:
            days, anchor = 365 * rng.randint(1, 3), f"e{rng.randrange(max(0, i - 50), i)}"
            when = When(anchor=anchor, offset_min=days - 183, offset_max=days + 183)
            out.append(_event(rng, i, traits, when))
        elif chance < 0.2 and i + 1 < n:
            out.append(_event(rng, i, traits, When(), Relation(kind="before", to=f"e{i + 1}")))
        else:
            out.append(_event(rng, i, traits, _year(rng, 0.7)))
    return out


def chain(n: int, rng: random.Random) -> list[Event]:
    """Each event is told to be before the next; hardly any has a date: one block."""
    traits = max(12, n // 50)
    return [
        _event(rng, i, traits, When(), *((Relation(kind="before", to=f"e{i + 1}"),) if i + 1 < n else ()))
        for i in range(n)
    ]


def offsets(n: int, rng: random.Random) -> list[Event]:
    """Each event is told to be some days after the one before it: one block, tied in both directions."""
    traits = max(12, n // 50)
    first = When(earliest="1986-01-01", latest="1986-12-31")
    return [
        _event(rng, i, traits, When(anchor=f"e{i - 1}", offset_min=0, offset_max=3) if i else first) for i in range(n)
    ]


def dense(n: int, rng: random.Random) -> list[Event]:
    """Each event is told to be before five of the next hundred: one block with five constraints an event."""
    traits = max(12, n // 50)
    return [
        _event(
            rng, i, traits, When(),
            *(Relation(kind="before", to=f"e{min(n - 1, i + rng.randint(1, 100))}") for _ in range(5) if i + 1 < n),
        )
        for i in range(n)
    ]  # fmt: skip


def one_trait(n: int, rng: random.Random) -> list[Event]:
    """Everything is about one trait."""
    return [_event(rng, i, 1, _year(rng, 0.7)) for i in range(n)]


SHAPES: dict[str, Callable[[int, random.Random], list[Event]]] = {
    "typical": typical, "chain": chain, "offsets": offsets, "dense": dense, "one trait": one_trait,
}  # fmt: skip


def _told(events: list[Event]) -> dict[str, Telling]:
    notes: dict[str, list[Event]] = {}
    for e in events:
        notes.setdefault(e.note, []).append(e)
    return {note: Telling(tuple(es)) for note, es in notes.items()}


def measure(shape: str, n: int) -> dict[str, float | int | str]:
    """Seconds and MiB for one life of `n` events."""
    rng = random.Random(7)
    events = SHAPES[shape](n, rng)
    notes = _told(events)
    traits = [Trait(id=f"t{i}", importance=i % 3) for i in range(1 if shape == "one trait" else max(12, n // 50))]
    cold = []
    for _ in range(3):
        gc.collect()
        start = time.perf_counter()
        tracker = Tracker(traits, now=NOW, born=BORN)
        tracker.update(notes)
        tracker.timeline()
        cold.append(time.perf_counter() - start)
    edits: dict[str, list[float]] = {}
    names = sorted(notes)
    for i in range(12):
        note = rng.choice(names)
        old = notes[note]
        for kind, new in _edits(old, rng, i):
            start = time.perf_counter()
            tracker.update(new)
            tracker.timeline()
            edits.setdefault(kind, []).append(time.perf_counter() - start)
            if kind in ("date", "effect"):
                tracker.update({note: old})
    gc.collect()
    tracemalloc.start()
    again = Tracker(traits, now=NOW, born=BORN)
    again.update(notes)
    kept = again.timeline()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept == tracker.timeline()
    row: dict[str, float | int | str] = {"shape": shape, "events": n, "cold_s": round(median(cold), 4)}
    row |= {f"edit_{k}_ms": round(1000 * sum(v) / len(v), 1) for k, v in edits.items()}
    row["edit_worst_ms"] = round(1000 * max(max(v) for v in edits.values()), 1)
    return row | {"held_mib": round(held / 2**20, 1), "peak_mib": round(peak / 2**20, 1)}


def _edits(old: Telling, rng: random.Random, i: int) -> list[tuple[str, dict[str, Telling | None]]]:
    note, first = old.events[0].note, old.events[0]
    dated = first.model_copy(update={"when": When(earliest="2001-01-01", latest="2001-12-31")})
    other = first.model_copy(update={"effects": (Effect(trait=first.effects[0].trait, kind="terminates"),)})
    new = Event(id=f"new{i}", note=f"n-new{i}.md", written="2024-01-01", when=_year(rng, 1), effects=first.effects)
    return [
        ("date", {note: Telling((dated, *old.events[1:]))}),
        ("effect", {note: Telling((other, *old.events[1:]))}),
        ("add", {new.note: Telling((new,))}),
        ("remove", {new.note: None}),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of events")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="which lives")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    shown = False
    for shape in args.shapes.split(","):
        for size in args.sizes.split(","):
            row = measure(shape.strip(), int(size))
            if args.json:
                print(json.dumps(row), flush=True)
                continue
            if not shown:
                print("  ".join(f"{k:>14}" for k in row))
                shown = True
            print("  ".join(f"{v:>14}" for v in row.values()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
