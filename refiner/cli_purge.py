"""`refiner purge`: its options, what would go, the question before anything goes."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from refiner.cli_options import JsonOption, QuietOption, WorkspaceOption, output
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def purge(
    note: Annotated[str, typer.Option(metavar="FILE", help="Only what comes from this note.")] = "",
    also_note: Annotated[bool, typer.Option("--also-note", help="With --note: the note's file too.")] = False,
    keep_runs: Annotated[
        bool, typer.Option("--keep-runs", help="With --note: keep runs that were trained on it.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild/--no-rebuild", help="With --note: make the rest again at once (the default).")
    ] = True,
    talks: Annotated[
        bool | None,
        typer.Option("--talks/--keep-talks", help="All talks with her go, or none. Default: it asks; see docs."),
    ] = None,
    decisions: Annotated[bool, typer.Option("--decisions", help="Your decisions, canon and corrections too.")] = False,
    backup: Annotated[
        Path | None, typer.Option(metavar="DIR", help="First copy data/review there, outside of the workspace.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Remove what is derived from your notes, or from one of them, and search for what is left."""
    from refiner import purging, report_purge
    from refiner.report_runs import in_bytes

    wanted = purging.Wanted(note, also_note, keep_runs, talks, decisions, backup, rebuild)
    show = output(quiet, as_json)
    plan = purging.plan(_workspace(workspace), wanted)
    if dry_run:
        if as_json:
            show.json(report_purge.as_dict(plan))
        else:
            report_purge.planned(show, plan)
            show.say(f"would be removed: {in_bytes(plan.size)}; nothing was")
        return
    if not yes:
        _require_terminal()
        report_purge.planned(output(), plan)
        if not _agreed(f"remove this for good, {in_bytes(plan.size)}?"):
            show.say("nothing was removed")
            return
        if plan.talks and talks is None and not note:
            wanted = replace(wanted, talks=_agreed("the talks with her too? They cannot be made again."))
            plan = purging.plan(plan.ws, wanted)
    try:
        done = purging.purge(plan, now=date.today().isoformat())
    except KeyboardInterrupt:
        show.say("interrupted: what was removed by then is gone, and the same command finishes it")
        raise typer.Exit(130) from None
    report_purge.purged(show, done)
    if not done.is_clean:
        raise typer.Exit(1)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "what is derived would be deleted for good, and nobody is here to ask",
            mend="add --yes; --dry-run says what would go",
        )


def _agreed(question: str) -> bool:
    try:
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False
