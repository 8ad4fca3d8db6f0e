"""Help pages: examples that are whole commands, lines that fit, a fast start; and what the shell completes."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from refiner import cli_complete
from refiner.cli import app
from refiner.cli_help import pages

WIDTH = 100
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXAMPLES = [line for page in pages().values() for _, line in page["examples"]]


def shown(*args: str) -> str:
    done = CliRunner().invoke(app, [*args, "--help"], terminal_width=80, prog_name="refiner")
    assert done.exit_code == 0, done.output
    return done.output


def parts(line: str) -> list[list[str]]:
    """The arguments of each `refiner …` in a line of shell, without what the shell itself does with it."""
    words: list[list[str]] = [[]]
    for word in shlex.split(line):
        if word in ("&&", "|", ">", "<"):
            words.append([word] if word in "<>" else [])
        else:
            words[-1].append(word)
    return [w for w in words if w and w[0] not in "<>"]


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert set(pages()) == {"refiner", *COMMANDS}
    for name, page in pages().items():
        assert 1 <= len(page["examples"]) <= 4, name
        assert name == "refiner" or page["about"].strip(), name
        assert name == "refiner" or page["examples"][0][1].split()[:2] == ["refiner", name]
        assert all(purpose and not purpose.endswith(".") for purpose, _ in page["examples"]), name


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_is_a_command_that_parses(line: str) -> None:
    run = parts(line)
    assert all(words[0] == "refiner" for words in run)
    for _, name, *args in run:
        with COMMANDS[name].make_context(name, args):  # raises for an option, a value or an argument that is none
            pass


@pytest.mark.parametrize("line", ["refiner refine --nope", "refiner init", "refiner refine --max-tokens many"])
def test_a_wrong_example_would_be_seen(line: str) -> None:
    ((_, name, *args),) = parts(line)
    with pytest.raises(Exception, match=r"No such option|Missing|valid integer"):
        COMMANDS[name].make_context(name, args)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_help_ends_with_the_examples_as_they_are_written(name: str) -> None:
    text = shown(*([name] if name else []))
    head, found, tail = text.partition("\nExamples:\n")
    assert found
    assert "Options:" in head
    for purpose, line in pages()[name or "refiner"]["examples"]:
        assert f"  # {purpose}\n  {line}\n" in tail
    assert max(map(len, text.splitlines())) <= WIDTH
    if name:  # the one line of the list of commands comes first, and what it leaves out after it
        first = " ".join((COMMANDS[name].help or "").split())
        assert first in " ".join(head.split())
        assert " ".join(pages()[name]["about"].split()) in " ".join(head.split()).replace("- ", "-")


def test_help_and_completion_load_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "spacy", "openai", "instructor", "rich", "jinja2", "numpy", "flask", "networkx"]
    code = (
        "import sys\nfrom refiner.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', *[m for m in {heavy!r} if m in sys.modules])"
    )
    for args, env in ((["evaluate", "--help"], {}), ([], completing("refiner train --recipe c"))):
        done = subprocess.run(
            [sys.executable, "-c", code, *args], capture_output=True, text=True, env={**os.environ, **env}, timeout=120
        )
        assert done.stdout.splitlines()[-1].split() == ["loaded:"], done.stderr


# -- completion ------------------------------------------------------------------------------------------------------


def completing(line: str, shell: str = "bash") -> dict[str, str]:
    """The environment in which a shell asks for completions of a line, its cursor at the end."""
    if shell == "bash":
        words = line.split(" ")
        return {"_REFINER_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    asked = {"_REFINER_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line}
    return {**asked, "_TYPER_COMPLETE_FISH_ACTION": "get-args"} if shell == "fish" else asked


def complete(line: str, shell: str = "bash") -> list[str]:
    done = CliRunner().invoke(app, [], env=completing(line, shell), prog_name="refiner")
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with runs and traits, and the folder that one is in."""
    root = tmp_path / "life"
    for run, files in {"first": ["run.json"], "second": ["run.json"], "broken": [], ".removed-x": ["run.json"]}.items():
        folder = root / "data" / "refined" / "runs" / run
        folder.mkdir(parents=True)
        for file in files:
            (folder / file).write_text("{}")
    (root / "refiner.toml").write_text('[[traits]]\nid = "stubborn"\n[[traits]]\nid = "stage-fright"\n')
    monkeypatch.chdir(root)
    return root


