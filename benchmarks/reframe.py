"""What reframing and overriding leave in the text: dead effects, lost living traits, new facts, negative evidence.

    python benchmarks/reframe.py [GOLD] [--trace]                          by rules
    python benchmarks/reframe.py [GOLD] --replay FILE                      by rules and a recorded model run
    python benchmarks/reframe.py [GOLD] --endpoint URL --model NAME [--answers FILE]
        by rules, and a model for what it writes and labels here (the notes are read by rules, their events are given)

Three kinds of lives: those of `tests/reframe/lives`, whose front matter says what happened and which say what must
become of their sentences; the annotated ones of GOLD (a folder with lives_dev.jsonl; $REFINER_GOLD/override, else
../shared/gold/override beside the repository), given to the chain with their events; and the sample life, read from its
notes, with nothing decided. `--replay` is about the sample life alone. Numbers:

    dead effects left     sentences that tell what is over, of a note that does not end it, and that nothing closes
    living traits lost    important traits that hold, had a sentence that shows them, and have none any more
    new facts             names and numbers in what the edits put in that no note, no canon entry and no date gives
    negative evidence     sentences that show a negative trait that holds, kept as the self-image counts them
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "reframe")]

import reframed_lives  # noqa: E402

from refiner.answers import Answers  # noqa: E402
from refiner.asking.asker import Asker  # noqa: E402
from refiner.chain import Chain, without_replaced  # noqa: E402
from refiner.chain_asked import Talk  # noqa: E402
from refiner.chain_written import related_by_model, said_by_itself  # noqa: E402
from refiner.config import LLM, Config  # noqa: E402
from refiner.edits import render_span  # noqa: E402
from refiner.engine import ModelOptions, choose_engine  # noqa: E402
from refiner.llm import Endpoint  # noqa: E402
from refiner.models import StageResult  # noqa: E402
from refiner.notes import note_from_text, read_notes  # noqa: E402
from refiner.pipeline import run_chain  # noqa: E402
from refiner.stages.base import StageInput  # noqa: E402
from refiner.stages.over import Overs  # noqa: E402
from refiner.stages.self_image_life import life_image  # noqa: E402
from refiner.stages.today import living_traits  # noqa: E402
from refiner.store import NoCache  # noqa: E402

NOW = "2026-01-01"
STAGES = reframed_lives.STAGES


def wilson(k: int, n: int) -> str:
    """`k/n = share [low, high]` with the 95 % Wilson interval."""
    if not n:
        return "–"
    p, z = k / n, 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{k}/{n} = {p:.3f} [{middle - half:.2f}, {middle + half:.2f}]"


def figures(chain: Chain, config: Config) -> Counter[str]:
    """The four numbers of a refined life, as the program itself finds them."""
    out: Counter[str] = Counter()
    assert chain.timeline is not None
    for note, x in zip(chain.notes, chain.extractions, strict=True):
        edits = tuple(e for e in chain.edits.get(note.path, ()) if e.stage != "override")
        given = StageInput(note, config, earlier=edits, extraction=x, timeline=chain.timeline, events=chain.events)
        told = Overs(given, chain.timeline).all() if note.meta.author == "self" else {}
        for items in told.values():
            s = items[0].sentence
            out["dead effects"] += 1
            closed = reframed_lives.touching(chain, note, s.start, s.end)
            # What goes with a sentence that was said to rest, in the same note, rests with it.
            with_it = items[0].kind == "rests" and any("given up" in e.after for e in chain.edits.get(note.path, ()))
            out["dead effects left"] += not (closed or with_it or reframed_lives.closed_further_on(chain, note, s.end))
    lost = living_traits(chain.notes, chain.edits, chain.bearings, config, chain.timeline)
    out["living traits lost"] = sum(f.severity == "error" for f in lost)
    out["living traits that nothing shows"] = sum(f.severity == "info" for f in lost)
    out["new facts"] = len(reframed_lives.new_facts(chain))
    image = life_image(chain.notes, chain.edits, config, chain.timeline, chain.extractions, bearings=chain.bearings)
    rows = [r for t in image.traits for r in t.rows]
    out["negative evidence"], out["negative evidence kept"] = len(rows), sum(r.kept for r in rows)
    edits = [e for es in chain.edits.values() for e in es if e.stage in ("reframe", "override")]
    for e in edits:
        out[f"edits by {e.source if e.source.startswith('rule:') else 'model'}"] += 1
    out["asked instead"] = sum(q.stage == "override" and q.start is not None for q in chain.questions)
    return out


def worded(chain: Chain, config: Config, asker: Asker | None, trace: bool) -> Chain:
    """The chain with the sentences that the model wrote in the place of clauses, and the bearings that it labelled."""
    if asker is None:
        return chain
    talk = Talk(asker, config, NoCache(), set(), "")
    made = {p: [e for e in es if e.stage == "override"] for p, es in chain.edits.items()}
    for path, edits in chain.edits.items():
        chain.edits[path] = [e for e in edits if e.stage != "override"]
    results = [StageResult(note=n.path, stage="override", edits=tuple(made.get(n.path, ()))) for n in chain.notes]
    for result in said_by_itself(talk, results, chain, ()):
        edits = without_replaced(result.edits, ())
        chain.edits.setdefault(result.note, []).extend(edits)
        note = next(n for n in chain.notes if n.path == result.note)
        for e in edits if trace else ():
            if e.source.startswith("model:"):
                sentence = next(s for s in note.sentences if s.start <= e.start <= s.end)
                new = render_span(note.text, sentence.start, sentence.end, chain.edits[note.path])
                print(f"    {sentence.text} → {new}")
    chain.bearings.update(related_by_model(talk, chain))
    return chain


# ---- the annotated lives ---------------------------------------------------------------------------------------------


def gold_life(life: dict[str, Any]) -> tuple[Config, list[Any]]:
    """The traits and notes of an annotated life, its events as front matter."""
    traits = [{**t, "importance": 3} for t in life["important_traits"]]
    traits += [{**t, "importance": 0} for t in life["other_traits"]]
    config = Config.from_dict({"persona": {"born": life["born"]}, "traits": traits}, where=life["id"])
    return config, [_with_events(n, life) for n in life["notes"]]


def _with_events(given: dict[str, str], life: dict[str, Any]) -> Any:
    plain = note_from_text(given["text"], given["path"])
    head = {k: v for k in ("date", "written") if (v := getattr(plain.meta, k))}
    events = []
    for e in life["events"]:
        if e["note"] != given["path"]:
            continue
        effects: dict[str, list[dict[str, str]]] = {}
        for f in e["effects"]:
            effects.setdefault(f["trait"], []).append({"kind": f["kind"], "quote": f["quote"]})
        event: dict[str, Any] = {k: e[k] for k in ("id", "label", "quote", "modality")}
        event |= {"subject": e.get("subject", "self"), "effects": effects}
        if when := {k: e[k] for k in ("earliest", "latest") if e[k]}:
            event["when"] = when
        for r in e["relations"]:
            event.setdefault(r["type"], []).append({"to": r["to"], "quote": r.get("quote", "")})
        events.append(event)
    head["events"] = events
    mine = [o for o in life["observations"] if o["note"] == given["path"]]
    if mine:
        keys = ("trait", "holds", "quote", "at")
        head["observations"] = [{k: o[k] for k in keys if o.get(k) not in (None, "")} for o in mine]
    back = [r for r in life["retractions"] if r["note"] == given["path"]]
    if back:
        head["retracts"] = [
            {"target": r.get("trait") or r["event"], "quote": r["quote"], **({"by": r["by"]} if r.get("by") else {})}
            for r in back
        ]
    top = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    return note_from_text(f"---\n{top}---\n{plain.text[plain.body_start :]}", given["path"])


def gold_folder(given: str) -> Path | None:
    roots = [Path(given)] if given else []
    roots += [Path(os.environ["REFINER_GOLD"]) / "override"] if os.environ.get("REFINER_GOLD") else []
    roots.append(ROOT.parent / "shared" / "gold" / "override")
    return next((r for r in roots if (r / "lives_dev.jsonl").is_file()), None)


# ---- the three tables ------------------------------------------------------------------------------------------------


def show(title: str, sums: Counter[str]) -> None:
    """Prints the four numbers and what was done."""
    print(f"\n{title}")
    left, asked = sums["dead effects left"], sums["asked instead"]
    print(f"  dead effects left            {left} of {sums['dead effects']}; {asked} asked about")
    never = sums["living traits that nothing shows"]
    print(f"  living traits lost           {sums['living traits lost']}; {never} that no sentence ever shows")
    print(f"  new facts                    {sums['new facts']}")
    print(f"  negative evidence kept       {wilson(sums['negative evidence kept'], sums['negative evidence'])}")
    done = ", ".join(f"{n} {k.removeprefix('edits by ')}" for k, n in sorted(sums.items()) if k.startswith("edits by "))
    print(f"  edits                        {done or 'none'}")


def invented(files: Sequence[str], asker: Asker | None, trace: bool) -> None:
    """The lives that say what must become of their sentences."""
    for name in files:
        outcome, sums = reframed_lives.Outcome(), Counter[str]()
        for life in reframed_lives.load(name):
            chain = worded(reframed_lives.refined(life), reframed_lives.config_of(life), asker, trace)
            outcome.add(reframed_lives.judge(life, chain))
            sums += figures(chain, reframed_lives.config_of(life))
        c = outcome.counts
        show(f"invented lives, {name} ({c['words']} words)", sums)
        for kind, what in (
            ("over", "told as over"), ("rests", "said to rest"), ("told", "left, since the note ends it"),
            ("keep", "left as they are"), ("negative", "negative, left"), ("asked", "traits asked about"),
            ("verdicts", "verdicts right"),
        ):  # fmt: skip
            print(f"  {what:28} {wilson(c[f'{kind}:right'], c[kind])}")
        for line in outcome.wrong if trace else ():
            print(f"    {line}")


def annotated(folder: Path, asker: Asker | None, trace: bool) -> None:
    """The lives of GOLD with their events: by the annotation's own dead effects, and what must not be said."""
    sums: Counter[str] = Counter()
    for line in (folder / "lives_dev.jsonl").read_text(encoding="utf-8").splitlines():
        life = json.loads(line)
        config, notes = gold_life(life)
        chain = worded(run_chain(notes, config, now=life["now"], stages=STAGES), config, asker, trace)
        sums += figures(chain, config)
        for dead in life["expected"]["dead_effects"]:
            sums["expected"] += 1
            if not _closed(chain, life, dead):
                sums["expected left"] += 1
                if trace:
                    print(f"    {life['id']}: {dead['event']} {dead['trait']} is left")
    show("annotated lives, their events given", sums)
    print(f"  annotated dead effects left  {sums['expected left']} of {sums['expected']}")


