"""The sentences of a note as its edits left them: numbered for a prompt, and led back to the raw words behind them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from refiner.asking.anchors import anchor
from refiner.asking.pieces import pieces
from refiner.asking.untrusted import LEFT_OUT, addresses_a_model, as_data
from refiner.edits import in_force, parents_of, raw_span, render_span
from refiner.models import Edit, Note, Question, Sentence

LONGEST_QUOTE = 12  # words


@dataclass(frozen=True)
class Line:
    """A sentence as the edits left it. `[start, end)` is raw and holds every edit in it whole; `at` counts in the
    refined note. `sentence` is None where an edit joined several: such a line cannot be left out."""

    start: int
    end: int
    at: int
    text: str
    sentence: Sentence | None
    first: int  # the number of its first raw sentence

    @property
    def shown(self) -> str:
        """As a prompt holds it: in one line, so that a note cannot begin lines of its own, and without its marks."""
        return LEFT_OUT if addresses_a_model(self.text) else as_data(" ".join(self.text.split()))

    def marked(self, start: int, end: int) -> str:
        """The same with `text[start:end]` between <<< and >>>."""
        a, b, c = (re.sub(r"\s+", " ", as_data(x)) for x in (self.text[:start], self.text[start:end], self.text[end:]))
        return f"{a}<<<{b}>>>{c}".strip()

    def spot(self, quote: str) -> tuple[int, int] | None:
        """Where a quote stands in `text`, white space and slips of the pen aside."""
        return anchor(quote, self.text)

    def behind(self, start: int, end: int, edits: Sequence[Edit]) -> tuple[int, int]:
        """The raw span behind `text[start:end]`: edits that it touches count whole, and nothing beyond the line."""
        low, high = raw_span(self.at + start, self.at + end, edits)
        return max(self.start, low), min(self.end, max(low, high))


def lines_of(note: Note, edits: Sequence[Edit]) -> list[Line]:
    """The refined note's sentences in order; what the edits left out is not among them."""
    live, spans = in_force(edits), list[tuple[int, int, Sentence | None, int]]()
    for first, s in enumerate(note.sentences):
        touching = parents_of(s.start, s.end, live)
        start, end = min([s.start, *(e.start for e in touching)]), max([s.end, *(e.end for e in touching)])
        sentence: Sentence | None = s
        while spans and (start < spans[-1][1] or start == spans[-1][1] and _added(start, live)):
            before = spans.pop()
            start, end, sentence, first = min(start, before[0]), max(end, before[1]), None, before[3]
        spans.append((start, end, sentence, first))
    out, shift, rest = [], 0, list(live)
    for start, end, sentence, first in spans:
        while rest and rest[0].start < start and rest[0].end <= start:
            shift += len(rest[0].after) - (rest[0].end - rest[0].start)
            rest.pop(0)
        text = render_span(note.text, start, end, live)
        if text.strip():
            out.append(Line(start, end, start + shift, text, sentence, first))
    return out


def _added(at: int, live: Sequence[Edit]) -> bool:
    return any(e.start == e.end == at for e in live)


def parts_of(note: Note, lines: Sequence[Line]) -> list[list[Line]]:
    """A long note's lines in parts that can be read at once."""
    parts = ([line for line in lines if line.first in run] for run in pieces(note))
    return [part for part in parts if part]


def numbered(lines: Sequence[Line], silent: Collection[Line] = ()) -> str:
    """The lines with their numbers, as the model gets them; `silent` ones have "-" and cannot be spoken of."""
    return "\n".join(f"{'-' if line in silent else f'{n}.'} {line.shown}" for n, line in enumerate(lines, 1))


def placed(n: int, quote: str, lines: Sequence[Line]) -> Line | None:
    """The line that a quote is from: the one that was named, else the only one that holds it."""
    if 1 <= n <= len(lines) and lines[n - 1].spot(quote):
        return lines[n - 1]
    holding = [line for line in lines if line.spot(quote)]
    return holding[0] if len(holding) == 1 and len(quote.split()) > 1 else None


class Quoted(Protocol):
    """An item of a model's list: the line's number and its words."""

    @property
    def n(self) -> int: ...
    @property
    def quote(self) -> str: ...


def wrong_quotes(found: Sequence[Quoted], lines: Sequence[Line], silent: Collection[Line] = ()) -> str:
    """What is wrong with the quotes of a list, in words for the model; those of silent lines are passed over."""
    wrong = []
    for i, item in enumerate(found):
        line = placed(item.n, item.quote, lines)
        if line not in silent and (line is None or len(item.quote.split()) > LONGEST_QUOTE):
            wrong.append(f"found[{i}].quote: copy a few words from sentence {item.n}, as they stand there")
    return "; ".join(wrong)


def is_asked(line: Line, asked: Sequence[Question]) -> bool:
    """Whether a question that stands already is about the line, or it speaks to a model and is not shown."""
    if addresses_a_model(line.text):
        return True
    spans = [m for q in asked for m in (q.mentions or ((q.start or 0, q.end or 0),) if q.start is not None else ())]
    return any(a < line.end and line.start < b for a, b in spans)
