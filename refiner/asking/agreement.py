"""Closed choices asked in more than one order: only what does not depend on the order counts.

Models prefer places in a list (Zheng et al. 2024, "Large language models are not robust multiple choice selectors"),
small ones above all. So the options are put again with each in another place; an answer that stays with its place
is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import create_model

from refiner.asking.ask import Ask, Shape
from refiner.asking.asker import Asker
from refiner.prompts import Prompt

LETTERS = "ABCDEFGHIJKLMNOP"


class Chosen(Shape):
    """The letter of an option."""

    choice: str


@dataclass(frozen=True)
class Agreed:
    """What a model chose: the option's index, None where the orders disagree or an answer is missing.

    `share`: the mean probability of each option over the orders, where the server gives log-probabilities; else the
    share of orders in which it was chosen.
    """

    index: int | None
    share: tuple[float, ...]
    asked: int  # answers that came


@cache
def shape_for(count: int) -> type[Chosen]:
    """The answer's shape for so many options, so that a server with grammars cannot leave it."""
    letters: Any = Literal[tuple(LETTERS[:count])]
    return create_model("Chosen", __base__=Chosen, choice=(letters, ...))


async def choose(
    asker: Asker,
    prompt: Prompt,
    note: str,
    options: Sequence[str],
    values: Mapping[str, Any],
    *,
    orders: int = 2,
) -> Agreed:
    """Puts a closed choice in `orders` orders (as given, then turned about) and says what they agree on.

    The prompt's inputs are `values` and `options`, a list of (letter, words).
    """
    count, picks = len(options), list[int]()
    share = [0.0] * count
    for order in _orders(count, orders):
        ask = Ask(
            prompt.name,
            note,
            tuple(prompt.messages(options=[(LETTERS[n], options[i]) for n, i in enumerate(order)], **values)),
            shape_for(count),
            max_tokens=16,
            weigh=True,
        )
        answer = await asker.ask(ask)
        if answer is None:
            if asker.dry:
                continue  # a dry run lists every order
            break
        picks.append(order[LETTERS.index(answer.value.choice)])
        seen = {order[LETTERS.index(w)]: math.exp(p) for w, p in answer.weights.items() if w in LETTERS[:count]}
        total = sum(seen.values())
        for i, p in seen.items() if total else [(picks[-1], 1.0)]:
            share[i] += p / (total or 1.0)
    agreed = len(picks) == orders and len(set(picks)) == 1
    return Agreed(picks[0] if agreed else None, tuple(s / max(1, len(picks)) for s in share), len(picks))


def _orders(count: int, orders: int) -> list[list[int]]:
    """As given, then so that no option stands where it stood: reversed, or turned by half where a middle one would
    stay; then other rotations."""
    plain = list(range(count))
    turned = [plain[k:] + plain[:k] for k in range(1, count)]
    second = plain[::-1] if count % 2 == 0 else turned.pop(count // 2 - 1)
    return [plain, second, *turned][:orders]
