"""A review on a page in a thread of its own, for the tests: the address, the log, and what the command prints."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

for folder in (Path(__file__).resolve().parent.parent, Path(__file__).resolve().parent.parent.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from review_life import Life, MemoryLog  # noqa: E402

from refiner.review.items import Item  # noqa: E402
from refiner.review.web.run import run_web_review  # noqa: E402


@dataclass
class Running:
    """A review that runs."""

    log: MemoryLog = field(default_factory=MemoryLog)
    told: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        found = re.search(r"http://\S+", self.told[0])
        assert found
        return found[0]

    def code(self) -> int:
        """The exit code, once the review has ended."""
        assert self.thread is not None
        self.thread.join(10)
        assert not self.thread.is_alive()
        return self.codes[0]

    @property
    def decided(self) -> list[tuple[str, str | None]]:
        return [(d.verdict, d.text or d.choice or d.reason) for d in self.log.lines]


@contextmanager
def running(queue: Sequence[Item] | None = None) -> Iterator[Running]:
    """Starts a review of the small life; waits until its first question stands there."""
    run, ready = Running(), threading.Event()

    def browser(address: str) -> None:
        run.opened.append(address)
        ready.set()

    def work() -> None:
        items = Life().queue() if queue is None else queue
        run.codes.append(run_web_review(items, run.log, tell=run.told.append, browser=browser))

    run.thread = threading.Thread(target=work, daemon=True)
    run.thread.start()
    assert ready.wait(10)
    yield run
