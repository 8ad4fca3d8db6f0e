"""Invented lives whose notes say outright what happened, and what must become of their sentences; how well it does.

A line of `lives/*.jsonl` is one life: its traits and notes, and under `expect` the sentences that tell what is over
(`over`, `rests`), those whose ending the same note tells (`told`), those that must stay as they are (`keep`,
`negative`), and the traits to be asked about. Written from the formats' description, with the program unseen.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refiner.chain import Chain
from refiner.checks.dead_traits import check_dead_traits
from refiner.checks.stems import WORD
from refiner.config import Config
from refiner.edits import in_force
from refiner.models import Edit, Note
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.store import Cache
from refiner.timeline.numbers import NUMBERS

LIVES = Path(__file__).parent / "lives"
STAGES = ("reframe", "override", "selfimage")


def load(*names: str) -> list[dict[str, Any]]:
    """The lives of some files ("first"), of all without a name."""
    files = [LIVES / f"{n}.jsonl" for n in names] or sorted(LIVES.glob("*.jsonl"))
    return [json.loads(line) for f in files for line in f.read_text(encoding="utf-8").splitlines() if line.strip()]


def config_of(life: dict[str, Any]) -> Config:
    other = {"male": "female", "female": "male"}[life["gender"]]
    before = {"gender": life["gender"], "name": life.get("name", "")}
    persona = {"born": life["born"], "before": before, "after": {"gender": other}}
    return Config.from_dict({"persona": persona, "traits": life["traits"]}, where=life["id"])


def refined(life: dict[str, Any], stages: Sequence[str] = STAGES, cache: Cache | None = None, **more: Any) -> Chain:
    """The life as the chain leaves it, undecided; without the swap, which these lives do not try."""
    notes = [note_from_text(n["text"], n["path"]) for n in life["notes"]]
    return run_chain(notes, config_of(life), now=life["now"], stages=stages, cache=cache, **more)


@dataclass
class Outcome:
    """What became of a life: counts by name, and the sentences that went wrong with why."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.counts += other.counts
        self.wrong += other.wrong


def judge(life: dict[str, Any], chain: Chain) -> Outcome:
    """Holds a refined life against what is expected of it. Pairs `name`, `name:right` count the sentences."""
    out, expect = Outcome(), life["expect"]
    notes = {n.path: n for n in chain.notes}
    assert chain.timeline is not None
    for trait, verdict in expect["verdicts"].items():
        found = chain.timeline.verdict(trait)
        _count(
            out, "verdicts", found is not None and found.verdict == verdict, life, trait, f"{found and found.verdict}"
        )
    asked = {q.subject.removeprefix("trait:") for q in chain.questions if q.subject.startswith("trait:")}
    for trait in expect.get("asked", ()):
        _count(out, "asked", trait in asked, life, trait, "no question")
    for name in ("over", "rests"):
        for note, start, end, quote in _places(expect.get(name, ()), notes):
            touched = touching(chain, note, start, end) or closed_further_on(chain, note, end)
            in_question = any(q.note == note.path and q.start is not None and q.start < end and start < (q.end or 0)
                              for q in chain.questions)  # fmt: skip
            out.counts[f"{name}:asked"] += not touched and in_question
            _count(out, name, bool(touched), life, quote, "left as it is" + (", asked" if in_question else ""))
    for name in ("told", "keep", "negative"):
        for note, start, end, quote in _places(expect.get(name, ()), notes):
            touched = touching(chain, note, start, end)
            # What shows a trait may be followed by words on another one; it must itself stay.
            hurt = [e for e in touched if name != "negative" or e.start < end and start < e.end]
            said = ", ".join(f"{e.before!r} → {e.after!r}" for e in hurt)
            _count(out, name, not hurt, life, quote, said)
    for note in chain.notes:
        text = chain.refined(note)
        for f in check_dead_traits(note, text, config_of(life), chain.timeline):
            out.counts["claims"] += 1
            out.wrong.append(f"{life['id']} {note.path}: {f.message}")
        out.counts["words"] += len(note.text[note.body_start :].split())
    for fact in new_facts(chain):
        out.counts["new facts"] += 1
        out.wrong.append(f"{life['id']}: new fact {fact}")
    return out


def _count(out: Outcome, name: str, right: bool, life: dict[str, Any], what: str, why: str) -> None:
    out.counts[name] += 1
    out.counts[f"{name}:right"] += right
    if not right:
        out.wrong.append(f"{life['id']} ({life['kind']}) {name}: “{what}” {why}")


def _places(items: Sequence[dict[str, str]], notes: dict[str, Note]) -> Iterator[tuple[Note, int, int, str]]:
    for item in items:
        note, quote = notes[item["note"]], item["quote"]
        start = note.text.index(quote, note.body_start)
        end = start + len(quote)
        inside = [s for s in note.sentences if s.start < end and start < s.end]
        yield note, inside[0].start, inside[-1].end, quote


def touching(chain: Chain, note: Note, start: int, end: int) -> list[Edit]:
    """The edits of a span, and the clauses put right behind it."""
    live = in_force(chain.edits.get(note.path, ()))
    return [e for e in live if e.start < end and start < e.end or e.start == e.end == end]


_CLOSES_ALL = re.compile(
    r"\b(?:[Aa]ll that|thought|believed|as I know now|not happen|never happened|no longer|any more|given up|lasted)\b"
)


def closed_further_on(chain: Chain, note: Note, end: int) -> bool:
    """One clause behind a row of sentences, which no empty line parts, closes this one with the others."""
    for edit in in_force(chain.edits.get(note.path, ())):
        between = [s for s in note.sentences if end <= s.start and s.end <= edit.start]
        near = edit.start > end and len(between) <= 3 and "\n\n" not in note.text[end : edit.start]
        if edit.stage == "override" and near and _CLOSES_ALL.search(edit.after):
            return True
    return False


def new_facts(chain: Chain) -> list[str]:
    """Names and numbers in what the edits put in that are in no note and are no year of the timeline or the canon."""
    told = " ".join(n.text[n.body_start :] for n in chain.notes) + " ".join(c.after for c in chain.canon)
    assert chain.timeline is not None
    told += " ".join(f"{i.from_} {i.until}" for v in chain.timeline.traits for i in v.intervals)
    told += " ".join(f"{a} {b}" for a, b in chain.timeline.windows.values())
    known = {w.casefold() for w in re.findall(r"\w+", told)}
    known |= {f"{w[:3]}0s" for w in known if re.fullmatch(r"\d{4}", w)}
    found = []
    for note in chain.notes:
        for e in in_force(chain.edits.get(note.path, ())):
            if e.stage not in ("reframe", "override"):
                continue
            for m in WORD.finditer(e.after):
                first = not re.search(r"\w", e.after[: m.start()]) or re.search(r"[.!?…]\s*$", e.after[: m.start()])
                number = m[0].casefold() in NUMBERS and m[0].casefold() not in ("one", "once")
                name = m[0][0].isupper() and not first and m[0] != "I" and not m[0].startswith(("I'", "I’"))
                if (number or name) and m[0].casefold() not in known:
                    found.append(f"{m[0]} in {e.after!r}")
            found += [f"{d} in {e.after!r}" for d in re.findall(r"\d+s?", e.after) if d not in known]
    return found
