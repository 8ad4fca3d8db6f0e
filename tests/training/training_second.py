"""The second set of versions: where its packages are, and what it is made of.

Unsloth takes older versions of TRL, transformers and datasets than the newest. `make test-second` installs them into a
folder (by default .venv/second) that is put before the others on PYTHONPATH.
"""

from __future__ import annotations

import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
PINS = REPO / "tests" / "constraints-unsloth.txt"
FOLDER = Path(os.environ.get("REFINER_SECOND_SET") or REPO / ".venv" / "second").resolve()


def pins() -> dict[str, str]:
    """The version of each package of the set."""
    lines = [line.strip() for line in PINS.read_text(encoding="utf-8").splitlines()]
    return dict(line.split("==", 1) for line in lines if line and not line.startswith("#"))


def runs_here() -> bool:
    """Whether this process itself runs in the second set."""
    import importlib.metadata

    return importlib.metadata.version("transformers") == pins()["transformers"]
