"""An evaluation as one HTML page that needs nothing else: no network, no other file, no script.

Figures are drawn by the template as inline SVG and stand as text beside it. The page names the hash of its own style
and forbids everything else (Content-Security-Policy); nothing that a model or a note says is taken for markup, and what
a reader could not see (control characters, bidirectional overrides) is shown as what it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from refiner.evaluate.compare import asked_for
from refiner.evaluate.html_answers import chapters
from refiner.evaluate.likeness import PILLARS
from refiner.evaluate.shapes import Answer, Measure, Report, Score
from refiner.evaluate.telling import against_rival, asked, cell, conclusions, figure, groups, remarks
from refiner.pages import part_of, source_hash, templates
from refiner.review.visible import one_line, visible

_HERE = "refiner.evaluate"
_LONGEST = 160  # signs of a setting


class Mark(NamedTuple):
    """A dot with its interval in a plot; places in % of its width. `text`: the figures in words."""

    name: str
    cls: str
    text: str
    why: str
    at: float | None = None
    low: float | None = None
    high: float | None = None
    mine: bool = False


class Plot(NamedTuple):
    """A measure of every contestant. `ticks`: places in % with their words; `zero`: where 0 lies, if within."""

    id: str
    title: str
    lower: bool
    measure: Measure
    rows: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    zero: float | None


def evaluation_page(report: Report, answers: Iterable[Answer], *, contestant: str = "") -> str:
    """The page as HTML text, to be written as UTF-8 with line feeds. The same report gives the same text.

    `answers`: of all contestants, as answers.jsonl has them; `contestant`: whom the words are about, as elsewhere.
    Raises UsageError where the report has no such contestant.
    """
    style = part_of(_HERE, "page.css")
    who = asked_for(report, contestant)
    against = against_rival(report, who)
    known = {m.id: m for m in report.measures}
    plots = {m.id: plot(report, m, who) for m in report.measures}
    return (
        templates(_HERE)
        .get_template("page.html.j2")
        .render(
            style=Markup(style),
            policy=f"default-src 'none'; style-src {source_hash(style)}; base-uri 'none'; form-action 'none'",
            name=one_line(report.name, 120),
            made=one_line(report.made[:16].replace("T", " ")),
            now=one_line(report.now),
            asked=len(report.items),
            contestants=[
                (_cls(c.id), one_line(c.id, 60), one_line(c.title, 120), visible(c.system)) for c in report.contestants
            ],
            likeness=plots.get("likeness"),
            pillars=[plots[i] for p in PILLARS if (i := f"likeness.{p.id}") in plots and asked(report, known[i])],
            groups=[(g.title, [plots[m.id] for m in g.measures]) for g in _every(report)],
            says=[one_line(s) for s in conclusions(against, report.measures)] if against else [],
            remarks=[one_line(r) for r in remarks(report)],
            against=_differences(report, who),
            chapters=chapters(report, answers),
            settings=[*_flat("", report.settings)],
            judge=[*_flat("", report.judge)],
        )
    )


def plot(report: Report, measure: Measure, who: str) -> Plot:
    """One measure drawn: a dot and an interval for each contestant, all on one axis."""
    found = [(c.id, report.score(c.id, measure.id)) for c in report.contestants]
    low, high = _range(measure, [s for _, s in found if s is not None])
    rows = tuple(_mark(c, s, measure, (low, high), c == who) for c, s in found)
    ticks = tuple((_place(t, low, high) or 0.0, f"{round(t, 6):g}") for t in _ticks(low, high))
    zero = _place(0.0, low, high) if low < 0 < high else None
    return Plot(measure.id, one_line(measure.title), measure.better == "lower", measure, rows, ticks, zero)


def _mark(contestant: str, score: Score | None, measure: Measure, ends: tuple[float, float], mine: bool) -> Mark:
    at, low, high = (_place(x, *ends) for x in ((score.value, score.low, score.high) if score else (None, None, None)))
    why = one_line(_why(score)) if score else ""
    return Mark(one_line(contestant, 40), _cls(contestant), _figures(score, measure), why, at, low, high, mine)


def _why(score: Score) -> str:
    """Why it has no value or a doubtful one, with what could not be judged."""
    if not score.unjudged or "could not be judged" in score.why:
        return score.why
    lost = f"{score.unjudged} of {score.marks + score.unjudged} answers could not be judged and count for nothing"
    return f"{score.why}; {lost}" if score.why else lost


def _every(report: Report) -> Iterable[Any]:
    """The groups with their measures, the pillars' own left out: they are drawn by themselves."""
    return [g for g in groups(report) if g.measures]


def _cls(contestant: str) -> str:
    """How a contestant is drawn: with the card filled, tuned in colour."""
    weights, _, card = contestant.partition("+")
    return f"{'plain' if weights == 'base' else 'taught'} {'filled' if card == 'card' else 'hollow'}"


def _range(measure: Measure, scores: Sequence[Score]) -> tuple[float, float]:
    if measure.unit == "share":
        return 0.0, 1.0
    ends = [x for s in scores for x in (s.value, s.low, s.high) if x is not None and math.isfinite(x)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = (high - low) * 0.08 or 1.0
    return (low - room if low < 0 else low), (high + room if high > 0 or low == 0 else high)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers within a range."""
    step = 10 ** math.floor(math.log10(high - low))
    step = next(s for s in (step / 5, step / 2, step, 2 * step) if (high - low) / s <= 5.5)
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _place(value: float | None, low: float, high: float) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 2)


def _figures(score: Score | None, measure: Measure) -> str:
    if score is None or score.value is None:
        return cell(score, measure)
    text = figure(score.value, measure)
    if score.low is not None and score.high is not None:
        text += f" ({figure(score.low, measure)} to {figure(score.high, measure)})"
    return text


def _differences(report: Report, who: str) -> dict[str, Any]:
    found = against_rival(report, who)
    known = {m.id: m for m in report.measures}
    if found is None:
        return {}
    rows = []
    for d in found.differences:
        measure = known.get(d.measure)
        if d.verdict != "cannot say":
            span = f"{figure(d.low, measure, signed=True)} to {figure(d.high, measure, signed=True)}"
            rows.append(
                {
                    "title": one_line(measure.title if measure else d.measure),
                    "lower": measure is not None and measure.better == "lower",
                    "before": figure(d.before, measure), "after": figure(d.after, measure),
                    "value": figure(d.value, measure, signed=True), "span": span if d.low is not None else "none",
                    "p": f"{d.corrected:.3f}" if d.corrected >= 0.001 else "< 0.001", "items": d.items,
                    "verdict": "perhaps" if d.leans else d.verdict, "cls": d.verdict.replace(" ", "-"),
                }
            )  # fmt: skip
    return {"before": one_line(found.before), "after": one_line(found.after), "rows": rows, "compared": found.compared}


def _flat(path: str, value: Any, depth: int = 0) -> Iterable[tuple[str, str]]:
    """A table as pairs of a path and a text; what lies deeper than three is left to report.json."""
    if isinstance(value, dict) and depth < 3:
        for key, inner in value.items():
            yield from _flat(f"{path} · {key}" if path else str(key), inner, depth + 1)
    elif isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        if value:
            yield one_line(path), one_line(", ".join(map(str, value)), _LONGEST)
    elif not isinstance(value, dict | list | tuple) and value not in (None, ""):
        text = f"{value:.3f}" if isinstance(value, float) else str(value)
        yield one_line(path), one_line(text, _LONGEST)
