"""The command `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, NowOption, QuietOption, WorkspaceOption, day, output
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def export(
    out: Annotated[Path | None, typer.Option(help="Where the data set goes; default: data/refined/dataset.")] = None,
    base: Annotated[str, typer.Option(help="The base model that it is meant for, noted in the manifest.")] = "",
    partial: Annotated[bool, typer.Option(help="Leave out what is undecided or blocked, and say how much.")] = False,
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Also as prompt-completion, sharegpt, alpaca, hf; with commas.",
            autocompletion=complete.formats_out,
        ),
    ] = None,
    hold_out_events: Annotated[
        int, typer.Option(metavar="N", min=0, help="Keep N events out of training and evaluate on them alone.")
    ] = 0,
    seed: Annotated[str, typer.Option(metavar="WORD", help="With --hold-out-events: choose others.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only look at the data set that is there.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Do not load and render what was written.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the data set of approved samples. Undecided ones stop it (exit code 3) unless --partial."""
    from refiner import report_export
    from refiner.exporting import Waiting, check_exported, export_samples
    from refiner.waiting import as_json as all_waiting

    show, ws = output(quiet, as_json), _workspace(workspace)
    if seed and not hold_out_events:
        raise UsageError("--seed chooses which events are held out", mend="refiner export --hold-out-events 3 --seed b")
    if check:
        manifest, found = check_exported(ws, out or ws.dataset, base=base)
        if as_json:
            show.json({"tokens": found.tokens, "loaded": found.loaded, "rendered": found.rendered, "why": found.why})
        report_export.looked(show, found, manifest)
        if found.why:
            raise typer.Exit(1)
        return
    try:
        done = export_samples(
            ws, now=day(now), out=out, base=base, partial=partial, formats=format_ or [],
            hold_out_events=hold_out_events, seed=seed, check=not quick,
        )  # fmt: skip
    except Waiting as error:
        if as_json:
            show.json(all_waiting(error.items))
        raise
    report_export.exported(show, done)
