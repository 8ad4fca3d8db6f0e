"""The commands that mend a missing part, as this installation would have to run them.

The name of a package on an index is nobody's for certain, so nothing here tells a person to fetch "refiner" from one: a
checkout is installed from its own folder, anything else from where it came.
"""

from __future__ import annotations

from pathlib import Path


def install(extra: str) -> str:
    """The command that adds an extra (`train`, `unsloth`, `local`, `plot`, `similar`) to this installation."""
    root = Path(__file__).resolve().parent.parent
    if (root / "pyproject.toml").is_file():
        return f"pip install -e '{root}[{extra}]'"
    return f"install refiner again, with its extra: pip install 'WHEEL-OR-FOLDER[{extra}]'"
