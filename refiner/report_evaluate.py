"""What `refiner evaluate` prints: a table of measures and contestants, what it says in plain words, and the gate."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len, chop_cells
from rich.text import Text

from refiner.console import Output
from refiner.evaluate.compare import Comparison, Difference
from refiner.evaluate.gate import Gate
from refiner.evaluate.shapes import Contestant, Measure, Report
from refiner.evaluate.telling import against_rival, asked, cell, conclusions, figure, groups, many, remarks
from refiner.review.visible import one_line
from refiner.timeline.wording import ASCII

_LESS = "\xa0↓"  # never alone on a line
_CELL = 12  # columns of a contestant
_WIDEST = 48  # columns of the names of measures: figures far from them are hard to read
_LEAST = 26  # columns of a measure's name
_FIGURES, _SIDE_BY_SIDE = 50, 72  # columns of a difference's figures; from which they stand beside its name
_PLAIN: dict[int, int | str] = {**ASCII, ord("±"): "~", ord("↓"): "v"}  # as wide as what they stand for
_STYLES = {"better": "green", "worse": "red"}


def evaluated(
    show: Output,
    report: Report,
    *,
    contestant: str = "",
    gated: Gate | None = None,
    files: Mapping[str, Path] | None = None,
) -> None:
    """Prints a report. `contestant`: whom the words are about; `files`: what was written, by what it is called.

    Of a quiet command nothing but a gate that is not passed.
    """
    if show.as_json:
        show.json(as_json(report, contestant=contestant, gated=gated, files=files))
        return
    if not show.quiet:
        for text, style in lines(report, show.out.width, contestant=contestant):
            _print(show, text, style)
        if gated is not None:
            show.data("")
    if gated is not None and not (show.quiet and gated.passed):
        for text, style in gate_lines(gated, show.out.width):
            _print(show, text, style)
    for called, file in (files or {}).items():
        show.say(f"{called}: {file}")


def compared(show: Output, found: Comparison, measures: Sequence[Measure]) -> None:
    """Prints the comparison of two reports."""
    if show.as_json:
        show.json(comparison_json(found))
        return
    for text, style in comparison_lines(found, measures, show.out.width):
        _print(show, text, style)


def as_json(
    report: Report, *, contestant: str = "", gated: Gate | None = None, files: Mapping[str, Path] | None = None
) -> dict[str, Any]:
    """A report for programs: without questions and marks, which stand in report.json."""
    whole = report.model_dump(mode="json", exclude={"items", "marks"})
    against = against_rival(report, contestant)
    return {
        **whole,
        "items": len(report.items),
        "comparison": comparison_json(against) if against else None,
        "says": list(conclusions(against, report.measures)) if against else [],
        "gate": gate_json(gated) if gated else None,
        "files": {called: str(file) for called, file in (files or {}).items()},
    }


def comparison_json(found: Comparison) -> dict[str, Any]:
    """A comparison for programs."""
    return {
        **found._asdict(), "notes": list(found.notes),
        "differences": [{**d._asdict(), "leans": d.leans} for d in found.differences],
    }  # fmt: skip


def gate_json(gated: Gate) -> dict[str, Any]:
    """A gate for programs."""
    return {
        "contestant": gated.contestant, "strict": gated.strict, "passed": gated.passed,
        "limits": [
            {
                "measure": h.limit.measure, "at_most" if h.limit.most else "at_least": h.limit.value,
                "value": h.value, "passed": h.passed, "why": h.why,
            }
            for h in gated.held
        ],
    }  # fmt: skip


def lines(report: Report, width: int, *, contestant: str = "") -> Iterator[tuple[str, str]]:
    """Everything that is printed of a report, with styles. No line is wider than `width`, 40 columns at the least."""
    width = max(width, 40)
    yield from _wrapped(
        f"{report.name}: {many(len(report.items), 'question')}, what counts as today is {report.now}", width
    )
    yield "", ""
    fit = max(1, (width - _LEAST) // _CELL)
    for at in range(0, len(report.contestants), fit):
        yield from _table(report, report.contestants[at : at + fit], width)
        yield "", ""
    yield from _wrapped(
        "Each with half the width of its 95 % interval (+ and -: the whole of one that lies on one side). ↓: less is "
        "better. Indented rows are parts of the row above.",
        width, "dim",
    )  # fmt: skip
    for remark in remarks(report):
        yield from _wrapped(f"{'* ' if remark.startswith('Likeness: without') else ''}{remark}", width, "dim")
    against = against_rival(report, contestant)
    if against:
        yield "", ""
        for n, line in enumerate(conclusions(against, report.measures)):
            yield from _wrapped(line, width, "" if n else "bold")


def comparison_lines(found: Comparison, measures: Sequence[Measure], width: int) -> Iterator[tuple[str, str]]:
    """A comparison: a table of both and their difference, then the words."""
    width = max(width, 40)
    known = {m.id: m for m in measures}
    yield from _wrapped(f"from {found.before} to {found.after}", width, "bold")
    yield "", ""
    narrow = width < _SIDE_BY_SIDE
    room = width if narrow else width - _FIGURES
    if not narrow:
        yield f"{'':{room}} {'before':>7} {'after':>7}  difference", "bold"
    for d in found.differences:
        if d.unasked:
            continue
        measure = known.get(d.measure)
        title = one_line(measure.title if measure else d.measure)
        title += _LESS if measure is not None and measure.better == "lower" else ""
        first, *rest = _chopped(title, room)
        ends, change, style = _change(d, measure)
        if narrow:
            for part in (first, *rest, f"  {ends}", f"  {change}"):
                yield part.rstrip(), style
            continue
        yield f"{_pad(first, room)} {ends:>15}  {change}".rstrip(), style
        for part in rest:
            yield part, ""
    yield "", ""
    for n, line in enumerate(conclusions(found, measures)):
        yield from _wrapped(line, width, "" if n else "bold")


def _change(d: Difference, measure: Measure | None) -> tuple[str, str, str]:
    """Both figures, their difference with its verdict, and the style of the line."""
    if d.verdict == "cannot say":
        return "not comparable", "", "dim"
    span = f" ({figure(d.low, measure, signed=True)} {figure(d.high, measure, signed=True)})"
    change = figure(d.value, measure, signed=True) + (span if d.low is not None else "")
    word = "perhaps" if d.leans else d.verdict if d.verdict != "no difference" else ""
    ends = f"{figure(d.before, measure):>7} {figure(d.after, measure):>7}"
    return ends, f"{change:<21} {word}", _STYLES.get(d.verdict, "")


def gate_lines(gated: Gate, width: int) -> Iterator[tuple[str, str]]:
    """What the gate says: each limit with its figure, then whether it is passed."""
    for h in gated.held:
        yield from _wrapped(
            f"{'reached' if h.passed else 'NOT REACHED'}: {h.limit}: {h.why}", width, "" if h.passed else "red"
        )
    by = "the worse end of the interval" if gated.strict else "the value"
    said = "passed" if gated.passed else "NOT PASSED"
    yield from _wrapped(f"gate {said} by {gated.contestant}, judged by {by}", width, "bold")


def _table(report: Report, contestants: Sequence[Contestant], width: int) -> Iterator[tuple[str, str]]:
    room = min(width - _CELL * len(contestants), _WIDEST)

    def row(title: str, measure: Measure | None, indent: str = "") -> Iterator[str]:
        arrow = _LESS if measure is not None and measure.better == "lower" else ""
        first, *rest = _chopped(indent + one_line(title) + arrow, room - 1, indent + "  ")
        cells = [cell(report.score(c.id, measure.id), measure) if measure else "" for c in contestants]
        yield (_pad(first, room) + "".join(_pad(c, _CELL) for c in cells)).rstrip()
        yield from rest

    names = [_pad(one_line(c.id, _CELL - 1), _CELL) for c in contestants]
    yield (" " * room + "".join(names)).rstrip(), "bold"
    for group in groups(report):
        total = group.total if group.total is not None and asked(report, group.total) else None
        if total is None and not group.measures:
            continue  # among the remarks
        for text in row(group.title, total):
            yield text, "bold"
        for measure in group.measures:
            for text in row(measure.title, measure, "  "):
                yield text, ""
    whole = next((m for m in report.measures if m.id == "likeness"), None)
    if whole is not None:
        for text in row(whole.title, whole):
            yield text, "bold"


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _chopped(text: str, width: int, indent: str = "  ") -> list[str]:
    if cell_len(text) <= width:
        return [text.replace("\xa0", " ")]
    first = text[: len(text) - len(text.lstrip())]
    found = textwrap.wrap(text.strip(), width, initial_indent=first, subsequent_indent=indent)
    return [part.replace("\xa0", " ") for line in found for part in (chop_cells(line, width) or [""])]


def _wrapped(text: str, width: int, style: str = "") -> Iterator[tuple[str, str]]:
    for line in textwrap.wrap(one_line(text), width, subsequent_indent="  "):
        for part in chop_cells(line, width):  # signs that are two columns wide
            yield part, style


def _print(show: Output, text: str, style: str) -> None:
    show.data(Text(text if show.unicode else text.translate(_PLAIN), style=style))
