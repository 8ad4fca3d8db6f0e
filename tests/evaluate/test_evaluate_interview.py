"""Interviews: what is asked, what is kept, what a failing model leaves behind."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from asked_models import Ruled, failing, streamed
from hypothesis import given
from hypothesis import strategies as st
from server import Reply, Seen, Server

from refiner.errors import ModelError, StoreError
from refiner.evaluate.interview import Kept, interview
from refiner.evaluate.shapes import Answer, Ask, Contestant, Item
from refiner.training.endpoint import OpenAIEndpoint

ASKED = (Ask(text="What did you keep?", wanted="tell"), Ask(text="On a roof?", wanted="yes"))
ITEMS = (
    Item(id="pigeons", area="fact", asks=ASKED),
    Item(id="year", area="date", asks=(Ask(text="In which year?", wanted="year"),)),
)
PLACES = [("pigeons", 0), ("pigeons", 1), ("year", 0)]


def who(name: str = "tuned", system: str = "You are Kavya.", weights: str = "w1") -> Contestant:
    return Contestant(id=name, title=name, system=system, about={"weights": weights})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "evaluations" / "kept.jsonl"


def test_each_wording_is_a_talk_of_its_own(kept: Path) -> None:
    model = Ruled()
    answers = interview(who(), model, ITEMS, kept=kept, max_tokens=20, seed=3)
    assert [(a.item, a.ask) for a in answers] == PLACES
    assert [a.text for a in answers] == [f"You asked: {ask.text}" for item in ITEMS for ask in item.asks]
    assert [[m["role"] for m in talk] for talk in model.asked] == [["system", "user"]] * 3
    assert {talk[0]["content"] for talk in model.asked} == {"You are Kavya."}
    assert set(model.settings) == {(20, 0.0, 3)}
    assert not any(a.error or a.cut for a in answers)


def test_a_long_answer_is_marked_as_cut(kept: Path) -> None:
    answers = interview(who(), Ruled(lambda s, q: "and then " * 50), ITEMS[1:], kept=kept, max_tokens=10)
    assert answers[0].cut
    assert len(answers[0].text.split()) <= 10
    again = interview(who(), Ruled(), ITEMS[1:], kept=kept, max_tokens=10)
    assert again == answers


def test_what_was_answered_is_never_asked_again(kept: Path) -> None:
    first = interview(who(), Ruled(), ITEMS, kept=kept)
    silent = Ruled(failing(0))
    seen: list[Answer] = []
    assert interview(who(), silent, ITEMS, kept=kept, progress=seen.append) == first
    assert not silent.asked
    assert seen == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("contestant", "settings"),
    [
        (who(system="You are Kavya, a woman."), {}),
        (who(weights="w2"), {}),
        (who(), {"max_tokens": 97}),
        (who(), {"seed": 1}),
        (who(), {"temperature": 0.5}),
    ],
    ids=["system", "weights", "tokens", "seed", "temperature"],
)
def test_other_weights_words_or_settings_are_asked_anew(kept: Path, contestant: Contestant, settings: dict) -> None:
    interview(who(), Ruled(), ITEMS, kept=kept)
    model = Ruled()
    interview(contestant, model, ITEMS, kept=kept, **settings)
    assert len(model.asked) == 3


def test_the_same_weights_and_words_serve_another_contestant_and_item(kept: Path) -> None:
    interview(who(), Ruled(), ITEMS, kept=kept)
    model = Ruled()
    other = Item(id="again", area="unlived", asks=(Ask(text="In which year?", wanted="abstain"),))
    answers = interview(who("base"), model, (other,), kept=kept)
    assert [(a.contestant, a.item, a.ask) for a in answers] == [("base", "again", 0)]
    assert not model.asked


def test_an_interrupted_interview_goes_on(kept: Path) -> None:
    def stops(system: str, asked: str) -> str:
        if asked == "In which year?":
            raise KeyboardInterrupt
        return "Forty pigeons."

    with pytest.raises(KeyboardInterrupt):
        interview(who(), Ruled(stops), ITEMS, kept=kept)
    model = Ruled()
    answers = interview(who(), model, ITEMS, kept=kept)
    assert [talk[-1]["content"] for talk in model.asked] == ["In which year?"]
    assert [a.text for a in answers] == ["Forty pigeons.", "Forty pigeons.", "You asked: In which year?"]


@given(cut=st.integers(min_value=0, max_value=400))
def test_a_torn_file_costs_the_torn_answer_alone(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    kept = tmp_path_factory.mktemp("torn") / "kept.jsonl"
    whole = interview(who(), Ruled(), ITEMS, kept=kept)
    data = kept.read_bytes()
    kept.write_bytes(data[: len(data) - cut])
    model = Ruled()
    again = interview(who(), model, ITEMS, kept=kept)
    assert [a.text for a in again] == [a.text for a in whole]
    # A line that lost nothing but its end is whole.
    left = [line for line in data[: len(data) - cut].split(b"\n") if line.endswith(b"}}")]
    assert len(model.asked) == 3 - len(left)
    assert all(json.loads(line) for line in kept.read_bytes().split(b"\n") if line.endswith(b"}}"))
    assert interview(who(), Ruled(failing(0)), ITEMS, kept=kept) == again


def test_a_failure_is_an_answer_and_is_asked_again(kept: Path) -> None:
    def fails_once(system: str, asked: str) -> str:
        if asked == "On a roof?":
            raise ModelError("it choked")
        return "Yes."

    answers = interview(who(), Ruled(fails_once), ITEMS, kept=kept)
    assert [a.error for a in answers] == ["", "it choked", ""]
    assert answers[1].text == ""
    model = Ruled()
    assert [a.error for a in interview(who(), model, ITEMS, kept=kept)] == ["", "", ""]
    assert [talk[-1]["content"] for talk in model.asked] == ["On a roof?"]


def test_three_failures_in_a_row_end_it_and_say_that_answers_are_kept(kept: Path) -> None:
    many = [Item(id=f"i{n}", area="fact", asks=(Ask(text=f"Number {n}?", wanted="tell"),)) for n in range(9)]
    model = Ruled(failing(4))
    with pytest.raises(ModelError, match="3 times in a row: it went away") as raised:
        interview(who(), model, many, kept=kept)
    assert "kept" in raised.value.mend
    assert len(model.asked) == 7
    assert len(kept.read_text().splitlines()) == 4


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        Kept(tmp_path)


def test_strange_lines_are_passed_over(kept: Path) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_bytes(
        b'[]\n{"key": 1}\n\xff\xfe\n{"key": "a", "value": {"contestant": 3}}\n{"key": "b", "value": -2.5}\n'
    )
    store = Kept(kept)
    assert store.answer("a") is None
    assert store.answer("b") is None
    assert store.get("b") == -2.5


# ---- a server that fails ----


def endpoint(server: Server) -> OpenAIEndpoint:
    return OpenAIEndpoint(server.url, "kavya")


def test_a_server_that_comes_back_costs_one_answer(kept: Path) -> None:
    def behave(seen: Seen) -> Reply:
        return Reply(status=503) if seen.n == 2 else Reply(body=streamed(f"Number {seen.n}."))

    with Server(behave) as server:
        answers = interview(who(), endpoint(server), ITEMS, kept=kept)
    assert [a.text for a in answers] == ["Number 1.", "", "Number 3."]
    assert "503" in answers[1].error


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(drop="before"),
        Reply(body=b"<html>"),
        Reply(body=b"data: {nonsense\n\n"),
        Reply(body=b""),
    ],
    ids=["500", "drops", "page", "nonsense", "nothing"],
)
def test_a_server_that_only_fails_ends_the_interview(kept: Path, reply: Reply) -> None:
    with Server(lambda seen: reply) as server, pytest.raises(ModelError, match="3 times in a row"):
        interview(who(), endpoint(server), ITEMS, kept=kept)
    assert not kept.exists()


def test_half_an_answer_is_none(kept: Path) -> None:
    def behave(seen: Seen) -> Reply:
        return Reply(body=streamed("Forty pigeons on the roof."), drop="middle" if seen.n == 1 else "")

    with Server(behave) as server:
        answers = interview(who(), endpoint(server), ITEMS[:1], kept=kept)
    assert answers[0].error
    assert answers[0].text == ""
    assert answers[1].text == "Forty pigeons on the roof."


def test_an_answer_at_the_limit_of_tokens_is_cut(kept: Path) -> None:
    with Server(lambda seen: Reply(body=streamed("Forty pigeons and", "length"))) as server:
        answers = interview(who(), endpoint(server), ITEMS[1:], kept=kept)
        assert server.seen[0].body["max_tokens"] == 96
        assert server.seen[0].body["temperature"] == 0
    assert answers[0].cut
