"""What is measured of each answer (measures.toml), and of which areas."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from refiner.evaluate.shapes import AREAS, Measure

_DATA = tomllib.loads(files("refiner.evaluate").joinpath("measures.toml").read_text(encoding="utf-8"))
MEASURES: tuple[Measure, ...] = tuple(Measure.model_validate(m) for m in _DATA["measure"])
BY_AREA: dict[str, tuple[str, ...]] = {a: tuple(m.id for m in MEASURES if a in m.areas) for a in AREAS}
"""The measures that an answer of an area is marked for."""
