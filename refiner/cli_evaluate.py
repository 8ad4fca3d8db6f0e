"""The command `evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, NowOption, QuietOption, WorkspaceOption, day, output
from refiner.cli_options import workspace as _workspace
from refiner.errors import UsageError


def evaluate(
    run: Annotated[
        str, typer.Option(help="The run to interview; default: the current one.", autocompletion=complete.runs)
    ] = "",
    gguf: Annotated[Path | None, typer.Option(metavar="FILE", help="Any GGUF model instead.")] = None,
    lora: Annotated[Path | None, typer.Option(metavar="FILE", help="With --gguf: an adapter as GGUF.")] = None,
    endpoint: Annotated[str, typer.Option(metavar="URL", help="An OpenAI-compatible server instead.")] = "",
    model: Annotated[str, typer.Option(help="With --endpoint: the model's name there, if it has several.")] = "",
    baselines: Annotated[
        bool, typer.Option("--baselines/--no-baselines", help="Interview the untrained base too, for comparison.")
    ] = True,
    card: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Who she is; default: the system message of the training.")
    ] = None,
    base_gguf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --run: the base as GGUF, where training had none.")
    ] = None,
    dataset: Annotated[
        Path | None, typer.Option(help="The data set that it was trained on; default: data/refined/dataset.")
    ] = None,
    questions: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Questions of each area at most; default: 12.")
    ] = None,
    only: Annotated[
        str,
        typer.Option(
            metavar="AREA,…", help="Only these areas: fact,date,order,living,…", autocompletion=complete.areas
        ),
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other questions.")] = 0,
    max_tokens: Annotated[
        int | None, typer.Option(min=8, max=1024, help="Longest answer; default: 96, with --ablate 48.")
    ] = None,
    judge: Annotated[
        str, typer.Option(metavar="MODEL", help="A model at [llm]'s endpoint that also judges the answers.")
    ] = "",
    ablate: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="kinds: train small adapters on mixes, to see which writing pays.",
            autocompletion=complete.mixes,
        ),
    ] = "",
    recipe: Annotated[
        str, typer.Option(help="With --ablate: ablate-cpu, ablate-gpu or a file.", autocompletion=complete.recipes)
    ] = "",
    seeds: Annotated[int | None, typer.Option(min=1, help="With --ablate: trainings of each mix.")] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="RUN1 RUN2", help="Compare two evaluations, by name or file.", autocompletion=complete.evaluations
        ),
    ] = None,
    fail_under: Annotated[
        str, typer.Option(metavar="SPEC", help='Exit code 1 below it: 0.6, or "likeness=0.6,dead_leak<=0.1".')
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="With --fail-under: by the worse end of intervals.")] = False,
    contestant: Annotated[
        str,
        typer.Option(metavar="ID", help="Whom --fail-under, --compare and the words are about; default: tuned+card."),
    ] = "",
    name: Annotated[str, typer.Option(help="What the evaluation is called; default: the run's name.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="List the evaluations there are.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be asked, and how long that takes.")
    ] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Interview a model against the timeline: what she knows, shows, has left behind, and does not make up."""
    from refiner import report, report_evaluate

    show, ws = output(quiet, as_json), _workspace(workspace)
    if sum(map(bool, (ablate, compare, list_))) > 1:
        raise UsageError("--ablate, --compare and --list go one at a time")
    if (recipe or seeds) and not ablate:
        raise UsageError("--recipe and --seeds go with --ablate", mend="refiner evaluate --ablate kinds")
    chosen = tuple(part.strip() for part in only.split(",") if part.strip())
    if ablate:
        if run or gguf or endpoint or judge or fail_under or name or contestant:
            raise UsageError("--ablate trains and interviews adapters of its own, and takes no run, judge or gate")
        from refiner.evaluating_ablate import Ablation, ablate_run
        from refiner.report_ablate import ablated

        given = {"recipe": recipe, "seeds": seeds, "questions": questions, "max_tokens": max_tokens}
        mixes = Ablation(
            what=ablate, only=chosen, dry_run=dry_run,
            **{k: v for k, v in given.items() if v},  # type: ignore[arg-type]
        )  # fmt: skip
        raise typer.Exit(ablate_run(ws, mixes, show, now=day(now), tell=lambda found: ablated(show, found)))
    if list_ or compare:
        if run or gguf or endpoint or judge or fail_under or name or dry_run:
            raise UsageError("--compare and --list interview nobody, and take no run, judge or gate")
        from refiner.evaluating_list import compared_by_name, list_run

        report_evaluate.compared(show, *compared_by_name(ws, *compare, contestant)) if compare else list_run(ws, show)
        return
    from refiner.evaluate.interview import LONGEST
    from refiner.evaluating import QUESTIONS, Evaluation, evaluate_run
    from refiner.talk_model import Choice

    asked = Evaluation(
        choice=Choice(run, gguf, lora, endpoint, model), baselines=baselines, card=card, base_gguf=base_gguf,
        dataset=dataset, questions=questions or QUESTIONS, only=chosen, seed=seed,
        max_tokens=max_tokens or LONGEST, judge=judge,
        fail_under=fail_under, strict=strict, contestant=contestant, name=name, dry_run=dry_run,
    )  # fmt: skip
    code = evaluate_run(
        ws, asked, show, now=day(now), tell_judging=lambda plan: report.planned(show, plan, command="evaluate"),
        tell=lambda found, gated, files: report_evaluate.evaluated(
            show, found, contestant=contestant, gated=gated, files=files
        ),
    )  # fmt: skip
    raise typer.Exit(code)
