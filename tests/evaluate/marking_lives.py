"""Three invented lives and items of theirs (marking_lives.json), that answers are marked against in tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from refiner.config import Config
from refiner.evaluate.material import Material, Telling
from refiner.evaluate.shapes import Item
from refiner.models import Timeline

NOW = "2026-01-01"
_DATA: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def _material(life: dict[str, Any]) -> Material:
    config = Config.model_validate({"persona": life["persona"], "traits": life["traits"]})
    name = config.persona.after.name
    passages = tuple(
        Telling(id=f"p{i}", note="n.md", text=p["text"], sentences=(p["text"],), traits=tuple(p["traits"]))
        for i, p in enumerate(life["passages"])
    )
    return Material(
        config=config, timeline=Timeline(now=NOW), her=name.split()[0], full_name=name,
        old_names=tuple(life["old_names"]), passages=passages,
    )  # fmt: skip


LIVES = {name: _material(life) for name, life in _DATA.items()}
ITEMS = {i.id: (name, i) for name, life in _DATA.items() for i in map(Item.model_validate, life["items"])}
