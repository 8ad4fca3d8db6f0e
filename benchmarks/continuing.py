"""How much of the old an adapter keeps when it is trained further on what is new, by the share of old rows.

    python benchmarks/continuing.py [--work DIR] [--shares 0,1,2]

An invented person of fifteen facts (tests/training/training_persona.py): a run learns ten of them, then is continued
with the other five, once for each share (`[data] old_rows`). Asked are the held-out question forms, by llama.cpp; an
answer counts if it has the fact's word. Beside it a run that learnt all fifteen at once. Needs the training packages,
xllamacpp and the small model; about two minutes a run on two idle cores.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "training"))

from training_persona import FACTS, SYSTEM, chat, write_dataset  # noqa: E402

from refiner.training.runs import RunInfo, read_run  # noqa: E402
from refiner.training.talk import open_model  # noqa: E402

OLD = 10
EPOCHS = 6


def train(dataset: Path, recipe: Path, out: Path, *more: str) -> RunInfo:
    """A finished run."""
    command = [sys.executable, str(ROOT / "training" / "train.py"), str(dataset), "--recipe", str(recipe)]
    subprocess.run([*command, "--out", str(out), "--quiet", *more], check=True, stderr=subprocess.DEVNULL)
    return read_run(out)


def told(run: RunInfo) -> tuple[int, int]:
    """How many of the old and of the new facts are told when the held-out forms are asked."""
    model = open_model(run)
    try:
        right = []
        for _, _, question, word in FACTS:
            messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
            right.append(word.lower() in "".join(model.reply(messages, max_tokens=60, temperature=0.0)).lower())
    finally:
        model.close()
    return sum(right[:OLD]), sum(right[OLD:])


def main() -> int:
    parser = argparse.ArgumentParser(description="What is kept of the old, by the share of old rows.")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--shares", default="0,1,2")
    args = parser.parse_args()
    work = args.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    rows = [[chat(question, answer) for question in questions] for answer, questions, _, _ in FACTS]
    held_out = [chat(question, answer) for answer, _, question, _ in FACTS]
    first = write_dataset(work / "first", [r for part in rows[:OLD] for r in part], held_out[:OLD])
    whole = write_dataset(work / "whole", [r for part in rows for r in part], held_out)
    shipped = (ROOT / "training" / "recipes" / "cpu-smoke.toml").read_text(encoding="utf-8")
    recipe = work / "smoke.toml"
    recipe.write_text(shipped.replace("epochs = 4", f"epochs = {EPOCHS}"), encoding="utf-8")
    results = {}
    begun = train(first, recipe, work / "begun")
    results["ten facts"] = (begun, told(begun))
    for share in args.shares.split(","):
        own = work / f"share-{share}.toml"
        own.write_text(recipe.read_text(encoding="utf-8").replace("[data]", f"[data]\nold_rows = {share}"))
        run = train(whole, own, work / f"on-{share}", "--continue", str(work / "begun"))
        results[f"then five more, {share} old rows for each new one"] = (run, told(run))
    anew = train(whole, recipe, work / "anew")
    results["all fifteen at once"] = (anew, told(anew))
    print(f"{'':48} {'old':>6} {'new':>5} {'steps':>6} {'seconds':>8}  held-out loss of the old")
    for name, (run, (old, new)) in results.items():
        held = (run.data.get("continues") or {}).get("held_out") or {}
        loss = f"{held['before']:.3f} → {held['after']:.3f}" if held else ""
        print(f"{name:48} {old:>3}/{OLD} {new:>3}/{len(FACTS) - OLD} {run.steps:>6} {run.seconds:>8.0f}  {loss}")
    (work / "results.json").write_text(json.dumps({n: r for n, (_, r) in results.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
