"""How well what a sentence says of the narrator is put into the past: the share right and the share done.

    python benchmarks/past.py [--set dev|held] [--trace]

The sentences are tests/language/past/*.jsonl: `want` is the right answer, `also` others as good, null where the
sentence is to be left alone. Right is counted of those rewritten, done of those that can be, each
with its 95 % Wilson interval. `--trace` prints each wrong and each missed one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from swap import wilson  # noqa: E402

from refiner.language.past import in_the_past  # noqa: E402

FOLDER = ROOT / "tests" / "language" / "past"


def main() -> None:
    """Prints both shares for the set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("dev", "held"), default="dev")
    parser.add_argument("--trace", action="store_true")
    given = parser.parse_args()
    rows = [json.loads(line) for line in (FOLDER / f"{given.set}.jsonl").read_text(encoding="utf-8").splitlines()]
    in_the_past("I am here.")  # loads the model
    began = time.perf_counter()
    got = [in_the_past(r["text"], r["until"]) for r in rows]
    took = time.perf_counter() - began
    rewritten = right = possible = done = 0
    for row, after in zip(rows, got, strict=True):
        good = {row["want"], *row["also"]}
        possible += row["want"] is not None
        done += row["want"] is not None and after in good - {None}
        rewritten += after is not None
        right += after is not None and after in good
        if given.trace and after not in good:
            print(f"{'WRONG ' if after else 'missed'} {row['text']!r} ({row['until']})")
            print(f"       got  {after!r}\n       want {row['want']!r}")
    print(f"{given.set}: {len(rows)} sentences, {1000 * took / len(rows):.1f} ms each")
    for what, hits, total in (
        ("right of those rewritten", right, rewritten),
        ("done of those possible", done, possible),
    ):
        low, high = wilson(hits, total)
        print(f"{what}: {hits}/{total} = {hits / total:.3f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
