"""Extraction: front matter as it stands, plain words by rule, and nothing that the words do not show."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.checks.change_words import cues
from refiner.config import Config
from refiner.models import Extraction
from refiner.notes import note_from_text
from refiner.stages.extract import check_ids, extract, link_events
from refiner.stages.media import media_of
from refiner.stages.people import people_of

CONFIG = Config.from_dict(
    {
        "persona": {"born": "1985-05-14", "first_school_year": 1991},
        "traits": [
            {"id": "fear-of-dogs", "name": "afraid of dogs", "polarity": "negative", "importance": 3},
            {"id": "smoker", "name": "smoker", "description": "smokes cigarettes", "polarity": "negative"},
            {"id": "stubborn", "name": "stubborn", "polarity": "negative", "importance": 3},
            {"id": "guitar", "name": "plays the guitar"},
            {"id": "violin", "name": "plays the violin"},
            {"id": "honest", "name": "honest", "description": "admits mistakes"},
        ],
    }
)


def read(text: str, path: str = "a.md") -> Extraction:
    return extract(note_from_text(text, path), CONFIG)


def effects(text: str) -> list[tuple[str, str, str]]:
    return [(f.trait, f.kind, e.modality) for e in read(text).events for f in e.effects]


# ---- front matter --------------------------------------------------------------------------------------------------

DECLARED = """---
written: 2010-03-04
events:
  - id: bite
    label: bitten by the Pillais' dog
    quote: The dog had me
      by the calf
    when: 1995-06
    effects: { fear-of-dogs: { kind: initiates, quote: I crossed every road } }
    causes_to_end: [{ to: walks, quote: no more walks }]
  - label: a hypnotist is planned
    when: two years after bite
    modality: planned
    effects: { fear-of-dogs: terminates, curious: initiates }
