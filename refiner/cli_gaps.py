"""`refiner gaps`: what the notes do not tell yet, with a question for each."""

from __future__ import annotations

from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, NowOption, QuietOption, WorkspaceOption, day, output
from refiner.cli_options import workspace as _workspace


def gaps(
    all_: Annotated[bool, typer.Option("--all", help="All gaps, not only the ones that are worth most.")] = False,
    trait: Annotated[
        str,
        typer.Option(
            metavar="TRAIT", help="Only about this trait (id, name or alias).", autocompletion=complete.traits
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(help="Only of this kind: few, years, cause, … (docs/gaps.md).", autocompletion=complete.gap_kinds),
    ] = "",
    engine: Annotated[
        str,
        typer.Option(
            help="rules, llm or auto: who words the questions; rules decide what is a gap.",
            autocompletion=complete.engines,
        ),
    ] = "rules",
    dry_run: Annotated[
        bool, typer.Option(help="Only say what would be sent to the model, where, and how much.")
    ] = False,
    pseudonymise: Annotated[bool, typer.Option(help="Send stand-ins for names and places.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say what the notes do not tell yet, and what to ask yourself about it."""
    from refiner import report, report_gaps
    from refiner.engine import ModelOptions
    from refiner.gapping import chosen, find, plan_wording, word
    from refiner.gaps.find import best

    show, ws = output(quiet, as_json), _workspace(workspace)
    found = find(ws, now=day(now))
    every = chosen(found, trait=trait, kind=kind)
    shown = every if all_ or trait or kind else best(every)
    options = ModelOptions(pseudonymise=pseudonymise)
    if dry_run:
        plan = plan_wording(ws, found, shown, engine=engine, options=options)
        report.planned(output(True, as_json) if plan.waiting else show, plan)
        show.say("the messages themselves: refiner gaps --dry-run --json")
        return
    worded = word(ws, found, shown, engine=engine, options=options)
    report_gaps.engine(show, worded, len(shown))
    report_gaps.gaps(show, shown, every, asked=worded.questions, narrowed=bool(trait or kind))
