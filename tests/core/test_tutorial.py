"""The tutorial and the examples of the explanations do what they show: every command is run, every file written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reference import FILES
from transcript import Shell, Step, fits, plain, steps

from refiner import models

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("tutorial.md", "explanation/timeline.md", "explanation/resolver.md")


def follow(page: str, folder: Path) -> Shell:
    """Does all that a page shows; fails where it prints something else."""
    shell, shown = Shell(folder), list(steps((DOCS / page).read_text(encoding="utf-8")))
    assert any(step.command for step in shown)
    for step in shown:
        printed = shell.run(step)
        assert step.file or fits(step.output, printed), (
            f"docs/{page}:{step.line}: $ {step.command}\n--- shown\n{plain(step.output)}--- printed\n{plain(printed)}"
        )
    return shell


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return follow("tutorial.md", tmp_path_factory.mktemp("tutorial")).here


def test_the_tutorial_does_what_it_shows(tutorial: Path) -> None:
    assert (tutorial / "data/refined/dataset/manifest.json").is_file()


@pytest.mark.parametrize("page", PAGES[1:])
def test_the_examples_of_an_explanation_do_what_they_show(page: str, tmp_path: Path) -> None:
    follow(page, tmp_path)


def test_the_files_of_the_reference_hold_what_it_says(tutorial: Path) -> None:
    """Each file that the page on formats names is there after the tutorial, and its records are what it says."""
    for path, name in FILES.items():
        text = (tutorial / path).read_text(encoding="utf-8")
        for record in text.splitlines() if path.endswith(".jsonl") else [text]:
            getattr(models, name).model_validate_json(record)


def test_a_page_is_read_as_it_is_meant() -> None:
    file = 'a\n```toml title="x.toml (at its end)"\nk = 1\n```\n'
    page = file + "```console\n$ one \\\n  two\nout (3.1 s)\n…\n$ three\n```\n"
    assert list(steps(page)) == [
        Step(3, output="k = 1\n", file="x.toml (at its end)"),
        Step(6, command="one \\\n  two", output="out (3.1 s)\n…"),
        Step(10, command="three"),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a (1.0 s)", "a (12 s)\n", True),
        ("a\n…\nz", "a\nb\nc\nz\n", True),
        ("a\n…\nz", "a\nz\n", True),
        ("a\n…\nz", "a\nb\n", False),
        ("a", "a\nb\n", False),
        ("", "a\n", False),
        ("", "", True),
        ("a\n…", "a\n" + json.dumps({"x": 1}), True),
    ],
)
def test_what_is_shown_is_held_against_what_is_printed(shown: str, printed: str, same: bool) -> None:
    assert fits(shown, printed) is same
