"""Two whole ways, each in a process of its own: one without any network, one with an endpoint of this machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "asking")]

from privacy_life import CANARY, KEY, NOTES, TRAITS, behave
from privacy_way import NOW, Run, Way, begun, go, main_with
from server import Server


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Way:
    """The whole way by rules, cut off from every network, where a file is open to all unless the program closes it."""
    folder = tmp_path_factory.mktemp("offline")
    life = folder / "life"
    at = ["-C", str(life)]
    return go(
        folder,
        [
            *begun(life),
            ["refine", "--engine", "rules", *NOW, *at],
            ["timeline", "--html", str(life / "life.html"), "--graph", str(life / "life.graphml"), *NOW, *at],
            ["selfimage", *NOW, *at],
            ["gaps", *NOW, *at],
            ["review", "--approve-shown", *NOW, *at],
            ["samples", *NOW, *at],
            ["review", "--approve-shown", *NOW, *at],
            ["export", "--quick", "--partial", "--format", "alpaca", *NOW, *at],
            ["status", *at],
            ["doctor", *at],
            {"modes": str(life)},
            {"write": str(life / "life.html"), "text": ""},  # the person's own exports: purge names, never deletes them
            {"write": str(life / "life.graphml"), "text": ""},
            ["purge", "--note", "temple.md", "--also-note", "--yes", *at],
            {"modes": str(life)},
            ["export", "--quick", "--partial", *NOW, *at],
            ["purge", "--yes", *at],
            {"modes": str(life)},
        ],
        umask="000",
        cut_off=True,
    )


@pytest.fixture(scope="session")
def online(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """The way with a model at an address of this machine: one that refuses, fails, babbles, and one that answers."""
    folder = tmp_path_factory.mktemp("online")
    life = folder / "life"
    at = ["-C", str(life)]
    with Server(behave) as server:
        steps = begun(life)
        steps.append({"write": str(life / "data" / "raw" / "secret.md"), "text": CANARY + "\n"})
        settings = f'\n[llm]\nbase_url = "{server.url}"\nmodel = "refuses"\ntimeout = 20\n'
        steps.append({"write": str(life / "refiner.toml"), "text": settings, "more": True})
        for model in ("refuses", "fails", "babbles", "answers"):
            steps.append({"model": model, "in": str(life / "refiner.toml")})
            steps.append(["refine", "--engine", "llm", *NOW, *at])
        talk = ["--endpoint", server.url, "--model", "answers"]
        steps += [
            ["refine", "--engine", "llm", "--ask-again", "--record", str(life / "answers.jsonl"), *NOW, *at],
            {"crash": ["refine", "--engine", "llm", "--ask-again", *NOW, *at]},
            ["review", "--approve-shown", *NOW, *at],
            ["samples", "--engine", "llm", *NOW, *at],
            ["review", "--approve-shown", *NOW, *at],
            ["export", "--quick", "--partial", *NOW, *at],
            ["chat", *talk, "--ask", "Who are you?", *NOW, *at],
            ["evaluate", *talk, "--questions", "1", "--only", "fact", *NOW, *at],
            ["gaps", *NOW, *at],
            ["doctor", *at],
            {"modes": str(life)},
        ]
        way = go(folder, steps, umask="022", OPENAI_API_KEY=KEY)
        way.requests = tuple(server.seen)
        yield way


@pytest.fixture(scope="session")
def made_life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A refined life with samples and a data set."""
    folder = tmp_path_factory.mktemp("made") / "life"
    main_with("init", folder, "--name", "Karthik Selvan", "--becomes", "Kavya Selvan", "--born", "1990-03-04")
    with open(folder / "refiner.toml", "a") as file:
        file.write(TRAITS)
    for name, text in NOTES.items():
        place = folder / "data" / "raw" / name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        place.write_text(text)
    for args in (
        ["refine", "--engine", "rules"],
        ["samples"],
        ["review", "--approve-shown"],
        ["review", "--approve-shown"],
    ):
        main_with(*args, *NOW, "-C", folder)
    main_with("export", "--quick", "--partial", *NOW, "-C", folder)
    return folder


@pytest.fixture
def life(made_life: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made_life, tmp_path / "life"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("purge", "-C", life)`: exit code, stdout, stderr with its line breaks folded."""

    def call(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main_with(*args)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
