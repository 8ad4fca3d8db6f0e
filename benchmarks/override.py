"""Which traits hold today: runs the timeline on lives whose events are given, and scores its verdicts.

    python benchmarks/override.py [GOLD] [--pred FILE] [--json]

GOLD is a folder with `override/lives_*.jsonl` and `override/score.py`; without it the folder is taken from
$REFINER_GOLD, or `../shared/gold` beside the repository. Where there is none it says so and ends with 0.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from refiner.config import Trait  # noqa: E402
from refiner.models import Effect, Event, Observation, Relation, Retraction, When  # noqa: E402
from refiner.timeline import resolve  # noqa: E402

WRITTEN = re.compile(r"\A---\n(?:.*\n)*?(?:written|date):\s*(\d{4}-\d{2}-\d{2})\s*\n(?:.*\n)*?---\n")


def predict(life: dict[str, Any]) -> dict[str, Any]:
    """The scorer's line for one life of the gold set."""
    written = {n["path"]: m[1] for n in life["notes"] if (m := WRITTEN.match(n["text"]))}
    paths = sorted({n["path"] for n in life["notes"]}, key=lambda p: (written.get(p, ""), p))
    texts = {n["path"]: n["text"] for n in life["notes"]}
    told = sorted(life["events"], key=lambda e: (paths.index(e["note"]), texts[e["note"]].find(e["quote"])))
    events = [
        Event(
            id=e["id"],
            note=e["note"],
            quotes=(e["quote"],),
            label=e["label"],
            when=When(raw=e.get("date_quote", ""), earliest=e["earliest"] or "", latest=e["latest"] or ""),
            written=written.get(e["note"], ""),
            modality=e["modality"],
            subject=e.get("subject", "self"),
            effects=tuple(Effect(**f) for f in e["effects"]),
            relations=tuple(Relation(kind=r["type"], to=r["to"], quote=r.get("quote", "")) for r in e["relations"]),
            order=i,
        )
        for i, e in enumerate(told)
    ]
    traits = [Trait(id=t["id"], name=t["name"], importance=1) for t in life["important_traits"]]
    traits += [Trait(id=t["id"], name=t["name"], importance=0) for t in life["other_traits"]]
    observations = [Observation(**{**o, "at": o["at"] or ""}) for o in life["observations"]]
    retractions = [
        Retraction(target=r.get("trait") or r["event"], by=r.get("by") or "", note=r["note"], quote=r["quote"])
        for r in life["retractions"]
    ]
    timeline = resolve(events, observations, retractions, traits, now=life["now"], born=life["born"])
    return {
        "id": life["id"],
        "verdicts": {t.id: t.verdict for t in timeline.traits},
        "closure": list(timeline.closure),
        "dead_effects": [d.model_dump() for d in timeline.dead_effects],
        "actions": dict(timeline.actions),
        "conflicts": [c.model_dump() for c in timeline.conflicts],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("REFINER_GOLD") or ROOT.parent / "shared" / "gold")
    parser.add_argument("gold", nargs="?", type=Path, default=default, help="folder of the gold sets")
    parser.add_argument("--pred", type=Path, help="keep the predictions here")
    parser.add_argument("--json", action="store_true", help="print the scorer's JSON")
    args = parser.parse_args()
    folder = args.gold if (args.gold / "score.py").is_file() else args.gold / "override"
    lives = sorted(folder.glob("lives_*.jsonl"))
    if not lives or not (folder / "score.py").exists():
        print(f"no gold set in {folder}: nothing to score (give its folder, or set REFINER_GOLD)", file=sys.stderr)
        return 0
    code = 0
    for gold in lives:
        lines = [predict(json.loads(line)) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        with tempfile.TemporaryDirectory() as tmp:
            pred = args.pred or Path(tmp) / "pred.jsonl"
            pred.write_text("".join(json.dumps(p, ensure_ascii=False) + "\n" for p in lines), encoding="utf-8")
            command = [
                sys.executable,
                str(folder / "score.py"),
                str(gold),
                str(pred),
                *(["--json"] if args.json else []),
            ]
            code = subprocess.run(command, check=False).returncode or code
    return code


if __name__ == "__main__":
    sys.exit(main())
