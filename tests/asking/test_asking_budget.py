"""The bound on what a run may cost holds with many requests in flight, and a run that reaches it stops cleanly."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questions import put, question
from server import Reply, echo, echo_of

from refiner.answers import Answers
from refiner.asking.asker import Asker
from refiner.asking.budget import Budget, estimate_tokens
from refiner.config import LLM
from refiner.llm import Completion, Fault

TEXTS = [f"question {i}" for i in range(60)]


@given(
    st.integers(1, 2000), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.floats(0, 1)), max_size=60)
)
def test_what_is_admitted_never_exceeds_the_bound(most, requests):
    budget, out = Budget(max_tokens=most), []
    for n, (prompt, completion, share) in enumerate(requests):
        if budget.admit(prompt, completion):
            out.append((prompt, completion, share))
        if out and n % 3 == 2:
            prompt, completion, share = out.pop(0)
            budget.spend(int(prompt * share), int(completion * share))
            budget.release(prompt, completion)
        assert budget.tokens <= most
    for prompt, completion, _ in out:
        budget.spend(prompt, completion)
        budget.release(prompt, completion)
    assert budget.tokens <= most
    assert not budget.held


class Model:
    """A model in memory, whose answers use what they like of what they may."""

    mode = "schema"

    def __init__(self, share: float, fails: int) -> None:
        self.share, self.fails, self.calls, self.billed = share, fails, 0, 0

    async def send(self, request, mode, *, allowance=0):
        self.calls += 1
        used = int((request["max_tokens"] + allowance) * self.share)
        for _ in range(self.calls % 5):
            await asyncio.sleep(0)
        sent = sum(estimate_tokens(m["content"]) for m in request["messages"])
        self.billed += sent + used
        if self.fails and self.calls % self.fails == 0:
            raise Fault("slow", "late", unsure=True)
        text = request["messages"][1]["content"]
        return Completion(f'{{"echo": "{echo_of(text)}"}}', prompt_tokens=sent, completion_tokens=used)

    async def close(self):
        pass


@given(st.integers(0, 6000), st.integers(1, 40), st.floats(0, 1), st.sampled_from([0, 2, 3, 7]))
def test_a_run_never_spends_more_than_it_may(most, concurrency, share, fails):
    model, llm = Model(share, fails), LLM(model="m", max_concurrency=concurrency)
    with Answers() as answers:
        asker = Asker(llm, model, answers, Budget(max_tokens=most))
        said = put(asker, TEXTS)
        asker.close()
    assert model.billed <= most
    assert asker.budget.tokens <= most
    assert sum(a is not None for a in said) + asker.unasked + len(asker.lost) == len(TEXTS)
    assert not asker.budget.held


def test_what_is_held_for_others_is_waited_for(serve, asks):
    """Answers use a tenth of what is held for them, so that most of a bound can be used with any number in flight."""
    asker = asks(serve(), concurrency=32, budget=Budget(max_tokens=4000))
    said = asker.run([partial(asker.ask, question(t, max_tokens=1000)) for t in TEXTS])
    assert asker.budget.tokens <= 4000
    assert sum(a is not None for a in said) >= 40


def test_it_stops_cleanly_and_the_next_run_goes_on(serve, asks, tmp_path):
    server = serve()
    asker = asks(server, concurrency=8, budget=Budget(max_tokens=2000), keep=tmp_path / "a")
    first = put(asker, TEXTS)
    had = sum(a is not None for a in first)
    assert 0 < had < len(TEXTS)
    assert asker.unasked == len(TEXTS) - had
    assert asker.lost == []
    assert len(server.seen) == had

    again = asks(server, budget=Budget(max_tokens=0), keep=tmp_path / "a")
    assert [a is not None for a in put(again, TEXTS)] == [a is not None for a in first]
    assert len(server.seen) == had

    rest = asks(server, keep=tmp_path / "a")
    assert all(put(rest, TEXTS))
    assert sorted(server.questions) == sorted(TEXTS)


def test_money_is_bounded_too(serve, asks):
    budget = Budget(max_cost=0.02, price_in=1.0, price_out=10.0)
    asker = asks(serve(), concurrency=16, budget=budget)
    put(asker, [f"q{i}" for i in range(400)])
    assert 0.015 < asker.budget.cost <= 0.02
    assert asker.unasked


def test_a_server_that_counts_more_than_the_estimate_is_learned_from(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, usage={"prompt_tokens": 400}))
    asker = asks(server, concurrency=1, budget=Budget(max_tokens=3000))
    put(asker, TEXTS)
    assert asker.budget.tokens <= 3000


def test_each_try_of_finding_the_form_is_within_the_bound(serve, asks):
    server = serve(lambda s: Reply("no JSON at all"))
    asker = asks(server, budget=Budget(max_tokens=300))
    assert put(asker, ["q"]) == [None]
    assert asker.budget.tokens <= 300
    assert len(server.seen) < 4


def test_those_that_wait_to_be_sent_again_are_not_waited_for(serve, asks, monkeypatch):
    from refiner.asking import wire as module

    monkeypatch.setattr(module, "pause", lambda n, asked: 10_000)
    server = serve(lambda s: Reply(status=429) if s.n == 2 else Reply(echo(s).content, hold=0.05))
    asker = asks(server, budget=Budget(max_tokens=1000))
    put(asker, TEXTS)
    assert asker.unasked > 1


@pytest.mark.parametrize("text", ["hello there, my friend", "добрый день, мой друг", "今天天气很好我们去公园"])
def test_the_estimate_is_on_the_high_side(text):
    pieces = {"h": 5, "д": 8, "今": 9}[text[0]]  # tokens of o200k_base
    assert estimate_tokens(text) >= pieces
