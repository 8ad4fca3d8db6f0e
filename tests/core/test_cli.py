"""The program as a person runs it: messages, exit codes, JSON, the documentation."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from refiner.cli import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "demo",
    "init",
    "import",
    "note",
    "refine",
    "review",
    "timeline",
    "selfimage",
    "samples",
    "gaps",
    "export",
    "train",
    "runs",
    "export-model",
    "evaluate",
    "chat",
    "serve",
    "purge",
    "status",
    "doctor",
]


def run(*args: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", *map(str, args)]
    given = {**os.environ, **env}
    nothing = subprocess.DEVNULL
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=given, stdin=nothing, timeout=600)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "my-life"
    made = run("init", folder, "--name", "Karthik Selvan", "--becomes", "Kavya Selvan", "--born", "1990-03-04")
    assert made.returncode == 0, made.stderr
    (folder / "data/raw/one.md").write_text("As a boy I kept pigeons in Salem. [todo] \x1b[31m and [/b] stay text.\n")
    return folder


def test_the_way_by_hand(life: Path) -> None:
    done = run("refine", "--engine", "rules", "--now", "2026-01-01", cwd=life)
    assert done.returncode == 0, done.stderr
    assert "1 note read" in done.stderr
    assert done.stdout == ""
    again = run("refine", "--engine", "rules", "--now", "2026-01-01", cwd=life)
    assert "nothing changed" in again.stderr
    listed = run("review", "--list", "--json", "--stage", "edit", cwd=life)
    items = json.loads(listed.stdout)
    assert [(i["before"], i["after"]) for i in items] == [("boy", "girl")]
    assert run("review", "--check", cwd=life).returncode == 3
    assert run("export", cwd=life).returncode == 3
    assert run("review", "--approve", items[0]["id"][:6], cwd=life).returncode == 0
    assert run("review", "--reject", "zzzz", cwd=life).returncode == 2
    made = run("samples", "--json", cwd=life)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["samples"] > 0
    assert run("review", "--approve-shown", "--stage", "sample", cwd=life).returncode == 0
    assert run("review", "--approve-shown", cwd=life).returncode == 0
    exported = run("export", "--json", cwd=life)
    assert exported.returncode == 0, exported.stderr
    assert json.loads(exported.stdout)["schema"] == 1
    standing = json.loads(run("status", "--json", cwd=life).stdout)
    assert standing["samples"]["undecided"] == 0
    assert standing["dataset"]["train.jsonl"] > 0


def test_init_keeps_everything_private(life: Path) -> None:
    assert "data/" in (life / ".gitignore").read_text().split()
    for folder in ("data/raw", "data/review", "data/refined"):
        assert stat.S_IMODE((life / folder).stat().st_mode) == 0o700
    again = run("init", life)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_timeline_json_has_the_documented_keys(life: Path) -> None:
    out = run("timeline", "--json", "--now", "2026-01-01", cwd=life)
    assert set(json.loads(out.stdout)) == {
        "now", "traits", "events", "windows", "closure", "actions", "reasons", "dead_effects", "conflicts", "doubts",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["refine", "--engine", "magic"], 2, "engines are"),
        (["refine", "--stages", "swop"], 2, "stages are"),
        (["refine", "--now", "yesterday"], 2, "write it as"),
        (["refine", "--nope"], 2, "No such option"),
        (["nonsense"], 2, "No such command"),
        (["timeline", "--why", "nothing"], 2, "there is no trait"),
        (["train", "--recipe", "none"], 2, "recipe"),
        (["chat"], 1, "no finished run"),
        (["chat", "--endpoint", "https://api.example.com/v1", "--ask", "x"], 1, "not"),
        (["evaluate"], 1, "no finished run"),
        (["export", "--out", "x"], 3, "undecided"),
    ],
)
def test_expected_failures_are_one_message(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    assert run("init", tmp_path / "w").returncode == 0
    (tmp_path / "w/data/raw/one.md").write_text("As a boy I kept pigeons in Salem.\n")
    done = run(*args, cwd=tmp_path / "w")
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_workspace_says_what_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    run("init", folder)
    assert f"write a note in {folder}" in run("refine", "--workspace", folder).stderr.replace("\n", "")
    assert "add [[traits]]" in run("timeline", "--workspace", folder).stderr
    assert run("samples", "--workspace", folder).returncode == 3
    (folder / "data/raw/bad.md").write_bytes(b"caf\xe9")
    done = run("refine", "--workspace", folder)
    assert done.returncode == 1
    assert done.stderr.count("bad.md:1") == 1


def test_outside_of_a_workspace(tmp_path: Path) -> None:
    done = run("refine", cwd=tmp_path)
    assert done.returncode == 2
    assert "refiner init DIR" in done.stderr


def test_escapes_in_notes_reach_no_terminal(life: Path) -> None:
    run("refine", "--engine", "rules", cwd=life)
    shown = run("review", "--list", cwd=life)
    assert "\x1b" not in shown.stdout + shown.stderr


def test_doctor_says_what_is_there(life: Path) -> None:
    done = run("doctor", "--json", cwd=life)
    checks = {c["what"]: c for c in json.loads(done.stdout)}
    assert checks["Python"]["level"] == "ok"
    assert checks["notes"]["detail"].startswith("1 in")
    assert all(c["mend"] or c["level"] in ("ok", "note") for c in checks.values() if c["level"] != "ok")


def _options() -> dict[str, set[str]]:
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    return {
        name: {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")}
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }


def test_every_command_is_there_and_explained() -> None:
    assert set(_options()) >= set(COMMANDS)
    for name in COMMANDS:
        assert {"--workspace", "--quiet"} <= _options()[name] or name in ("init", "demo")


def test_the_documentation_names_only_what_exists() -> None:
    """Every `refiner COMMAND --option` in the documentation is a command with that option."""
    options = _options()
    found = 0
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "training").rglob("*.md")]
    for file in sorted([*texts, *(ROOT / "refiner").rglob("*.py")]):
        for line in re.findall(r"\brefiner ([a-z][a-z-]*(?: [^\n`#\"')]*)?)", file.read_text()):
            words = line.split()
            if words[0] not in options:
                assert words[0] not in COMMANDS
                continue
            for option in (w.split("=")[0] for w in words[1:] if w.startswith("--")):
                assert option.rstrip(".,;:)") in options[words[0]], f"{file.name}: {line}"
                found += 1
    assert found


def test_every_setting_is_documented() -> None:
    from refiner.config import LLM, Config, Persona, PersonaSide, Policy, Samples, Trait

    text = (ROOT / "docs" / "settings.md").read_text()
    for model in (Config, Persona, PersonaSide, Policy, Trait, LLM, Samples):
        for name in model.model_fields:
            if model is not Config:
                assert f"`{name}`" in text or f"{name}]`" in text, name


def test_the_readme_shows_the_tree_of_today() -> None:
    from tree import with_tree

    text = (ROOT / "README.md").read_text()
    assert text == with_tree(text), "python tests/core/tree.py writes it anew"
