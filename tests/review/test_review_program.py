"""The program itself, on a pseudo-terminal of a real size, in a workspace made of the sample life."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playing import PROMPT, Play, plays

__all__ = ["plays"]  # the fixture

ROOT = Path(__file__).parents[2]
CALL = "from refiner.cli import main; main()"
NOW = ("--now", "2026-01-01")
WHY = re.compile(rb"or Enter: ")
GO_ON = re.compile(rb"Go on: refiner review")
SHOWN = re.compile(rb"shown: (\x1b\[0m)?$")
DONE = re.compile(rb"brought up to date")


def refiner(cwd: Path, *args: str, given: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-c", CALL, *args],
        cwd=cwd,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample life, refined by the rules, with nothing decided; never changed by a test."""
    root = tmp_path_factory.mktemp("sample") / "life"
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copy(ROOT / "refiner.toml", root)
    done = refiner(root, "refine", "--engine", "rules", *NOW)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def life(refined: Path, tmp_path: Path) -> Path:
    shutil.copytree(refined, tmp_path / "life")
    return tmp_path / "life"


Start = Callable[..., Play]


@pytest.fixture
def begin(life: Path, plays: list[Play]) -> Start:
    """Starts `refiner review` with options in the workspace and waits for the first question."""

    def begin(*options: str, columns: int = 80, **env: str) -> Play:
        log = life / "data" / "review" / "decisions.jsonl"
        play = Play(log, ["-c", CALL, "review", *NOW, *options], cwd=life, columns=columns, **env)
        plays.append(play)
        play.until(PROMPT)
        return play

    return begin


def leave(play: Play, keys: str = "q") -> str:
    os.write(play.fd, keys.encode())
    text = play.until(GO_ON).decode()
    play.end()
    return text


def listed(life: Path, *options: str) -> list[dict[str, str]]:
    done = refiner(life, "review", "--list", "--json", *NOW, *options)
    assert done.returncode == 0, done.stderr
    out: list[dict[str, str]] = json.loads(done.stdout)
    return out


def test_a_first_review(begin: Start, life: Path) -> None:
    editor = life / "editor.py"
    editor.write_text("import sys\nopen(sys.argv[1], 'w').write('her own words')\n")
    play = begin("--stage", "edit", EDITOR=f"{sys.executable} {editor}", VISUAL="")
    first = play.seen.decode()
    assert "? shows the keys" in first
    assert "Edit 1 of " in first
    assert "by a rule" in first
    play.press("y")
    play.press("n", WHY)
    assert "Edit 3 of " in play.press("2\r")
    assert "Keep your text?" in play.press("e", re.compile(rb"Keep your text\? \[[^]]*\]"))
    assert "1 yes 1 no 1 edited" in play.press("y")
    assert play.decisions() == [("approve", None), ("reject", "wrong word"), ("edit", "her own words")]
    text = leave(play)
    assert play.code == 3
    assert "3 decided now, all kept" in text
    assert "Go on: refiner review --stage edit" in text
    # Another start: it goes on where it was, says nothing of help, and takes back what was decided before.
    again = begin("--stage", "edit")
    assert "? shows the keys" not in again.seen.decode()
    assert "undone: edit" in again.press("u")
    assert "undone: reject" in again.press("u")
    assert "done again: reject" in again.press("U")
    leave(again)
    edits = [i["status"] for i in listed(life, "--stage", "edit")]
    assert (edits.count("approved"), edits.count("rejected"), edits.count("edited")) == (1, 1, 0)


def test_questions_are_answered_by_their_numbers(begin: Start, life: Path) -> None:
    play = begin("--stage", "question")
    assert "Question 1 of " in play.seen.decode()
    assert "? shows the keys" in play.seen.decode()
    text = play.press("y")
    assert "y does nothing here" in text
    play.press("1")
    assert play.decisions() == [("answer", "1")]
    leave(play)
    assert [i["status"] for i in listed(life, "--stage", "question")].count("approved") == 1


