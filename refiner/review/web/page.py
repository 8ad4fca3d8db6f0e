"""The page as HTML: the frame with its style and script, and the part that changes. Pure."""

from __future__ import annotations

from markupsafe import Markup

from refiner.pages import part_of, source_hash, templates
from refiner.review.web.desk import Page

_HERE = "refiner.review.web"
_STYLE, _SCRIPT = part_of(_HERE, "page.css"), part_of(_HERE, "page.js")
POLICY = (
    f"default-src 'none'; style-src {source_hash(_STYLE)}; script-src {source_hash(_SCRIPT)}; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The Content-Security-Policy: nothing from elsewhere, no script but the page's own."""


def page_html(page: Page, *, part: bool = False, stale: bool = False) -> str:
    """The whole page, or the part that changes. `stale`: the answer was to a question that is no longer asked."""
    name = "part.html.j2" if part else "page.html.j2"
    values: dict[str, object] = {"page": page, "question": page.question, "stale": stale}
    if not part:
        values |= {"style": Markup(_STYLE), "script": Markup(_SCRIPT)}
    return templates(_HERE).get_template(name).render(values)
