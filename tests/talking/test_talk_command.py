"""`refiner chat` as a person runs it, with a server of the test's own as the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from refiner.errors import RemoteRefused, UsageError
from refiner.store import Workspace
from refiner.talk_model import Choice, her_name, open_choice, persona_of
from refiner.talking import Asked

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
[persona]
born = "1990"
[persona.before]
name = "Karthik Selvan"
gender = "male"
[persona.after]
name = "Kavya Selvan"
gender = "female"
"""


class Server(BaseHTTPRequestHandler):
    """Says what it was asked last; one model below /v1, two below /two/v1."""

    seen: list[tuple[Any, str]] = []

    def do_GET(self) -> None:
        self.seen.append((None, self.headers.get("Authorization", "")))
        names = ["kavya", "other"] if self.path.startswith("/two") else ["kavya"]
        self._answer(json.dumps({"data": [{"id": n} for n in names]}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((body, self.headers.get("Authorization", "")))
        event = {"choices": [{"delta": {"content": f"You asked: {body['messages'][-1]['content']}"}}]}
        self._answer(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode())

    def _answer(self, data: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path)
    found.refined.mkdir(parents=True)
    found.config.write_text(SETTINGS)
    (found.refined / "persona.md").write_text("You are Kavya Selvan, a woman.\n- You are stubborn.\n")
    return found


def chat(ws: Workspace, *args: str, said: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refiner.cli", "chat", *args]
    given = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(command, input=said, capture_output=True, text=True, cwd=ws.root, env=given, timeout=300)


def test_a_talk_through_a_pipe_is_kept_listed_gone_on_with_and_forgotten(ws: Workspace, server: str) -> None:
    done = chat(ws, "--endpoint", f"{server}/v1", said="Who are you?\n/nope\n\nAnd then?\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "You asked: Who are you?\nYou asked: And then?\n"
    assert "there is no /nope" in done.stderr
    asked = [body for body, _ in Server.seen if body]
    assert [m["role"] for m in asked[-1]["messages"]] == ["system", "user", "assistant", "user"]
    assert asked[-1]["messages"][0]["content"] == "You are Kavya Selvan, a woman.\n- You are stubborn."
    assert asked[-1]["model"] == "kavya"
    (listed,) = json.loads(chat(ws, "--talks", "--json").stdout)
    assert (listed["turns"], listed["first"], listed["with"]) == (2, "Who are you?", "kavya")
    assert "Who are you?" in chat(ws, "--talks").stdout
    again = chat(ws, "--last", said="Go on.\n")
    assert again.stdout == "You asked: Go on.\n", again.stderr
    sent = Server.seen[-1][0]["messages"]
    assert [m["content"] for m in sent if m["role"] == "user"] == ["Who are you?", "And then?", "Go on."]
    assert json.loads(chat(ws, "--talks", "--json").stdout)[0]["turns"] == 3
    gone = chat(ws, "--forget", listed["id"][:12])
    assert (gone.returncode, gone.stderr.strip()) == (0, "1 talk deleted")
    assert list((ws.refined / "chats").iterdir()) == []


def test_questions_of_the_command_line_are_not_kept(ws: Workspace, server: str) -> None:
    done = chat(ws, "--endpoint", f"{server}/v1", "--ask", "One?", "--ask", "Two?", "--seed", "7", "--json")
    assert json.loads(done.stdout) == [
        {"question": "One?", "answer": "You asked: One?"}, {"question": "Two?", "answer": "You asked: Two?"},
    ]  # fmt: skip
    assert len(Server.seen[-1][0]["messages"]) == 2
    assert Server.seen[-1][0]["seed"] == 7
    assert not (ws.refined / "chats").exists()


def test_wrong_through_a_pipe_says_what_is_missing_and_the_talk_goes_on(ws: Workspace, server: str) -> None:
    done = chat(ws, "--endpoint", f"{server}/v1", said="One?\n/why\nTwo?\n")
    assert "there is no data set" in done.stderr
    assert done.stdout.count("You asked") == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(run="a", gguf=Path("b")), "--run and --gguf name two different models"),
        (Choice(run="a", endpoint="http://127.0.0.1/v1"), "--run and --endpoint"),
        (Choice(lora=Path("b")), "--lora goes with --gguf"),
        (Choice(model="m"), "--model goes with --endpoint"),
        (Choice(endpoint="http://127.0.0.1/v1", untrained=True), "--untrained goes with"),
        (Choice(run="none"), 'there is no run "none"'),
    ],
)
def test_options_that_do_not_go_together(ws: Workspace, choice: Choice, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        open_choice(ws, choice)


def test_one_thing_at_a_time() -> None:
    for asked in (Asked(last=True, talks=True), Asked(talk="a", forget="b"), Asked(("x",), last=True)):
        with pytest.raises(UsageError):
            asked.check()


def test_an_endpoint_with_several_models_wants_one_named(ws: Workspace, server: str) -> None:
    assert open_choice(ws, Choice(endpoint=f"{server}/v1")).name == "kavya"
    done = chat(ws, "--endpoint", f"{server}/two/v1", "--ask", "x")
    assert done.returncode == 1
    assert "kavya, other" in done.stderr
    assert "--model" in done.stderr


def test_a_remote_endpoint_is_refused_unless_allowed_and_learns_no_foreign_key(
    ws: Workspace, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAVYA_KEY", "sk-secret")
    with pytest.raises(RemoteRefused, match="nothing was"):
        open_choice(ws, Choice(endpoint="https://api.example.com/v1", model="m"))
    llm = '\n[llm]\nallow_remote = true\napi_key_env = "KAVYA_KEY"\nbase_url = "https://api.example.com/v1"\n'
    ws.config.write_text(SETTINGS + llm)
    for url, sent in (
        ("https://api.example.com/other", True), ("https://evil.example.com/v1", False),
        ("http://api.example.com/v1", False), (f"{server}/v1", False), ("http://[::1/v1", None),
    ):  # fmt: skip
        if sent is None:
            with pytest.raises(UsageError, match="no http address"):
                open_choice(ws, Choice(endpoint=url, model="m"))
            continue
        opened = open_choice(ws, Choice(endpoint=url, model="m"))
        headers = vars(opened.model)["_headers"]
        assert headers.get("Authorization") == ("Bearer sk-secret" if sent else None), url
        assert opened.local == (url.startswith(server))
    ws.config.write_text(SETTINGS + llm.replace("https://api.example.com", server))
    opened = open_choice(ws, Choice(endpoint=f"{server}/v1", model="m"))
    assert vars(opened.model)["_headers"]["Authorization"] == "Bearer sk-secret"


def test_who_she_is_and_what_she_is_called(ws: Workspace) -> None:
    assert her_name(ws, "You are Ila Devi, a woman.") == "Kavya"
    assert persona_of(ws).startswith("You are Kavya")
    ws.config.write_text("")
    (ws.refined / "persona.md").unlink()
    assert her_name(ws, "You are Ila Devi, a woman, born in 1990.") == "Ila"
    assert her_name(ws, "You are a woman.") == "she"
    with pytest.raises(UsageError, match="no persona card"):
        persona_of(ws)
