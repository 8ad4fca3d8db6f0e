"""The key and the texts stay where they belong."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from questions import KEY, put, question
from server import Reply, echo

from refiner.asking import wire as wire_module
from refiner.errors import ModelError

SECRET = "Mrs Dalloway bought the flowers herself"
HERE = Path(__file__).parent


def shouting(seen):
    """A server that repeats key and request in whatever it answers."""
    said = f"{seen.headers.get('authorization')} {' '.join(seen.said)}".encode()
    replies = [
        Reply(status=500, body=said),
        Reply(status=400, body=said),
        Reply(body=said),
        Reply(said.decode()),
        Reply(status=429, body=said),
        Reply('{"echo": 5, "other": "' + said.decode() + '"}'),
        echo(seen),
    ]
    return replies[seen.n % len(replies)]


@pytest.mark.parametrize("status", [None, 400, 401, 402, 403, 404, 413, 418, 429, 500, 501, 503, 307])
def test_no_error_log_or_file_holds_the_key_or_the_text(serve, asks, tmp_path, caplog, capfd, monkeypatch, status):
    monkeypatch.setattr(wire_module, "_PATIENCE", 0.2)

    def behave(seen):
        shout = shouting(seen)
        said = f"{seen.headers.get('authorization')} {' '.join(seen.said)}".encode()
        return Reply(status=status, body=said, headers={"Location": "/x"}) if status else shout

    caplog.set_level(logging.DEBUG)
    server = serve(behave)
    asker = asks(server, keep=tmp_path / "a")
    told = ""
    try:
        put(asker, [f"{SECRET} {i}" for i in range(12)])
    except ModelError as error:
        told = f"{error!r} {error} {error.__cause__} {error.__context__}"
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    lost = "\n".join(asker.lost).replace(f"about {SECRET}", "")  # the note's path, here the text itself
    out = capfd.readouterr()
    for where in (told, lost, caplog.text, out.out, out.err, repr(asker.transport), repr(asker.usage)):
        assert KEY not in where
        assert "Dalloway" not in where
    assert KEY not in repr(asker)
    asker.answers.db.execute("PRAGMA wal_checkpoint")
    if status is not None:  # where the model itself wrote it, it is an answer like any other
        assert all(KEY.encode() not in f.read_bytes() for f in tmp_path.iterdir())


CHILD = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import logging
from questions import put
from refiner.answers import Answers
from refiner.asking.asker import Asker
from refiner.config import LLM
from refiner.llm import Endpoint
logging.basicConfig(level=logging.DEBUG)
llm = LLM(base_url=sys.argv[1], model="m")
with Answers() as answers:
    asker = Asker(llm, Endpoint(llm), answers)
    try:
        print(len(put(asker, [{SECRET!r} + str(i) for i in range(8)])))
    except Exception as error:
        print("ended:", error)
    asker.close()
"""


@pytest.mark.parametrize("level", ["debug", "info"])
@pytest.mark.parametrize("wrong", [False, True])
def test_openai_log_does_not_bring_them_out(serve, level, wrong):
    server = serve(lambda s: Reply("{}") if wrong and len(s.said) < 5 else echo(s))
    env = os.environ | {"OPENAI_LOG": level, "INSTRUCTOR_LOG_LEVEL": level.upper(), "PYTHONASYNCIODEBUG": "1"}
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-c", CHILD, server.url], env=env, capture_output=True, text=True
    )
    assert ran.stdout.strip() == "8"
    assert len(server.seen) >= 8
    assert KEY not in ran.stderr
    assert "Dalloway" not in ran.stderr


@pytest.mark.parametrize("key", ["sk-päss-4711", "sk-a\nb", " "])
def test_a_key_that_is_none_is_said_without_it(serve, asks, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    server = serve()
    if key == " ":  # as none at all: fine on this machine
        assert all(put(asks(server), ["q"]))
        return
    with pytest.raises(ModelError, match="holds no key") as error:
        put(asks(server), ["q"])
    assert key not in str(error.value)
    assert server.seen == []


def test_a_remote_endpoint_without_a_key_is_not_spoken_to(asks, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelError, match="OPENAI_API_KEY is empty"):
        put(asks("https://nowhere.invalid/v1"), ["q"])


def test_the_environment_does_not_say_where_to(serve, asks, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://nowhere.invalid")
    server = serve()
    assert all(put(asks(server), ["q"]))
    assert len(server.seen) == 1


def test_a_note_is_no_template(serve, asks):
    server = serve(lambda s: Reply("{}") if len(s.said) == 2 else echo(s))
    asker = asks(server)
    asker.run([lambda: asker.ask(question("{{ 7*7 }} {% if %}"))])
    assert server.seen[1].said[1] == "{{ 7*7 }} {% if %}"
