"""What of a talk is sent: laws of the trimming."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refiner.talk_context import fit

TEXT = st.text(st.sampled_from("ab c"), min_size=1, max_size=12)
TURNS = st.lists(st.tuples(TEXT, TEXT), max_size=12)


def count(messages: list[dict[str, str]]) -> int:
    return sum(len(m["content"]) + 1 for m in messages)


@given(TEXT, TURNS, TEXT, st.integers(0, 200))
def test_what_is_sent_is_the_longest_end_that_fits(
    system: str, turns: list[tuple[str, str]], question: str, room: int
) -> None:
    found = fit(system, turns, question, room, count)
    messages = found.messages
    assert messages[0] == {"role": "system", "content": system}
    assert messages[-1] == {"role": "user", "content": question}
    assert [m["role"] for m in messages[1:]] == ["user", "assistant"] * ((len(messages) - 2) // 2) + ["user"]
    assert [m["content"] for m in messages[1:-1]] == [t for turn in turns[found.dropped :] for t in turn]
    assert found.tokens == count(messages)
    assert found.fits == (count(messages) <= room)
    if found.fits and found.dropped:
        before = turns[found.dropped - 1]
        assert found.tokens + len(before[0]) + len(before[1]) + 2 > room  # one turn more would not fit
    if not found.fits:
        assert len(messages) == 2


@given(TURNS, st.integers(0, 200))
def test_a_long_talk_is_counted_few_times(turns: list[tuple[str, str]], room: int) -> None:
    calls = []

    def counted(messages: list[dict[str, str]]) -> int:
        calls.append(1)
        return count(messages)

    fit("who", turns, "what", room, counted)
    assert len(calls) <= 2 + max(len(turns), 1).bit_length()
