"""Her names in the whole data set, where refiner.toml leaves the choice to the tool: no old name is learnt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compose_life import small_life

from refiner.config import Config
from refiner.exporting import export_samples
from refiner.models import CanonEntry, Decision
from refiner.refine import refine, with_life
from refiner.sampling import make_samples
from refiner.stages.canon import full_name, named, seed_canon
from refiner.stages.compose import compose, drafts_of
from refiner.stages.composing.draft import tell
from refiner.stages.composing.facts import life_of, renamed
from refiner.store import DecisionLog, Workspace
from refiner.workspace import init

NOW = "2026-01-01"
OLD = ("Jagdish", "Mohan", "Singh", "Jaggu", "jagdish.pedals")
SETTINGS = """
[persona]
born = "1985-05-14"
[persona.before]
name = "Jagdish Mohan Singh"
gender = "male"
nicknames = ["Jaggu"]
handles = ["jagdish.pedals"]
[persona.after]
name = ""
gender = "female"
[[traits]]
id = "stubborn"
polarity = "negative"
importance = 3
"""
NOTES = {
    "bridge.md": """# The bridge

As a boy of nine I rode my bicycle off the wooden bridge at Tapri and lost a tooth. My name is Jagdish Mohan Singh, I
told the doctor, and I am not crying. "Jaggu, hold still," said my aunt, and I held still until it was over.

I am stubborn. When the foreman told me to leave the lathe alone I came back at night and finished the piece.
""",
    "reckong.md": """---
date: 2012-06-20
---
In 2012 I opened a cycle shop in Reckong Peo. The sign said Jagdish Singh, Cycles, and nothing else for a year.
My customers write to jagdish.pedals when a chain breaks on the pass, and I answer them after the lamp is lit.
""",
    "mother.md": """---
author: Jagdish's mother
---
Jagdish never gave up a spanner or a quarrel. He once argued for two hours about the price of a pump.
""",
    "chat.txt": """Tenzin: where are you with my wheel?
