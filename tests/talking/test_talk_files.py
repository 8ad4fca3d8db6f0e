"""The talks that are kept: private, readable after a kill, gone when forgotten."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.errors import StoreError, UsageError
from refiner.talk_files import TalkFile, Turn, find_talk, forget, last_talk, list_talks, marked, now, read_talk

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_files_and_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        file = TalkFile(tmp_path / "chats", {"run": "r", "system_sha256": "ab"})
        assert not file.path.exists()
        file.turn(Turn("t1", "2026-01-01", "Who?", "Me."))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    head = json.loads(file.path.read_text().splitlines()[0])
    assert (head["talk"], head["run"], head["system_sha256"]) == (file.id, "r", "ab")


@given(TEXT, TEXT, st.integers(1, 60))
def test_a_torn_line_costs_that_line_alone(
    tmp_path_factory: pytest.TempPathFactory, user: str, answer: str, cut: int
) -> None:
    file = TalkFile(tmp_path_factory.mktemp("talk"), {"run": "r"})
    first, second, third = (Turn(f"t{n}", "2026", user, answer) for n in (1, 2, 3))
    file.turn(first)
    whole = file.path.stat().st_size
    file.turn(second)
    data = file.path.read_bytes()
    file.path.write_bytes(data[: max(whole, len(data) - cut)])
    kept = read_talk(file.path)
    assert kept.turns[0] == first
    assert len(kept.turns) == 1 + (second in kept.turns)
    file.turn(third)  # goes on after the crash
    assert read_talk(file.path).turns[-1] == third


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from talk_scripted import Scripted; from refiner.chat import Conversation\n"
        "from refiner.talk_files import TalkFile\n"
        "model = Scripted('yes', 'one two three ' * 99, pause=0.05)\n"
        "talk = Conversation(model, 's', TalkFile(Path(sys.argv[1]), {}))\n"
        "talk.ask('Are you there?', lambda p: None); print('ready', flush=True)\n"
        "talk.ask('Go on.', lambda p: print(p, flush=True))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    (talk,) = list_talks(tmp_path)
    assert [(t.user, t.answer) for t in talk.turns] == [("Are you there?", "yes")]


def test_a_later_line_about_a_turn_stands_for_the_earlier_one(tmp_path: Path) -> None:
    file = TalkFile(tmp_path, {})
    turn = Turn("t1", "2026", "Who?", "Me.")
    file.turn(turn)
    file.turn(marked(turn, why="too short", better="Me, Ila.", sample="ab"))
    (kept,) = read_talk(file.path).turns
    assert (kept.wrong, kept.why, kept.said, kept.sample) == (True, "too short", "Me, Ila.", "ab")


def test_talks_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    (tmp_path / "20250101-101010.jsonl").write_text('{"at": "2025-01-01", "user": "Who?", "answer": "Me."}\n')
    (talk,) = list_talks(tmp_path)
    assert (talk.at, talk.turns[0].id) == ("2025-01-01", "t1")


def test_a_talk_is_found_by_the_beginning_of_its_id_and_forgotten(tmp_path: Path) -> None:
    for name in ("20260101-1", "20260102-1", "20260102-2"):
        TalkFile(tmp_path, {}, name).turn(Turn("t1", name, "Who?", "Me."))
        time.sleep(0.01)
    assert find_talk(tmp_path, "20260101").id == "20260101-1"
    for given_id in ("20260102", "x", ""):
        with pytest.raises(UsageError, match="talks begin with"):
            find_talk(tmp_path, given_id)
    assert last_talk(tmp_path).id == "20260102-2"
    assert forget(tmp_path, "20260101") == 1
    assert forget(tmp_path, "all") == 2
    assert list_talks(tmp_path) == []
    with pytest.raises(UsageError, match="no talk was kept"):
        last_talk(tmp_path)


def test_a_text_that_utf8_cannot_hold_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="half a character"):
        TalkFile(tmp_path, {}).turn(Turn("t1", "2026", "\ud83d", "Me."))


@pytest.mark.parametrize("line", ['{"user": "a", "answer": "b", "again": Infinity}', "[" * 100_000])
def test_a_line_that_nothing_can_read_is_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{line}\n{{"user": "Who?", "answer": "Me."}}\n')
    talk = read_talk(tmp_path / "a.jsonl")
    assert ([t.user for t in talk.turns], talk.skipped) == (["Who?"], 1)


def test_of_talks_begun_in_one_second_the_later_one_is_the_last(tmp_path: Path) -> None:
    begun = []
    for number in range(20):
        file = TalkFile(tmp_path, {})
        file.turn(Turn("t1", now(), f"Question {number}?", "Me."))
        begun.append(file.id)
        time.sleep(0.002)
    assert sorted(p.stem for p in tmp_path.glob("*.jsonl")) == begun
    assert [t.id for t in list_talks(tmp_path)] == begun
    assert last_talk(tmp_path).id == begun[-1]