observations: [{ trait: stubborn, holds: true, quote: I do not budge }]
retracts: [{ target: lazy, quote: never lazy at all }]
---
The dog had me by
the calf. After that I crossed every road. I do not budge. I stopped smoking.
"""


def test_front_matter_is_taken_as_it_stands() -> None:
    x = read(DECLARED)
    bite, plan = x.events
    assert (bite.id, bite.label, bite.when.earliest, bite.when.latest) == (
        "bite", "bitten by the Pillais' dog", "1995-06-01", "1995-06-30",
    )  # fmt: skip
    assert bite.quotes == ("The dog had me by\nthe calf", "I crossed every road")
    assert bite.effects[0].kind == "initiates"
    assert bite.written == "2010-03-04"
    assert [(r.kind, r.to) for r in bite.relations] == [("causes_to_end", "walks")]
    assert (plan.modality, plan.when.anchor) == ("planned", "bite")
    assert plan.when.offset_min is not None
    assert [(o.trait, o.holds, o.at, o.quote) for o in x.observations] == [
        ("stubborn", True, "2010-03-04", "I do not budge")
    ]


def test_where_events_are_given_none_is_inferred() -> None:
    assert all(f.trait != "smoker" for e in read(DECLARED).events for f in e.effects)
    assert effects("---\nevents: []\n---\nI stopped smoking in 2010.\n") == []


def test_a_quote_that_is_not_there_and_an_unknown_trait_are_findings() -> None:
    found = {f.check: f for f in read(DECLARED).findings}
    assert "never lazy at all" in found["front-matter"].message
    assert (found["unknown-trait"].severity, "curious" in found["unknown-trait"].message) == ("info", True)


def test_ids_made_from_words_survive_changes_elsewhere() -> None:
    text = "---\nevents:\n  - label: moved to Pune\n---\n{}We moved to Pune.\n"
    assert read(text.format("")).events[0].id == read(text.format("Some words before. ")).events[0].id


def test_ids_that_stand_twice_are_errors() -> None:
    one = "---\nevents:\n  - id: move\n---\nWe moved.\n"
    found = check_ids([read(one, "a.md"), read(one, "b.md")])
    assert [(f.severity, f.note) for f in found] == [("error", "b.md")]
    assert "a.md" in found[0].message


# ---- plain words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I gave up smoking in 2010.", [("smoker", "terminates", "actual")]),
        ("I have not smoked since that day.", [("smoker", "terminates", "actual")]),
        ("From 1 May I will stop smoking.", [("smoker", "terminates", "planned")]),
        ("If I had stopped smoking then, I would have run faster.", [("smoker", "terminates", "counterfactual")]),
        ("I began to smoke in the hostel.", [("smoker", "initiates", "actual")]),
        ("In 2012 I started smoking again.", [("smoker", "reinitiates", "actual")]),
        ("Since then I am afraid of dogs.", [("fear-of-dogs", "initiates", "actual")]),
        ("The fear of dogs was gone.", [("fear-of-dogs", "terminates", "actual")]),
        ("I never touched a dog again.", [("fear-of-dogs", "initiates", "actual")]),
        ("The guitar is on hold for now.", [("guitar", "suspends", "actual")]),
        ("I am a little less stubborn now, much less than before.", [("stubborn", "weakens", "actual")]),
    ],
)
def test_words_of_change(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert effects(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "My brother stopped smoking in 2010.",
        "Ravi has given up cigarettes.",
        "I stopped at the shop where they sell cigarettes.",
        "I stopped, and the bus went on.",
        "“I stopped smoking,” said the doctor.",
        "Did I stop smoking?",
        "The concert with the guitar was long.",
    ],
)
def test_what_is_no_change_of_the_narrator(text: str) -> None:
    assert effects(text) == []


def test_a_denied_ending_is_evidence_that_it_still_is_so() -> None:
    x = read("---\nwritten: 2020-01-02\n---\nI have not given up smoking.\n")
    assert [(e.modality, e.effects[0].kind) for e in x.events] == [("negated", "terminates")]
    assert [(o.trait, o.holds, o.at) for o in x.observations] == [("smoker", True, "2020-01-02")]


@pytest.mark.parametrize(("text", "holds"), [("I am still stubborn.", True), ("I do not smoke.", False)])
def test_what_is_so_on_the_day_of_writing_is_observed(text: str, holds: bool) -> None:
    x = read(f"---\ndate: 2019-05-06\n---\n{text}\n")
    assert [(o.holds, o.at) for o in x.observations] == [(holds, "2019-05-06")]
    assert not x.events


def test_what_never_was_is_taken_back() -> None:
    assert [r.target for r in read("I was never stubborn. I was deaf in one ear.").retractions] == ["stubborn"]


def test_two_traits_that_fit_alike_are_a_question() -> None:
    x = read("The guitar and the violin hung there. I gave it up.")
    assert not any(e.effects for e in x.events)
    assert [c.id for c in x.questions[0].choices] == ["guitar", "violin", "none"]
    effect = x.questions[0].choices[0].effect.event
    assert effect is not None
    assert effect["id"] in {e.id for e in x.events}


def test_the_time_of_a_change_is_the_nearest_told() -> None:
    x = read("In March 2004 the neighbour's dog bit me. Since then I am afraid of dogs.")
    assert (x.events[0].when.earliest, x.events[0].when.latest) == ("2004-03-01", "2004-03-31")


def test_the_date_of_the_note_places_what_nothing_else_does() -> None:
    assert read("---\ndate: 2004-03-09\n---\nI gave up smoking.\n").events[0].when.earliest == "2004-03-09"
    assert read("I gave up smoking.").events[0].when.earliest == ""


def test_a_dated_heading_is_the_day_of_writing_and_takes_its_year_from_the_note() -> None:
    x = read("---\ndate: 2011\n---\n## 3 May\n\nI gave up smoking.\n\n## 9 June\n\nI am still stubborn.\n")
    assert (x.events[0].written, x.observations[0].at) == ("2011-05-03", "2011-06-09")


def test_beginning_and_end_in_one_note_are_in_order() -> None:
    start, end = read("I began to smoke in the hostel. Later I stopped smoking.").events
    assert [(r.kind, r.to) for r in start.relations] == [("before", end.id)]


def test_times_that_count_from_another_note_are_joined() -> None:
    texts = {"a.md": "The year after we moved to Pune I gave up smoking.", "b.md": "We moved to Pune in June 2003."}
    notes = [note_from_text(t, p) for p, t in texts.items()]
    a, b = link_events([extract(n, CONFIG) for n in notes], notes, CONFIG)
    assert b.events[0].when.earliest == "2003-06-01"
    assert a.events[0].when.anchor == b.events[0].id


# ---- people and media ----------------------------------------------------------------------------------------------


def test_people_with_relation_and_gender() -> None:
    text = (
        "My elder brother Mohit and Ritu, my friend, came with Amma. My friends Asha and Binu stayed. The Taj is big."
    )
    people = {p.names[0]: (p.relation, p.gender) for p in people_of(note_from_text(text))}
    assert people == {
        "Mohit": ("elder brother", "male"), "Ritu": ("friend", None), "Amma": ("mother", "female"),
        "Asha": ("friend", None), "Binu": ("friend", None),
    }  # fmt: skip


def test_media_lists() -> None:
    text = "---\nkind: media\n---\n# Films\n\n- Lagaan (2001): made me bat\n- *The Guide* (book, 1999) - patience\n"
    found = [(m.title, m.kind, m.when, m.effect) for m in media_of(note_from_text(text))]
    assert found == [
        ("Lagaan", "film", "2001", "made me bat"),
        ("The Guide", "book", "1999", "patience"),
    ]


# ---- laws ----------------------------------------------------------------------------------------------------------

_SENTENCES = st.sampled_from(
    [
        "I gave up smoking in 2010.", "Since then I am afraid of dogs.", "We had tea.", "I am still stubborn!",
        "“Stop smoking,” he said.", "The fear of dogs was gone…", "I took up the guitar again", "न कुछ बदला।",
        "So it was.",
    ]
)  # fmt: skip
_TEXTS = st.lists(_SENTENCES, max_size=7).map(lambda s: " ".join(s))


def test_what_an_item_goes_on_to_say_is_no_other_work() -> None:
    text = (
        "---\nkind: media\n---\n- Drishyam: we guessed the end. My father pretended that he had guessed too.\n"
        "- Swami and Friends. Read it to my sister. She laughed at all the wrong places.\n"
        '- "Kim" (book, 1999): read it twice. Still the best.\n'
    )
    assert {m.title: m.effect for m in media_of(note_from_text(text))} == {
        "Drishyam": "we guessed the end. My father pretended that he had guessed too.",
        "Swami and Friends": "Read it to my sister. She laughed at all the wrong places.",
        "Kim": "read it twice. Still the best.",
    }


@settings(max_examples=60, deadline=None)
@given(_TEXTS, st.sampled_from(["", "---\ndate: 2012-03-04\n---\n", "\ufeff"]))
def test_spans_are_quotes_and_ids_are_stable(text: str, front: str) -> None:
    note = note_from_text(front + text)
    x = extract(note, CONFIG)
    for event in x.events:
        assert tuple(note.text[s.start : s.end] for s in event.spans) == event.quotes
    assert x == extract(note_from_text(front + text), CONFIG)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_cues_lie_in_their_clauses_whatever_the_text(text: str) -> None:
    for cue in cues(text):
        assert 0 <= cue.clause[0] <= cue.start <= cue.end <= len(text)


# ---- precision -----------------------------------------------------------------------------------------------------

LOOSE = Config.from_dict(
    {
        "persona": {"born": "1985", "before": {"name": "Arjun Rao", "gender": "male"}},
        "traits": [
            {"id": "temper", "name": "short temper", "description": "shouts over small things", "polarity": "negative"},
            {"id": "lies", "name": "tells small lies", "aliases": ["lying"], "polarity": "negative"},
            {"id": "silent", "name": "goes silent on people", "description": "does not pick up the phone"},
            {"id": "dogs", "name": "afraid of dogs", "polarity": "negative"},
        ],
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "The harbour I have never seen, same as in my old school.",
        "I learnt to knit socks from my aunt on the phone.",
        "After this we drove for seven short hours.",
        "I am only saying that the gate is open and that our clerk walks about with his phone.",
        "I have told nobody, and to write it down is not telling.",
        "The fear of heights was gone.",
        "I lay down and went on lying in the shade.",
        "That was not me, that was the fever.",
        "I stopped the car and he was lying again.",
    ],
)
def test_a_word_in_common_is_no_reading(text: str) -> None:
    x = extract(note_from_text(text), LOOSE)
    assert (x.events, x.observations, x.retractions) == ((), (), ())


def test_what_others_write_in_a_chat_is_not_the_narrators() -> None:
    lines = ("Arjun: I am back", "Meera: I stopped lying.", "Arjun: good", "Meera: since then I am afraid of dogs")
    chat = "\n".join(lines)
    x = extract(note_from_text(chat, "chat.txt"), LOOSE)
    assert [f.trait for e in x.events for f in e.effects] == []


def test_a_telling_word_that_is_not_enough_is_a_question() -> None:
    config = Config.from_dict({"traits": [{"id": "phone", "name": "hooked on the phone", "description": "scrolls"}]})
    x = extract(note_from_text("I no longer scroll."), config)
    assert not any(e.effects for e in x.events)
    assert [[c.id for c in q.choices] for q in x.questions] == [["phone", "none"]]


@pytest.mark.parametrize(
    ("text", "earliest"),
    [
        (f"In {year} a dog bit me. {'We had tea. ' * 6}From that day I was afraid of dogs.", f"{year}-01-01")
        for year in (1995, 2001)
    ],
)
def test_what_points_back_takes_the_time_told_last(text: str, earliest: str) -> None:
    assert [e.when.earliest for e in read(text).events] == [earliest]


def test_before_this_comes_before_the_end() -> None:
    end, start = read(
        "In 2010 I gave up smoking. We had tea. It rained. Before this I was a smoker since college."
    ).events
    assert [r.to for r in start.relations] == [end.id]
