"""What the commands print with: one console for data (stdout), one for messages (stderr), text made safe to show.

Notes are untrusted: nothing of them is parsed as markup, and control characters (an ESC that would move the cursor, a
bidirectional override that would turn a line round) are shown as what they are.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from refiner.review.visible import visible


def _unicode(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name.startswith("utf")
    except LookupError:
        return False


class Output:
    """Prints for one command. `data` goes to stdout, `say` to stderr unless --quiet; errors always."""

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self.quiet, self.as_json = quiet, as_json
        for stream in (sys.stdout, sys.stderr):  # what a terminal of another encoding cannot show is no reason to stop
            if isinstance(stream, io.TextIOWrapper) and not _unicode(stream.encoding) and stream.errors == "strict":
                stream.reconfigure(errors="replace")
        self.out = Console(highlight=False, markup=False, emoji=False, no_color=plain or None, soft_wrap=True)
        self.err = Console(
            stderr=True, highlight=False, markup=False, emoji=False, no_color=plain or None, soft_wrap=True
        )

    @property
    def unicode(self) -> bool:
        """Can stdout show every character?"""
        return _unicode(self.out.encoding)

    def say(self, text: str, style: str = "") -> None:
        if not self.quiet:
            self.err.print(Text(visible(text), style=style))

    def error(self, text: str) -> None:
        self.err.print(Text(visible(text), style="red"))

    def data(self, text: str | Text, style: str = "") -> None:
        self.out.print(text if isinstance(text, Text) else Text(visible(text), style=style))

    def json(self, value: Any) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
        try:
            text.encode("utf-8" if self.unicode else "ascii")
        except UnicodeEncodeError:  # JSON has its own way to write what an encoding lacks, also half a character
            text = json.dumps(json.loads(text), indent=1)
        sys.stdout.write(text)
        sys.stdout.write("\n")

    @contextmanager
    def progress(self, total: int | None = None) -> Iterator[Callable[[str, int], None]]:
        """A bar on stderr when it is a terminal and the work takes longer than a moment; nothing otherwise."""
        if self.quiet or not self.err.is_terminal:
            yield lambda stage, done: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def step(stage: str, done: int) -> None:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage, total=total)
                bars.advance(tasks[stage], done)

            yield step
