"""Similarity of sentences to traits: scores, their laws, and that nothing goes out."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.checks import similar
from refiner.checks.similar import Similar, available, bounds, embed, phrases, version, weights
from refiner.checks.trait_words import TraitWords
from refiner.config import Trait, followed
from refiner.errors import RefinerError

pytest.importorskip("tokenizers", reason="the extra `similar` is not installed")
pytestmark = pytest.mark.skipif(not available(), reason="the extra `similar` is not installed")

LABELLED = Path(__file__).with_name("labelled")
TRAITS = (
    Trait(id="tidy", name="tidy", description="cannot leave a table with crumbs on it", aliases=("neat",)),
    Trait(id="fear-of-water", name="afraid of water", description="stays on the sand when others swim"),
    Trait(id="sings", name="sings", description="hums ragas at the stove", aliases=("singing",)),
)
TEXTS = (
    "I stood on the beach and did not go into the sea.",
    "At the stove I had a thumri between my teeth.",
    "The bus to Nashik was late.",
)


@pytest.fixture(scope="module")
def scorer() -> Similar:
    return Similar(TRAITS)


def test_the_nearest_trait_without_a_word_in_common(scorer: Similar) -> None:
    text = "I washed the plates at once and folded the towels in fours."
    assert not TraitWords(TRAITS[1:]).evidence(text)
    found = scorer.scores([text])[0]
    assert max(found, key=found.__getitem__) == "tidy"


def test_the_side_a_sentence_takes_does_not_lower_it(scorer: Similar) -> None:
    for_it, against = scorer.scores(["I am afraid of water.", "I am no longer afraid of water."])
    bus = scorer.scores(["The bus to Nashik was late."])[0]
    assert min(for_it["fear-of-water"], against["fear-of-water"]) > 2 * bus["fear-of-water"]


def test_words_in_common_raise_a_score(scorer: Similar) -> None:
    plain, named = scorer.features(["He lent me the ladder.", "He lent me the neat ladder."])
    assert plain["tidy"]["weight"] == 0 < named["tidy"]["weight"]
    assert weights()["weight"] > 0
    assert weights()["among"] > 0


@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_the_texts_changes_nothing(order: list[int]) -> None:
    scorer = Similar(TRAITS)
    alone = [scorer.scores([text])[0] for text in TEXTS]
    assert scorer.scores([TEXTS[i] for i in order]) == [alone[i] for i in order]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_every_text_has_a_score_between_0_and_1_for_every_trait(texts: list[str]) -> None:
    scores = Similar(TRAITS).scores(texts)
    assert len(scores) == len(texts)
    for found in scores:
        assert list(found) == [t.id for t in TRAITS]
        assert all(0.0 <= p <= 1.0 for p in found.values())


@pytest.mark.parametrize("text", ["", " \n", "…?!", "\ud800", "🙂"])
def test_a_text_without_a_word_has_to_do_with_nothing(scorer: Similar, text: str) -> None:
    assert set(scorer.scores([text])[0].values()) == {0.0}
    assert not embed([text]).any()


@pytest.mark.parametrize(
    "text", ["मुझे पानी से डर लगता है।", "Ich habe Angst vor Wasser.", "I did it.", "naïve\x00\u200b "]
)
def test_any_script_is_scored(scorer: Similar, text: str) -> None:
    assert abs(float((embed([text]) ** 2).sum()) - 1) < 1e-3
    assert all(0.0 < p < 1.0 for p in scorer.scores([text])[0].values())


def test_no_trait_one_trait_and_one_that_only_notes_name() -> None:
    assert Similar(()).scores(TEXTS) == [{}, {}, {}]
    assert Similar(TRAITS).scores([]) == []
    sea, stove, bus = Similar([TRAITS[1]]).scores(TEXTS)
    assert sea["fear-of-water"] > max(stove["fear-of-water"], bus["fear-of-water"])
    assert phrases(followed("fear-of-water")) == ["fear of water", "fear of water"]
    sea, stove, _ = Similar([followed("fear-of-water")]).scores(TEXTS)
    assert sea["fear-of-water"] > stove["fear-of-water"]


def test_the_order_of_the_traits_changes_nothing() -> None:
    there = Similar(TRAITS).scores(TEXTS)
    assert Similar(reversed(TRAITS)).scores(TEXTS) == there


def test_candidates(scorer: Similar) -> None:
    sea, stove, bus = scorer.scores(TEXTS)
    assert bounds()["candidate"] <= min(sea["fear-of-water"], stove["sings"])
    assert bus["fear-of-water"] < sea["fear-of-water"]
    assert bus["sings"] < stove["sings"]
    assert bus["tidy"] < bounds()["candidate"]


@given(st.text("abcdefghijklmnopqrstuvwxyz afraid water neat singing", max_size=80))
def test_no_score_claims_proof(text: str) -> None:
    assert max(Similar(TRAITS).scores([text])[0].values()) < 0.7


def test_better_than_the_trait_words_on_the_development_diaries() -> None:
    # Guards the files and the weights against mixing up; the figures themselves are in benchmarks/relevance.py.
    right: list[tuple[float, float]] = []
    wrong: list[tuple[float, float]] = []
    for line in (LABELLED / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        person = json.loads(line)
        scorer = Similar(Trait(**t) for t in person["traits"])
        texts = [s["text"] for s in person["sentences"]]
        rows = zip(person["sentences"], scorer.scores(texts), scorer.features(texts), strict=True)
        for sentence, scores, features in rows:
            for trait, score in scores.items():
                (right if trait in sentence["labels"] else wrong).append((score, features[trait]["weight"]))
    together, words = (
        sum((r[k] > w[k]) + (r[k] == w[k]) / 2 for r in right for w in wrong) / len(right) / len(wrong) for k in (0, 1)
    )
    assert together > max(0.72, words + 0.04)


@pytest.mark.parametrize("name", ["dev", "held"])
def test_the_labelled_diaries_name_their_own_traits(name: str) -> None:
    people = [json.loads(line) for line in (LABELLED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    for person in people:
        known = {Trait(**t).id for t in person["traits"]}
        texts = [s["text"] for s in person["sentences"]]
        assert len(texts) == len(set(texts))
        for sentence in person["sentences"]:
            assert set(sentence["labels"]) <= known
            assert set(sentence["labels"].values()) <= {"for", "against", "context"}


def test_nothing_is_opened_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    similar._vectors.cache_clear()
    assert Similar(TRAITS).scores(TEXTS)


def test_what_brings_the_vectors_is_not_run() -> None:
    code = (
        "import logging, sys; from refiner.checks.similar import *; from refiner.config import Trait\n"
        "assert available() and not {'tokenizers', 'safetensors', 'numpy'} & set(sys.modules), 'loaded too early'\n"
        "import socket; socket.socket = socket.getaddrinfo = None\n"
        "assert Similar([Trait(id='tidy')]).scores(['I swept the yard.'])[0]['tidy'] > 0\n"
        "assert not {'wordllama', 'huggingface_hub', 'requests', 'torch', 'spacy'} & set(sys.modules), 'too much'\n"
        "assert not logging.getLogger().handlers\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_where_the_vectors_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "find_spec", lambda name: None)
    similar._vectors.cache_clear()
    assert not available()
    assert version() == ""
    with pytest.raises(RefinerError, match=r"not installed\n.*\[similar\]"):
        Similar(TRAITS)


def test_a_version_is_told() -> None:
    assert version().startswith("wordllama 0.4")
    assert logging.getLogger("wordllama").handlers == []
