"""The command line: parse, call, print. No logic lives here.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 undecided items remain, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from refiner import __version__
from refiner import cli_complete as complete
from refiner.cli_demo import demo as _demo
from refiner.cli_evaluate import evaluate
from refiner.cli_export import export
from refiner.cli_export_model import export_model
from refiner.cli_gaps import gaps as _gaps
from refiner.cli_help import Group, add_pages
from refiner.cli_import import import_ as _import
from refiner.cli_note import note as _note
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
from refiner.cli_purge import purge
from refiner.cli_runs import runs
from refiner.cli_samples import samples
from refiner.cli_talk import chat, serve
from refiner.cli_train import train
from refiner.errors import RefinerError, UsageError

app = typer.Typer(
    name="refiner",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="From raw autobiographical notes to a local model of a different version of their author. "
    "The way: init, refine, review, samples, review, export, train, evaluate, chat.",
)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit


app.command("demo")(_demo)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new workspace; made if it is not there.")],
    name: Annotated[str, typer.Option(help="Your name, as in the notes.")] = "",
    becomes: Annotated[str, typer.Option(help="The other version's name; empty: proposed for you.")] = "",
    gender: Annotated[
        str, typer.Option(help="Your gender in the notes: male or female.", autocompletion=complete.genders)
    ] = "male",
    born: Annotated[str, typer.Option(help="Your date of birth, or the year.")] = "",
    quiet: QuietOption = False,
) -> None:
    """Make a workspace: settings, a folder for notes, and a .gitignore that keeps them out of git."""
    from refiner.config import Config
    from refiner.workspace import init as make

    if gender not in ("male", "female"):
        raise UsageError(f'--gender "{gender}"', mend="write male or female")
    ws = make(folder, name=name, becomes=becomes, gender=gender, born=born)
    Config.load(ws.config)
    out = output(quiet)
    out.say(f"made {ws.root}: settings in refiner.toml, notes go into data/raw")
    there = shlex.quote(str(ws.root))
    out.say(f"next: add your [[traits]] to {ws.config}, then: cd {there} && refiner note, and refiner refine")


app.command("note")(_note)
app.command("import")(_import)


@app.command()
def refine(
    raw: Annotated[Path | None, typer.Argument(help="Folder of notes; default: data/raw.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where results go; default: data/refined.")] = None,
    engine: EngineOption = "auto",
    stages: Annotated[
        str,
        typer.Option(help="Only these, with commas: swap,reframe,override,selfimage.", autocompletion=complete.stages),
    ] = "",
    dry_run: DryRunOption = False,
    max_tokens: MaxTokensOption = None,
    max_cost: MaxCostOption = None,
    pseudonymise: PseudonymiseOption = False,
    ask_again: Annotated[bool, typer.Option(help="Ask once more what got no usable answer.")] = False,
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the model's answers to a file.")] = None,
    replay: Annotated[Path | None, typer.Option(metavar="FILE", help="Take them from such a file; no model.")] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Refine the notes: swap, reframe, override, self-image. Does only what changed since the last time."""
    from refiner import report
    from refiner.engine import ModelOptions
    from refiner.refine import ALL_STAGES, plan
    from refiner.refine import refine as run

    show = output(quiet, as_json)
    ws, chosen = _workspace(workspace), tuple(s.strip() for s in stages.split(",") if s.strip()) or ALL_STAGES
    options = ModelOptions(max_tokens, max_cost, pseudonymise, replay=replay)
    if dry_run:
        report.planned(show, plan(ws, now=day(now), raw=raw, engine=engine, stages=chosen, options=options))
        return
    with show.progress() as progress:
        done = run(
            ws, now=day(now), raw=raw, out=out, engine=engine, stages=chosen, options=options, record=record,
            ask_again=ask_again, progress=progress,
        )  # fmt: skip
    report.refined(show, done)
    if done.life is not None:
        from refiner.queueing import keep_refined

        keep_refined(ws, done.life, now=day(now))
    if done.failed or done.lost:
        raise typer.Exit(1)
    if done.unasked:
        raise typer.Exit(3)


