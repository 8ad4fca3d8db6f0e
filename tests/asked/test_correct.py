"""A rejection in words goes back to the model once, and what it writes comes back undecided."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fake import Fake, Memory, asker, user

from refiner.chain import Chain
from refiner.config import Config
from refiner.models import Decision
from refiner.notes import note_from_text
from refiner.pipeline import run_chain
from refiner.store import NoCache

CONFIG = Config.from_dict({"persona": {"before": {"name": "Karthik", "gender": "male"}}})
NOTE = note_from_text("We had three looms. As a boy I slept under the biggest one. The dye smelt of iron.\n", "loom.md")


def rejected(chain: Chain, reason: str, place: int = 0) -> Decision:
    edit = chain.proposed[place]
    return Decision(item=edit.id, text_sha=edit.text_sha, verdict="reject", reason=reason, id=f"d{place}")


def run(said: object, decisions: Sequence[Decision] = (), cache: NoCache | None = None) -> tuple[Chain, Fake]:
    def answer(request: object) -> object:
        if "the person says:" in user(request):  # type: ignore[arg-type]
            return {"sentence": said} if isinstance(said, str) else said
        fields = request["schema"]["properties"]  # type: ignore[index]
        return {name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}

    talk, fake = asker(answer)
    try:
        return run_chain(
            [NOTE], CONFIG, now="2026-01-01", stages=("swap",), asker=talk, decisions=decisions, cache=cache
        ), fake
    finally:
        talk.close()


def asked(fake: Fake) -> list[str]:
    return [user(r) for r in fake.asked if "the person says:" in user(r)]


def text(chain: Chain) -> str:
    return chain.refined(NOTE).strip()


WORDS = "say child, the neighbours always said child"
GOOD = "As a child I slept under the biggest one."


@pytest.mark.says("What you say in words of your own at `Why?` goes to the model once, where you refine with")
def test_the_words_of_a_rejection_make_a_new_proposal() -> None:
    first, fake = run("")
    assert [e.after for e in first.proposed] == ["girl"]
    assert asked(fake) == []
    chain, fake = run(GOOD, [rejected(first, WORDS)])
    [prompt] = asked(fake)
    assert "sentence: As a boy I slept under the biggest one." in prompt
    assert 'proposed and refused: "girl" for "boy"' in prompt
    assert f"the person says: {WORDS}" in prompt
    old, new = chain.proposed
    assert (new.stage, new.source, new.status) == ("correct", "model:fake", "undecided")
    assert (new.before, new.after) == ("boy", "child")
    assert WORDS in new.reason
    assert f"corrects:{old.id}" in new.evidence
    assert text(chain) == f"We had three looms. {GOOD} The dye smelt of iron."


def test_a_correction_is_decided_like_any_edit_and_never_corrected_again() -> None:
    first, _ = run("")
    said = [rejected(first, WORDS)]
    second, _ = run(GOOD, said)
    approved = Decision(item=second.proposed[1].id, text_sha=second.proposed[1].text_sha, verdict="approve", id="y")
    chain, _ = run(GOOD, [*said, approved])
    assert [e.status for e in chain.edits["loom.md"]] == ["rejected", "approved"]
    chain, fake = run(GOOD, [*said, rejected(second, "say sprout", 1)])
    assert len(asked(fake)) == 1
    assert text(chain) == NOTE.text.strip()


def test_it_is_asked_once() -> None:
    first, _ = run("")
    cache = Memory()
    run(GOOD, [rejected(first, WORDS)], cache)
    chain, fake = run(GOOD, [rejected(first, WORDS)], cache)
    assert asked(fake) == []
    assert chain.proposed[1].after == "child"


def test_offered_reasons_and_none_ask_nothing() -> None:
    first, _ = run("")
    for reason in ("", "wrong word", "never again"):
        chain, fake = run(GOOD, [rejected(first, reason)])
        assert asked(fake) == []
        assert len(chain.proposed) == 1


@pytest.mark.says("What you say in words of your own at `Why?` goes to the model once, where you refine with")
def test_without_a_model_the_rejection_stands_by_itself() -> None:
    alone = run_chain([NOTE], CONFIG, now="2026-01-01", stages=("swap",))
    chain = run_chain([NOTE], CONFIG, now="2026-01-01", stages=("swap",), decisions=[rejected(alone, WORDS)])
    assert text(chain) == NOTE.text.strip()


def test_what_does_not_stand_up_to_the_checks_is_not_offered_and_the_person_is_told() -> None:
    first, _ = run("")
    bad = (
        "As a girl I slept under the biggest one.",  # the very sentence that was refused
        "As a brave and wonderful child I slept under the biggest one.",
        "As a child of 7 I slept under the biggest one.",
        "As a child I slept under the biggest one. Ravi had given it to us.",
        "As a child Ravi slept under the biggest one.",
        "The person refused it and says why, so here it is.",
    )
    for sentence in bad:
        chain, fake = run(sentence, [rejected(first, WORDS)])
        assert len(chain.proposed) == 1, sentence
        assert len(asked(fake)) > 1, "it is told why, and asked again"
        [found] = [f for f in chain.findings if f.check == "correct"]
        assert "e lets you write it yourself" in found.message


def test_the_persons_words_may_bring_in_names_and_numbers() -> None:
    first, _ = run("")
    chain, _ = run(
        "As a child of 7 I slept under Meera's one.", [rejected(first, "a child of 7, and the loom was Meera's")]
    )
    assert [e.stage for e in chain.proposed] == ["swap", "correct"]


def test_two_rejections_in_one_sentence_give_one_proposal_at_a_time() -> None:
    note = note_from_text("As a boy I was my father's only son.\n", "loom.md")

    def answer(request: object) -> object:
        if "the person says:" in user(request):  # type: ignore[arg-type]
            return {"sentence": "As a child I was my father's only child."}
        fields = request["schema"]["properties"]  # type: ignore[index]
        return {name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}

    first = run_chain([note], CONFIG, now="2026-01-01", stages=("swap",))
    assert len(first.proposed) == 2
    talk, _ = asker(answer)
    decisions = [rejected(first, WORDS, n) for n in (0, 1)]
    chain = run_chain([note], CONFIG, now="2026-01-01", stages=("swap",), asker=talk, decisions=decisions)
    talk.close()
    assert [e.stage for e in chain.proposed] == ["swap", "swap", "correct"]
    assert chain.refined(note).strip() == "As a child I was my father's only child."


def test_a_decision_about_another_sentence_makes_no_new_question() -> None:
    note = note_from_text("As a boy I slept by the door. The dye smelt. My sister said I was a good son.\n", "loom.md")
    said = ["As a child I slept by the door.", "When small I slept by the door."]  # a model that never says it twice

    def answer(request: object) -> object:
        if "the person says:" in user(request):  # type: ignore[arg-type]
            return {"sentence": said.pop(0)}
        fields = request["schema"]["properties"]  # type: ignore[index]
        return {name: [] if kind.get("type") == "array" else "" for name, kind in fields.items()}

    cache = Memory()

    def chain(decisions: Sequence[Decision]) -> Chain:
        talk, _ = asker(answer)
        try:
            return run_chain([note], CONFIG, now="2026-01-01", stages=("swap",), asker=talk, decisions=decisions,
                             cache=cache)  # fmt: skip
        finally:
            talk.close()

    first = chain([])
    assert [e.after for e in first.proposed] == ["girl", "daughter"]
    rejection = rejected(first, WORDS)
    correction = chain([rejection]).proposed[-1]
    approval = Decision(item=correction.id, text_sha=correction.text_sha, verdict="approve", id="y")
    for verdict, text in (("reject", None), ("approve", None), ("edit", "child")):
        other = Decision(
            item=first.proposed[1].id, text_sha=first.proposed[1].text_sha, verdict=verdict, text=text, id="o"
        )
        after = chain([rejection, approval, other])
        assert [(e.id, e.status) for e in after.edits["loom.md"] if e.stage == "correct"] == [
            (correction.id, "approved")
        ]
    assert len(said) == 1
