"""Fixtures of the tests of drawings: a browser, and pages written to files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

for folder in (Path(__file__).resolve().parent, Path(__file__).resolve().parent.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from browser import chromium  # noqa: E402

from refiner.config import Trait  # noqa: E402
from refiner.drawing.page import timeline_page  # noqa: E402
from refiner.models import Timeline  # noqa: E402


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def page_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes the page of a timeline; returns its file."""

    def write(timeline: Timeline, traits: tuple[Trait, ...], name: str = "") -> Path:
        file = tmp_path / "timeline.html"
        file.write_text(timeline_page(timeline, traits, name=name), encoding="utf-8", newline="\n")
        return file

    return write
