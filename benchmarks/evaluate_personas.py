"""How the evaluation ranks scripted contestants who answer in wordings that no rule was written after.

    python benchmarks/evaluate_personas.py [--life sample|second] [--seed N] [--wordings kept|tests]

The contestants are those of tests/evaluate/personas.py: one who is right in all, some with one fault, some who know
nothing. With `kept`, the default, the wordings of evaluate_personas.toml stand for agreeing, denying, forgetting and so
on; what is told of the life is the same. Prints likeness with its 95 % interval and its parts, the best first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "evaluate")]

import personas_talk  # noqa: E402
from evaluated_lives import LIVES, material  # noqa: E402
from personas import PERSONAS, answers_of  # noqa: E402

from refiner.evaluate.marking import mark  # noqa: E402
from refiner.evaluate.questions import make_items  # noqa: E402
from refiner.evaluate.scores import scores  # noqa: E402
from refiner.evaluate.shapes import Mark, Score  # noqa: E402

PARTS = ("facts", "dates", "living", "negative", "dead", "gender", "honesty", "general")


def ranked(life: str, seed: int, fresh: bool) -> dict[str, dict[str, Score]]:
    """The scores of each contestant, by measure."""
    with tempfile.TemporaryDirectory() as folder:
        of = material(life, Path(folder) / "life")
    items, _ = make_items(of, per_area=10, seed=seed)
    by_id = {i.id: i for i in items}
    marks: dict[str, tuple[Mark, ...]] = defaultdict(tuple)
    answers = [a for name in PERSONAS for a in answers_of(name, items, of, seed=seed, fresh=fresh)]
    for a in answers:
        if a.contestant not in marks:  # how they sound is no matter here, and takes half of the time
            marks[a.contestant] = (Mark(measure="style_distance", item=items[0].id, ask=0, why="not measured"),)
        marks[a.contestant] += mark(by_id[a.item], a.ask, a.text, of)
    found: dict[str, dict[str, Score]] = defaultdict(dict)
    for s in scores(items, answers, marks, of)[1]:
        found[s.contestant][s.measure] = s
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--life", choices=list(LIVES), action="append")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wordings", choices=("kept", "tests"), default="kept")
    asked = parser.parse_args()
    if asked.wordings == "kept":
        kept = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["fresh"]
        personas_talk.FRESH.clear()
        personas_talk.FRESH.update(kept)
    for life in asked.life or list(LIVES):
        print(f"{life:<12} likeness              " + " ".join(f"{p:>8}" for p in PARTS))
        found = ranked(life, asked.seed, asked.wordings == "kept")
        for name, of in sorted(found.items(), key=lambda f: -(f[1]["likeness"].value or 0)):
            like = of["likeness"]
            between = f"({like.low:.2f} to {like.high:.2f})" if like.low is not None and like.high is not None else ""
            parts = (of.get(f"likeness.{p}") for p in PARTS)
            row = " ".join(f"{p.value:8.2f}" if p and p.value is not None else f"{'-':>8}" for p in parts)
            print(f"{name:<12} {like.value or 0:.2f} {between:<16} {row}")
        print()


if __name__ == "__main__":
    main()
