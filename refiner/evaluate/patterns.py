"""The patterns of sayings.toml, compiled."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _groups() -> dict[str, list[str]]:
    return dict(tomllib.loads(files("refiner.evaluate").joinpath("sayings.toml").read_text(encoding="utf-8")))


def joined(name: str) -> str:
    """A group of sayings.toml as one alternative, with the groups it names filled in."""
    source = "|".join(_groups()[name])
    return re.sub(r"\{([A-Z_]+)\}", lambda m: joined(m[1]), source)


@cache
def anywhere(name: str) -> re.Pattern[str]:
    """Finds a group wherever it stands."""
    return re.compile(joined(name))


@cache
def opening(name: str) -> re.Pattern[str]:
    """Matches a group at the beginning, after what only fills ("Well, to be honest,")."""
    return re.compile(rf"(?:(?:{joined('FILL')})\b[,.!?:;…]*(?: --)?\s+)*(?P<said>(?:{joined(name)}))")
