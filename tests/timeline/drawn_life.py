"""A life with everything that a drawing has to show, and the screens.   python tests/timeline/drawn_life.py   writes
them anew: read them then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refiner.config import Trait
from refiner.models import Doubt, Event, Observation, Retraction, Timeline
from refiner.timeline import resolve

NOW = "2026-01-01"
SCREENS = Path(__file__).parent / "screens"
TRAITS = (
    Trait(id="fear-of-dogs", name="fear of dogs", importance=3, aliases=("cynophobia",)),
    Trait(id="poet", name="कविता लिखती है", importance=2),
    Trait(id="dancer", name="dances 👩‍👩‍👧 舞蹈", importance=2),
    Trait(id="night-owl", name="night owl", importance=1),
    Trait(id="vegetarian", importance=1, initially=True),
    Trait(id="lazy", importance=1),
    Trait(id="stubborn", name="stubborn to the bone and beyond what anybody can bear", importance=5),
    Trait(id="calm", importance=0, initially=True),
    Trait(id="never-told-of", importance=0),
)


def event(name: str, when: str = "", label: str = "", **more: Any) -> Event:
    """`when`: EDTF of a day, or two days with a slash; `effects`: trait -> kind; `to`: (kind, event, quote).
    `order` is the order of telling in days."""
    low, _, high = when.partition("/")
    order = more.get("order", 0)
    return Event.model_validate(
        {
            "id": name,
            "note": f"{name}.md",
            "label": label or name,
            "quotes": (f"words on {name}",),
            "written": f"2025-02-{order:02d}" if order else "",
            "when": {"earliest": low, "latest": high or low, "edtf": more.pop("edtf", "")},
            "effects": [{"trait": t, "kind": k, "quote": f"{k} {t}"} for t, k in more.pop("effects", {}).items()],
            "relations": [{"kind": k, "to": to, "quote": q} for k, to, q in more.pop("to", ())],
            **more,
        }
    )


EVENTS = (
    event(
        "bite", "1995-05-01/1995-08-31", "bitten by the neighbour's dog", edtf="1995-05/1995-08", order=1,
        effects={"fear-of-dogs": "initiates", "calm": "weakens"},
        to=[("causes", "move", "Because of the dog we moved."), ("causes", "move", "It was the dog again.")],
    ),
    event("move", "1999-04-01", "moves to Pune", order=2, to=[("enables", "therapy", "Pune had a clinic.")]),
    event(
        "therapy", "2003-01-01/2003-12-31", "goes to therapy", edtf="2003", order=3,
        effects={"fear-of-dogs": "terminates"}, to=[("causes", "move", "I wanted the therapy, so we moved.")],
    ),
    event("plan", "2010-01-01", "plans", order=4, modality="planned", effects={"fear-of-dogs": "initiates"}),
    event("poem", "2001-03-03", "writes a first poem", order=5, effects={"poet": "initiates", "dancer": "initiates"}),
    event("twins", "2014-06-01", "the twins are born", order=6, effects={"poet": "suspends", "dancer": "suspends"}),
    event("stage", "2020-02-01", "dances again", order=7, effects={"dancer": "resumes"}),
    event("college", "2005-01-01/2005-12-31", "college", order=8, edtf="2005", effects={"night-owl": "initiates"}),
    event("job", "2020-01-01/2020-12-31", "starts to work at seven", order=9, effects={"night-owl": "terminates"}),
    event("denver", "2020-01-01/2020-12-31", "calls with Denver", order=10, effects={"night-owl": "reinitiates"}),
    event(
        "biryani", "2013-07-01/2015-06-30", "eats biryani", edtf="2014~", order=11,
        effects={"vegetarian": "terminates"}, to=[("before", "vow", "The biryani came first.")],
    ),
    event(
        "vow", "2014-11-01/2015-02-28", "promises to eat no meat", order=12, effects={"vegetarian": "initiates"},
        to=[("before", "biryani", "First the promise, then the biryani.")],
    ),
    event("marks", "2009-01-01", "fails a class", order=13, effects={"lazy": "initiates"}),
    event("quarrel", "", "quarrels with everybody", order=14, effects={"stubborn": "continues"}, written="2025-03-01"),
    event("uncle", "1980-01-01", "the uncle stops to drink", order=15, subject="other", effects={"lazy": "terminates"}),
)  # fmt: skip
OBSERVATIONS = (
    Observation(trait="stubborn", holds=True, at="2024-05-05", note="letter.md", quote="She digs in."),
    Observation(trait="fear-of-dogs", holds=True, at="2024-05-05", note="park.md", quote="I crossed the street."),
)
RETRACTIONS = (Retraction(target="lazy", note="thyroid.md", quote="I never was lazy."),)


def life() -> Timeline:
    """The life on the day NOW, with a doubt of each kind."""
    made = resolve(EVENTS, OBSERVATIONS, RETRACTIONS, TRAITS, now=NOW, born="1985-05-14")
    doubts = (
        Doubt(
            kind="observation", trait="fear-of-dogs", note="park.md", quotes=("I crossed the street.",),
            why="it is gone since 2003, and on 2024-05-05 it was seen to hold",
        ),
        Doubt(
            kind="prevented", events=("move", "therapy"), note="move.md", quotes=("Pune had a clinic.",),
            why="“moves to Pune” is said to have prevented “goes to therapy”, which is told as done",
        ),
    )  # fmt: skip
    return made.model_copy(update={"doubts": doubts})


def screens() -> dict[str, str]:
    """Name and text of every screen that is kept."""
    from refiner.timeline.explain import explained
    from refiner.timeline.lines import plain
    from refiner.timeline.show import timeline_lines

    timeline = life()
    found = {f"timeline-{w}.txt": timeline_lines(timeline, TRAITS, w) for w in (40, 60, 80, 140)}
    for trait in ("fear-of-dogs", "vegetarian", "night-owl", "lazy"):
        found[f"why-{trait}-80.txt"] = plain(explained(timeline, trait, TRAITS, 80))
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


if __name__ == "__main__":
    SCREENS.mkdir(exist_ok=True)
    for name, text in screens().items():
        (SCREENS / name).write_text(text, encoding="utf-8")
