"""A small made-up life for the samples that a model writes, and a model that answers well unless a test says otherwise:
Tobias Falk of Kalmar, told as Tova."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fake import Memory, Request, is_choice, options, user

from refiner.asking.asker import Asker
from refiner.composing_asked import Writing, write_samples
from refiner.config import Config
from refiner.engine import Engine
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.refine import Life
from refiner.stages.asked.compose_trust import controls
from refiner.stages.asked.relate import CONTROL_TRAIT, CONTROLS, LABELS
from refiner.stages.canon import full_name
from refiner.stages.compose import drafts_of
from refiner.stages.composing.choice import choose
from refiner.stages.composing.draft import Draft, Told, tell
from refiner.stages.composing.facts import life_of
from refiner.store import Workspace

CONFIG = Config.from_dict(
    {
        "persona": {
            "born": "1980-05-01",
            "before": {"name": "Tobias Falk", "gender": "male"},
            "after": {"name": "Tova Falk", "gender": "female"},
        },
        "traits": [
            {"id": "grudge", "name": "holds a grudge", "description": "does not speak to people for days",
             "polarity": "negative", "importance": 4, "aliases": ["grudges", "bear a grudge"]},
            {"id": "fear-of-heights", "name": "fear of heights", "polarity": "neutral", "importance": 2},
        ],
    }
)  # fmt: skip
NOTES = {
    "oars.md": """---
date: 2011-07-10
events:
  - {id: oars, when: 2011-07, quote: I shouted at my sister over the oars, effects: {grudge: continues}}
---
I shouted at my sister over the oars and did not speak to her until Sunday. Karin had only asked if she could row. I
hold a grudge, everybody in Kalmar says so. In the boathouse I counted the nails until it was dark.

On Sunday Karin put a bun on my plate. I ate it and said nothing, and then I asked her about the eel. She had caught it
with a coat.
""",
    "tower.md": """---
date: 2004-09-02
events:
  - {id: tower, when: 1990, quote: froze on the ladder, effects: {fear-of-heights: initiates}}
  - {id: mast, when: 2003, quote: climbed the mast, effects: {fear-of-heights: terminates}}
---
In 1990 I froze on the ladder of the water tower and my father had to fetch me. In 2003 I climbed the mast of the Svan
for a bet with Nils, and the fear was gone. Nils paid me in herring.
""",
    "films.md": """---
kind: media
date: 2012-01-05
---
- *The Heron Year*: I read it twice on the ferry to Bornholm. I could not look at my brother for a week. The ferry was
  late.
""",
    "piano.md": """---
date: 2013-03-01
---
The piano came up to our flat on ropes in March. One rope broke and the piano hung over the fishmonger for an hour. I
held the window and prayed to nobody. Since then it has had a crack in its side, and I play on the left of it.
""",
}
QUESTIONS = {
    "I shouted at my sister over the oars": "What was it with your sister Karin and the oars?",
    "The piano came up": "How did the piano come up to your flat?",
    "In 1990 I froze": "What happened to you on the ladder of the water tower?",
    "The Heron Year": "What did The Heron Year do to you on the ferry?",
}
RECORDS = {
    "I shouted at my sister": "Tova shouted at her sister over the oars and did not speak to her until Sunday.",
    "The piano came up": "The piano came up to Tova's flat on ropes in March. One rope broke.",
    "In 1990 I froze": "In 1990 Tova froze on the ladder of the water tower and her father had to fetch her.",
}
SITUATION = {
    "friend": "Your sister asks you for something. What do you do?",
    "answer": "I shout at her over the oars and do not speak to her until Sunday. I hold a grudge.",
}

Answer = Callable[[Request], object]


def life(notes: dict[str, str] = NOTES, cache: Memory | None = None) -> tuple[Life, Told, list[Draft]]:
    """The life, what can be told of it, and what the rules would make samples of."""
    chain = run_chain([note_from_text(t, p) for p, t in notes.items()], CONFIG, now="2026-01-01")
    found = Life(
        Workspace(Path("nowhere")), CONFIG, [], chain, Engine("rules", "rules"), "2026-01-01", cache or Memory()
    )
    assert chain.timeline is not None
    told = tell(
        life_of(chain.notes, chain.edits, CONFIG, chain.timeline, chain.extractions, full_name(chain.canon),
                chain.bearings)
    )  # fmt: skip
    return found, told, choose(drafts_of(told), CONFIG)


def write(talk: Asker, given: tuple[Life, Told, list[Draft]]) -> Writing:
    found, told, drafts = given
    try:
        return write_samples(found, told, drafts, talk)
    finally:
        talk.close()


def which(request: Request) -> str:
    """The question of ours that a request puts: ask, follow, media, event, situation, match, true or relate."""
    if is_choice(request):
        text = user(request)
        return "match" if "The question: " in text else "relate" if "What a person can be like" in text else "true"
    fields = set(request["schema"]["properties"])
    if "record" in fields:
        return "event"
    if "friend" in fields:
        return "situation"
    return "media" if "sentences" in fields else "follow" if "\nnext: " in user(request) else "ask"


def _letter(request: Request, words: str) -> dict[str, str]:
    found = options(request)
    return {"choice": max(found, key=lambda letter: len(set(found[letter].split()) & set(words.split())))}


class Model:
    """Answers as a good model does. `instead`: by kind of question, what a test puts in its place."""

    def __init__(self, **instead: Any) -> None:
        self.instead = instead
        self.meant: dict[str, str] = {}  # question -> the passage that it was written for

    def __call__(self, request: Request) -> object:
        kind = which(request)
        said = self.instead.get(kind)
        if callable(said):
            said = said(request)
        if said is None:
            said = getattr(self, f"_{kind}")(request)
        if isinstance(said, dict) and said.get("question"):
            text = user(request)
            self.meant[said["question"]] = text.rpartition("next: ")[2] if kind == "follow" else text
        return said

    def _match(self, request: Request) -> object:
        given = controls()["match"]
        question = user(request).rpartition("The question: ")[2]
        for item in given["questions"]:
            if item["question"] == question:
                return _letter(request, given["passages"][item["truth"]])
        return _letter(request, self.meant.get(question, ""))

    def _true(self, request: Request) -> object:
        item = next((i for i in controls()["true"]["items"] if f'"""\n{i["record"]}\n"""' in user(request)
                     and i["passage"] in user(request)), {"truth": True})  # fmt: skip
        return _letter(request, "the record says only what was told" if item["truth"] else "adds something changes who")

    def _relate(self, request: Request) -> object:
        truth = next((t for text, t in CONTROLS if CONTROL_TRAIT in user(request) and text in user(request)), 0)
        return _letter(request, LABELS[truth])

    def _ask(self, request: Request) -> object:
        return {"question": next((q for t, q in QUESTIONS.items() if t in user(request)), "")}

    def _follow(self, request: Request) -> object:
        return {"question": "What did you ask Karin about on Sunday?" if "bun" in user(request) else ""}

    def _media(self, request: Request) -> object:
        return {"sentences": [1, 2], "question": "How was The Heron Year for you on the ferry?"}

    def _event(self, request: Request) -> object:
        return {"record": next((r for t, r in RECORDS.items() if t in user(request)), "")}

    def _situation(self, request: Request) -> object:
        return SITUATION
