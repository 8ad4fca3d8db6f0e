"""How a model's answers enter the chain: as edits with its name, as findings, as questions; never unseen."""

from __future__ import annotations

import pytest
from fake import Memory, Request, asker, options, user

from refiner.config import Config
from refiner.models import Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.review.identity import sha_of
from refiner.stages.asked.controls import controls

NOW = "2026-01-01"
CONFIG = Config.from_dict({"persona": {"before": {"name": "Karthik", "gender": "male"}}})
NOTE = note_from_text('My uncle came to Salem with Ravi. Later he said at dinner, "He never listens." I ate.\n', "n.md")
TRUTH = {c.before + c.marked: c.narrator for c in controls()}


def reader(narrator: bool, good: bool = True):  # noqa: ANN201
    """A model that knows the controls (or calls everybody the narrator), and finds nothing in notes."""

    def answer(request: Request) -> object:
        fields = request["schema"]["properties"]
        if "choice" not in fields:
            return {name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}
        words = options(request)
        if not any("the writer" in w for w in words.values()):
            return {"choice": next(iter(words))}
        before, rest = user(request).split('"""')[1].strip().split(">>", 1)
        truth = TRUTH.get(before + rest.split("<<")[0], narrator) if good else True
        wanted = "the writer" if truth else "somebody else"
        return {"choice": next(k for k, w in words.items() if wanted in w)}

    return answer


@pytest.mark.parametrize("narrator", [True, False])
def test_what_a_model_settles_is_an_edit_or_a_finding_with_its_name(narrator: bool) -> None:
    alone = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"])
    assert alone.questions, "the passage is to be open for the rules"
    a, _ = asker(reader(narrator))
    advised = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"], asker=a)
    a.close()
    assert advised.questions == []
    if narrator:
        mine = [e for e in advised.edits["n.md"] if e.source == "model:fake"]
        assert mine
        assert all(e.status == "undecided" and e.confidence <= 0.7 for e in mine)
    else:
        assert [f.check for f in advised.findings if "fake says" in f.message] == ["model"] * len(alone.questions)
        assert advised.refined(NOTE) == alone.refined(NOTE)


def test_a_model_that_fails_the_controls_changes_nothing_and_is_told_of() -> None:
    alone = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"])
    a, _ = asker(reader(True, good=False))
    advised = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"], asker=a)
    a.close()
    assert advised.questions == alone.questions
    assert advised.refined(NOTE) == alone.refined(NOTE)
    assert [f.check for f in advised.findings if "not heard" in f.message] == ["controls"]


def test_what_the_person_answered_is_not_put_to_the_model() -> None:
    alone = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"])
    said = [
        Decision(item=q.id, text_sha=sha_of(q), verdict="answer", choice="stay", at=f"2026-01-01T00:00:0{n}", id=str(n))
        for n, q in enumerate(alone.questions)
    ]
    a, fake = asker(reader(True))
    advised = run_chain([NOTE], CONFIG, now=NOW, stages=["swap"], asker=a, decisions=said)
    a.close()
    assert all(q.status != "undecided" for q in advised.questions)
    assert not [r for r in fake.asked if "choice" in r["schema"]["properties"]]
    assert advised.refined(NOTE) == alone.refined(NOTE)


def test_the_same_answers_give_the_same_chain() -> None:
    a, fake = asker(reader(True))
    first = run_chain([NOTE], CONFIG, now=NOW, asker=a)
    sent = len(fake.asked)
    again = run_chain([NOTE], CONFIG, now=NOW, asker=a)
    a.close()
    assert len(fake.asked) == sent
    assert (first.edits, first.questions, first.findings) == (again.edits, again.questions, again.findings)


PLAIN = note_from_text("It rained all day. The tailor sent the blue shirt back, and I wore it to the bank.\n", "p.md")


def test_what_was_wholly_answered_is_read_back_without_its_questions() -> None:
    kept = Memory()
    a, _ = asker(reader(True))
    first = run_chain([PLAIN], CONFIG, now=NOW, asker=a, cache=kept)
    a.close()
    other, fake = asker(reader(True), offline=True)
    again = run_chain([PLAIN], CONFIG, now=NOW, asker=other, cache=kept)
    assert (again.questions, again.findings) == (first.questions, first.findings)
    assert other.used == a.used
    assert other.absent == 0
    assert not fake.asked
    other.close()


def test_what_was_not_answered_is_not_kept() -> None:
    kept = Memory()
    silent, _ = asker(reader(True), offline=True)
    run_chain([PLAIN], CONFIG, now=NOW, asker=silent, cache=kept)
    silent.close()
    a, fake = asker(reader(True))
    run_chain([PLAIN], CONFIG, now=NOW, asker=a, cache=kept)
    a.close()
    assert fake.asked


def test_another_model_is_asked_anew() -> None:
    kept = Memory()
    a, _ = asker(reader(True))
    run_chain([PLAIN], CONFIG, now=NOW, asker=a, cache=kept)
    a.close()
    other, fake = asker(reader(True))
    other.llm = other.llm.model_copy(update={"model": "another"})
    run_chain([PLAIN], CONFIG, now=NOW, asker=other, cache=kept)
    other.close()
    assert fake.asked


def test_one_notes_failure_is_not_anothers() -> None:
    """Notes are read side by side: what fails for one says nothing about the other."""
    other = note_from_text("It snowed, and the baker sang until his oven was cold again.\n", "q.md")

    def answer(request: Request) -> object:
        if "tailor" in user(request):
            return "no JSON at all"
        return reader(True)(request)

    a, _ = asker(answer)
    chain = run_chain([PLAIN, other], CONFIG, now=NOW, asker=a)
    a.close()
    told = {q.note for q in chain.questions if "could not read" in q.question}
    assert told == {"p.md"}
