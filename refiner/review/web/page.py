"""The page as HTML: the frame with its style and script, and the part that changes. Pure."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from refiner.review.web.desk import Page


def page_html(page: Page, *, part: bool = False, stale: bool = False) -> str:
    """The whole page, or the part that changes. `stale`: the answer was to a question that is no longer asked."""
    name = "part.html.j2" if part else "page.html.j2"
    values: dict[str, object] = {"page": page, "question": page.question, "stale": stale}
    if not part:
        values |= {"style": Markup(_file("page.css")), "script": Markup(_file("page.js"))}
    return _environment().get_template(name).render(values)


def _hash(name: str) -> str:
    """The source expression of the policy for an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_file(name).encode()).digest()).decode()}'"


@cache
def _file(name: str) -> str:
    """A file of this package, with line feeds as the parser of HTML will see them."""
    return resources.files("refiner.review.web").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_file), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


POLICY = (
    f"default-src 'none'; style-src {_hash('page.css')}; script-src {_hash('page.js')}; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The Content-Security-Policy: nothing from elsewhere, no script but the page's own."""
