"""How well plain notes are read: which traits hold today, from the notes and the names of the traits alone.

    python benchmarks/reading.py [GOLD] [--pred FILE] [--trace]
    python benchmarks/reading.py [GOLD] --precision [--stranger FILE] [--trace]
    python benchmarks/reading.py [GOLD] --endpoint URL --model NAME [--answers FILE]     the rules and a model

GOLD is a folder with lives_dev.jsonl and score.py (default: $REFINER_GOLD/override, else ../shared/gold/override beside
the repository). Each life's notes are extracted by rules and resolved; the annotated events are not looked at. Then
override runs over every note, and what the refined text still claims of dead traits is counted. `--trace` prints each
reading and each wrong verdict.

`--precision` counts false readings instead: each life's notes are read with the traits of every other life and of the
sample life (data/raw), and a stranger's autobiography (--stranger, $REFINER_STRANGER or
../shared/corpora/darwin-autobiography.txt) with all of them. Nearly every effect, observation and retraction found
there is false; they are counted per 1,000 words of text read with one list of traits. Last come the verdicts of the
sample life against the table of data/raw/README.md, of which none may be the opposite.
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

from refiner.answers import Answers  # noqa: E402
from refiner.asking.asker import Asker  # noqa: E402
from refiner.chain_asked import Talk, read_more  # noqa: E402
from refiner.checks.dead_traits import present_claims  # noqa: E402
from refiner.config import LLM, Config  # noqa: E402
from refiner.edits import render  # noqa: E402
from refiner.llm import Endpoint  # noqa: E402
from refiner.models import Edit, Extraction, Note, Timeline  # noqa: E402
from refiner.notes import note_from_text, read_notes  # noqa: E402
from refiner.stages.base import StageInput  # noqa: E402
from refiner.stages.extract import extract, link_events  # noqa: E402
from refiner.stages.override import Override  # noqa: E402
from refiner.stages.reframe import Reframe  # noqa: E402
from refiner.store import NoCache  # noqa: E402
from refiner.timeline import resolve  # noqa: E402

FILE = "lives_dev.jsonl"


def gold_folder(given: str) -> Path:
    """The folder of the annotated lives. Exits with a message when it is not there."""
    tried = [Path(given)] if given else []
    if root := os.environ.get("REFINER_GOLD"):
        tried += [Path(root), Path(root) / "override"]
    tried.append(ROOT.parent / "shared" / "gold" / "override")
    for folder in tried:
        if (folder / FILE).is_file():
            return folder
    places = ", ".join(str(t) for t in tried)
    raise SystemExit(
        f"no {FILE} in {places}\n  → name the folder: python benchmarks/reading.py GOLD, or set REFINER_GOLD"
    )


def config_of(life: dict[str, Any]) -> Config:
    """The traits of a life as refiner.toml would declare them; the other traits are tracked only."""
    traits = [{**t, "importance": 3} for t in life["important_traits"]] + [
        {**t, "importance": 0} for t in life["other_traits"]
    ]
    return Config.from_dict({"persona": {"born": life["born"]}, "traits": traits}, where=life["id"])


def read_life(
    life: dict[str, Any], asker: Asker | None = None
) -> tuple[Config, list[Note], list[Extraction], Timeline]:
    """Notes, extractions and timeline of a life from its plain notes, by rules or by rules and a model."""
    config = config_of(life)
    notes = [note_from_text(n["text"], n["path"]) for n in life["notes"]]
    found = [extract(note, config) for note in notes]
    if asker is not None:
        found = read_more(Talk(asker, config, NoCache(), set(), ""), notes, found)
    found = link_events(found, notes, config)
    timeline = resolve(
        [e for x in found for e in x.events],
        [o for x in found for o in x.observations],
        [r for x in found for r in x.retractions],
        config.traits,
        now=life["now"],
        born=life["born"],
    )
    return config, notes, found, timeline


def refine(
    config: Config, notes: list[Note], found: list[Extraction], timeline: Timeline
) -> dict[str, tuple[Edit, ...]]:
    """The edits of reframe and override, note by note."""
    events = {e.id: e for x in found for e in x.events}
    out: dict[str, tuple[Edit, ...]] = {}
    for note, extraction in zip(notes, found, strict=True):
        earlier: tuple[Edit, ...] = ()
        for stage in (Reframe(), Override()):
            given = StageInput(note, config, earlier=earlier, extraction=extraction, timeline=timeline, events=events)
            earlier += stage.run(given).edits
        out[note.path] = earlier
    return out


def claims_left(life: dict[str, Any], config: Config, texts: dict[str, str]) -> list[tuple[str, str]]:
    """Sentences of the texts that claim a trait which the annotation calls dead."""
    dead = {t for t, v in life["expected"]["verdicts"].items() if v in ("NOT", "RETRACTED")}
    return [
        (trait.id, text[span.start : span.end])
        for trait in config.traits
        if trait.id in dead
        for text in texts.values()
        for span in present_claims(text, trait)
    ]


def trace(life: dict[str, Any], found: list[Extraction], timeline: Timeline) -> None:
    print(f"\n== {life['id']} ({life['scenario']})")
    for x in found:
        for e in x.events:
            effects = ", ".join(f"{f.trait} {f.kind}" for f in e.effects)
            print(
                f"  {e.id} {x.note}: {effects} [{e.when.raw} {e.when.earliest}..{e.when.latest} {e.when.anchor}]"
                f" {e.modality} | {e.label}"
            )
        for o in x.observations:
            print(f"  observed {x.note}: {o.trait} {o.holds} {o.at} | {o.quote[:90]}")
        for r in x.retractions:
            print(f"  retracted {x.note}: {r.target} | {r.quote[:90]}")
        for q in x.questions:
            print(f"  question {x.note}: {q.question} {[c.id for c in q.choices]}")
    for v in timeline.traits:
        want = life["expected"]["verdicts"].get(v.id)
        print(f"  {'ok   ' if want == v.verdict else 'WRONG'} {v.id}: {v.verdict}, should be {want}")


# ---- precision ------------------------------------------------------------------------------------------------------

_OPPOSITE = {("HOLDS", "NOT"), ("HOLDS", "RETRACTED"), ("NOT", "HOLDS"), ("RETRACTED", "HOLDS")}


def sample_life() -> tuple[Config, list[Note]]:
    """The sample life that the repository comes with."""
    return Config.load(ROOT / "refiner.toml"), list(read_notes(ROOT / "data" / "raw").notes)


def found_in(notes: list[Note], config: Config) -> list[tuple[str, str, str, str]]:
    """What is read in notes: `(note, trait, what, quote)` for each effect, observation and retraction."""
    out = []
    for note in notes:
        x = extract(note, config)
        out += [(x.note, f.trait, f.kind, f.quote) for e in x.events for f in e.effects]
        out += [(x.note, o.trait, f"observed {o.holds}", o.quote) for o in x.observations]
        out += [(x.note, r.target, "retracted", r.quote) for r in x.retractions]
    return out


def words_of(notes: list[Note]) -> int:
    return sum(len(n.text[n.body_start :].split()) for n in notes)


def _report(name: str, found: list[tuple[str, str, str, str]], words: int, show: bool) -> None:
    deadly = sum(w in ("terminates", "observed False", "retracted", "suspends") for _, _, w, _ in found)
    print(
        f"{name:28} {len(found):4} found, {deadly:4} deadly, {words:7} words: {1000 * len(found) / words:.3f} per 1,000"
    )
    for note, trait, what, quote in found if show else ():
        print(f"   {note}: {trait} {what} | {' '.join(quote.split())[:150]}")


def precision(lives: list[dict[str, Any]], stranger: str, *, show: bool) -> None:
    """Prints how much is read where nothing should be, and the verdicts of the sample life."""
    sample, sample_notes = sample_life()
    configs = {life["id"]: config_of(life) for life in lives}
    notes = {life["id"]: [note_from_text(n["text"], n["path"]) for n in life["notes"]] for life in lives}
    cross, read = [], 0
    for one in lives:
        for other, config in [*configs.items(), ("sample", sample)]:
            if other != one["id"]:
                cross += found_in(notes[one["id"]], config)
                read += words_of(notes[one["id"]])
    _report("lives, others' traits", cross, read, show)
    asked = sum(len(extract(n, c).questions) for i, c in configs.items() for j in notes if i != j for n in notes[j])
    print(f"   {asked} questions about others' traits")
    bare = [note_from_text(n.text[n.body_start :], n.path) for n in sample_notes]
    found = [f for config in configs.values() for f in found_in(bare, config)]
    _report("sample life, others' traits", found, words_of(bare) * len(configs), show)
    given = stranger or os.environ.get("REFINER_STRANGER", "")
    path = Path(given) if given else ROOT.parent / "shared" / "corpora" / "darwin-autobiography.txt"
    if path.is_file():
        paragraphs = [p for p in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")) if len(p.split()) > 5]
        told = [note_from_text(" ".join(p.split()), f"p{i}.md") for i, p in enumerate(paragraphs)]
        found = [f for config in [*configs.values(), sample] for f in found_in(told, config)]
        _report("a stranger's life", found, words_of(told) * (len(configs) + 1), show)
    else:
        print(f"no stranger's autobiography at {path}\n  → name one: --stranger FILE, or set REFINER_STRANGER")
    verdicts(sample, sample_notes)


def expected_verdicts() -> dict[str, tuple[str, bool]]:
    """`{trait: (verdict, hard)}` from the table of data/raw/README.md."""
    rows = re.findall(
        r"^\| `([\w-]+)`[^|]*\| ([A-Z]+)\b[^|]*\|([^|]*)\|", (ROOT / "data/raw/README.md").read_text("utf-8"), re.M
    )
    return {trait: (verdict, "hard" in told) for trait, verdict, told in rows}


def verdicts(config: Config, notes: list[Note]) -> None:
    """Prints the sample life's verdicts beside those that a careful reader finds."""
    found = link_events([extract(note, config) for note in notes], notes, config)
    timeline = resolve(
        [e for x in found for e in x.events],
        [o for x in found for o in x.observations],
        [r for x in found for r in x.retractions],
        config.traits,
        now="2026-01-01",
        born=config.persona.born,
    )
    right, opposite, want = 0, 0, expected_verdicts()
    for trait, (verdict, hard) in want.items():
        said = v.verdict if (v := timeline.verdict(trait)) else "UNKNOWN"
        right, opposite = right + (said == verdict), opposite + ((verdict, said) in _OPPOSITE)
        mark = (
            "OPPOSITE" if (verdict, said) in _OPPOSITE else "ok" if said == verdict else "open" if hard else "differs"
        )
        print(f"   {trait:14} {said:12} should be {verdict:12} {mark}")
    print(f"sample life: {right} of {len(want)} verdicts right, {opposite} opposite")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", default="")
    parser.add_argument("--pred", default="", help="where to write the predictions")
    parser.add_argument("--trace", action="store_true", help="print every reading")
    parser.add_argument("--precision", action="store_true", help="count false readings instead")
    parser.add_argument("--stranger", default="", help="a stranger's autobiography, plain text")
    parser.add_argument("--endpoint", default="", help="an OpenAI-compatible endpoint, .../v1: also read by its model")
    parser.add_argument("--model", default="", help="the model's name there")
    parser.add_argument("--answers", type=Path, default=None, help="SQLite file that keeps its answers")
    parser.add_argument("--concurrency", type=int, default=1, help="requests in flight")
    args = parser.parse_args()
    llm = LLM(
        base_url=args.endpoint or LLM().base_url, model=args.model, max_concurrency=args.concurrency, timeout=3600
    )
    asker = Asker(llm, Endpoint(llm), Answers(args.answers)) if args.endpoint else None
    gold = gold_folder(args.gold)
    lives = [json.loads(line) for line in (gold / FILE).read_text(encoding="utf-8").splitlines() if line.strip()]
    if args.precision:
        precision(lives, args.stranger, show=args.trace)
        return 0
    rows, before, after, edits, questions = [], 0, 0, 0, 0
    for life in lives:
        config, notes, found, timeline = read_life(life, asker)
        rows.append({"id": life["id"], "verdicts": {v.id: v.verdict for v in timeline.traits}})
        if args.trace:
            trace(life, found, timeline)
        made = refine(config, notes, found, timeline)
        raw = claims_left(life, config, {n.path: n.text for n in notes})
        left = claims_left(life, config, {n.path: render(n.text, made[n.path]) for n in notes})
        before, after = before + len(raw), after + len(left)
        edits += sum(map(len, made.values()))
        questions += sum(len(x.questions) for x in found)
        if args.trace:
            for path, some in made.items():
                for e in some:
                    print(f"  edit {path} {e.stage}: {e.before!r} → {e.after!r}")
            for trait, sentence in left:
                print(f"  still claims {trait}: {sentence}")
    if asker is not None:
        words = sum(len(n["text"].split()) for life in lives for n in life["notes"])
        print(f"{words} words; {asker.usage}")
        asker.close()
    pred = Path(args.pred) if args.pred else Path(tempfile.mkdtemp()) / "pred.jsonl"
    pred.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    print(f"predictions: {pred}")
    code = subprocess.run([sys.executable, str(gold / "score.py"), str(gold / FILE), str(pred)], check=False).returncode
    print(
        f"claims of dead traits in the text: {before} raw, {after} refined; {edits} edits;"
        f" {questions} questions of extract"
    )
    return code


if __name__ == "__main__":
    raise SystemExit(main())
