"""Writes the dataset folder, and checks one.

`manifest.json` is taken away first and written last: a folder that has one is whole. Only samples that the person
approved or edited and that wait for nothing get in.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from refiner.config import Config
from refiner.dataset.card import dataset_card
from refiner.dataset.persona import system_for
from refiner.dataset.split import split
from refiner.errors import StoreError, Undecided
from refiner.models import Message, Sample
from refiner.store import make_folder, write_atomic

SCHEMA = 1
FILES = ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl", "README.md")
DECIDED = ("approved", "edited")


def ready(samples: Sequence[Sample]) -> list[Sample]:
    """The samples that may be exported: approved or edited, and not held back by their sources. No id twice."""
    found = {s.id: s for s in samples if s.status in DECIDED and not s.blocked}
    return sorted(found.values(), key=lambda s: s.id)


def export_dataset(
    samples: Sequence[Sample],
    out: Path,
    *,
    config: Config,
    card: str,
    base: str,
    system: str | None = None,
    pairs: Sequence[tuple[Sample, Sample]] = (),
    rejected: Sequence[Sample] = (),
    partial: bool = False,
) -> dict[str, Any]:
    """Writes train, eval, preferences, kto, README and, last, the manifest, which it returns.

    `card`: the persona card. `system`: the system message of every row; None lets the size of `base` decide between
    the card and its short form. `pairs`: (as the person edited it, as it was proposed). `rejected`: for kto.jsonl.
    Raises Undecided (exit code 3) when samples are undecided or approved ones wait for their sources and `partial` is
    not set, and when none is ready at all; StoreError when the folder cannot be written.
    """
    able = ready(samples)
    _refuse(samples, able, partial)
    message = (system if system is not None else system_for(base, card)).strip()
    parts = split(able)
    if not parts.train:
        raise Undecided("no sample is left to train on", mend="refiner review")
    free = {s.id for s in able}
    texts: dict[str, list[dict[str, Any]]] = {
        "train.jsonl": [{"messages": _chat(message, s.messages)} for s in _mixed(parts.train)],
        "eval.jsonl": [{"messages": _chat(message, s.messages)} for s in parts.evaluation],
        "preferences.jsonl": [_pair(message, a, b) for a, b in pairs if a.id in free and _differs(a, b)],
        "kto.jsonl": _verdicts(message, able, [*rejected], pairs),
    }
    counts = {
        "train": len(texts["train.jsonl"]), "eval": len(texts["eval.jsonl"]),
        "preferences": len(texts["preferences.jsonl"]), "kto": len(texts["kto.jsonl"]),
    }  # fmt: skip
    contents = {name: "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows) for name, rows in texts.items()}
    contents["README.md"] = dataset_card(parts, config=config, system=message, base=base, counts=counts)
    make_folder(out)
    _unmark(out)
    for name in FILES:
        write_atomic(out / name, contents[name])
    kinds = Counter(s.kind for s in able)
    traits = Counter(t for s in able for t in s.traits)
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "files": [{"name": n, "sha256": _sha(contents[n]), "rows": len(texts.get(n, ()))} for n in FILES],
        "counts": {
            **counts,
            "replay": 0,
            "kinds": dict(sorted(kinds.items())),
            "traits": dict(sorted(traits.items())),
            "statuses": dict(sorted(Counter(s.status for s in able).items())),
            "left_out": len({s.id for s in samples}) - len(able),
        },
        "system": message,
        "base": base,
    }
    write_atomic(out / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    return manifest


def _refuse(samples: Sequence[Sample], able: Sequence[Sample], partial: bool) -> None:
    undecided = [s for s in samples if s.status == "undecided"]
    waiting = [s for s in samples if s.status in DECIDED and s.blocked]
    if not partial and (undecided or waiting):
        ids = ", ".join(s.id for s in (*undecided, *waiting)[:5])
        more = len(undecided) + len(waiting) - 5
        raise Undecided(
            f"{len(undecided)} samples are undecided and {len(waiting)} wait for items in their sources: {ids}"
            + (f" and {more} more" if more > 0 else ""),
            mend=f"refiner review; or leave them out: refiner export --partial ({len(able)} samples are ready)",
        )
    if not able:
        raise Undecided("no sample is approved yet", mend="refiner review")


def _unmark(out: Path) -> None:
    """Takes the old manifest away, so that a folder that is being written is not taken for a whole one."""
    try:
        out.chmod(0o700)
        (out / "manifest.json").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error.strerror}") from None


def _mixed(rows: Sequence[Sample]) -> list[Sample]:
    """One row of each kind in turn, the rarest kinds first to end: a recipe that takes only the beginning of the file
    then gets what is rare and matters (who she is, what is over) as well as the many memories. Always the same."""
    of_kind: dict[str, list[Sample]] = {}
    for sample in sorted(rows, key=lambda s: _sha(s.id)):
        of_kind.setdefault(sample.kind, []).append(sample)
    place = {s.id: (i, kind) for kind, group in of_kind.items() for i, s in enumerate(group)}
    return sorted(rows, key=lambda s: place[s.id])


def _chat(system: str, messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, *({"role": m.role, "content": m.content} for m in messages)]


def _differs(edited: Sample, proposed: Sample) -> bool:
    """A pair needs one prompt and two answers; where the question was edited too there is nothing to compare."""
    same = edited.messages[:-1] == proposed.messages[:-1]
    return same and edited.messages[-1].content.strip() != proposed.messages[-1].content.strip()


def _pair(system: str, edited: Sample, proposed: Sample) -> dict[str, Any]:
    return {
        "prompt": _chat(system, edited.messages[:-1]),
        "chosen": _chat("", edited.messages[-1:])[1:],
        "rejected": _chat("", proposed.messages[-1:])[1:],
    }


def _verdicts(
    system: str, able: Sequence[Sample], rejected: Sequence[Sample], pairs: Sequence[tuple[Sample, Sample]]
) -> list[dict[str, Any]]:
    """KTO rows: approved and edited answers are good, rejected ones and those that the person replaced are not.

    A rejected sample that waits for its sources is left out too: what it says may not be hers.
    """
    free = {s.id for s in able}
    bad = [s for s in rejected if s.status == "rejected" and not s.blocked]
    bad += [b for a, b in pairs if a.id in free and _differs(a, b)]
    rows = [(s, True) for s in able] + [(s, False) for s in sorted(bad, key=lambda s: s.id)]
    return [
        {"prompt": _chat(system, s.messages[:-1]), "completion": _chat("", s.messages[-1:])[1:], "label": good}
        for s, good in rows
    ]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def validate_dataset(folder: Path) -> list[str]:
    """What is wrong with a dataset folder; [] where it is whole. Reads only."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        listed = {str(f["name"]): f for f in manifest["files"]}
        schema, system = manifest["schema"], manifest["system"]
    except FileNotFoundError:
        return ["manifest.json is missing: the folder is not whole"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"manifest.json cannot be read: {error!r}"]
    out = [] if schema == SCHEMA else [f"manifest.json: schema {schema!r}, not {SCHEMA}"]
    for name in FILES:
        if name not in listed:
            out.append(f"manifest.json does not list {name}")
    questions: dict[str, set[str]] = {}
    for name, entry in listed.items():
        try:
            raw = (folder / name).read_bytes()
        except OSError as error:
            out.append(f"{name}: {error.strerror}")
            continue
        if hashlib.sha256(raw).hexdigest() != entry.get("sha256"):
            out.append(f"{name} was changed after it was written")
        if not name.endswith(".jsonl"):
            continue
        lines = [line for line in raw.decode("utf-8", "replace").split("\n") if line]
        if len(lines) != entry.get("rows"):
            out.append(f"{name} has {len(lines)} rows, the manifest says {entry.get('rows')}")
        for number, line in enumerate(lines, 1):
            out += [f"{name}:{number}: {p}" for p in _row_problems(name, line, system, questions)]
    both = questions.get("train.jsonl", set()) & questions.get("eval.jsonl", set())
    return out + [f"a question is in train.jsonl and eval.jsonl: {q!r}" for q in sorted(both)]


