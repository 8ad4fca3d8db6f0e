"""What of a talk is sent: the system message whole, the question, and as many of the last turns as fit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Messages = list[dict[str, str]]
SPARE = 16  # tokens: what a template puts around the last message, and the end token


@dataclass(frozen=True)
class Fitted:
    """The messages to send, how many of the oldest turns were left out, and whether even the question alone is too
    long (`tokens` of them then)."""

    messages: Messages
    dropped: int
    tokens: int
    fits: bool


def fit(
    system: str, turns: Sequence[tuple[str, str]], question: str, room: int, count: Callable[[Messages], int]
) -> Fitted:
    """The longest end of a talk that has at most `room` tokens by `count`, with the system message before it.

    `turns` are questions with their answers, the oldest first. `count` must not fall when a message is added. It is
    called about log2(turns) times, since a server may have to answer it.
    """

    def message(dropped: int) -> Messages:
        talk = [
            {"role": role, "content": said}
            for turn in turns[dropped:]
            for role, said in zip(("user", "assistant"), turn, strict=True)
        ]
        return [{"role": "system", "content": system}, *talk, {"role": "user", "content": question}]

    def fitted(dropped: int, tokens: int) -> Fitted:
        return Fitted(message(dropped), dropped, tokens, tokens <= room)

    tokens = count(message(0))
    if tokens <= room or not turns:
        return fitted(0, tokens)
    low, high = 1, len(turns)  # the fewest turns to leave out lie between
    found = fitted(high, count(message(high)))
    while low < high and found.fits:
        middle = (low + high) // 2
        tokens = count(message(middle))
        if tokens <= room:
            high, found = middle, fitted(middle, tokens)
        else:
            low = middle + 1
    return found
