"""From which likeness on a trained sample may be said to stand behind an answer (`/why` in `refiner chat`).

    python benchmarks/why.py [--bound 0.5]

Exports the sample life and holds against its trained rows: the answers of its held-out rows (other questions, the same
answers), whole, with words left out by chance, and their first sentences; and what nobody there wrote: first-person
sentences of the lives in tests/, one and three at a time, and answers to questions of general knowledge. Prints for
each, by words alone and with the word vectors if they are installed, the share that reaches the bound and the 5th, 50th
and 95th percentile. The seed is fixed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from refiner.checks import similar  # noqa: E402
from refiner.demo import NOW, copy_sample  # noqa: E402
from refiner.exporting import export_samples  # noqa: E402
from refiner.refine import refine  # noqa: E402
from refiner.sampling import make_samples  # noqa: E402
from refiner.store import Workspace  # noqa: E402
from refiner.talk_behind import read_rows  # noqa: E402
from refiner.talk_why import Row, Trained, bounds, sentences  # noqa: E402

LIVES = (ROOT / "tests" / "reframe" / "lives", ROOT / "tests" / "timeline" / "lives")


def data_set(folder: Path) -> tuple[list[Row], list[str]]:
    """The trained rows of the sample life, and the answers of its held-out rows."""
    ws: Workspace = copy_sample(folder, with_decisions=True)
    refine(ws, now=NOW, engine="rules")
    make_samples(ws, now=NOW)
    export_samples(ws, now=NOW, base="smollm2-135m-instruct", partial=True, check=False)
    held_out = [json.loads(line) for line in (ws.dataset / "eval.jsonl").read_text().splitlines()]
    return read_rows(ws.dataset), [
        "\n".join(m["content"] for m in row["messages"] if m["role"] == "assistant") for row in held_out
    ]


def worn(text: str, keep: float, rng: random.Random) -> str:
    return " ".join(word for word in text.split() if rng.random() < keep)


def strangers() -> list[str]:
    """Sentences in the first person from other lives."""

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from strings(part)

    files = [f for folder in LIVES for f in sorted(folder.glob("*.jsonl"))]
    texts = (t for f in files for line in f.read_text().splitlines() for t in strings(json.loads(line)))
    found = {s for t in texts for s in sentences(t) if len(s.split()) >= 5 and re.search(r"\b(?:I|my|me)\b", s)}
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bound", type=float, default=0.0, help="another bound than that of talk_why.toml")
    given = parser.parse_args().bound
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        rows, hers = data_set(Path(folder) / "life")
    others = strangers()
    rng.shuffle(others)
    groups = {
        "hers, whole": hers,
        "hers, 7 words in 10": [worn(t, 0.7, rng) for t in hers],
        "hers, every second word": [worn(t, 0.5, rng) for t in hers],
        "hers, first sentence": [sentences(t)[0] for t in hers],
        "a stranger's sentence": others[:400],
        "three of a stranger": [" ".join(others[i : i + 3]) for i in range(0, min(900, len(others)), 3)],
        "general knowledge": [r.answer for r in rows if r.kind == "general"],
    }
    persona = [r for r in rows if r.kind != "general"]
    for vectors in (False, True) if similar.available() else (False,):
        trained = Trained(persona, vectors=vectors)
        bound = given or bounds()["vectors" if vectors else "words"]
        print(f"{len(trained.rows)} rows, {'words and vectors' if vectors else 'words alone'}, bound {bound}")
        for name, texts in groups.items():
            scores = np.array([max((b.score for b in trained.like("", t).best), default=0.0) for t in texts])
            low, middle, high = np.percentile(scores, (5, 50, 95))
            share = float(np.mean(scores >= bound))
            print(f"  {name:<24} {len(texts):>4}  {share:6.1%}   {low:.2f} {middle:.2f} {high:.2f}")


if __name__ == "__main__":
    main()
