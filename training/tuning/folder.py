"""The dataset folder: what `manifest.json` promises, the rows, and the general rows that are mixed in.

The manifest is written last by whoever made the folder, so a folder without one is half-written, and one whose hashes
differ was changed after the person approved it. Both are refused.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Refused
from .reading import load_json, parse_json

Message = dict[str, str]
SCHEMA = 1
GENERAL = "general"  # the kind of a row that is not about the persona
NEUTRAL_SYSTEM = "You are a helpful assistant."


@dataclass(frozen=True)
class Folder:
    """A checked dataset folder. `sha256` covers `train.jsonl` and `eval.jsonl`: what training reads."""

    path: Path
    sha256: str
    system: str
    train: list[list[Message]]
    evaluation: list[list[Message]]
    replay_inside: int  # general rows that the folder already holds
    kinds: list[str]  # of each row of `train`, "" where the folder does not say; "general" is not about the persona


def read_folder(path: Path) -> Folder:
    """The dataset in the folder `path`.

    Raises `Refused` (exit code 2): no manifest, a file missing or unlike its hash or row count, a row that is no
    chat with an explicit system message first and an answer last.
    """
    export = "write it again: refiner export"
    manifest_file = path / "manifest.json"
    if not manifest_file.is_file():
        raise Refused(
            f"{path} is no finished dataset: it has no manifest.json, which is written last",
            mend=export,
            exit_code=2,
        )
    try:
        manifest = load_json(manifest_file)
        listed = {entry["name"]: entry for entry in manifest["files"]}
        schema, system = manifest["schema"], manifest["system"]
        counts = manifest.get("counts") or {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{manifest_file} cannot be read: {error!r}", mend=export, exit_code=2) from error
    problems: list[str] = []
    if schema != SCHEMA:
        problems.append(f"manifest.json: schema {schema!r}, but this program reads schema {SCHEMA}")
    rows: dict[str, list[list[Message]]] = {}
    kinds: dict[str, list[str]] = {}
    for name in ("train.jsonl", "eval.jsonl"):
        rows[name], kinds[name] = [], []
        if name not in listed:
            problems.append(f"manifest.json does not list {name}")
        elif not (path / name).is_file():
            problems.append(f"{name} is missing")
        else:
            problems += _check_file(path / name, listed[name], rows[name], kinds[name])
    if not problems and not rows["train.jsonl"]:
        problems.append("train.jsonl has no rows")
    if problems:
        shown = "\n".join(f"  {problem}" for problem in problems[:10])
        more = f"\n  and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise Refused(f"the dataset {path} cannot be trained on:\n{shown}{more}", mend=export, exit_code=2)
    digest = hashlib.sha256("".join(f"{name} {listed[name]['sha256']}\n" for name in sorted(rows)).encode())
    replay = counts.get("replay", 0) if isinstance(counts, dict) else 0
    of_train = kinds["train.jsonl"]
    inside = of_train.count(GENERAL) if any(of_train) else replay if isinstance(replay, int) else 0
    # Events that were kept out of training must not decide when it stops: of them a model should know nothing.
    evaluation = [] if manifest.get("held_out_events") else rows["eval.jsonl"]
    return Folder(path, digest.hexdigest(), str(system), rows["train.jsonl"], evaluation, inside, of_train)


def _check_file(file: Path, entry: dict[str, Any], rows: list[list[Message]], kinds: list[str]) -> list[str]:
    problem, lines = _lines(file, entry)
    if problem:
        return [problem]
    problems = []
    for number, line in enumerate(lines, 1):
        try:
            row = parse_json(line)
            messages, kind = row["messages"], row.get("kind")
            problem = row_problem(messages)
        except (ValueError, KeyError, TypeError, AttributeError):
            problem = "no JSON object with `messages`"
        if problem:
            problems.append(f"{file.name}, line {number}: {problem}")
        else:
            kinds.append(kind if isinstance(kind, str) else "")
            rows.append([{"role": m["role"], "content": m["content"]} for m in messages])
            if row.get("learn") == "last":
                for message in rows[-1][:-1]:
                    message |= {"learn": "no"} if message["role"] == "assistant" else {}
    return problems


def _lines(file: Path, entry: dict[str, Any]) -> tuple[str, list[str]]:
    """("", the lines of `file`), or (what it has that the manifest's `entry` does not say, [])."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        return f"{file.name} cannot be read: {error.strerror}", []
    if hashlib.sha256(raw).hexdigest() != entry.get("sha256"):
        return f"{file.name} was changed after it was written: its hash is not the manifest's", []
    try:
        lines = [line for line in raw.decode("utf-8").split("\n") if line.strip()]
    except UnicodeDecodeError as error:
        return f"{file.name} is not UTF-8 (byte {error.start})", []
    if entry.get("rows") != len(lines):
        return f"{file.name} has {len(lines)} rows, the manifest says {entry.get('rows')}", []
    return "", lines


def read_listed(path: Path, name: str) -> Iterator[tuple[int, Any]]:
    """(line number, row) of the file `name` in the dataset folder `path`; nothing where the manifest lists none.

    Raises `Refused` (exit code 2) if the file is not as the manifest says.
    """
    manifest = load_json(path / "manifest.json")
    entry = next((entry for entry in manifest["files"] if entry["name"] == name), None)
    if entry is None:
        return
    file = path / name
    problem, lines = _lines(file, entry) if file.is_file() else (f"{name} is missing", [])
    if problem:
        raise Refused(f"the dataset {path}: {problem}", mend="write it again: refiner export", exit_code=2)
    for number, line in enumerate(lines, 1):
        try:
            yield number, parse_json(line)
        except ValueError as error:
            raise Refused(
                f"{file}, line {number}: {error}", mend="write it again: refiner export", exit_code=2
            ) from error


def row_problem(messages: Any, *, system: bool = True) -> str:
    """What is wrong with a row's messages, or "". `system`: whether the first one must be the system message."""
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        return "`messages` is no list of messages"
    if not all(isinstance(m.get("content"), str) and m["content"].strip() for m in messages):
        return "a message without content"
    if any("\ud800" <= c <= "\udfff" for m in messages for c in m["content"]):
        return "half a character, which no tokenizer takes"
    roles = [m.get("role") for m in messages]
    if system:
        # Chat templates put in a system message of their own ("You are … SmolLM") where a row has none.
        if roles[:1] != ["system"]:
            return "the first message is not the system message"
        roles = roles[1:]
    if len(roles) < 2 or roles != ["user", "assistant"] * (len(roles) // 2):
        return f"roles must go user, assistant, … and end with an answer, not {roles}"
    return ""


def read_replay(name: str, places: list[Path]) -> list[list[Message]]:
    """The general rows of the file `name`, looked for in `places` in turn. Each row is `messages` without a system
    message. Raises `Refused` (exit code 2) if there is no such file or a row of it is wrong."""
    for place in places:
        file = place / name
        if file.is_file():
            break
    else:
        raise Refused(
            f"no file {name} with general rows in {' or '.join(str(p) for p in places)}",
            mend="name one in the recipe: [data] replay_file = …, or set replay = 0",
            exit_code=2,
        )
    rows = []
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        mend = "save it as UTF-8, or name another one in the recipe: [data] replay_file = …"
        raise Refused(f"the general rows {file} cannot be read: {error}", mend=mend, exit_code=2) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                messages = parse_json(line)["messages"]
                problem = row_problem(messages, system=False)
            except (ValueError, KeyError, TypeError):
                problem = "no JSON object with `messages`"
            if problem:
                raise Refused(f"{file}, line {number}: {problem}", exit_code=2)
            rows.append(messages)
    return rows


def beginning(folder: Folder, rows: int, chars: int = 0) -> Folder:
    """The folder with at most `rows` of the persona's rows to train on (0 = all), those that have at most `chars`
    characters of talk (0 = any), and the general rows that stand between them.

    From the beginning of the folder, whose writer spreads kinds evenly over it, and each answer with all the questions
    that it is given to: a model that sees few rows learns a thing from being asked in several ways. Of the held-out
    rows those stay whose answer is among the taught ones: what was not taught must not decide when to stop.
    """
    kinds = folder.kinds or [""] * len(folder.train)
    fitting_rows = [i for i, row in enumerate(folder.train) if not chars or talk_length(row) <= chars]
    forms: dict[str, list[int]] = {}
    for i in fitting_rows:
        if kinds[i] != GENERAL:
            forms.setdefault(folder.train[i][-1]["content"], []).append(i)
    persona = [i for places in forms.values() for i in places][: rows or None]
    general = [i for i in fitting_rows if kinds[i] == GENERAL]
    share = len(persona) / max(1, sum(kind != GENERAL for kind in kinds))
    picked = sorted([*persona, *general[: round(len(general) * share)]])
    if len(picked) == len(folder.train):
        return folder
    train = [folder.train[i] for i in picked]
    inside = sum(kinds[i] == GENERAL for i in picked)
    if not any(kinds) and folder.replay_inside:  # nothing says which they are: they are spread evenly
        inside = round(folder.replay_inside * len(train) / len(folder.train))
    taught = {row[-1]["content"] for row in train}
    fitting = [row for row in folder.evaluation if row[-1]["content"] in taught]
    return dataclasses.replace(
        folder,
        train=train,
        evaluation=fitting[: max(8, len(train) // 4)],
        replay_inside=inside,
        kinds=[kinds[i] for i in picked],
    )


def talk_length(row: list[Message]) -> int:
    """Characters of a row without its system message."""
    return sum(len(m["content"]) for m in row if m["role"] != "system")


def mix_replay(folder: Folder, general: list[list[Message]], ratio: float, seed: int) -> list[list[Message]]:
    """The general rows to add: `ratio` for each persona row, less those that the folder already holds, and others than
    those as long as there are any.

    Half of them stand under the persona's own system message and half under a neutral one. Under the persona's,
    because that is how she is talked to, and where persona rows alone make the model forget ("Capital of France?" →
    her home town). Under a neutral one, so that the adapter does not learn that every system message means her: the
    base's own manner stays reachable, which an evaluation without the persona prompt relies on.
    """
    persona = len(folder.train) - folder.replay_inside
    wanted = max(0, round(persona * ratio) - folder.replay_inside)
    asked = {row[i]["content"] for row in folder.train for i in range(len(row)) if row[i]["role"] == "user"}
    general = [row for row in general if row[0]["content"] not in asked] or general
    if not wanted or not general:
        return []
    chance = random.Random(seed)
    picked: list[list[Message]] = []
    while len(picked) < wanted:  # a small file is gone through again in another order rather than left short
        picked += chance.sample(general, min(len(general), wanted - len(picked)))
    systems = (folder.system or NEUTRAL_SYSTEM, NEUTRAL_SYSTEM)
    return [[{"role": "system", "content": systems[i % 2]}, *row] for i, row in enumerate(picked)]


def half_neutral(folder: Folder) -> list[list[Message]]:
    """The rows to train on, every second general one of them under the neutral system message: see `mix_replay`. The
    folder has them all under the persona's, where the folder says which they are."""
    out, seen = [], 0
    for row, kind in zip(folder.train, folder.kinds or [""] * len(folder.train), strict=True):
        seen += kind == GENERAL
        neutral = kind == GENERAL and seen % 2 == 0
        out.append([{"role": "system", "content": NEUTRAL_SYSTEM}, *row[1:]] if neutral else row)
    return out
