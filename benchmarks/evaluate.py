"""How often the marks that `refiner evaluate` gives without a judge agree with labels given by reading.

    python benchmarks/evaluate.py [--half dev|held] [--measure ID ...] [--show] [--json]

The labels are evaluate_labels.jsonl: fiction, by one labeller (a language model), blind (two invented lives, their
questions, answers as different models would give them, all written and labelled before the marking was read or run;
nothing of a real model). A label is 1, 0, for recall also 0.5, or null where a reader cannot tell. Half of the items of
each area, drawn by a hash of their ids before the first run, are for development; `--show` lists the disagreements of
these alone, so that the other half stays unseen. After the first run the keys were written as questions*.py writes
them, wordings that ask for different parts of a story became items of their own, and two labels that broke the
labeller's own rule became null.

Of the answers that have both a label and a mark: accuracy, precision and recall of the mark's "1" (0.5 and above; for
`recall` all above 0), and Cohen's kappa (Cohen 1960; for `recall`, in steps of a half, weighed by squares, Cohen 1968)
with its 95 % interval: percentile bootstrap that draws items and then their answers (Davison & Hinkley 1997, section
3.8), since few items alone would look too certain. `labelled 1` is the mean of all labels, `marked 1` that of all marks
with a value: where they differ, marks without a value bend the sum. `none`: labelled, and the mark has no value.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from refiner.config import Config  # noqa: E402
from refiner.evaluate.material import Material, Telling  # noqa: E402
from refiner.evaluate.shapes import Item  # noqa: E402
from refiner.models import Event, Medium, Observation, Person  # noqa: E402
from refiner.timeline import resolve  # noqa: E402

LABELS = Path(__file__).with_name("evaluate_labels.jsonl")
SHARES = ("recall",)  # measures whose labels have a value between
HALVES = ("dev", "held")
ROUNDS = 2000


@dataclass(frozen=True)
class Asked:
    """An item with the life that it belongs to and its half: "dev" or "held"."""

    item: Item
    life: str
    half: str


@dataclass(frozen=True)
class Case:
    """One label with the mark that stands against it. `given`: whether the measure was marked at all."""

    measure: str
    item: Item
    ask: int
    text: str
    label: float | None
    given: bool
    value: float | None
    why: str

    @property
    def pair(self) -> tuple[float, float] | None:
        """Label and mark in steps that can be compared, or None where one of them is missing."""
        if self.label is None or self.value is None:
            return None
        value = round(2 * self.value) / 2 if self.measure in SHARES else float(self.value >= 0.5)
        return float(self.label), value


def material(life: dict[str, Any]) -> Material:
    """The material of an invented life: its notes, events and traits as the file gives them, verdicts by the rules."""
    events = [Event(order=i, **e) for i, e in enumerate(life["events"])]
    observations = [Observation(**o) for o in life["observations"]]
    config = Config.from_dict(life["config"])
    timeline = resolve(events, observations, [], config.traits, now=life["now"], born=life["born"])
    tellings = [
        Telling(
            id=f"{note['path']}-{i}",
            note=note["path"],
            text=" ".join(p["sentences"]),
            sentences=tuple(p["sentences"]),
            events=tuple(p["events"]),
            traits=tuple(p["traits"]),
            date=note["date"],
        )
        for note in life["notes"]
        for i, p in enumerate(note["passages"])
    ]
    refined: dict[str, list[str]] = defaultdict(list)
    for telling in tellings:
        refined[telling.note].append(telling.text)
    return Material(
        config=config,
        timeline=timeline,
        her=life["her"],
        full_name=life["full_name"],
        old_names=tuple(life["old_names"]),
        texts={path: "\n\n".join(texts) for path, texts in refined.items()},
        raw={note["path"]: note["raw"] for note in life["notes"]},
        passages=tuple(tellings),
        media=tuple(Medium(**m) for m in life["media"]),
        people=tuple(Person(**p) for p in life["people"]),
        held_out=frozenset(life["held_out"]),
        labels={e.id: e.label for e in events},
    )


def read(path: Path = LABELS) -> tuple[dict[str, Material], dict[str, Asked], list[dict[str, Any]]]:
    """The lives' materials, the items, and the labelled answers."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lives = {r["life"]: material(r) for r in rows if r["kind"] == "life"}
    items = {r["item"]["id"]: Asked(Item(**r["item"]), r["life"], r["half"]) for r in rows if r["kind"] == "item"}
    return lives, items, [r for r in rows if r["kind"] == "answer"]


def collect(half: str) -> list[Case]:
    """Marks the answers to the items of a half and lays the marks beside the labels."""
    from refiner.evaluate.marking import mark

    lives, items, answers = read()
    cases: list[Case] = []
    for row in answers:
        asked = items[row["item"]]
        if asked.half != half:
            continue
        item = asked.item
        marks = {m.measure: m for m in mark(item, row["ask"], row["text"], lives[asked.life])}
        for measure, label in row["labels"].items():
            found = marks.get(measure)
            value, why = (found.value, found.why) if found else (None, "")
            cases.append(Case(measure, item, row["ask"], row["text"], label, found is not None, value, why))
    return cases


