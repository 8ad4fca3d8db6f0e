"""Answers are kept: before they are used, whatever ends the run, and as what they were."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading

import pytest
from questions import put
from server import Reply, echo, echo_of

from refiner.answers import Answers, Stored
from refiner.errors import StoreError

TEXTS = [f"question {i}" for i in range(12)]


def test_an_answer_is_written_before_it_is_used(serve, asks, tmp_path):
    """A check that fails sees its answer in the file already, from another connection."""
    from questions import question

    server, path = serve(), tmp_path / "a"
    asker, kept = asks(server, keep=path), []

    def check(answer):
        with sqlite3.connect(path) as db:
            kept.extend(db.execute("SELECT text FROM answers"))
        db.close()
        return ""

    asker.run([lambda: asker.ask(question("q", check=check))])
    assert echo_of("q") in kept[0][0]


def test_nothing_that_was_answered_is_asked_again(serve, asks, tmp_path):
    server = serve()
    first = put(asks(server, keep=tmp_path / "a"), TEXTS)
    again = asks(server, keep=tmp_path / "a")
    assert put(again, TEXTS) == first
    assert len(server.seen) == len(TEXTS)
    assert again.usage.cached == len(TEXTS)
    assert again.usage.calls == 0


def test_what_never_fits_is_kept_and_not_asked_again_until_forgotten(serve, asks, tmp_path):
    server, path = serve(lambda s: Reply('{"echo": "wrong"}')), tmp_path / "a"
    for _ in range(3):
        asker = asks(server, keep=path)
        assert put(asker, ["q"]) == [None]
        assert asker.usage.failed == 1
        assert len(server.seen) == 3  # the question, and twice with the reason
    with Answers(path) as answers:
        assert answers.tally()["p"][2] >= 3
        assert answers.forget_unfit() >= 3
        assert answers.tally() == {}
    server.behave = echo
    assert put(asks(server, keep=path), ["q"])[0] is not None
    assert len(server.seen) == 4


def test_what_was_mended_is_kept_and_not_asked_again(serve, asks, tmp_path):
    server, path = serve(lambda s: Reply("{}") if len(s.said) == 2 else echo(s)), tmp_path / "a"
    for _ in range(2):
        (said,) = put(asks(server, keep=path), ["q"])
        assert said is not None
        assert said.value.echo == echo_of("q")
    assert len(server.seen) == 2


def test_a_mended_answer_needs_no_instructor_the_next_time(serve, asks, tmp_path, monkeypatch):
    """What it costs to load is more than a whole run in which nothing changed."""
    from refiner.asking import asker as module

    server, path = serve(lambda s: Reply("{}") if len(s.said) == 2 else echo(s)), tmp_path / "a"
    put(asks(server, keep=path), TEXTS)
    monkeypatch.delattr(module, "ask_again")
    assert all(put(asks(server, keep=path), TEXTS))


def test_a_stale_answer_is_never_used(serve, asks, tmp_path):
    server, path = serve(), tmp_path / "a"
    put(asks(server, keep=path), TEXTS)
    changed = [*TEXTS[:-1], "question 11, changed"]
    said = put(asks(server, keep=path), changed)
    assert [a.value.echo for a in said if a] == [echo_of(t) for t in changed]
    assert server.questions[len(TEXTS) :] == changed[-1:]


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_an_unreadable_file_is_set_aside(tmp_path, content):
    path = tmp_path / "answers.sqlite"
    for n in range(2):
        path.write_bytes(content)
        with Answers(path) as answers:
            assert answers.get("x") is None
            answers.put(Stored("k", "p", "n", "m", "text"))
        with Answers(path) as answers:
            assert answers.get("k")
        assert len(list(tmp_path.glob("answers.damaged*"))) == n + 1
    assert all(p.read_bytes() == content for p in tmp_path.glob("answers.damaged*"))


def test_a_file_that_another_program_holds_is_not_set_aside(tmp_path, monkeypatch):
    path = tmp_path / "answers.sqlite"
    with Answers(path) as answers:
        answers.put(Stored("k", "p", "n", "m", "text"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **k | {"timeout": 0.01}))
    with pytest.raises(StoreError, match="another program"):
        Answers(path)
    holder.close()
    monkeypatch.undo()
    with Answers(path) as answers:
        assert answers.get("k")
    assert not list(tmp_path.glob("*.damaged*"))


def test_damage_found_later_is_said_plainly(tmp_path):
    path = tmp_path / "answers.sqlite"
    with Answers(path) as answers:
        for n in range(200):
            answers.put(Stored(f"k{n}", "p", "n", "m", "text" * 50))
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with Answers(path) as answers, pytest.raises(StoreError, match="damaged"):
        [answers.get(f"k{n}") for n in range(200)]


def test_only_the_owner_can_read_it(tmp_path):
    path = tmp_path / "answers.sqlite"
    with Answers(path) as answers:
        answers.put(Stored("k", "p", "n", "m", "text"))
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_what_is_forgotten_is_gone_from_the_file(tmp_path):
    path = tmp_path / "answers.sqlite"
    with Answers(path) as answers:
        answers.put(Stored("k", "p", "gone.md", "m", "a very private thing", fits=False))
        answers.forget_unfit()
    assert b"very private" not in b"".join(f.read_bytes() for f in tmp_path.iterdir())


def test_the_run_is_counted_and_stale_answers_of_deleted_notes_are_forgotten(tmp_path):
    with Answers(tmp_path / "a") as answers:
        for n in range(3):
            answers.put(Stored(f"k{n}", "p", f"n{n}.md", "m", "text"))
        answers.mark_used(["k0"])
        assert answers.tally() == {"p": (1, 2, 0)}
        assert answers.forget_notes(["n0.md", "n1.md"]) == 1
        assert answers.get("k2") is None


def test_two_programs_may_write_to_it(tmp_path):
    path = tmp_path / "a"

    def write(name: str) -> None:
        with Answers(path) as answers:
            for n in range(100):
                answers.put(Stored(f"{name}{n}", "p", "n", "m", "text"))

    with Answers(path):
        pass
    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    [t.start() for t in threads]
    [t.join() for t in threads]
    with Answers(path) as answers:
        assert answers.tally()["p"][0] == 200
