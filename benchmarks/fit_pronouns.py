"""Fits the weights of the third-person pronouns on the marked passages of the tests, cross-validated by passage.

    python benchmarks/fit_pronouns.py [PASSAGES…] [--write] [--penalty L2]

Prints how precise and how complete the probabilities are on passages that the fit did not see. `--write` puts the
weights into refiner/language/pronoun_weights.toml.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "language"))
TARGET = ROOT / "refiner" / "language" / "pronoun_weights.toml"
HEAD = """# What each feature of a third-person pronoun in a note about the narrator weighs (see pronoun_model.py).
# Written by benchmarks/fit_pronouns.py; {rows} pronouns of {passages} passages, L2 penalty {penalty}.
[weights]
"""


def collect(paths: list[Path]) -> list[tuple[str, dict[str, float], int]]:
    """(passage, features, 1 where the narrator is meant) for each pronoun with a rival."""
    import marked_passages

    from refiner.language.reader import Reader
    from refiner.language.third import Teller
    from refiner.notes import note_from_text
    from refiner.stages.base import StageInput
    from refiner.stages.canon import seed_canon
    from refiner.stages.swap import make_scene

    rows = []
    for path in paths:
        for p in marked_passages.load(path):
            note, canon, persona = note_from_text(p.text, "note.md"), seed_canon(p.config), p.config.persona
            given = StageInput(note=note, config=p.config, canon=canon)
            scene = make_scene(note, persona.before.gender, canon, given, persona.culture)
            if not any(scene.told):
                continue
            Reader(scene)  # writes what it learns of people's genders into the scene
            teller = Teller(scene)
            teller.run()
            for start, features in teller.features.items():
                mine = any(a <= start < b for a, b, _ in p.required)
                rows.append((p.id, features, int(mine)))
    return rows


def fit(x: np.ndarray, y: np.ndarray, penalty: float, rounds: int = 30) -> np.ndarray:
    """Weights, the intercept last and unpenalized, by Newton's method. `x`: rows by features, `y`: 0 or 1."""
    x = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(x.shape[1])
    ridge = np.diag([penalty] * (x.shape[1] - 1) + [1e-6])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, x.T @ (p - y) + ridge @ w)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return w


def predict(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(np.hstack([x, np.ones((len(x), 1))]) @ w, -30, 30)))


def main() -> int:
    """Fits, prints the figures, and writes the weights when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("passages", nargs="*", type=Path)
    parser.add_argument("--penalty", type=float, default=0.3)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    paths = args.passages or sorted((ROOT / "tests" / "language" / "passages").glob("*.txt"))
    rows = collect(paths)
    names = sorted({n for _, f, _ in rows for n in f})
    x = np.array([[f.get(n, 0.0) for n in names] for _, f, _ in rows])
    y = np.array([mine for *_, mine in rows], dtype=float)
    ids = sorted({i for i, *_ in rows})
    guess = np.zeros(len(rows))
    rounds = 5
    for seed in range(rounds):
        order = ids[:]
        random.Random(seed).shuffle(order)
        fold = {i: n % 10 for n, i in enumerate(order)}
        part = np.array([fold[i] for i, *_ in rows])
        for k in range(10):
            guess[part == k] += predict(fit(x[part != k], y[part != k], args.penalty), x[part == k]) / rounds
    print(f"{len(rows)} pronouns with a rival in {len(ids)} passages; {int(y.sum())} mean the narrator")
    for bound in (0.8, 0.85, 0.88, 0.9, 0.95):
        said = guess >= bound
        precision, recall = y[said].mean(), y[said].sum() / y.sum()
        print(f"  from {bound:.2f}: {said.sum():4d} said, precision {precision:.3f}, recall {recall:.3f}")
    for bound in (0.04, 0.1, 0.2):
        low = guess < bound
        print(f"  below {bound:.2f}: {low.sum():4d}, of which the narrator's {int(y[low].sum())}")
    if args.write:
        w = fit(x, y, args.penalty)
        lines = [f"{n} = {v:.3f}" for n, v in zip([*names, "intercept"], w, strict=True)]
        head = HEAD.format(rows=len(rows), passages=len(ids), penalty=args.penalty)
        TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"written: {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
