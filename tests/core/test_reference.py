"""docs/reference is what the program is today."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from reference import COMMAND, FILES, FOLDER, PAGES, commands, formats

from refiner import models
from refiner.cli import app


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_reference_is_of_today(page: str) -> None:
    assert (FOLDER / page).read_text(encoding="utf-8") == PAGES[page](), f"{COMMAND} writes docs/reference/{page} anew"


def test_every_command_and_option_is_in_it() -> None:
    text, group = commands(), typer.main.get_command(app)
    named: dict[str, Any] = group.commands  # type: ignore[attr-defined]
    for name, command in named.items():
        part = text.split(f"\n## refiner {name}\n")[1].split("\n## ")[0]
        for param in command.params:
            if param.param_type_name == "option" and not param.hidden:
                assert param.opts[0] in part, f"{name} {param.opts}"
                assert param.help, f"{name} {param.opts} has no help"


def test_every_record_and_field_is_in_it() -> None:
    text = formats()
    records = [r for r in vars(models).values() if isinstance(r, type) and issubclass(r, models.Record)]
    for record in records:
        if record is models.Record:
            continue
        part = text.split(f"\n### {record.__name__}\n")[1].split("\n### ")[0]
        for name, field in record.model_fields.items():
            row = next(r for r in part.splitlines() if r.startswith(f"| `{field.alias or name}` |"))
            assert field.is_required() == (row.split(" | ")[2].strip() == ""), f"{record.__name__}.{name}"
    assert set(FILES.values()) <= {r.__name__ for r in records}
