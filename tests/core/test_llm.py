"""The model engine against a real HTTP server: closed choices, checked answers, privacy, faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from refiner.config import LLM, Config
from refiner.engine import choose_engine
from refiner.errors import ModelError, PromptError, RemoteRefused, UsageError
from refiner.llm import ModelAdviser, is_local
from refiner.models import Choice, ChoiceEffect, Note, ProposedEdit, Question
from refiner.notes import note_from_text
from refiner.prompts import load_prompt, parse_prompt
from refiner.store import NoCache

Answer = Callable[[dict[str, Any]], tuple[int, str]]


class Memory(NoCache):
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.kept.get(key)

    def put(self, key: str, stage: str, note: str, value: str) -> None:
        self.kept[key] = value


class Server:
    """An OpenAI-compatible endpoint on loopback whose answers a test writes."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Answer = lambda request: (200, "{}")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(request)
                status, content = outer.answer(request)
                message = {"role": "assistant", "content": content}
                body = {
                    "id": "1", "object": "chat.completion", "created": 0, "model": "m",
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
                }  # fmt: skip
                data = json.dumps(body if status == 200 else {"error": {"message": content}}).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def asked(text: str = "Ravi came. He laughed at me.") -> tuple[Note, Question]:
    note = note_from_text(text, "n.md")
    at = text.index("He")
    choices = (
        Choice(
            id="n", label="the narrator", effect=ChoiceEffect(edits=(ProposedEdit(start=at, end=at + 2, after="She"),))
        ),
        Choice(id="o", label="somebody else: it stays"),
    )
    return note, Question(
        id="q1", note="n.md", stage="swap", start=at, end=at + 2, question="Who is meant?", choices=choices
    )  # fmt: skip


def adviser(server: Server, cache: NoCache | None = None) -> ModelAdviser:
    return ModelAdviser(LLM(base_url=server.url, model="m"), "a woman", cache or NoCache())


def pick(label: str) -> Answer:
    """A model that means the same answer whatever its number."""

    def answer(request: dict[str, Any]) -> tuple[int, str]:
        lines = request["messages"][-1]["content"].splitlines()
        number = next(line.split(".")[0] for line in lines if label in line)
        return 200, json.dumps({"why": "Ravi laughed", "choice": int(number)})

    return answer


def test_an_answer_counts_when_it_comes_twice_in_both_orders(server: Server) -> None:
    server.answer = pick("somebody else")
    assert adviser(server).settle([asked()]) == {"q1": ("o", "Ravi laughed")}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "content", ['{"why": "", "choice": 1}', '{"why": "x", "choice": 0}', '{"choice": 9}', "Sure!", ""]
)
def test_position_bias_doubt_and_nonsense_stay_questions(server: Server, content: str) -> None:
    server.answer = lambda request: (200, content)
    model = adviser(server)
    assert model.settle([asked()]) == {}


def test_stored_answers_are_not_asked_again(server: Server) -> None:
    server.answer = pick("the narrator")
    cache = Memory()
    adviser(server, cache).settle([asked()])
    made = len(server.requests)
    assert adviser(server, cache).settle([asked()]) == {"q1": ("n", "Ravi laughed")}
    assert len(server.requests) == made


def test_a_note_is_data_for_the_template(server: Server) -> None:
    server.answer = pick("the narrator")
    adviser(server).settle([asked("{{ 7*7 }} {% if x %} Ravi came. He laughed.")])
    assert "{{ 7*7 }}" in server.requests[0]["messages"][-1]["content"]


@pytest.mark.parametrize(("status", "words"), [(401, "refused the key"), (404, "has no model"), (400, "answered 400")])
def test_endpoint_errors_are_one_message(server: Server, status: int, words: str) -> None:
    server.answer = lambda request: (status, "no")
    with pytest.raises(ModelError, match=words):
        adviser(server).settle([asked()])


def test_nobody_answers() -> None:
    llm = LLM(base_url="http://127.0.0.1:9/v1", model="m")
    with pytest.raises(ModelError, match="does not answer"):
        ModelAdviser(llm, "a woman", NoCache()).settle([asked()])


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True), ("http://[::1]:1/v1", True), ("http://localhost/v1", True),
        ("https://api.openai.com/v1", False), ("http://192.168.1.5/v1", False), ("http://127.0.0.1.evil.com/v1", False),
        ("http://localhost.evil.com/v1", False), ("http://127.0.0.1@evil.com/v1", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_on_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local


def test_a_remote_endpoint_is_refused_before_anything_is_sent() -> None:
    config = Config.from_dict({"llm": {"base_url": "https://api.example.com/v1", "model": "m"}})
    with pytest.raises(RemoteRefused, match="would have been sent there; nothing was"):
        choose_engine(config, "auto")
    llm = config.llm
    with pytest.raises(RemoteRefused):
        ModelAdviser(llm, "a woman", NoCache()).settle([asked()])


def test_engines() -> None:
    assert choose_engine(Config(), "rules").name == "rules"
    with pytest.raises(UsageError, match="no model is configured"):
        choose_engine(Config(), "llm")
    with pytest.raises(UsageError, match="no engine"):
        choose_engine(Config(), "magic")


def test_prompt_files_hold_what_they_declare() -> None:
    assert load_prompt("choose").inputs
    with pytest.raises(PromptError, match="declares"):
        parse_prompt("---\nname: x\nversion: 1\ninputs: [a]\n---\nHello {{ b }}\n---user---\n{{ a }}", "x.md")
    with pytest.raises(PromptError, match="lacks version"):
        parse_prompt("---\nname: x\ninputs: []\n---\n\n---user---\n", "x.md")
    with pytest.raises(PromptError, match="inputs are"):
        load_prompt("choose").messages(passage="x")
