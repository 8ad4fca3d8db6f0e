"""`refiner note` itself: on a pseudo-terminal with a real editor, and without a terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from noted import workspace
from playing import Play, plays

__all__ = ["plays"]  # the fixture

ROOT = Path(__file__).parents[2]
CALL = "from refiner.cli import main; main()"
NOW = ("--now", "2026-11-23")
LINE = re.compile(rb"> (\x1b\[[0-9;?]*[a-zA-Z])*$")
END = re.compile(rb"(?!)")
Start = Callable[..., Play]


@pytest.fixture
def life(tmp_path: Path) -> Path:
    workspace(tmp_path / "life")
    return tmp_path / "life"


@pytest.fixture
def begin(life: Path, plays: list[Play]) -> Start:
    """Starts `refiner note` in the workspace and waits for the first line to type into."""

    def begin(*options: str, until: re.Pattern[bytes] = LINE, **env: str) -> Play:
        given = {"VISUAL": "", "EDITOR": "", **env}
        play = Play(life / "none", ["-c", CALL, "note", *NOW, *options], cwd=life, **given)
        plays.append(play)
        play.until(until)
        return play

    return begin


def refiner(cwd: Path, *args: str, given: str | bytes = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", CALL, *args]
    data = given if isinstance(given, bytes) else given.encode()
    done = subprocess.run(command, cwd=cwd, env=env, input=data, capture_output=True, check=False, timeout=120)
    return subprocess.CompletedProcess(args, done.returncode, done.stdout.decode(), done.stderr.decode())


def notes(life: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in (life / "data" / "raw").iterdir()}


def editor(life: Path, body: str) -> str:
    path = life.parent / "editor.py"
    path.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{body}\n")
    return f"{sys.executable} {path}"


def test_the_whole_form_and_the_editor(begin: Start, life: Path) -> None:
    change = editor(life, "t = path.read_text(); path.write_text(t.replace('iron.', 'iron and a radio.'))")
    play = begin("Dada taught me to solder", EDITOR=change)
    assert "Dada taught me to solder" in play.seen.decode()
    assert "there is no 31 June 1999" in play.press("31 June 1999\r", LINE)
    assert "June 1999 to May 2000" in play.press("in 9th grade\r", LINE)
    play.press("He gave me his iron.\r", LINE)
    assert "Who was there?" in play.press("\r", LINE)
    assert "Who is Farhan to you?" in play.press("Dada, Farhan\r", LINE)
    assert "What did it do to you?" in play.press("cousin\r", LINE)
    assert "Which trait" in play.press("Since then I take every clock apart.\r", LINE)
    assert "tinkerer began" in play.press("tinkerer began\r", LINE)
    assert "over by now?" in play.press("\r", LINE)
    os.write(play.fd, b"\r")
    text = play.until(END).decode()
    assert play.end() == 0
    assert "wrote data/raw/2026-11-23-dada-taught-solder.md" in text
    assert "June 1999 to May 2000" in text
    assert "next: refiner refine" in text
    (note,) = notes(life).values()
    assert "tinkerer: { kind: initiates, quote: Since then I take every clock apart. }" in note
    assert note.endswith(
        "---\n\nDada taught me to solder\n\nHe gave me his iron and a radio.\n\nMy cousin Farhan was there.\n\n"
        "Since then I take every clock apart.\n"
    )
    assert not (life / "data" / "review" / "drafts").exists()


def test_ctrl_c_and_the_draft(begin: Start, life: Path) -> None:
    play = begin()
    play.press("June 1999\r", LINE)
    play.press("मुझे दादा ने सिखाया।\r", LINE)
    os.write(play.fd, b"and we went ho")
    time.sleep(0.3)
    os.write(play.fd, b"\x03")
    text = play.until(END).decode()
    assert play.end() == 130
    assert "go on with: refiner note --draft" in text
    assert notes(life) == {}
    again = begin("--draft", until=re.compile(rb"we went ho$"))
    again.press("me.\r", LINE)
    for _ in range(4):
        again.press("\r", LINE)
    os.write(again.fd, b"\r")
    again.until(END)
    assert again.end() == 0
    assert notes(life) == {
        "2026-11-23-note.md": "---\ndate: June 1999\nwritten: 2026-11-23\n---\n\nमुझे दादा ने सिखाया।\nand we went home.\n"
    }
    assert refiner(life, "note", "--draft").returncode == 2


def test_ctrl_d_ends_a_field_and_an_empty_note_is_none(begin: Start, life: Path) -> None:
    play = begin()
    for _ in range(5):
        play.press("\x04", LINE)
    os.write(play.fd, b"\x04")
    text = play.until(END).decode()
    assert play.end() == 1
    assert "the note is empty" in text
    assert notes(life) == {}
    assert not (life / "data" / "review" / "drafts").exists()


def test_pasted_lines_with_a_blank_one_stay_one_answer(begin: Start, life: Path) -> None:
    play = begin()
    play.press("\r", LINE)
    os.write(play.fd, b"\x1b[200~Rex bit me.\n\nI ran home.\x1b[201~")  # a terminal brackets what is pasted
    time.sleep(0.3)
    play.press("\r", LINE)
    assert "Who was there?" in play.press("\r", LINE)
    for _ in range(3):
        play.press("\r", LINE)
    os.write(play.fd, b"\r")
    play.until(END)
    (note,) = notes(life).values()
    assert note.endswith("Rex bit me.\n\nI ran home.\n")


def test_lines_pasted_without_brackets_stay_one_answer_too(begin: Start, life: Path) -> None:
    play = begin()
    play.press("\r", LINE)
    play.press("Rex bit me.\r\rI ran home.\r", LINE)
    assert "Who was there?" in play.press("\r", LINE)
    for _ in range(3):
        play.press("\r", LINE)
    os.write(play.fd, b"\r")
    play.until(END)
    (note,) = notes(life).values()
    assert note.endswith("Rex bit me.\n\nI ran home.\n")


def test_ctrl_c_in_the_editor_is_the_editors(begin: Start, life: Path) -> None:
    body = (
        "import signal, time\nprint('OPEN', flush=True)\n"
        "try:\n    time.sleep(20)\nexcept KeyboardInterrupt:\n"
        "    path.write_text(path.read_text().replace('Rex', 'Moti'))"
    )
    play = begin("Rex bit me.", EDITOR=editor(life, body))
    for _ in range(5):
        play.press("\r", LINE)
    play.press("\r", re.compile(rb"OPEN"))
    os.write(play.fd, b"\x03")
    play.until(END)
    assert play.end() == 0
    assert "Moti bit me." in next(iter(notes(life).values()))


def test_a_killed_program_leaves_what_was_answered(begin: Start, life: Path) -> None:
    play = begin()
    play.press("June 1999\r", LINE)
    play.press("Rex bit me.\r", LINE)
    os.kill(play.pid, signal.SIGKILL)
    os.waitpid(play.pid, 0)
    play.code = -9
    assert refiner(life, "note", "--draft", *NOW).returncode == 0
    assert list(notes(life).values()) == ["---\ndate: June 1999\nwritten: 2026-11-23\n---\n\nRex bit me.\n"]


def test_the_last_note_opens_again(begin: Start, life: Path) -> None:
    assert refiner(life, "note", "Rex bit me.", *NOW).returncode == 0
    change = editor(life, "path.write_text(path.read_text().replace('Rex', 'Moti'))")
    play = begin("--last", until=END, EDITOR=change)
    assert play.end() == 0
    assert "Moti bit me." in notes(life)["2026-11-23-rex-bit.md"]


def test_without_a_terminal_nothing_is_asked(life: Path) -> None:
    done = refiner(
        life,
        "note",
        "-",
        "--when",
        "June 1997",
        "--began",
        "fear of dogs",
        "--json",
        *NOW,
        given="Rex bit me.\r\n\r\nI ran.\r\n",
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["path"]).read_bytes().endswith(b"\n\nRex bit me.\r\n\r\nI ran.\n")
    assert told["events"][0]["effects"] == [
        {"trait": "fear-of-dogs", "kind": "initiates", "quote": "", "strength": 1.0, "at": "start"}
    ]
    assert len(told["events"]) == 1  # what began is not over because nobody said that it is
    assert not (life / "data" / "refined").exists()
    again = refiner(life, "note", "Rex bit me.", *NOW)
    assert again.stdout == "wrote data/raw/2026-11-23-rex-bit-2.md\n"
    assert "no change of a trait" in again.stderr


@pytest.mark.parametrize("given", [b"a\x1b[31m", b"caf\xe9", b"a\0b", b"", b" \n\n"])
def test_what_is_no_text_is_refused(life: Path, given: bytes) -> None:
    done = refiner(life, "note", "-", given=given)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert notes(life) == {}


def test_long_lines_are_no_trouble(life: Path) -> None:
    text = "रेडियो " * 50_000
    assert refiner(life, "note", "-", given=text).returncode == 0
    (note,) = notes(life).values()
    assert text.rstrip() in note
