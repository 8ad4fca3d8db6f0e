"""Evidence: which sentences show a trait of the narrator, and who tells them."""

from __future__ import annotations

import pytest
from image_life import CONFIG, LIES, SIDE, TEMPER, WORDS, note

from refiner.config import Config
from refiner.models import Bearing, Effect, Event, Extraction, Span
from refiner.stages.extract import extract, trait_words
from refiner.stages.self_image_evidence import Evidence, Teller, content_left, evidence_sentences


def found(text: str, trait: str = "temper", extraction: Extraction | None = None) -> list[Evidence]:
    which = {"temper": TEMPER, "lies": LIES}[trait]
    return evidence_sentences(note(text), which, WORDS, extraction, SIDE)


@pytest.mark.parametrize(
    "text",
    [
        "I shouted at the milkman.",
        "Shouted again.",
        "When the gate jammed I was furious.",
        "Papa asked for the keys and I shouted at him.",
        "I told Papa that I was short-tempered.",
        "Meera thinks I am short-tempered.",
        "my temper, my bad temper and me.",
        "My shouting woke the child.",
        "The whole evening I shouted at her.",
        "The next day shouted at Meera.",
        "I shouted at her again and was furious.",
        "My father shouted and I shouted back.",
        "The shouting was mine.",
    ],
)
def test_what_the_narrator_says_of_himself(text: str) -> None:
    assert [(e.teller, e.via) for e in found(text)] == [(Teller("narrator"), ("words",))]


@pytest.mark.parametrize(
    "text",
    [
        "My father shouted at me.",
        "My landlord shouted at the plumber.",
        "The conductor shouted.",
        "The old teacher was furious.",
        "Her brother was short-tempered.",
        "He is a man who shouts.",
        "They say that people who shout live long.",
        "He shouted and I went out.",
        "Somebody shouted from the roof.",
        "I laughed because she was furious.",
        "Papa was furious. I laughed with Papa.",
        "I was never short-tempered.",
        "I did not shout.",
        "The tea was good.",
        "I lost the keys.",
    ],
)
def test_what_is_somebody_elses_or_denied_shows_nothing(text: str) -> None:
    assert found(text) == []


def test_others_in_the_narrators_notes_are_others() -> None:
    [quoted] = found('"You are so short-tempered," Papa said.')
    assert quoted.teller == Teller("quoted", "Papa")
    [kin] = found('My sister said "you shout over nothing" and left.')
    assert kin.teller == Teller("quoted", "My sister")
    assert found('"He shouted," Papa said.') == []  # of whom?
    assert found('I said "you are short-tempered" to the clerk.') == []


def test_the_lines_of_a_chat_belong_to_who_wrote_them() -> None:
    chat = (
        "Meera: where are you\nHari: on the way\nMeera: you are lying\nHari: I am lying yes\nMeera: I was lying too\n"
    )
    who = [(e.teller, e.sentence.text) for e in found(chat, "lies")]
    assert who == [
        (Teller("quoted", "Meera"), "Meera: you are lying"),
        (Teller("narrator"), "Hari: I am lying yes"),
    ]


def test_somebodys_own_note_is_about_the_narrator() -> None:
    head = "---\nauthor: Meera\n---\n"
    text = "He shouted at the cook. I shouted too. She was furious. Hari is short-tempered. Short-tempered, always."
    said = [e.sentence.text for e in found(head + text)]
    assert said == ["He shouted at the cook.", "Hari is short-tempered.", "Short-tempered, always."]
    assert {e.teller for e in found(head + text)} == {Teller("author", "Meera")}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("My brother is short-tempered.", True),
        ("My brother came home. He shouted at once.", True),
        ("My father is short-tempered.", False),
        ("Papa came home and he shouted.", False),
        ("When my husband came home he shouted.", True),
        ("My boss was furious.", False),
        ("How do you shout at a guest?", False),
    ],
)
def test_whom_somebody_elses_note_means(text: str, counts: bool) -> None:
    assert bool(found(f"---\nauthor: Meera\n---\n{text}\n")) is counts


def test_a_note_signed_with_the_narrators_own_name_is_his() -> None:
    [one] = found("---\nauthor: Hari\n---\nI shouted at the cook.\n")
    assert one.teller == Teller("narrator")


def test_a_denial_in_the_name_of_a_trait_is_no_denial_of_it() -> None:
    config = Config.from_dict(
        {"traits": [{"id": "silent", "name": "does not pick up", "polarity": "negative", "aliases": ["went silent"]}]}
    )
    words = trait_words(config.traits)
    silent = config.traits[0]
    where = note("She rang and I does not pick up. For a month I went silent.")
    assert len(evidence_sentences(where, silent, words, None, SIDE)) == 2


def test_what_an_event_quotes_counts_without_a_word_of_the_trait() -> None:
    text = "In 2003 the shop burned down. Since then a spoon that falls is enough. The tea was good."
    quote = "Since then a spoon that falls is enough."

    def told(**given: object) -> Extraction:
        effect = Effect.model_validate(
            {"trait": "temper", "kind": "initiates", "quote": quote} | given.pop("effect", {})
        )  # type: ignore[operator]
        event = Event.model_validate({"id": "fire", "note": "bus.md", "effects": (effect,)} | given)
        return Extraction(note="bus.md", events=(event,))

    assert [(e.sentence.text, e.via) for e in found(text, extraction=told())] == [(quote, ("effect",))]
    for kind in ("terminates", "weakens", "suspends"):
        assert found(text, extraction=told(effect={"kind": kind})) == []
    assert found(text, extraction=told(modality="planned")) == []
    assert found(text, extraction=told(subject="other")) == []
    assert found(text, extraction=told(effect={"trait": "lies"})) == []
    assert found(text, extraction=told(effect={"quote": "not in the note"})) == []
    spans = (Span(note="bus.md", start=0, end=10),)
    [by_span] = found(text, extraction=told(effect={"quote": ""}, spans=spans))
    assert by_span.sentence.start == 0


def test_content_that_is_left() -> None:
    assert content_left("My brother broke the jar", "My sister broke the jar") == 1
    assert content_left("My brother broke the jar", "My brother slept") == 0
    assert content_left("", "anything") == 1
    assert CONFIG.traits[0].polarity == "negative"


def test_what_was_observed_and_what_a_model_labelled_is_evidence_too() -> None:
    text = "---\nobservations: [{trait: lies, holds: true, quote: The ticket was never bought}]\n---\n"
    where = note(f"{text}The ticket was never bought. I went round by the lake. The tea was good.\n")
    start = where.text.index("I went round")
    mine = {"note": where.path, "start": start, "end": start + 26, "trait": "lies", "side": "for"}
    labels = [
        Bearing.model_validate({**mine, "source": "model:reader"}),
        Bearing.model_validate({**mine, "source": "rule:words", "start": where.text.index("The tea")}),
    ]
    shown = evidence_sentences(where, LIES, WORDS, extract(where, CONFIG), SIDE, labels)
    assert [(e.sentence.text, e.via) for e in shown] == [
        ("The ticket was never bought.", ("seen",)),
        ("I went round by the lake.", ("label",)),
    ]
