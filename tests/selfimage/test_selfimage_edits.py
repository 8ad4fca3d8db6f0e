"""Which edits idealise, each by itself, and what the stage and the life say of them."""

from __future__ import annotations

from collections.abc import Sequence

from image_life import CONFIG, WORDS, edit, note

from refiner.models import Edit, Timeline, TraitVerdict
from refiner.stages.base import StageInput
from refiner.stages.self_image_edits import ancestors, flags, idealising
from refiner.stages.selfimage import SelfImage, life_balance, negative_traits

NOTE = note()
TRAITS = negative_traits(CONFIG, None)


def flagged(edits: Sequence[Edit]) -> dict[str, tuple[str, ...]]:
    return idealising(NOTE, edits, CONFIG, TRAITS, WORDS, None)


def test_each_edit_by_itself() -> None:
    gone = edit(NOTE, "I always shouted at the conductor over the change. ", "")
    soft = edit(NOTE, "still very short-tempered", "still sometimes very short-tempered")
    nice = edit(NOTE, "The tea", "The wonderful tea")
    plain = edit(NOTE, "The bus", "The tram")
    found = flagged([gone, soft, nice, plain])
    assert found == {
        gone.id: ("takes away “I always shouted at the conductor over the change.” (short-tempered)",),
        soft.id: ("softens (brings in “sometimes”) “I am still very short-tempered on Mondays.” (short-tempered)",),
        nice.id: ("adds “wonderful”, which the note does not say",),
    }


def test_a_swap_of_gender_and_names_is_never_flagged() -> None:
    where = note("Harish, a handsome boy, shouted at his brother. I shouted at my brother.")
    swaps = [
        edit(where, "Harish", "Harini", stage="swap"),
        edit(where, "a handsome boy", "a beautiful girl", stage="swap"),
        edit(where, "his", "her", stage="swap"),
        edit(where, "my brother", "my sister", stage="swap"),
    ]
    assert idealising(where, swaps, CONFIG, TRAITS, WORDS, None) == {}


def test_an_edit_is_held_against_what_it_was_made_on() -> None:
    swap = edit(NOTE, "conductor", "lady", stage="swap")
    quiet = edit(NOTE, "I always shouted at the conductor", "I spoke to the conductor", parents=(swap.id,))
    again = edit(NOTE, "I always shouted at the conductor over", "I spoke to her over", parents=(quiet.id,))
    found = flagged([swap, quiet, again])
    assert set(found) == {quiet.id}  # the last one takes nothing away that was still there
    assert {e.id for e in ancestors(again, {e.id: e for e in (swap, quiet, again)})} == {swap.id, quiet.id}


def test_what_several_edits_take_away_together_is_laid_to_each() -> None:
    where = note("I was furious and shouting in a rage.")
    edits = [edit(where, "furious", "there"), edit(where, "shouting", "standing"), edit(where, "rage", "queue")]
    assert set(idealising(where, edits, CONFIG, TRAITS, WORDS, None)) == {e.id for e in edits}


def test_what_was_decided_makes_no_difference_to_the_flag() -> None:
    gone = edit(NOTE, "I always shouted at the conductor over the change. ", "")
    for status in ("undecided", "approved", "rejected", "edited"):
        assert set(flagged([gone.model_copy(update={"status": status})])) == {gone.id}


def test_closing_what_is_over_idealises_nothing() -> None:
    closed = edit(NOTE, "I am still very short-tempered on Mondays. ", "")
    over = Timeline(now="2026-01-01", traits=(TraitVerdict(id="temper", verdict="NOT", default_verdict="NOT"),))
    given = StageInput(NOTE, CONFIG, earlier=(closed,), timeline=over)
    assert [f.check for f in SelfImage().run(given).findings if f.check != "valence"] == []
    holds = Timeline(now="2026-01-01", traits=(TraitVerdict(id="temper", verdict="HOLDS", default_verdict="HOLDS"),))
    given = StageInput(NOTE, CONFIG, earlier=(closed,), timeline=holds)
    assert {"self-image", "idealises"} <= {f.check for f in SelfImage().run(given).findings}


def test_praise_in_an_answer_is_told_and_changes_nothing() -> None:
    said = edit(NOTE, "The tea", "The graceful tea", source="person", evidence=("question:1",))
    said = said.model_copy(update={"status": "approved"})
    result = SelfImage().run(StageInput(NOTE, CONFIG, earlier=(said,)))
    assert [f.check for f in result.findings if f.check == "idealises"] == ["idealises"]
    assert result.edits == () == result.questions


def test_edits_after_the_stage_are_told_for_the_life() -> None:
    late = edit(NOTE, "The tea", "The radiant tea", stage="second-look")
    early = edit(NOTE, "The bus", "The radiant bus")
    told = [f for f in life_balance([NOTE], {NOTE.path: [early, late]}, CONFIG, None) if f.check == "idealises"]
    assert [(f.start, f.end) for f in told] == [(late.start, late.end)]


def test_the_flags_of_a_life() -> None:
    nice = edit(NOTE, "The tea", "The wonderful tea")
    assert set(flags([NOTE], {NOTE.path: [nice]}, CONFIG, TRAITS, WORDS, [])) == {nice.id}
    assert flags([NOTE], {}, CONFIG, TRAITS, WORDS, []) == {}