def _closed(chain: Chain, life: dict[str, Any], dead: dict[str, str]) -> bool:
    """An edit closes the sentence, the same note tells the contrary further on, or it never was more than a plan."""
    event = next(e for e in life["events"] if e["id"] == dead["event"])
    if event["modality"] != "actual":
        return True
    effect = next(f for f in event["effects"] if f["trait"] == dead["trait"])
    note = next(n for n in chain.notes if n.path == event["note"])
    at = note.text.index(effect["quote"], note.body_start)
    inside = [s for s in note.sentences if s.start < at + len(effect["quote"]) and at < s.end]
    touched = reframed_lives.touching(chain, note, inside[0].start, inside[-1].end)
    if touched or reframed_lives.closed_further_on(chain, note, inside[-1].end):
        return True
    ends = effect["kind"] in ("terminates", "suspends")
    contrary = ("initiates", "reinitiates", "resumes") if ends else ("terminates", "suspends")
    later = (f for e in life["events"] if e["note"] == note.path for f in e["effects"] if f["trait"] == dead["trait"])
    taken_back = any(r["note"] == note.path and r.get("trait") == dead["trait"] for r in life["retractions"])
    return taken_back or any(f["kind"] in contrary and note.text.index(f["quote"], note.body_start) > at for f in later)


