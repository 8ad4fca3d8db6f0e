"""The words that decide whether a sentence about the present can be told as past: past.toml, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table() -> dict[str, Any]:
    """The words of past.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("past.toml").read_text(encoding="utf-8"))
