"""Two whole ways, each in a process of its own: one without any network, one with an endpoint of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "asking")]

from privacy_life import CANARY, KEY, NOTES, TRAITS, behave
from server import Server

HERE = Path(__file__).parent
NOW = ["--now", "2026-01-01"]
ISOLATED = ["unshare", "--map-root-user", "--net"]


@dataclass
class Way:
    """What a whole way left: its folder (workspace, home and temporary files in it), what was said, what was seen."""

    folder: Path
    said: str
    report: dict[str, Any]
    namespace: bool = False  # it ran in a network namespace of its own
    requests: tuple[Any, ...] = ()

    @property
    def life(self) -> Path:
        return self.folder / "life"

    @property
    def codes(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for args, code in self.report["codes"]:
            out.setdefault(args[0], []).append(code)
        return out


def go(folder: Path, steps: list[object], *, umask: str, cut_off: bool = False, **env: str) -> Way:
    """Runs steps in a child with a home and a folder for temporary files of its own."""
    can = cut_off and subprocess.run([*ISOLATED, "true"], capture_output=True).returncode == 0
    plan = {"steps": steps, "umask": umask, "block": cut_off and not can, "report": str(folder / "report.json")}
    for name in ("home", "tmp"):
        (folder / name).mkdir(mode=0o700)
    (folder / "plan.json").write_text(json.dumps(plan))
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "VIRTUAL_ENV", "OMP_WAIT_POLICY")}
    given = {**kept, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1", **env}
    command = [*(ISOLATED if can else []), sys.executable, str(HERE / "way.py"), str(folder / "plan.json")]
    done = subprocess.run(
        command, capture_output=True, text=True, env=given, cwd=folder, stdin=subprocess.DEVNULL, timeout=900
    )
    said = done.stdout + done.stderr
    assert (folder / "report.json").is_file(), said
    report = json.loads((folder / "report.json").read_text())
    for name in ("plan.json", "report.json"):
        (folder / name).unlink()
    return Way(folder, said, report, can)


def begun(life: Path) -> list[object]:
    """The steps that make a workspace with notes."""
    at = ["-C", str(life)]
    return [
        ["init", str(life), "--name", "Karthik Selvan", "--becomes", "Kavya Selvan", "--born", "1990-03-04"],
        {"write": str(life / "refiner.toml"), "text": TRAITS, "more": True},
        *({"write": str(life / "data" / "raw" / name), "text": text} for name, text in NOTES.items()),
        ["note", "In 2011 I repaired the radio of Murugan anna with a bent spoon.", *at],
    ]


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


def main_with(*args: object) -> int:
    """The program in this process; its exit code."""
    from refiner.cli import main

    before, sys.argv = sys.argv, ["refiner", *map(str, args)]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("purge", "-C", life)`: exit code, stdout, stderr with its line breaks folded."""

    def call(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main_with(*args)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