def _row_problems(name: str, line: str, system: str, questions: dict[str, set[str]]) -> list[str]:
    try:
        row = json.loads(line)
        if name in ("train.jsonl", "eval.jsonl"):
            messages = list(row["messages"])
        elif name == "preferences.jsonl":
            if row["chosen"] == row["rejected"]:
                return ["chosen and rejected are the same"]
            messages = [*row["prompt"], *row["chosen"]]
        else:
            if not isinstance(row["label"], bool):
                return ["label is neither true nor false"]
            messages = [*row["prompt"], *row["completion"]]
        roles = [m["role"] for m in messages]
        contents = [m["content"] for m in messages]
    except (ValueError, KeyError, TypeError) as error:
        return [f"no row of this file: {error!r}"]
    out = []
    if roles[:1] != ["system"]:
        out.append("the first message is not the system message")
    elif contents[0] != system:
        out.append("its system message is not the manifest's")
    if len(roles) < 3 or roles[1:] != ["user", "assistant"] * ((len(roles) - 1) // 2):
        out.append(f"roles must go system, user, assistant …, not {roles}")
    if not all(isinstance(c, str) and c.strip() for c in contents):
        out.append("a message without content")
    questions.setdefault(name, set()).add(
        "\n".join(str(c) for r, c in zip(roles, contents, strict=True) if r == "user")
    )
    return out