def test_the_shell_completes_commands_options_and_what_the_workspace_holds(
    life: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert complete("refiner ti") == ["timeline"]
    assert complete("refiner timeline --h") == ["--html", "--help"]
    assert complete("refiner chat --run ") == ["first", "second"]
    assert complete("refiner runs --remove b") == ["broken"]
    assert complete("refiner timeline --why st") == ["stage-fright", "stubborn"]
    assert "cpu-smoke" in complete("refiner train --recipe cpu")
    assert complete("refiner refine --stages swap,re") == ["swap,reframe"]
    assert complete("refiner chat --run f", "fish") == ["first"]
    assert '"first"' in complete("refiner chat --run f", "zsh")[0]
    monkeypatch.chdir(life.parent)
    assert complete(f"refiner timeline -C {life} --why st") == ["stage-fright", "stubborn"]


def test_what_cannot_be_read_completes_to_nothing(life: Path) -> None:
    (life / "refiner.toml").write_text("[[traits]\nid = ")
    assert complete("refiner timeline --why ") == []
    assert complete("refiner chat -C /nowhere --run ") == []
    (life / "data/refined/runs").rename(life / "data/refined/elsewhere")
    (life / "data/refined/runs").write_text("a file")
    assert complete("refiner runs --show ") == []


def test_no_file_name_reaches_the_shell_that_it_could_take_for_a_command(life: Path) -> None:
    raw = life / "data" / "raw"
    raw.mkdir(parents=True)
    names = [
        "plain.md",
        "été.md",
        "two words.md",
        "$(touch x).md",
        "a;b.md",
        "`id`.md",
        "q'.md",
        'd".md',
        "new\nline.md",
    ]
    for name in names:
        (raw / name).write_text("x")
    for shell in ("bash", "zsh", "fish"):
        offered = "\n".join(complete("refiner review --note ", shell))
        assert "plain.md" in offered
        assert "été.md" in offered
        assert not [n for n in names[2:] if n in offered]


def test_completion_offers_the_words_that_the_commands_take() -> None:
    from refiner.dataset.formats import FORMATS as OUT
    from refiner.engine import ENGINES
    from refiner.evaluate.shapes import AREAS
    from refiner.gaps.gap import KINDS
    from refiner.importing.formats import FORMATS as IN
    from refiner.models import FrontMatter
    from refiner.refine import ALL_STAGES
    from refiner.review.filters import STATUSES
    from refiner.running import METHODS

    forms = (Path(__file__).parents[2] / "training" / "exporting" / "forms.py").read_text(encoding="utf-8")
    given: dict[str, Any] = {
        "areas": AREAS, "engines": ENGINES, "formats_in": IN, "formats_out": OUT, "gap_kinds": KINDS,
        "methods": METHODS, "note_kinds": FrontMatter.model_fields["kind"].annotation.__args__,  # type: ignore[union-attr]
        "stages": ALL_STAGES, "statuses": STATUSES,
    }  # fmt: skip
    assert {name: tuple(words) for name, words in given.items()} == {
        name: words for name, words in cli_complete.WORDS.items() if name != "forms"
    }
    assert all(f'    "{form}":' in forms for form in cli_complete.WORDS["forms"])
    assert forms.partition("FORMS = {")[2].partition("}")[0].count('":') == len(cli_complete.WORDS["forms"])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_installs_for_each_shell(shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # the shell is named, not looked for
    script = CliRunner().invoke(app, ["--show-completion", shell], prog_name="refiner").stdout
    assert f"_REFINER_COMPLETE=complete_{shell}" in script
    done = CliRunner().invoke(app, ["--install-completion", shell], prog_name="refiner")
    assert done.exit_code == 0, done.output
    files = [f for f in tmp_path.rglob("*") if f.is_file() and "_REFINER_COMPLETE" in f.read_text()]
    assert len(files) == 1
    assert files[0].read_text().strip() == script.strip()


def test_the_script_calls_the_program_however_it_was_started() -> None:
    """`python -m refiner` is no word that a shell could complete."""
    env = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    run = [sys.executable, "-m", "refiner", "--show-completion", "bash"]
    done = subprocess.run(run, capture_output=True, text=True, env=env, timeout=120)
    assert "complete -o default -F _refiner_completion refiner\n" in done.stdout
    assert "python" not in done.stdout
