"""The small parts behind the verdicts: slips of the pen, pooled probabilities, notes that were swapped before."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from marked_passages import make_config, swap

from refiner.language import lexicon
from refiner.language.already import told_as_other
from refiner.language.handles import one_slip
from refiner.language.lexicon import noun
from refiner.language.parse import entity_type, parse, parse_all
from refiner.language.pronoun_model import probability, weights
from refiner.language.scene import Proposal

NAMES = st.text("abcdehiknrsv", min_size=4, max_size=10)
MAN = make_config("m2f", "Govind Rane", "Gayatri Rane")


@given(NAMES, st.integers(0, 9), st.sampled_from("aeioumt"))
def test_one_letter_put_in_left_out_or_mistaken_is_one_slip(name: str, at: int, letter: str) -> None:
    at = at % len(name)
    for wrong in (name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :]):
        assert one_slip(wrong, name)
        assert one_slip(name, wrong)


@given(NAMES, st.integers(0, 8))
def test_two_neighbours_exchanged_are_one_slip(name: str, at: int) -> None:
    at = at % (len(name) - 1)
    assert one_slip(name[:at] + name[at + 1] + name[at] + name[at + 2 :], name)


@given(NAMES, NAMES)
def test_a_slip_is_never_two_letters_longer(one: str, other: str) -> None:
    assume(abs(len(one) - len(other)) > 1)
    assert not one_slip(one, other)


def test_a_slip_counts_only_before_the_narrators_surname() -> None:
    assert swap("The label said Govnd Rane.", MAN)[0] == "The label said Gayatri Rane."
    assert swap("The label said Govnd Joshi.", MAN)[0] == "The label said Govnd Joshi."


@settings(max_examples=50)
@given(st.floats(-4, 4), st.floats(0.01, 4))
def test_more_salience_never_makes_the_narrator_less_likely(salience: float, more: float) -> None:
    assert weights()["salience"] > 0
    assert 0 < probability({"salience": salience}) <= probability({"salience": salience + more}) < 1


def test_a_feature_without_a_weight_counts_nothing() -> None:
    assert probability({"salience": 1.0, "unheard-of": 9.0}) == probability({"salience": 1.0})


def _found(rule: str, count: int) -> list[Proposal]:
    return [Proposal(i, i + 1, "x", rule, "", 0.95) for i in range(count)]


def test_a_note_is_swapped_already_where_it_shows_the_new_gender_oftener() -> None:
    assert told_as_other(_found("told-pronoun", 2), lambda: _found("role-predicate", 3)) == "yes"
    assert told_as_other(_found("told-pronoun", 2), lambda: _found("role-predicate", 2)) == "perhaps"
    assert told_as_other(_found("told-pronoun", 2), lambda: _found("role-predicate", 1)) == "no"
    assert told_as_other(_found("told-pronoun", 1), lambda: _found("canon", 5)) == "no", "a sport shows no gender"


def test_the_opposite_is_not_read_where_there_is_nothing_to_decide() -> None:
    def never() -> list[Proposal]:
        raise AssertionError

    assert told_as_other([], never) == "no"


def test_a_note_written_as_the_new_gender_is_asked_about_and_told_of() -> None:
    text = (
        'As a girl I was slow. I was the only woman on the ward. "He is late," my aunt told the ward, looking at me.\n'
    )
    refined, result = swap(text, MAN)
    assert refined == text
    assert [f.check for f in result.findings] == ["already-swapped"]
    assert result.questions


def test_texts_are_parsed_once_and_entities_when_asked() -> None:
    texts = ["Ravi went to Nagpur in May.", "Nobody else did."]
    parse_all([*texts, texts[0]])
    doc = parse(texts[0])
    assert doc is parse(texts[0])
    assert not doc.has_annotation("ENT_IOB")
    assert entity_type(doc[3]) in ("GPE", "LOC", "PERSON", "ORG", "")
    assert doc.has_annotation("ENT_IOB")


def test_names_that_end_in_man_are_no_trades() -> None:
    for name in ("Salman", "Usman", "Rahman", "Chapman"):
        assert noun(name, "male") is None
    assert noun("salesman", "male")


def test_composed_trades_go_both_ways_and_stop_there() -> None:
    word = lexicon.noun("guardsman", "male")
    assert word is not None
    assert word.after == "guardswoman"
    assert lexicon.noun("guardswoman", "male") is None
    back = lexicon.noun("guardswoman", "female")
    assert back is not None
    assert back.after == "guardsman"
    for other in ("human", "German", "talisman", "woman", "acumen"):
        assert lexicon.noun(other, "male") is None
