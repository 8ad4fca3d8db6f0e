"""What edits leave of the evidence, and the laws of its share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_life import CONFIG, SIDE, TEMPER, WORDS, edit, note

from refiner.edits import make_edit
from refiner.models import Edit, Effect, Event, Extraction
from refiner.stages.self_image_edits import idealising
from refiner.stages.self_image_evidence import evidence_sentences
from refiner.stages.self_image_kept import Kept, kept
from refiner.stages.self_image_life import life_image, negative_traits

NOTE = note()
SHOUTED = "I always shouted at the conductor over the change."


def state(edits: Sequence[Edit], quote: str = SHOUTED) -> Kept:
    found = evidence_sentences(NOTE, TEMPER, WORDS, None, SIDE)
    return kept(NOTE, next(e for e in found if e.sentence.text == quote), TEMPER, WORDS, edits)


@pytest.mark.parametrize(
    ("before", "after", "is_so"),
    [
        ("The bus was late again.", "", "kept"),
        ("conductor", "driver", "kept"),
        (SHOUTED + " ", "", "gone"),
        ("shouted at", "spoke to", "gone"),
        ("always shouted", "shouted", "softened"),
        ("always shouted", "always shouted a little", "softened"),
        ("always shouted", "have not always shouted", "softened"),
        ("change.", "change. That was in those days.", "softened"),
    ],
)
def test_kept_softened_gone(before: str, after: str, is_so: str) -> None:
    assert state([edit(NOTE, before, after)]).state == is_so


def test_words_added_at_the_end_of_a_sentence_belong_to_it() -> None:
    at = NOTE.text.index(SHOUTED) + len(SHOUTED)
    added = make_edit(NOTE, "override", at, at, " Perhaps.", reason="r", source="rule:x")
    found = state([added])
    assert (found.state, found.why, found.refined) == ("softened", ("brings in “perhaps”",), f"{SHOUTED} Perhaps.")


def test_a_rejected_edit_takes_nothing_away() -> None:
    gone = edit(NOTE, SHOUTED, "")
    assert state([gone]).state == "gone"
    assert state([gone.model_copy(update={"status": "rejected"})]).state == "kept"


def test_one_edit_over_two_sentences_of_evidence_hides_neither() -> None:
    where = note("I shouted at Ravi. I shouted at Mohan. The tea was good.")
    found = evidence_sentences(where, TEMPER, WORDS, None, SIDE)
    change = [edit(where, "I shouted at Ravi. I shouted at Mohan.", "I shouted at Ravi.")]
    assert "gone" in [kept(where, e, TEMPER, WORDS, change).state for e in found]


def test_a_quote_without_a_word_of_the_trait_is_followed_by_its_content() -> None:
    where = note("The shop burned down. Since then a spoon that falls is enough for my brother and me.", "bus.md")
    quote = "Since then a spoon that falls is enough for my brother and me."
    event = Event(id="fire", note="bus.md", effects=(Effect(trait="temper", kind="initiates", quote=quote),))
    [one] = evidence_sentences(where, TEMPER, WORDS, Extraction(note="bus.md", events=(event,)), SIDE)
    assert kept(where, one, TEMPER, WORDS, [edit(where, "brother", "sister")]).state == "kept"
    assert kept(where, one, TEMPER, WORDS, [edit(where, "a spoon that falls is enough", "I rest")]).state == "gone"


# ---- laws ----------------------------------------------------------------------------------------------------------

TRAITS = negative_traits(CONFIG, None)
CUTS = [m for m in range(len(NOTE.text) + 1) if m in {0, len(NOTE.text)} or not NOTE.text[m - 1 : m + 1].isalnum()]


def share(edits: Sequence[Edit]) -> float:
    found = life_image([NOTE], {NOTE.path: edits}, CONFIG, None).share
    assert found is not None
    return found


@st.composite
def deletions(draw: st.DrawFn) -> list[Edit]:
    """Edits that only delete, none overlapping another."""
    places = sorted(draw(st.sets(st.sampled_from(CUTS), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return [make_edit(NOTE, "override", a, b, "", reason="r", source="rule:x") for a, b in pairs]


@st.composite
def flattering(draw: st.DrawFn) -> list[Edit]:
    """Edits of which each only takes evidence away, softens it, or praises, none overlapping another."""
    all_of_them = [
        edit(NOTE, SHOUTED, ""),
        edit(NOTE, "lied to her about", "told her of"),
        edit(NOTE, "still very short-tempered", "still short-tempered"),
        edit(NOTE, "on Mondays", "on Mondays, sometimes"),
        edit(NOTE, "was lying", "was not lying"),
        edit(NOTE, "The bus", "The wonderful bus"),
        edit(NOTE, "The tea was good", "I was radiant and wise"),
    ]
    return draw(st.lists(st.sampled_from(all_of_them), unique_by=lambda e: e.id))


@given(deletions())
@settings(max_examples=150, deadline=None)
def test_an_edit_that_only_deletes_never_raises_the_share(edits: list[Edit]) -> None:
    for one in edits:
        before = [e for e in edits if e.id != one.id]
        assert share(edits) <= share(before) <= 1


@given(flattering())
@settings(max_examples=100, deadline=None)
def test_rejecting_an_edit_that_idealises_never_lowers_the_share(edits: list[Edit]) -> None:
    flagged = idealising(NOTE, edits, CONFIG, TRAITS, WORDS, None)
    assert set(flagged) == {e.id for e in edits}
    now = share(edits)
    for one in edits:
        rejected = [e.model_copy(update={"status": "rejected"}) if e.id == one.id else e for e in edits]
        assert share(rejected) >= now
