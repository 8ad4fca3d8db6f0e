"""How good the swap is by rules alone: recall, keep, collateral, exact, questions, speed.

    python benchmarks/swap.py [GOLD_FOLDER] [--out FOLDER] [--details]

GOLD_FOLDER holds swap/ with score.py, to_config.py and *.jsonl (or those files themselves); default $REFINER_GOLD, else
../shared/gold beside the repository. Writes predictions to --out, prints a table with 95 % Wilson intervals.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927); (0, 1) for no trials."""
    if not total:
        return 0.0, 1.0
    p, n = hits / total, total
    mid = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, mid - half), min(1.0, mid + half)


@dataclass
class Tally:
    """Sums over the records of one file."""

    records: int = 0
    required: int = 0
    right: int = 0
    covered: int = 0
    keep: int = 0
    kept: int = 0
    changed: int = 0
    tokens: int = 0
    exact: int = 0
    questions: int = 0
    edits: int = 0
    words: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gold_folder(argument: str) -> Path:
    """The folder with the gold files. Ends the program with a message where it is not there."""
    base = Path(argument or os.environ.get("REFINER_GOLD", "") or ROOT.parent / "shared" / "gold")
    for folder in (base / "swap", base):
        if (folder / "score.py").is_file() and (folder / "to_config.py").is_file():
            return folder
    raise SystemExit(
        f"no gold set in {base}\n  → name its folder: python benchmarks/swap.py FOLDER, or set REFINER_GOLD"
    )


def refine(record: dict[str, Any], config: Any) -> dict[str | None, tuple[str, list[tuple[int, int]], int, int]]:
    """For each note of a record: refined text, spans that questions cover, how many questions, how many edits."""
    from refiner.notes import note_from_text
    from refiner.pipeline import refine_text, run_chain

    if "notes" not in record:
        made = refine_text(record["text"], config, stages=("swap",), engine="rules")
        asked = [q for q in made.questions if q.stage == "swap"]
        return {None: (made.text, [m for q in asked for m in q.mentions], len(asked), len(made.edits))}
    notes = [note_from_text(n["text"], n["path"]) for n in record["notes"]]
    chain = run_chain(notes, config, now="2026-01-01", stages=("swap",))
    out: dict[str | None, tuple[str, list[tuple[int, int]], int, int]] = {}
    for note in notes:
        asked = [q for q in chain.questions if q.note == note.path and q.stage == "swap"]
        out[note.path] = (
            chain.refined(note),
            [m for q in asked for m in q.mentions],
            len(asked),
            len(chain.edits.get(note.path, ())),
        )
    return out


def measure(gold: Path, score: ModuleType, to_config: Any, predictions: Path) -> Tally:
    """Refines every record of a gold file, writes the predictions, and adds up the scorer's verdicts."""
    from refiner.config import Config

    total, lines = Tally(), []
    for g in score.load(str(gold)):
        config = Config.from_dict(to_config(g))
        began = time.perf_counter()
        made = refine(g, config)
        total.seconds += time.perf_counter() - began
        texts = {path: text for path, (text, *_) in made.items()}
        lines.append(
            {
                "id": g["id"],
                **(
                    {"notes": [{"path": p, "text": t} for p, t in texts.items()]}
                    if "notes" in g
                    else {"text": texts[None]}
                ),
            }
        )
        verdict = score.score_record(g, texts if "notes" in g else texts[None])
        sources = {n["path"]: n["text"] for n in g["notes"]} if "notes" in g else {None: g["text"]}
        for path, source in sources.items():
            text, asked, questions, edits = made[path]
            of = {k: [d for d in g[k] if path is None or d["path"] == path] for k in ("required", "optional", "keep")}
            spans = score.score_text(source, text, of["required"], of["optional"], of["keep"])[0]
            for sp in (s for s in spans if s.kind == "req"):
                at = score.locate(source.translate(score.FOLD), sp.d["before"].translate(score.FOLD), sp.d["n"])
                total.covered += sp.ok or any(a < at + len(sp.d["before"]) and at < b for a, b in asked)
            total.questions += questions
            total.edits += edits
            total.words += len(source.split())
        for key, name in (
            ("required", "req"),
            ("right", "req_ok"),
            ("keep", "keep"),
            ("kept", "keep_ok"),
            ("changed", "changed"),
            ("tokens", "tokens"),
            ("exact", "exact"),
        ):
            setattr(total, key, getattr(total, key) + int(verdict[name]))
        total.records += 1
        total.faults += [f"{g['id']}: {w}" for w in verdict["wrong"]]
        if verdict["changed"]:
            total.faults.append(f"{g['id']}: {verdict['changed']} token(s) changed that no edit was due for")
    predictions.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    return total


def show(name: str, t: Tally) -> None:
    """Prints one file's figures."""

    def share(label: str, hits: int, of: int) -> None:
        low, high = wilson(hits, of)
        print(f"  {label:<28}{hits:>6}/{of:<6}{hits / of if of else 0:7.3f}   [{low:.3f}, {high:.3f}]")

    print(f"{name}: {t.records} records, {t.words} words")
    share("recall of required edits", t.right, t.required)
    share("covered (right or asked)", t.covered, t.required)
    share("keep accuracy", t.kept, t.keep)
    share("collateral tokens", t.changed, t.tokens)
    share("exact records", t.exact, t.records)
    print(f"  {'wrong edits (kept words)':<28}{t.keep - t.kept:>6}")
    print(f"  {'questions':<28}{t.questions:>6}   {1000 * t.questions / max(1, t.words):.2f} per 1,000 words")
    print(f"  {'words a second':<28}{t.words / max(1e-9, t.seconds):>6.0f}   (after loading)\n")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", default="", help="folder with the gold files")
    parser.add_argument("--out", default="", help="folder for the predictions (default: a temporary one)")
    parser.add_argument("--details", action="store_true", help="print every fault")
    args = parser.parse_args(argv)
    sys.path.insert(0, str(ROOT))
    folder = gold_folder(args.gold)
    score, to_config = _module(folder / "score.py"), _module(folder / "to_config.py").to_config
    out = Path(args.out or tempfile.mkdtemp(prefix="refiner-swap-"))
    out.mkdir(parents=True, exist_ok=True)
    from refiner.language.parse import model

    model()  # loading is not what is timed
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise SystemExit(f"no *.jsonl in {folder}")
    for path in files:
        tally = measure(path, score, to_config, out / path.name)
        show(path.name, tally)
        if args.details:
            print("\n".join(f"    {f}" for f in tally.faults) + "\n")
    print(f"predictions: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
