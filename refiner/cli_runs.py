"""`refiner runs`: the training runs, which of them is current, and taking one back or away."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, QuietOption, WorkspaceOption, output
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def runs(
    show_run: Annotated[
        str, typer.Option("--show", metavar="NAME", help="Everything of one run.", autocompletion=complete.runs_begun)
    ] = "",
    use: Annotated[
        str, typer.Option(metavar="NAME", help="Make this run the current one.", autocompletion=complete.runs)
    ] = "",
    rollback: Annotated[bool, typer.Option("--rollback", help="Back to the run before the current one.")] = False,
    remove: Annotated[
        str, typer.Option(metavar="NAME", help="Delete a run for good.", autocompletion=complete.runs_begun)
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --remove: delete without asking.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List the training runs. The current one is what chat, serve and export-model take where none is named."""
    from refiner import report_runs
    from refiner.since import older_runs
    from refiner.training import runs as store

    if sum(map(bool, (show_run, use, rollback, remove))) > 1:
        raise UsageError("--show, --use, --rollback and --remove are one thing each", mend="give one of them")
    if yes and not remove:
        raise UsageError("--yes is for --remove", mend="refiner runs --remove NAME --yes")
    ws, show = _workspace(workspace), output(quiet, as_json)
    if use:
        store.set_current(ws.runs, use)
        show.say(f"{use} is the current run now; back: refiner runs --rollback")
    elif rollback:
        was, now = store.rollback(ws.runs)
        why = f"the run that {was.name} continues" if was.continues == now.name else "the run that was current before"
        show.say(f"back to {now.name}, {why}. chat, serve and export-model take {now.name} now;")
        show.say(f"{was.name} is kept as it is: refiner runs --use {was.name} takes it again")
    elif remove:
        store.check_removal(ws.runs, remove)
        if not yes and not _agreed(remove):
            show.say("nothing was removed")
            return
        gone = store.remove(ws.runs, remove)
        show.say(f"removed {gone.name}: {gone.folder}")
    if (use or rollback or remove) and not as_json:
        return
    told = store.list_runs(ws.runs)
    chosen, outdated = store.current(ws.runs), older_runs(told, ws.dataset)
    if show_run:
        report_runs.shown(show, store.find_run(ws.runs, show_run), told, chosen, outdated)
    else:
        report_runs.listed(show, told, chosen, outdated)


def _agreed(name: str) -> bool:
    """Asks on a terminal. Raises UsageError elsewhere."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{name} would be deleted for good, and nobody is here to ask", mend="add --yes")
    try:
        sys.stderr.write(f"delete the run {name} for good, with its adapter? [y/N] ")
        sys.stderr.flush()
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False
