"""`refiner note`: a new note by a short form, by options, or from standard input."""

from __future__ import annotations

from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, NowOption, QuietOption, WorkspaceOption, day, output
from refiner.cli_options import workspace as _workspace


def note(
    text: Annotated[str, typer.Argument(help="What happened, in your words; - reads it from standard input.")] = "",
    when: Annotated[str, typer.Option(help='When it was, in any words: "in 9th grade", "June 1999".')] = "",
    who: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who was there; NAME=RELATION for somebody new.")
    ] = None,
    did: Annotated[str, typer.Option(help="What it did to you, in your words.")] = "",
    began: Annotated[
        list[str] | None,
        typer.Option(metavar="TRAIT", help="This trait began with it.", autocompletion=complete.traits),
    ] = None,
    weaker: Annotated[
        list[str] | None, typer.Option(metavar="TRAIT", help="This trait grew weaker.", autocompletion=complete.traits)
    ] = None,
    ended: Annotated[
        list[str] | None,
        typer.Option(metavar="TRAIT", help="This trait ended with it.", autocompletion=complete.traits),
    ] = None,
    effect: Annotated[
        list[str] | None,
        typer.Option(metavar="TRAIT=KIND", help="began, grew weaker, ended, came back, paused, resumed, went on."),
    ] = None,
    over: Annotated[str, typer.Option(metavar="WORDS", help="What ended, by now, what began here, and when.")] = "",
    written: Annotated[str, typer.Option(metavar="DATE", help="The day it was written; default: today.")] = "",
    author: Annotated[str, typer.Option(help="Who tells it, if not you.")] = "self",
    kind: Annotated[
        str, typer.Option(help="note, letter, chat, traits or media.", autocompletion=complete.note_kinds)
    ] = "note",
    file: Annotated[
        str, typer.Option(metavar="NAME", help="The file's name in data/raw; default: day and words.")
    ] = "",
    gap: Annotated[str, typer.Option(metavar="ID", help="Answer this question of refiner gaps.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Go on with what was typed before.")] = False,
    last: Annotated[bool, typer.Option("--last", help="Open the note that was written last.")] = False,
    no_edit: Annotated[bool, typer.Option("--no-edit", help="Open no editor.")] = False,
    no_ask: Annotated[bool, typer.Option("--no-ask", help="Ask nothing: text and options make the note.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a new note: a short form asks when, what, who, and what it did to you; your $EDITOR opens on it."""
    from refiner.noting.command import run_note
    from refiner.noting.given import Request

    named = {"began": began, "grew weaker": weaker, "ended": ended}
    effects = [f"{trait}={kind_}" for kind_, traits in named.items() for trait in traits or []] + (effect or [])
    asked = Request(
        text=text, when=when, who=who or [], did=did, effects=effects, over=over, written=written, author=author,
        kind=kind, file=file, gap=gap, draft=draft, last=last, no_edit=no_edit, no_ask=no_ask,
    )  # fmt: skip
    raise typer.Exit(run_note(_workspace(workspace), asked, output(quiet, as_json), now=day(now)))
