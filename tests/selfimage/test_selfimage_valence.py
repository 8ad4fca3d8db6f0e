"""Valence: what moves it, and what may not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_life import CONFIG, edit, note

from refiner.stages.base import StageInput
from refiner.stages.self_image_valence import drift, valence
from refiner.stages.self_image_words import persona_names
from refiner.stages.selfimage import DRIFT, SelfImage

NAMES = persona_names(CONFIG.persona)
NOTE = note("It was a horrible evening. I hated the film and was cruel to Hari's brother. The tea was good.")


def test_a_sentence_that_goes_or_turns_nice_moves_the_note_up() -> None:
    gone = drift(NOTE, [edit(NOTE, "It was a horrible evening. ", "")], NAMES)
    assert gone is not None
    assert (gone.changed, gone.refined) == (1, 0)
    assert gone.raw < -0.4
    assert gone.drift > DRIFT
    nice = drift(NOTE, [edit(NOTE, "horrible", "lovely")], NAMES)
    assert nice is not None
    assert nice.drift > gone.drift


def test_only_what_changed_counts() -> None:
    assert drift(NOTE, [], NAMES) is None
    plain = drift(NOTE, [edit(NOTE, "tea", "coffee")], NAMES)
    assert plain is not None
    assert (plain.changed, plain.drift) == (1, 0)


def test_a_rejected_edit_moves_nothing() -> None:
    assert drift(NOTE, [edit(NOTE, "horrible", "lovely").model_copy(update={"status": "rejected"})], NAMES) is None


WHERE = note("Hari is handsome. The hero and my brother fought like a god. He was a cruel boy and a bad son of Hari.")
SWAPS = [("handsome", "beautiful"), ("hero", "heroine"), ("brother", "sister"), ("He was", "She was"), ("boy", "girl"),
         ("son", "daughter"), ("a god", "a goddess"), ("Hari is", "Joy is")]  # fmt: skip


@given(st.sets(st.sampled_from(SWAPS)))
@settings(max_examples=40, deadline=None)
def test_the_other_gender_moves_nothing(swaps: set[tuple[str, str]]) -> None:
    edits = [edit(WHERE, a, b, stage="swap") for a, b in swaps]
    assert drift(WHERE, edits, NAMES | {"joy"}) is None
    mixed = drift(WHERE, [*edits, edit(WHERE, "fought", "cooked")], NAMES | {"joy"})
    alone = drift(WHERE, [edit(WHERE, "fought", "cooked")], NAMES | {"joy"})
    assert mixed is not None
    assert alone is not None
    assert mixed.changed == alone.changed == 1


def test_a_swap_within_a_rewritten_sentence_stands_on_both_sides() -> None:
    swap = edit(WHERE, "handsome", "beautiful", stage="swap")
    drop = edit(WHERE, "Hari is handsome. ", "", parents=(swap.id,))
    found = drift(WHERE, [swap, drop], NAMES)
    assert found is not None
    assert found.raw == valence("Hari is beautiful.")


def test_the_finding_says_how_much() -> None:
    given_ = StageInput(NOTE, CONFIG, earlier=(edit(NOTE, "horrible", "lovely"),))
    [found] = [f for f in SelfImage().run(given_).findings if f.check == "valence"]
    assert (found.severity, found.note) == ("warning", "bus.md")
    assert "the 1 changed sentence sounds more pleasant than before: -0.54 became +0.59" in found.message
    down = StageInput(NOTE, CONFIG, earlier=(edit(NOTE, "good", "horrible"),))
    assert [f for f in SelfImage().run(down).findings if f.check == "valence"] == []


@pytest.mark.parametrize("flag", ["error"])
def test_the_lexicon_needs_no_network_and_warns_nothing(flag: str) -> None:
    code = (
        "import socket\n"
        "def no(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = no\n"
        "import sys\n"
        "from refiner.stages.self_image_valence import valence\n"
        "assert valence('I am happy.') > 0 > valence('I am sad.')\n"
        "assert 'requests' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-W", flag, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