def sample(asker: Asker | None) -> None:
    """The sample life from its notes, whole chain, nothing decided."""
    config = Config.load(ROOT / "refiner.toml")
    chain = run_chain(read_notes(ROOT / "data" / "raw").notes, config, now=NOW, asker=asker)
    show("sample life, from its notes", figures(chain, config))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", default="")
    parser.add_argument("--trace", action="store_true", help="print what went wrong")
    parser.add_argument("--replay", type=Path, help="a recorded run over the sample life")
    parser.add_argument("--endpoint", default="", help="an OpenAI-compatible endpoint, .../v1")
    parser.add_argument("--model", default="", help="the model's name there")
    parser.add_argument("--answers", type=Path, help="SQLite file that keeps its answers")
    args = parser.parse_args()
    asker = None
    if args.endpoint:
        llm = LLM(base_url=args.endpoint, model=args.model, max_concurrency=1, timeout=3600)
        asker = Asker(llm, Endpoint(llm), Answers(args.answers))
    if args.replay:
        sample(choose_engine(Config.load(ROOT / "refiner.toml"), options=ModelOptions(replay=args.replay)).asker)
        return 0
    files = sorted(p.stem for p in reframed_lives.LIVES.glob("*.jsonl"))
    invented(files, asker, args.trace)
    folder = gold_folder(args.gold)
    if folder is None:
        print("no annotated lives: name their folder, or set REFINER_GOLD", file=sys.stderr)
    else:
        annotated(folder, asker, args.trace)
    if asker is None:
        sample(None)
    else:
        print(asker.usage)
        asker.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
