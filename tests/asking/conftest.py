"""An Asker on a real server, without real pauses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from program import Run
from questions import KEY
from server import Server, echo

from refiner.answers import Answers
from refiner.asking import wire as wire_module
from refiner.asking.asker import Asker
from refiner.cli import main
from refiner.config import LLM
from refiner.llm import Endpoint


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float | None]]:
    """No test waits for real; what would have been waited for, as (number of the pause, what the server asked)."""
    seen: list[tuple[int, float | None]] = []

    def pause(attempt: int, asked: float | None) -> float:
        seen.append((attempt, asked))
        return 0.002 * attempt

    monkeypatch.setattr(wire_module, "pause", pause)
    monkeypatch.setattr(wire_module, "_PATIENCE", 1000.0)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return seen


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the test."""
    servers: list[Server] = []

    def start(behave: Any = echo) -> Server:
        servers.append(Server(behave).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.die()


@pytest.fixture
def asks(tmp_path: Path) -> Iterator[Callable[..., Asker]]:
    """Makes askers that are closed with the test. `keep` is the answers' file."""
    made: list[Asker] = []

    def make(
        server: Server | str, *, concurrency: int = 4, timeout: float = 30, keep: Path | None = None, **more: Any
    ) -> Asker:
        url = server if isinstance(server, str) else server.url
        llm = LLM(base_url=url, model="m", max_concurrency=concurrency, timeout=timeout, **more.pop("llm", {}))
        made.append(Asker(llm, Endpoint(llm), Answers(keep), **more))
        return made[-1]

    yield make
    for asker in made:
        asker.close()
        asker.answers.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program in this process: `run("samples", "-C", folder)`."""

    def go(*args: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["refiner", *map(str, args)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return go
