"""How good the swap is on the marked passages of the tests, and how many questions a long text raises.

    python benchmarks/passages.py [FILES…]                  pooled and for each file, with 95 % Wilson intervals
    python benchmarks/passages.py --bounds                  how often each rule is right, from a confidence on
    python benchmarks/passages.py --text BOOK.txt --name "Ann Lee" --becomes "Adam Lee" --from female

The passages were written before the rules that read them, most of them by hands that had not seen the rules; but the
rules were then mended with them in sight. So these figures are a fit; what each set gave at first sight stands in
RESULTS.md.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "language"), str(ROOT / "benchmarks")]


@dataclass
class Sums:
    """What the judge counted over passages; `collateral` counts edits that no mark asked for."""

    passages: int = 0
    words: int = 0
    required: int = 0
    right: int = 0
    covered: int = 0
    keep: int = 0
    kept: int = 0
    collateral: int = 0
    exact: int = 0
    questions: int = 0
    seconds: float = 0.0

    def add(self, other: Sums) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))


def measure(path: Path) -> Sums:
    """Judges every passage of one file."""
    import marked_passages

    out = Sums()
    for p in marked_passages.load(path):
        began = time.perf_counter()
        _, result = marked_passages.swap(p.text, p.config)
        out.seconds += time.perf_counter() - began
        v = marked_passages.judge(p, result)
        words = len(p.text.split())
        out.add(Sums(1, words, v.required, v.right, v.covered, v.keep, v.kept, v.stray, v.exact, len(result.questions)))
    return out


def show(name: str, s: Sums) -> None:
    """One line: shares with their intervals, questions and speed."""
    from swap import wilson

    def share(hits: int, of: int) -> str:
        low, high = wilson(hits, of)
        return f"{hits / of if of else 0:.3f} [{low:.2f}, {high:.2f}]"

    parts = (
        f"{name:<12}{s.passages:>4} passages",
        f"recall {share(s.right, s.required)}",
        f"covered {share(s.covered, s.required)}",
        f"keep {share(s.kept, s.keep)}",
        f"collateral {s.collateral / max(1, s.words):.4f}",
        f"exact {share(s.exact, s.passages)}",
        f"questions/1,000 {1000 * s.questions / max(1, s.words):.1f}",
        f"words/s {s.words / max(1e-9, s.seconds):.0f}",
    )
    print("  ".join(parts))


def bounds(paths: list[Path]) -> None:
    """Prints for each rule how many of its proposals from a confidence on are right, and for all rules pooled as edits.

    Right means that the proposal's span meets a mark that must change; what stands there is not looked at.
    """
    import marked_passages

    from refiner.language.swap_rules import Options, plan, sure
    from refiner.notes import note_from_text
    from refiner.stages.base import StageInput
    from refiner.stages.canon import seed_canon
    from refiner.stages.swap import make_scene

    rules: dict[str, list[tuple[float, bool]]] = {}
    edits: list[bool] = []
    for path in paths:
        for p in marked_passages.load(path):
            note, canon, persona = note_from_text(p.text, "note.md"), seed_canon(p.config), p.config.persona
            given = StageInput(note=note, config=p.config, canon=canon)
            scene = make_scene(note, persona.before.gender, canon, given, persona.culture)
            for x in plan(scene, canon, Options(p.config.policy.partners, "swap", "drop")).proposals:
                right = any(a < x.end and x.start < b for a, b, _ in p.required)
                rules.setdefault(x.rule, []).append((x.confidence, right))
                if sure(x):
                    edits.append(right)
    for rule, found in sorted(rules.items(), key=lambda item: -len(item[1])):
        parts = []
        for bound in (0.95, 0.88, 0.8, 0.7, 0.5, 0.0):
            said = [right for confidence, right in found if confidence >= bound]
            parts.append(f"{bound:.2f}: {sum(said)}/{len(said)}")
        print(f"{rule:<20}" + "   ".join(parts))
    print(f"all edits pooled: {sum(edits)}/{len(edits)} = {sum(edits) / max(1, len(edits)):.3f}")


def long_text(path: Path, name: str, becomes: str, direction: str) -> None:
    """Swaps one long text as a note of the narrator's and prints edits, questions, speed and memory."""
    from marked_passages import make_config, swap

    text = path.read_text(encoding="utf-8")
    config = make_config(direction, name, becomes)
    began = time.perf_counter()
    _, result = swap(text, config)
    seconds, words = time.perf_counter() - began, len(text.split())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    asked = len(result.questions)
    print(
        f"{path.name}: {words} words, {len(result.edits)} edits, {asked} questions "
        f"({1000 * asked / words:.2f} per 1,000 words), {words / seconds:.0f} words/s, {memory:.0f} MiB at most"
    )


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--bounds", action="store_true", help="each rule's precision by confidence")
    parser.add_argument("--text", type=Path, help="a long text, read as one note of the narrator's")
    parser.add_argument("--name", default="Ann Lee")
    parser.add_argument("--becomes", default="Adam Lee")
    parser.add_argument("--from", dest="gender", choices=("male", "female"), default="female")
    args = parser.parse_args()
    from refiner.language.parse import model

    model()  # loading is not what is timed
    if args.text:
        long_text(args.text, args.name, args.becomes, "m2f" if args.gender == "male" else "f2m")
        return 0
    paths = args.files or sorted((ROOT / "tests" / "language" / "passages").glob("*.txt"))
    if args.bounds:
        bounds(paths)
        return 0
    total = Sums()
    for path in paths:
        sums = measure(path)
        show(path.stem, sums)
        total.add(sums)
    show("all", total)
    return 0


if __name__ == "__main__":
    sys.exit(main())
