"""The command `train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import QuietOption, WorkspaceOption, output
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def train(
    recipe: Annotated[
        str,
        typer.Option(help="A recipe's name (cpu-smoke, rtx3050-4gb, …) or a file.", autocompletion=complete.recipes),
    ] = "",
    name: Annotated[str, typer.Option(help="The run's name; default: the recipe's, with a number.")] = "",
    dataset: Annotated[Path | None, typer.Option(help="Default: data/refined/dataset.")] = None,
    plan: Annotated[bool, typer.Option(help="Only say what would be done and whether it fits.")] = False,
    validate: Annotated[bool, typer.Option(help="Only check the recipe and the data set.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with the interrupted run (of this --name).")] = False,
    continue_: Annotated[
        str,
        typer.Option(
            "--continue",
            metavar="RUN",
            help="Train this run (or: current) further on what is new since.",
            autocompletion=complete.runs_or_current,
        ),
    ] = "",
    method: Annotated[
        str,
        typer.Option(
            help="sft; or dpo or kto: afterwards on your decisions. Default: the recipe's.",
            autocompletion=complete.methods,
        ),
    ] = "",
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many cards: one process on each.")] = 1,
    base: Annotated[str, typer.Option(help="Another base model than the recipe's.")] = "",
    allow_download: Annotated[bool, typer.Option(help="Fetch the base model from the hub if needed.")] = False,
    cloud: Annotated[bool, typer.Option("--cloud", help="Only write a SkyPilot file for a rented card.")] = False,
    gpu: Annotated[str, typer.Option(metavar="CARD", help="With --cloud: L4, A10G:2, …; default: what fits.")] = "",
    cloud_name: Annotated[str, typer.Option(help="With --cloud: aws, gcp, runpod, lambda, …; default: any.")] = "",
    spot: Annotated[
        bool | None, typer.Option("--spot/--no-spot", help="With --cloud: a machine that may be taken away.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="With --cloud: where the file goes.")] = None,
    workspace: WorkspaceOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train an adapter on the data set. Needs the training packages: refiner doctor says what is missing."""
    if cloud:
        from refiner.renting import Asked, cloud_run

        if plan or resume or validate:
            raise UsageError("--cloud only writes a file", mend="leave --plan, --validate and --resume out")
        asked = Asked(
            recipe=recipe, name=name, dataset=dataset, base=base, method=method, continues=continue_, gpu=gpu,
            cloud=cloud_name, spot=bool(spot), out=out,
        )  # fmt: skip
        cloud_run(_workspace(workspace), asked, output(quiet))
        return
    if gpu or cloud_name or spot is not None or out:
        raise UsageError("--gpu, --cloud-name, --spot and --out are for --cloud", mend="add --cloud")
    from refiner.running import Training, train_run

    asked_for = Training(
        recipe=recipe, name=name, dataset=dataset, plan=plan, validate=validate, resume=resume, continues=continue_,
        method=method, base=base, allow_download=allow_download, processes=processes,
    )  # fmt: skip
    raise typer.Exit(train_run(_workspace(workspace), asked_for, output(quiet)))