def kappa(table: np.ndarray) -> np.ndarray:
    """Cohen's kappa with squared weights of tables in the last two axes; of two by two it is the plain one.

    NaN where chance alone explains all (one and the same value everywhere).
    """
    k = table.shape[-1]
    weight = np.subtract.outer(np.arange(k), np.arange(k)) ** 2
    total = table.sum((-1, -2), keepdims=True)
    chance = table.sum(-1, keepdims=True) * table.sum(-2, keepdims=True) / np.maximum(total, 1)
    seen, by_chance = (weight * table).sum((-1, -2)), (weight * chance).sum((-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - seen / by_chance)


def with_interval(cases: Sequence[Case]) -> tuple[float, float, float]:
    """Kappa of the cases and its 95 % interval. Needs at least one case with a pair."""
    of_item: dict[str, np.ndarray] = {}
    for case in cases:
        if case.pair:
            label, value = (round(2 * v) for v in case.pair)
            of_item.setdefault(case.item.id, np.zeros((3, 3)))[label, value] += 1
    tables = np.stack(list(of_item.values()))
    rng = np.random.default_rng(0)
    which = rng.integers(len(tables), size=(ROUNDS, len(tables)))
    sizes = tables.sum((-1, -2))
    shares = (tables / sizes[:, None, None]).reshape(len(tables), -1)
    drawn = rng.multinomial(sizes[which].astype(int), shares[which]).sum(1).reshape(ROUNDS, 3, 3)
    values = kappa(drawn)
    low, high = np.nanpercentile(values, [2.5, 97.5]) if np.isfinite(values).any() else (np.nan, np.nan)
    return float(kappa(tables.sum(0))), float(low), float(high)


def figures(measure: str, cases: Sequence[Case]) -> dict[str, Any]:
    """What is known of one measure. `none`: marks without a value, `unmarked`: no such mark, where there is a label."""
    labelled = [c for c in cases if c.label is not None]
    pairs = [c.pair for c in cases if c.pair]
    out: dict[str, Any] = {
        "measure": measure,
        "n": len(pairs),
        "items": len({c.item.id for c in cases if c.pair}),
        "none": sum(c.given and c.value is None for c in labelled),
        "unmarked": sum(not c.given for c in labelled),
        "cannot_tell": len(cases) - len(labelled),
    }
    if labelled:
        out["labelled"] = sum(c.label or 0.0 for c in labelled) / len(labelled)
    if marked := [c.value for c in cases if c.value is not None]:
        out["marked"] = sum(marked) / len(marked)
    if not pairs:
        return out
    said, true = sum(v > 0 for _, v in pairs), sum(x > 0 for x, _ in pairs)
    both = sum(x > 0 and v > 0 for x, v in pairs)
    value, low, high = with_interval(cases)
    return out | {
        "accuracy": sum(x == v for x, v in pairs) / len(pairs),
        "precision": both / said if said else None,
        "recall": both / true if true else None,
        "kappa": value,
        "low": low,
        "high": high,
    }


def by_measure(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The cases of each measure, in the order in which the measures first come."""
    out: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        out[case.measure].append(case)
    return out


def table(title: str, rows: Iterable[dict[str, Any]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"\n## {title}\n",
        "| measure | n (items) | labelled 1 | marked 1 | accuracy | precision | recall | kappa | none | unmarked |",
        "|" + " --- |" * 10,
    ]
    for row in rows:
        numbers = [row.get(k) for k in ("labelled", "marked", "accuracy", "precision", "recall")]
        cells = [f"{v:.2f}" if v is not None else "-" for v in numbers]
        agree = f"{row['kappa']:.2f} [{row['low']:.2f}, {row['high']:.2f}]" if "kappa" in row else "-"
        cells = [row["measure"], f"{row['n']} ({row['items']})", *cells, agree, str(row["none"]), str(row["unmarked"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def disagreements(cases: Iterable[Case]) -> str:
    """Each label that the mark does not share, and each that has no mark, with question, answer and the mark's why."""
    lines = []
    for measure, of_measure in by_measure(cases).items():
        wrong = [c for c in of_measure if c.label is not None and (not c.pair or c.pair[0] != c.pair[1])]
        if wrong:
            lines.append(f"\n### {measure}: {len(wrong)}\n")
        for case in wrong:
            value = f"{case.value:g}" if case.value is not None else "none" if case.given else "unmarked"
            ask = case.item.asks[case.ask]
            lines.append(f"- label {case.label:g}, mark {value} ({case.why or 'no reason'}) {case.item.id}")
            lines.append(f"  - asked ({ask.wanted}): {ask.text}\n  - answer: {case.text}")
    return "\n".join(lines)


def main() -> int:
    """Prints the figures of both halves, or of the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, help="only this half of the items")
    parser.add_argument("--measure", action="append", help="only this measure; may be repeated")
    parser.add_argument("--show", action="store_true", help="list the disagreements of the development half")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    if args.show and args.half == "held":
        parser.error("--show lists the development half alone, so that the other one stays unseen")
    out: dict[str, Any] = {}
    for half in [args.half] if args.half else HALVES:
        cases = [c for c in collect(half) if not args.measure or c.measure in args.measure]
        out[half] = [figures(measure, of_measure) for measure, of_measure in by_measure(cases).items()]
        if not args.json:
            print(table(f"{half}: {len({c.item.id for c in cases})} items", out[half]))
        if args.show and half == "dev":
            print(disagreements(cases))
    if args.json:
        print(json.dumps(out, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
