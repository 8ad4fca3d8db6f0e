"""How long the review takes to start and to answer a key: `python benchmarks/review.py [ITEMS]`.

Makes a workspace of notes with one edit a sentence, half of them decided, and keeps its queue as `refine` does; then
runs the real program in a pseudo-terminal. Aims on two cores: 10,000 items start in under 0.5 s, from the start of the
process to the first question, and a key is answered in under 30 ms, from the key to the next question.
"""

from __future__ import annotations

import os
import pty
import re
import resource
import select
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from statistics import median

from refiner.edits import make_edit
from refiner.marks import queue_mark
from refiner.models import Decision, Edit, Note, Sentence
from refiner.review.items import build_queue
from refiner.review.kept import write
from refiner.review.state import Action, apply, start
from refiner.store import DecisionLog, Workspace

LINE = "When I was {i} he said that boy number {i} would go far in cricket and in other things."
QUESTION = re.compile(rb"\? \[[^\]]*\][^\n]*$")
KEYS = "ynufsjkvwyyunf"
RUNS = 7
SETTINGS = '[persona.before]\ngender = "male"\n[persona.after]\ngender = "female"\n'


def life(items: int) -> tuple[dict[str, Note], list[Edit]]:
    """Notes of forty sentences with one edit each."""
    notes: dict[str, Note] = {}
    edits: list[Edit] = []
    for n in range(-(-items // 40)):
        lines = [LINE.format(i=i) for i in range(40)]
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


def workspace(root: Path, items: int, today: str) -> Workspace:
    """A workspace with such a life on disk and its queue kept."""
    ws = Workspace(root)
    notes, edits = life(items)
    ws.raw.mkdir(parents=True)
    ws.config.write_text(SETTINGS, encoding="utf-8")
    for note in notes.values():
        (ws.raw / note.path).write_text(note.text, encoding="utf-8")
    half = edits[: items // 2]
    log = [Decision(item=e.id, text_sha=e.text_sha, verdict="approve", id=f"d{n}") for n, e in enumerate(half)]
    DecisionLog(ws.decisions).extend(log)
    began = time.perf_counter()
    queue = build_queue([], [], edits, [], [], [], notes, DecisionLog(ws.decisions).read())
    write(ws.queue, queue_mark(ws, today, with_samples=False), queue)
    size = ws.queue.stat().st_size / 1e6
    print(f"building the queue and keeping it: {time.perf_counter() - began:.2f} s, {size:.1f} MB")
    return ws


class Terminal:
    """`refiner review` in a pseudo-terminal."""

    def __init__(self, ws: Workspace) -> None:
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if not self.pid:
            program = str(Path(sys.executable).with_name("refiner"))
            os.execv(program, [program, "review", "--workspace", str(ws.root)])  # noqa: S606 - our own program

    def asked(self) -> float:
        """The moment at which the next question stands there. Raises TimeoutError after a minute."""
        shown = b""
        while not QUESTION.search(shown):
            if not select.select([self.fd], [], [], 60)[0]:
                raise TimeoutError(shown.decode(errors="replace"))
            shown += os.read(self.fd, 65536)
        return time.perf_counter()

    def press(self, key: str) -> float:
        """Seconds from a key to the next question; a rejection's reason is left empty, with Enter, before."""
        began = time.perf_counter()
        os.write(self.fd, key.encode())
        if key == "n":
            while b"Why?" not in os.read(self.fd, 65536):
                pass
            time.sleep(0.05)
            began = time.perf_counter()
            os.write(self.fd, b"\n")
        return self.asked() - began

    def kill(self) -> int:
        """Ends it as a closed window or a power cut does: nothing runs after the last decision. Its memory in KB."""
        os.kill(self.pid, 9)
        _, _, used = os.wait4(self.pid, 0)
        os.close(self.fd)
        return used.ru_maxrss


def shown(name: str, seconds: Iterable[float]) -> None:
    """One line with the median and the slowest."""
    times = sorted(s * 1000 for s in seconds)
    print(f"{name:28} median {median(times):7.1f} ms   slowest {times[-1]:7.1f} ms   of {len(times)}")


def main() -> None:
    """Prints what was measured, a line each."""
    items, today = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, date.today().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(Path(folder), items, today)
        starts, memory = [], 0
        for _ in range(RUNS):
            terminal = Terminal(ws)
            starts.append(terminal.asked() - terminal.began)
            memory = max(memory, terminal.kill())
        shown(f"start with {items} items", starts[1:])
        terminal, times = Terminal(ws), dict[str, list[float]]()
        terminal.asked()
        for _ in range(5):
            for key in KEYS:
                time.sleep(0.02)
                times.setdefault(key, []).append(terminal.press(key))
        memory = max(memory, terminal.kill())
        for key, took in times.items():
            shown(f"key {key}", took)
        shown("all keys", (t for took in times.values() for t in took))
        print(f"memory: {memory / 1024:.0f} MB; of this benchmark "
              f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")  # fmt: skip
    in_bulk(items)


def in_bulk(items: int) -> None:
    """Deciding the undecided half at once, and taking it back, without the disk and the screen."""
    notes, edits = life(items)
    half = edits[: items // 2]
    log = [Decision(item=e.id, text_sha=e.text_sha, verdict="approve", id=f"d{n}") for n, e in enumerate(half)]
    state = start(build_queue([], [], edits, [], [], [], notes, log), log)
    for kind in ("approve_shown", "undo"):
        began = time.perf_counter()
        state, made = apply(state, Action("approve_shown" if kind == "approve_shown" else "undo"))
        print(f"{kind}: {len(made)} lines of the log, {(time.perf_counter() - began) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
