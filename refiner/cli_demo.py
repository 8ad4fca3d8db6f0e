"""The command `demo`: the sample life, for whoever has the package and no checkout with its Makefile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner.cli_options import QuietOption, output


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where the copy goes; default: refiner-demo/life, with --train refiner-demo/train."),
    ] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Also train on it, and ask five questions before and after.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Refine the sample life, as a first look. Nothing of yours is read."""
    from refiner.demo import demo as refined
    from refiner.demo import demo_train

    show = output(quiet)
    if train:
        raise typer.Exit(demo_train(folder or Path("refiner-demo", "train"), show))
    refined(folder or Path("refiner-demo", "life"), show)
