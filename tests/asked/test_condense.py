"""How a minor trait was acquired, in one sentence of the model: all its facts, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from fake import Fake, asker, user

from refiner.chain import Chain
from refiner.config import Config
from refiner.models import Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain

TEXT = """---
events:
  - quote: an uncle of ours came to stay
    when: 1996
    effects: { chess: { kind: initiates, quote: I have played chess for many years } }
---
The lane was wet. In 1996 an uncle of ours came to stay from Pune. He smelt of camphor and slept in the hall. He lost \
his teeth in the well. I have played chess for many years. The tea was cold.
"""
GOOD = "In 1996 an uncle of ours came to stay from Pune."


def config(**more: Any) -> Config:
    chess = {"id": "chess", "name": "plays chess", "importance": 2, "how_acquired": False, **more}
    return Config.from_dict({"traits": [chess, {"id": "stubborn", "name": "stubborn", "importance": 4}]})


def run(
    *said: str, text: str = TEXT, conf: Config | None = None, decisions: list[Decision] | None = None
) -> tuple[str, Fake, Chain]:
    queue = list(said)

    def answer(request: Any) -> object:
        if "What they lead to:" in user(request):
            return {"sentence": queue.pop(0) if len(queue) > 1 else queue[0]}
        return {"found": [], "events": [], "people": [], "media": []}

    talk, fake = asker(answer)
    try:
        chain = run_chain(
            [note_from_text(text, "a.md")], conf or config(), now="2026-01-01", stages=("reframe",), asker=talk,
            decisions=decisions or [],
        )  # fmt: skip
    finally:
        talk.close()
    return chain.refined(chain.notes[0]).split("---\n")[-1].strip(), fake, chain


def asked(fake: Fake) -> list[str]:
    return [str(r["messages"][-1]["content"]) for r in fake.asked if "What they lead to:" in user(r)]


def test_a_run_becomes_one_sentence_with_the_models_name() -> None:
    text, fake, chain = run(GOOD)
    assert text == f"The lane was wet. {GOOD} I have played chess for many years. The tea was cold."
    [edit] = chain.edits["a.md"]
    assert (edit.source, edit.stage, edit.status) == ("model:fake", "reframe", "undecided")
    assert [t.action for t in chain.treatments() if t.start is not None and t.why == edit.reason] == ["condense"] * 2
    [shown] = asked(fake)
    assert "before: The lane was wet.\nsentences: In 1996 an uncle" in shown
    assert "after: I have played chess for many years." in shown
    assert "What they lead to: plays chess" in shown


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("An uncle of ours came to stay from Pune.", "numbers"),
        ("In 1996 an uncle of ours came to stay.", "pune"),
        ("In 1996 an uncle of ours, Gopal, came to stay from Pune.", "gopal"),
        ("In 1996 a famous wise uncle of ours came to stay from Pune.", "praise"),
        ("In 1996 an uncle of ours came to stay from Pune, a stubborn one.", "another trait"),
        ("In 1996 an uncle of ours came to stay from Pune. He smelt.", "one sentence"),
        ("In 1996 an uncle of ours came to steal from Pune.", "steal"),
        ("In 1996 an uncle of ours came to stay with Pune.", "to whom"),
        ("In 1996 they, an uncle of ours, came to stay from Pune.", "people"),
        ("In 1996 an uncle of ours came to stay from Pune", "end"),
        (
            "In 1996 an uncle of ours came to stay from Pune, smelt of camphor, slept in the hall, lost his teeth.",
            "shorter",
        ),
    ],
)
def test_what_loses_a_fact_or_brings_one_in_is_sent_back(said: str, why: str) -> None:
    text, fake, _ = run(said, GOOD)
    assert GOOD in text
    assert len(asked(fake)) == 2
    assert why in asked(fake)[1].lower()


def test_without_a_sentence_the_rules_condense() -> None:
    text, _, chain = run("")
    assert text == f"The lane was wet. {GOOD} I have played chess for many years. The tea was cold."
    assert {e.source for e in chain.edits["a.md"]} == {"rule:condense"}


def test_who_rejects_the_sentence_gets_what_the_rules_do() -> None:
    _, _, chain = run(GOOD)
    [edit] = chain.edits["a.md"]
    _, _, again = run(GOOD, decisions=[Decision(id="1", item=edit.id, text_sha=edit.text_sha, verdict="reject")])
    assert {e.source for e in again.edits["a.md"] if e.status != "rejected"} == {"rule:condense"}


def test_an_important_trait_keeps_its_cause_and_nothing_is_asked() -> None:
    for conf in (config(importance=3), config(how_acquired=True)):
        text, fake, chain = run(GOOD, conf=conf)
        assert text == TEXT.split("---\n")[-1].strip()
        assert (asked(fake), chain.edits.get("a.md", [])) == ([], [])
