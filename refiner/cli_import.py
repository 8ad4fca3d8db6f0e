"""`refiner import`: its options, the plan on the screen, the question before anything is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, QuietOption, WorkspaceOption, output
from refiner.cli_options import workspace as _workspace


def import_(
    source: Annotated[Path, typer.Argument(help="The export: a file, a folder or a zip.")],
    from_: Annotated[
        str,
        typer.Option(
            "--from", metavar="FORMAT", help="What it is, if it is not recognised.", autocompletion=complete.formats_in
        ),
    ] = "",
    to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the notes go; default: data/raw/import/FORMAT-NAME.")
    ] = None,
    me: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="You in the chat, or your mail address; may be repeated.")
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME", help="Only chats and letters with this person; may be repeated."),
    ] = None,
    call: Annotated[
        list[str] | None, typer.Option(metavar="NAME=LABEL", help="What a participant is called in the notes.")
    ] = None,
    since: Annotated[str, typer.Option(metavar="DATE", help="Only from this day, month or year on.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Only up to this day, month or year.")] = "",
    dates: Annotated[
        str,
        typer.Option(metavar="ORDER", help="dmy or mdy, where a chat does not tell.", autocompletion=complete.orders),
    ] = "",
    mine_only: Annotated[
        bool, typer.Option("--mine-only", help="Of chats your lines alone, each with the line before it.")
    ] = False,
    show_note: Annotated[str, typer.Option("--show", metavar="N", help="Print this note whole: number or path.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show every note of the plan, not only some.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also write what you removed since an earlier import.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Bring in notes from other programs: journals, vaults, chats, mail, books, films, games. Shows them first."""
    from refiner.importing import report
    from refiner.importing.command import Request, carry_out, prepare

    show, ws = output(quiet, as_json), _workspace(workspace)
    asked = Request(
        source=source, format=from_, to=to, me=me or (), with_=with_ or (), call=call or (), since=since, until=until,
        dates=dates, mine_only=mine_only, again=again,
    )  # fmt: skip
    plan = prepare(ws, asked)
    if show_note:
        show.data(report.chosen(plan, show_note).text.rstrip("\n"))
        return
    if as_json:
        show.json(report.as_json(plan, carry_out(ws, plan) if yes and plan.items else None))
        return
    if not (quiet and yes):
        report.plan(show, plan, every=list_)
    if not plan.items or not plan.writes and not yes:
        return
    if not yes:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            show.say("nothing written yet: add --yes")
            return
        if not _agreed(len(plan.writes)):
            show.say("nothing written")
            return
    written = carry_out(ws, plan)
    show.say(f"{written} {'note' if written == 1 else 'notes'} written; next: refiner refine" if written else
             "nothing new to write")  # fmt: skip


def _agreed(count: int) -> bool:
    try:
        said = input(f"write {count:,} {'note' if count == 1 else 'notes'}? [y/N] ")
    except EOFError:
        return False
    return said.strip().casefold() in ("y", "yes")
