"""Help pages like those of man: what a command does and examples that work, from cli_help.toml, read when asked for.

typer reflows an epilog into paragraphs, so examples are written line by line here.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@cache
def pages() -> dict[str, dict[str, Any]]:
    """By command ("refiner" is the program itself): `about`, a paragraph, and `examples`, pairs of purpose and line."""
    return tomllib.loads(files("refiner").joinpath("cli_help.toml").read_text(encoding="utf-8"))


class _Page:
    """Adds a command's page to its help. The parameters are typer's context and help formatter."""

    name: str | None

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        super().format_help_text(ctx, formatter)  # type: ignore[misc]
        about = " ".join(pages().get(self.name or "", {}).get("about", "").split())
        if about:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(about)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        examples = pages().get(self.name or "", {}).get("examples", [])
        if examples:
            with formatter.section("Examples"):
                for n, (purpose, line) in enumerate(examples):
                    formatter.write("\n" if n else "")
                    formatter.write(f"{'':>{formatter.current_indent}}# {purpose}\n")
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Command(_Page, TyperCommand):
    """A command with its page."""


class Group(_Page, TyperGroup):
    """The program with its page."""


def add_pages(app: typer.Typer) -> None:
    """Gives every command of the program its page."""
    for command in app.registered_commands:
        command.cls = Command
