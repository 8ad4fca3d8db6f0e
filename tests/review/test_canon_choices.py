"""What a choice writes into the canon is said in words: replaced, kept, or left out."""

from __future__ import annotations

import pytest

from refiner.models import CanonEntry, Choice, ChoiceEffect, Question
from refiner.review.facts import Page, question_facts


@pytest.mark.parametrize(
    ("after", "said"), [("badminton", "kabaddi → badminton"), ("kabaddi", "kabaddi stays"), ("", "kabaddi goes")]
)
def test_a_choice_says_what_it_does_to_the_whole_life(after: str, said: str) -> None:
    entry = CanonEntry(id="activity:kabaddi", kind="activity", before="kabaddi", after=after, origin="person")
    choice = Choice(id="1", label="so", effect=ChoiceEffect(canon=entry))
    question = Question(id="q", note="n.md", stage="swap", question="What shall become of it?", choices=(choice,))
    facts = question_facts(question, Page(None))
    (view,) = facts["choices"]  # type: ignore[misc]
    assert view.canon == said
