"""Flows and slots: who waits for whom, what is sent once, and what an exception or a cancelled task leaves behind."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from questions import put, question
from server import Reply, echo, echo_of

from refiner.errors import StoreError

TEXTS = [f"question {i}" for i in range(40)]


def test_never_more_in_flight_than_allowed(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, hold=0.01))
    put(asks(server, concurrency=5), TEXTS)
    assert 1 < server.most_in_flight <= 5


def test_all_places_are_used(serve, asks):
    """Four requests wait for each other at the server: they are all there at once."""
    meet = threading.Barrier(4)
    waits = []

    def behave(seen):
        if seen.question != "first":
            waits.append(seen)
        return Reply(echo(seen).content, hold=0.05 if len(waits) < 8 else 0)

    server = serve(behave)
    asker = asks(server, concurrency=4)
    put(asker, ["first", *TEXTS])
    assert server.most_in_flight == 4
    assert meet.n_waiting == 0


def test_one_that_waits_to_be_sent_again_holds_no_slot(serve, asks, monkeypatch):
    """One place in all: while the first waits after its 429, all others are answered."""
    from refiner.asking import wire as module

    monkeypatch.setattr(module, "pause", lambda n, asked: 0.5)
    server = serve(lambda s: Reply(status=429) if s.n == 2 else echo(s))
    asker = asks(server, concurrency=1)
    put(asker, ["before"])
    server.behave = lambda s: Reply(status=429) if s.n == 2 else echo(s)
    assert all(put(asker, TEXTS[:4]))
    assert server.questions == ["before", *TEXTS[:4], TEXTS[0]]


def test_one_refusal_does_not_stall_the_rest(serve, asks, monkeypatch):
    from refiner.asking import wire as module

    monkeypatch.setattr(module, "pause", lambda n, asked: 0.5)
    server = serve(lambda s: Reply(status=429) if s.n == 5 else echo(s))
    assert all(put(asks(server, concurrency=4), TEXTS))
    again = [t for t, n in Counter(server.questions).items() if n == 2]
    assert len(again) == 1
    assert server.questions[-1] == again[0]


def test_the_same_words_are_sent_once(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, hold=0.05))
    asker = asks(server, concurrency=8)
    said = put(asker, ["same"] * 50)
    assert [a.value.echo for a in said] == [echo_of("same")] * 50
    assert len(server.seen) == 1


def test_the_same_words_fail_once(serve, asks):
    server = serve(lambda s: Reply(status=400, body=b"too long", hold=0.05) if s.question == "same" else echo(s))
    asker = asks(server, concurrency=8)
    put(asker, ["before"])
    assert put(asker, ["same"] * 50) == [None] * 50
    assert len(server.seen) < 10
    assert len(asker.lost) < 10


def test_one_that_is_cancelled_while_it_waits_for_the_same_words_harms_none(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, hold=0.1))
    asker = asks(server)

    async def flow():
        first = asyncio.ensure_future(asker.ask(question("same")))
        others = [asyncio.ensure_future(asker.ask(question("same"))) for _ in range(3)]
        await asyncio.sleep(0.02)
        others[0].cancel()
        done = await asyncio.gather(first, *others, return_exceptions=True)
        return [getattr(d, "value", d) for d in done]

    ((first, cancelled, *rest),) = asker.run([flow])
    assert isinstance(cancelled, asyncio.CancelledError)
    assert [first.echo, *(r.echo for r in rest)] == [echo_of("same")] * 3
    assert len(server.seen) == 1


def test_where_the_first_sender_is_cancelled_another_sends(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, hold=0.1))
    asker = asks(server)

    async def flow():
        first = asyncio.ensure_future(asker.ask(question("same")))
        other = asyncio.ensure_future(asker.ask(question("same")))
        await asyncio.sleep(0.02)
        first.cancel()
        return (await other).value.echo

    assert asker.run([flow]) == [echo_of("same")]


def test_a_flow_asks_other_things(serve, asks):
    server = serve()
    asker = asks(server, concurrency=2)

    async def flow(n):
        first = await asker.ask(question(f"{n}"))
        both = await asyncio.gather(*(asker.ask(question(f"{n} {first.value.echo} {k}")) for k in range(3)))
        return [b.value.echo for b in both]

    said = asker.run([partial(flow, n) for n in range(20)])
    assert said == [[echo_of(f"{n} {echo_of(str(n))} {k}") for k in range(3)] for n in range(20)]
    assert max(Counter(server.questions).values()) == 1


class Broken(Exception):
    pass


@pytest.mark.parametrize("wrong_first", [False, True])
def test_a_check_that_raises_ends_the_run_and_the_next_run_works(serve, asks, wrong_first):
    """Also where the check runs while the answer is asked for again."""
    server = serve(
        lambda s: Reply('{"echo": 1}') if wrong_first and s.question == "bad" and len(s.said) == 2 else echo(s)
    )
    asker = asks(server, concurrency=2)

    def check(answer):
        raise Broken

    flows = [partial(asker.ask, question(t)) for t in TEXTS]
    flows.insert(5, partial(asker.ask, question("bad", check=check)))
    with pytest.raises(Broken):
        asker.run(flows)
    assert all(put(asker, TEXTS))
    assert max(Counter(server.questions).values()) <= 2


def test_a_flow_that_raises_leaves_no_slot_taken(serve, asks):
    server = serve(lambda s: Reply(echo(s).content, hold=0.02))
    asker = asks(server, concurrency=3)

    async def bad():
        await asker.ask(question("bad"))
        raise Broken

    for n in range(5):
        with pytest.raises(Broken):
            asker.run([bad, *(partial(asker.ask, question(f"{n} {t}")) for t in TEXTS)])
    assert asker._wire.slots.taken == 0
    assert all(put(asker, TEXTS))


def test_a_full_disk_ends_the_run_with_its_own_message(serve, asks, monkeypatch):
    asker = asks(serve(), concurrency=2)

    def full(answer):
        raise StoreError("full")

    monkeypatch.setattr(asker.answers, "put", full)
    with pytest.raises(StoreError, match="full"):
        put(asker, TEXTS)
    monkeypatch.undo()
    assert all(put(asker, TEXTS))


def test_runs_follow_each_other_and_closing_twice_is_fine(serve, asks):
    server = serve()
    asker = asks(server)
    assert all(put(asker, TEXTS[:10]))
    assert all(put(asker, TEXTS))
    assert asker.run([]) == []
    assert len(server.seen) == len(TEXTS)
    asker.close()
    asker.close()
    assert all(put(asker, ["after"]))


def test_offline_and_dry_send_nothing(serve, asks, tmp_path):
    server = serve()
    put(asks(server, keep=tmp_path / "a"), TEXTS[:3])
    offline = asks(server, keep=tmp_path / "a", offline=True)
    assert [a is not None for a in put(offline, TEXTS[:6])] == [True] * 3 + [False] * 3
    dry = asks(server, keep=tmp_path / "a", dry=True)
    put(dry, [*TEXTS[:6], *TEXTS[:6]])
    assert [w.note for w in dry.waiting] == [f"{t}.md" for t in TEXTS[3:6]]
    assert all(w.prompt_tokens > 0 and w.most_tokens == 50 for w in dry.waiting)
    assert len(server.seen) == 3


def test_ten_thousand_questions_leave_nothing_behind(asks):
    """No list grows with what was asked, but for the keys that were used."""
    from refiner.llm import Completion

    class Model:
        mode = "schema"

        async def send(self, request, mode, *, allowance=0):
            await asyncio.sleep(0)
            return Completion(echo_of(request["messages"][1]["content"]).join(('{"echo": "', '"}')))

        async def close(self):
            pass

    asker = asks("http://127.0.0.1:9/v1", concurrency=32)
    asker._wire.transport = Model()
    n = sum(a is not None for a in asker.run(partial(asker.ask, question(f"q{i}")) for i in range(10_000)))
    assert n == len(asker.used) == 10_000
    assert not asker._now_asked
    assert asker._wire.slots.taken == 0
    gc.collect()
    assert sum(issubclass(type(o), asyncio.Future) for o in gc.get_objects()) < 100  # asks no object anything


def test_it_works_where_an_event_loop_is_running_already(serve, asks, tmp_path):
    """In a notebook, or beside a library that keeps a loop of its own."""
    server = serve()

    async def notebook():
        asker = asks(server, keep=tmp_path / "a.sqlite")
        said = put(asker, ["a", "b"])
        asker.close()
        return said

    with ThreadPoolExecutor(max_workers=1) as thread:  # this process may have a loop of its own
        said = thread.submit(lambda: asyncio.run(notebook())).result()
    assert all(answer is not None for answer in said)
    assert len(server.seen) == 2
