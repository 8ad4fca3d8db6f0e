"""Words: what softens, what praises, what only says the other gender."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_life import CONFIG, edit, note

from refiner.stages.asked.sentence_checks import PRAISE as CHECKED
from refiner.stages.self_image_words import PRAISE, only_gender, persona_names, praise_added, softenings
from refiner.stages.selfimage import PRAISE as SHOWN

NAMES = persona_names(CONFIG.persona)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("I shouted at him.", "I shouted at him a little.", ("brings in “a little”",)),
        ("I shouted at him.", "Perhaps I sometimes shouted at him.", ("brings in “perhaps”", "brings in “sometimes”")),
        ("I lie to her.", "I used to lie to her.", ("brings in “used to”",)),
        ("I always shouted.", "I shouted.", ("takes away “always”",)),
        ("I shouted.", "I didn’t shout.", ("denies it (“not”)",)),
        ("I never say sorry.", "I say sorry.", ("no longer says “never”",)),
        ("I do not pick up.", "I don't pick up.", ()),
        ("I can't stop.", "I cannot stop.", ()),
        ("I always shouted.", "I constantly shouted.", ()),
        ("My brother and I shouted.", "My sister and I shouted.", ()),
        ("I was a bit late.", "She was a bit late.", ()),
        ("I shouted.", "I bitterly shouted.", ()),  # "a bit" is no part of a word
    ],
)
def test_what_makes_a_sentence_say_less(before: str, after: str, why: tuple[str, ...]) -> None:
    assert softenings(before, after) == why


@given(st.text(max_size=60))
def test_a_text_is_no_softening_of_itself(text: str) -> None:
    assert softenings(text, text) == ()
    assert softenings(text, f"{text} Perhaps.") == ("brings in “perhaps”",)


def test_praise_is_shared_with_the_checks_of_a_model() -> None:
    assert PRAISE is SHOWN is CHECKED
    assert {"graceful", "radiant", "nurtur"} <= PRAISE


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("bus", "radiant, graceful bus", ("radiant", "graceful")),
        ("wise man", "wise woman", ()),
        ("handsome boy", "beautiful girl", ()),
        ("boy", "beautiful girl", ("beautiful",)),
        ("hero", "heroine", ()),
        ("god", "goddess", ()),
    ],
)
def test_praise_that_comes_in(before: str, after: str, added: tuple[str, ...]) -> None:
    where = note(f"A {before} came.")
    assert praise_added(edit(where, before, after)) == added


def test_a_name_is_no_praise() -> None:
    where = note("Noel came.")
    assert praise_added(edit(where, "Noel", "Grace Noble")) == ("Noble",)
    assert praise_added(edit(where, "Noel", "Grace Noble"), {"noble", "grace"}) == ()


@pytest.mark.parametrize(
    ("before", "after", "is_so"),
    [
        ("He's", "She's", True),
        ("my brother's son", "my sister's daughter", True),
        ("a boy", "a girl", True),
        ("Harish", "Harini", True),
        ("handsome boy", "beautiful girl", True),
        ("boy", "beautiful girl", False),
        ("angry boy", "girl", False),
        ("boy", "", False),
        ("cricket", "badminton", False),
    ],
)
def test_what_only_says_the_other_gender(before: str, after: str, is_so: bool) -> None:
    assert only_gender(edit(note(f"Then {before} came."), before, after), NAMES) is is_so
