"""What `refiner samples --coverage` prints: traits and periods by kind, the mix, and what fills what is missing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from refiner.console import Output
from refiner.dataset.coverage import Cell, total
from refiner.dataset.coverage_life import Coverage, Lack, life_coverage
from refiner.gaps import read_facts
from refiner.gaps.find import gaps_in
from refiner.review.visible import one_line
from refiner.sampling import Samples
from refiner.timeline.wording import ASCII

HEADS = {
    "trait": "trait", "situation": "situ", "memory": "memo", "event": "event", "now_and_then": "then",
    "voice": "voice", "opinion": "opin", "boundary": "bound", "identity": "ident", "general": "gen",
}  # fmt: skip
_LEAST = 14  # columns of a row's name


def check_plot(plot: Path | None) -> None:
    """Refuses a picture that cannot be drawn, before anything is made. Raises UsageError, RefinerError."""
    if plot is not None:
        from refiner.dataset.plot import check_file

        check_file(plot)


def coverage(show: Output, made: Samples, plot: Path | None = None, *, printed: bool = True) -> None:
    """Prints the coverage of the samples, and draws it where a file is named. Raises RefinerError, StoreError."""
    table = coverage_of(made)
    names = {t.id: t.title for t in made.life.config.traits}
    if plot is not None:
        from refiner.dataset.plot import draw

        draw(table, names, plot)
        show.say(f"wrote {plot}: traits and times of life by kind (your traits are named in it)")
    if not printed:
        return
    if show.as_json:
        show.json(as_json(table))
        return
    for line in lines(table, names, show.out.width):
        show.data(line if show.unicode else line.translate(ASCII))


def coverage_of(made: Samples) -> Coverage:
    """The coverage of a life's samples, with the gaps of its notes."""
    facts = read_facts(made.life, made.samples)
    return life_coverage(made.samples, facts, gaps_in(facts))


def as_json(table: Coverage) -> dict[str, Any]:
    """The tables for programs."""
    return {
        "samples": table.samples,
        "kinds": table.kinds,
        "traits": [
            {
                "id": r.trait, "polarity": r.polarity, "importance": r.importance, "verdict": r.verdict,
                "cells": _cells_json(r.cells), "total": asdict(total(r.cells)), "floor": r.floor, "short": r.short,
                "expected": list(r.expected), "empty": list(r.empty), "missing": list(r.missing),
            }
            for r in table.traits
        ],
        "other": _cells_json(table.other),
        "periods": [
            {
                "id": p.id, "name": p.name, "years": p.years, "cells": _cells_json(p.cells),
                "total": asdict(total(p.cells)), "empty": list(table.empty_in(p)),
            }
            for p in table.periods
        ],
        "mix": [asdict(s) for s in table.mix],
        "missing": [asdict(x) for x in table.lacks],
    }  # fmt: skip


def _cells_json(of: Mapping[str, Cell]) -> dict[str, dict[str, int]]:
    return {k: asdict(c) for k, c in of.items()}


def lines(table: Coverage, names: Mapping[str, str], width: int) -> Iterator[str]:
    """Everything that is printed; no line is wider than `width` where it can be broken."""
    kinds = table.kinds
    rows = [
        (names.get(r.trait, r.trait), r.cells, r.empty, _floor(r.floor, total(r.cells).ready)) for r in table.traits
    ]
    if table.other:
        rows.append(("no important trait", table.other, (), str(total(table.other).ready)))
    yield from _table("traits", rows, kinds, "/ floor", width)
    yield ""
    spans = [
        (f"{p.name} {p.years}".strip(), p.cells, table.empty_in(p), str(total(p.cells).ready)) for p in table.periods
    ]
    yield from _table("life", spans, kinds, "all", width)
    legend = "12+3: 12 ready, 3 wait for a decision; 0!: should not be empty; .: none. " + ", ".join(
        f"{HEADS[k]} = {k}" for k in kinds if HEADS[k] != k
    )
    yield from textwrap.wrap(legend, width, initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield from _mix(table, width)
    yield from _floors(table, names, width)
    yield from _lacks(table.lacks, names, {p.id: p.name for p in table.periods}, width)


def _floor(floor: int, ready: int) -> str:
    return f"{ready}/{floor}" if floor else str(ready)


def _table(
    title: str,
    rows: Sequence[tuple[str, Mapping[str, Cell], Sequence[str], str]],
    kinds: Sequence[str],
    last: str,
    width: int,
) -> Iterator[str]:
    body = [[_shown(cells.get(k, Cell()), k in empty) for k in kinds] + [end] for _, cells, empty, end in rows]
    heads = [HEADS[k] for k in kinds] + [last]
    wide = [max(len(h), *(len(line[i]) for line in body)) if body else len(h) for i, h in enumerate(heads)]
    room = max(_LEAST, width - sum(wide) - len(wide))
    room = min(room, max((cell_len(one_line(name)) for name, *_ in rows), default=_LEAST))
    room = max(room, len(title))
    yield title.ljust(room) + "".join(f" {h:>{w}}" for h, w in zip(heads, wide, strict=True))
    for (name, *_), line in zip(rows, body, strict=True):
        first, *more = textwrap.wrap(one_line(name), room) or [""]
        yield first + " " * (room - cell_len(first)) + "".join(f" {c:>{w}}" for c, w in zip(line, wide, strict=True))
        yield from (f"  {part}" for part in more)


def _shown(cell: Cell, missing: bool) -> str:
    if not cell.live:
        return "0!" if missing else "."
    return f"{cell.ready}+{cell.waiting}" if cell.waiting else str(cell.ready)


def _mix(table: Coverage, width: int) -> Iterator[str]:
    parts = [f"{s.kind} {_percent(s.has)} of {_percent(s.wanted)}" for s in table.mix if s.wanted or s.rows]
    rejected = sum(c.rejected for p in table.periods for c in p.cells.values())
    ready = sum(c.ready for p in table.periods for c in p.cells.values())
    waiting = table.samples - ready - rejected
    yield from textwrap.wrap(
        f"{table.samples} samples: {ready} ready, {waiting} wait, {rejected} rejected. Share of the ready ones, and "
        f"what [samples] mix asks for: {', '.join(parts)}",
        width,
        subsequent_indent="  ",
    )


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _floors(table: Coverage, names: Mapping[str, str], width: int) -> Iterator[str]:
    """The floor of each negative trait that holds: the number, and by how much it is met or not."""
    for row in table.negative:
        ready = total(row.cells).ready
        over = ready - row.floor
        said = f"met, {over} more" if over >= 0 else f"{-over} short"
        name = one_line(names.get(row.trait, row.trait))
        yield from textwrap.wrap(
            f"negative: {name}: floor {row.floor} samples, {ready} ready: {said}", width, subsequent_indent="  "
        )


def _lacks(lacks: Sequence[Lack], names: Mapping[str, str], periods: Mapping[str, str], width: int) -> Iterator[str]:
    if not lacks:
        yield "nothing that should be there is missing"
        return
    yield ""
    yield f"missing: {len(lacks)}"
    for x in lacks:
        name = one_line((names if x.of == "trait" else periods).get(x.row, x.row))
        where = f" ({', '.join(map(one_line, x.notes))})" if x.notes else ""
        yield from textwrap.wrap(f"{name}: {x.what}{where}", width - 2, initial_indent="  ", subsequent_indent="    ")
        if x.command:
            yield f"    → {one_line(x.command)}"