@app.command()
def review(
    status: Annotated[
        str,
        typer.Option(help="Only undecided, approved, rejected, edited or flagged.", autocompletion=complete.statuses),
    ] = "",
    stage: Annotated[
        str,
        typer.Option(
            help="Only this stage, or kind: canon, question, edit, event, trait, sample.", autocompletion=complete.items
        ),
    ] = "",
    note: Annotated[str, typer.Option(help="Only this note.", autocompletion=complete.notes)] = "",
    trait: Annotated[str, typer.Option(help="Only what concerns this trait.", autocompletion=complete.traits)] = "",
    source: Annotated[str, typer.Option(help="Only from this source: rule:NAME, model:NAME.")] = "",
    below: Annotated[float | None, typer.Option(help="Only below this confidence.")] = None,
    match: Annotated[str, typer.Option(help="Only what contains these words.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Print the items and stop.")] = False,
    approve: Annotated[list[str] | None, typer.Option(help="Approve this item (id or its beginning).")] = None,
    reject: Annotated[list[str] | None, typer.Option(help="Reject this item.")] = None,
    reason: Annotated[str, typer.Option(help="Why, with --reject.")] = "",
    answer: Annotated[list[str] | None, typer.Option(metavar="ID=CHOICE", help="Answer this question.")] = None,
    import_: Annotated[Path | None, typer.Option("--import", help="Take decisions from a file.")] = None,
    approve_shown: Annotated[bool, typer.Option(help="Approve all that the filters leave.")] = False,
    turn_off: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Reject all that this rule proposes: swap:vocative.")
    ] = None,
    turn_on: Annotated[list[str] | None, typer.Option(metavar="RULE", help="Let this rule propose again.")] = None,
    sample: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Only N of the confident ones, drawn at random; then judge the rest."),
    ] = None,
    draw_again: Annotated[bool, typer.Option(help="With --sample: draw anew.")] = False,
    web: Annotated[bool, typer.Option("--web", help="On a page in your browser, from this machine alone.")] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="With --web: the page's port; default: a free one.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="With --web: open no browser.")] = False,
    check: Annotated[bool, typer.Option(help="Only say what is undecided; exit code 3 if anything is.")] = False,
    plain: Annotated[bool, typer.Option(help="No colour: [-old-]{+new+}.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Decide: approve, reject, edit or answer what was proposed. Everything is kept at once; q stops at any time."""
    from refiner.reviewing import Request, run_review_command

    filters = {
        "status": status, "stage": stage, "note": note, "trait": trait, "source": source, "below": below,
        "match": match,
    }  # fmt: skip
    asked = Request(
        filters=filters, list_=list_, approve=approve or [], reject=reject or [], reason=reason, answer=answer or [],
        import_=import_, approve_shown=approve_shown, turn_off=turn_off or [], turn_on=turn_on or [], check=check,
        plain=plain, sample=sample, draw_again=draw_again, web=web, port=port, no_open=no_open,
    )  # fmt: skip
    raise typer.Exit(run_review_command(_workspace(workspace), asked, output(quiet, as_json), now=day(now)))


@app.command()
def timeline(
    why: Annotated[
        str,
        typer.Option(
            metavar="TRAIT",
            help="Only this trait (id, name or alias), and the events behind it.",
            autocompletion=complete.traits,
        ),
    ] = "",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write it as a page for a browser.")] = None,
    graph: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write events and traits as a graph: FILE.graphml or FILE.dot."),
    ] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show which traits hold today, since when, and by which events."""
    from refiner import report_timeline
    from refiner.refine import with_life

    show = output(quiet, as_json)
    report_timeline.check_files(html, graph)
    with with_life(_workspace(workspace), now=day(now), stages=()) as life:
        report_timeline.timeline(show, life, why, html, graph)


@app.command()
def selfimage(
    trait: Annotated[
        str, typer.Option(metavar="TRAIT", help="Only this trait (id, name or alias).", autocompletion=complete.traits)
    ] = "",
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what is not flattering in notes, refined notes and samples, side by side, and what is lost of it."""
    from refiner import report_selfimage
    from refiner.refine import with_life
    from refiner.sampling import samples_of

    show = output(quiet, as_json)
    with with_life(_workspace(workspace), now=day(now)) as life:
        report_selfimage.selfimage(show, samples_of(life), trait)


app.command("samples")(samples)
app.command("export")(export)
app.command("train")(train)
app.command("runs")(runs)


app.command("purge")(purge)
app.command("export-model")(export_model)
app.command("chat")(chat)
app.command("serve")(serve)
app.command("evaluate")(evaluate)
app.command("gaps")(_gaps)


@app.command()
def status(workspace: WorkspaceOption = None, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Say where the workspace stands: notes, what is stale, what is undecided, data set, runs, and the next step."""
    from refiner import report_standing
    from refiner.standing import standing

    report_standing.standing(output(quiet, as_json), standing(_workspace(workspace)))


@app.command()
def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Check Python, packages, GPU, model endpoint, disk and workspace, with the command that adds what is missing."""
    from refiner import report
    from refiner.doctor import examine

    checks = examine(_workspace(workspace))
    report.doctor(output(quiet, as_json), checks)
    if any(c.level == "error" for c in checks):
        raise typer.Exit(1)


add_pages(app)


def main() -> None:
    """The program `refiner`: one message for an expected failure, 130 when interrupted."""
    # A plugin of another program (logfire is one) would see every record that is read, and may send it away.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    gc.set_threshold(50_000)  # imports and records are kept: looking for garbage among them only costs time
    try:
        app(prog_name="refiner")  # as `python -m refiner` too, so that usage and completion name what is typed
    except RefinerError as error:
        output().error(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:  # what nobody expected of a disk or a name is no reason for a traceback
        named = f"{error.filename}: " if error.filename else ""
        output().error(f"{named}{error.strerror or error}")
        sys.exit(1)
    except KeyboardInterrupt:
        output().say("interrupted; what was decided and answered is kept")
        sys.exit(130)


if __name__ == "__main__":
    main()
