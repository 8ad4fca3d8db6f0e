"""What all commands share: their common options, and how these become a day, an output, a workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from refiner import cli_complete as complete
from refiner.errors import UsageError

WorkspaceOption = Annotated[Path | None, typer.Option("--workspace", "-C", help="The workspace; default: this folder.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what failed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Data as JSON on stdout, messages on stderr.")]
NowOption = Annotated[str, typer.Option("--now", metavar="DATE", help="The day that counts as today; default: today.")]

EngineOption = Annotated[str, typer.Option("--engine", help="auto, rules or llm.", autocompletion=complete.engines)]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be sent to the model, where, and how much.")
]
MaxTokensOption = Annotated[
    int | None, typer.Option("--max-tokens", min=1, help="Most tokens, sent and written, of this run.")
]
MaxCostOption = Annotated[
    float | None, typer.Option("--max-cost", min=0, help="Most money of this run, by the prices in [llm].")
]
PseudonymiseOption = Annotated[bool, typer.Option("--pseudonymise", help="Send stand-ins for names and places.")]


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
