"""README.md of a dataset folder: what it is, how many rows of what, the system message, and that it stays at home.

Its front matter names the files of each part, so that `datasets.load_dataset(FOLDER)` needs no argument about files.
`datasets` cannot load a part without rows ("corresponds to no data"), so a part that has none is not named there.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence

from refiner.config import Config
from refiner.dataset.mix import shares
from refiner.dataset.split import Split
from refiner.models import Sample

TELLS = {
    "train.jsonl": "`messages`, the first always the system message below; `kind`",
    "eval.jsonl": "the same, asked in forms that training does not have, of scenes that it has",
    "preferences.jsonl": "`prompt, chosen, rejected`: what the person wanted against what they did not",
    "kto.jsonl": "`prompt, completion, label`: approved or rejected",
    "provenance.jsonl": "where a row comes from: sample, notes, edits, decisions. **Private; for this machine alone**",
    "manifest.json": "hashes and row counts; written last, so that without it the folder is not whole",
}
HOME = (
    "**These data stay at home.** They are made from somebody's private notes and name other people, who were not "
    "asked. That is why there is no `--push`, and no other command that uploads them: do not publish this folder, or a "
    "model that was trained on it. Licence: private."
)
WIDTH = 80
_HELD = "the same, about the events named below, of which training knows nothing"


def _but(replay: int) -> str:
    if not replay:
        return ""
    return f" but {replay} general ones, which are about the world and stand between the others against forgetting"


def configs(rows: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """The parts that `load_dataset(FOLDER, NAME)` can load: name -> split -> file, of the files that have rows."""
    splits = {"train.jsonl": "train", "eval.jsonl": "validation"}
    out: dict[str, dict[str, str]] = {"default": {s: f for f, s in splits.items() if rows.get(f)}}
    for name in ("preferences", "kto"):
        if rows.get(f"{name}.jsonl"):
            out[name] = {"train": f"{name}.jsonl"}
    for file, count in rows.items():
        top, _, rest = file.partition("/")
        folder, _, name = rest.partition("/")
        if top == "formats" and count and name in splits:
            out.setdefault(folder, {})[splits[name]] = file
    return out


def front_matter(parts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The YAML at the top of a card, between its marks."""
    lines = ["---", "license: other", "license_name: private", "private: true", "configs:"]
    for name, files in parts.items():
        lines.append(f"- config_name: {name}")
        lines += ["  default: true"] if name == "default" else []
        lines.append("  data_files:")
        lines += [line for split, file in files.items() for line in (f"  - split: {split}", f"    path: {file}")]
    return [*lines, "---"]


def dataset_card(
    split: Split, *, config: Config, system: str, base: str, rows: Mapping[str, int], replay: int,
    held_out: Sequence[Mapping[str, str]] = (),
) -> str:  # fmt: skip
    """The card in Markdown. It holds no sentence of the notes, but the system message says who she is, and `held_out`
    names events. `rows`: of each file; `replay`: general rows in train.jsonl."""
    samples: Sequence[Sample] = (*split.train, *split.evaluation)
    kinds = Counter(s.kind for s in samples)
    evaluated = Counter(s.kind for s in split.evaluation)
    traits = Counter(t for s in samples for t in s.traits)
    parts = configs(rows)
    lines = [
        *front_matter(parts),
        "# A persona's training data",
        "",
        *textwrap.wrap(
            f"Questions and answers from one person's refined notes: {rows['train.jsonl']} rows to train, "
            f"{rows['eval.jsonl']} to evaluate, {rows['preferences.jsonl']} preference pairs and {rows['kto.jsonl']} "
            f"single verdicts. A person approved or edited every row{_but(replay)}.",
            WIDTH,
        ),
        "",
        *textwrap.wrap(HOME, WIDTH),
        "",
        "| file | one row is |",
        "| --- | --- |",
    ]
    tells = {**TELLS, "eval.jsonl": _HELD} if held_out else TELLS
    lines += [f"| `{name}` | {tells[name]} |" for name in tells if name in rows or name == "manifest.json"]
    for name in dict.fromkeys(f.split("/")[1] for f in rows if f.startswith("formats/")):
        lines.append(f"| `formats/{name}/` | the rows of `train.jsonl` and `eval.jsonl` in the form `{name}` |")
    lines += [
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        *('load_dataset(".")' if name == "default" else f'load_dataset(".", "{name}")' for name in parts),
        "```",
        "",
        f"Base model: {base or 'not chosen yet'}",
        "",
    ]  # fmt: skip
    if held_out:
        lines += ["## Events that training knows nothing of", ""]
        lines += [f"- `{e['id']}`: {' '.join(e['label'].split())}" for e in held_out] + [""]
    lines += [
        "## Kinds",
        "",
        "| kind | rows | of them evaluation | share | share asked for |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for share in shares(samples, config):
        lines.append(
            f"| {share.kind} | {kinds[share.kind]} | {evaluated[share.kind]} | {share.has:.0%} | {share.wanted:.0%} |"  # type: ignore[index]
        )
    lines += [f"| general | {replay} | 0 | besides | {config.samples.replay:g} for each row |"] if replay else []
    lines += ["", "## Traits", "", "| trait | polarity | rows |", "| --- | --- | ---: |"]
    for trait in sorted(config.important, key=lambda t: (-t.importance, t.id)):
        lines.append(f"| {trait.id} | {trait.polarity} | {traits[trait.id]} |")
    lines += ["", "## System message", "", *(f"> {line}" if line else ">" for line in system.strip().splitlines()), ""]
    return "\n".join(lines)


def format_card(name: str, rows: Mapping[str, int]) -> str:
    """The card of a sub-folder with the rows in another form, so that it can be loaded or copied by itself."""
    splits = {"train.jsonl": "train", "eval.jsonl": "validation"}
    files = {split: file for file, split in splits.items() if rows.get(f"formats/{name}/{file}")}
    told = [f"# The same rows in the form `{name}`", "", *textwrap.wrap(HOME, WIDTH)]
    return "\n".join([*front_matter({"default": files}), *told, ""])
