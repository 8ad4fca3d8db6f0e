"""What `refiner timeline` prints and writes: the drawing, the chain behind a trait, JSON, a page, a graph."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from refiner.config import Trait
from refiner.console import Output
from refiner.errors import StoreError, UsageError
from refiner.models import Timeline
from refiner.refine import Life
from refiner.review.visible import one_line
from refiner.stages.canon import full_name
from refiner.stages.extract import trait_words
from refiner.stages.relevance import bearings
from refiner.store import write_atomic
from refiner.timeline import why as chain_of
from refiner.timeline.explain import explained
from refiner.timeline.show import drawn
from refiner.timeline.wording import ASCII

GRAPHS = (".graphml", ".dot")
_VERDICTS = {
    "HOLDS": "green",
    "NOT": "",
    "DORMANT": "cyan",
    "CONTESTED": "yellow",
    "INCONSISTENT": "bold red",
    "RETRACTED": "dim",
    "UNKNOWN": "dim",
}
STYLES: dict[str, str] = {
    **{f"verdict.{v}": style for v, style in _VERDICTS.items()},
    **{f"bar.{v}": style.removeprefix("bold ") for v, style in _VERDICTS.items()},
    "name": "bold",
    "heading": "dim",
    "mark": "bold",
    "legend.mark": "bold",
    "decides": "bold",
    "date": "bold",
    "conflict": "red",
    "doubt": "yellow",
    "dim": "dim",
    "note": "dim",
}
"""The rich style of each role that a line of the timeline can have; none: plain."""


def check_files(html: Path | None, graph: Path | None) -> None:
    """Refuses files that cannot be written before anything is computed. Raises UsageError, StoreError."""
    if graph and graph.suffix.lower() not in GRAPHS:
        raise UsageError(
            f'--graph "{graph}": a graph is written as .graphml or .dot',
            mend=f"--graph {graph.stem}.graphml (Gephi, yEd) or --graph {graph.stem}.dot (Graphviz)",
        )
    for path in (html, graph):
        if path and path.is_dir():
            raise UsageError(f"{path} is a folder", mend=f"name a file in it: {path / 'timeline.html'}")
        if path and not path.parent.is_dir():
            raise StoreError(f"the folder {path.parent} is not there", mend=f"mkdir -p '{path.parent}'")
    if html and graph and html.absolute() == graph.absolute():
        raise UsageError(f"--html and --graph both name {html}", mend="name two files")


def timeline(show: Output, life: Life, why: str = "", html: Path | None = None, graph: Path | None = None) -> None:
    """The traits over the years and what contradicts what; with `why` the events behind one trait. Writes the page and
    the graph that are asked for. Raises UsageError, StoreError."""
    t = life.chain.timeline
    assert t is not None
    check_files(html, graph)
    known = {x.id: x for x in life.config.traits}
    traits = [known.get(v.id) or Trait.model_construct(id=v.id, importance=0) for v in t.traits]
    trait = find_trait(why, traits) if why else ""
    _write(show, life, t, traits, html, graph)
    if show.as_json:
        show.json((chain_of(t, trait) if trait else t).model_dump_json(indent=1))
        return
    if not traits:
        show.say("no traits are declared and no note names one: add [[traits]] to refiner.toml (docs/settings.md)")
        return
    plain = "" if show.unicode else show.out.encoding
    shown, called, at = printable(t, plain), [_named(x, plain) for x in traits], show.out.width
    evidence = _evidence(life, plain)
    if trait:
        lines = explained(shown, _clean(trait, plain), called, at, evidence[_clean(trait, plain)])
    else:
        lines = drawn(shown, called, at, evidence)
    for line in lines:
        text = Text()
        for part, role in line:
            text.append(part.translate(ASCII) if plain else part, style=STYLES.get(role, ""))
        text.rstrip()
        show.data(text)


def _evidence(life: Life, encoding: str) -> Counter[str]:
    """How many sentences show each important trait of which no note says whether it holds, by its printed id."""
    t = life.chain.timeline
    unknown = {v.id for v in t.traits if v.verdict == "UNKNOWN"} if t else set()
    found: Counter[str] = Counter()
    if not any(x.id in unknown for x in life.config.important):
        return found
    read = {x.note: x for x in life.chain.extractions}
    words = trait_words(tuple(life.config.traits))
    for note in life.chain.notes:
        for b in bearings(note, life.config, words, read.get(note.path)):
            if b.side == "for" and b.trait in unknown:
                found[_clean(b.trait, encoding)] += 1
    return found


def find_trait(words: str, traits: Sequence[Trait]) -> str:
    """The id of the trait that is meant by an id, a name or an alias, in any case. Raises UsageError."""
    wanted = words.strip().casefold()
    by_id = [t.id for t in traits if t.id.casefold() == wanted]
    exact = [t.id for t in traits if t.id == words.strip()] or by_id
    found = exact or [t.id for t in traits if wanted in {w.casefold() for w in (*t.words, t.title)}]
    if len(found) > 1:
        raise UsageError(
            f'"{words}" means several traits: {", ".join(found)}', mend=f"refiner timeline --why {found[0]}"
        )
    if found:
        return found[0]
    ids = {w.casefold(): t.id for t in reversed(traits) for w in (t.id, t.title, *t.words)}
    near = dict.fromkeys(ids[w] for w in difflib.get_close_matches(wanted, ids, 3, 0.6))
    raise UsageError(
        f'there is no trait "{words}"; traits are: {", ".join(t.id for t in traits) or "none"}',
        mend=" or ".join(f"refiner timeline --why {t}" for t in near),
    )


def printable(value: Timeline, encoding: str = "") -> Timeline:
    """The timeline with every text on one line and nothing hidden in it: no escape reaches the terminal, and widths are
    measured on what is printed. What `encoding` lacks ("" lacks nothing) is a question mark."""
    clean: Timeline = Timeline.model_validate(_clean(value.model_dump(), encoding))
    return clean


def _clean(value: Any, encoding: str) -> Any:
    if isinstance(value, str):
        text = one_line(value)
        return text.translate(ASCII).encode(encoding, "replace").decode(encoding) if encoding else text
    if isinstance(value, dict):
        return {_clean(k, encoding): _clean(v, encoding) for k, v in value.items()}
    return [_clean(v, encoding) for v in value] if isinstance(value, list | tuple) else value


def _named(trait: Trait, encoding: str) -> Trait:
    return trait.model_copy(
        update={
            "id": _clean(trait.id, encoding),
            "name": _clean(trait.name, encoding),
            "context": _clean(trait.context, encoding),
        }
    )


def _write(
    show: Output, life: Life, t: Timeline, traits: Sequence[Trait], html: Path | None, graph: Path | None
) -> None:
    """Makes both texts before it writes one of them."""
    texts: list[tuple[Path, str, str]] = []
    if html:
        from refiner.drawing.page import timeline_page

        name = full_name(life.chain.canon) or life.config.persona.after.name
        texts.append((html, timeline_page(t, traits, name=name), f"open it in a browser: xdg-open '{html}'"))
    if graph:
        from refiner.drawing.graph import event_graph, to_dot, to_graphml

        made = event_graph(t, traits)
        if graph.suffix.lower() == ".dot":
            texts.append((graph, to_dot(made), f"draw it with Graphviz: dot -Tsvg '{graph}' -o '{graph.stem}.svg'"))
        else:
            texts.append((graph, to_graphml(made), "open it in Gephi or yEd, or with networkx.read_graphml"))
    for path, text, how in texts:
        write_atomic(path, text)
        show.say(f"wrote {path} (your notes are quoted in it; only you can read it); {how}")
