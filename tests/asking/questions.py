"""Questions to the test server, whose right answer shows which question it belongs to."""

from __future__ import annotations

from functools import partial
from typing import Any

from server import echo_of

from refiner.asking.ask import Answer, Ask, Shape
from refiner.asking.asker import Asker

KEY = "sk-very-secret-4711"


class Echo(Shape):
    """What the server's right answer looks like."""

    echo: str


def question(text: str, **more: Any) -> Ask[Echo]:
    """A question whose right answer shows that it belongs to it."""

    def check(answer: Echo) -> str:
        return "" if answer.echo == echo_of(text) else "echo: that is another question's."

    messages = ({"role": "system", "content": "Answer."}, {"role": "user", "content": text})
    return Ask("p", f"{text}.md", messages, Echo, **{"max_tokens": 50, "check": check} | more)


def put(asker: Asker, texts: list[str]) -> list[Answer[Echo] | None]:
    """Asks a question for each text and gives the answers in order."""
    return asker.run([partial(asker.ask, question(t)) for t in texts])
