"""A review with a kept queue starts without the chain and what the chain needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from refiner.marks import queue_mark
from refiner.models import TraitVerdict
from refiner.review.items import build_queue
from refiner.review.kept import write
from refiner.store import Workspace

HEAVY = ("networkx", "numpy", "spacy", "openai", "instructor", "graphviz", "lark", "yaml", "jinja2", "flask",
         "refiner.refine", "refiner.pipeline", "refiner.chain_run", "refiner.stages.relevance", "refiner.timeline",
         "refiner.sampling", "refiner.queueing")  # fmt: skip
PROGRAM = """
import sys
from refiner.cli import main
sys.argv = ["refiner", "review", "--plain", "--now", "2026-01-31", "--workspace", sys.argv[1], *sys.argv[2:]]
try:
    main()
finally:
    print("LOADED", *sorted(sys.modules))
"""


def loaded(ws: Workspace, *options: str) -> tuple[str, set[str]]:
    """What a review printed, and the modules that it loaded."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ws.root), *options], input="", capture_output=True, text=True, check=False
    )
    shown, _, modules = run.stdout.partition("LOADED")
    return shown + run.stderr, set(modules.split())


def test_a_kept_queue_is_shown_without_the_chain(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.raw.mkdir(parents=True)
    ws.config.write_text('[persona.before]\ngender = "male"\n[persona.after]\ngender = "female"\n', encoding="utf-8")
    trait = TraitVerdict(id="fear-of-heights", verdict="HOLDS", default_verdict="HOLDS")
    write(ws.queue, queue_mark(ws, "2026-01-31", with_samples=False), build_queue([], [], [], [], [trait], [], {}, []))
    for options in ((), ("--list",), ("--check",)):
        shown, modules = loaded(ws, *options)
        assert re.search("fear.of.heights|1 undecided|1 trait", shown), shown
        assert "refiner.review.kept" in modules
        assert not modules & set(HEAVY), options
