"""How long the review takes to start and to answer a key: `python benchmarks/review.py [ITEMS]`.

Aims on two cores: 10,000 items, half of them decided, start in under 0.5 s; a key is answered in under 30 ms.
"""

from __future__ import annotations

import io
import sys
import time

from refiner.edits import make_edit
from refiner.models import Decision, Edit, Note, Sentence
from refiner.review.items import build_queue
from refiner.review.paint import make_console
from refiner.review.screen import Screen
from refiner.review.state import Action, ActionKind, apply, start

LINE = "When I was {i} he said that boy number {i} would go far in cricket and in other things."
KEYS: tuple[ActionKind, ...] = ("approve", "reject", "undo", "redo", "next", "flag", "approve_shown", "undo")


def life(items: int) -> tuple[dict[str, Note], list[Edit]]:
    """Notes of fifty sentences with one edit each."""
    notes: dict[str, Note] = {}
    edits: list[Edit] = []
    for n in range(-(-items // 50)):
        lines = [LINE.format(i=i) for i in range(50)]
        spans, at = [], 0
        for line in lines:
            spans.append(Sentence(start=at, end=at + len(line), text=line))
            at += len(line) + 1
        note = Note(path=f"{n:04}.md", sha="", text=" ".join(lines), sentences=tuple(spans))
        notes[note.path] = note
        for s in spans:
            where = note.text.index("he said", s.start)
            edits.append(make_edit(note, "swap", where, where + 2, "she", reason="told of her", source="rule:speech"))
    return notes, edits[:items]


def main() -> None:
    """Prints one line for the start and one for each key."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    notes, edits = life(items)
    half = edits[: items // 2]
    log = [Decision(item=e.id, text_sha=e.text_sha, verdict="approve", id=f"d{n}") for n, e in enumerate(half)]
    began = time.perf_counter()
    state = start(build_queue([], [], edits, [], [], [], notes, log), log)
    print(f"start with {items} items: {time.perf_counter() - began:.3f} s")
    screen = Screen(make_console(io.StringIO(), plain=True, width=100), plain=True)
    for key in KEYS:
        began = time.perf_counter()
        state, made = apply(state, Action(key))
        screen.show(state)
        print(f"{key:14} {len(made):6} decisions  {(time.perf_counter() - began) * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
