"""What models and talks leave in a life, put there in the real formats without a model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from refiner.answers import Answers, Stored
from refiner.models import Decision
from refiner.store import DecisionLog, Workspace, write_atomic

GONE = "temple.md"  # the note that is purged
QUOTE = "the temple elephant chased me around the lotus tank"  # words of it as she may say them


def add_answers(ws: Workspace) -> None:
    """A model's answers: about the note, about another one, about the whole life with and without its words."""
    said = {
        "a": (GONE, "yes"),
        "b": ("pigeons.md", "he kept pigeons"),
        "c": ("", f"it ended: {QUOTE}"),
        "d": ("", "no"),
    }
    with Answers(ws.answers) as answers:
        for key, (note, text) in said.items():
            answers.put(Stored(key=key, prompt="relate", note=note, model="m", text=json.dumps({"said": text})))
        answers.remember({"stand-in:Meenakshi": "Sudha", "stand-in:Salem": "Erode", "run": "1"})


def add_talks(ws: Workspace) -> None:
    """A talk of which one exchange quotes the note, one that does so whole, and one that was saved."""
    head = {"talk": "x", "schema": 1, "run": "first"}
    turns = [
        {"id": "t1", "at": "1", "user": "Did you keep pigeons?", "answer": "Yes, on our terrace."},
        {"id": "t2", "at": "2", "user": "And the elephant?", "answer": f"It was bad: {QUOTE}."},
        {"id": "t2", "at": "3", "user": "And the elephant?", "answer": "It was bad.", "wrong": True},
    ]
    for name, lines in {"one": [head, *turns], "two": [head, turns[1]], "three": [head, turns[0]]}.items():
        write_atomic(ws.refined / "chats" / f"{name}.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write_atomic(ws.refined / "chats" / "saved" / "talk.md", f"**Kavya:** {QUOTE.upper()}\n")
    write_atomic(ws.refined / "chats" / "saved" / "other.md", "**Kavya:** Yes, on our terrace.\n")


def add_run(ws: Workspace, name: str, rows: list[str], continues: str = "") -> None:
    """A finished run that says what it was taught."""
    folder = ws.runs / name
    record: dict[str, Any] = {
        "schema": 1, "finished": f"2026-01-0{len(list(ws.runs.glob('*'))) + 1}T00:00:00Z", "seconds": 1.0,
        "dataset": {"sha256": "x"}, "system": "You are Kavya.", "base": {"name": "b", "source": "b", "gguf": ""},
        "recipe": {}, "method": "sft", "continues": {"name": continues} if continues else None, "rows": rows,
        "decided": [], "preferences": None, "backend": {"name": "t"}, "steps": 1, "losses": [{"step": 1, "loss": 1.0}],
        "best": None, "adapter": "adapter", "adapter_gguf": "",
    }  # fmt: skip
    write_atomic(folder / "adapter" / "adapter_model.safetensors", hashlib.sha256(name.encode()).digest() * 99)
    write_atomic(folder / "run.json", json.dumps(record))


def row_keys(ws: Workspace) -> dict[str, list[str]]:
    """By note: the keys of the rows that a training would be taught."""
    from refiner.training.launch import tuning

    rows = [json.loads(line) for line in (ws.dataset / "train.jsonl").read_text().splitlines()]
    events = [json.loads(line) for line in (ws.refined / "events.jsonl").read_text().splitlines()]
    told = {event["id"]: event["note"] for event in events}
    out: dict[str, list[str]] = {}
    for line in (ws.dataset / "provenance.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["file"] == "train.jsonl":
            for note in {*row["notes"], *(told[e] for e in row["events"] if e in told)} or {""}:
                out.setdefault(note, []).append(tuning("continued").row_key(rows[row["row"] - 1]["messages"]))
    return out


def add_evaluation(ws: Workspace, name: str, note: str, run: str = "other") -> None:
    """A report that asks about a note, and what was kept of it."""
    item = {"id": "i", "area": "fact", "about": "", "asks": [{"text": "Go on?", "wanted": "tell"}], "notes": [note]}
    about = {"id": "tuned", "adapter": True, "about": {"run": run}}
    report = {"items": [item], "contestants": [about], "made": "x"}
    write_atomic(ws.refined / "evaluations" / name / "report.json", json.dumps(report))
    write_atomic(ws.refined / "evaluations" / name / "answers.jsonl", '{"contestant": "tuned", "text": "Yes."}\n')


def add_kept(ws: Workspace) -> None:
    """Answers of the base and of an adapter, in the file that all evaluations share."""
    said = [("base", "Pigeons are birds."), ("base", f"Once {QUOTE}."), ("tuned", "I do not know.")]
    lines = [json.dumps({"key": str(n), "value": {"contestant": c, "text": t}}) for n, (c, t) in enumerate(said)]
    write_atomic(ws.refined / "evaluations" / "kept.jsonl", "\n".join(lines) + "\n")


def add_decisions(ws: Workspace) -> list[Decision]:
    """Decisions that quote the note in the person's own words, and one about another note; those two are returned."""
    log = DecisionLog(ws.decisions)
    log.append(Decision(item="feedfeedfeedfeed", verdict="edit", text=f"She says that {QUOTE}, and laughs."))
    mine = log.append(Decision(item="beefbeefbeefbeef", verdict="comment", reason="too proud of nineteen pigeons"))
    quoting = log.append(Decision(item="cafecafecafecafe", verdict="reject", reason=f"no: {QUOTE.upper()}"))
    log.append(Decision(item="cafecafecafecafe", verdict="undo", undoes=quoting.id))
    write_atomic(
        ws.canon,
        '# my own\n[[canon]]\nid = "n1"\nkind = "name"\nbefore = "Meenakshi athai"\nafter = "Sundari athai"\n\n'
        '[[canon]]\nid = "n2"\nkind = "other"\nbefore = "nineteen pigeons"\nafter = "nineteen doves"\n',
    )
    return [mine]


def everything(ws: Workspace) -> None:
    """All of it: a first run that was taught the note, a second that goes on with it, a third that was not."""
    keys = row_keys(ws)
    own, others = keys[GONE], [k for note, found in keys.items() if note not in (GONE, "") for k in found]
    others = [k for k in others if k not in own]
    add_run(ws, "first", own + others)
    add_run(ws, "second", others, continues="first")
    add_run(ws, "third", others)
    write_atomic(ws.runs / "current.json", json.dumps({"schema": 1, "current": "second", "before": ["third", "first"]}))
    add_evaluation(ws, "about-it", GONE)
    add_evaluation(ws, "of-the-run", "pigeons.md", run="first")
    add_evaluation(ws, "free", "pigeons.md", run="third")
    add_kept(ws)
    add_answers(ws)
    add_talks(ws)
    add_decisions(ws)


def tree(root: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
