"""What a model adds to the rules of the swap: which of their open questions it settles, rightly and wrongly.

    python benchmarks/adviser.py --endpoint http://127.0.0.1:8080/v1 --model NAME [--sample 60] [--gold FOLDER]
    python benchmarks/adviser.py … --ungated     as if every answer that both orders give were heard

Asks the control questions first, as a run does, then a random sample (fixed seed) of the open questions on the marked
passages of tests/language/passages, without those that the controls were taken from, and all of the development set.
Answers are kept in --answers FILE, so that an interrupted run goes on. Prints counts with 95 % Wilson intervals.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "language"), str(ROOT / "benchmarks")]

import marked_passages  # noqa: E402
from swap import _module, gold_folder, wilson  # noqa: E402

from refiner.answers import Answers  # noqa: E402
from refiner.asking.asker import Asker  # noqa: E402
from refiner.config import LLM, Config  # noqa: E402
from refiner.llm import Endpoint  # noqa: E402
from refiner.models import Note, Question  # noqa: E402
from refiner.notes import note_from_text  # noqa: E402
from refiner.stages.asked.controls import Trust, controls  # noqa: E402
from refiner.stages.asked.mentions import is_for_a_model, settle, trust  # noqa: E402
from refiner.stages.base import StageInput  # noqa: E402
from refiner.stages.canon import seed_canon  # noqa: E402
from refiner.stages.swap import Swap  # noqa: E402

ALL_HEARD = Trust(1000, 1000, 0, 1000, 0, 1000)


@dataclass(frozen=True)
class Open:
    """An open question with its truth: whether it is the narrator."""

    where: str
    note: Note
    question: Question
    config: Config
    narrator: bool


def _questions(text: str, config: Config) -> tuple[Note, tuple[Question, ...]]:
    note = note_from_text(text, "note.md")
    return note, Swap().run(StageInput(note=note, config=config, canon=seed_canon(config))).questions


def from_passages() -> Iterator[Open]:
    """The open questions on our own passages, without the control passages."""
    taken = {c.before[-80:] + c.marked for c in controls()}
    for path in marked_passages.files():
        for p in marked_passages.load(path):
            note, questions = _questions(p.text, p.config)
            for q in questions:
                at, end = q.start or 0, q.end or 0
                if any((p.text[:at].lstrip() + p.text[at:end]).endswith(t) for t in taken):
                    continue
                truth = any(a < y and x < b for a, b, _ in p.required for x, y in q.mentions[:1])
                yield Open(f"{path.stem}/{p.id}", note, q, p.config, truth)


def from_gold(folder: Path) -> Iterator[Open]:
    """The open questions on the development set."""
    score, to_config = _module(folder / "score.py"), _module(folder / "to_config.py").to_config
    for path in sorted(folder.glob("*.jsonl")):
        for g in score.load(str(path)):
            config = Config.from_dict(to_config(g))
            for text, of in [(n["text"], n["path"]) for n in g["notes"]] if "notes" in g else [(g["text"], None)]:
                note, questions = _questions(text, config)
                spans = []
                for d in g["required"]:
                    if of is None or d["path"] == of:
                        at = score.locate(text.translate(score.FOLD), d["before"].translate(score.FOLD), d["n"])
                        spans.append((at, at + len(d["before"])))
                for q in questions:
                    truth = any(a < y and x < b for a, b in spans for x, y in q.mentions[:1])
                    yield Open(f"{path.stem}/{g['id']}", note, q, config, truth)


def share(label: str, hits: int, of: int) -> None:
    low, high = wilson(hits, of)
    print(f"  {label:<34}{hits:>5}/{of:<5}{hits / max(1, of):7.3f}   [{low:.3f}, {high:.3f}]")


def measure(name: str, asker: Asker, todo: list[Open], heard: Trust, details: bool) -> None:
    """Prints what the model settles of some open questions."""
    for_it = [o for o in todo if is_for_a_model(o.question)]
    answers = asker.run([partial(settle, asker, o.note, o.question, o.config, heard) for o in for_it])
    right = wrong = 0
    for o, said in zip(for_it, answers, strict=True):
        if said is None:
            continue
        ok = (said.choice != "stay") == o.narrator
        right, wrong = right + ok, wrong + (not ok)
        if details:
            print(f"    {'right' if ok else 'WRONG'} {o.where} {o.question.question} {said.reason}")
    print(f"{name}: {len(todo)} open questions, {len(for_it)} of them for a model")
    share("settled rightly", right, len(todo))
    share("settled wrongly", wrong, len(todo))
    share("left to the person", len(todo) - right - wrong, len(todo))


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", required=True, help="an OpenAI-compatible endpoint, .../v1")
    parser.add_argument("--model", required=True)
    parser.add_argument("--answers", type=Path, default=None, help="SQLite file that keeps the answers")
    parser.add_argument("--sample", type=int, default=60, help="open questions of the passages; 0 = all")
    parser.add_argument("--gold", default="", help="folder of the development set; default as in swap.py")
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--ungated", action="store_true", help="hear every answer that both orders give")
    parser.add_argument("--details", action="store_true", help="print every settled question")
    args = parser.parse_args()
    llm = LLM(base_url=args.endpoint, model=args.model, max_concurrency=args.concurrency, timeout=3600)
    with Answers(args.answers) as kept:
        asker = Asker(llm, Endpoint(llm), kept)
        began = time.perf_counter()
        try:
            heard = trust(asker)
            if heard is None:
                raise SystemExit("the control questions got no answer")
            print(f"controls: {heard.right} of {heard.asked} as they should be; {heard}")
            print(f"  heard on “the narrator”: {heard.hears(True)}, on “somebody else”: {heard.hears(False)}")
            if args.ungated:
                heard = ALL_HEARD
            own = list(from_passages())
            random.Random(20261123).shuffle(own)
            own = own[: args.sample or len(own)]
            measure("own passages", asker, own, heard, args.details)
            measure("development set", asker, list(from_gold(gold_folder(args.gold))), heard, args.details)
        finally:
            asker.close()
        u = asker.usage
        print(
            f"{u.calls} calls ({u.cached} kept), {u.prompt_tokens} tokens sent, {u.completion_tokens} written, "
            f"{time.perf_counter() - began:.0f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
