"""The timeline as one HTML page that needs nothing else: no network, no other file, and it reads without its script.

The page names the hashes of its own style and script and forbids everything else (Content-Security-Policy), so that
nothing that stands in a note can run or load anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from refiner.config import Trait
from refiner.drawing import symbols
from refiner.drawing.chapters import chapters
from refiner.drawing.rows import MARK, NARROWEST, rows
from refiner.drawing.scale import scale_of
from refiner.drawing.tips import quoted
from refiner.drawing.web import web
from refiner.drawing.words import window_words
from refiner.models import Timeline
from refiner.pages import part_of, source_hash, templates
from refiner.review.visible import one_line
from refiner.timeline.bounds import Window, to_day
from refiner.timeline.show import WORDS

_HERE = "refiner.drawing"
ROW, HEAD = 34, 34
"""Height of a trait's row and of the axis above the rows, in px."""
AXIS = 11
"""Most years that the axis of the traits names."""


def timeline_page(timeline: Timeline, traits: Sequence[Trait], *, name: str = "") -> str:
    """The page as HTML text, to be written as UTF-8 with line feeds. The same timeline gives the same text.

    `traits` gives the traits' names; `name` stands at the top. Nothing in the timeline is taken for markup.
    """
    names = {t.id: t.title for t in traits}
    scale = scale_of(timeline)
    drawn, graph, told = rows(timeline, names, scale), web(timeline, names), chapters(timeline, names)
    style, script = part_of(_HERE, "page.css"), part_of(_HERE, "page.js")
    counted = Counter(t.verdict for t in timeline.traits)
    aside = max((len(r.undated) for r in drawn), default=0)
    return (
        templates(_HERE)
        .get_template("page.html.j2")
        .render(
            name=one_line(name, 120),
            today=window_words(Window(to_day(timeline.now), to_day(timeline.now))),
            style=Markup(style),
            script=Markup(script),
            policy=f"default-src 'none'; style-src {source_hash(style)}; script-src {source_hash(script)}; "
            "base-uri 'none'; form-action 'none'",
            counts=[(v, WORDS[v], counted[v]) for v in symbols.VERDICTS if counted[v]],
            events=len(timeline.events),
            rows=drawn,
            ticks=scale.ticks(AXIS),
            now=round(100 * scale.at(scale.now), 2),
            aside=max(MARK * (aside + 0.6), 60) if aside else 0,
            web=graph,
            chapters=told,
            # Ids come from notes; in the page events and traits go by their places.
            place={e.id: i for i, e in enumerate(timeline.events)},
            trait_place={t.id: i for i, t in enumerate(timeline.traits)},
            drawn={n.event for n in graph.nodes},
            conflicts=_matters(timeline.conflicts, names),
            doubts=_matters(timeline.doubts, names),
            left_out=sum(r.left_out for r in drawn),
            undated=bool(timeline.events) and not any(r.marks for r in drawn),
            used_marks={m.kind for r in drawn for m in (*r.marks, *r.undated)},
            voids=any(m.void for r in drawn for m in (*r.marks, *r.undated)),
            whiskers=any(r.whiskers for r in drawn),
            used_bars={b.kind for r in drawn for b in r.bars},
            used_edges={line.edge.kind for line in graph.lines},
            ROW=ROW,
            HEAD=HEAD,
            NARROWEST=NARROWEST,
            symbols=symbols,
        )
    )


def _matters(found: Sequence[Any], names: dict[str, str]) -> list[dict[str, Any]]:
    """Conflicts or doubts with what they are about in words."""
    return [
        {
            "why": one_line(m.why[:1].upper() + m.why[1:]) + ("" if m.why.endswith((".", "?", "!")) else "."),
            "quotes": [quoted(q) for q in m.quotes if q.strip()],
            "traits": [(t, one_line(names.get(t) or t)) for t in getattr(m, "traits", ()) or _trait_of(m)],
            "decides": bool(getattr(m, "traits", ())),
            "note": one_line(getattr(m, "note", "")),
        }
        for m in found
    ]


def _trait_of(matter: Any) -> tuple[str, ...]:
    trait = getattr(matter, "trait", "")
    return (trait,) if trait else ()
