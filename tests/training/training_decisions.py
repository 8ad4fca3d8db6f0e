"""Decisions about the invented person: pairs for DPO and verdicts for KTO, written into a dataset folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from training_persona import FACTS, SYSTEM


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def pair(question: str, chosen: str, rejected: str) -> dict[str, Any]:
    prompt = [message("system", SYSTEM), message("user", question)]
    return {"prompt": prompt, "chosen": [message("assistant", chosen)], "rejected": [message("assistant", rejected)]}


def verdict(question: str, answer: str, good: bool) -> dict[str, Any]:
    prompt = [message("system", SYSTEM), message("user", question)]
    return {"prompt": prompt, "completion": [message("assistant", answer)], "label": good}


def pairs() -> list[dict[str, Any]]:
    """Each fact against the next one's answer to the same question."""
    others = [*FACTS[1:], FACTS[0]]
    return [pair(qs[0], answer, other[0]) for (answer, qs, _, _), other in zip(FACTS, others, strict=True)]


def verdicts() -> list[dict[str, Any]]:
    """Four good verdicts for each bad one, as a person's approvals and rejections are."""
    good = [verdict(question, answer, True) for answer, qs, _, _ in FACTS for question in qs]
    return good + [
        verdict(qs[0], other[0], False) for (_, qs, _, _), other in zip(FACTS, [*FACTS[1:], FACTS[0]], strict=True)
    ]


def add_decisions(folder: Path, of_pairs: list[dict[str, Any]], of_verdicts: list[dict[str, Any]]) -> Path:
    """Put the two files into the dataset in `folder`, and into its manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, rows in (("preferences.jsonl", of_pairs), ("kto.jsonl", of_verdicts)):
        raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
        (folder / name).write_bytes(raw)
        manifest["files"].append({"name": name, "sha256": hashlib.sha256(raw).hexdigest(), "rows": len(rows)})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
