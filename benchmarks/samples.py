"""The samples of a life: how many of what, how long it takes, what a new note changes, and how well her voice is told.

python benchmarks/samples.py [WORKSPACE]               # default: the sample life with its decisions
python benchmarks/samples.py [WORKSPACE] --voice FILE… # AUC of her passages against those of other texts, by length
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from refiner.checks.voice import distance, profile
from refiner.dataset.mix import shares
from refiner.demo import NOW, copy_sample
from refiner.models import Sample
from refiner.refine import refine, with_life
from refiner.sampling import samples_of
from refiner.store import Results, Workspace

NEW_NOTE = (
    "In May 2025 I learnt to bake bread because the bakery had shut. It came out like a brick and I ate all of it.\n"
)
LENGTHS = (12, 20, 40, 60, 90)


def workspace(given: str, folder: Path) -> Workspace:
    """The sample life, or a copy of the given workspace, refined by rules."""
    if not given:
        ws = copy_sample(folder / "life", with_decisions=True)
    else:
        shutil.copytree(given, folder / "life")
        ws = Workspace(folder / "life")
    refine(ws, now=NOW, engine="rules")
    return ws


def timed(ws: Workspace, *, forget: Sequence[str] = ()) -> tuple[float, list[Sample], object]:
    """Seconds to compose, without those to open the life; `forget`: what is not taken from the cache."""
    with with_life(ws, now=NOW) as life:
        if isinstance(life.cache, Results):
            life.cache.keep_only([], ["compose", *forget])
        start = time.perf_counter()
        made = samples_of(life)
        return time.perf_counter() - start, list(made.samples), life.config


def report(ws: Workspace) -> None:
    cold, samples, config = timed(ws, forget=["compose-read"])
    warm, again, _ = timed(ws)
    assert [s.id for s in again] == [s.id for s in samples]
    (ws.raw / "a-new-note.md").write_text(NEW_NOTE, encoding="utf-8")
    refine(ws, now=NOW, engine="rules")
    after, more, _ = timed(ws)
    kept = {s.id for s in samples} & {s.id for s in more}
    new = [s for s in more if s.id not in kept]
    turns = Counter(len(s.messages) // 2 for s in samples)
    held = [s for s in samples if s.source.endswith("/held-out")]
    print(
        f"{len(samples)} samples of {len({n for s in samples for n in s.notes})} notes, {len(held)} in held-out forms"
    )
    for share in shares(samples, config):  # type: ignore[arg-type]
        print(f"  {share.kind:13} {share.rows:4}  {share.has:5.1%} of {share.wanted:5.1%}")
    print("turns: " + ", ".join(f"{n} × {t}" for t, n in sorted(turns.items())))
    print(f"questions, all different: {len({s.messages[0].content for s in samples if len(s.messages) == 2})}")
    print(f"compose: cold {cold:.2f} s, again {warm:.2f} s, with one note more {after:.2f} s")
    print(
        f"one note more: {len(new)} samples new ({sum('a-new-note.md' in s.notes for s in new)} of that note), ", end=""
    )
    print(f"{len(samples) - len(kept)} of {len(samples)} gone")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def cut(text: str, length: int) -> Iterator[str]:
    words = text.split()
    for at in range(0, len(words) - length + 1, length):
        yield " ".join(words[at : at + length])


def voice(ws: Workspace, others: Sequence[str]) -> None:
    """Each stretch of a note against the other notes, and each stretch of the other texts against all of them."""
    with with_life(ws, now=NOW) as life:
        texts = [
            re.sub(r"\A---\n.*?\n---\n", "", n.text, flags=re.S) for n in life.chain.notes if n.meta.author == "self"
        ]
    whole = profile(texts)
    foreign = [Path(f).read_text(encoding="utf-8") for f in others]
    for length in LENGTHS:
        mine = []
        for i, text in enumerate(texts):
            rest = profile(texts[:i] + texts[i + 1 :])
            mine += [distance(rest, part) for part in cut(text, length)]
        theirs = [distance(whole, part) for text in foreign for part in list(cut(text, length))[:400]]
        wins = sum((a < b) + 0.5 * (a == b) for a in mine for b in theirs)
        print(
            f"{length:3} words: AUC {wins / (len(mine) * len(theirs)):.2f} ({len(mine)} of hers, {len(theirs)} others)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", nargs="?", default="")
    parser.add_argument("--voice", nargs="+", default=[], metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(args.workspace, Path(folder))
        if args.voice:
            voice(ws, args.voice)
        else:
            report(ws)


if __name__ == "__main__":
    main()
