"""The command `export-model`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from refiner import cli_complete as complete
from refiner.cli_options import JsonOption, QuietOption, WorkspaceOption, output
from refiner.cli_options import workspace as _workspace


def export_model(
    run: Annotated[
        str, typer.Option(help="The run to export; default: the current one.", autocompletion=complete.runs)
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            help="Forms, with commas: adapter,lora-gguf,merged,f16,q8_0,q4_k_m,ollama.", autocompletion=complete.forms
        ),
    ] = "ollama",
    out: Annotated[Path | None, typer.Option(help="Default: data/refined/runs/NAME/export.")] = None,
    base_gguf: Annotated[Path | None, typer.Option(metavar="FILE", help="The base model's own GGUF.")] = None,
    llama_cpp: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder with llama.cpp: its converter and llama-quantize.")
    ] = None,
    no_ask: Annotated[bool, typer.Option("--no-ask", help="Ask no taught question of what was written.")] = False,
    create: Annotated[bool, typer.Option("--create", help="Hand the Modelfile to Ollama: ollama create.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a run in the forms that Ollama, llama.cpp, LM Studio and transformers take, and ask each a known fact."""
    from refiner.exporting_model import export_run

    raise typer.Exit(
        export_run(
            _workspace(workspace), output(quiet, as_json), run=run, to=to, out=out, base_gguf=base_gguf,
            llama_cpp=llama_cpp, ask=not no_ask, create=create,
        )
    )  # fmt: skip
