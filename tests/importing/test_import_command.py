"""`refiner import` as a person runs it: the plan, the question, --show, --json, what is not recognised."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from exports import put, workspace

from refiner.importing.formats import FORMATS
from refiner.store import Workspace

CHAT = "25/12/19, 21:03 - Leela: hi there\n26/12/19, 21:04 - Vikram: yes \x1b[31mred\n"


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    return put(tmp_path, "WhatsApp Chat with Leela.txt", CHAT)


def run(ws: Workspace, *args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", "import", *map(str, args), "-C", str(ws.root)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


def typed(ws: Workspace, chat: Path, answer: bytes) -> tuple[int, str]:
    """Runs the command on a terminal and answers its question."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="80")
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
        os.execv(sys.executable, [sys.executable, "-m", "refiner.cli", "import", str(chat), "-C", str(ws.root)])
    shown, asked, until = b"", 0.0, time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([master], [], [], 0.2)[0]:
            try:
                data = os.read(master, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
        # What is typed while the terminal changes its mode for the question may be lost: then it is typed again.
        if b"[y/N]" in shown and time.monotonic() - asked > 2:
            with suppress(OSError):  # it has ended
                os.write(master, answer)
            asked = time.monotonic()
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def notes(ws: Workspace) -> list[Path]:
    return [p for p in ws.raw.rglob("*.md") if p.name != "README.md"]


def test_without_a_terminal_it_only_shows(ws: Workspace, chat: Path) -> None:
    done = run(ws, chat)
    assert done.returncode == 0
    assert "nothing written yet: add --yes" in done.stderr
    assert "2019-12.md" in done.stdout
    assert "1 message of 1 other person" in done.stdout
    assert notes(ws) == []
    done = run(ws, chat, "--yes")
    assert "1 note written" in done.stderr
    assert len(notes(ws)) == 1
    again = run(ws, chat, "--yes")
    assert (again.returncode, "nothing new to write" in again.stderr) == (0, True)


@pytest.mark.parametrize(("answer", "count"), [(b"y\n", 1), (b"\n", 0), (b"n\n", 0), (b"\x04", 0)])
def test_on_a_terminal_it_asks(ws: Workspace, chat: Path, answer: bytes, count: int) -> None:
    code, shown = typed(ws, chat, answer)
    assert code == 0
    assert "write 1 note? [y/N]" in shown
    assert len(notes(ws)) == count
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_an_interrupted_question_writes_nothing(ws: Workspace, chat: Path) -> None:
    code, _ = typed(ws, chat, b"\x03")
    assert code == 130
    assert notes(ws) == []


def test_one_note_is_shown_whole_and_harmless(ws: Workspace, chat: Path) -> None:
    for which in ("1", "2019-12", "import/whatsapp-leela/2019-12.md"):
        done = run(ws, chat, "--show", which)
        assert "Me: yes [31mred" in done.stdout
        assert "kind: chat" in done.stdout
        assert "\x1b" not in done.stdout
    assert run(ws, chat, "--show", "7").returncode == 2
    assert notes(ws) == []


def test_the_plan_as_json(ws: Workspace, chat: Path) -> None:
    said = json.loads(run(ws, chat, "--json").stdout)
    assert said["written"] == 0
    assert said["notes"][0]["path"] == "import/whatsapp-leela/2019-12.md"
    assert said["notes"][0]["others"] == {"Leela": 1}
    assert json.loads(run(ws, chat, "--json", "--yes").stdout)["written"] == 1
    assert json.loads(run(ws, chat, "--json").stdout)["notes"][0]["status"] == "same"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.txt", "Just some words.\n"),
        ("x.json", "{}"),
        ("x.csv", "a,b\n1,2\n"),
        ("x.pdf", b"%PDF\0"),
        ("x.txt", b""),
        ("photo.jpg", b"\xff\xd8\xff"),
    ],
)
def test_what_is_not_recognised_is_one_message_with_all_formats(
    ws: Workspace, tmp_path: Path, name: str, text: str | bytes
) -> None:
    done = run(ws, put(tmp_path, name, text))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for known in FORMATS.values():
        assert known.says in done.stderr
        assert known.how in done.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nowhere"], "is not there"),
        (["CHAT", "--from", "diary"], "write one of: dayone"),
        (["CHAT", "--since", "soon"], "is no date"),
        (["CHAT", "--dates", "ymd"], "write dmy"),
        (["CHAT", "--call", "Leela"], "--call"),
        (["CHAT", "--to", "/tmp"], "lies outside"),
        (["CHAT", "--me", "Asha"], "nobody fits --me"),
        (["CHAT", "--from", "goodreads"], "there is no column"),
        (["CHAT", "--until", "2019-02-30"], "is no date"),
    ],
)
def test_expected_failures_of_import(ws: Workspace, chat: Path, args: list[str], words: str) -> None:
    done = run(ws, *[str(chat) if a == "CHAT" else a for a in args])
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_long_plan_is_cut_and_list_shows_all(ws: Workspace, tmp_path: Path) -> None:
    days = tmp_path / "days"
    for day in range(1, 32):
        put(days, f"2011-03-{day:02}.md", f"Rain on day {day}.\n")
    done = run(ws, days)
    assert "… 7 more notes (--list shows every one)" in done.stdout
    assert "2011-03-15.md" not in done.stdout
    whole = run(ws, days, "--list").stdout
    assert all(f"2011-03-{day:02}.md" in whole for day in range(1, 32))


def test_the_workspace_itself_is_no_source(ws: Workspace) -> None:
    """Its refined notes are hers, and would come back as the person's own."""
    for source in (ws.root, ws.refined, ws.root.parent):
        source.mkdir(parents=True, exist_ok=True)
        done = run(ws, source, "--yes")
        assert done.returncode == 2
        assert "own data" in done.stderr.replace("\n", " ")
        assert "Traceback" not in done.stderr
    assert notes(ws) == []


def test_links_to_themselves_and_pipes_are_one_message(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    for name in ("loop", "pipe"):
        done = run(ws, tmp_path / name)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["telegram", "dayone"])
def test_json_that_nests_without_an_end_is_refused_before_it_fills_the_memory(
    ws: Workspace, tmp_path: Path, name: str
) -> None:
    done = run(ws, put(tmp_path, "deep.json", "[" * 50_000), "--from", name)
    assert done.returncode == 1
    assert "deep.json:1" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
