"""What a rewritten sentence brings in: new things, not new forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks.brought import brought_in

OLD = "I go to the lake with Ravi and smoke two cigarettes on the old wall."


@pytest.mark.parametrize(
    "new",
    [
        "Until 2010 I went to the lake with Ravi and smoked two cigarettes on the old wall.",
        "I used to go to the lake with Ravi and smoke two cigarettes on the old wall, which lasted until 2010.",
        "I had gone to the lake with Ravi, smoking two cigarettes on the old walls; that is no longer so.",
        "I believed then that I smoked.",
    ],
)
def test_other_forms_bring_nothing_in(new: str) -> None:
    assert brought_in(f"{OLD} That lasted until 2010.", new) == []


@pytest.mark.parametrize(
    ("new", "what"),
    [
        ("Until 2010 I went to the lake with Ravi on my bicycle.", ["bicycle"]),
        ("I went to the green lake with Ravi.", ["green"]),
        ("I went to the lake with Meera.", ["Meera"]),
        ("I stole two cigarettes from Ravi.", ["stole"]),
        ("I smoked three cigarettes.", ["three"]),
    ],
)
def test_new_things_qualities_people_deeds_and_numbers_are_named(new: str, what: list[str]) -> None:
    assert brought_in(f"{OLD} That lasted until 2010.", new) == what


@given(st.lists(st.sampled_from(OLD.rstrip(".").split()), min_size=1, max_size=12).map(" ".join))
def test_the_sentences_own_words_bring_nothing_in(new: str) -> None:
    assert brought_in(OLD, new) == []
