"""The two invented lives that the evaluation is tested on, refined by rules: the sample life and the second life."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from refiner.evaluate.material import Material
from refiner.evaluating_material import material_of
from refiner.refine import refine, with_life
from refiner.sampling import Samples, samples_of
from refiner.store import Workspace

HERE = Path(__file__).parent
LIVES = {"sample": HERE.parents[1], "second": HERE / "second_life"}
NOW = "2026-01-01"
HELD = {"sample": ("demo-freeze", "told-295ce0d1e0"), "second": ("record", "takes-over")}  # events kept from training


def material(life: str, folder: Path) -> Material:
    """The material of one of the lives, refined anew in `folder`, with two events held out of a data set."""
    shutil.copytree(LIVES[life] / "data" / "raw", folder / "data" / "raw")
    shutil.copytree(LIVES[life] / "data" / "review", folder / "data" / "review")
    shutil.copy(LIVES[life] / "refiner.toml", folder / "refiner.toml")
    ws = Workspace(folder)
    refine(ws, now=NOW, engine="rules")
    with with_life(ws, now=NOW) as opened:
        made = samples_of(opened)
        held = [
            e
            for e in HELD[life]
            if any(e == t.id for t in (opened.chain.timeline.events if opened.chain.timeline else ()))
        ]
        return material_of(made, dataset=_dataset(made, held, folder / "dataset"))


def _dataset(made: Samples, held: list[str], folder: Path) -> Path:
    """A data set of the life as an export writes it, as far as the material reads it."""
    rows = [
        {"messages": [m.model_dump() for m in s.messages]}
        for s in made.samples
        if s.status != "rejected" and not set(s.events) & set(held)
    ]
    folder.mkdir()
    (folder / "train.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"held_out_events": [{"id": e} for e in held]}), encoding="utf-8")
    return folder
