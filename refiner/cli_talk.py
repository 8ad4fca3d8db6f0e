"""The commands `chat` and `serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, NowOption, QuietOption, WorkspaceOption, day, output
from refiner.cli_options import workspace as _workspace

RunOption = Annotated[
    str, typer.Option(help="The run to talk to; default: the current one.", autocompletion=complete.runs)
]
GgufOption = Annotated[Path | None, typer.Option("--gguf", metavar="FILE", help="Any GGUF model instead.")]
LoraOption = Annotated[Path | None, typer.Option("--lora", metavar="FILE", help="With --gguf: an adapter as GGUF.")]
ContextOption = Annotated[int, typer.Option(min=256, max=1_048_576, help="Tokens that she can read at once.")]


def chat(
    run: RunOption = "",
    gguf: GgufOption = None,
    lora: LoraOption = None,
    endpoint: Annotated[str, typer.Option(metavar="URL", help="An OpenAI-compatible server instead.")] = "",
    model: Annotated[str, typer.Option(help="With --endpoint: the model's name there, if it has several.")] = "",
    untrained: Annotated[bool, typer.Option(help="The base model without what it was taught.")] = False,
    ask: Annotated[list[str] | None, typer.Option(help="Ask this and stop; may be given more than once.")] = None,
    last: Annotated[bool, typer.Option("--last", help="Go on with the last talk.")] = False,
    talk: Annotated[str, typer.Option(metavar="ID", help="Go on with this talk.", autocompletion=complete.talks)] = "",
    talks: Annotated[bool, typer.Option("--talks", help="List the talks that were kept.")] = False,
    forget: Annotated[
        str, typer.Option(metavar="ID", help="Delete this talk, or all.", autocompletion=complete.talks_or_all)
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --forget all: delete without asking.")] = False,
    max_tokens: Annotated[int, typer.Option(min=1, max=4096, help="Longest answer.")] = 200,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="0 = always the likeliest word.")] = 0.0,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed and temperature: the same answer.")] = None,
    context: ContextOption = 4096,
    workspace: WorkspaceOption = None,
    now: NowOption = "",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Talk to her, on this machine. /help in the talk names its commands."""
    from refiner.talk_model import Choice
    from refiner.talking import Asked, chat_run

    choice = Choice(run, gguf, lora, endpoint, model, untrained, context)
    asked = Asked(tuple(ask or ()), max_tokens, temperature, seed, talk, last, talks, forget, yes)
    chat_run(_workspace(workspace), output(quiet, as_json), choice, asked, now=day(now))


def serve(
    run: Annotated[
        str, typer.Option(help="The run to serve; default: the current one.", autocompletion=complete.runs)
    ] = "",
    gguf: GgufOption = None,
    lora: LoraOption = None,
    host: Annotated[str, typer.Option(help="A loopback address; others are refused.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    api_key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the key is; made if missing. Default: data/refined/serve.key."),
    ] = None,
    no_key: Annotated[bool, typer.Option("--no-key", help="Ask for no key.")] = False,
    context: ContextOption = 4096,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Serve her to other programs of this machine, as an OpenAI-compatible server."""
    from refiner.talk_model import Choice
    from refiner.talk_serve import serve_run

    choice = Choice(run=run, gguf=gguf, lora=lora, context=context)
    show = output(quiet, as_json)
    serve_run(_workspace(workspace), show, choice, host=host, port=port, key_file=api_key_file, with_key=not no_key)
