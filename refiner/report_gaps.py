"""What `refiner gaps` prints: each gap with one question, why it is one, and the command that fills it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from refiner.console import Output
from refiner.gapping import Wording
from refiner.gaps.gap import KINDS, Gap
from refiner.review.paint import DIM, HEAD, Paint
from refiner.review.visible import one_line
from refiner.timeline.wording import ASCII


def gaps(
    show: Output,
    shown: Sequence[Gap],
    every: Sequence[Gap],
    *,
    asked: Mapping[str, str] | None = None,
    narrowed: bool = False,
) -> None:
    """`shown` of `every` gap; `asked`: questions that a model worded, by id; `narrowed`: by a trait or a kind."""
    if show.as_json:
        show.json([_json(g, (asked or {}).get(g.id, "")) for g in shown])
        return
    paint = Paint(show.out, plain=show.out.no_color or not show.out.is_terminal)
    for at, gap in enumerate(shown):
        if at:
            show.data("")
        for line in _lines(gap, (asked or {}).get(gap.id, ""), paint):
            _print(show, line)
    rest = len(every) - len(shown)
    if not shown:
        show.say("no gap is left there" if narrowed else "the rules find no gap: write on as you like")
    elif rest:
        kinds = Counter(g.kind for g in every)
        told = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
        show.say(f"{rest} more of {len(every)} ({told}): refiner gaps --all")


def engine(show: Output, worded: Wording, count: int) -> None:
    """Which engine worded the questions, and how many of them it did."""
    if worded.engine == "rules":
        return
    show.say(f"engine: {worded.why}")
    left = count - len(worded.questions)
    show.say(f"{len(worded.questions)} questions are the model's words" + (f", {left} are the rules'" if left else ""))
    for line in worded.lost[:3]:
        show.error(f"no answer: {line}")


def _print(show: Output, line: Text) -> None:
    if not show.unicode:
        plain = Text(line.plain.translate(ASCII), style=line.style)
        plain.spans = line.spans  # every stand-in is one character wide
        line = plain
    show.data(line)


def _json(gap: Gap, worded: str) -> dict[str, Any]:
    return {
        "id": gap.id, "kind": gap.kind, "means": KINDS[gap.kind], "trait": gap.trait, "years": gap.years,
        "why": gap.why, "question": worded or gap.question, "worded_by_model": bool(worded),
        "questions": list(gap.questions), "notes": list(gap.notes), "quotes": list(gap.quotes),
        "command": gap.command, "worth": round(gap.worth, 4), "gentle": gap.gentle,
    }  # fmt: skip


def _lines(gap: Gap, worded: str, paint: Paint) -> Iterator[Text]:
    question = worded or gap.question
    if question:
        yield paint.indented(paint.text(one_line(question), HEAD), "")
    else:
        words = "nothing is asked here: something grave stands near it. Write of it if and when you wish."
        yield paint.indented(paint.text(words, HEAD), "")
    yield paint.indented(paint.text(one_line(gap.why), ""))
    if gap.notes:
        yield paint.indented(paint.text(f"near it: {', '.join(map(one_line, gap.notes))}", DIM))
    yield paint.text(f"  → {gap.command}", DIM)
