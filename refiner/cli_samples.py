"""The command `samples`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner.cli_options import (
    DryRunOption,
    EngineOption,
    JsonOption,
    MaxCostOption,
    MaxTokensOption,
    NowOption,
    PseudonymiseOption,
    QuietOption,
    WorkspaceOption,
    day,
    output,
)
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def samples(
    coverage: Annotated[
        bool, typer.Option(help="Print traits and times of life by kind, what is missing and what fills it.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the same as two heat maps: FILE.png or FILE.svg.")
    ] = None,
    trace: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Print where this sample, or this row (train.jsonl:17), comes from."),
    ] = None,
    engine: EngineOption = "auto",
    dry_run: DryRunOption = False,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    pseudonymise: PseudonymiseOption = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make training samples of the refined notes; they wait for your review like everything else."""
    from refiner import report, report_coverage
    from refiner.engine import ModelOptions
    from refiner.queueing import make_samples_for_review
    from refiner.sampling import plan_samples

    show, ws = output(quiet, as_json), _workspace(workspace)
    options = ModelOptions(max_tokens, max_cost, pseudonymise)
    if dry_run:
        report.planned(show, plan_samples(ws, now=day(now), engine=engine, options=options), command="samples")
        return
    report_coverage.check_plot(plot)
    if trace is not None and not trace.strip():
        raise UsageError("--trace needs an id", mend="refiner review --list --stage sample lists them")
    if trace or coverage or plot:
        engine = "rules"  # who only looks asks nothing; what was written before is there all the same
    with show.progress() as progress:
        made = make_samples_for_review(ws, now=day(now), engine=engine, options=options, progress=progress)
    if trace:
        from refiner import report_export
        from refiner.tracing import find_sample
        from refiner.tracing import trace as where_from

        report_export.traced(show, where_from(made, find_sample(made, trace, ws.dataset)))
        return
    if coverage or plot:
        report_coverage.coverage(show, made, plot, printed=coverage)
        return
    report.samples(show, made)
    if made.asker is not None and (made.asker.lost or made.asker.unasked):
        raise typer.Exit(1 if made.asker.lost else 3)
