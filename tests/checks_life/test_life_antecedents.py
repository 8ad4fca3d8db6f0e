"""Pronouns that became ambiguous by the change, and those that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_again import again, config, findings, shown

from refiner.checks.antecedents import antecedents

MAN = config()
WOMAN = config("Meera Iyer", "Mohan Iyer", gender="female")
NAME, HE = ("Arjun", "Anjali"), ("he", "she")


@pytest.mark.parametrize(
    ("text", "changes", "doubtful"),
    [
        ("Ma told Sis that he could go.", [HE], ["she"]),
        ("My sister never knocks. Ma said he was asleep.", [HE], ["she"]),
        ("Arjun came home. Ma was cooking. He said he was hungry.", [NAME, ("He", "She"), HE], ["She"]),
        ("Arjun's mother said he was late.", [NAME, HE], ["she"]),
        ('"Ritu says he is lazy," Ma told Papa.', [HE], ["she"]),
        ("Ma lost his keys.", [("his", "her")], ["her"]),
        ("Arjun visited Ritu. She was ill.", [NAME], ["She"]),
        ("Arjun took Ritu to her house.", [NAME], ["her"]),
    ],
)  # fmt: skip
def test_an_antecedent_became_ambiguous(text: str, changes: list[tuple[str, str]], doubtful: list[str]) -> None:
    read = again(text, changes, MAN)
    found = antecedents(read)
    assert shown(found, read.text) == doubtful
    assert all(f.severity == "warning" and "would say who is meant" in f.message for f in found)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("Papa told Ma that he could go.", [HE]),  # it was ambiguous before
        ("Ma scolded him.", [("him", "her")]),  # an object is not its own subject
        ("Ma stood behind him.", [("him", "her")]),
        ("Ritu met Arjun at the gate and gave him a pen.", [NAME, ("him", "her")]),
        ("Arjun told Ma he was tired.", [NAME, HE]),  # the subject wins
        ("The girls teased him and he cried.", [("him", "her"), HE]),  # more than one
        ('"Is he asleep?" Ma asked my aunt.', [HE]),  # who speaks, and who is spoken to
        ("Ma was a nurse. It rained. Then he came.", [HE]),  # two sentences back
        ("Arjun came in. Ritu was ill. She slept.", [NAME]),
        ("Arjun saw her.", [NAME]),
        ("Arjun hurt himself, and Ritu laughed.", [NAME, ("himself", "herself")]),
        ("I visited Ritu. She was ill.", []),
    ],
)  # fmt: skip
def test_a_clear_antecedent_is_no_finding(text: str, changes: list[tuple[str, str]]) -> None:
    assert antecedents(again(text, changes, MAN)) == []


def test_it_works_for_a_man_as_well() -> None:
    read = again("Papa told Ravi that she could go.", [("she", "he")], WOMAN)
    assert shown(antecedents(read), read.text) == ["he"]
    assert '"Mohan"' in antecedents(read)[0].message


def test_the_chain_reports_it_at_the_words_of_the_raw_note() -> None:
    text = "---\nauthor: Farida\n---\nWhen my sister Zoya was ill Arjun came. Zoya cooked. Then he washed the pots.\n"
    found = [f for f in findings({"f.md": text}, MAN) if f.check == "antecedent"]
    assert shown(found, text) == ["he"]


_WORDS = st.sampled_from(
    ["Ma", "Ritu", "Papa", "she", "he", "her", "his", "told", "saw", "that", "and", ".", "I", "Arjun"]
)


@given(st.lists(_WORDS, max_size=25))
@settings(max_examples=40)
def test_no_change_of_a_pronoun_no_finding_about_it(words: list[str]) -> None:
    read = again("I know. " + " ".join(words), [], MAN)
    found = antecedents(read)
    assert all(0 <= f.start < f.end <= len(read.text) for f in found if f.start is not None and f.end is not None)
    assert found == []
