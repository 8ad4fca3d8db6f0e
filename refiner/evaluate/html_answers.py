"""The questions of an evaluation with everybody's answers and marks, made ready for the page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from refiner.evaluate.shapes import AREAS, Answer, Item, Mark, Measure, Report
from refiner.evaluate.sounding import DRIFT, STYLE
from refiner.evaluate.telling import AREAS as TITLES
from refiner.review.visible import one_line, visible

_OF_ITEM = "agreement"  # said of an item's answers together
_APART = (DRIFT, STYLE, "abstained", _OF_ITEM)  # say nothing of whether this one answer is right
_JUDGE = "judge_"  # what a model found; whether an answer counts as wrong here is left to the rules
_RIGHT = 0.5  # from which an answer counts as right by a mark
_WANTED = {
    "tell": "to tell it", "yes": "to say yes", "no": "to say no", "over": "to say that it is over",
    "shown": "to show it", "female": "to say that she is a woman", "male": "to say that he is a man",
    "name": "to give the right name", "abstain": "to say that it never was, or is not known",
    "first": "to name what came first", "year": "to give the year",
}  # fmt: skip


def chapters(report: Report, answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """By area, in the order of `AREAS`: its items with wordings, answers and marks, and how many were marked wrong."""
    said = {(a.contestant, a.item, a.ask): a for a in answers}
    known = {m.id: m for m in report.measures}
    marked: dict[tuple[str, str, int], list[Mark]] = {}
    for contestant, marks in report.marks.items():
        for mark in marks:
            marked.setdefault((contestant, mark.item, mark.ask), []).append(mark)
    found = []
    for area in AREAS:
        items = [_item(report, i, said, marked, known) for i in report.items if i.area == area]
        if items:
            wrong = [
                (one_line(c.id, 40), n, sum(len(i["asks"]) for i in items))
                for k, c in enumerate(report.contestants)
                if (n := sum(a["answers"][k]["state"] == "wrong" for i in items for a in i["asks"]))
            ]
            found.append({"area": area, "title": TITLES[area], "items": items, "wrong": wrong})
    return found


def _item(
    report: Report,
    item: Item,
    said: dict[tuple[str, str, int], Answer],
    marked: dict[tuple[str, str, int], list[Mark]],
    known: dict[str, Measure],
) -> dict[str, Any]:
    asks: list[dict[str, Any]] = []
    for n, ask in enumerate(item.asks):
        mine = [
            _answer(c.id, said.get((c.id, item.id, n)), marked.get((c.id, item.id, n), ()), known)
            for c in report.contestants
        ]
        asks.append({"text": one_line(ask.text), "wanted": _WANTED[ask.wanted], "answers": mine})
    agreed = [
        (one_line(c.id, 40), _mark(m, known))
        for c in report.contestants
        for m in marked.get((c.id, item.id, 0), ())
        if m.measure in known and m.measure == _OF_ITEM
    ]
    states = {a["state"] for k in asks for a in k["answers"]}
    return {
        "label": one_line(item.label or item.id, 90), "key": [visible(k) for k in _key(item)], "asks": asks,
        "agreed": agreed,
        "wrong": "wrong" in states, "unjudged": "unjudged" in states, "notes": [one_line(n, 80) for n in item.notes],
    }  # fmt: skip


def _answer(contestant: str, answer: Answer | None, marks: Sequence[Mark], known: dict[str, Measure]) -> dict[str, Any]:
    ruled = [m for m in marks if m.measure in known and m.measure not in _APART and not m.measure.startswith(_JUDGE)]
    state = "right" if ruled else "unmarked"
    if any(m.value is not None and _bad(m, known[m.measure]) for m in ruled):
        state = "wrong"
    elif any(m.value is None for m in ruled):
        state = "unjudged"
    text = visible(answer.text).strip() if answer else ""
    return {
        "name": one_line(contestant, 40), "state": state, "text": text, "cut": bool(answer and answer.cut),
        "error": one_line(answer.error) if answer else "it was not asked",
        "marks": [_mark(m, known) for m in marks if m.measure in {*known, "abstained"} - {_OF_ITEM}],
    }  # fmt: skip


def _mark(mark: Mark, known: dict[str, Measure]) -> dict[str, Any]:
    measure = known.get(mark.measure)
    cls = "plain"
    if measure is not None and mark.measure not in _APART:
        cls = "unjudged" if mark.value is None else "wrong" if _bad(mark, measure) else "right"
    value = "unjudged" if mark.value is None else f"{mark.value:.2f}".rstrip("0").rstrip(".")
    title = one_line(measure.title) if measure else mark.measure
    return {"title": title, "value": value, "why": one_line(mark.why, 200), "cls": cls}


def _bad(mark: Mark, measure: Measure) -> bool:
    value = mark.value or 0.0
    return value >= _RIGHT if measure.better == "lower" else value < _RIGHT


def _key(item: Item) -> list[str]:
    """What a right answer holds, in words."""
    key, wanted = item.key, {a.wanted for a in item.asks}
    found = []
    if key.told:
        found.append("Told: " + " ".join(key.told))
    if wanted == {"first"} and len(key.groups) > 1:
        found.append(f"First: {key.groups[0][0]}; then: {key.groups[1][0]}" if all(key.groups[:2]) else "")
    elif key.groups:
        found.append("Names: " + ", ".join(g[0] for g in key.groups if g))
    if key.earliest or key.latest:
        same = key.earliest == key.latest
        found.append("When: " + (key.earliest if same else f"from {key.earliest or '?'} to {key.latest or '?'}"))
    if key.forbidden:
        found.append("Wrong: " + ", ".join(key.forbidden))
    return [f for f in found if f]
