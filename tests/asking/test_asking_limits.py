"""The limit on requests in flight, in simulated time, and the places that it gives out."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from refiner.asking.limits import Limit, Slots

EVENTS = st.lists(
    st.tuples(st.booleans(), st.floats(0, 400), st.floats(0, 10), st.integers(1, 300)), max_size=300
)  # answered or refused, latency, time since the last event, in flight


def happen(limit: Limit, events, at: float = 0.0) -> float:
    for answered, latency, step, in_flight in events:
        at += step
        if answered:
            limit.answered(latency, in_flight)
        else:
            limit.refused(at)
        assert 1 <= limit.allowed <= limit.most
    return at


def rounds(limit: Limit, latency: float = 0.2, most: int = 1000) -> int:
    """Answers, all places taken, until the limit is back at its most; how many."""
    for n in range(most * limit.most):
        if limit.allowed == limit.most:
            return n
        limit.answered(latency, limit.allowed)
    raise AssertionError(f"it stays at {limit.allowed} of {limit.most}")


@given(st.integers(1, 256), EVENTS)
def test_it_stays_within_its_bounds(most, events):
    happen(Limit(most), events)


@given(st.integers(1, 256), EVENTS)
def test_it_always_comes_back(most, events):
    limit = Limit(most)
    happen(limit, events)
    rounds(limit)


@given(st.integers(1, 256), st.integers(1, 60), st.floats(0, 1))
def test_a_burst_costs_few_answers(most, refusals, step):
    """The answers that it takes to come back grow with the limit's square at most, never with the burst."""
    limit = Limit(most)
    happen(limit, [(False, 0, step, most)] * refusals)
    assert rounds(limit) <= 2 * most + most * most / 4


def test_fifteen_refusals_leave_the_run_at_its_speed():
    limit = Limit(32)
    rounds(limit)
    at = happen(limit, [(False, 0, 0.01, 32)] * 15, 100.0)
    assert limit.allowed == 25  # one burst, one cut
    happen(limit, [(False, 0, 1, 32)] * 14, at)
    assert limit.allowed == 1
    assert rounds(limit) < 300


def test_answers_that_differ_in_length_are_no_sign_of_trouble():
    limit = Limit(32)
    rounds(limit)
    for _ in range(2000):
        limit.answered(0.1, 32)
    for _ in range(2000):
        limit.answered(60.0, 32)
    assert limit.allowed == 32


def test_a_limit_that_is_not_reached_does_not_grow():
    limit = Limit(32)
    for _ in range(100):
        limit.answered(0.2, 3)
    assert limit.allowed == 16


PLAN = st.lists(st.sampled_from(["take", "give", "cancel", "cut", "grow", "turn"]), max_size=120)


@given(PLAN)
def test_no_place_is_lost_or_given_twice(plan):
    """Whatever is cancelled when: places taken never exceed those allowed when they were taken, and all come back."""

    async def run() -> None:
        slots = Slots(Limit(4))
        out: list[tuple[asyncio.Task[None], asyncio.Event]] = []
        inside = 0

        async def held(done: asyncio.Event) -> None:
            nonlocal inside
            await slots.take()
            inside += 1
            try:
                await done.wait()
            finally:
                inside -= 1
                slots.give()

        for n, step in enumerate(plan):
            if step == "take":
                done = asyncio.Event()
                out.append((asyncio.ensure_future(held(done)), done))
            elif step == "give" and out:
                out[n % len(out)][1].set()
            elif step == "cancel" and out:
                out[n % len(out)][0].cancel()
            elif step == "cut":
                slots.limit.refused(float(n))
            elif step == "grow":
                slots.limit.answered(0.1, 4)
                slots.fill()
            elif step == "turn":
                await asyncio.sleep(0)
            assert inside <= slots.taken <= 4
        for _, done in out:
            done.set()
        await asyncio.gather(*(t for t, _ in out), return_exceptions=True)
        assert slots.taken == inside == 0
        await asyncio.wait_for(slots.take(), 60)

    asyncio.run(run())


def test_a_place_given_to_one_that_is_cancelled_in_the_same_moment_comes_back():
    async def run() -> None:
        slots = Slots(Limit(1))
        await slots.take()
        second = asyncio.ensure_future(slots.take())
        await asyncio.sleep(0)
        slots.give()
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert slots.taken == 0

    asyncio.run(run())