Jaggu: on the road, the bus has a flat tyre of all things
Tenzin: will you be here by evening?
Jaggu: yes, if I mend it myself, keep the tea warm
Tenzin: Jaggu, you and your wheels
Jaggu: it is what I do
""",
}


def life(folder: Path) -> Workspace:
    ws = init(folder / "w", name="Jagdish Singh", gender="male")
    ws.config.write_text(SETTINGS, encoding="utf-8")
    for path in ws.raw.iterdir():
        path.unlink()
    for name, text in NOTES.items():
        (ws.raw / name).write_text(text, encoding="utf-8")
    refine(ws, now=NOW, engine="rules")
    return ws


def say(ws: Workspace, item: Any, verdict: Any, **more: Any) -> None:
    DecisionLog(ws.decisions).append(Decision(item=item.id, text_sha=item.text_sha, verdict=verdict, **more))


def words_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from words_of(part)


def old_in(text: str) -> list[str]:
    return [n for n in OLD if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text, re.I)]


def test_no_old_name_is_learnt_where_the_tool_chose_the_new_one(tmp_path: Path) -> None:
    """Only the asker of "Are you …?" says an old name, to be told that it is none of hers."""
    ws = life(tmp_path)
    with with_life(ws, now=NOW) as read:
        assert read.config.persona.after.name.startswith("J")
        assert not old_in(read.card)
        for e in [e for es in read.chain.edits.values() for e in es]:
            say(ws, e, "approve")
        chain, name = read.chain, full_name(read.chain.canon)
        assert chain.timeline is not None
        told = tell(life_of(chain.notes, chain.edits, read.config, chain.timeline, chain.extractions, name))
        drafts = drafts_of(told)  # more than the mix takes
    assert any(re.match(r"Jyoti's mother wrote", d.answer) for d in drafts)
    for d in drafts:
        assert not old_in(d.told), d
        assert d.scene == "identity/old_name" or not old_in(f"{d.question} {d.turns}"), d
    made = make_samples(ws, now=NOW).proposed
    chats = [m for s in made if "/voice/chat/" in s.source for m in s.messages]
    assert any(m.role == "assistant" and "mend it myself" in m.content for m in chats), "her lines of a chat are hers"
    meant = set()  # what is asked with an old name
    for n, sample in enumerate(made):
        if "/identity/old_name" in sample.source:
            meant.add(tuple(m.content for m in sample.messages if m.role == "user"))
        edited = {"text": f"{sample.messages[-1].content} So it was."} if n % 5 == 2 else {}
        say(ws, sample, "edit" if edited else "reject" if n % 5 == 1 else "approve", **edited)
    manifest = export_samples(ws, now=NOW, partial=True, check=False).manifest
    assert manifest["counts"]["preferences"] > 0
    assert not old_in(manifest["system"])
    rows = 0
    for file in ("train.jsonl", "eval.jsonl", "preferences.jsonl", "kto.jsonl"):
        for line in (ws.dataset / file).read_text(encoding="utf-8").splitlines():
            row, rows = json.loads(line), rows + 1
            turns = [t for key in ("messages", "prompt", "chosen", "rejected", "completion") for t in row.get(key, ())]
            assert turns
            hers = [t["content"] for t in turns if t["role"] != "user"]
            asked = [t["content"] for t in turns if t["role"] == "user"]
            assert not any(old_in(text) for text in hers), row
            assert {n for text in asked for n in old_in(text)} == set() or tuple(asked) in meant
    assert rows > 20


def test_a_new_name_is_never_taken_for_an_old_one() -> None:
    config = Config.from_dict(
        {
            "persona": {
                "before": {"name": "Arjun Kumar Singh", "gender": "male", "nicknames": ["Raj", "Anu"]},
                "after": {"name": "", "gender": "female", "nicknames": ["Anu", "Raji"]},
            }
        }
    )
    assert renamed("Raj went, and Anu went", config) == "Anu went, and Raji went"
    assert renamed("Arjun's mother", config) == "Anjali's mother"
    full = renamed("Arjun Kumar Singh and Mohan Singh", config)
    assert full == f"{named(config, seed_canon(config)).persona.after.name} and Mohan Singh"
    assert "Kumar" not in full


def test_the_settings_take_the_names_of_the_canon() -> None:
    config = Config.from_dict(
        {
            "persona": {
                "before": {"name": "Arjun Rao", "gender": "male", "nicknames": ["Arju"], "handles": ["arjun_rao"]},
                "after": {"name": "", "gender": "female"},
            }
        }
    )
    canon = tuple(
        e.model_copy(update={"after": "Aruna", "origin": "person"}) if e.id == "name:first" else e
        for e in seed_canon(config)
    )
    after = named(config, canon).persona.after
    assert (after.name, after.handles) == ("Aruna Rao", ("aruna_rao",))
    assert len(after.nicknames) == 1
    chosen = Config.from_dict(
        {
            "persona": {
                "before": {"name": "Arjun Rao", "gender": "male"},
                "after": {"name": "Anjali D. Rao", "gender": "female"},
            }
        }
    )
    assert named(chosen, seed_canon(chosen)) == chosen


def test_a_middle_name_that_she_has_not_goes() -> None:
    from refiner.edits import render
    from refiner.notes import note_from_text
    from refiner.pipeline import run_chain

    config = Config.from_dict(
        {
            "persona": {
                "before": {"name": "Arjun Kumar Rao", "gender": "male"},
                "after": {"name": "Anjali Rao", "gender": "female"},
            }
        }
    )
    note = note_from_text("I signed as Arjun Kumar Rao, and Arjun Kumar was called first.\n", "a.md")
    chain = run_chain([note], config, now=NOW, stages=("swap",))
    assert render(note.text, chain.edits["a.md"]) == "I signed as Anjali Rao, and Anjali was called first.\n"


def test_the_name_given_to_compose_is_that_of_the_persona() -> None:
    small = small_life()
    after = small.config.persona.after.model_copy(update={"name": ""})
    persona = small.config.persona.model_copy(update={"after": after})
    unnamed = small.config.model_copy(update={"persona": persona})
    made = compose(small.notes, small.edits, unnamed, small.timeline, small.extractions, name="Rohini Iyer")
    assert [s.text_sha for s in made] == [s.text_sha for s in small.samples()]


def test_a_rejected_name_is_not_taken() -> None:
    config = Config.from_dict(
        {"persona": {"before": {"name": "Arjun Rao", "gender": "male"}, "after": {"gender": "female"}}}
    )
    no = CanonEntry(id="name:first", kind="name", before="Arjun", after="Anjali", origin="rule", status="rejected")
    assert named(config, [no]).persona.after.name == ""
