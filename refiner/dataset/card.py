"""README.md of a dataset folder: what it is, how many rows of what, the system message, and that it stays at home."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from refiner.config import Config
from refiner.dataset.mix import shares
from refiner.dataset.split import Split
from refiner.models import Sample


def dataset_card(split: Split, *, config: Config, system: str, base: str, counts: dict[str, int]) -> str:
    """The card in Markdown. It holds no sentence of the notes, but the system message says who she is."""
    rows: Sequence[Sample] = (*split.train, *split.evaluation)
    kinds = Counter(s.kind for s in rows)
    evaluated = Counter(s.kind for s in split.evaluation)
    traits = Counter(t for s in rows for t in s.traits)
    lines = [
        "---",
        "license: other",
        "license_name: private",
        "private: true",
        "---",
        "# A persona's training data",
        "",
        f"Questions and answers from one person's refined notes: {counts['train']} rows to train, {counts['eval']} to",
        f"evaluate, {counts['preferences']} preference pairs and {counts['kto']} single verdicts. A person approved or",
        "edited every row.",
        "",
        "**These data stay at home.** They are made from somebody's private notes and name other people, who were not",
        "asked. That is why no command uploads them: do not publish this folder, or a model that was trained on it.",
        "Licence: private.",
        "",
        "| file | one row is |",
        "| --- | --- |",
        "| `train.jsonl` | `messages`; the first is always the system message below |",
        "| `eval.jsonl` | the same, asked in forms that training does not have, of scenes that it has |",
        "| `preferences.jsonl` | `prompt, chosen, rejected`: the person's words against the tool's |",
        "| `kto.jsonl` | `prompt, completion, label`: approved or rejected |",
        "| `manifest.json` | hashes and row counts; written last, so that without it the folder is not whole |",
        "",
        "General rows, against forgetting, are added when training starts.",
        "",
        f"Base model: {base or 'not chosen yet'}",
        "",
        "## Kinds",
        "",
        "| kind | rows | of them evaluation | share | share asked for |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for share in shares(rows, config):
        lines.append(
            f"| {share.kind} | {kinds[share.kind]} | {evaluated[share.kind]} | {share.has:.0%} | {share.wanted:.0%} |"  # type: ignore[index]
        )
    lines += ["", "## Traits", "", "| trait | polarity | rows |", "| --- | --- | ---: |"]
    for trait in sorted(config.important, key=lambda t: (-t.importance, t.id)):
        lines.append(f"| {trait.id} | {trait.polarity} | {traits[trait.id]} |")
    lines += ["", "## System message", "", *(f"> {line}" if line else ">" for line in system.strip().splitlines()), ""]
    return "\n".join(lines)