def test_a_filter_then_all_that_it_shows_with_one_undo(begin: Start, life: Path) -> None:
    play = begin()
    play.press("/", re.compile(rb"Filter: (\x1b\[0m)?$"))
    shown = play.press("stage=edit match=badminton\r")
    count = int(re.findall(r"(\d+) shown", shown)[0])
    assert count > 1
    asked = play.press("Y", SHOWN).splitlines()[-1]
    assert f"Type {count} to approve" in asked
    assert "nothing was decided" in play.press("y\r")
    play.press("Y", SHOWN)
    assert "u takes all back" in play.press(f"{count}\r").replace("\r\n", " ")
    assert [v for v, _ in play.decisions()] == ["approve"] * count
    assert f"undone: {count} × approve" in play.press("u")
    leave(play)
    assert all(i["status"] == "undecided" for i in listed(life, "--stage", "edit", "--match", "badminton"))


def test_for_the_whole_life(begin: Start, life: Path) -> None:
    same = [i for i in listed(life, "--stage", "edit") if i["before"] == "Mayank"]
    assert len(same) > 3
    numbers = [
        n for n, i in enumerate(listed(life, "--stage", "edit", "--match", "Mayank"), 1) if i["before"] == "Mayank"
    ]
    play = begin("--stage", "edit", "--match", "Mayank")
    play.press("g", re.compile(rb"\): (\x1b\[0m)?$"))
    play.press(f"{numbers[0]}\r")
    asked = play.press("C", re.compile(rb"\? \[[^]]*\]"))
    assert f"decide {len(same)} the same" in asked.replace("\r\n", " ")
    play.press("y")
    leave(play)
    assert 'before = "Mayank"' in (life / "data" / "review" / "canon.toml").read_text()
    after = {i["id"]: i["status"] for i in listed(life, "--stage", "edit")}
    assert {after[i["id"]] for i in same} == {"approved"}


@pytest.mark.says("The exit code is 0 when everything shown is decided, 3 when something waits, 130 after")
def test_ctrl_c_says_how_to_go_on(begin: Start) -> None:
    play = begin("--stage", "edit")
    play.press("y")
    text = leave(play, "\x03")
    assert play.code == 130
    assert "Go on: refiner review --stage edit" in text
    assert play.decisions() == [("approve", None)]


@pytest.mark.says("The exit code is 0 when everything shown is decided, 3 when something waits, 130 after")
def test_when_all_is_decided_the_exit_code_is_0(begin: Start, life: Path) -> None:
    play = begin("--stage", "trait", "--match", "lazy")
    count = int(re.findall(r"Trait 1 of (\d+)", play.seen.decode())[0])
    for _ in range(count - 1):
        play.press("y")
    os.write(play.fd, b"y")
    assert "Everything shown is decided" in play.until(DONE).decode()
    assert play.end() == 0
    assert refiner(life, "review", "--check", "--stage", "trait", "--match", "lazy", *NOW).returncode == 0
    assert refiner(life, "review", "--check", *NOW).returncode == 3


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_only_where_it_is_wanted(begin: Start, env: dict[str, str], coloured: bool) -> None:
    play = begin("--stage", "edit", **env)
    text = play.seen.decode()
    assert ("\x1b[" in text) == coloured
    assert ("{+" in text) != coloured
    assert not re.search(r"\x1b\[[0-9;]*\b(4[0-7]|10[0-7])m", text)
    leave(play)


def test_forty_columns_are_enough(begin: Start) -> None:
    play = begin(columns=40, NO_COLOR="1")
    for _ in range(3):
        play.press("J")
    lines = play.seen.decode().replace("\r", "").split("\n")
    assert all(len(line) <= 40 for line in lines if not PROMPT.search(line.split("] ")[0].encode() + b"] "))
    leave(play)


@pytest.mark.says("A pipe is read in lines: `y`, `yes`, or a key with what it asks for, such as `n too formal`.")
def test_a_pipe_is_a_terminal_of_lines(life: Path) -> None:
    done = refiner(life, "review", "--stage", "edit", *NOW, given="y\nn too formal\nq\n")
    assert done.returncode == 3
    assert "\x1b" not in done.stdout
    assert "Go on: refiner review --stage edit" in done.stdout
    log = (life / "data" / "review" / "decisions.jsonl").read_text().splitlines()
    said = [json.loads(line) for line in log]
    assert [(d["verdict"], d.get("reason")) for d in said] == [("approve", None), ("reject", "too formal")]
