"""What all commands share: their common options, and how these become a day, an output, a workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from refiner.errors import UsageError

WorkspaceOption = Annotated[Path | None, typer.Option("--workspace", "-C", help="The workspace; default: this folder.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what failed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Data as JSON on stdout, messages on stderr.")]
NowOption = Annotated[str, typer.Option("--now", metavar="DATE", help="The day that counts as today; default: today.")]


def day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat() if given else date.today().isoformat()
    except ValueError:
        raise UsageError(f'--now "{given}" is no day', mend="write it as 2026-01-31") from None


def output(quiet: bool = False, as_json: bool = False) -> Any:
    from refiner.console import Output

    return Output(quiet=quiet, as_json=as_json)


def workspace(given: Path | None) -> Any:
    from refiner.workspace import find

    return find(given)
