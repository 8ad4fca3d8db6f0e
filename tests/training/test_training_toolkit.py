"""refiner.training: starting train.py, finding runs, talking to endpoints. Needs no training packages."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from refiner.console import Output
from refiner.errors import ConfigError, ModelError, RemoteRefused, TrainingError, UsageError
from refiner.running import Training, train_run
from refiner.store import Workspace
from refiner.training.endpoint import OpenAIEndpoint
from refiner.training.launch import find_recipe, train, training_folder
from refiner.training.runs import RunInfo, find_run, latest_run, list_runs
from refiner.training.talk import open_gguf, open_model

CHAT = [{"role": "system", "content": "You are Mira."}, {"role": "user", "content": "Hello"}]


def write_run(runs: Path, name: str, finished: str, **changes: Any) -> Path:
    folder = runs / name
    folder.mkdir(parents=True)
    record = {
        "schema": 1,
        "finished": finished,
        "seconds": 12.5,
        "dataset": {"sha256": "ab"},
        "system": "You are Mira.",
        "base": {"name": "smollm2-135m-instruct", "source": "/models", "gguf": "/models/base.gguf"},
        "backend": {"name": "trl-cpu"},
        "steps": 2,
        "losses": [{"step": 1, "loss": 4.0}, {"step": 2, "loss": 1.0}],
        "best": None,
        "adapter": "adapter",
        "adapter_gguf": "",
    }
    (folder / "run.json").write_text(json.dumps(record | changes), encoding="utf-8")
    return folder


def test_runs_are_listed_by_when_they_were_finished(tmp_path: Path) -> None:
    write_run(tmp_path, "b", "2026-01-01T00:00:00Z", best={"step": 2, "loss": 0.5}, adapter_gguf="adapter.gguf")
    write_run(tmp_path, "a", "2026-01-02T00:00:00Z")
    (tmp_path / "stopped").mkdir()
    (tmp_path / "a-file").touch()
    runs = list_runs(tmp_path)
    assert [(run.name, run.is_finished) for run in runs] == [("b", True), ("a", True), ("stopped", False)]
    assert (runs[0].first_loss, runs[0].last_loss, runs[0].best_loss) == (4.0, 1.0, 0.5)
    assert runs[0].adapter_gguf == tmp_path / "b" / "adapter.gguf"
    assert runs[1].adapter_gguf is None
    latest = latest_run(tmp_path)
    assert latest is not None
    assert latest.name == "a"


def test_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == []
    (tmp_path / "stopped").mkdir()
    assert latest_run(tmp_path) is None


@pytest.mark.parametrize("text", ["{", "{}", '{"schema": 9}'])
def test_a_broken_record_is_named(tmp_path: Path, text: str) -> None:
    (write_run(tmp_path, "a", "2026") / "run.json").write_text(text, encoding="utf-8")
    write_run(tmp_path, "b", "2026")
    good, bad = list_runs(tmp_path)
    assert (good.name, good.problem) == ("b", "")
    assert "run.json" in bad.problem
    with pytest.raises(TrainingError, match=r"run\.json"):
        find_run(tmp_path, "a")


def test_a_recipe_is_found_by_name_and_by_path_and_the_workspaces_own_first(tmp_path: Path) -> None:
    shipped = training_folder() / "recipes" / "cpu-smoke.toml"
    assert find_recipe("cpu-smoke") == find_recipe("cpu-smoke.toml") == find_recipe(str(shipped)) == shipped
    own = tmp_path / "training" / "recipes" / "cpu-smoke.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_recipe("cpu-smoke", tmp_path) == own
    assert find_recipe("gpu-8gb", tmp_path) == shipped.with_name("gpu-8gb.toml")


def test_an_unknown_recipe_names_the_known_ones() -> None:
    for name in ("cpu-smok", "no/such.toml"):
        with pytest.raises(UsageError, match="cloud-24gb, .*cpu-smoke, gpu-8gb"):
            find_recipe(name)


def test_train_hands_on_the_arguments_and_the_exit_code(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/seen\nexit 3\n', encoding="utf-8")
    python.chmod(0o700)
    code = train(Path("data"), Path("r.toml"), Path("out"), extra=["--resume"], python=str(python))
    assert code == 3
    seen = (tmp_path / "seen").read_text(encoding="utf-8").splitlines()
    assert seen == [str(training_folder() / "train.py"), "data", "--recipe", "r.toml", "--out", "out", "--resume"]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, refiner.training.launch, refiner.training.runs, refiner.training.talk\n"
        "print([m for m in ('torch', 'transformers', 'peft', 'xllamacpp', 'openai') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


class Server(BaseHTTPRequestHandler):
    """Streams three events; /moved redirects; /broken fails; /late fails in the middle."""

    seen: list[tuple[str, dict[str, Any], str]] = []
    first = ""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.path, body, self.headers.get("Authorization", "")))
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/v1/chat/completions")
            self.end_headers()
            return
        codes = {"/broken": 500, "/small": 400}
        self.send_response(next((code for path, code in codes.items() if self.path.startswith(path)), 200))
        self.end_headers()
        if self.path.startswith("/broken"):
            self.wfile.write(f"no such model: {self.headers.get('Authorization')}".encode())
            return
        if self.path.startswith("/small"):
            self.wfile.write(b'{"error": "the request exceeds the available Context size"}')
            return
        if self.path.startswith("/page"):
            self.wfile.write(b"<html>hello</html>\n")
            return
        self.wfile.write(self.first.encode())
        for text in (None, "Hei", ", du"):
            event = {"choices": [{"delta": {"content": text}}]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        if self.path.startswith("/late"):
            self.wfile.write(b'data: {"error": {"message": "context full"}}\n\n')
        if self.path.startswith("/echo"):
            said = json.dumps({"error": {"message": f"bad: {self.headers.get('Authorization')}"}})
            self.wfile.write(f"data: {said}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def do_GET(self) -> None:
        self.send_response(401 if self.path.startswith("/locked") else 200)
        self.end_headers()
        self.wfile.write(b'{"data": [{"id": "mira"}, {"id": "tuned"}, {}]}' if "/models" in self.path else b"[]")

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Server.seen.clear()
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_endpoint_streams(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")  # must not be used for this machine
    model = OpenAIEndpoint(f"{address}/v1/", "mira", api_key="k", extra={"top_p": 0.9})
    assert list(model.reply(CHAT, max_tokens=5, temperature=0.5, seed=3)) == ["Hei", ", du"]
    ((path, body, key),) = Server.seen
    assert (path, key) == ("/v1/chat/completions", "Bearer k")
    expected = {"model": "mira", "messages": CHAT, "max_tokens": 5, "temperature": 0.5, "seed": 3}
    assert body == expected | {"stream": True, "top_p": 0.9}


def test_an_endpoint_that_fails_says_so(address: str) -> None:
    with pytest.raises(ModelError, match="answered 500$"):
        list(OpenAIEndpoint(f"{address}/broken", "m").reply(CHAT))
    with pytest.raises(ModelError, match="answered 400: .*context"):  # a talk tries again with less
        list(OpenAIEndpoint(f"{address}/small", "m").reply(CHAT))
    with pytest.raises(ModelError, match="the model failed: .*context"):
        list(OpenAIEndpoint(f"{address}/late", "m").reply(CHAT))
    with pytest.raises(ModelError, match=r"does not answer: Connection refused"):
        list(OpenAIEndpoint("http://127.0.0.1:9/v1", "m").reply(CHAT))
    with pytest.raises(ModelError, match="did not stream an answer"):
        list(OpenAIEndpoint(f"{address}/page", "m").reply(CHAT))


@pytest.mark.parametrize("path", ["broken", "echo"])
def test_what_a_server_writes_of_a_failure_is_not_repeated(address: str, path: str) -> None:
    with pytest.raises(ModelError) as failed:
        list(OpenAIEndpoint(f"{address}/{path}", "m", api_key="sk-SECRET-123").reply(CHAT))
    assert "SECRET" not in failed.value.message + failed.value.mend
    assert Server.seen[-1][2] == "Bearer sk-SECRET-123"


def test_a_first_line_that_is_no_answer_is_not_repeated() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(b"sk-SECRET-123\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        model = OpenAIEndpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", "m", api_key="sk-SECRET-123")
        with pytest.raises(ModelError, match="cannot be read") as failed:
            list(model.reply(CHAT))
        thread.join()
    assert "SECRET" not in failed.value.message


@pytest.mark.parametrize("key", ["sk-SECRET\n123", "sk-SECRÉT", "sk-SECRET\x00"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(address: str, key: str) -> None:
    with pytest.raises(ConfigError, match="no request can carry") as refused:
        OpenAIEndpoint(f"{address}/v1", "m", api_key=key)
    assert "SECR" not in refused.value.message + refused.value.mend


@pytest.mark.parametrize("url", ["http://[::1/v1", "ftp://127.0.0.1/v1", "http:///v1", "127.0.0.1:8080"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no http address"):
        OpenAIEndpoint(url, "m")


@pytest.mark.parametrize(
    "event",
    ["5", "null", "[]", '"x"', '{"choices": [null]}', '{"choices": 5}', '{"choices": {"a": 1}}']
    + ['{"choices": [{"delta": "x"}]}', '{"choices": [{"delta": {"content": 5}}]}'],
)
def test_an_endpoint_that_streams_something_else_says_so(
    address: str, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr(Server, "first", f"data: {event}\n\n")
    with pytest.raises(ModelError, match="a piece of the answer is none"):
        list(OpenAIEndpoint(f"{address}/v1", "m").reply(CHAT))


def test_an_endpoint_names_its_models(address: str) -> None:
    assert OpenAIEndpoint(f"{address}/v1", "m").models() == ["mira", "tuned"]
    with pytest.raises(ModelError, match="answered 401") as refused:
        OpenAIEndpoint(f"{address}/locked", "m").models()
    assert "api_key_env" in refused.value.mend
    with pytest.raises(ModelError, match="something else than a JSON object"):
        OpenAIEndpoint(f"{address}/v1", "m").ask_json("/props")


@pytest.mark.parametrize("text", ["You are Mira, a clock mender.", "तुम मीरा हो। तुम घड़ियाँ ठीक करती हो।", "🙂" * 9, ""])
def test_an_endpoints_estimate_is_never_zero(text: str) -> None:
    model = OpenAIEndpoint("http://127.0.0.1:9/v1", "m")
    assert model.count([{"role": "user", "content": text}]) >= max(len(text.split()), 8)


def test_a_redirect_is_not_followed(address: str) -> None:
    with pytest.raises(ModelError, match="answered 302"):
        list(OpenAIEndpoint(f"{address}/moved", "m").reply(CHAT))
    assert len(Server.seen) == 1


def test_a_chat_without_system_message_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(UsageError, match="must start with the system message"):
        OpenAIEndpoint(address, "m").reply(CHAT[1:])
    assert Server.seen == []


@pytest.mark.parametrize("url", ["https://api.example.com/v1", "http://127.0.0.1.example.com/v1", "http://10.0.0.2/v1"])
def test_a_remote_endpoint_is_refused_unless_allowed(url: str) -> None:
    with pytest.raises(RemoteRefused, match="the persona card and every word of the chat would have been sent there"):
        OpenAIEndpoint(url, "m")
    assert OpenAIEndpoint(url, "m", allow_remote=True).name == "m"


def test_an_unfinished_run_cannot_be_talked_to(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not finished"):
        open_model(RunInfo("stopped", tmp_path))


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_text("PK")
    with pytest.raises(UsageError, match="is no GGUF file"):
        open_gguf(tmp_path / "m.gguf")
    with pytest.raises(UsageError, match="cannot be read"):
        open_gguf(tmp_path / "none.gguf")


def test_llama_cpp_without_gguf_is_refused(tmp_path: Path) -> None:
    run = RunInfo("r", tmp_path, finished="2026", base="Qwen/Qwen3-1.7B", adapter=tmp_path)
    with pytest.raises(TrainingError, match="needs a GGUF of the base model"):
        open_model(run, engine="llama.cpp")
    with pytest.raises(TrainingError, match="no engine 'gpt'"):
        open_model(run, engine="gpt")


@pytest.mark.parametrize("name", ["current", "current.json", "Current.JSON"])
def test_a_run_is_not_called_as_what_means_the_current_one(tmp_path: Path, name: str) -> None:
    """A folder current.json would stand where the file is written when the training has ended."""
    with pytest.raises(UsageError, match="stands for the current run"):
        train_run(Workspace(tmp_path), Training(recipe="cpu-smoke", name=name), Output())
