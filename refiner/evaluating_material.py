"""Reads a workspace as the evaluation needs it: the refined life, and what the data set of a run asked and answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from refiner.errors import StoreError, Undecided
from refiner.evaluate.material import Material, material_from
from refiner.sampling import Samples
from refiner.stages.canon import full_name
from refiner.stages.composing.draft import tell
from refiner.stages.composing.facts import life_of

_FILES = ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl")


def material_of(made: Samples, *, dataset: Path | None = None) -> Material:
    """The material of a workspace's life (`refiner.sampling.samples_of` within `refiner.refine.with_life`).

    `dataset`: the folder of the data set that the run was trained on; without one its samples stand for it, all of
    them. Raises Undecided where there is no life to ask about yet, StoreError where the data set cannot be read.
    """
    life = made.life
    chain = life.chain
    if chain.timeline is None or not chain.notes:
        raise Undecided("there is no refined life to ask about yet", mend="write notes, then: refiner refine")
    name = full_name(chain.canon)
    read = life_of(chain.notes, chain.edits, life.config, chain.timeline, chain.extractions, name, chain.bearings)
    told = tell(read, life.cache)
    if dataset is None:
        talks: list[tuple[bool, Sequence[Any]]] = [
            (True, [m.model_dump() for m in s.messages]) for s in made.samples if s.status != "rejected"
        ]
        held: tuple[str, ...] = ()
    else:
        talks = [talk for name in _FILES for talk in _talks(dataset / name)]
        held = _held_out(dataset)
    asked = [str(m["content"]) for _, talk in talks for m in talk if m["role"] == "user"]
    said = [str(m["content"]) for learnt, talk in talks if learnt for m in talk if m["role"] == "assistant"]
    return material_from(told, trained=asked, answers=said, held_out=held)


def _talks(file: Path) -> Iterator[tuple[bool, Sequence[Any]]]:
    """The talks of a file of the data set, each with whether its answers were learnt."""
    if not file.is_file():
        return
    try:
        for line in file.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line else {}
            if not isinstance(row, dict):
                raise TypeError("a row is no object")
            if "messages" in row:
                yield file.name == "train.jsonl", row["messages"]
            elif "prompt" in row:
                yield False, row["prompt"]
                yield True, row.get("chosen") or (row.get("completion", ()) if row.get("label") else ())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{file} cannot be read: {error}", mend="refiner export writes it anew") from error


def _held_out(dataset: Path) -> tuple[str, ...]:
    """The events that the data set holds out of training, with their other tellings; () for an ordinary one."""
    file = dataset / "manifest.json"
    if not file.is_file():
        return ()
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        events = [str(e["id"]) for e in manifest.get("held_out_events", ())]
        return tuple(dict.fromkeys([*events, *manifest.get("leaks", {}).get("other_tellings", ())]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{file} cannot be read: {error}", mend="refiner export writes it anew") from error
