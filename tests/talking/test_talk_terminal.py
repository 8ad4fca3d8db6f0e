"""A talk on a real (pseudo-)terminal, with real keys."""

from __future__ import annotations

import json
import os
import re
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "review"))
from playing import Play  # noqa: E402

YOU = re.compile(rb"you: (\x1b\[[0-9;?]*[a-zA-Z])*$")
PROGRAM = str(Path(__file__).parent / "play_talk.py")


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[list[Play]]:
    started: list[Play] = []
    yield started
    for play in started:
        play.stop()


def begin(talks: list[Play], folder: Path, pause: str = "0", columns: int = 40) -> Play:
    play = Play(folder / "none", [PROGRAM, str(folder / "chats"), pause], columns=columns)
    talks.append(play)
    play.until(YOU)
    return play


def turns(folder: Path) -> list[dict[str, object]]:
    lines = [json.loads(x) for f in sorted((folder / "chats").glob("*.jsonl")) for x in f.read_text().splitlines()]
    return [x for x in lines if "user" in x]


def plain(text: str) -> str:
    """What stands on the screen: a line that is wiped, with the waiting sign, does not."""
    text = re.sub(r"[^\n]*\r\x1b\[K", "", text)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "")


def test_an_answer_is_wrapped_at_words_and_its_escapes_are_visible(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path)
    shown = play.press("Where?\r", YOU)
    assert "\x1b[31m" not in shown
    assert "␛[31mnear" in shown
    lines = plain(play.press("Go on.\r", YOU)).split("\n")
    assert all(len(line) <= 40 for line in lines)
    assert re.fullmatch(r".*Ila: word0 word1.*", lines[1])
    assert " ".join(lines[1:-1]).split()[-60:] == [f"word{n}" for n in range(60)]


def test_ctrl_c_stops_an_answer_and_at_an_empty_line_the_talk(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, "0.05")
    play.press("Where?\r", YOU)
    os.write(play.fd, b"Go on.\r")
    play.until(re.compile(rb"word5"))
    shown = play.press("\x03", YOU)
    assert "…" in shown
    kept = turns(tmp_path)[1]
    assert kept["stopped"] is True
    assert str(kept["answer"]).startswith("word0 word1")
    assert "word59" not in str(kept["answer"])
    assert termios.tcgetattr(play.fd)[3] & termios.ISIG
    play.press("half a line\x03", YOU)  # takes back what was typed
    os.write(play.fd, b"\x03")
    assert play.end() == 0
    assert b"ended" in play.seen
    assert len(turns(tmp_path)) == 2


def test_what_is_typed_meanwhile_is_not_mixed_into_the_answer(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, "0.05", columns=200)
    play.press("Where?\r", YOU)
    os.write(play.fd, b"Go on.\r")
    play.until(re.compile(rb"word3"))
    os.write(play.fd, b"typed ahead")
    shown = plain(play.until(re.compile(rb"typed ahead")).decode())
    assert re.search(r"word59\nyou: typed ahead$", shown)


def test_several_lines_history_and_commands(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, columns=100)
    os.write(play.fd, b"first \\\r")
    play.until(re.compile(rb"> (\x1b\[[0-9;?]*[a-zA-Z])*$"))
    play.press("second\r", YOU)
    os.write(play.fd, b'"""one\r')
    play.until(re.compile(rb"> (\x1b\[[0-9;?]*[a-zA-Z])*$"))
    os.write(play.fd, b"/two\r")
    play.until(re.compile(rb"> (\x1b\[[0-9;?]*[a-zA-Z])*$"))
    play.press('"""\r', YOU)
    assert [t["user"] for t in turns(tmp_path)] == ["first \nsecond", "one\n/two"]
    assert "do you mean /wrong?" in play.press("/wron\r", YOU)
    assert "(there is no /x. /help names the commands; nothing was asked)" in play.press("/x\r", YOU)
    assert "untrained: I am an assistant." in plain(play.press("/base\r", YOU))
    assert "nothing of this is asked" not in play.press("\r", YOU)
    play.press("/new\r", YOU)
    play.press("after\r", YOU)
    play.press("\x1b[A\r", YOU)  # the arrow key brings the last question back
    assert [t["user"] for t in turns(tmp_path)][-2:] == ["after", "after"]
    assert len(list((tmp_path / "chats").glob("*.jsonl"))) == 2


def test_an_answer_can_be_edited_on_the_line(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, columns=100)
    play.press("Where?\r", YOU)
    os.write(play.fd, b"/wrong\r")
    play.until(re.compile(rb"> I live"))
    assert "-> I lived" in play.press("d\r", YOU)


def test_saving_overwrites_nothing(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, columns=200)
    file = tmp_path / "talk.md"
    assert "nothing to save" in play.press(f"/save {file}\r", YOU)
    play.press("Where?\r", YOU)
    play.press(f"/save {file}\r", YOU)
    text = file.read_text()
    first, _, rest = text.partition("\n\n")
    assert re.match(r"\*\d{4}-\d\d-\d\d \d\d:\d\d, cpu-smoke\. A language model said ", first)
    assert rest.startswith("**You:** Where?")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "is there already" in play.press(f"/save {file}\r", YOU)
    assert file.read_text() == text
    play.press("And?\r", YOU)
    assert "saved" in play.press(f"/save! {file}\r", YOU)
    assert "And?" in file.read_text()


def test_a_name_alone_is_saved_where_git_does_not_look_and_the_place_is_said(tmp_path: Path, talks: list[Play]) -> None:
    play = begin(talks, tmp_path, columns=300)
    play.press("Where?\r", YOU)
    saved = tmp_path / "chats" / "saved"
    for command, name in (("/save mine.md", "mine.md"), ("/save", "talk.md")):
        assert f"saved in {saved / name}" in play.press(f"{command}\r", YOU)
        assert (saved / name).stat().st_mode & 0o777 == 0o600
    assert saved.stat().st_mode & 0o777 == 0o700
    shown = play.press("/save mine.md\r", YOU)
    assert "is there already" in shown
    assert "/save! mine.md" in shown
    assert "is no folder" in play.press("/save none/mine.md\r", YOU)
    assert sorted(p.name for p in saved.iterdir()) == ["mine.md", "talk.md"]
