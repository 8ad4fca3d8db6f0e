"""What pages that are whole in one file share: parts from a package, templates, the hashes of their policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def source_hash(text: str) -> str:
    """The source expression of a Content-Security-Policy for an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def part_of(package: str, name: str) -> str:
    """A file of a package, with line feeds as the parser of HTML will see them."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def templates(package: str) -> Environment:
    """The templates of a package: what they are given is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(lambda name: part_of(package, name)), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
