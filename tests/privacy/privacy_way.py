"""A whole way in a process of its own, and the program in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privacy_life import NOTES, TRAITS

HERE = Path(__file__).parent
NOW = ["--now", "2026-01-01"]
ISOLATED = ["unshare", "--map-root-user", "--net"]


@dataclass
class Way:
    """What a whole way left: its folder (workspace, home and temporary files in it), what was said, what was seen."""

    folder: Path
    said: str
    report: dict[str, Any]
    namespace: bool = False  # it ran in a network namespace of its own
    requests: tuple[Any, ...] = ()

    @property
    def life(self) -> Path:
        return self.folder / "life"

    @property
    def codes(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for args, code in self.report["codes"]:
            out.setdefault(args[0], []).append(code)
        return out


def go(folder: Path, steps: list[object], *, umask: str, cut_off: bool = False, **env: str) -> Way:
    """Runs steps in a child with a home and a folder for temporary files of its own."""
    can = cut_off and subprocess.run([*ISOLATED, "true"], capture_output=True).returncode == 0
    plan = {"steps": steps, "umask": umask, "block": cut_off and not can, "report": str(folder / "report.json")}
    for name in ("home", "tmp"):
        (folder / name).mkdir(mode=0o700)
    (folder / "plan.json").write_text(json.dumps(plan))
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "VIRTUAL_ENV", "OMP_WAIT_POLICY")}
    given = {**kept, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1", **env}
    command = [*(ISOLATED if can else []), sys.executable, str(HERE / "way.py"), str(folder / "plan.json")]
    done = subprocess.run(
        command, capture_output=True, text=True, env=given, cwd=folder, stdin=subprocess.DEVNULL, timeout=900
    )
    said = done.stdout + done.stderr
    assert (folder / "report.json").is_file(), said
    report = json.loads((folder / "report.json").read_text())
    for name in ("plan.json", "report.json"):
        (folder / name).unlink()
    return Way(folder, said, report, can)


def begun(life: Path) -> list[object]:
    """The steps that make a workspace with notes."""
    at = ["-C", str(life)]
    return [
        ["init", str(life), "--name", "Karthik Selvan", "--becomes", "Kavya Selvan", "--born", "1990-03-04"],
        {"write": str(life / "refiner.toml"), "text": TRAITS, "more": True},
        *({"write": str(life / "data" / "raw" / name), "text": text} for name, text in NOTES.items()),
        ["note", "In 2011 I repaired the radio of Murugan anna with a bent spoon.", *at],
    ]


def main_with(*args: object) -> int:
    """The program in this process; its exit code."""
    from refiner.cli import main

    before, sys.argv = sys.argv, ["refiner", *map(str, args)]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


Run = Callable[..., tuple[int, str, str]]
