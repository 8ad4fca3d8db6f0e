"""Runs a list of steps in a process of its own and writes down every connection:   python way.py PLAN.json

A step is a command line of refiner, or {"write": path, "text": …}, {"model": name, "in": path}, {"modes": folder},
{"crash": command}. The plan says the umask, whether sockets are to be blocked, and where the report goes.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import traceback
from pathlib import Path

PLAN = json.loads(Path(sys.argv[1]).read_text())
SEEN: list[list[object]] = []
WATCHED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")


def watch(event: str, args: tuple[object, ...]) -> None:
    if event not in WATCHED:
        return
    where = args[0] if event in ("socket.getaddrinfo", "socket.gethostbyname") else args[-1]
    if isinstance(where, str | bytes) and event.startswith(("socket.connect", "socket.send")):
        return  # a socket of this machine's file system
    host, port = (where[0], where[1]) if isinstance(where, tuple) else (where, None)
    SEEN.append([event, str(host), port])
    if PLAN.get("block"):
        raise OSError("there is no network here")


def run(args: list[str]) -> int:
    from refiner.cli import main

    sys.argv = ["refiner", *args]
    print(f"\n$ refiner {' '.join(args)}", flush=True)
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def crash(args: list[str]) -> str:
    """A command in which something unexpected happens, and the traceback that a person would see."""
    from refiner import report

    real, report.refined = report.refined, lambda *a, **k: 1 / 0
    try:
        run(args)
    except ZeroDivisionError:
        said = traceback.format_exc()
        print(said, file=sys.stderr)
        return said
    finally:
        report.refined = real
    return ""


def modes(folder: str) -> list[list[str]]:
    """What is not readable by its owner alone, with its mode."""
    out = []
    for path in [Path(folder), *sorted(Path(folder).rglob("*"))]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        if not path.is_symlink() and mode != (0o700 if path.is_dir() else 0o600):
            out.append([str(path), oct(mode)])
    return out


def main() -> None:
    sys.addaudithook(watch)
    os.umask(int(PLAN["umask"], 8))
    from refiner.asking import wire

    wire.pause = lambda attempt, asked: 0.001
    wire._PATIENCE = 0.05
    codes, wide, crashed = [], [], []
    for step in PLAN["steps"]:
        if isinstance(step, list):
            codes.append([step, run(step)])
        elif "write" in step:
            path = Path(step["write"])
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.parent.chmod(0o700)
            before = path.read_text() if step.get("more") else ""
            path.write_text(before + step["text"])
            path.chmod(0o600)
        elif "model" in step:
            path = Path(step["in"])
            path.write_text(re.sub('(?m)^model = ".*"', f'model = "{step["model"]}"', path.read_text()))
        elif "modes" in step:
            wide += modes(step["modes"])
        elif "crash" in step:
            crashed.append(crash(step["crash"]))
    report = {"codes": codes, "seen": SEEN, "wide": wide, "crashed": crashed}
    Path(PLAN["report"]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
